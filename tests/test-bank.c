/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bank.h"

#include <string.h>

#include <glib/gstdio.h>

#include "cnn-test.h"
#include "error.h"
#include "number.h"
#include "test-model.h"
#include "text.h"

/* Weights by name: a text that names them is the same network as one that has all the
 * numbers. */

/* --- banks ---------------------------------------------------------------- */

static CnnTensor *
add (CnnBank *bank, const char *name, GRand *rand, int n_dims, const int *dims)
{
  g_autoptr (CnnTensor) tensor = cnn_tensor_new (n_dims, dims);

  /* Whole quarters: exact as text. */
  for (gsize i = 0; i < cnn_tensor_length (tensor); i++)
    tensor->values[i] = (float) pick (rand, -20, 20) / 4.0f;
  cnn_bank_add (bank, name, tensor);
  return tensor; /* the bank's */
}

#define ADD(bank, name, rand, ...)                                            \
  add (bank, name, rand, (int) (sizeof ((int[]) { __VA_ARGS__ }) / sizeof (int)), \
       (int[]) { __VA_ARGS__ })

/* w: 6 kernels of 2 channels, k: 3 single matrices; m: a matrix; b: 6 numbers. */
static CnnBank *
bank_new (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  CnnBank          *bank = cnn_bank_new ();

  ADD (bank, "w", rand, 6, 2, 3, 2);
  ADD (bank, "k", rand, 3, 1, 3, 3);
  ADD (bank, "m", rand, 8, 6);
  ADD (bank, "b", rand, 6);
  ADD (bank, "all/conv.1:w", rand, 2, 3, 1);
  return bank;
}

static void
test_names (void)
{
  static const char *const cases[][2] = {
    { "conv1.w", "conv1.w" },    { "a b", "a_b" },       { "a[0]", "a_0_" },
    { "conv1.w", "conv1.w.2" },  { "a@b,c;#", "a_b_c__" }, { "", "_" },
    { "conv1.w", "conv1.w.3" },  { "权", "___" },          { "/m/c:0-x", "/m/c:0-x" },
    { "conv1.w.2", "conv1.w.2.2" },
  };
  g_autoptr (CnnBank) bank = cnn_bank_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnTensor) tensor = cnn_tensor_new (1, (int[]) { 1 });
      const char           *name = cnn_bank_add (bank, cases[i][0], tensor);

      g_assert_cmpstr (name, ==, cases[i][1]);
      g_assert_cmpuint (cnn_bank_name_length (name), ==, strlen (name));
      g_assert_true (cnn_bank_find (bank, name) == tensor);
    }
  g_assert_null (cnn_bank_find (bank, "conv2.w"));
}

/* --- the same as numbers -------------------------------------------------- */

static void
append_nested (GString *text, const CnnTensor *tensor, int dim, gsize *at)
{
  g_string_append_c (text, '[');
  for (int i = 0; i < tensor->dims[dim]; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      if (dim + 1 < MIN (tensor->n_dims, CNN_TENSOR_MAX_DIMS))
        append_nested (text, tensor, dim + 1, at);
      else
        cnn_number_append (text, tensor->values[(*at)++]);
    }
  g_string_append_c (text, ']');
}

/* The items from @first up to @end as a text has them without a bank: kernels, a matrix,
 * or numbers. */
static char *
literal (const CnnBank *bank, const char *name, int first, int end)
{
  const CnnTensor *tensor = cnn_bank_find (bank, name);
  GString         *text = g_string_new (NULL);
  gsize            each = cnn_tensor_length (tensor) / (gsize) tensor->dims[0];
  gsize            at = each * (gsize) first;

  if (tensor->n_dims == 2)
    g_string_append (text, "\"[");
  for (int i = first; i < end; i++)
    {
      if (i > first)
        g_string_append_c (text, ',');
      if (tensor->n_dims == 4)
        g_string_append_c (text, '"');
      if (tensor->n_dims % 2 == 0)
        append_nested (text, tensor, 1, &at);
      for (gsize k = 0; k < each && tensor->n_dims % 2 == 1; k++)
        {
          if (k > 0)
            g_string_append_c (text, ',');
          cnn_number_append (text, tensor->values[at++]);
        }
      if (tensor->n_dims == 4)
        g_string_append_c (text, '"');
    }
  if (tensor->n_dims == 2)
    g_string_append (text, "]\"");
  return g_string_free (text, FALSE);
}

