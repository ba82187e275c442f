/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-bias.h"

#include <string.h>

#include "import-private.h"
#include "import-window.h"

/* Some programs write what a convolution or a matrix product adds as a node of its own. */

#define WITHOUT " bias=no"

/* Whether nobody but the node has to do with the layer of its input @i. */
static gboolean
is_alone (const CnnImport   *import,
          const CnnOnnxNode *node,
          guint              i)
{
  int layer = import->values[node->in[i]].layer, n_readers = 0;

  for (guint k = 0; k < import->graph->n_outputs; k++)
    if (import->graph->outputs[k] == node->in[i])
      return FALSE;
  for (guint k = 0; k < import->graph->values->len; k++)
    if ((int) k != node->in[i] && import->known[k] && !import->values[k].constant &&
        import->values[k].layer == layer)
      return FALSE;
  for (guint k = 0; k < import->layers->len; k++)
    for (guint j = 0; j < cnn_import_layer (import, (int) k)->n_in; j++)
      if (cnn_import_layer (import, (int) k)->in[j] == layer)
        return FALSE;
  for (guint k = 0; k < import->graph->nodes->len; k++)
    for (guint j = 0; j < cnn_onnx_graph_node (import->graph, k)->n_in; j++)
      n_readers += cnn_onnx_graph_node (import->graph, k)->in[j] == node->in[i];
  return n_readers == 1;
}

/* The node that made the layer of the node's input @i, if it is the one before. */
static const CnnOnnxNode *
maker (const CnnImport   *import,
       const CnnOnnxNode *node,
       guint              i,
       const char        *wish)
{
  int                maker = cnn_onnx_graph_value (import->graph, node->in[i])->maker;
  const CnnOnnxNode *before = maker < 0 ? node : cnn_onnx_graph_node (import->graph, (guint) maker);
  g_autofree char   *name = cnn_import_wish (before);

  return strcmp (name, wish) == 0 ? before : node;
}

/**
 * cnn_import_take_bias:
 * @node: adds @numbers to its input @i
 *
 * Makes the numbers the bias of the layer before, where that has none, nobody else reads it,
 * and there is one number for each map. In files of ours it was meant as it stands.
 *
 * Returns: whether the node is done with that
 */
gboolean
cnn_import_take_bias (CnnImport           *import,
                      const CnnOnnxNode   *node,
                      guint                i,
                      const CnnOnnxTensor *numbers)
{
  const CnnImportValue *value = &import->values[node->in[i]];
  CnnImportLayer       *layer = cnn_import_layer (import, value->layer);
  char                 *at = layer->values ? strstr (layer->values, WITHOUT) : NULL;
  g_autofree float     *bias = NULL;
  g_autofree char      *word = NULL, *before = NULL;

  if (import->own || !at || numbers->n_dims > value->n_dims || !is_alone (import, node, i))
    return FALSE;
  bias = cnn_import_per_map (value, numbers, value->n_dims - numbers->n_dims);
  if (!bias)
    return FALSE;
  word = cnn_import_numbers (import, maker (import, node, i, layer->wish), "bias",
                             value->shape.channels, bias);
  before = layer->values;
  layer->values = g_strdup_printf ("%.*s bias=%s%s", (int) (at - before), before, word,
                                   at + strlen (WITHOUT));
  cnn_import_set_value (import, node, 0, value);
  return TRUE;
}
