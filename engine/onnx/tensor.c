/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <string.h>

/* ONNX's tensors as blocks of float or int64. */

/**
 * cnn_onnx_tensor_count:
 * @dims: [n_dims]
 * @n: (out): how many numbers such a tensor has
 *
 * Returns: whether they can be counted
 */
gboolean
cnn_onnx_tensor_count (int           n_dims,
                       const gint64 *dims,
                       gsize        *n)
{
  gboolean empty = FALSE;

  *n = 1;
  for (int d = 0; d < n_dims; d++)
    empty |= dims[d] == 0;
  if (empty)
    {
      *n = 0;
      return TRUE;
    }
  for (int d = 0; d < n_dims; d++)
    if (dims[d] < 0 || !g_size_checked_mul (n, *n, (gsize) dims[d]))
      return FALSE;
  return *n <= G_MAXSIZE / 64;
}

/**
 * cnn_onnx_tensor_block:
 * @type: ONNX's
 * @dims: [n_dims]
 * @is_float: whether its numbers are kept as floats, not as int64
 *
 * Returns: (transfer full) (nullable): zeros; %NULL if there is not enough memory
 */
CnnOnnxTensor *
cnn_onnx_tensor_block (int           type,
                       int           n_dims,
                       const gint64 *dims,
                       gboolean      is_float)
{
  CnnOnnxTensor *tensor;
  gsize          n;

  g_return_val_if_fail (n_dims >= 0 && n_dims <= CNN_ONNX_MAX_DIMS, NULL);
  if (!cnn_onnx_tensor_count (n_dims, dims, &n))
    return NULL;
  tensor = g_new0 (CnnOnnxTensor, 1);
  tensor->type = type;
  tensor->n_dims = n_dims;
  if (n_dims > 0)
    memcpy (tensor->dims, dims, n_dims * sizeof *dims);
  tensor->n = n;
  tensor->ref_count = 1;
  /* One more, so that no block is without an address. */
  if (is_float)
    tensor->floats = g_try_new0 (float, n + 1);
  else
    tensor->ints = g_try_new0 (gint64, n + 1);
  if (!tensor->floats && !tensor->ints)
    g_clear_pointer (&tensor, cnn_onnx_tensor_unref);
  return tensor;
}

/**
 * cnn_onnx_tensor_floats:
 * @dims: [n_dims]
 *
 * Returns: (transfer full) (nullable): zeros; %NULL if there is not enough memory
 */
CnnOnnxTensor *
cnn_onnx_tensor_floats (int           n_dims,
                        const gint64 *dims)
{
  return cnn_onnx_tensor_block (ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, n_dims, dims, TRUE);
}

/**
 * cnn_onnx_tensor_ints:
 * @dims: [n_dims]
 *
 * Returns: (transfer full) (nullable): int64 zeros; %NULL if there is not enough memory
 */
CnnOnnxTensor *
cnn_onnx_tensor_ints (int           n_dims,
                      const gint64 *dims)
{
  return cnn_onnx_tensor_block (ONNX__TENSOR_PROTO__DATA_TYPE__INT64, n_dims, dims, FALSE);
}

/**
 * cnn_onnx_tensor_shaped:
 * @tensor: (transfer none): numbers
 * @dims: [n_dims] other extents for as many
 *
 * Returns: (transfer full): the same numbers, shared, with these extents
 */
CnnOnnxTensor *
cnn_onnx_tensor_shaped (CnnOnnxTensor *tensor,
                        int            n_dims,
                        const gint64  *dims)
{
  CnnOnnxTensor *shaped;
  gsize          n;

  g_return_val_if_fail (n_dims >= 0 && n_dims <= CNN_ONNX_MAX_DIMS, NULL);
  g_return_val_if_fail (cnn_onnx_tensor_count (n_dims, dims, &n) && n == tensor->n, NULL);
  shaped = g_new0 (CnnOnnxTensor, 1);
  *shaped = *tensor;
  memset (shaped->dims, 0, sizeof shaped->dims);
  shaped->n_dims = n_dims;
  if (n_dims > 0)
    memcpy (shaped->dims, dims, n_dims * sizeof *dims);
  shaped->ref_count = 1;
  shaped->owner = cnn_onnx_tensor_ref (tensor->owner ? tensor->owner : tensor);
  return shaped;
}

CnnOnnxTensor *
cnn_onnx_tensor_ref (CnnOnnxTensor *tensor)
{
  g_atomic_int_inc (&tensor->ref_count);
  return tensor;
}

/**
 * cnn_onnx_tensor_unref:
 * @tensor: (nullable) (transfer full): what is no longer needed
 */
void
cnn_onnx_tensor_unref (CnnOnnxTensor *tensor)
{
  if (!tensor || !g_atomic_int_dec_and_test (&tensor->ref_count))
    return;
  if (tensor->owner)
    {
      cnn_onnx_tensor_unref (tensor->owner);
    }
  else if (tensor->uniform)
    {
      cnn_onnx_tensor_uniform_clear (tensor);
    }
  else
    {
      g_free (tensor->floats);
      g_free (tensor->ints);
    }
  g_free (tensor);
}

/**
 * cnn_onnx_tensor_value:
 * @i: which number, below the tensor's n
 *
 * Returns: the number, of either kind
 */
double
cnn_onnx_tensor_value (const CnnOnnxTensor *tensor,
                       gsize                i)
{
  return tensor->floats ? (double) tensor->floats[i] : (double) tensor->ints[i];
}
