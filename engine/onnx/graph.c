/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* A graph out of a model: names become numbers, nodes get an order. */

typedef struct
{
  CnnOnnxReader *reader;
  CnnOnnxGraph  *graph;
  GHashTable    *numbers; /* name → number of its value + 1 */
} Work;

static void
value_free (gpointer data)
{
  CnnOnnxValue *value = data;

  g_free (value->name);
  cnn_onnx_tensor_unref (value->constant);
  g_free (value);
}

static void
node_free (gpointer data)
{
  CnnOnnxNode *node = data;

  g_free (node->name);
  g_free (node->op);
  g_free (node->domain);
  g_free (node->in);
  g_free (node->out);
  cnn_onnx_attributes_free (node->attributes);
  g_free (node);
}

/**
 * cnn_onnx_graph_free:
 * @graph: (nullable) (transfer full): what is no longer needed
 */
void
cnn_onnx_graph_free (CnnOnnxGraph *graph)
{
  if (!graph)
    return;
  g_clear_pointer (&graph->nodes, g_ptr_array_unref);
  g_clear_pointer (&graph->values, g_ptr_array_unref);
  g_clear_pointer (&graph->metadata, g_hash_table_unref);
  g_free (graph->inputs);
  g_free (graph->outputs);
  g_free (graph->name);
  g_free (graph->producer);
  g_free (graph->description);
  g_free (graph);
}

/**
 * cnn_onnx_graph_node:
 * @node: below the number of nodes
 *
 * Returns: (transfer none): the node
 */
const CnnOnnxNode *
cnn_onnx_graph_node (const CnnOnnxGraph *graph,
                     guint               node)
{
  g_return_val_if_fail (node < graph->nodes->len, NULL);
  return graph->nodes->pdata[node];
}

/**
 * cnn_onnx_graph_value:
 * @value: below the number of values
 *
 * Returns: (transfer none): the value
 */
CnnOnnxValue *
cnn_onnx_graph_value (const CnnOnnxGraph *graph,
                      int                 value)
{
  g_return_val_if_fail (value >= 0 && (guint) value < graph->values->len, NULL);
  return graph->values->pdata[value];
}

static char *
shown (const char *text)
{
  return g_utf8_make_valid (text ? text : "", -1);
}

/* --- values ------------------------------------------------------------------------------ */

static int
number_of (Work       *work,
           const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (work->numbers, name)) - 1;
}

static int
add_value (Work       *work,
           const char *name)
{
  CnnOnnxValue *value = g_new0 (CnnOnnxValue, 1);

  value->name = shown (name);
  value->maker = -1;
  g_ptr_array_add (work->graph->values, value);
  g_hash_table_insert (work->numbers, (gpointer) name,
                       GINT_TO_POINTER ((int) work->graph->values->len));
  return (int) work->graph->values->len - 1;
}

static gboolean
fail_value (GError     **error,
            CnnError     code,
            const char  *sentence, /* with one %s */
            const char  *name)
{
  g_autofree char *text = shown (name);

  g_set_error (error, CNN_ERROR, code, sentence, text);
  return FALSE;
}

