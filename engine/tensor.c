/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor.h"

#include <stdlib.h>

/* A cache line and the widest vector register of today's processors. */
#define ALIGNMENT 64

/**
 * cnn_floats_alloc:
 * @n: how many
 *
 * Returns: (transfer full) (nullable): room for @n floats, 64-byte aligned and
 *   not initialised; %NULL when there is not enough memory
 */
float *
cnn_floats_alloc (gsize n)
{
  gsize bytes;

  if (!g_size_checked_mul (&bytes, MAX (n, 1), sizeof (float)) ||
      !g_size_checked_add (&bytes, bytes, ALIGNMENT - 1))
    return NULL;
  return aligned_alloc (ALIGNMENT, bytes / ALIGNMENT * ALIGNMENT);
}

/** cnn_floats_free: frees what cnn_floats_alloc() returned; %NULL is fine. */
void
cnn_floats_free (float *floats)
{
  free (floats);
}

/**
 * cnn_tensor_new:
 * @n_dims: 1 to %CNN_TENSOR_MAX_DIMS
 * @dims: the extents, each at least 1
 *
 * Returns: (transfer full) (nullable): a tensor, its values not initialised;
 *   %NULL when there is not enough memory
 */
CnnTensor *
cnn_tensor_new (int n_dims, const int *dims)
{
  CnnTensor *tensor;

  g_return_val_if_fail (n_dims >= 1 && n_dims <= CNN_TENSOR_MAX_DIMS, NULL);

  tensor = g_new0 (CnnTensor, 1);
  tensor->ref_count = 1;
  tensor->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  tensor->values = cnn_floats_alloc (cnn_tensor_length (tensor));
  if (tensor->values == NULL)
    g_clear_pointer (&tensor, g_free);
  return tensor;
}

/**
 * cnn_tensor_new_shared:
 * @values: the numbers, which do not change
 * @owner: (transfer full): whose they are
 * @release: lets go of @owner
 *
 * Returns: (transfer full): a tensor whose values may only be read
 */
CnnTensor *
cnn_tensor_new_shared (int n_dims, const int *dims, const float *values, gpointer owner,
                       GDestroyNotify release)
{
  CnnTensor *tensor = g_new0 (CnnTensor, 1);

  g_return_val_if_fail (n_dims >= 1 && n_dims <= CNN_TENSOR_MAX_DIMS, NULL);

  tensor->ref_count = 1;
  tensor->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  tensor->values = (float *) values;
  tensor->owner = owner;
  tensor->release = release;
  return tensor;
}

CnnTensor *
cnn_tensor_ref (CnnTensor *tensor)
{
  g_atomic_int_inc (&tensor->ref_count);
  return tensor;
}

void
cnn_tensor_unref (CnnTensor *tensor)
{
  if (!g_atomic_int_dec_and_test (&tensor->ref_count))
    return;
  if (tensor->release)
    tensor->release (tensor->owner);
  else
    cnn_floats_free (tensor->values);
  g_free (tensor);
}

/**
 * cnn_tensor_length:
 *
 * Returns: how many values it holds
 */
gsize
cnn_tensor_length (const CnnTensor *tensor)
{
  gsize length = 1;

  for (int i = 0; i < tensor->n_dims; i++)
    length *= tensor->dims[i];
  return length;
}
