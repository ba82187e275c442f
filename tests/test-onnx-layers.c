/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "error.h"
#include "onnx-bytes.h"
#include "onnx/import.h"

/* ONNX's windows and matrices as layers: random nodes against their definitions, written
 * out as loops; and nodes that make no sense. All numbers are small and whole, so that the
 * results are, too. */

#define MAX_PLACES 3

/* --- a model of one node ----------------------------------------------------------------- */

/* An attribute “name=1,2,3”, “name=7” or “name=word”; of one number a list where it ends in
 * a comma. */
static void
put_attribute (GByteArray *node, const char *text)
{
  enum { INT = 2, STRING = 3, INTS = 7 };

  GByteArray     *attribute = g_byte_array_new ();
  g_auto (GStrv)  parts = g_strsplit (text, "=", 2);

  put_text (attribute, 1, parts[0]);
  if (g_ascii_isalpha (*parts[1]))
    {
      put_text (attribute, 4, parts[1]);
      put_int (attribute, 20, STRING);
    }
  else if (strchr (parts[1], ','))
    {
      g_auto (GStrv) numbers = g_strsplit (parts[1], ",", -1);

      for (guint i = 0; numbers[i]; i++)
        if (*numbers[i])
          put_int (attribute, 8, g_ascii_strtoll (numbers[i], NULL, 10));
      put_int (attribute, 20, INTS);
    }
  else
    {
      put_int (attribute, 3, g_ascii_strtoll (parts[1], NULL, 10));
      put_int (attribute, 20, INT);
    }
  put_message (node, 5, attribute);
}

/* The attributes are separated by spaces. */
static void
put_attributes (GByteArray *node, const char *attributes)
{
  g_auto (GStrv) words = g_strsplit (attributes, " ", -1);

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      put_attribute (node, words[i]);
}

/* One node that makes @n_out outputs of @n_in inputs; @op: perhaps “domain.Operator”; @pads: (nullable): attributes of a Pad
 * before it. */
static CnnOnnxGraph *
model (const char *op, int version, guint n_in, guint n_out, const char *attributes,
       const char *pads)
{
  static const char *const ins[] = { "x", "w", "b" }, *const outs[] = { "y", "z" };

  GByteArray   *node = g_byte_array_new (), *graph = g_byte_array_new ();
  GByteArray   *opset = g_byte_array_new (), *bytes = g_byte_array_new ();
  CnnOnnxGraph *read;
  GError       *error = NULL;

  if (pads)
    {
      GByteArray *pad = g_byte_array_new ();

      put_text (pad, 1, "x");
      put_text (pad, 2, "padded");
      put_text (pad, 4, "Pad");
      put_attributes (pad, pads);
      put_message (graph, 1, pad);
    }
  for (guint i = 0; i < n_in + n_out; i++)
    {
      GByteArray *info = g_byte_array_new ();
      const char *name = i < n_in ? ins[i] : outs[i - n_in];

      put_text (node, i < n_in ? 1 : 2, i == 0 && pads ? "padded" : name);
      put_text (info, 1, name);
      put_message (graph, i < n_in ? 11 : 12, info);
    }
  if (strchr (op, '.'))
    {
      g_autofree char *domain = g_strndup (op, strcspn (op, "."));
      GByteArray      *other = g_byte_array_new ();

      put_text (node, 7, domain);
      put_text (other, 1, domain);
      put_int (other, 2, 1);
      put_message (bytes, 8, other);
      op = strchr (op, '.') + 1;
    }
  put_text (node, 4, op);
  put_attributes (node, attributes);
  put_message (graph, 1, node);
  put_int (opset, 2, version);
  put_int (bytes, 1, 8);
  put_message (bytes, 8, opset);
  put_message (bytes, 7, graph);
  read = cnn_onnx_graph_parse (bytes->data, bytes->len, NULL, NULL, &error);
  g_assert_no_error (error);
  g_byte_array_unref (bytes);
  return read;
}

