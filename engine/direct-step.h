/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "direct-private.h"

G_BEGIN_DECLS

/** CnnDirectStep: a direct convolution made ready, with all the memory it works in. */
typedef struct
{
  CnnStep               step;
  const CnnDirectLoops *loops;
  CnnDirectRows         rows;
  CnnShape              out;
  CnnSides              pad;
  int                   row_stride;
  int                   kernel_rows;
  int                   row_dilation;
  int                   groups;
  int                   depth;      /* input channels of a group */
  int                   maps;       /* of a group */
  gboolean              maps_in_lanes;
  gboolean              activated;
  float                 slope;
  gboolean              halves;     /* only the largest of each 2×2 is put out */
  const float          *weights;    /* in one of CnnDirectForm's */
  const float          *bias;
  int                   n_taps;
  int                  *offsets;    /* [n_taps] */
  int                   overlap;    /* of windows, in steps of the stride */
  const float          *passes;     /* (nullable): rows of kernels, [groups][n_taps] */
  float                *flat;       /* a row before that pass, as in the ring */
  int                   columns;    /* output columns of a block */
  int                   n_ring;     /* rows in the ring */
  float                *ring;       /* [n_ring][column stride][channels][plane] */
  const float         **at;         /* [kernel_rows + CNN_DIRECT_ROWS - 1] */
  float                *made;       /* [rows][all maps][columns], or a last span of maps */
  float                *halved;     /* (nullable): a row of planes, [all maps][columns / 2]; or
                                     * two rows of pixels before that, [2][columns][maps] */
  float                *joined;     /* (nullable): a row of the block that then goes past
                                     * the caches, [columns][all maps] */
} CnnDirectStep;

int      cnn_direct_rows_together (const CnnDirectStep *step);
gboolean cnn_direct_run           (CnnStep *base, const float *const *in, float *out, int y, int x);

G_END_DECLS
