/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "model.h"
#include "onnx/save.h"
#include "presets.h"
#include "random-network.h"

/* Networks saved as ONNX and opened again compute the same, and a person finds in them what
 * they built. What was opened, saved and opened again, is the same text. */

#define CASES    8  /* of each layer */
#define ATTEMPTS 3000
#define NETWORKS 150 /* of several layers */
#define CLOSE    1e-5

static char             *folder;
static const char *const files[] = { "network.onnx", "again.onnx" };

/* --- one network ---------------------------------------------------------------- */

/* (transfer full) (nullable): the values of the last layer. */
static float *
run (CnnNetwork *network, CnnShape in, const float *values, CnnShape *out)
{
  guint               last = cnn_network_n_nodes (network) - 1;
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, in, 1, &last, NULL, &error);

  if (plan == NULL)
    {
      g_assert_true (g_error_matches (error, CNN_ERROR, CNN_ERROR_SHAPE) ||
                     g_error_matches (error, CNN_ERROR, CNN_ERROR_LIMIT));
      return NULL;
    }
  *out = cnn_plan_info (plan, last)->shape;
  return cnn_test_run_plan (plan, in, values, *out);
}

/* Whether two are equal within 1e-5 of the largest, and what is infinite or no number is so
 * in both. */
static gboolean
are_close (gsize n, const float *a, const float *b)
{
  double size = 0.0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (a[i]))
      size = MAX (size, fabs ((double) a[i]));
  for (gsize i = 0; i < n; i++)
    if (a[i] != b[i] && !(isnan (a[i]) && isnan (b[i])) &&
        !(fabs ((double) a[i] - b[i]) <= CLOSE * size))
      return FALSE;
  return TRUE;
}

/* What both make of a random picture; whether the first takes it. */
static gboolean
check_runs (GRand *rand, CnnNetwork *network, CnnNetwork *opened, CnnShape in, gboolean whole)
{
  gsize             n = (gsize) cnn_shape_cells (in);
  g_autofree float *values = g_new (float, n), *want = NULL, *got = NULL;
  CnnShape          out, opened_out;

  cnn_test_random_values (rand, n, values, whole);
  want = run (network, in, values, &out);
  if (want == NULL)
    return FALSE;
  got = run (opened, in, values, &opened_out);
  if (got == NULL || !cnn_shape_equal (out, opened_out) ||
      !are_close ((gsize) cnn_shape_cells (out), want, got))
    {
      g_autofree char *text = cnn_network_print (network);
      g_autofree char *opened_text = cnn_network_print (opened);

      g_error ("on %d×%d×%d:\n%s\nis something else once it was saved and opened%s:\n%s",
               CNN_SHAPE_ARGS (in), text, got ? "" : ", and refuses", opened_text);
    }
  return TRUE;
}

/* A text without the name of its file, and with its weights numbered: what they are called
 * says which layer of which file they belonged to. */
