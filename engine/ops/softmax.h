/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"

G_BEGIN_DECLS

/* What softmax and its logarithm share. */

/** CnnSoftmaxAxis: the values that belong together, as cnn_softmax_axes names them. */
typedef enum
{
  CNN_SOFTMAX_CHANNELS,
  CNN_SOFTMAX_MAP,
  CNN_SOFTMAX_ALL
} CnnSoftmaxAxis;

/** CnnSoftmaxParams: the parameters of both. */
typedef struct
{
  int axis;
} CnnSoftmaxParams;

extern const CnnChoice cnn_softmax_axes[];

/** CNN_SOFTMAX_AXIS: the parameter of both. */
#define CNN_SOFTMAX_AXIS(tooltip_)                                                               \
  { .key = "axis",                                                                               \
    .type = CNN_PARAM_CHOICE,                                                                    \
    .offset = offsetof (CnnSoftmaxParams, axis),                                                 \
    .initial = "channels",                                                                       \
    .choices = cnn_softmax_axes,                                                                 \
    .label = N_("Over"),                                                                         \
    .tooltip = tooltip_ }

CnnReach cnn_softmax_reach     (const CnnNode *node);
char    *cnn_softmax_map_label (const CnnNode *node, int map);
CnnStep *cnn_softmax_prepare   (const CnnTask *task, gboolean logarithm, GError **error);
CnnTrainStep *cnn_softmax_train (const CnnTask *task, gboolean logarithm, GError **error);
double   cnn_softmax_sum       (const CnnTask *task, const CnnCells *cells, int y, int x,
                                int channel, CnnExplanation *explanation, double *most);
gboolean cnn_softmax_write     (CnnWriter *writer, const CnnNode *node, const char *op);

G_END_DECLS
