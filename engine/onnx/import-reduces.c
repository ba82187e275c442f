/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-along.h"

/* Nodes that put the numbers along some dimensions together. */

/**
 * How:
 * @op: the node's
 * @before: (nullable): a layer before
 * @reduce: what is done: "mean", "max" or "sum"
 * @after: (nullable): a layer after
 */
typedef struct
{
  const char *op;
  const char *before;
  const char *reduce;
  const char *after;
} How;

static const How hows[] = {
  { "ReduceMean", NULL, "mean", NULL },
  { "ReduceMax", NULL, "max", NULL },
  { "ReduceSum", NULL, "sum", NULL },
  { "ReduceMin", "neg", "max", "neg" },
  { "ReduceL1", "abs", "sum", NULL },
  { "ReduceL2", "pow values=2", "sum", "sqrt" },
  { "ReduceSumSquare", "pow values=2", "sum", NULL },
};

/* Whether an axis has dimensions of that kind. */
static gboolean
has (const CnnImportValue *value,
     const gboolean       *chosen,
     gboolean              kind,
     char                  axis)
{
  for (int d = 0; d < value->n_dims; d++)
    for (guint i = value->first[d]; i < value->first[d + 1]; i++)
      if (!chosen[d] == !kind && value->atoms[i].axis == axis)
        return TRUE;
  return FALSE;
}

/* @out: the same numbers, no axis with both kinds of dimensions. */
static gboolean
take_apart (CnnImport            *import,
            const CnnOnnxNode    *node,
            const CnnImportValue *value,
            const gboolean       *chosen,
            CnnImportValue       *out,
            GError              **error)
{
  char     layout[CNN_ONNX_MAX_DIMS + 1] = "";
  gboolean mixed = FALSE, seen = FALSE;
  char     many;
  int      layer;

  *out = *value;
  for (const char *axis = "hwc"; *axis; axis++)
    mixed = mixed || (has (value, chosen, TRUE, *axis) && has (value, chosen, FALSE, *axis));
  if (!mixed)
    return TRUE;
  /* Rows and columns for the kind that the last dimension is of. */
  many = 'h';
  for (int d = value->n_dims - 1; d >= 0; d--)
    if (!chosen[d] != !chosen[value->n_dims - 1])
      layout[d] = 'c';
    else if (!seen)
      {
        layout[d] = 'w';
        seen = TRUE;
      }
    else
      layout[d] = many;
  layer = cnn_import_place (import, node, value, layout, error);
  if (layer < 0)
    return FALSE;
  cnn_import_value_set (out, layer, cnn_import_shape (import, layer), value->n_dims, value->dims,
                        layout);
  return TRUE;
}

static int
emit_over (CnnImport         *import,
           const CnnOnnxNode *node,
           int                layer,
           const char        *reduce,
           const char        *over,
           GError           **error)
{
  if (layer < 0)
    return -1;
  if (strcmp (over, "map") == 0 && strcmp (reduce, "sum") != 0)
    return cnn_import_emit (import, node, 1, &layer, error, "global-%s",
                            strcmp (reduce, "max") == 0 ? "maxpool" : "avgpool");
  return cnn_import_emit (import, node, 1, &layer, error, "reduce-%s over=%s", reduce, over);
}

static int
emit_one (CnnImport         *import,
          const CnnOnnxNode *node,
          int                layer,
          const char        *words,
          GError           **error)
{
  if (layer < 0 || !words)
    return layer;
  return cnn_import_emit (import, node, 1, &layer, error, "%s", words);
}

static gboolean
reduce (CnnImport            *import,
        const CnnOnnxNode    *node,
        const How            *how,
        const CnnImportValue *value,
        const gboolean       *chosen,
        CnnImportValue       *out,
        GError              **error)
{
  CnnImportValue apart;
  gboolean       rows, columns, channels;
  int            layer;

  if (!take_apart (import, node, value, chosen, &apart, error))
    return FALSE;
  rows = has (&apart, chosen, TRUE, 'h');
  columns = has (&apart, chosen, TRUE, 'w');
  channels = has (&apart, chosen, TRUE, 'c');
  layer = emit_one (import, node, apart.layer, how->before, error);
  /* An axis that nothing lies on is one of 1. */
  if (rows && !columns && apart.shape.width == 1)
    columns = TRUE;
  else if (columns && !rows && apart.shape.height == 1)
    rows = TRUE;
  if (rows && columns && channels)
    layer = emit_over (import, node, layer, how->reduce, "all", error);
  else
    {
      if (channels)
        layer = emit_over (import, node, layer, how->reduce, "channels", error);
      if (rows && columns)
        layer = emit_over (import, node, layer, how->reduce, "map", error);
      else if (rows || columns)
        layer = emit_over (import, node, layer, how->reduce, rows ? "rows" : "columns", error);
    }
  layer = emit_one (import, node, layer, how->after, error);
  if (layer < 0)
    return FALSE;

  /* What stays lies as before. */
  *out = apart;
  out->n_atoms = 0;
  for (int d = 0; d < apart.n_dims; d++)
    {
      out->first[d] = out->n_atoms;
      if (chosen[d])
        out->dims[d] = 1;
      for (guint i = apart.first[d]; !chosen[d] && i < apart.first[d + 1]; i++)
        out->atoms[out->n_atoms++] = apart.atoms[i];
    }
  out->first[out->n_dims] = out->n_atoms;
  out->layer = layer;
  out->shape = cnn_import_shape (import, layer);
  return TRUE;
}

static gboolean
import_reduce (CnnImport         *import,
               const CnnOnnxNode *node,
               GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  const How            *how = NULL;
  CnnImportValue        out, view;
  guint                 n;
  const gint64         *axes;
  gboolean              chosen[CNN_ONNX_MAX_DIMS];
  int                   n_dims = 0;
  gint64                dims[CNN_ONNX_MAX_DIMS];

  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    if (strcmp (hows[i].op, node->op) == 0)
      how = &hows[i];
  if (!how || !value || !cnn_import_list (import, node, 1, "axes", &n, &axes, error)
      || !cnn_axes (n, axes, value->n_dims, chosen, error))
    return FALSE;
  if (n == 0 && cnn_onnx_attribute_int (node, "noop_with_empty_axes", 0) != 0)
    {
      cnn_import_set_value (import, node, 0, value);
      return TRUE;
    }
  for (int d = 0; d < value->n_dims; d++)
    {
      chosen[d] |= n == 0;
      if (!chosen[d])
        dims[n_dims++] = value->dims[d];
    }
  if (!reduce (import, node, how, value, chosen, &out, error))
    return FALSE;
  if (cnn_onnx_attribute_int (node, "keepdims", 1) != 0)
    view = out;
  else if (!cnn_import_reshape (import, node, &out, n_dims, dims, &view, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &view);
  return TRUE;
}

const CnnImportOp cnn_import_reduces[] = {
  { "ReduceL1", import_reduce },
  { "ReduceL2", import_reduce },
  { "ReduceMax", import_reduce },
  { "ReduceMean", import_reduce },
  { "ReduceMin", import_reduce },
  { "ReduceSum", import_reduce },
  { "ReduceSumSquare", import_reduce },
  { NULL, NULL },
};
