/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "import.h"

/**
 * cnn_fold_in:
 *
 * Returns: (nullable) (transfer none): input @i, %NULL where it is left out
 */
CnnOnnxTensor *
cnn_fold_in (const CnnFold *fold,
             guint          i)
{
  return i < fold->node->n_in ? fold->in[i] : NULL;
}

/**
 * cnn_fold_need:
 *
 * Returns: (nullable) (transfer none): input @i; %NULL with CNN_ERROR_FORMAT set where it
 *   is left out
 */
CnnOnnxTensor *
cnn_fold_need (const CnnFold *fold,
               guint          i,
               GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_in (fold, i);

  if (!in)
    g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("input %u is missing"), i + 1);
  return in;
}

/**
 * cnn_fold_list:
 *
 * Gets a list of whole numbers: input @i or, where that is left out, an attribute.
 *
 * Returns: as cnn_axes_list()
 */
gboolean
cnn_fold_list (const CnnFold *fold,
               guint          i,
               const char    *name,
               guint         *n,
               const gint64 **list,
               GError       **error)
{
  return cnn_axes_list (fold->node, name, cnn_fold_in (fold, i), n, list, error);
}

/**
 * cnn_fold_new:
 *
 * Returns: (transfer full) (nullable): zeros; %NULL with CNN_ERROR_LIMIT set if they take
 *   too much memory
 */
CnnOnnxTensor *
cnn_fold_new (const CnnFold *fold,
              int            type,
              gboolean       is_float,
              int            n_dims,
              const gint64  *dims,
              GError       **error)
{
  CnnOnnxTensor *made = NULL;
  gint64         n;
  gsize          size = is_float ? sizeof (float) : sizeof (gint64);

  if (cnn_axes_product (n_dims, dims, &n) && (guint64) n <= fold->limit / size)
    made = is_float ? cnn_onnx_tensor_floats (n_dims, dims) : cnn_onnx_tensor_ints (n_dims, dims);
  if (made)
    made->type = type;
  else
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT,
                         _("its result takes too much memory for a file of this size"));
  return made;
}

/* The same, of @like's type. */
CnnOnnxTensor *
cnn_fold_like (const CnnFold       *fold,
               const CnnOnnxTensor *like,
               int                  n_dims,
               const gint64        *dims,
               GError             **error)
{
  return cnn_fold_new (fold, like->type, like->floats != NULL, n_dims, dims, error);
}

/**
 * cnn_fold_give:
 * @tensor: (transfer full) (nullable): output @i
 *
 * Returns: whether there is one
 */
gboolean
cnn_fold_give (const CnnFold *fold,
               guint          i,
               CnnOnnxTensor *tensor)
{
  if (tensor && i < fold->node->n_out && !fold->out[i])
    fold->out[i] = tensor;
  else
    cnn_onnx_tensor_unref (tensor);
  return tensor != NULL;
}

/* Sets CNN_ERROR_FORMAT. */
gboolean
cnn_fold_refuse (GError    **error,
                 const char *text)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, text);
  return FALSE;
}

/**
 * cnn_fold_narrow:
 *
 * Returns: @value as the type's width can hold it, without its upper bits
 */
gint64
cnn_fold_narrow (int    type,
                 gint64 value)
{
  switch (type)
    {
    case CNN_ONNX_UINT8:
      return (guint8) value;
    case CNN_ONNX_INT8:
      return (gint8) value;
    case CNN_ONNX_UINT16:
      return (guint16) value;
    case CNN_ONNX_INT16:
      return (gint16) value;
    case CNN_ONNX_INT32:
      return (gint32) value;
    case CNN_ONNX_UINT32:
      return (guint32) value;
    case CNN_ONNX_BOOL:
      return value != 0;
    default:
      return value;
    }
}

/**
 * cnn_fold_steps:
 * @dims: [n_dims] what @tensor is spread to, matched from the last dimension on
 * @step: (out): [n_dims] 0 where it is spread
 */
void
cnn_fold_steps (const CnnOnnxTensor *tensor,
                int                  n_dims,
                const gint64        *dims,
                gint64              *step)
{
  gint64 place = 1;

  for (int d = n_dims - 1, own = tensor->n_dims - 1; d >= 0; d--, own--)
    {
      gint64 extent = own >= 0 ? tensor->dims[own] : 1;

      /* Extents beside one of 0 may be anything. */
      step[d] = tensor->n == 0 || (extent == 1 && dims[d] != 1) ? 0 : place;
      place = tensor->n == 0 ? 0 : place * extent;
    }
}

/**
 * cnn_fold_copy:
 * @to: numbers of the same kind as @from
 * @dims: [n_dims] how many numbers each way; both walks stay inside for them
 */
void
cnn_fold_copy (CnnOnnxTensor       *to,
               const CnnFoldWalk   *to_walk,
               const CnnOnnxTensor *from,
               const CnnFoldWalk   *from_walk,
               int                  n_dims,
               const gint64        *dims)
{
  gint64 at[2 * CNN_ONNX_MAX_DIMS] = { 0 };
  gint64 target = to_walk->first, source = from_walk->first;

  for (int d = 0; d < n_dims; d++)
    if (dims[d] == 0)
      return;
  for (;;)
    {
      int d = n_dims - 1;

      if (to->floats)
        to->floats[target] = from->floats[source];
      else
        to->ints[target] = from->ints[source];
      for (; d >= 0; d--)
        {
          target += to_walk->step[d];
          source += from_walk->step[d];
          if (++at[d] < dims[d])
            break;
          target -= at[d] * to_walk->step[d];
          source -= at[d] * from_walk->step[d];
          at[d] = 0;
        }
      if (d < 0)
        return;
    }
}

/**
 * cnn_fold:
 * @node: an operator of ONNX's own
 * @in: [node->n_in] its inputs, %NULL where one is left out
 * @out: (out): [node->n_out] (transfer full) what it makes
 * @limit: most bytes that an output may take
 *
 * Evaluates a node whose inputs are all known.
 *
 * Returns: whether that is done; if not, CNN_ERROR_UNSUPPORTED, FORMAT or LIMIT is set
 */
gboolean
cnn_fold (const CnnOnnxNode    *node,
          CnnOnnxTensor *const *in,
          CnnOnnxTensor       **out,
          gsize                 limit,
          GError              **error)
{
  const CnnFoldOp *const tables[] = { cnn_fold_views, cnn_fold_moves, cnn_fold_arithmetic,
                                      cnn_fold_makers, cnn_fold_reduces };
  CnnFold                fold = { node, in, out, limit };

  memset (out, 0, node->n_out * sizeof *out);
  for (guint t = 0; node->domain[0] == '\0' && t < G_N_ELEMENTS (tables); t++)
    for (const CnnFoldOp *op = tables[t]; op->op; op++)
      if (strcmp (op->op, node->op) == 0)
        {
          gboolean done = op->fold (&fold, error);

          for (guint i = 0; done && i < node->n_out; i++)
            if (!out[i] && node->out[i] >= 0)
              {
                g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                             _("its output %u is not supported"), i + 1);
                done = FALSE;
              }
          for (guint i = 0; !done && i < node->n_out; i++)
            g_clear_pointer (&out[i], cnn_onnx_tensor_unref);
          return done;
        }
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("this operator cannot be worked out for known numbers"));
  return FALSE;
}