/* Every @NAME[…] of @text as numbers. */
static char *
without_names (const CnnBank *bank, const char *text)
{
  GString *result = g_string_new (NULL);

  for (const char *at = text; *at;)
    {
      g_autofree char *name = NULL;
      g_autofree char *numbers = NULL;
      gsize            length;
      int              first = 0, end, n = 0;

      if (*at != '@')
        {
          g_string_append_c (result, *at++);
          continue;
        }
      length = cnn_bank_name_length (++at);
      name = g_strndup (at, length);
      at += length;
      end = cnn_bank_find (bank, name)->dims[0];
      if (sscanf (at, "[%d:%d]%n", &first, &end, &n) == 2 && n > 0)
        at += n;
      else if (sscanf (at, "[%d]%n", &first, &n) == 1 && n > 0)
        {
          at += n;
          end = first + 1;
        }
      numbers = literal (bank, name, first, end);
      g_string_append (result, numbers);
    }
  return g_string_free (result, FALSE);
}

static float *
run (CnnNetwork *network, CnnShape in, const float *values, CnnShape *out)
{
  g_autoptr (GError)  error = NULL;
  guint               last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, in, 1, &last, NULL, &error);

  g_assert_no_error (error);
  *out = cnn_plan_info (plan, last)->shape;
  return cnn_test_run_plan (plan, in, values, *out);
}

static const struct
{
  const char *text;
  int         channels;
  const char *printed; /* NULL: as it is */
} networks[] = {
  { "conv 6 3x2 kernels=@w bias=@b\n", 2, NULL },
  { "conv kernels=@w[4] bias=@b[2]\n", 2, NULL },
  { "conv kernels=@w[1:5] bias=@b[2:6]\n", 2, NULL },
  { "conv kernels=@w[0:2],@w[2],@w[3:6]\n", 2, "conv kernels=@w\n" },
  { "conv kernels=@w[0:2],@w[3:6]\n", 2, NULL },
  { "conv kernels=@w[5],@w[4],@w[4]\n", 2, NULL },
  { "conv 3x3 kernels=@w[0:5],\"[[[1,0],[2,-1]],[[4,1],[0.5,3]]]\",sobel-x,@w[5]\n", 2, NULL },
  { "conv kernels=@k groups=channels\n", 5, NULL },
  { "conv kernels=@m across=mean\n", 3, NULL },
  { "prelu slope=@b[3:6]\n", 3, NULL },
  { "batchnorm scale=@b shift=@b mean=@b[1] variance=3\n", 6, NULL },
  { "conv 6 3x3\nglobal-avgpool\ndense weights=@m\n", 1, NULL },
  { "conv 6 3x3\nglobal-avgpool\ndense 3 weights=@m[2:5] bias=@b[0:3]\n", 1, NULL },
  { "prelu slope=@all/conv.1:w[0]\n", 3, NULL },
};

static void
test_outputs (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnBank)    bank = bank_new (i);
      g_autoptr (CnnNetwork) named = cnn_network_parse_with (networks[i].text, bank, &error);
      g_autofree char       *text = NULL;
      g_autoptr (CnnNetwork) plain = NULL;
      g_autofree float      *values = NULL;
      g_autofree float      *ours = NULL;
      g_autofree float      *theirs = NULL;
      CnnShape               in = { 11, 9, networks[i].channels }, out, same;

      g_assert_no_error (error);
      text = without_names (bank, networks[i].text);
      g_assert_null (strchr (text, '@'));
      plain = cnn_network_parse (text, &error);
      g_assert_no_error (error);
      values = g_new (float, cnn_shape_cells (in));
      for (int k = 0; k < cnn_shape_cells (in); k++)
        values[k] = (float) g_rand_double_range (rand, -1, 1);
      ours = run (named, in, values, &out);
      theirs = run (plain, in, values, &same);
      g_assert_cmpmem (&out, sizeof out, &same, sizeof same);
      g_assert_cmpmem (ours, cnn_shape_cells (out) * sizeof (float), theirs,
                       cnn_shape_cells (out) * sizeof (float));
    }
}

/* Printed, it names what it named, and says the same again. */
static void
test_round_trip (void)
{
  g_autoptr (CnnBank) bank = bank_new (1);

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (CnnNetwork) network = cnn_network_parse_with (networks[i].text, bank, NULL);
      g_autoptr (CnnNetwork) again = NULL;
      g_autofree char       *printed = NULL;
      g_autofree char       *twice = NULL;

      g_assert_true (cnn_network_bank (network) == bank);
      printed = cnn_network_print (network);
      g_assert_cmpstr (printed, ==, networks[i].printed ? networks[i].printed : networks[i].text);
      again = cnn_network_parse_with (printed, bank, NULL);
      twice = cnn_network_print (again);
      g_assert_cmpstr (twice, ==, printed);
    }
}

