/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"

#include <string.h>

#include "i18n.h"
#include "network.h"

/* The ends of an import: the graph's inputs, its outputs, and the text, which is put together
 * of the layers that the outputs need. */

/* --- the graph's inputs ----------------------------------------------------------------------- */

/* How pictures lie in the file: in ours always in the same way, whatever their extents. */
static const char *
picture_layout (const CnnImport *import, int n_dims, const gint64 *dims)
{
  return n_dims == 4 && import->own ? "cchw" : cnn_import_natural (n_dims, dims);
}

/* Extents of the data where the file leaves them open: one picture of the given shape. */
static gboolean
input_dims (const CnnImport *import, const CnnOnnxValue *value, CnnShape picture,
            CnnImported *imported, gint64 *dims, int *n_dims, GError **error)
{
  const gint64 as_picture[] = { 1, picture.channels, picture.height, picture.width };
  const char  *layout;

  if (!value->declared)
    {
      *n_dims = 4;
      memcpy (dims, as_picture, sizeof as_picture);
      imported->open_height = imported->open_width = TRUE;
      return TRUE;
    }
  *n_dims = value->n_dims;
  memcpy (dims, value->dims, sizeof value->dims);
  layout = picture_layout (import, *n_dims, dims);
  for (int d = 0; d < *n_dims; d++)
    {
      if (dims[d] > G_MAXINT / 2)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("its input is too large"));
          return FALSE;
        }
      if (dims[d] >= 0)
        continue;
      if (layout[d] == 'h')
        {
          dims[d] = picture.height;
          imported->open_height = TRUE;
        }
      else if (layout[d] == 'w' && *n_dims > 2)
        {
          dims[d] = picture.width;
          imported->open_width = TRUE;
        }
      else
        /* One picture at a time. */
        dims[d] = d == 0 || layout[d] != 'c' ? 1 : picture.channels;
    }
  return TRUE;
}

static gboolean
add_data (CnnImport *import, CnnShape picture, const CnnOnnxTensor *given, CnnImported *imported,
          GError **error)
{
  int                 number = import->graph->inputs[imported->data];
  const CnnOnnxValue *declared = cnn_onnx_graph_value (import->graph, number);
  gint64              dims[CNN_ONNX_MAX_DIMS], extents[3] = { 1, 1, 1 };
  const CnnParam     *shape = cnn_op_param (cnn_op_find ("input"), "shape");
  const char         *layout;
  int                 n_dims;
  CnnImportLayer      layer = { 0 };

  if (given)
    {
      n_dims = given->n_dims;
      memcpy (dims, given->dims, sizeof given->dims);
    }
  else if (!input_dims (import, declared, picture, imported, dims, &n_dims, error))
    return FALSE;
  layout = picture_layout (import, n_dims, dims);
  for (int d = 0; d < n_dims; d++)
    {
      gint64 *extent = &extents[layout[d] == 'h' ? 0 : layout[d] == 'w' ? 1 : 2];

      if (dims[d] == 0)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("its input is empty"));
          return FALSE;
        }
      /* What a text may say. */
      if (dims[d] > (gint64) shape->max / *extent)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("its input is too large"));
          return FALSE;
        }
      *extent *= dims[d];
    }
  layer.shape = (CnnShape) { (int) extents[0], (int) extents[1], (int) extents[2] };
  layer.wish = cnn_import_wish (NULL);
  g_array_append_val (import->layers, layer);
  cnn_import_value_set (&import->values[number], 0, layer.shape, n_dims, dims, layout);
  import->known[number] = TRUE;
  imported->input = import->values[number];
  return TRUE;
}

static void
add_constant (CnnImport *import, int number, CnnOnnxTensor *tensor)
{
  CnnImportValue *value = &import->values[number];

  *value = (CnnImportValue) { .constant = cnn_onnx_tensor_ref (tensor), .n_dims = tensor->n_dims };
  memcpy (value->dims, tensor->dims, sizeof value->dims);
  import->known[number] = TRUE;
}

static gboolean
is_floating (int type)
{
  return type == 1 || type == 10 || type == 11 || type == 16;
}

