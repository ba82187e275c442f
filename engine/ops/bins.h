/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* Pooling of a whole map into bins: global pooling has one, a spatial pyramid
 * has several levels of them. */

CnnRect  cnn_bins_rect    (int bin, int level, CnnShape in);
CnnStep *cnn_bins_prepare (const CnnTask *task, const CnnNumbers *levels, gboolean average);
void     cnn_bins_explain (const CnnTask *task, const CnnCells *cells, int level, int bin,
                           int channel, gboolean average, CnnExplanation *explanation);
void     cnn_bins_write   (CnnWriter *writer, CnnShape in, const CnnNumbers *levels,
                           gboolean average);

/* --- bins-train.c --------------------------------------------------------------- */

CnnTrainStep *cnn_bins_train (const CnnTask *task, const CnnNumbers *levels, gboolean average);

G_END_DECLS