/* What a file says of a value: its type and extents. */
static gboolean
declare (CnnOnnxValue                *value,
         const Onnx__ValueInfoProto  *info,
         gboolean                     must,
         GError                     **error)
{
  const Onnx__TypeProto *type = info->type;
  Onnx__TensorShapeProto *shape;

  if (!type)
    return TRUE;
  if (type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    return !must || type->value_case == ONNX__TYPE_PROTO__VALUE__NOT_SET
           || fail_value (error, CNN_ERROR_UNSUPPORTED,
                          _("value “%s”: it is not a block of numbers, which is all that can be "
                            "used"), info->name);
  if (value->constant)
    return TRUE;
  value->type = type->tensor_type->elem_type;
  shape = type->tensor_type->shape;
  if (!shape)
    return TRUE;
  if (shape->n_dim > CNN_ONNX_MAX_DIMS)
    return fail_value (error, CNN_ERROR_UNSUPPORTED, _("value “%s”: it has too many dimensions"),
                       info->name);
  value->declared = TRUE;
  value->n_dims = (int) shape->n_dim;
  for (size_t d = 0; d < shape->n_dim; d++)
    {
      const Onnx__TensorShapeProto__Dimension *dim = shape->dim[d];

      value->dims[d] = -1;
      if (dim->value_case != ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE)
        continue;
      /* Exporters write -1 for what is open. */
      if (dim->dim_value < -1)
        return fail_value (error, CNN_ERROR_FORMAT, _("value “%s”: an extent is negative"),
                           info->name);
      if (dim->dim_value > G_MAXINT32)
        return fail_value (error, CNN_ERROR_LIMIT, _("value “%s”: an extent is too large"),
                           info->name);
      value->dims[d] = dim->dim_value;
    }
  return TRUE;
}

static gboolean
read_initializers (Work                    *work,
                   const Onnx__GraphProto  *proto,
                   GError                 **error)
{
  if (proto->n_sparse_initializer > 0)
    {
      const Onnx__TensorProto *values = proto->sparse_initializer[0]->values;

      return fail_value (error, CNN_ERROR_UNSUPPORTED,
                         _("value “%s”: sparse numbers cannot be used"),
                         values ? values->name : NULL);
    }
  for (size_t i = 0; i < proto->n_initializer; i++)
    {
      const Onnx__TensorProto *tensor = proto->initializer[i];
      const char              *name = tensor->name ? tensor->name : "";
      g_autofree char         *text = shown (name);
      g_autofree char         *what = g_strdup_printf (_("value “%s”"), text);
      CnnOnnxValue            *value;

      if (!*name || number_of (work, name) >= 0)
        return fail_value (error, CNN_ERROR_FORMAT,
                           *name ? _("value “%s” is there twice")
                                 : _("numbers without a name (“%s”)"), name);
      if (!cnn_onnx_budget_take (work->reader->budget, 256 + strlen (name), error))
        return FALSE;
      value = cnn_onnx_graph_value (work->graph, add_value (work, name));
      value->constant = cnn_onnx_tensor_decode (work->reader, tensor, what, error);
      if (!value->constant)
        return FALSE;
      value->declared = TRUE;
      value->type = value->constant->type;
      value->n_dims = value->constant->n_dims;
      memcpy (value->dims, value->constant->dims, sizeof value->dims);
    }
  return TRUE;
}

static gboolean
read_inputs (Work                    *work,
             const Onnx__GraphProto  *proto,
             GError                 **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  work->graph->inputs = g_new0 (int, proto->n_input + 1);
  for (size_t i = 0; i < proto->n_input; i++)
    {
      const char *name = proto->input[i]->name ? proto->input[i]->name : "";
      int         number;

      if (!*name || !g_hash_table_add (seen, (gpointer) name))
        return fail_value (error, CNN_ERROR_FORMAT,
                           *name ? _("value “%s” is there twice")
                                 : _("an input without a name (“%s”)"), name);
      if (!cnn_onnx_budget_take (work->reader->budget, 256 + strlen (name), error))
        return FALSE;
      number = number_of (work, name);
      if (number < 0)
        {
          number = add_value (work, name);
          work->graph->inputs[work->graph->n_inputs++] = number;
        }
      if (!declare (cnn_onnx_graph_value (work->graph, number), proto->input[i], TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_outputs (Work                    *work,
              const Onnx__GraphProto  *proto,
              GError                 **error)
{
  if (proto->n_output == 0)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, _("the model has no output"));
      return FALSE;
    }
  work->graph->outputs = g_new0 (int, proto->n_output);
  for (size_t i = 0; i < proto->n_output; i++)
    {
      const char *name = proto->output[i]->name ? proto->output[i]->name : "";
      int         number = number_of (work, name);

      if (number < 0)
        return fail_value (error, CNN_ERROR_FORMAT, _("nothing makes the output “%s”"), name);
      if (!declare (cnn_onnx_graph_value (work->graph, number), proto->output[i], TRUE, error))
        return FALSE;
      work->graph->outputs[work->graph->n_outputs++] = number;
    }
  for (size_t i = 0; i < proto->n_value_info; i++)
    {
      const char *name = proto->value_info[i]->name ? proto->value_info[i]->name : "";
      int         number = number_of (work, name);

      if (number >= 0 && !declare (cnn_onnx_graph_value (work->graph, number),
                                   proto->value_info[i], FALSE, error))
        return FALSE;
    }
  return TRUE;
}

/* --- nodes ------------------------------------------------------------------------------- */

static gboolean
fail_node (GError      **error,
           const char   *sentence, /* with the node's %s and the value's */
           const char   *node,
           const char   *value)
{
  g_autofree char *text = shown (value);

  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, sentence, node, text);
  return FALSE;
}

static gboolean
read_nodes (Work             *work,
            const GPtrArray  *flats,
            GError          **error)
{
  for (guint i = 0; i < flats->len; i++)
    {
      CnnOnnxFlat *flat = flats->pdata[i];
      CnnOnnxNode *node = g_new0 (CnnOnnxNode, 1);

      g_ptr_array_add (work->graph->nodes, node);
      node->name = g_strdup (flat->name);
      node->op = g_strdup (flat->op);
      node->domain = g_strdup (flat->domain);
      node->version = flat->version;
      node->n_in = flat->in->len;
      node->in = g_new (int, node->n_in + 1);
      node->n_out = flat->out->len;
      node->out = g_new (int, node->n_out + 1);
      node->attributes = cnn_onnx_attributes_new (work->reader, node->name, flat->bound, error);
      if (!node->attributes)
        return FALSE;
      for (guint k = 0; k < node->n_out; k++)
        {
          const char *name = flat->out->pdata[k];

          node->out[k] = -1;
          if (!*name)
            continue;
          if (number_of (work, name) >= 0)
            return fail_node (error, _("node “%s” makes the value “%s”, which is there already"),
                              node->name, name);
          node->out[k] = add_value (work, name);
          cnn_onnx_graph_value (work->graph, node->out[k])->maker = (int) i;
        }
    }
  for (guint i = 0; i < flats->len; i++)
    {
      CnnOnnxFlat *flat = flats->pdata[i];
      CnnOnnxNode *node = work->graph->nodes->pdata[i];

      for (guint k = 0; k < node->n_in; k++)
        {
          const char *name = flat->in->pdata[k];

          node->in[k] = *name ? number_of (work, name) : -1;
          if (*name && node->in[k] < 0)
            return fail_node (error, _("node “%s” wants the value “%s”, which nothing makes"),
                              node->name, name);
        }
    }
  return TRUE;
}

/* Puts each node after those that make its inputs; a file in order stays as it is. Depth
 * first with a stack of its own: a chain may be as long as the file. */
static gboolean
sort_nodes (CnnOnnxGraph  *graph,
            GError       **error)
{
  guint             n = graph->nodes->len;
  g_autofree guint8 *state = g_new0 (guint8, n + 1); /* 1: on the stack, 2: has its place */
  g_autofree guint  *next = g_new0 (guint, n + 1);   /* which input is looked at */
  g_autofree guint  *stack = g_new (guint, n + 1);
  g_autofree int    *place = g_new (int, n + 1);
  g_autofree gpointer *sorted = g_new (gpointer, n + 1);
  guint             n_sorted = 0;

  for (guint first = 0; first < n; first++)
    {
      guint depth = 0;

      if (state[first] == 2)
        continue;
      stack[depth++] = first;
      state[first] = 1;
      while (depth > 0)
        {
          guint        at = stack[depth - 1];
          CnnOnnxNode *node = graph->nodes->pdata[at];
          int          value, maker;

          if (next[at] == node->n_in)
            {
              state[at] = 2;
              place[at] = (int) n_sorted;
              sorted[n_sorted++] = node;
              depth--;
              continue;
            }
          value = node->in[next[at]++];
          maker = value < 0 ? -1 : cnn_onnx_graph_value (graph, value)->maker;
          if (maker < 0 || state[maker] == 2)
            continue;
          if (state[maker] == 1)
            return fail_node (error, _("node “%s” goes in a circle: its input “%s” is made from "
                                       "what it makes"), node->name,
                              cnn_onnx_graph_value (graph, value)->name);
          state[maker] = 1;
          stack[depth++] = (guint) maker;
        }
    }
  if (n > 0)
    memcpy (graph->nodes->pdata, sorted, n * sizeof *sorted);
  for (guint i = 0; i < graph->values->len; i++)
    {
      CnnOnnxValue *value = graph->values->pdata[i];

      if (value->maker >= 0)
        value->maker = place[value->maker];
    }
  return TRUE;
}

/* --- the whole --------------------------------------------------------------------------- */

static CnnOnnxGraph *
build (CnnOnnxReader           *reader,
       const Onnx__ModelProto  *model,
       CnnOnnxKeeps             keeps,
       GError                 **error)
{
  g_autoptr (CnnOnnxGraph) graph = g_new0 (CnnOnnxGraph, 1);
  g_autoptr (GHashTable)   numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray)    strings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray)    flats = NULL;
  Work                     work = { reader, graph, numbers };

  graph->nodes = g_ptr_array_new_with_free_func (node_free);
  graph->values = g_ptr_array_new_with_free_func (value_free);
  graph->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!model->graph)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("this is not an ONNX file: there is no network in it"));
      return NULL;
    }
  graph->name = shown (model->graph->name);
  graph->producer = shown (model->producer_name);
  graph->description = shown (model->doc_string);
  for (size_t i = 0; i < model->n_metadata_props; i++)
    g_hash_table_insert (graph->metadata, shown (model->metadata_props[i]->key),
                         shown (model->metadata_props[i]->value));

  flats = cnn_onnx_flatten (reader, model, keeps, strings, &graph->opset, error);
  if (flats
      && read_initializers (&work, model->graph, error)
      && read_inputs (&work, model->graph, error)
      && read_nodes (&work, flats, error)
      && read_outputs (&work, model->graph, error)
      && sort_nodes (graph, error))
    return g_steal_pointer (&graph);
  return NULL;
}

