/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writer-private.h"

#include <string.h>

#include "i18n.h"

/* Layers as ONNX values: what a layer reads, in which form, and what it gives. */

/**
 * cnn_writer_new:
 * @network: what is to be written
 * @infos: what is known of its nodes; must outlive the writer
 *
 * Returns: (transfer full): a writer whose graph holds no node yet
 */
CnnWriter *
cnn_writer_new (CnnNetwork *network, const CnnNodeInfo *infos)
{
  CnnWriter *writer = g_new0 (CnnWriter, 1);
  guint      n = cnn_network_n_nodes (network);

  writer->network = cnn_network_ref (network);
  writer->infos = infos;
  writer->memory = g_ptr_array_new_with_free_func (g_free);
  writer->names = g_hash_table_new (g_str_hash, g_str_equal);
  writer->nodes = g_ptr_array_new ();
  writer->tensors = g_ptr_array_new ();
  writer->functions = g_ptr_array_new ();
  writer->written = g_new0 (CnnWritten, n);
  writer->needed = g_new0 (gboolean, n);
  writer->needed[n - 1] = TRUE;
  for (guint i = n; i-- > 0;)
    for (guint j = 0; writer->needed[i] && j < cnn_network_node (network, i)->n_in; j++)
      writer->needed[cnn_network_node (network, i)->in[j]] = TRUE;
  return writer;
}

static void
forget_weights (CnnWriter *writer)
{
  for (guint i = 0; i < CNN_MAX_WEIGHTS; i++)
    g_clear_pointer (&writer->weights[i], cnn_tensor_unref);
  writer->n_weights = 0;
}

void
cnn_writer_free (CnnWriter *writer)
{
  forget_weights (writer);
  cnn_network_unref (writer->network);
  g_clear_pointer (&writer->graph_nodes, g_ptr_array_unref);
  g_ptr_array_unref (writer->nodes);
  g_ptr_array_unref (writer->tensors);
  g_ptr_array_unref (writer->functions);
  g_hash_table_unref (writer->names);
  g_ptr_array_unref (writer->memory);
  g_clear_error (&writer->error);
  g_free (writer->written);
  g_free (writer->needed);
  g_free (writer);
}

/* Remembers the first thing that went wrong. */
void
cnn_writer_fail (CnnWriter *writer, CnnError code, const char *message)
{
  if (writer->error == NULL)
    g_set_error_literal (&writer->error, CNN_ERROR, code, message);
}

static const CnnNode *
current (const CnnWriter *writer)
{
  return cnn_network_node (writer->network, writer->current);
}

static CnnWritten *
read_by (const CnnWriter *writer, guint input)
{
  return &writer->written[current (writer)->in[input]];
}

/**
 * cnn_writer_in:
 *
 * Returns: the shape of the layer's input number @input
 */
CnnShape
cnn_writer_in (const CnnWriter *writer, guint input)
{
  return writer->infos[current (writer)->in[input]].shape;
}

/**
 * cnn_writer_out:
 *
 * Returns: the shape of what the layer puts out
 */
CnnShape
cnn_writer_out (const CnnWriter *writer)
{
  return writer->infos[writer->current].shape;
}

/**
 * cnn_writer_value:
 *
 * Returns: the name of the layer's input number @input, in the form it has
 */
const char *
cnn_writer_value (CnnWriter *writer, guint input)
{
  return read_by (writer, input)->name;
}

/**
 * cnn_writer_is_vector:
 *
 * Returns: whether the layer's input number @input is [1, K] in ONNX
 */
gboolean
cnn_writer_is_vector (const CnnWriter *writer, guint input)
{
  return read_by (writer, input)->vector;
}

/**
 * cnn_writer_order:
 *
 * Returns: where input number @input is a vector in the order channels, rows, columns, the
 *   map it was made of; 0×0×0 where its order is ours
 */
CnnShape
cnn_writer_order (const CnnWriter *writer, guint input)
{
  return read_by (writer, input)->order;
}

/**
 * cnn_writer_map:
 *
 * Returns: the name of input number @input as [1, channels, height, width]
 */