static char *
without_file (const char *text, gboolean names)
{
  g_autoptr (GString)    made = g_string_new (NULL);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  while (*text)
    if (g_str_has_prefix (text, " weights=\"/"))
      {
        text = strchr (text + strlen (" weights=\""), '"') + 1;
        g_string_append (made, " weights=FILE");
      }
    else if (*text == '@' && !names)
      {
        gsize n = 1 + strspn (text + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789_.-/:");
        char *name = g_strndup (text, n);

        if (!g_hash_table_contains (numbers, name))
          g_hash_table_insert (numbers, g_strdup (name),
                               GUINT_TO_POINTER (g_hash_table_size (numbers) + 1));
        g_string_append_printf (made, "@%u",
                                GPOINTER_TO_UINT (g_hash_table_lookup (numbers, name)));
        g_free (name);
        text += n;
      }
    else
      g_string_append_c (made, *text++);
  return g_string_free (g_steal_pointer (&made), FALSE);
}

/* Printing and reading a text again gives the same. */
static void
check_text (CnnModel *model)
{
  g_autoptr (GError)     error = NULL;
  g_autofree char       *printed = cnn_network_print (cnn_model_network (model));
  g_autoptr (CnnNetwork) read = cnn_network_parse (printed, &error);
  g_autofree char       *again = NULL;

  g_assert_no_error (error);
  again = cnn_network_print (read);
  g_assert_cmpstr (again, ==, printed);
}

/* (transfer full) (nullable): the network saved and opened; NULL where it cannot be
 * written. */
static CnnModel *
save_and_open (CnnNetwork *network, CnnShape in, const char *name)
{
  g_autofree char    *file = g_build_filename (folder, name, NULL);
  g_autofree char    *text = cnn_network_print (network);
  g_autoptr (GError)  error = NULL;
  CnnModel           *model;

  if (!cnn_model_save (network, in, NULL, file, &error))
    {
      g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
      return NULL;
    }
  model = cnn_model_open (file, in, &error);
  if (model == NULL)
    g_error ("%s\non %d×%d×%d was saved, but cannot be opened: %s", text, CNN_SHAPE_ARGS (in),
             error->message);
  return model;
}

/* What was opened, saved and opened once more. */
static void
check_again (CnnModel *model, CnnShape in, gboolean names)
{
  g_autoptr (CnnModel) again = save_and_open (cnn_model_network (model), in, files[1]);
  g_autofree char     *text = without_file (cnn_model_text (model), names);
  g_autofree char     *text_again = NULL;

  g_assert_nonnull (again);
  text_again = without_file (cnn_model_text (again), names);
  if (strcmp (text, text_again) != 0)
    g_error ("%s\non %d×%d×%d, saved and opened, becomes\n%s", text, CNN_SHAPE_ARGS (in),
             text_again);
}

/* Whether the network can be written and takes such a picture. @larger counts the pictures
 * of other sizes that were compared. */
static gboolean
check (GRand *rand, CnnNetwork *network, CnnShape in, gboolean whole, gboolean names,
       guint *larger)
{
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, in, NULL);
  g_autoptr (CnnModel)    model = infos ? save_and_open (network, in, files[0]) : NULL;
  CnnShape                asked = cnn_network_input (network, (CnnShape) { 0, 0, 0 });

  if (model == NULL || !check_runs (rand, network, cnn_model_network (model), in, whole))
    return FALSE;
  check_text (model);
  if (cnn_model_info (model)->any_size)
    {
      CnnShape other = { asked.height == 0 ? in.height + 5 : in.height,
                         asked.width == 0 ? in.width + 8 : in.width, in.channels };

      *larger += check_runs (rand, network, cnn_model_network (model), other, whole);
    }
  check_again (model, in, names);
  return TRUE;
}

/* --- random networks ------------------------------------------------------------- */

static gboolean
check_random (GRand *rand, char *text, CnnShape in, gboolean whole, guint *larger)
{
  g_autofree char       *words = text;
  g_autoptr (CnnNetwork) network = cnn_network_parse (words, NULL);

  return network && check (rand, network, in, whole, FALSE, larger);
}

static void
test_layer (gconstpointer data)
{
  const CnnOp       *op = data;
  g_autoptr (GRand)  rand = g_rand_new_with_seed (g_str_hash (op->name));
  guint              larger = 0;
  int                done = 0;

  for (int attempt = 0; attempt < ATTEMPTS && done < CASES; attempt++)
    {
      CnnShape in = cnn_test_random_shape (rand, op->reach);
      gboolean whole = attempt % 2;

      done += check_random (rand, cnn_test_random_layer (rand, op, in, whole), in, whole, &larger);
    }
  g_assert_cmpint (done, ==, CASES);
}

