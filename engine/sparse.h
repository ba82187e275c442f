/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnSparse:
 * @n_in: inputs
 * @n_out: outputs
 * @stride: floats from one input's weights to the next, a multiple of
 *   %CNN_SPARSE_LANES
 * @weights: [n_in][stride], finite; 0 beyond @n_out
 * @bias: (nullable): what is added to each output, [n_out]
 * @activated: whether values below 0 are multiplied by @slope
 * @slope: the factor
 *
 * A matrix that is multiplied with vectors of which many values may be 0, as they
 * are after a ReLU: their weights are not even read.
 */
typedef struct
{
  int          n_in;
  int          n_out;
  gsize        stride;
  const float *weights;
  const float *bias;
  gboolean     activated;
  float        slope;
} CnnSparse;

/** CNN_SPARSE_LANES: outputs that are made together. */
#define CNN_SPARSE_LANES 16

gsize cnn_sparse_stride (int n_out);
void  cnn_sparse_run    (const CnnSparse *sparse, const float *in, float *out);

G_END_DECLS
