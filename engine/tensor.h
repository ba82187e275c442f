/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CNN_TENSOR_MAX_DIMS 4

/**
 * CnnTensor:
 * @n_dims: how many of @dims count, 1 to %CNN_TENSOR_MAX_DIMS
 * @dims: the extents, outermost first
 * @values: the numbers, the last extent running fastest, 64-byte aligned where they are its
 *   own
 *
 * A reference-counted block of float32 values.
 */
typedef struct
{
  int    n_dims;
  int    dims[CNN_TENSOR_MAX_DIMS];
  float *values; /* [dims[0]][dims[1]]… */

  /*< private >*/
  gint           ref_count;
  gpointer       owner;   /* of the values, where they are not its own */
  GDestroyNotify release; /* the owner, at the end */
} CnnTensor;

CnnTensor *cnn_tensor_new    (int n_dims, const int *dims);
CnnTensor *cnn_tensor_new_shared (int n_dims, const int *dims, const float *values,
                                  gpointer owner, GDestroyNotify release);
CnnTensor *cnn_tensor_ref    (CnnTensor *tensor);
void       cnn_tensor_unref  (CnnTensor *tensor);
gsize      cnn_tensor_length (const CnnTensor *tensor);

float     *cnn_floats_alloc  (gsize n);
void       cnn_floats_free   (float *floats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTensor, cnn_tensor_unref)

G_END_DECLS
