/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "error.h"
#include "onnx/import.h"
#include "onnx/save.h"

/* Any bytes as an .onnx file; the network that is made of it is written and read again. What
 * we write is a good file: only for want of room, or of an operator that we do not read, may
 * it be refused. */

#define MOST_LAYERS 40

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n)
{
  g_autofree char         *file = g_strdup_printf ("%s/fuzz-roundtrip-%d.onnx",
                                                   g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR)
                                                     ? "/dev/shm" : g_get_tmp_dir (), getpid ());
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_parse (bytes, n, NULL, NULL, NULL);
  g_autoptr (CnnImported)  imported = NULL, again = NULL;
  g_autoptr (CnnNetwork)   network = NULL;
  g_autoptr (CnnOnnxGraph) written = NULL;
  g_autofree CnnNodeInfo  *infos = NULL;
  g_autoptr (GError)       error = NULL;
  double                   parameters = 0.0;

  fuzz_begin ();
  if (graph)
    imported = cnn_import_graph (graph, (CnnShape) { 12, 16, 3 }, NULL, NULL);
  if (imported == NULL)
    return 0;
  network = cnn_network_parse_with (imported->text, imported->bank, NULL);
  infos = network ? cnn_network_infer (network, imported->input.shape, NULL) : NULL;
  if (infos == NULL || cnn_network_n_nodes (network) > MOST_LAYERS)
    return 0;
  for (guint i = 0; i < cnn_network_n_nodes (network); i++)
    parameters += (double) infos[i].parameters;
  if (parameters > 1e6 || !cnn_model_save (network, imported->input.shape, NULL, file, NULL))
    return 0;
  written = cnn_onnx_graph_read (file, NULL, &error);
  g_unlink (file);
  if (written)
    again = cnn_import_graph (written, imported->input.shape, NULL, &error);
  if (again == NULL && !g_error_matches (error, CNN_ERROR, CNN_ERROR_LIMIT) &&
      !g_error_matches (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED))
    g_error ("%s in what was written of:\n%s", error->message, imported->text);
  return 0;
}