static CnnOnnxTensor *
numbers (GRand *rand, int n_dims, const gint64 *dims)
{
  CnnOnnxTensor *tensor = cnn_onnx_tensor_floats (n_dims, dims);

  for (gsize i = 0; i < tensor->n; i++)
    tensor->floats[i] = (float) pick (rand, -3, 3);
  return tensor;
}

/* Where number @i of the tensor lies in the map. */
static gsize
place (const CnnImportValue *value, gsize i)
{
  int at[3] = { 0, 0, 0 };

  for (guint k = value->n_atoms; k-- > 0;)
    {
      const CnnAtom *atom = &value->atoms[k];

      at[atom->axis == 'h' ? 0 : atom->axis == 'w' ? 1 : 2] +=
        (int) (i % (gsize) atom->extent) * (int) atom->stride;
      i /= (gsize) atom->extent;
    }
  return ((gsize) at[0] * value->shape.width + at[1]) * value->shape.channels + at[2];
}

/* Imports the node and runs its text; the outputs are to be @wanted. */
static void
check (const char *op, int version, const char *attributes, guint n_in, CnnOnnxTensor **in,
       guint n_out, CnnOnnxTensor **wanted)
{
  g_autoptr (CnnOnnxGraph) graph = model (op, version, n_in, n_out, attributes, NULL);
  GError                  *error = NULL;
  g_autoptr (CnnImported)  imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, in, &error);
  g_autoptr (CnnNetwork)   network = NULL;
  g_autofree float        *values = NULL;

  g_assert_no_error (error);
  network = cnn_network_parse_with (imported->text, imported->bank, &error);
  g_assert_no_error (error);
  values = g_new0 (float, cnn_shape_cells (imported->input.shape));
  for (gsize i = 0; i < in[0]->n; i++)
    values[place (&imported->input, i)] = in[0]->floats[i];
  for (guint k = 0; k < n_out; k++)
    {
      const CnnImportValue *value = &imported->outputs[k].value;
      guint                 tap = imported->outputs[k].layer;
      g_autoptr (CnnPlan)   plan = cnn_plan_new (network, imported->input.shape, 1, &tap, NULL,
                                                 &error);
      g_autofree float     *out = NULL;

      g_assert_no_error (error);
      out = cnn_test_run_plan (plan, imported->input.shape, values, value->shape);
      g_assert_cmpint (value->n_dims, ==, wanted[k]->n_dims);
      for (int i = 0; i < value->n_dims; i++)
        g_assert_cmpint (value->dims[i], ==, wanted[k]->dims[i]);
      for (gsize i = 0; i < wanted[k]->n; i++)
        if (fabs (out[place (value, i)] - wanted[k]->floats[i]) > 1e-3)
          g_error ("%s %s, value %zu: %g, expected %g, in\n%s", op, attributes, i,
                   out[place (value, i)], wanted[k]->floats[i], imported->text);
    }
}

/* --- windows --------------------------------------------------------------------------------- */

/* Slices, rows and columns; of what has fewer, the first are single. */
typedef struct
{
  int n, in[MAX_PLACES], out[MAX_PLACES], kernel[MAX_PLACES], stride[MAX_PLACES];
  int dilation[MAX_PLACES], before[MAX_PLACES], after[MAX_PLACES];
} Window;

static void
append (GString *words, const char *key, const Window *window, const int *list, const int *more)
{
  g_string_append_printf (words, " %s=", key);
  for (int i = MAX_PLACES - window->n; i < MAX_PLACES; i++)
    g_string_append_printf (words, "%d,", list[i]);
  for (int i = MAX_PLACES - window->n; more && i < MAX_PLACES; i++)
    g_string_append_printf (words, "%d,", more[i]);
}

