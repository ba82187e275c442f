/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"

#include <string.h>

#include "i18n.h"
#include "import-own.h"
#include "network-private.h"
#include "text-private.h"

/* From a graph to layers: the nodes one after the other, each by the function of its
 * operator. */

static const CnnImportOp *const tables[] = {
  cnn_import_activations, cnn_import_arithmetic, cnn_import_convs,   cnn_import_matrices,
  cnn_import_norms,       cnn_import_pools,      cnn_import_reduces, cnn_import_resizes,
  cnn_import_slices,      cnn_import_views,
};

void
cnn_import_layer_clear (gpointer data)
{
  CnnImportLayer *layer = data;

  g_free (layer->op);
  g_free (layer->values);
  g_free (layer->wish);
}

CnnImportLayer *
cnn_import_layer (const CnnImport *import, int layer)
{
  return &g_array_index (import->layers, CnnImportLayer, layer);
}

/* --- the inputs of a node ------------------------------------------------------- */

/**
 * cnn_import_in:
 *
 * Returns: (transfer none) (nullable): the node's input @i, or %NULL where it is left out
 */
const CnnImportValue *
cnn_import_in (const CnnImport *import, const CnnOnnxNode *node, guint i)
{
  return i < node->n_in && node->in[i] >= 0 ? &import->values[node->in[i]] : NULL;
}

/**
 * cnn_import_constant:
 *
 * Returns: (transfer none): the numbers of the node's input @i, or %NULL with
 *   %CNN_ERROR_UNSUPPORTED set where they are not known or left out
 */
CnnOnnxTensor *
cnn_import_constant (const CnnImport *import, const CnnOnnxNode *node, guint i, GError **error)
{
  const CnnImportValue *value = cnn_import_in (import, node, i);

  if (value && value->constant)
    return value->constant;
  if (value)
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("input %u depends on the picture, only constants are supported there"), i + 1);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("input %u is missing"), i + 1);
  return NULL;
}

/**
 * cnn_import_data:
 *
 * Returns: (transfer none): the node's input @i, which is data, or %NULL with
 *   %CNN_ERROR_UNSUPPORTED set
 */
const CnnImportValue *
cnn_import_data (const CnnImport *import, const CnnOnnxNode *node, guint i, GError **error)
{
  const CnnImportValue *value = cnn_import_in (import, node, i);

  if (value && value->constant == NULL)
    return value;
  if (value)
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("input %u is a constant, there it must depend on the picture"), i + 1);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("input %u is missing"), i + 1);
  return NULL;
}

/** cnn_import_wants: whether somebody may want the node's output @out. */
gboolean
cnn_import_wants (const CnnOnnxNode *node, guint out)
{
  return out < node->n_out && node->out[out] >= 0;
}

/* --- layers ------------------------------------------------------------------------ */

void
cnn_import_append_names (GString *words, guint n, const char *const *names)
{
  for (guint i = 0; i < n; i++)
    g_string_append_printf (words, "%c%s", i == 0 ? ' ' : ',', names[i]);
}

/* The layer by itself, its references to the bank looked up. */
static CnnNode *
read_layer (const CnnImport *import, const CnnImportLayer *layer, GError **error)
{
  g_autoptr (GString) words = g_string_new (layer->op);
  const char       *names[CNN_MAX_INPUTS];
  g_autofree char  *problem = NULL;
  CnnNode          *node;

  for (guint i = 1; i < layer->n_in; i++)
    names[i - 1] = "a";
  cnn_import_append_names (words, layer->n_in - 1, names);
  if (*layer->values)
    g_string_append_printf (words, " %s", layer->values);
  node = cnn_text_read_words (words->str, import->bank, NULL, &problem);
  if (node)
    node->n_in = layer->n_in;
  else
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, problem);
  return node;
}

/**
 * cnn_import_emit:
 * @node: the node it is for
 * @n_in: number of inputs
 * @in: the layers it reads
 * @format: its words, without the names of other layers: those of @in[1] and on are put
 *   after the first word, and @in[0] is made its input
 *
 * Adds a layer to the network.
 *
 * Returns: its number, or −1 with an error set
 */
