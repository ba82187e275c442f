/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-folder.h"

#include <string.h>

#include "onnx/graph.h"
#include "onnx/save.h"

/* A folder of networks as ONNX models, with an input and our output of each, which
 * onnx-check.py holds against another program's. */

/**
 * cnn_test_onnx_folder:
 *
 * Returns: (nullable): where models shall go; %NULL where nobody asks for them
 */
const char *
cnn_test_onnx_folder (void)
{
  return g_getenv ("CNN_ONNX_FOLDER");
}

static void
put (const char *folder, const char *name, const char *ending, gconstpointer bytes, gsize n)
{
  g_autofree char   *file = g_strdup_printf ("%s/%s.%s", folder, name, ending);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, bytes, (gssize) n, &error);
  g_assert_no_error (error);
}

/**
 * cnn_test_onnx_save:
 * @values: an input, of shape @in
 * @result: what the network makes of it, of shape @out
 * @name: of the files
 *
 * Saves a network, which must then be read without complaint, and puts its input and output
 * beside it.
 *
 * Returns: whether it can be written
 */
gboolean
cnn_test_onnx_save (CnnNetwork *network, CnnShape in, const float *values, CnnShape out,
                    const float *result, const char *name)
{
  const char               *folder = cnn_test_onnx_folder ();
  g_autofree char          *file = g_strdup_printf ("%s/%s.onnx", folder, name);
  g_autofree char          *text = cnn_network_print (network);
  g_autofree char          *shapes = NULL;
  g_autoptr (GError)        error = NULL;
  g_autoptr (CnnOnnxGraph)  graph = NULL;

  if (!cnn_model_save (network, in, NULL, file, &error))
    {
      g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
      return FALSE;
    }
  graph = cnn_onnx_graph_read (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (graph->opset, ==, 17);
  g_assert_cmpuint (graph->n_inputs, ==, 1);
  g_assert_cmpuint (graph->n_outputs, ==, 1);
  g_assert_cmpstr (cnn_onnx_graph_value (graph, graph->inputs[0])->name, ==, "input");
  g_assert_cmpstr (cnn_onnx_graph_value (graph, graph->outputs[0])->name, ==, "output");
  g_assert_cmpstr (g_hash_table_lookup (graph->metadata, "convolens.text"), ==, text);
  shapes = g_strdup_printf ("%d %d %d\n%d %d %d\n%s\n", CNN_SHAPE_ARGS (in), CNN_SHAPE_ARGS (out),
                            text);
  put (folder, name, "shapes", shapes, strlen (shapes));
  put (folder, name, "in", values, (gsize) cnn_shape_cells (in) * sizeof (float));
  put (folder, name, "out", result, (gsize) cnn_shape_cells (out) * sizeof (float));
  return TRUE;
}
