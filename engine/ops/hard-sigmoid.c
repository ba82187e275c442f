/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  double alpha;
  double beta;
} HardSigmoidParams;

static const CnnParam hard_sigmoid_params[] = {
  { .key = "alpha",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (HardSigmoidParams, alpha),
    .initial = "0.2",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Alpha"),
    .tooltip = N_("How steep it is") },
  { .key = "beta",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (HardSigmoidParams, beta),
    .initial = "0.5",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Beta"),
    .tooltip = N_("Its value at 0") },
  { .key = NULL },
};

static void
hard_sigmoid_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = a * values[i] + b;

      part = part < 0.0f ? 0.0f : part;
      part = part > 1.0f ? 1.0f : part;
      values[i] = part;
    }
}

static CnnStep *
hard_sigmoid_prepare (const CnnTask *task, GError **error)
{
  const HardSigmoidParams *p = task->node->params;

  return cnn_pointwise_prepare (task, hard_sigmoid_values, (float) p->alpha, (float) p->beta);
}

CNN_CLONES static void
hard_sigmoid_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] *= values[i] > 0.0f && values[i] < 1.0f ? a : 0.0f;
}

static CnnTrainStep *
hard_sigmoid_train (const CnnTask *task, GError **error)
{
  const HardSigmoidParams *p = task->node->params;

  return cnn_pointwise_train (task, hard_sigmoid_values, hard_sigmoid_derivative,
                              (float) p->alpha, (float) p->beta, TRUE, error);
}

static void
hard_sigmoid_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                      CnnExplanation *explanation)
{
  const HardSigmoidParams *p = task->node->params;
  double                   value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            CLAMP (p->alpha * value + p->beta, 0.0, 1.0));
  explanation->magnitude = fabs (p->alpha * value) + fabs (p->beta);
}

static gboolean
hard_sigmoid_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const HardSigmoidParams *p = node->params;

  return cnn_writer_simple (writer, "HardSigmoid", "alpha", p->alpha, "beta", p->beta, NULL);
}

const CnnOp cnn_op_hard_sigmoid = {
  .name = "hard-sigmoid",
  .label = N_("Hard sigmoid"),
  .blurb = N_("A sigmoid of three straight lines: alpha · x + beta, kept between 0 and 1"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (HardSigmoidParams),
  .params = hard_sigmoid_params,
  .prepare = hard_sigmoid_prepare,
  .train = hard_sigmoid_train,
  .explain = hard_sigmoid_explain,
  .write = hard_sigmoid_write,
};
