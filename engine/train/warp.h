/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "augment.h"

G_BEGIN_DECLS

/**
 * CnnAffine:
 *
 * Where a cell's value comes from: (x, y), measured from the picture's middle, comes from
 * (xx x + xy y + x0, yx x + yy y + y0).
 */
typedef struct
{
  float xx;
  float xy;
  float x0;
  float yx;
  float yy;
  float y0;
} CnnAffine;

gsize cnn_warp_scratch (CnnShape shape);
void  cnn_warp         (CnnShape shape, const CnnAffine *affine, const float *dx, const float *dy,
                        CnnOutside outside, const float *in, float *out, float *scratch);
gsize cnn_smooth_scratch (CnnShape shape, double sigma);
void  cnn_smooth       (int height, int width, double sigma, float *values, float *scratch);

G_END_DECLS
