/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cnn-test.h"
#include "error.h"
#include "onnx-bytes.h"
#include "onnx-one.h"

/* ONNX's matrices as layers: random nodes against their definition, written out as loops, in
 * small whole numbers; nodes that become one layer; and nodes that make no sense. */

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
      in[0] = onnx_one_numbers (rand, 4, a);
      in[1] = onnx_one_numbers (rand, 4, b);
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
      onnx_one_check ("MatMul", 13, "", 2, in, 1, &out);
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
      g_autoptr (CnnOnnxGraph) graph = onnx_one_graph ("Conv", 10, 2, 1, cases[i].conv,
                                                       cases[i].pad);
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
      g_autoptr (CnnOnnxGraph) graph = onnx_one_graph (at->op, at->version, has_w ? 2 : 1, 1,
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
  g_test_add_func ("/onnx-layers/matrices", test_matrices);
  g_test_add_func ("/onnx-layers/padding", test_padding);
  g_test_add_func ("/onnx-layers/bias", test_bias);
  g_test_add_func ("/onnx-layers/refusals", test_refusals);
  return g_test_run ();
}
