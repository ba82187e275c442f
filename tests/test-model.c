/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-model.h"

#include "onnx-bytes.h"

static GByteArray *
tensor (const char *name, int n_dims, const int *dims, const float *values)
{
  GByteArray *made = g_byte_array_new ();
  gsize       n = 1;

  for (int i = 0; i < n_dims; i++)
    {
      put_int (made, 1, dims[i]);
      n *= (gsize) dims[i];
    }
  put_int (made, 2, 1);
  put_text (made, 8, name);
  put_bytes (made, 9, values, n * sizeof *values);
  return made;
}

/* Of one picture of @channels channels, of any size. */
static GByteArray *
value (const char *name, int channels)
{
  GByteArray *made = g_byte_array_new ();
  GByteArray *type = g_byte_array_new ();
  GByteArray *of_tensor = g_byte_array_new ();
  GByteArray *shape = g_byte_array_new ();

  for (int i = 0; i < 4; i++)
    {
      GByteArray *dim = g_byte_array_new ();

      if (i < 2)
        put_int (dim, 1, i == 0 ? 1 : channels);
      else
        put_text (dim, 2, i == 2 ? "h" : "w");
      put_message (shape, 1, dim);
    }
  put_int (of_tensor, 1, 1);
  put_message (of_tensor, 2, shape);
  put_message (type, 1, of_tensor);
  put_text (made, 1, name);
  put_message (made, 2, type);
  return made;
}

/**
 * test_model_write:
 * @n: kernels
 * @weights: [n][depth][rows][columns], called “c.weight”
 * @biases: [n], called “c.bias”
 *
 * Writes a model of one convolution, called “c”.
 */
void
test_model_write (const char *path, int n, int depth, int rows, int columns,
                  const float *weights, const float *biases)
{
  static const char *const inputs[] = { "x", "c.weight", "c.bias" };
  GByteArray        *node = g_byte_array_new ();
  GByteArray        *graph = g_byte_array_new ();
  GByteArray        *opset = g_byte_array_new ();
  GByteArray        *model = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    put_text (node, 1, inputs[i]);
  put_text (node, 2, "y");
  put_text (node, 3, "c");
  put_text (node, 4, "Conv");
  put_message (graph, 1, node);
  put_text (graph, 2, "g");
  put_message (graph, 5, tensor ("c.weight", 4, (const int[]) { n, depth, rows, columns },
                                 weights));
  put_message (graph, 5, tensor ("c.bias", 1, &n, biases));
  put_message (graph, 11, value ("x", depth));
  put_message (graph, 12, value ("y", n));
  put_int (opset, 2, 17);
  put_int (model, 1, 8);
  put_message (model, 7, graph);
  put_message (model, 8, opset);
  g_file_set_contents (path, (const char *) model->data, (gssize) model->len, &error);
  g_assert_no_error (error);
  g_byte_array_unref (model);
}