/* A random window; @same: 0 sides, 1 the odd cell last, 2 first. */
static Window
random_window (GRand *rand, int n, int same, gboolean up, GString *words)
{
  Window window = { .n = n };

  for (int i = 0; i < MAX_PLACES; i++)
    {
      gboolean on = i >= MAX_PLACES - n;
      int      reach, total;

      window.in[i] = on ? pick (rand, 5, 8) : 1;
      window.kernel[i] = on ? pick (rand, 1, 3) : 1;
      window.dilation[i] = on && window.kernel[i] > 1 ? pick (rand, 1, 2) : 1;
      reach = (window.kernel[i] - 1) * window.dilation[i] + 1;
      window.stride[i] = on ? pick (rand, 1, window.kernel[i]) : 1;
      window.before[i] = on ? pick (rand, 0, window.kernel[i] - 1) : 0;
      window.after[i] = on ? pick (rand, 0, window.kernel[i] - 1) : 0;
      if (same)
        {
          window.out[i] = (window.in[i] + window.stride[i] - 1) / window.stride[i];
          total = MAX ((window.out[i] - 1) * window.stride[i] + reach - window.in[i], 0);
          window.before[i] = same == 1 ? total / 2 : total - total / 2;
          window.after[i] = total - window.before[i];
          continue;
        }
      total = window.in[i] + window.before[i] + window.after[i] - reach;
      window.out[i] = total / window.stride[i] + 1;
      if (up && total % window.stride[i] &&
          window.out[i] * window.stride[i] < window.in[i] + window.before[i])
        window.out[i]++;
    }
  append (words, "kernel_shape", &window, window.kernel, NULL);
  append (words, "strides", &window, window.stride, NULL);
  append (words, "dilations", &window, window.dilation, NULL);
  if (same)
    g_string_append (words, same == 1 ? " auto_pad=SAME_UPPER" : " auto_pad=SAME_LOWER");
  else
    append (words, "pads", &window, window.before, window.after);
  return window;
}

static CnnOnnxTensor *
tensor_of (int n, gint64 a, gint64 b, const int *places)
{
  gint64 dims[2 + MAX_PLACES] = { a, b };

  for (int i = 0; i < n; i++)
    dims[2 + i] = places[MAX_PLACES - n + i];
  return cnn_onnx_tensor_floats (n + 2, dims);
}

static gsize
cell (const int *extents, const int *at)
{
  return ((gsize) at[0] * extents[1] + at[1]) * extents[2] + at[2];
}

/* The next of all indices below @extents, from all zeros; FALSE after the last. */
static gboolean
next (const int *extents, int *at)
{
  for (int i = MAX_PLACES; i-- > 0;)
    {
      if (++at[i] < extents[i])
        return TRUE;
      at[i] = 0;
    }
  return FALSE;
}

#define CELLS(extents) ((gsize) (extents)[0] * (extents)[1] * (extents)[2])

static void
fill (GRand *rand, CnnOnnxTensor *tensor)
{
  for (gsize i = 0; i < tensor->n; i++)
    tensor->floats[i] = (float) pick (rand, -3, 3);
}

/* Conv, from the side of the outputs; ConvTranspose is the same with the roles of input
 * and output exchanged. */
