/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writer-private.h"

#include <stdarg.h>
#include <string.h>

#include "i18n.h"

/* ONNX's nodes, their attributes and numbers, and functions, as protobuf-c's messages. All
 * memory is the writer's. */

#define MAX_ATTRIBUTES 8

/* ONNX's numbers of element types. */
#define TYPE_FLOAT 1
#define TYPE_INT64 7

gpointer
cnn_writer_alloc (CnnWriter *writer, gsize n)
{
  gpointer memory = g_malloc0 (n);

  g_ptr_array_add (writer->memory, memory);
  return memory;
}

char *
cnn_writer_copy (CnnWriter *writer, const char *text)
{
  char *copy = g_strdup (text);

  g_ptr_array_add (writer->memory, copy);
  return copy;
}

/* A name that no other value, tensor or node has: as wished, or with a number after it. */
const char *
cnn_writer_name (CnnWriter *writer, const char *wish)
{
  g_autofree char *name = g_strdup (wish);
  char            *copy;

  for (guint i = 2; g_hash_table_contains (writer->names, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", wish, i);
    }
  copy = cnn_writer_copy (writer, name);
  g_hash_table_add (writer->names, copy);
  return copy;
}

/* --- nodes --------------------------------------------------------------------------- */

/* Adds a node with one output, whose name is made up. */
Onnx__NodeProto *
cnn_writer_node (CnnWriter *writer, const char *op, guint n, const char *const *in)
{
  Onnx__NodeProto *node = cnn_writer_alloc (writer, sizeof *node);
  g_autofree char *wish = g_strdup_printf ("%s/%s", writer->label, op);

  onnx__node_proto__init (node);
  node->op_type = cnn_writer_copy (writer, op);
  node->n_input = n;
  node->input = cnn_writer_alloc (writer, n * sizeof (char *));
  for (guint i = 0; i < n; i++)
    node->input[i] = (char *) in[i];
  node->n_output = 1;
  node->output = cnn_writer_alloc (writer, 2 * sizeof (char *));
  node->output[0] = (char *) cnn_writer_name (writer, wish);
  node->name = node->output[0];
  node->attribute = cnn_writer_alloc (writer, MAX_ATTRIBUTES * sizeof (gpointer));
  g_ptr_array_add (writer->nodes, node);
  return node;
}

/**
 * cnn_writer_add_list:
 * @op: an operator of ONNX's own
 * @n: how many values it reads
 * @in: their names; "" leaves an optional one out
 *
 * Adds a node; its attributes are those that are set before the next one is added.
 *
 * Returns: the name of what it makes
 */
const char *
cnn_writer_add_list (CnnWriter *writer, const char *op, guint n, const char *const *in)
{
  return cnn_writer_node (writer, op, n, in)->output[0];
}

/**
 * cnn_writer_add:
 * @...: names of the values it reads, and %NULL
 *
 * cnn_writer_add_list() with the names one by one.
 */
const char *
cnn_writer_add (CnnWriter *writer, const char *op, ...)
{
  const char *in[CNN_MAX_INPUTS], *name;
  guint       n = 0;
  va_list     args;

  va_start (args, op);
  while (n < CNN_MAX_INPUTS && (name = va_arg (args, const char *)))
    in[n++] = name;
  va_end (args);
  return cnn_writer_add_list (writer, op, n, in);
}

/**
 * cnn_writer_second:
 *
 * Returns: the name of the second output of the node that was added last
 */
const char *
cnn_writer_second (CnnWriter *writer)
{
  Onnx__NodeProto *node = writer->nodes->pdata[writer->nodes->len - 1];
  g_autofree char *wish = g_strdup_printf ("%s_second", node->output[0]);

  node->n_output = 2;
  node->output[1] = (char *) cnn_writer_name (writer, wish);
  return node->output[1];
}

/* --- attributes of the node that was added last --------------------------------------- */

Onnx__AttributeProto *
cnn_writer_attribute (CnnWriter *writer, const char *key, Onnx__AttributeProto__AttributeType type)
{
  Onnx__NodeProto      *node = writer->nodes->pdata[writer->nodes->len - 1];
  Onnx__AttributeProto *attribute = cnn_writer_alloc (writer, sizeof *attribute);

  onnx__attribute_proto__init (attribute);
  attribute->name = cnn_writer_copy (writer, key);
  attribute->has_type = TRUE;
  attribute->type = type;
  g_assert (node->n_attribute < MAX_ATTRIBUTES);
  node->attribute[node->n_attribute++] = attribute;
  return attribute;
}

void
cnn_writer_int (CnnWriter *writer, const char *key, gint64 value)
{
  Onnx__AttributeProto *attribute =
    cnn_writer_attribute (writer, key, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

  attribute->has_i = TRUE;
  attribute->i = value;
}

void
cnn_writer_float (CnnWriter *writer, const char *key, double value)
{
  Onnx__AttributeProto *attribute =
    cnn_writer_attribute (writer, key, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

  attribute->has_f = TRUE;
  attribute->f = (float) value;
}

void
cnn_writer_string (CnnWriter *writer, const char *key, const char *value)
{
  Onnx__AttributeProto *attribute =
    cnn_writer_attribute (writer, key, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);

  attribute->has_s = TRUE;
  attribute->s.data = (guint8 *) cnn_writer_copy (writer, value);
  attribute->s.len = strlen (value);
}

void
cnn_writer_list (CnnWriter *writer, const char *key, int n, const gint64 *values)
{
  Onnx__AttributeProto *attribute =
    cnn_writer_attribute (writer, key, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

  attribute->n_ints = (size_t) n;
  attribute->ints = cnn_writer_alloc (writer, MAX (n, 1) * sizeof (gint64));
  for (int i = 0; i < n; i++)
    attribute->ints[i] = values[i];
}

/* --- numbers --------------------------------------------------------------------------- */

/* A tensor of the graph, or in a function the value of a node; its numbers are still to be
 * filled in. %NULL where the file would become too large. */
static guint8 *
add_tensor (CnnWriter *writer, const char *what, int type, int n_dims, const gint64 *dims,
            gsize size, gsize *n, const char **name)
{
  Onnx__TensorProto *tensor = cnn_writer_alloc (writer, sizeof *tensor);
  g_autofree char   *wish = g_strdup_printf ("%s.%s", writer->label, what);
  guint64            bytes = size;

  onnx__tensor_proto__init (tensor);
  tensor->has_data_type = TRUE;
  tensor->data_type = type;
  tensor->n_dims = (size_t) n_dims;
  tensor->dims = cnn_writer_alloc (writer, MAX (n_dims, 1) * sizeof (gint64));
  for (int i = 0; i < n_dims; i++)
    {
      tensor->dims[i] = dims[i];
      bytes *= (guint64) MIN (dims[i], G_MAXINT32);
      bytes = MIN (bytes, CNN_WRITER_LIMIT + 1);
    }
  *name = cnn_writer_name (writer, wish);
  writer->bytes += bytes;
  tensor->has_raw_data = TRUE;
  if (writer->bytes <= CNN_WRITER_LIMIT)
    tensor->raw_data.data = g_try_malloc0 (MAX (bytes, 1));
  if (tensor->raw_data.data == NULL)
    {
      cnn_writer_fail (writer, CNN_ERROR_LIMIT,
                       _("its weights make the file larger than 2 GiB, the most there can be"));
      return NULL;
    }
  g_ptr_array_add (writer->memory, tensor->raw_data.data);
  tensor->raw_data.len = bytes;
  *n = bytes / size;
  if (writer->function)
    {
      Onnx__NodeProto *node = cnn_writer_node (writer, "Constant", 0, NULL);

      cnn_writer_attribute (writer, "value", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR)->t =
        tensor;
      *name = node->output[0];
    }
  else
    {
      tensor->name = (char *) *name;
      g_ptr_array_add (writer->tensors, tensor);
    }
  return tensor->raw_data.data;
}

/**
 * cnn_writer_floats:
 * @what: what the numbers are to the layer: "weight", "bias", …
 * @n_dims: up to %CNN_WRITER_MAX_DIMS; 0 for a single number
 * @dims: the extents, outermost first
 * @values: the numbers, copied
 *
 * Returns: the name of a constant
 */
const char *
cnn_writer_floats (CnnWriter *writer, const char *what, int n_dims, const gint64 *dims,
                   const float *values)
{
  const char *name;
  gsize       n;
  guint8     *bytes = add_tensor (writer, what, TYPE_FLOAT, n_dims, dims, sizeof (float), &n,
                                  &name);

  for (gsize i = 0; bytes && i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, values + i, sizeof bits);
      bits = GUINT32_TO_LE (bits);
      memcpy (bytes + i * sizeof bits, &bits, sizeof bits);
    }
  return name;
}

/**
 * cnn_writer_ints:
 * @n: how many
 *
 * Returns: the name of a constant, a list of whole numbers
 */
const char *
cnn_writer_ints (CnnWriter *writer, const char *what, int n, const gint64 *values)
{
  const char *name;
  gsize       count;
  gint64      dims[] = { n };
  guint8     *bytes = add_tensor (writer, what, TYPE_INT64, 1, dims, sizeof (gint64), &count,
                                  &name);

  for (gsize i = 0; bytes && i < count; i++)
    {
      gint64 value = GINT64_TO_LE (values[i]);

      memcpy (bytes + i * sizeof value, &value, sizeof value);
    }
  return name;
}

/**
 * cnn_writer_number:
 *
 * Returns: the name of a constant without extents
 */
const char *
cnn_writer_number (CnnWriter *writer, const char *what, double value)
{
  float number = (float) value;

  return cnn_writer_floats (writer, what, 0, NULL, &number);
}

/* --- functions ------------------------------------------------------------------------ */

/**
 * cnn_writer_function:
 * @name: what it is called
 * @keys: (nullable): its attributes, ending at %NULL
 *
 * Begins a function of the model's own, unless it has it already. What is added from then
 * to cnn_writer_end() is its body; its one input is called “x” there.
 *
 * Returns: whether it has to be written
 */
gboolean
cnn_writer_function (CnnWriter *writer, const char *name, const char *const *keys)
{
  Onnx__FunctionProto      *function;
  Onnx__OperatorSetIdProto *opset;

  for (guint i = 0; i < writer->functions->len; i++)
    if (strcmp (((Onnx__FunctionProto *) writer->functions->pdata[i])->name, name) == 0)
      return FALSE;
  function = cnn_writer_alloc (writer, sizeof *function);
  onnx__function_proto__init (function);
  function->name = cnn_writer_copy (writer, name);
  function->domain = (char *) CNN_WRITER_DOMAIN;
  function->n_input = 1;
  function->input = cnn_writer_alloc (writer, sizeof (char *));
  function->input[0] = (char *) "x";
  while (keys && keys[function->n_attribute])
    function->n_attribute++;
  function->attribute = cnn_writer_alloc (writer, (function->n_attribute + 1) * sizeof (char *));
  for (guint i = 0; i < function->n_attribute; i++)
    function->attribute[i] = cnn_writer_copy (writer, keys[i]);
  opset = cnn_writer_alloc (writer, sizeof *opset);
  onnx__operator_set_id_proto__init (opset);
  opset->domain = (char *) "";
  opset->has_version = TRUE;
  opset->version = CNN_WRITER_OPSET;
  function->n_opset_import = 1;
  function->opset_import = cnn_writer_alloc (writer, sizeof (gpointer));
  function->opset_import[0] = opset;
  writer->function = function;
  writer->graph_nodes = g_steal_pointer (&writer->nodes);
  writer->nodes = g_ptr_array_new ();
  return TRUE;
}

/**
 * cnn_writer_pass_on:
 * @key: an attribute of the function and of the node that was added last
 * @list: whether it is a list of whole numbers, or one of them
 *
 * In a function: the node has the attribute that the function is called with.
 */
void
cnn_writer_pass_on (CnnWriter *writer, const char *key, gboolean list)
{
  Onnx__AttributeProto *attribute =
    cnn_writer_attribute (writer, key,
                          list ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
                               : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

  attribute->ref_attr_name = attribute->name;
}

/**
 * cnn_writer_end:
 * @value: what the function gives
 *
 * Ends a function.
 */
void
cnn_writer_end (CnnWriter *writer, const char *value)
{
  Onnx__FunctionProto *function = g_steal_pointer (&writer->function);

  function->n_output = 1;
  function->output = cnn_writer_alloc (writer, sizeof (char *));
  function->output[0] = (char *) value;
  function->n_node = writer->nodes->len;
  function->node = cnn_writer_alloc (writer, writer->nodes->len * sizeof (gpointer));
  memcpy (function->node, writer->nodes->pdata, writer->nodes->len * sizeof (gpointer));
  g_ptr_array_unref (writer->nodes);
  writer->nodes = g_steal_pointer (&writer->graph_nodes);
  g_ptr_array_add (writer->functions, function);
}

/**
 * cnn_writer_call:
 * @name: a function of the model's own
 * @in: what it is given
 *
 * Adds a node that calls it; attributes as in cnn_writer_add_list().
 *
 * Returns: the name of what it makes
 */
const char *
cnn_writer_call (CnnWriter *writer, const char *name, const char *in)
{
  Onnx__NodeProto *node = cnn_writer_node (writer, name, 1, &in);

  node->domain = (char *) CNN_WRITER_DOMAIN;
  return node->output[0];
}

/* --- what many layers are --------------------------------------------------------------- */

/**
 * cnn_writer_simple:
 * @op: an operator that treats every value alike
 * @...: keys of attributes that are numbers, each with its value, a double; and %NULL
 *
 * Writes a layer that is one ONNX node.
 *
 * Returns: %TRUE
 */
gboolean
cnn_writer_simple (CnnWriter *writer, const char *op, ...)
{
  const char *made = cnn_writer_add (writer, op, cnn_writer_value (writer, 0), NULL), *key;
  va_list     args;

  va_start (args, op);
  while ((key = va_arg (args, const char *)))
    cnn_writer_float (writer, key, va_arg (args, double));
  va_end (args);
  cnn_writer_give_same (writer, made);
  return TRUE;
}