const char *
cnn_writer_map (CnnWriter *writer, guint input)
{
  CnnWritten *read = read_by (writer, input);
  gint64      dims[] = { 1, cnn_writer_in (writer, input).channels, 1, 1 };

  g_return_val_if_fail (read->order.channels == 0, read->name);

  if (!read->vector)
    return read->name;
  if (read->other == NULL)
    read->other = cnn_writer_add (writer, "Reshape", read->name,
                                  cnn_writer_ints (writer, "map", 4, dims), NULL);
  return read->other;
}

/**
 * cnn_writer_vector:
 *
 * Returns: the name of input number @input, which has one place, as [1, K]
 */
const char *
cnn_writer_vector (CnnWriter *writer, guint input)
{
  CnnWritten *read = read_by (writer, input);

  if (read->vector)
    return read->name;
  if (read->scales)
    writer->fixed = TRUE;
  if (read->other == NULL)
    read->other = cnn_writer_add (writer, "Flatten", read->name, NULL);
  return read->other;
}

/* Whether the layer treats every value alike, in whatever order, and keeps that order. */
static gboolean
keeps_order (const CnnOp *op)
{
  return op->reach == CNN_REACH_POINT && op->weights == NULL &&
         (op->group == CNN_GROUP_ACTIVATION || strcmp (op->name, "dropout") == 0);
}

static gboolean
leads_to_dense (const CnnWriter *writer, guint node)
{
  guint n = cnn_network_n_nodes (writer->network), n_readers = 0;

  for (guint i = node + 1; i < n; i++)
    {
      const CnnNode *reader = cnn_network_node (writer->network, i);
      gboolean       reads = FALSE;

      for (guint j = 0; j < reader->n_in; j++)
        reads = reads || reader->in[j] == node;
      if (!reads || !writer->needed[i])
        continue;
      n_readers++;
      if (strcmp (reader->op->name, "dense") != 0 &&
          !(keeps_order (reader->op) && leads_to_dense (writer, i)))
        return FALSE;
    }
  return n_readers > 0;
}

/**
 * cnn_writer_for_dense:
 *
 * Returns: whether the layer's values go into dense layers only, which can take them in any
 *   order
 */
gboolean
cnn_writer_for_dense (const CnnWriter *writer)
{
  return leads_to_dense (writer, writer->current);
}

/**
 * cnn_writer_weights:
 *
 * Returns: (transfer none): the layer's weights, as its op lists them, until the layer is
 *   written; %NULL where they cannot be made, and then @write fails
 */
CnnTensor *const *
cnn_writer_weights (CnnWriter *writer)
{
  const CnnNode *node = current (writer);
  CnnShape       in = cnn_writer_in (writer, 0);
  CnnWeight      list[CNN_MAX_WEIGHTS];
  guint          n = cnn_node_weights (node, in, list);
  double         bytes = 0.0;

  if (writer->n_weights > 0)
    return writer->weights;
  /* To find out before they are made, which may take long. */
  for (guint i = 0; i < n; i++)
    {
      double length = sizeof (float);

      for (int k = 0; k < list[i].n_dims; k++)
        length *= list[i].dims[k];
      bytes += length;
    }
  if (bytes + (double) writer->bytes > (double) CNN_WRITER_LIMIT)
    {
      cnn_writer_fail (writer, CNN_ERROR_LIMIT,
                       _("its weights make the file larger than 2 GiB, the most there can be"));
      return NULL;
    }
  for (; writer->n_weights < n; writer->n_weights++)
    {
      CnnTensor *tensor = cnn_tensor_new (list[writer->n_weights].n_dims,
                                          list[writer->n_weights].dims);

      if (tensor == NULL)
        {
          cnn_writer_fail (writer, CNN_ERROR_LIMIT,
                           _("there is not enough memory for the weights"));
          return NULL;
        }
      writer->weights[writer->n_weights] = tensor;
    }
  if (n > 0 && !node->op->init (node, in, node->seed, writer->weights,
                                writer->error ? NULL : &writer->error))
    return NULL;
  return writer->weights;
}

/* --- what the layer puts out --------------------------------------------------------- */

/**
 * cnn_writer_give:
 * @value: a value that the layer's @write has made or read
 * @vector: whether it is [1, K]
 *
 * Says that @value is what the layer puts out.
 */