/* However many numbers a file has, they are there once. */
static void
test_shared (void)
{
  g_autoptr (CnnBank)    bank = bank_new (2);
  const CnnTensor       *w = cnn_bank_find (bank, "w");
  g_autoptr (CnnNetwork) network =
    cnn_network_parse_with ("relu; conv kernels=@w[2:4]", bank, NULL);
  g_autoptr (CnnNetwork) head = cnn_network_head (network, 2);
  const CnnNode         *node = cnn_network_node (network, 2);
  const CnnParam        *param = cnn_op_param (node->op, "kernels");
  GPtrArray             *kernels = *cnn_param_field (GPtrArray *, param, node->params);

  g_assert_true (cnn_network_bank (head) == bank);
  g_assert_cmpuint (kernels->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const CnnKernel      *kernel = kernels->pdata[i];
      g_autoptr (CnnTensor) tensor = cnn_tensor_ref (kernel->tensor);
      CnnKernel            *copy = cnn_kernel_copy (kernel);

      g_assert_null (kernel->values);
      g_assert_true (kernel->floats == w->values + (2 + i) * 12);
      g_assert_true (copy->floats == kernel->floats && copy->tensor == w);
      cnn_kernel_free (copy);
    }
}

/* --- mistakes ------------------------------------------------------------- */

static void
test_mistakes (void)
{
  static const char *const cases[][2] = {
    { "relu\nconv kernels=@v bias=@b", "line 2, column 14: the file has no weights “v”" },
    { "conv kernels=@w bias=@c",
      "line 1, column 22: the file has no weights “c”; did you mean “@b”?" },
    { "conv kernels=@w bias=@all/conv.1;relu", "did you mean “@all/conv.1:w”?" },
    { "conv kernels=sobel-x,@w[0:2],@w[4:7]",
      "line 1, column 30: “@w” has 6 items, 0 to 5, but no item 6" },
    { "conv kernels=@w[6]", "line 1, column 14: “@w” has 6 items, 0 to 5, but no item 6" },
    { "conv kernels=@b", "“@b” has 1 dimensions, expected 4 for kernels" },
    { "conv kernels=@all/conv.1:w", "“@all/conv.1:w” has 3 dimensions" },
    { "conv kernels=@w[2:2]", "line 1, column 14: found “@w[2:2]”, expected weights" },
    { "conv kernels=@w[-1]", "found “@w[-1]”, expected weights by name" },
    { "conv kernels=@w[1:99999999999]", "found “@w[1:99999999999]”, expected weights" },
    { "conv kernels=@", "found “@”, expected weights by name" },
    { "conv kernels=@w[1]x", "found “@w[1]x”, expected" },
    { "conv 5 kernels=@w", "found a list of 6 kernels, expected 5" },
    { "conv kernels=@w bias=@b[0:5],2", "found “@b[0:5],2”, expected weights by name" },
    { "dense weights=@w[0]", "expected one matrix with a row for each unit" },
    { "dense weights=@m[0:2],@m[2:8]", "expected one matrix" },
    { "dense weights=@m bias=@b", "found 6 biases, expected one" },
    { "batchnorm variance=@b", "variance: found “" },
    { "spp levels=@b", "levels: found “" },
    { "input weights=\"nowhere.onnx\" ; covn 3", "found “covn”" },
  };
  g_autoptr (CnnBank) bank = bank_new (3);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse_with (cases[i][0], bank, &error);

      g_assert_null (network);
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      if (strstr (error->message, cases[i][1]) == NULL)
        g_error ("%s: “%s” does not say “%s”", cases[i][0], error->message, cases[i][1]);
    }
  cnn_test_refused ("relu; conv kernels=@w", (CnnShape) { 5, 5, 1 }, CNN_ERROR_SPEC,
                    "line 1, column 20: “@w” is a name in a file, but the network names none");
}

/* Read alone, a layer is what it says; in a text that is switched off too. */
static void
test_alone (void)
{
  g_autoptr (GError)     error = NULL;
  g_autofree char       *words = cnn_text_set_param ("conv 64 kernels=@w[1:3] bias=@b as=c",
                                                     "stride", "2", &error);
  g_autofree char       *other = cnn_text_set_param ("conv 6 kernels=@w", "bias", "@b[0:6]",
                                                     &error);
  g_autoptr (CnnReading) reading = cnn_text_read ("relu\n#off conv kernels=@w bias=@b\n");

  g_assert_no_error (error);
  g_assert_cmpstr (words, ==, "conv 64 kernels=@w[1:3] bias=@b stride=2 as=c");
  g_assert_cmpstr (other, ==, "conv 6 kernels=@w bias=@b[0:6]");
  g_assert_null (reading->error);
  g_assert_cmpuint (reading->n_layers, ==, 2);
  g_assert_nonnull (reading->layers[1].node);
  g_assert_null (reading->layers[1].problem);
}

