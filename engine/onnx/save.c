/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "i18n.h"
#include "writer-private.h"

/* A network as a model: its graph from the layers' own nodes, and the file. */

/* --- the model ----------------------------------------------------------------------- */

/* What the input line leaves open: 0 there. */
static CnnShape
asked_shape (const CnnNetwork *network)
{
  return cnn_network_input (network, (CnnShape) { 0, 0, 0 });
}

/* An extent: a number, or a name where @open. */
static Onnx__TensorShapeProto__Dimension *
dimension (CnnWriter *writer, gint64 value, gboolean open, const char *name)
{
  Onnx__TensorShapeProto__Dimension *dim = cnn_writer_alloc (writer, sizeof *dim);

  onnx__tensor_shape_proto__dimension__init (dim);
  if (open)
    {
      dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
      dim->dim_param = (char *) name;
    }
  else
    {
      dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
      dim->dim_value = value;
    }
  return dim;
}

static Onnx__ValueInfoProto *
value_info (CnnWriter *writer, const char *name, CnnShape shape, gboolean vector,
            const CnnShape *open, const char *height, const char *width)
{
  Onnx__ValueInfoProto    *info = cnn_writer_alloc (writer, sizeof *info);
  Onnx__TypeProto         *type = cnn_writer_alloc (writer, sizeof *type);
  Onnx__TypeProto__Tensor *tensor = cnn_writer_alloc (writer, sizeof *tensor);
  Onnx__TensorShapeProto  *dims = cnn_writer_alloc (writer, sizeof *dims);

  onnx__value_info_proto__init (info);
  onnx__type_proto__init (type);
  onnx__type_proto__tensor__init (tensor);
  onnx__tensor_shape_proto__init (dims);
  info->name = (char *) name;
  info->type = type;
  type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  tensor->shape = dims;
  dims->dim = cnn_writer_alloc (writer, 4 * sizeof (gpointer));
  dims->dim[dims->n_dim++] = dimension (writer, 1, FALSE, NULL);
  dims->dim[dims->n_dim++] = dimension (writer, shape.channels, FALSE, NULL);
  if (vector)
    return info;
  dims->dim[dims->n_dim++] = dimension (writer, shape.height, open && open->height == 0, height);
  dims->dim[dims->n_dim++] = dimension (writer, shape.width, open && open->width == 0, width);
  return info;
}

static void
fill_graph (CnnWriter *writer, Onnx__GraphProto *graph)
{
  guint       last = cnn_network_n_nodes (writer->network) - 1;
  CnnWritten *output = &writer->written[last];
  CnnShape    asked = asked_shape (writer->network);
  gboolean    open = !writer->fixed;

  onnx__graph_proto__init (graph);
  graph->name = (char *) "convolens";
  graph->n_node = writer->nodes->len;
  graph->node = (Onnx__NodeProto **) writer->nodes->pdata;
  graph->n_initializer = writer->tensors->len;
  graph->initializer = (Onnx__TensorProto **) writer->tensors->pdata;
  graph->n_input = 1;
  graph->input = cnn_writer_alloc (writer, sizeof (gpointer));
  graph->input[0] = value_info (writer, "input", writer->infos[0].shape, FALSE,
                                open ? &asked : NULL, "height", "width");
  graph->n_output = 1;
  graph->output = cnn_writer_alloc (writer, sizeof (gpointer));
  graph->output[0] = value_info (writer, output->name, writer->infos[last].shape, output->vector,
                                 open && output->scales ? &asked : NULL, "output_height",
                                 "output_width");
}

static Onnx__OperatorSetIdProto *
operator_set (CnnWriter *writer, const char *domain, gint64 version)
{
  Onnx__OperatorSetIdProto *set = cnn_writer_alloc (writer, sizeof *set);

  onnx__operator_set_id_proto__init (set);
  set->domain = (char *) domain;
  set->has_version = TRUE;
  set->version = version;
  return set;
}

static void
add_property (CnnWriter *writer, Onnx__ModelProto *model, const char *key, const char *value)
{
  Onnx__StringStringEntryProto *entry = cnn_writer_alloc (writer, sizeof *entry);

  onnx__string_string_entry_proto__init (entry);
  entry->key = cnn_writer_copy (writer, key);
  entry->value = cnn_writer_copy (writer, value);
  model->metadata_props[model->n_metadata_props++] = entry;
}

/* The caller's metadata in the order of their keys, so that the same network makes the
 * same file, and the network's text. */
static void
add_metadata (CnnWriter *writer, Onnx__ModelProto *model, GHashTable *metadata)
{
  g_autofree char  *text = cnn_network_print (writer->network);
  g_autoptr (GList) keys = metadata ? g_hash_table_get_keys (metadata) : NULL;

  keys = g_list_sort (keys, (GCompareFunc) strcmp);
  model->metadata_props = cnn_writer_alloc (writer,
                                            (g_list_length (keys) + 1) * sizeof (gpointer));
  for (const GList *key = keys; key; key = key->next)
    if (strcmp (key->data, "convolens.text") != 0)
      add_property (writer, model, key->data, g_hash_table_lookup (metadata, key->data));
  add_property (writer, model, "convolens.text", text);
}