int
cnn_import_emit (CnnImport *import, const CnnOnnxNode *node, guint n_in, const int *in,
                 GError **error, const char *format, ...)
{
  g_autofree char *words = NULL;
  CnnShape         shapes[CNN_MAX_INPUTS];
  CnnNode         *read;
  CnnImportLayer            layer = { .n_in = n_in };
  gsize            op_length;
  va_list          args;
  gboolean         ok;

  if (!cnn_import_room (import, 0.0, error))
    return -1;
  if (n_in > CNN_MAX_INPUTS || import->layers->len >= CNN_MAX_NODES)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("networks of more than %d layers, or layers of more than %d inputs, "
                     "cannot be opened"), CNN_MAX_NODES, CNN_MAX_INPUTS);
      return -1;
    }
  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  op_length = strcspn (words, " ");
  layer.op = g_strndup (words, op_length);
  layer.values = g_strdup (words + op_length + (words[op_length] == ' '));
  layer.wish = cnn_import_wish (node);
  for (guint i = 0; i < n_in; i++)
    {
      layer.in[i] = in[i];
      shapes[i] = cnn_import_shape (import, in[i]);
    }
  read = read_layer (import, &layer, error);
  ok = read && cnn_node_shape (read, shapes, &layer.shape, error);
  if (read)
    cnn_node_unref (read);
  if (!ok)
    {
      cnn_import_layer_clear (&layer);
      return -1;
    }
  g_array_append_val (import->layers, layer);
  return (int) import->layers->len - 1;
}

/** cnn_import_shape: the shape of a layer's output. */
CnnShape
cnn_import_shape (const CnnImport *import, int layer)
{
  return cnn_import_layer (import, layer)->shape;
}

/* (nullable): a layer that emitted the same before. −1 where there is none. */
int
cnn_import_placed (const CnnImport *import, const CnnImportValue *value, const char *layout)
{
  for (guint i = 0; i < import->placed->len; i++)
    {
      const CnnImportPlaced *placed = &g_array_index (import->placed, CnnImportPlaced, i);

      if (placed->value.layer == value->layer && placed->value.n_dims == value->n_dims &&
          strcmp (placed->layout, layout) == 0 &&
          placed->value.n_atoms == value->n_atoms &&
          memcmp (placed->value.dims, value->dims, sizeof value->dims) == 0 &&
          memcmp (placed->value.atoms, value->atoms, value->n_atoms * sizeof (CnnAtom)) == 0)
        return placed->layer;
    }
  return -1;
}

void
cnn_import_remember_placed (CnnImport *import, const CnnImportValue *value, const char *layout,
                            int layer)
{
  CnnImportPlaced placed = { .value = *value, .layer = layer };

  g_strlcpy (placed.layout, layout, sizeof placed.layout);
  g_array_append_val (import->placed, placed);
}

/* --- the outputs of a node ---------------------------------------------------------------- */

/** cnn_import_set_value: says what the node's output @out is. */
void
cnn_import_set_value (CnnImport *import, const CnnOnnxNode *node, guint out,
                      const CnnImportValue *value)
{
  if (!cnn_import_wants (node, out))
    return;
  import->values[node->out[out]] = *value;
  if (value->constant)
    cnn_onnx_tensor_ref (value->constant);
  else if (out == 0)
    cnn_import_take_name (import, node, value->layer);
  import->known[node->out[out]] = TRUE;
}

/** cnn_import_set: says that output @out lies in @layer by @layout. */
void
cnn_import_set (CnnImport *import, const CnnOnnxNode *node, guint out, int layer, int n_dims,
                const gint64 *dims, const char *layout)
{
  CnnImportValue value;

  cnn_import_value_set (&value, layer, cnn_import_shape (import, layer), n_dims, dims, layout);
  cnn_import_set_value (import, node, out, &value);
}

/** cnn_import_set_like: says that output @out lies in @layer as @like lies in its own. */
void
cnn_import_set_like (CnnImport *import, const CnnOnnxNode *node, guint out, int layer,
                     const CnnImportValue *like)
{
  CnnImportValue value = *like;

  g_return_if_fail (cnn_shape_equal (cnn_import_shape (import, layer), like->shape));
  value.layer = layer;
  cnn_import_set_value (import, node, out, &value);
}

/** cnn_import_set_constant: says that output @out is known. */
void
cnn_import_set_constant (CnnImport *import, const CnnOnnxNode *node, guint out,
                         CnnOnnxTensor *tensor)
{
  CnnImportValue value = { .constant = tensor, .n_dims = tensor->n_dims };

  memcpy (value.dims, tensor->dims, sizeof value.dims);
  cnn_import_set_value (import, node, out, &value);
}

/* --- nodes --------------------------------------------------------------------------------- */

static CnnImportFunc
find_function (const CnnOnnxNode *node)
{
  if (*node->domain)
    return cnn_import_own (node);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const CnnImportOp *op = tables[i]; op->op; op++)
      if (strcmp (op->op, node->op) == 0)
        return op->import;
  return NULL;
}

