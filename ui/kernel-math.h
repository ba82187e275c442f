/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/* Matrices are [size.height][size.width], row by row. */
double  *cnn_kernel_rotate_90     (const double *values, CnnSize *size, gboolean clockwise);
gboolean cnn_kernel_can_rotate_45 (CnnSize size);
void     cnn_kernel_rotate_45     (double *values, CnnSize size, gboolean clockwise);
void     cnn_kernel_flip          (double *values, CnnSize size, gboolean upside_down);
double  *cnn_kernel_transpose     (const double *values, CnnSize *size);
void     cnn_kernel_negate        (double *values, CnnSize size);
double   cnn_kernel_sum           (const double *values, CnnSize size);
gboolean cnn_kernel_sum_to_1      (double *values, CnnSize size);
void     cnn_kernel_sum_to_0      (double *values, CnnSize size);
double  *cnn_kernel_resize        (const double *values, CnnSize size, CnnSize wanted);

G_END_DECLS
