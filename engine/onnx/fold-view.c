/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* Operators that give the same numbers other extents, or only tell of them. */

static gboolean
fold_identity (const CnnFold *fold,
               GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error);

  return in && cnn_fold_give (fold, 0, cnn_onnx_tensor_ref (in));
}

static gboolean
fold_dropout (const CnnFold *fold,
              GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error);
  CnnOnnxTensor *ratio = cnn_fold_in (fold, 1), *training = cnn_fold_in (fold, 2);
  CnnOnnxTensor *mask;
  gboolean       drops = !ratio || ratio->n != 1 || cnn_onnx_tensor_value (ratio, 0) != 0;

  if (!in)
    return FALSE;
  if (training && training->n > 0 && cnn_onnx_tensor_value (training, 0) != 0 && drops)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("dropout in training is not supported"));
      return FALSE;
    }
  cnn_fold_give (fold, 0, cnn_onnx_tensor_ref (in));
  if (fold->node->n_out < 2)
    return TRUE;
  mask = cnn_fold_new (fold, CNN_ONNX_BOOL, FALSE, in->n_dims, in->dims, error);
  for (gsize i = 0; mask && i < mask->n; i++)
    mask->ints[i] = 1;
  return cnn_fold_give (fold, 1, mask);
}

static gboolean
fold_reshape (const CnnFold *fold,
              GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error);
  guint          n;
  const gint64  *list;
  gint64         dims[CNN_ONNX_MAX_DIMS];
  gboolean       allow_zero = cnn_onnx_attribute_int (fold->node, "allowzero", 0) != 0;

  return in && cnn_fold_list (fold, 1, "shape", &n, &list, error)
         && cnn_axes_reshape (in->n_dims, in->dims, n, list, allow_zero, dims, error)
         && cnn_fold_give (fold, 0, cnn_onnx_tensor_shaped (in, (int) n, dims));
}

static gboolean
fold_flatten (const CnnFold *fold,
              GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error);
  gint64         dims[2];

  return in
         && cnn_axes_flatten (in->n_dims, in->dims, cnn_onnx_attribute_int (fold->node, "axis", 1),
                              dims, error)
         && cnn_fold_give (fold, 0, cnn_onnx_tensor_shaped (in, 2, dims));
}

static gboolean
fold_squeeze (const CnnFold *fold,
              GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error);
  guint          n;
  const gint64  *axes;
  int            n_dims;
  gint64         dims[CNN_ONNX_MAX_DIMS];

  return in && cnn_fold_list (fold, 1, "axes", &n, &axes, error)
         && cnn_axes_squeeze (in->n_dims, in->dims, !axes, n, axes, &n_dims, dims, error)
         && cnn_fold_give (fold, 0, cnn_onnx_tensor_shaped (in, n_dims, dims));
}

static gboolean
fold_unsqueeze (const CnnFold *fold,
                GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error);
  guint          n;
  const gint64  *axes;
  int            n_dims;
  gint64         dims[CNN_ONNX_MAX_DIMS];

  return in && cnn_fold_list (fold, 1, "axes", &n, &axes, error)
         && cnn_axes_unsqueeze (in->n_dims, in->dims, n, axes, &n_dims, dims, error)
         && cnn_fold_give (fold, 0, cnn_onnx_tensor_shaped (in, n_dims, dims));
}

static gboolean
fold_shape (const CnnFold *fold,
            GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  gint64         start = cnn_onnx_attribute_int (fold->node, "start", 0), count;

  if (!in)
    return FALSE;
  count = cnn_axes_range (&start, cnn_onnx_attribute_int (fold->node, "end", G_MAXINT64), 1,
                          in->n_dims);
  out = cnn_fold_new (fold, CNN_ONNX_INT64, FALSE, 1, &count, error);
  if (out && count > 0)
    memcpy (out->ints, in->dims + start, (gsize) count * sizeof *out->ints);
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_size (const CnnFold *fold,
           GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;

  out = in ? cnn_fold_new (fold, CNN_ONNX_INT64, FALSE, 0, NULL, error) : NULL;
  if (out)
    out->ints[0] = (gint64) in->n;
  return cnn_fold_give (fold, 0, out);
}

const CnnFoldOp cnn_fold_views[] = {
  { "Dropout", fold_dropout },
  { "Flatten", fold_flatten },
  { "Identity", fold_identity },
  { "Reshape", fold_reshape },
  { "Shape", fold_shape },
  { "Size", fold_size },
  { "Squeeze", fold_squeeze },
  { "Unsqueeze", fold_unsqueeze },
  { NULL, NULL },
};