/* Shape and Size of data are known, whatever the data is. */
static gboolean
import_extents (CnnImport *import, const CnnOnnxNode *node, const CnnImportValue *value)
{
  gint64         n = value->n_dims, n_cells = 1;
  gint64         start = cnn_onnx_attribute_int (node, "start", 0);
  gint64         end = cnn_onnx_attribute_int (node, "end", n);
  CnnOnnxTensor *tensor;

  for (int d = 0; d < value->n_dims; d++)
    n_cells *= value->dims[d];
  if (strcmp (node->op, "Size") == 0)
    {
      tensor = cnn_onnx_tensor_ints (0, NULL);
      tensor->ints[0] = n_cells;
    }
  else
    {
      start = CLAMP (start < 0 ? MAX (start, -n) + n : start, 0, n);
      end = CLAMP (end < 0 ? MAX (end, -n) + n : end, start, n);
      n = end - start;
      tensor = cnn_onnx_tensor_ints (1, &n);
      for (gint64 i = 0; i < n; i++)
        tensor->ints[i] = value->dims[start + i];
    }
  cnn_import_set_constant (import, node, 0, tensor);
  cnn_onnx_tensor_unref (tensor);
  return TRUE;
}

static gboolean
fold_node (CnnImport *import, const CnnOnnxNode *node, GError **error)
{
  g_autofree CnnOnnxTensor **in = g_new0 (CnnOnnxTensor *, node->n_in + 1);
  g_autofree CnnOnnxTensor **out = g_new0 (CnnOnnxTensor *, node->n_out + 1);

  for (guint i = 0; i < node->n_in; i++)
    if (node->in[i] >= 0)
      {
        in[i] = import->values[node->in[i]].constant;
        import->work -= (double) in[i]->n;
      }
  if (import->work < 0.0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("working out its constants would take too long"));
      return FALSE;
    }
  if (!cnn_fold (node, in, out, (gsize) MAX (import->room, 0.0), error))
    return FALSE;
  for (guint i = 0; i < node->n_out; i++)
    if (out[i])
      {
        import->room -= (double) cnn_onnx_tensor_bytes (out[i]);
        cnn_import_set_constant (import, node, i, out[i]);
        cnn_onnx_tensor_unref (out[i]);
      }
  return cnn_import_room (import, 0.0, error);
}

static gboolean
import_node (CnnImport *import, const CnnOnnxNode *node, GError **error)
{
  CnnImportFunc function = find_function (node);
  gboolean      all_known = TRUE;

  for (guint i = 0; i < node->n_in; i++)
    {
      if (node->in[i] < 0)
        continue;
      if (!import->known[node->in[i]])
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("nothing is known of its input %u"), i + 1);
          return FALSE;
        }
      all_known = all_known && import->values[node->in[i]].constant;
    }
  if (all_known)
    return fold_node (import, node, error);
  if (!*node->domain && (strcmp (node->op, "Shape") == 0 || strcmp (node->op, "Size") == 0) &&
      node->n_in == 1)
    return import_extents (import, node, &import->values[node->in[0]]);
  if (function)
    return function (import, node, error);
  if (*node->domain)
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("this is no operator of ONNX itself but of “%s”, which is not supported"),
                 node->domain);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("this operator is not supported"));
  return FALSE;
}

/* Marks the nodes that the outputs need, from the last to the first. */
static gboolean *
needed_nodes (const CnnOnnxGraph *graph)
{
  gboolean            *needed = g_new0 (gboolean, graph->nodes->len + 1);
  g_autofree gboolean *wanted = g_new0 (gboolean, graph->values->len + 1);

  for (guint i = 0; i < graph->n_outputs; i++)
    wanted[graph->outputs[i]] = TRUE;
  for (guint k = graph->nodes->len; k-- > 0;)
    {
      const CnnOnnxNode *node = cnn_onnx_graph_node (graph, k);

      for (guint i = 0; i < node->n_out; i++)
        needed[k] = needed[k] || (node->out[i] >= 0 && wanted[node->out[i]]);
      for (guint i = 0; needed[k] && i < node->n_in; i++)
        if (node->in[i] >= 0)
          wanted[node->in[i]] = TRUE;
    }
  return needed;
}

gboolean
cnn_import_nodes (CnnImport *import, GError **error)
{
  g_autofree gboolean *needed = needed_nodes (import->graph);

  for (guint i = 0; i < import->graph->nodes->len; i++)
    {
      const CnnOnnxNode *node = cnn_onnx_graph_node (import->graph, i);

      if (needed[i] && !import_node (import, node, error))
        {
          g_prefix_error (error, "%s “%.60s”: ", node->op, node->name);
          return FALSE;
        }
    }
  return TRUE;
}