/* Which of the inputs is the picture: the first of floating-point numbers, otherwise the
 * first. −1: a list of whole numbers that are known is no picture. */
static int
find_data (const CnnOnnxGraph *graph, CnnOnnxTensor *const *given)
{
  for (guint i = 0; i < graph->n_inputs; i++)
    if (is_floating (cnn_onnx_graph_value (graph, graph->inputs[i])->type))
      return (int) i;
  return given && graph->n_inputs > 0 && given[0] && given[0]->type == 7 && given[0]->n_dims == 1
           ? -1 : 0;
}

static gboolean
add_inputs (CnnImport *import, CnnShape picture, CnnOnnxTensor *const *given,
            CnnImported *imported, GError **error)
{
  const CnnOnnxGraph *graph = import->graph;
  int                 data = find_data (graph, given);

  imported->data = (guint) MAX (data, 0);
  for (guint i = 0; i < graph->values->len; i++)
    if (cnn_onnx_graph_value (graph, (int) i)->constant)
      add_constant (import, (int) i, cnn_onnx_graph_value (graph, (int) i)->constant);
  for (guint i = 0; i < graph->n_inputs; i++)
    {
      /* Nothing can be put into a map of no cells: then it is as good as known. */
      if (given && given[i] && ((int) i != data || given[i]->n == 0))
        add_constant (import, graph->inputs[i], given[i]);
      else if ((int) i == data &&
               !add_data (import, picture, given ? given[i] : NULL, imported, error))
        return FALSE;
      else if ((int) i != data)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("the network takes %u inputs, only networks that take one picture can "
                         "be opened"), graph->n_inputs);
          return FALSE;
        }
    }
  if (import->layers->len == 0)
    {
      CnnImportLayer layer = { .shape = { 1, 1, 1 }, .wish = cnn_import_wish (NULL) };

      g_array_append_val (import->layers, layer);
      cnn_import_value_set (&imported->input, 0, layer.shape, 0, NULL, "");
    }
  return TRUE;
}

/* --- the text --------------------------------------------------------------------------------- */

/* As pictures lie, unless it lies in the other way that they may. */
static const char *
output_layout (const CnnImport *import, const CnnImportValue *value)
{
  if (value->n_dims == 4 && cnn_import_lies (value, "cchw"))
    return "cchw";
  if (value->n_dims == 4 && !import->own && cnn_import_lies (value, "chwc"))
    return "chwc";
  return picture_layout (import, value->n_dims, value->dims);
}

static gboolean
add_outputs (CnnImport *import, CnnImported *imported, GError **error)
{
  const CnnOnnxGraph *graph = import->graph;

  imported->n_outputs = graph->n_outputs;
  imported->outputs = g_new0 (CnnImportOutput, graph->n_outputs + 1);
  /* The first is the one that counts, so it comes last. */
  for (guint i = graph->n_outputs; i-- > 0;)
    {
      CnnImportOutput *output = &imported->outputs[i];
      CnnImportValue  *value = &import->values[graph->outputs[i]];
      const char      *layout;
      int              layer;

      output->name = g_strdup (cnn_onnx_graph_value (graph, graph->outputs[i])->name);
      if (!import->known[graph->outputs[i]])
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("nothing makes the output “%s”"), output->name);
          return FALSE;
        }
      output->value = *value;
      if (value->constant)
        {
          cnn_onnx_tensor_ref (value->constant);
          continue;
        }
      layout = output_layout (import, value);
      layer = cnn_import_place (import, NULL, value, layout, error);
      if (layer < 0)
        return FALSE;
      cnn_import_value_set (&output->value, layer, cnn_import_shape (import, layer), value->n_dims,
                            value->dims, layout);
    }
  return TRUE;
}

static void
mark_used (CnnImport *import, const CnnImported *imported)
{
  for (guint i = 0; i < imported->n_outputs; i++)
    if (imported->outputs[i].value.constant == NULL)
      cnn_import_layer (import, imported->outputs[i].value.layer)->used = TRUE;
  for (int i = (int) import->layers->len; i-- > 1;)
    {
      const CnnImportLayer *layer = cnn_import_layer (import, i);

      for (guint k = 0; layer->used && k < layer->n_in; k++)
        cnn_import_layer (import, layer->in[k])->used = TRUE;
    }
}