/* --- files ---------------------------------------------------------------- */

/* Five kernels that take the sum of two numbers, with factors, a bias, and 0 to 4. */
static void
write_model (const char *path, float left, float right, float bias)
{
  float weights[10], biases[5];

  for (int i = 0; i < 5; i++)
    {
      weights[2 * i] = left;
      weights[2 * i + 1] = right;
      biases[i] = bias + (float) i;
    }
  test_model_write (path, 5, 1, 1, 2, weights, biases);
}

/* What the network of a file makes of 1, 10. */
static float
run_file (const char *text, CnnBank **bank)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autofree float      *values = NULL;
  CnnShape               out;

  g_assert_no_error (error);
  values = run (network, (CnnShape) { 1, 2, 1 }, (const float[]) { 1, 10 }, &out);
  for (int i = 1; i < out.channels; i++)
    g_assert_cmpfloat (values[i], ==, values[0] + (float) i);
  if (bank)
    *bank = cnn_bank_ref (cnn_network_bank (network));
  return values[0];
}

static void
test_file (void)
{
  g_autoptr (GError)     error = NULL;
  g_autofree char       *folder = g_dir_make_tmp ("cnn-bank-XXXXXX", NULL);
  g_autofree char       *path = g_build_filename (folder, "a model.onnx", NULL);
  static const char      conv[] = "conv kernels=@c.weight bias=@c.bias\n";
  g_autofree char       *text = g_strdup_printf ("input ?x?x1 weights=\"%s\"\n%s", path, conv);
  g_autofree char       *wide = g_strdup_printf ("input ?x2x1 weights=\"%s\"\n%s", path, conv);
  g_autofree char       *before = g_get_current_dir ();
  g_autofree char       *printed = NULL;
  g_autoptr (CnnNetwork) network = NULL;
  g_autoptr (CnnBank)    one = NULL;
  g_autoptr (CnnBank)    two = NULL;
  g_autoptr (CnnBank)    other = NULL;
  g_autoptr (CnnBank)    later = NULL;

  write_model (path, 2, 3, 0.5f);
  g_assert_cmpfloat (run_file (text, &one), ==, 32.5f);
  g_assert_cmpfloat (run_file (text, &two), ==, 32.5f);
  g_assert_true (one == two); /* not read again */
  g_assert_cmpfloat (run_file (wide, &other), ==, 32.5f);
  g_assert_true (one != other);
  network = cnn_network_parse (text, NULL);
  printed = cnn_network_print (network);
  g_assert_cmpstr (printed, ==, text);

  write_model (path, 4, 3, 10);
  g_assert_cmpfloat (run_file (text, &later), ==, 44);
  g_assert_true (one != later);

  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_assert_cmpfloat (run_file ("input weights=\"a model.onnx\"\nconv kernels=@c.weight[3:4]", NULL),
                     ==, 34);
  g_assert_cmpint (g_chdir (before), ==, 0);

  g_file_set_contents (path, "no such thing", -1, NULL);
  g_assert_null (cnn_network_parse (text, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_true (g_str_has_prefix (error->message, "line 1, column 21: "));
  g_assert_cmpint (g_remove (path), ==, 0);
  cnn_test_refused (text, (CnnShape) { 1, 2, 1 }, CNN_ERROR_SPEC,
                    "a model.onnx” cannot be read: No such file");
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Where the file cannot be read, or the line that names it, no layer is to blame. */
static void
test_blame (void)
{
  static const char *const texts[] = {
    "input ?x?x1 weights=\"/nowhere.onnx\"\nconv kernels=@w\ndense weights=@m",
    "input wieghts=\"/nowhere.onnx\"\nconv kernels=@w\ndense weights=@m",
    "input weights=\"/nowhere.onnx\" 3x\nconv kernels=@w\ndense weights=@m",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (CnnReading) reading = cnn_text_read (texts[i]);

      g_assert_nonnull (reading->error);
      g_assert_cmpuint (reading->n_layers, ==, 3);
      g_assert_nonnull (reading->layers[0].problem);
      g_assert_null (reading->layers[1].problem);
      g_assert_null (reading->layers[2].problem);
      g_assert_nonnull (reading->layers[2].node);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bank/names", test_names);
  g_test_add_func ("/bank/outputs", test_outputs);
  g_test_add_func ("/bank/round-trip", test_round_trip);
  g_test_add_func ("/bank/shared", test_shared);
  g_test_add_func ("/bank/mistakes", test_mistakes);
  g_test_add_func ("/bank/alone", test_alone);
  g_test_add_func ("/bank/file", test_file);
  g_test_add_func ("/bank/blame", test_blame);
  return g_test_run ();
}