/**
 * cnn_onnx_graph_parse_within:
 * @budget: (inout): what may be used; says afterwards what was
 *
 * cnn_onnx_graph_parse() with a budget of the caller's.
 *
 * Returns: (transfer full): see there
 */
CnnOnnxGraph *
cnn_onnx_graph_parse_within (const guint8   *bytes,
                             gsize           n,
                             const char     *folder,
                             CnnOnnxKeeps    keeps,
                             CnnOnnxBudget  *budget,
                             GError        **error)
{
  g_autoptr (GHashTable) sides = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  CnnOnnxReader          reader = { folder, budget, sides };
  ProtobufCMessage      *message;
  CnnOnnxGraph          *graph;

  message = cnn_onnx_unpack (&onnx__model_proto__descriptor, bytes, n, budget, error);
  if (!message)
    return NULL;
  graph = build (&reader, (Onnx__ModelProto *) message, keeps, error);
  cnn_onnx_unpack_free (message, budget);
  if (graph)
    graph->room = budget->limit - budget->used;
  return graph;
}

/**
 * cnn_onnx_graph_parse:
 * @bytes: [n] of an .onnx file
 * @folder: (nullable): where files of external data may lie
 * @keeps: (nullable): which functions' calls stay nodes; none
 *
 * Returns: (transfer full): the graph; %NULL with CNN_ERROR_FORMAT (broken), UNSUPPORTED,
 *   LIMIT or IO set
 */
CnnOnnxGraph *
cnn_onnx_graph_parse (const guint8  *bytes,
                      gsize          n,
                      const char    *folder,
                      CnnOnnxKeeps   keeps,
                      GError       **error)
{
  CnnOnnxBudget budget;

  cnn_onnx_budget_init (&budget, n);
  return cnn_onnx_graph_parse_within (bytes, n, folder, keeps, &budget, error);
}

/**
 * cnn_onnx_graph_read:
 * @file: path of an .onnx file
 * @keeps: (nullable): see cnn_onnx_graph_parse()
 *
 * Returns: (transfer full): the graph; %NULL as there
 */
CnnOnnxGraph *
cnn_onnx_graph_read (const char    *file,
                     CnnOnnxKeeps   keeps,
                     GError       **error)
{
  g_autofree char   *folder = g_path_get_dirname (file);
  g_autofree guint8 *bytes = NULL;
  gsize              n;

  if (!(bytes = cnn_onnx_file_bytes (file, &n, error)))
    return NULL;
  return cnn_onnx_graph_parse (bytes, n, folder, keeps, error);
}