static void
test_convolutions (gconstpointer data)
{
  gboolean transposed = GPOINTER_TO_INT (data);
  GRand   *rand = g_rand_new_with_seed (17);

  for (int round = 0; round < 120; round++)
    {
      g_autoptr (GString) words = g_string_new (NULL);
      int                 n = pick (rand, 1, 3), same = transposed ? 0 : pick (rand, 0, 2);
      int                 pictures = pick (rand, 1, 2), groups = pick (rand, 1, 2);
      int                 ci = pick (rand, 1, 2), co = pick (rand, 1, 3); /* of a group */
      Window              window = random_window (rand, n, same, FALSE, words);
      const int          *fine = window.in, *coarse = window.out; /* what windows slide over */
      CnnOnnxTensor      *in[3], *out;

      g_string_append_printf (words, " group=%d", groups);
      if (transposed)
        {
          int extra[MAX_PLACES];

          for (int i = 0; i < MAX_PLACES; i++)
            extra[i] = window.in[i] + window.before[i] + window.after[i] -
                       (window.kernel[i] - 1) * window.dilation[i] - 1 -
                       (window.out[i] - 1) * window.stride[i];
          append (words, "output_padding", &window, extra, NULL);
        }
      in[0] = tensor_of (n, pictures, groups * ci, transposed ? coarse : fine);
      in[1] = tensor_of (n, groups * (transposed ? ci : co), transposed ? co : ci, window.kernel);
      in[2] = numbers (rand, 1, (const gint64[]) { groups * co });
      out = tensor_of (n, pictures, groups * co, transposed ? fine : coarse);
      fill (rand, in[0]);
      fill (rand, in[1]);
      for (int p = 0; p < pictures; p++)
        for (int o = 0; o < groups * co; o++)
          {
            const int *to = transposed ? fine : coarse, *from = transposed ? coarse : fine;
            float     *map = out->floats + (p * groups * co + o) * CELLS (to);

            for (gsize i = 0; i < CELLS (to); i++)
              map[i] = in[2]->floats[o];
            for (int c = 0; c < ci; c++)
              {
                const float *source = in[0]->floats +
                                      (p * groups * ci + o / co * ci + c) * CELLS (from);
                const float *kernel = in[1]->floats + CELLS (window.kernel) *
                                      (transposed ? (o / co * ci + c) * co + o % co : o * ci + c);
                int          at[MAX_PLACES] = { 0 };

                do
                  {
                    int k[MAX_PLACES] = { 0 };

                    do
                      {
                        int      f[MAX_PLACES];
                        gboolean inside = TRUE;

                        for (int i = 0; i < MAX_PLACES; i++)
                          {
                            f[i] = at[i] * window.stride[i] + k[i] * window.dilation[i] -
                                   window.before[i];
                            inside = inside && f[i] >= 0 && f[i] < fine[i];
                          }
                        if (inside)
                          map[cell (to, transposed ? f : at)] +=
                            source[cell (from, transposed ? at : f)] *
                            kernel[cell (window.kernel, k)];
                      }
                    while (next (window.kernel, k));
                  }
                while (next (coarse, at));
              }
          }
      check (transposed ? "ConvTranspose" : "Conv", 11, words->str, 3, in, 1, &out);
      for (int i = 0; i < 3; i++)
        cnn_onnx_tensor_unref (in[i]);
      cnn_onnx_tensor_unref (out);
    }
  g_rand_free (rand);
}

/* MaxPool with places, AveragePool and LpPool, each window cell by cell. */
static void
test_pools (void)
{
  enum { LARGEST, AVERAGE, NORM, N_KINDS };

  static const char *const ops[] = { "MaxPool", "AveragePool", "LpPool" };

  GRand *rand = g_rand_new_with_seed (18);

  for (int round = 0; round < 240; round++)
    {
      g_autoptr (GString) words = g_string_new (NULL);
      int                 kind = round % N_KINDS, n = pick (rand, 1, 3);
      int                 same = pick (rand, 0, 2), pictures = pick (rand, 1, 2);
      gboolean            up = pick (rand, 0, 1), counts = kind == AVERAGE && pick (rand, 0, 1);
      gboolean            columns = n == 2 && pick (rand, 0, 1);
      gboolean            has_places = kind == LARGEST && n < 3;
      Window              window;
      CnnOnnxTensor      *in, *out[2];

      /* What counts beyond the padding changed from version to version. */
      up = up && !counts;
      window = random_window (rand, n, same, up, words);
      g_string_append_printf (words, " ceil_mode=%d", up);
      if (counts)
        g_string_append (words, " count_include_pad=1");
      if (kind == NORM)
        g_string_append (words, " p=2");
      if (columns && has_places)
        g_string_append (words, " storage_order=1");
      in = tensor_of (n, pictures, 2, window.in);
      out[0] = tensor_of (n, pictures, 2, window.out);
      out[1] = tensor_of (n, pictures, 2, window.out);
      /* All different, so that there is one largest; and in no order. */
      for (gsize i = 0; i < in->n; i++)
        in->floats[i] = (float) (i * 7919 % 10007) / (float) (kind == LARGEST ? 1 : 1024);
      for (int map = 0; map < pictures * 2; map++)
        {
          const float *from = in->floats + map * CELLS (window.in);
          int          at[MAX_PLACES] = { 0 };

          do
            {
              int    k[MAX_PLACES] = { 0 }, inside = 0, padded = 0, best = 0;
              double sum = 0.0, most = -1.0;
              gsize  to = map * CELLS (window.out) + cell (window.out, at);

              do
                {
                  int      f[MAX_PLACES];
                  gboolean is_in = TRUE, is_padded = TRUE;
                  double   value;

                  for (int i = 0; i < MAX_PLACES; i++)
                    {
                      f[i] = at[i] * window.stride[i] + k[i] * window.dilation[i] -
                             window.before[i];
                      is_in = is_in && f[i] >= 0 && f[i] < window.in[i];
                      is_padded = is_padded && f[i] < window.in[i] + window.after[i];
                    }
                  padded += is_padded;
                  if (!is_in)
                    continue;
                  inside++;
                  value = from[cell (window.in, f)];
                  sum += kind == NORM ? value * value : value;
                  if (value > most)
                    {
                      most = value;
                      best = columns ? f[2] * window.in[1] + f[1] : (int) cell (window.in, f);
                    }
                }
              while (next (window.kernel, k));
              out[0]->floats[to] = (float) (kind == LARGEST   ? most
                                            : kind == NORM    ? sqrt (sum)
                                                              : sum / (counts ? padded : inside));
              out[1]->floats[to] = (float) (map * (int) CELLS (window.in) + best);
            }
          while (next (window.out, at));
        }
      check (ops[kind], 22, words->str, 1, &in, has_places ? 2 : 1, out);
      cnn_onnx_tensor_unref (in);
      cnn_onnx_tensor_unref (out[0]);
      cnn_onnx_tensor_unref (out[1]);
    }
  g_rand_free (rand);
}