/* The layers in the text's order. That of the first output comes last, where nobody
 * reads it. */
static GArray *
order_layers (CnnImport *import, const CnnImported *imported)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (int));
  int     last = imported->n_outputs > 0 && imported->outputs[0].value.constant == NULL
                   ? imported->outputs[0].value.layer : 0;

  for (int i = 1; i < (int) import->layers->len; i++)
    {
      const CnnImportLayer *layer = cnn_import_layer (import, i);

      for (guint k = 0; layer->used && k < layer->n_in; k++)
        if (layer->in[k] == last)
          last = 0;
    }
  for (int i = 1; i < (int) import->layers->len; i++)
    if (cnn_import_layer (import, i)->used && i != last)
      g_array_append_val (order, i);
  if (last > 0)
    g_array_append_val (order, last);
  for (guint i = 0; i < order->len; i++)
    cnn_import_layer (import, g_array_index (order, int, i))->number = i + 1;
  for (guint i = 0; i < order->len; i++)
    {
      const CnnImportLayer *layer = cnn_import_layer (import, g_array_index (order, int, i));

      for (guint k = 0; k < layer->n_in; k++)
        {
          CnnImportLayer *in = cnn_import_layer (import, layer->in[k]);

          in->named = in->named || k > 0 || in->number + 1 != layer->number;
        }
    }
  return order;
}

/* Gives a layer a name that no other has. */
static void
name_layer (CnnImport *import, CnnImportLayer *layer)
{
  g_autofree char *wish = g_steal_pointer (&layer->wish);
  guint            number = GPOINTER_TO_UINT (g_hash_table_lookup (import->names, wish));

  /* In files of ours a name that nobody has given is the one that is written: so that the
   * text stays the same however often it is saved. */
  if (import->own && layer->number > 0)
    {
      g_free (wish);
      wish = g_strdup_printf ("%s_%u", layer->op, layer->number);
      g_strdelimit (wish, "-", '_');
    }
  layer->wish = g_strdup (wish);
  while (g_hash_table_contains (import->names, layer->wish))
    {
      number = MAX (number + 1, 2);
      g_free (layer->wish);
      layer->wish = g_strdup_printf ("%s-%u", wish, number);
    }
  if (number > 0)
    g_hash_table_insert (import->names, g_strdup (wish), GUINT_TO_POINTER (number));
  g_hash_table_insert (import->names, g_strdup (layer->wish), NULL);
}

/* Names that a person has given come before those that are made up. */
static void
keep_names (CnnImport *import, const GArray *order)
{
  for (guint i = 0; i < order->len; i++)
    {
      CnnImportLayer *layer = cnn_import_layer (import, g_array_index (order, int, i));

      if (layer->given)
        layer->given = g_hash_table_insert (import->names, g_strdup (layer->wish), NULL);
    }
}

static void
append_layer (CnnImport *import, CnnImportLayer *layer, GString *text)
{
  const char *names[CNN_MAX_INPUTS];

  g_string_append (text, layer->op);
  for (guint i = 1; i < layer->n_in; i++)
    names[i - 1] = cnn_import_layer (import, layer->in[i])->wish;
  cnn_import_append_names (text, layer->n_in - 1, names);
  if (*layer->values)
    g_string_append_printf (text, " %s", layer->values);
  if (cnn_import_layer (import, layer->in[0])->number + 1 != layer->number)
    g_string_append_printf (text, " from=%s", cnn_import_layer (import, layer->in[0])->wish);
  if (layer->named || layer->given)
    {
      if (!layer->given)
        name_layer (import, layer);
      g_string_append_printf (text, " as=%s", layer->wish);
    }
  g_string_append_c (text, '\n');
}

