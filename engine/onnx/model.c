/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <string.h>

#include "i18n.h"
#include "import.h"
#include "import-own.h"
#include "labels.h"
#include "model-bank.h"

/* Files as networks. A text names its file, and reading the text opens the file again for
 * its weights; so both must come to the same, and the text says for which size where that
 * matters. */

struct _CnnModel
{
  gint          ref_count;
  CnnModelInfo  info;
  CnnOnnxGraph *graph; /* owns the words of @info; its weights are gone */
  char         *text;
  CnnNetwork   *network;
};

/* A size for files that take any, of which nothing else is known. Multiples of 32: many
 * networks halve their maps five times and put them together again. */
static const CnnShape usual = { 224, 256, 3 };
static const CnnShape other = { 320, 288, 3 };

static gboolean
same_tensor (const CnnTensor *a, const CnnTensor *b)
{
  return b && a->n_dims == b->n_dims &&
         memcmp (a->dims, b->dims, (gsize) a->n_dims * sizeof (int)) == 0 &&
         memcmp (a->values, b->values, cnn_tensor_length (a) * sizeof (float)) == 0;
}

static gboolean
same_bank (const CnnBank *a, const CnnBank *b)
{
  g_autofree const char **names = cnn_bank_names (a);

  for (guint i = 0; names[i]; i++)
    if (!same_tensor (cnn_bank_find (a, names[i]), cnn_bank_find (b, names[i])))
      return FALSE;
  return TRUE;
}

/* Where the text begins after the line of the input's shape. */
static const char *
after_shape (const char *text)
{
  return text + strlen ("input ") + strcspn (text + strlen ("input "), " \n");
}

/* Whether another size of picture gives the same network. */
static gboolean
serves_any (CnnOnnxGraph *graph, const CnnImported *imported)
{
  CnnShape               shape = imported->input.shape;
  CnnShape               size = shape.height == usual.height && shape.width == usual.width
                                  ? other : usual;
  g_autoptr (CnnImported) again = NULL;

  size.channels = shape.channels;
  again = cnn_import_graph (graph, size, NULL, NULL);
  return again && strcmp (after_shape (imported->text), after_shape (again->text)) == 0 &&
         same_bank (imported->bank, again->bank);
}

/* The graph as a network. @open says which sides of the input are free in the text. */
static CnnImported *
read_file (const char *file, CnnShape picture, CnnOnnxGraph **graph, CnnShape *open,
           GError **error)
{
  g_autoptr (CnnOnnxGraph) read = cnn_onnx_graph_read (file, cnn_import_is_own, error);
  g_autoptr (CnnImported)  imported = NULL;

  if (read == NULL)
    return NULL;
  imported = cnn_import_graph (read, picture, NULL, error);
  if (imported == NULL)
    return NULL;
  *open = imported->input.shape;
  if ((imported->open_height || imported->open_width) && serves_any (read, imported))
    {
      if (imported->open_height)
        open->height = 0;
      if (imported->open_width)
        open->width = 0;
    }
  if (graph)
    *graph = g_steal_pointer (&read);
  return g_steal_pointer (&imported);
}

/* What the values of a classifier stand for, where that is known. */
static void
find_labels (const char *file, const CnnOnnxGraph *graph, const CnnImported *imported)
{
  const CnnImportOutput *first = imported->outputs;

  if (imported->n_outputs > 0)
    cnn_bank_set_labels (imported->bank, cnn_labels_find (file, graph->metadata,
                                                          first->value.shape.channels));
}

static CnnShape
or_usual (CnnShape shape)
{
  return (CnnShape) { shape.height > 0 ? shape.height : usual.height,
                      shape.width > 0 ? shape.width : usual.width,
                      shape.channels > 0 ? shape.channels : usual.channels };
}

/**
 * cnn_model_bank_for:
 * @file: path of an .onnx file
 * @input: shape of the network's input as its text says it; 0 where it does not
 *
 * Returns: (transfer full): what the file's text refers to, or %NULL. Errors: those of
 *   cnn_model_open()
 */
