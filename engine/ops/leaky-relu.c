/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  double slope;
} LeakyReluParams;

static const CnnParam leaky_relu_params[] = {
  { .key = "slope",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (LeakyReluParams, slope),
    .initial = "0.01",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Slope"),
    .tooltip = N_("What negative values are multiplied with") },
  { .key = NULL },
};

static double
leaky_relu_slope (const CnnNode *node)
{
  return ((const LeakyReluParams *) node->params)->slope;
}

static CnnStep *
leaky_relu_prepare (const CnnTask *task, GError **error)
{
  const LeakyReluParams *p = task->node->params;

  return cnn_eltwise_prepare (task, dnnl_eltwise_relu, (float) p->slope, 0.0f, error);
}

CNN_CLONES static void
leaky_relu_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] > 0.0f ? values[i] : a * values[i];
}

CNN_CLONES static void
leaky_relu_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = values[i] > 0.0f ? d[i] : a * d[i];
}

/* A slope below 0 hides the sign of what came in. */
static CnnTrainStep *
leaky_relu_train (const CnnTask *task, GError **error)
{
  const LeakyReluParams *p = task->node->params;

  return cnn_pointwise_train (task, leaky_relu_values, leaky_relu_derivative, (float) p->slope,
                              0.0f, p->slope >= 0.0, error);
}

static void
leaky_relu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                    CnnExplanation *explanation)
{
  const LeakyReluParams *p = task->node->params;
  double         value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value, value > 0.0 ? value : p->slope * value);
}

static gboolean
leaky_relu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const LeakyReluParams *p = node->params;

  return cnn_writer_simple (writer, "LeakyRelu", "alpha", p->slope, NULL);
}

const CnnOp cnn_op_leaky_relu = {
  .name = "leaky-relu",
  .label = N_("Leaky ReLU"),
  .blurb = N_("Keeps what is positive and makes the rest small: slope · x"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (LeakyReluParams),
  .params = leaky_relu_params,
  .slope = leaky_relu_slope,
  .prepare = leaky_relu_prepare,
  .train = leaky_relu_train,
  .explain = leaky_relu_explain,
  .write = leaky_relu_write,
};