void
cnn_writer_give (CnnWriter *writer, const char *value, gboolean vector)
{
  CnnWritten      *written = &writer->written[writer->current];
  gboolean         last = writer->current == cnn_network_n_nodes (writer->network) - 1;
  Onnx__NodeProto *node = writer->nodes->len > 0
                            ? writer->nodes->pdata[writer->nodes->len - 1]
                            : NULL;

  /* Under the layer's own name, which the node that makes it takes over unless it makes
   * something else. */
  if (node == NULL || node->output[0] != value)
    node = cnn_writer_node (writer, "Identity", 1, &value);
  node->output[0] = last ? (char *) "output" : (char *) writer->label;
  node->name = (char *) writer->label;
  written->name = node->output[0];
  written->vector = vector;
}

/**
 * cnn_writer_give_same:
 *
 * Says that @value, made of the values of input number 0 one by one, is what the layer
 * puts out.
 */
void
cnn_writer_give_same (CnnWriter *writer, const char *value)
{
  CnnWritten *read = read_by (writer, 0);

  cnn_writer_give (writer, value, read->vector);
  writer->written[writer->current].order = read->order;
}

/**
 * cnn_writer_give_channels_first:
 * @order: shape of a map
 *
 * Says that @value, the map as a vector in the order channels, rows, columns, is what the
 * layer puts out; only where cnn_writer_for_dense().
 */
void
cnn_writer_give_channels_first (CnnWriter *writer, const char *value, CnnShape order)
{
  cnn_writer_give (writer, value, TRUE);
  writer->written[writer->current].order = order;
}

/**
 * cnn_writer_fixed:
 *
 * Says that what is written for the layer holds for this size of its inputs only.
 */
void
cnn_writer_fixed (CnnWriter *writer)
{
  for (guint i = 0; i < current (writer)->n_in; i++)
    if (read_by (writer, i)->scales)
      writer->fixed = TRUE;
}

/**
 * cnn_writer_meet:
 * @broadcasts: whether an input of one place may meet a larger one
 *
 * cnn_writer_fixed() where the layer's inputs fit together for this size of the network's
 * input, but for others may not.
 */
void
cnn_writer_meet (CnnWriter *writer, gboolean broadcasts)
{
  CnnShape out = cnn_writer_out (writer);

  for (guint i = 0; i < current (writer)->n_in; i++)
    {
      CnnShape in = cnn_writer_in (writer, i);
      gboolean place = in.height == 1 && in.width == 1 && broadcasts;
      gboolean whole = in.height == out.height && in.width == out.width;

      if (read_by (writer, i)->scales ? !whole : !place)
        cnn_writer_fixed (writer);
    }
}

/* --- a layer ------------------------------------------------------------------------- */

static const char *
layer_label (CnnWriter *writer, const CnnNode *node, guint number)
{
  g_autofree char *made = NULL;

  if (node->name)
    return cnn_writer_name (writer, node->name);
  made = g_strdup_printf ("%s_%u", node->op->name, number);
  g_strdelimit (made, "-", '_');
  return cnn_writer_name (writer, made);
}

/**
 * cnn_writer_layer:
 * @number: of a node whose inputs are written
 *
 * Adds the ONNX nodes that do what a layer does.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
gboolean
cnn_writer_layer (CnnWriter *writer, guint number, GError **error)
{
  const CnnNode     *node = cnn_network_node (writer->network, number);
  g_autoptr (GError) wrong = NULL;
  gboolean           ok = FALSE;

  writer->current = number;
  writer->label = layer_label (writer, node, number);
  for (guint i = 0; i < node->n_in; i++)
    if (read_by (writer, i)->scales && cnn_node_reduction (node) == NULL)
      writer->written[number].scales = TRUE;
  if (node->op->write)
    ok = node->op->write (writer, node, &wrong);
  else
    g_set_error (&wrong, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("such a layer cannot be written to an ONNX file"));
  forget_weights (writer);
  if (ok && writer->error == NULL)
    return TRUE;
  g_propagate_error (error, wrong ? g_steal_pointer (&wrong) : g_steal_pointer (&writer->error));
  g_prefix_error (error, _("line %d, column %d: %s: "), node->line, node->column,
                  node->op->name);
  return FALSE;
}