/* --- matrices --------------------------------------------------------------------------------- */

/* MatMul of up to two dimensions of matrices, each of which either side may repeat. */
static void
test_matrices (void)
{
  GRand *rand = g_rand_new_with_seed (19);

  for (int round = 0; round < 120; round++)
    {
      int            m = pick (rand, 1, 4), k = pick (rand, 1, 4), n = pick (rand, 1, 4);
      gint64         a[4] = { 1, 1, m, k }, b[4] = { 1, 1, k, n }, y[4] = { 1, 1, m, n };
      CnnOnnxTensor *in[2], *out;

      for (int i = 0; i < 2; i++)
        {
          y[i] = pick (rand, 1, 3);
          a[i] = pick (rand, 0, 1) ? y[i] : 1;
          b[i] = a[i] == 1 || pick (rand, 0, 1) ? y[i] : 1;
        }
      in[0] = numbers (rand, 4, a);
      in[1] = numbers (rand, 4, b);
      out = cnn_onnx_tensor_floats (4, y);
      for (gsize i = 0; i < out->n; i++)
        {
          gint64 column = (gint64) i % n, row = (gint64) i / n % m, at = (gint64) i / (n * m);
          gint64 p = at / y[1], q = at % y[1];

          for (int inner = 0; inner < k; inner++)
            {
              gint64 left = ((p % a[0]) * a[1] + q % a[1]) * m + row;
              gint64 right = ((p % b[0]) * b[1] + q % b[1]) * k + inner;

              out->floats[i] += in[0]->floats[left * k + inner] * in[1]->floats[right * n + column];
            }
        }
      check ("MatMul", 13, "", 2, in, 1, &out);
      cnn_onnx_tensor_unref (in[0]);
      cnn_onnx_tensor_unref (in[1]);
      cnn_onnx_tensor_unref (out);
    }
  g_rand_free (rand);
}

/* --- padding before a convolution ------------------------------------------------------------- */

