/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "onnx/import.h"

/* Any bytes as an .onnx file: read, made a network of, that network's shapes worked out, and
 * run where it is tiny. Refusing is fine; a network that the importer makes must be one that
 * its own parser reads. */

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n)
{
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_parse (bytes, n, NULL, NULL, NULL);
  g_autoptr (CnnImported)  imported = NULL;
  g_autoptr (CnnNetwork)   network = NULL;
  g_autoptr (GError)       error = NULL;

  fuzz_begin ();
  if (graph)
    imported = cnn_import_graph (graph, (CnnShape) { 12, 16, 3 }, NULL, NULL);
  if (imported == NULL)
    return 0;
  network = cnn_network_parse_with (imported->text, imported->bank, &error);
  if (network == NULL)
    g_error ("%s in:\n%s", error->message, imported->text);
  fuzz_network (network, imported->input.shape);
  return 0;
}