static void
test_networks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  guint             larger = 0;
  int               done = 0;

  for (int attempt = 0; attempt < ATTEMPTS && done < NETWORKS; attempt++)
    {
      CnnShape in = { pick (rand, 8, 40), pick (rand, 8, 40), pick (rand, 1, 4) };
      gboolean whole = attempt % 2;

      done += check_random (rand, cnn_test_random_network (rand, whole), in, whole, &larger);
    }
  g_assert_cmpint (done, ==, NETWORKS);
  g_assert_cmpuint (larger, >, NETWORKS / 4);
}

/* --- networks that come with the program -------------------------------------------- */

static void
test_presets (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  guint             n, larger = 0;
  const CnnPreset  *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (presets[i].text, &error);

      g_assert_no_error (error);
      g_assert_true (check (rand, network,
                            cnn_network_input (network, (CnnShape) { 64, 80, 3 }), FALSE, TRUE,
                            &larger));
    }
  g_assert_cmpuint (larger, >, 0);
}

/* The article's examples: the one of two convolutions on a picture in colour, and two
 * networks that end in probabilities. */
static void
test_article (void)
{
  static const char *const texts[] = {
    "input 4x4x3\n"
    "conv 2 3x3 kernels=\"[[[0,0,0],[0,1,0],[0,0,0]],[[1,1,1],[1,1,1],[1,1,1]],"
    "[[0,0,0],[0,2,0],[0,0,0]]]\",\"[[[-1,0,1],[-2,0,2],[-1,0,1]],[[0,0,0],[0,0,0],[0,0,0]],"
    "[[1,0,0],[0,1,0],[0,0,1]]]\" bias=0,-1 pad=same\n"
    "conv 3 3x3 pad=same\n",
    "input 28x28x1\nconv 32 3x3 pad=same\nrelu\nmaxpool 2\nflatten\ndense 128; relu\n"
    "dense 64; relu\ndense 10; softmax\n",
    "input 8x8x1; conv 2 3x3; relu; maxpool 2; flatten; dense 4; relu; dense 2; softmax",
  };

  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  guint             larger = 0;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (texts[i], &error);

      g_assert_no_error (error);
      g_assert_true (check (rand, network, cnn_network_input (network, (CnnShape) { 0, 0, 0 }),
                            FALSE, TRUE, &larger));
    }
}

/* --- what a person finds ---------------------------------------------------------------- */