CnnBank *
cnn_model_bank_for (const char *file, CnnShape input, GError **error)
{
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_read (file, cnn_import_is_own, error);
  g_autoptr (CnnImported)  imported = NULL;

  if (graph)
    imported = cnn_import_graph (graph, or_usual (input), NULL, error);
  if (imported == NULL)
    return NULL;
  find_labels (file, graph, imported);
  return cnn_bank_ref (imported->bank);
}

static void
append_extent (GString *text, int extent, const char *after)
{
  if (extent > 0)
    g_string_append_printf (text, "%d%s", extent, after);
  else
    g_string_append_printf (text, "?%s", after);
}

static gboolean
is_empty (const CnnBank *bank)
{
  g_autofree const char **names = cnn_bank_names (bank);

  return names[0] == NULL;
}

static char *
model_text (const char *file, const CnnImported *imported, CnnShape open)
{
  GString *text = g_string_new ("input ");

  append_extent (text, open.height, "x");
  append_extent (text, open.width, "x");
  append_extent (text, open.channels, "");
  if (!is_empty (imported->bank))
    g_string_append_printf (text, " weights=\"%s\"", file);
  g_string_append (text, after_shape (imported->text));
  return g_string_free (text, FALSE);
}

/**
 * cnn_model_open:
 * @file: path of an .onnx file
 * @picture: shape of the picture it is for, where the file leaves its input's open; 0 for
 *   what is usual
 *
 * Returns: (transfer full): the file's network, or %NULL. Errors: %CNN_ERROR_IO,
 *   %CNN_ERROR_FORMAT where the file is broken, %CNN_ERROR_UNSUPPORTED for what it holds
 *   and we do not have, %CNN_ERROR_SHAPE where it cannot take a picture of that size,
 *   %CNN_ERROR_LIMIT
 */
CnnModel *
cnn_model_open (const char *file, CnnShape picture, GError **error)
{
  g_autofree char         *path = g_canonicalize_filename (file, NULL);
  g_autoptr (CnnModel)     model = g_new0 (CnnModel, 1);
  g_autoptr (CnnImported)  imported = NULL;
  CnnShape                 open;

  model->ref_count = 1;
  if (strpbrk (path, "\"\n"))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
                   _("“%s” cannot be opened: its name has quotes or line ends"), path);
      return NULL;
    }
  imported = read_file (path, or_usual (picture), &model->graph, &open, error);
  if (imported == NULL)
    return NULL;
  model->text = model_text (path, imported, open);
  find_labels (path, model->graph, imported);
  cnn_bank_put (imported->bank, path, open);
  model->network = cnn_network_parse (model->text, error);
  if (model->network == NULL)
    return NULL;
  model->info = (CnnModelInfo) {
    .name = model->graph->name,
    .producer = model->graph->producer,
    .description = model->graph->description,
    .opset = model->graph->opset,
    .input = open,
    .any_size = open.height == 0 || open.width == 0,
    .metadata = model->graph->metadata,
    .n_outputs = imported->n_outputs,
    .outputs = g_new0 (guint, imported->n_outputs + 1),
  };
  for (guint i = 0; i < imported->n_outputs; i++)
    model->info.outputs[i] = imported->outputs[i].layer;
  for (guint i = 0; i < model->graph->values->len; i++)
    g_clear_pointer (&cnn_onnx_graph_value (model->graph, (int) i)->constant,
                     cnn_onnx_tensor_unref);
  return g_steal_pointer (&model);
}

CnnModel *
cnn_model_ref (CnnModel *model)
{
  g_atomic_int_inc (&model->ref_count);
  return model;
}

void
cnn_model_unref (CnnModel *model)
{
  if (!g_atomic_int_dec_and_test (&model->ref_count))
    return;
  g_clear_pointer (&model->graph, cnn_onnx_graph_free);
  g_clear_pointer (&model->network, cnn_network_unref);
  g_free (model->info.outputs);
  g_free (model->text);
  g_free (model);
}

/** cnn_model_info: (transfer none): what the file says of itself */
const CnnModelInfo *
cnn_model_info (const CnnModel *model)
{
  return &model->info;
}

/** cnn_model_text: (transfer none): the network in the text notation; it names the file */
const char *
cnn_model_text (const CnnModel *model)
{
  return model->text;
}

/** cnn_model_network: (transfer none): the network */
CnnNetwork *
cnn_model_network (const CnnModel *model)
{
  return model->network;
}