/* The convolution takes it over where it adds none itself; and only what it can. */
static void
test_padding (void)
{
  static const struct
  {
    const char *pad;
    const char *conv;
    const char *text;
  } cases[] = {
    { "mode=reflect pads=0,0,1,2,0,0,3,4", "", " pad=1,4,3,2 border=reflect " },
    { "mode=edge pads=0,0,1,1,0,0,1,1", "auto_pad=VALID", " pad=1 border=replicate " },
    { "pads=0,0,1,1,0,0,1,1", "", " pad=1 " },
    { "mode=reflect pads=0,0,1,1,0,0,1,1", "pads=0,0,1,1", "border=reflect\nconv" },
    { "mode=reflect pads=0,0,1,1,0,0,1,1", "auto_pad=SAME_UPPER", "border=reflect\nconv" },
    { "pads=0,0,1,-1,0,0,1,1", "", "pad 1,1,1,-1\nconv" },
  };
  const gint64   x[] = { 1, 2, 6, 6 }, w[] = { 3, 2, 3, 3 };
  CnnOnnxTensor *in[] = { cnn_onnx_tensor_floats (4, x), cnn_onnx_tensor_floats (4, w) };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnOnnxGraph) graph = model ("Conv", 10, 2, 1, cases[i].conv, cases[i].pad);
      GError                  *error = NULL;
      g_autoptr (CnnImported)  imported = cnn_import_graph (graph, (CnnShape) { 6, 6, 2 }, in,
                                                            &error);

      g_assert_no_error (error);
      if (strstr (imported->text, cases[i].text) == NULL)
        g_error ("%s: expected “%s” in\n%s", cases[i].pad, cases[i].text, imported->text);
      g_assert_true ((strstr (imported->text, "pad ") == NULL) == (i < 3));
    }
  cnn_onnx_tensor_unref (in[0]);
  cnn_onnx_tensor_unref (in[1]);
}

/* --- a bias that is a node of its own --------------------------------------------------------- */

/* (transfer full): the text of a convolution without a bias and numbers that are added to it;
 * @read_twice: what it makes is an output, too. */
