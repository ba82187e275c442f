/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

CnnSize  cnn_reduce_block   (CnnShape map);
gsize    cnn_reduce_length  (CnnShape map);
void     cnn_reduce_begin   (const CnnReduction *reduction, CnnShape map, double *sums);
void     cnn_reduce_add     (const CnnReduction *reduction, CnnShape map, const CnnRect *rect,
                             const float *values, gsize stride, double *sums);
void     cnn_reduce_finish  (const CnnReduction *reduction, CnnShape map, const double *sums,
                             float *out);
CnnStep *cnn_reduce_prepare (const CnnTask *task, GError **error);

G_END_DECLS