/* A text, and what it is once it was saved and opened. */
static const struct
{
  const char *name, *saved, *opened;
} found[] = {
  { "digits",
    "input 28x28x1\nconv 32 3x3 pad=same\nrelu\nmaxpool 2\nflatten\ndense 128\nrelu\n"
    "dense 64\nrelu\ndense 10\nsoftmax\n",
    "input 28x28x1 weights=FILE\n"
    "conv 32 3x3 pad=1 kernels=@conv_1.weight bias=@conv_1.bias\nrelu\nmaxpool 2\nflatten\n"
    "dense 128 weights=@dense_5.weight bias=@dense_5.bias\nrelu\n"
    "dense 64 weights=@dense_7.weight bias=@dense_7.bias\nrelu\n"
    "dense 10 weights=@dense_9.weight bias=@dense_9.bias\nsoftmax\n" },
  { "named",
    "input ?x?x3\nconv 8 5x5 stride=2 pad=2 as=first\nbatchnorm as=norm\nrelu\n"
    "maxpool 3 stride=2 pad=1\ndropout 0.25 as=drop\nconv 8 3x3 pad=same bias=no as=second\nadd drop\nglobal-avgpool\n"
    "dense 5 bias=no as=last\nsoftmax as=probabilities\n",
    "input ?x?x3 weights=FILE\n"
    "conv 8 5x5 stride=2 pad=2 kernels=@first.weight bias=@first.bias as=first\n"
    "batchnorm scale=@norm.scale shift=@norm.shift mean=@norm.mean variance=@norm.variance "
    "as=norm\nrelu\nmaxpool 3 stride=2 pad=1\ndropout 0.25 as=drop\n"
    "conv 8 3x3 pad=1 kernels=@second.weight bias=no as=second\nadd drop\nglobal-avgpool\n"
    "dense 5 weights=@last.weight bias=no as=last\nsoftmax as=probabilities\n" },
  { "borders",
    "conv kernels=sobel-x groups=channels pad=same border=reflect\n"
    "conv 4 3x3 pad=1,2,0,1 border=wrap\nconv 2 5x1 border=replicate pad=same\n",
    "input ?x?x3 weights=FILE\n"
    "conv 3 3x3 pad=1 border=reflect groups=3 kernels=@conv_1.weight bias=0,0,0\n"
    "conv 4 3x3 pad=1,2,0,1 border=wrap kernels=@conv_2.weight bias=0,0,0,0\n"
    "conv 2 5x1 pad=2,0,2,0 border=replicate kernels=@conv_3.weight bias=0,0\n" },
  { "own",
    "input 16x20x2\nminpool 3 stride=1 pad=same\nstochastic-pool 2\ngelu\ngelu approximate=tanh\n"
    "mish\nmaxpool 2 pad=3 stride=1 dilation=4 give=place\nspp levels=1,3 type=average\ndense 4\n",
    "input 16x20x2 weights=FILE\nminpool 3 stride=1 pad=1\nstochastic-pool 2\ngelu\n"
    "gelu approximate=tanh\nmish\nmaxpool 2 stride=1 pad=3 dilation=4 give=place\n"
    "spp levels=1,3 type=average\ndense 4 weights=@dense_8.weight bias=0,0,0,0\n" },
  { "momentum",
    "input ?x?x1\nbatchnorm momentum=0.1\nbatchnorm momentum=0.01\nbatchnorm momentum=0.999\n"
    "batchnorm momentum=0\n",
    "input ?x?x1\nbatchnorm scale=1 shift=0 mean=0 variance=1\n"
    "batchnorm scale=1 shift=0 mean=0 variance=1 momentum=0.01\n"
    "batchnorm scale=1 shift=0 mean=0 variance=1 momentum=0.999\n"
    "batchnorm scale=1 shift=0 mean=0 variance=1 momentum=0\n" },
  { "far-padding",
    "maxpool 2 pad=3 stride=1 dilation=4\nminpool 2 stride=1 pad=0,2,1,2 dilation=3\n"
    "resize 2,1.5 mode=linear\n",
    "input ?x?x3\nmaxpool 2 stride=1 pad=3 dilation=4\nminpool 2 stride=1 pad=0,2,1,2 dilation=3\n"
    "resize 2,1.5 mode=linear\n" },
};

static void
test_found (gconstpointer data)
{
  guint                  i = GPOINTER_TO_UINT (data), larger = 0;
  g_autoptr (GRand)      rand = g_rand_new_with_seed (7);
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (found[i].saved, &error);
  CnnShape               in;
  g_autoptr (CnnModel)   model = NULL;
  g_autofree char       *opened = NULL;

  g_assert_no_error (error);
  in = cnn_network_input (network, (CnnShape) { 48, 40, 3 });
  model = save_and_open (network, in, files[0]);
  g_assert_nonnull (model);
  opened = without_file (cnn_model_text (model), TRUE);
  g_assert_cmpstr (opened, ==, found[i].opened);
  g_assert_true (check (rand, network, in, FALSE, TRUE, &larger));
}

int
main (int argc, char **argv)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);
  int                 result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      g_autofree char *path = g_strdup_printf ("/onnx-roundtrip/found/%s", found[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_found);
    }
  g_test_add_func ("/onnx-roundtrip/presets", test_presets);
  g_test_add_func ("/onnx-roundtrip/article", test_article);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/onnx-roundtrip/layer/%s", ops[i]->name);

      /* All that can run can be written. */
      g_assert_true (!ops[i]->write == !ops[i]->prepare);
      if (ops[i]->write)
        g_test_add_data_func (path, ops[i], test_layer);
    }
  g_test_add_func ("/onnx-roundtrip/networks", test_networks);
  result = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (folder, files[i], NULL);

      g_unlink (file);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