static char *
add_after_conv (int n_dims, const gint64 *dims, gboolean read_twice)
{
  static const char *const names[] = { "x", "w", "b", "y", "c" };
  static const gint64      x[] = { 1, 3, 4, 4 }, w[] = { 2, 3, 1, 1 };

  GByteArray              *graph = g_byte_array_new (), *bytes = g_byte_array_new ();
  g_autoptr (CnnOnnxGraph) read = NULL;
  g_autoptr (CnnImported)  imported = NULL;
  g_autoptr (GError)       error = NULL;
  CnnOnnxTensor           *in[] = { cnn_onnx_tensor_floats (4, x), cnn_onnx_tensor_floats (4, w),
                                    cnn_onnx_tensor_floats (n_dims, dims) };

  for (guint i = 0; i < 2; i++)
    {
      GByteArray *node = g_byte_array_new (), *opset = g_byte_array_new ();

      put_text (node, 1, i == 0 ? "x" : "b");
      put_text (node, 1, i == 0 ? "w" : "c");
      put_text (node, 2, i == 0 ? "c" : "y");
      put_text (node, 4, i == 0 ? "Conv" : "Add");
      put_message (graph, 1, node);
      put_int (opset, 2, 13);
      if (i == 0)
        put_message (bytes, 8, opset);
      else
        g_byte_array_unref (opset);
    }
  for (guint i = 0; i < (read_twice ? 5 : 4); i++)
    {
      GByteArray *info = g_byte_array_new ();

      put_text (info, 1, names[i]);
      put_message (graph, i < 3 ? 11 : 12, info);
    }
  put_int (bytes, 1, 8);
  put_message (bytes, 7, graph);
  read = cnn_onnx_graph_parse (bytes->data, bytes->len, NULL, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < in[2]->n; i++)
    in[2]->floats[i] = (float) i + 0.5f;
  imported = cnn_import_graph (read, (CnnShape) { 4, 4, 3 }, in, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    cnn_onnx_tensor_unref (in[i]);
  g_byte_array_unref (bytes);
  return g_steal_pointer (&imported->text);
}

static void
test_bias (void)
{
  g_autofree char *merged = add_after_conv (3, (const gint64[]) { 2, 1, 1 }, FALSE);
  g_autofree char *one = add_after_conv (0, NULL, FALSE);
  g_autofree char *twice = add_after_conv (3, (const gint64[]) { 2, 1, 1 }, TRUE);
  g_autofree char *columns = add_after_conv (1, (const gint64[]) { 4 }, FALSE);

  g_assert_nonnull (strstr (merged, " bias=0.5,1.5\n"));
  g_assert_null (strstr (merged, "\nadd"));
  g_assert_nonnull (strstr (one, " bias=0.5,0.5\n"));
  g_assert_null (strstr (one, "\nadd"));
  /* Somebody wants what is there before. */
  g_assert_nonnull (strstr (twice, " bias=no"));
  g_assert_nonnull (strstr (twice, "\nadd"));
  /* Not one number for each map. */
  g_assert_nonnull (strstr (columns, " bias=no"));
  g_assert_nonnull (strstr (columns, "\nadd"));
}

/* --- what makes no sense ---------------------------------------------------------------------- */

/* @x and @w: extents, the second constant. */
typedef struct
{
  const char *op;
  int         version;
  const char *attributes;
  gint64      x[5];
  gint64      w[5];
  const char *words; /* of the refusal */
} Refusal;

static const Refusal refusals[] = {
  { "Conv", 11, "group=0", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "groups" },
  { "Conv", 11, "group=-2", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "groups" },
  { "Conv", 11, "group=9223372036854775807", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "groups" },
  { "Conv", 11, "kernel_shape=2,3", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "size" },
  { "Conv", 11, "kernel_shape=3,", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "expected 2" },
  { "Conv", 11, "strides=0,1", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "strides" },
  { "Conv", 11, "strides=1099511627776,1", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "strides" },
  { "Conv", 11, "pads=0,0,0,-1", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "pads" },
  { "Conv", 11, "pads=0,0", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "pads" },
  { "Conv", 11, "auto_pad=UPWARDS", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "UPWARDS" },
  { "Conv", 11, "", { 1, 2, 4, 4 }, { 2, 3, 3, 3 }, "channels" },
  { "Conv", 11, "", { 1, 2, 4, 4 }, { 2, 2, 3 }, "dimensions" },
  { "Conv", 11, "", { 2, 2 }, { 2, 2 }, "slide" },
  { "Conv", 11, "", { 1, 2, 2, 2 }, { 2, 2, 3, 3 }, "" },
  { "Conv", 11, "", { 1, 1, 2, 9, 9 }, { 1, 1, 3, 1, 1 }, "larger" },
  { "Conv", 11, "", { 1, 8, 512, 1, 1 }, { 64, 8, 1, 1, 1 }, "memory" },
  { "ConvTranspose", 11, "output_shape=1099511627776,4", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "" },
  { "ConvTranspose", 11, "group=3", { 1, 2, 4, 4 }, { 2, 2, 3, 3 }, "groups" },
  { "ConvTranspose", 11, "pads=3,3,3,3", { 1, 2, 1, 1 }, { 2, 2, 3, 3 }, "" },
  { "MaxPool", 11, "", { 1, 2, 4, 4 }, { 0 }, "size" },
  { "MaxPool", 11, "kernel_shape=1099511627776,1", { 1, 2, 4, 4 }, { 0 }, "kernel_shape" },
  { "MaxPool", 11, "kernel_shape=2,2", { 4, 4 }, { 0 }, "at least 3" },
  { "AveragePool", 11, "kernel_shape=5,5", { 1, 2, 4, 4 }, { 0 }, "" },
  { "LpPool", 11, "kernel_shape=2,2 p=-1", { 1, 2, 4, 4 }, { 0 }, "" },
  { "GlobalMaxPool", 11, "", { 4, 4 }, { 0 }, "at least 3" },
  { "LRN", 13, "size=0", { 1, 4, 2, 2 }, { 0 }, "size" },
  { "Softmax", 13, "axis=2", { 2, 4 }, { 0 }, "axis" },
  { "Softmax", 11, "axis=-9223372036854775808", { 2, 4 }, { 0 }, "axis" },
  { "Gemm", 13, "", { 2, 4 }, { 3, 4 }, "fit" },
  { "Gemm", 13, "", { 2, 4, 1 }, { 4, 4 }, "two dimensions" },
  { "MatMul", 13, "", { 2, 4 }, { 3, 4 }, "fit" },
  { "MatMul", 13, "", { 2, 2, 4 }, { 3, 4, 2 }, "number of matrices" },
  { "MatMul", 13, "", { 2, 4 }, { 0 }, "matri" },
  { "PRelu", 16, "", { 2, 4 }, { 3 }, "" },
  { "BatchNormalization", 15, "", { 1, 3, 2, 2 }, { 4 }, "" },
  { "InstanceNormalization", 15, "", { 1, 3, 2, 2 }, { 4 }, "channel" },
  { "Cast", 13, "to=7", { 2, 4 }, { 0 }, "type" },
  /* What looks like a function of our own. */
  { "convolens.MinPool", 17, "kernel_shape=2,2 ceil_mode=1", { 1, 2, 4, 4 }, { 0 }, "ceil_mode" },
  { "convolens.MinPool", 17, "", { 1, 2, 4, 4 }, { 0 }, "size" },
  { "convolens.MinPool", 17, "kernel_shape=2,2", { 2, 4 }, { 0 }, "2 dimensions" },
  { "convolens.MinPool", 17, "kernel_shape=2,2", { 1, 2, 4, 4 }, { 2, 2 }, "2 inputs" },
  { "convolens.Mish", 17, "alpha=1", { 2, 4 }, { 0 }, "alpha" },
  { "convolens.MaxPyramid_1_99999999_of_4x4", 17, "", { 1, 2, 4, 4 }, { 0 }, "levels" },
  { "convolens.MaxPyramid_1_2_of_4x5", 17, "", { 1, 2, 4, 4 }, { 0 }, "4×5" },
  { "convolens.MaxPyramid_1_2_of_4x4", 17, "", { 2, 2, 4, 4 }, { 0 }, "one picture" },
  { "convolens.MaxPyramid_1_2_of_4x4_", 17, "", { 1, 2, 4, 4 }, { 0 }, "" },
  { "convolens.MaxPlace_of_4x4_padded_0_0_0_0", 17, "kernel_shape=2,2", { 1, 2, 5, 4 }, { 0 },
    "4×4" },
  { "convolens.WrapPad_999999999_0_0_0", 17, "", { 1, 2, 4, 4 }, { 0 }, "" },
  { "convolens.WrapPad_-1_0_0_0", 17, "", { 1, 2, 4, 4 }, { 0 }, "not supported" },
  { "convolens.Other", 17, "", { 2, 4 }, { 0 }, "not supported" },
};

static int
count_dims (const gint64 *dims)
{
  int n = 0;

  while (n < 5 && dims[n] > 0)
    n++;
  return n;
}

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal           *at = &refusals[i];
      gboolean                 has_w = at->w[0] > 0 || strcmp (at->op, "MatMul") == 0;
      g_autoptr (CnnOnnxGraph) graph = model (at->op, at->version, has_w ? 2 : 1, 1,
                                              at->attributes, NULL);
      CnnOnnxTensor           *in[2];
      g_autoptr (CnnImported)  imported = NULL;
      g_autoptr (GError)       error = NULL;

      in[0] = cnn_onnx_tensor_floats (count_dims (at->x), at->x);
      in[1] = cnn_onnx_tensor_floats (MAX (count_dims (at->w), 1), at->w);
      imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, in, &error);
      cnn_onnx_tensor_unref (in[0]);
      cnn_onnx_tensor_unref (in[1]);
      if (imported)
        g_error ("%s %s became\n%s", at->op, at->attributes, imported->text);
      g_assert_true (error->domain == CNN_ERROR);
      if (strstr (error->message, at->words) == NULL)
        g_error ("%s %s: “%s”, expected “%s”", at->op, at->attributes, error->message, at->words);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx-layers/conv", GINT_TO_POINTER (FALSE), test_convolutions);
  g_test_add_data_func ("/onnx-layers/conv-transpose", GINT_TO_POINTER (TRUE), test_convolutions);
  g_test_add_func ("/onnx-layers/pools", test_pools);
  g_test_add_func ("/onnx-layers/matrices", test_matrices);
  g_test_add_func ("/onnx-layers/padding", test_padding);
  g_test_add_func ("/onnx-layers/bias", test_bias);
  g_test_add_func ("/onnx-layers/refusals", test_refusals);
  return g_test_run ();
}