static void
fill_model (CnnWriter *writer, GHashTable *metadata, Onnx__GraphProto *graph,
            Onnx__ModelProto *model)
{
  onnx__model_proto__init (model);
  fill_graph (writer, graph);
  model->graph = graph;
  model->has_ir_version = TRUE;
  model->ir_version = CNN_WRITER_IR;
  model->producer_name = (char *) "convolens";
  model->producer_version = (char *) CNN_VERSION;
  model->opset_import = cnn_writer_alloc (writer, 2 * sizeof (gpointer));
  model->opset_import[model->n_opset_import++] = operator_set (writer, "", CNN_WRITER_OPSET);
  if (writer->functions->len > 0)
    model->opset_import[model->n_opset_import++] = operator_set (writer, CNN_WRITER_DOMAIN, 1);
  model->n_functions = writer->functions->len;
  model->functions = (Onnx__FunctionProto **) writer->functions->pdata;
  add_metadata (writer, model, metadata);
}

/* --- the file ------------------------------------------------------------------------- */

/* Puts what protobuf-c packs into a file, without a copy of it all in memory. */
typedef struct
{
  ProtobufCBuffer base;
  FILE           *stream;
  int             wrong; /* errno of the first thing that failed */
} FileBuffer;

static void
file_append (ProtobufCBuffer *base, size_t n, const uint8_t *bytes)
{
  FileBuffer *buffer = (FileBuffer *) base;

  if (!buffer->wrong && n > 0 && fwrite (bytes, 1, n, buffer->stream) != n)
    buffer->wrong = errno ? errno : EIO;
}

static gboolean
set_wrong (const char *file, int wrong, GError **error)
{
  g_autofree char *name = g_filename_display_name (file);

  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be written: %s"), name,
               g_strerror (wrong));
  return FALSE;
}

/* Into a new file beside it, which then takes its place: whatever happens, there is the old
 * file or the new one. */
static gboolean
write_file (const ProtobufCMessage *message, const char *file, GError **error)
{
  g_autofree char *beside = g_strdup_printf ("%s.XXXXXX", file);
  FileBuffer       buffer = { .base = { file_append } };
  int              fd = g_mkstemp_full (beside, O_RDWR | O_CLOEXEC, 0666);

  if (fd < 0)
    return set_wrong (file, errno, error);
  buffer.stream = fdopen (fd, "wb");
  if (buffer.stream == NULL)
    {
      buffer.wrong = errno;
      close (fd);
    }
  else
    {
      protobuf_c_message_pack_to_buffer (message, &buffer.base);
      if (!buffer.wrong && (fflush (buffer.stream) != 0 || fsync (fd) != 0))
        buffer.wrong = errno;
      if (fclose (buffer.stream) != 0 && !buffer.wrong)
        buffer.wrong = errno;
    }
  if (!buffer.wrong && g_rename (beside, file) != 0)
    buffer.wrong = errno;
  if (!buffer.wrong)
    return TRUE;
  g_unlink (beside);
  return set_wrong (file, buffer.wrong, error);
}

/**
 * cnn_model_can_write:
 * @file: what is to be written later
 *
 * Finds out before long work whether its file can be written; leaves nothing behind.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_IO set
 */
gboolean
cnn_model_can_write (const char *file, GError **error)
{
  g_autofree char *beside = g_strconcat (file, ".XXXXXX", NULL);
  g_autofree char *shown = g_filename_display_name (file);
  int              fd;

  if (g_file_test (file, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” is a folder; say a file in it"), shown);
      return FALSE;
    }
  fd = g_mkstemp (beside);
  if (fd < 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be written: %s"), shown,
                   g_strerror (errno));
      return FALSE;
    }
  g_close (fd, NULL);
  g_unlink (beside);
  return TRUE;
}

/**
 * cnn_model_save:
 * @network: the network
 * @input: shape of the picture, as for cnn_network_infer()
 * @metadata: (nullable): char * → char *, put beside the network's text
 * @file: what to write; what was there is replaced once all is written
 *
 * Writes a network with its weights as an ONNX model that other programs can run: the
 * picture is “input”, [1, channels, height, width], and the last layer's output “output”.
 * Height and width stay open where the network's input line leaves them open and every
 * layer allows that. Layers that ONNX lacks are functions of its own operators. The
 * network's text is the metadata “convolens.text”.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE (it does not take @input),
 *   %CNN_ERROR_UNSUPPORTED, %CNN_ERROR_LIMIT or %CNN_ERROR_IO set
 */
gboolean
cnn_model_save (CnnNetwork *network, CnnShape input, GHashTable *metadata, const char *file,
                GError **error)
{
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, input, error);
  g_autoptr (CnnWriter)   writer = NULL;
  CnnShape                asked = asked_shape (network);
  Onnx__GraphProto        graph;
  Onnx__ModelProto        model;

  if (infos == NULL)
    return FALSE;
  writer = cnn_writer_new (network, infos);
  cnn_writer_name (writer, "input");
  cnn_writer_name (writer, "output");
  writer->written[0] = (CnnWritten) { .name = "input",
                                      .scales = asked.height == 0 || asked.width == 0 };
  if (cnn_network_n_nodes (network) == 1)
    {
      writer->label = "copy";
      cnn_writer_give (writer, "input", FALSE);
    }
  for (guint i = 1; i < cnn_network_n_nodes (network); i++)
    if (writer->needed[i] && !cnn_writer_layer (writer, i, error))
      return FALSE;
  fill_model (writer, metadata, &graph, &model);
  if (onnx__model_proto__get_packed_size (&model) > CNN_WRITER_LIMIT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("the file would be larger than 2 GiB, the most there can be"));
      return FALSE;
    }
  return write_file (&model.base, file, error);
}