static void
write_text (CnnImport *import, CnnImported *imported)
{
  g_autoptr (GArray) order = NULL;
  GString *text = g_string_new (NULL);
  CnnImportLayer   *input = cnn_import_layer (import, 0);

  mark_used (import, imported);
  order = order_layers (import, imported);
  keep_names (import, order);
  g_string_append_printf (text, "input %dx%dx%d", CNN_SHAPE_ARGS (input->shape));
  if (input->named)
    {
      g_free (input->wish);
      input->wish = g_strdup ("input");
      name_layer (import, input);
      g_string_append_printf (text, " as=%s", input->wish);
    }
  g_string_append_c (text, '\n');
  for (guint i = 0; i < order->len; i++)
    append_layer (import, cnn_import_layer (import, g_array_index (order, int, i)), text);
  /* A network that does nothing is still a network. */
  if (order->len == 0)
    g_string_append (text, "clip\n");
  for (guint i = 0; i < imported->n_outputs; i++)
    if (imported->outputs[i].value.constant == NULL)
      {
        CnnImportOutput *output = &imported->outputs[i];

        output->layer = cnn_import_layer (import, output->value.layer)->number;
      }
  imported->text = g_string_free (text, FALSE);
}

static void
import_clear (CnnImport *import)
{
  for (guint i = 0; i < import->graph->values->len; i++)
    if (import->known[i] && import->values[i].constant)
      cnn_onnx_tensor_unref (import->values[i].constant);
  g_free (import->values);
  g_free (import->known);
  g_array_unref (import->layers);
  g_array_unref (import->placed);
  g_clear_pointer (&import->bank, cnn_bank_unref);
  g_hash_table_unref (import->names);
}

/**
 * cnn_import_graph:
 * @picture: shape of the picture, for what the file leaves open of its input's
 * @given: (nullable): inputs whose numbers are known, [graph->n_inputs], some %NULL; of the
 *   picture only the extents count, it stays the network's input
 *
 * Returns: (transfer full): the graph as a network, or %NULL with %CNN_ERROR_UNSUPPORTED,
 *   %CNN_ERROR_FORMAT, %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT set; the message names the node
 */
CnnImported *
cnn_import_graph (CnnOnnxGraph *graph, CnnShape picture, CnnOnnxTensor *const *given,
                  GError **error)
{
  g_autoptr (CnnImported) imported = g_new0 (CnnImported, 1);
  CnnImport import = {
    .own = g_str_has_prefix (graph->producer, "convolens"),
    .graph = graph,
    .values = g_new0 (CnnImportValue, graph->values->len + 1),
    .known = g_new0 (gboolean, graph->values->len + 1),
    .layers = g_array_new (FALSE, FALSE, sizeof (CnnImportLayer)),
    .placed = g_array_new (FALSE, FALSE, sizeof (CnnImportPlaced)),
    .bank = cnn_bank_new (),
    .names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    /* Opening a file may make two networks of it, for two sizes of picture. */
    .room = (double) graph->room / 2.0,
    .work = (double) graph->room,
  };
  gboolean ok;

  g_array_set_clear_func (import.layers, cnn_import_layer_clear);
  ok = add_inputs (&import, picture, given, imported, error) && cnn_import_nodes (&import, error) &&
       add_outputs (&import, imported, error);
  if (ok)
    {
      write_text (&import, imported);
      imported->bank = g_steal_pointer (&import.bank);
      /* Thousands of groups with the same kernels name these thousands of times. */
      ok = strlen (imported->text) <= CNN_MAX_TEXT_BYTES;
      if (!ok)
        g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                     _("the network's text is %zu bytes long, at most %d are read"),
                     strlen (imported->text), CNN_MAX_TEXT_BYTES);
    }
  import_clear (&import);
  return ok ? g_steal_pointer (&imported) : NULL;
}

void
cnn_imported_free (CnnImported *imported)
{
  for (guint i = 0; i < imported->n_outputs; i++)
    {
      g_free (imported->outputs[i].name);
      if (imported->outputs[i].value.constant)
        cnn_onnx_tensor_unref (imported->outputs[i].value.constant);
    }
  g_free (imported->outputs);
  g_free (imported->text);
  g_clear_pointer (&imported->bank, cnn_bank_unref);
  g_free (imported);
}
