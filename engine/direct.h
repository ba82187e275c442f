/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/**
 * CnnConvolution:
 * @weights: [maps][rows][columns][depth]
 * @bias: (nullable): [maps]
 * @stride: cells from one window to the next
 * @dilation: cells from one number of a kernel to its neighbour
 * @groups: parts the channels are split into
 *
 * What a convolution does, whoever computes it.
 */
typedef struct
{
  const CnnTensor *weights;
  const CnnTensor *bias;
  CnnSize          stride;
  CnnSize          dilation;
  int              groups;
} CnnConvolution;

gboolean cnn_direct_suits    (int channels, int maps, int groups);
CnnStep *cnn_direct_step_new (const CnnTask *task, const CnnConvolution *conv, GError **error);

gboolean cnn_direct_winograd_suits    (const CnnWindow *window, int channels, int maps);
CnnStep *cnn_direct_winograd_step_new (const CnnTask *task, const CnnConvolution *conv,
                                       GError **error);

gboolean cnn_direct_squares_suits    (const CnnWindow *window, int channels, int maps);
CnnSize  cnn_direct_squares_grid     (void);
CnnStep *cnn_direct_squares_step_new (const CnnTask *task, const CnnConvolution *conv,
                                      GError **error);

G_END_DECLS
