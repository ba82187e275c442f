/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  double alpha;
} CeluParams;

static const CnnParam celu_params[] = {
  { .key = "alpha",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (CeluParams, alpha),
    .initial = "1",
    .min = 1e-6,
    .max = 1e6,
    .label = N_("Alpha"),
    .tooltip = N_("How far below zero it goes") },
  { .key = NULL },
};

static void
celu_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] > 0.0f ? values[i] : a * expm1f (values[i] / a);
}

static CnnStep *
celu_prepare (const CnnTask *task, GError **error)
{
  const CeluParams *p = task->node->params;

  return cnn_pointwise_prepare (task, celu_values, (float) p->alpha, 0.0f);
}

/* Below 0, eˣᐟᵃˡᵖʰᵃ is what came out / alpha + 1. */
CNN_CLONES static void
celu_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = values[i] / a + 1.0f;

      d[i] *= values[i] > 0.0f ? 1.0f : part;
    }
}

static CnnTrainStep *
celu_train (const CnnTask *task, GError **error)
{
  const CeluParams *p = task->node->params;

  return cnn_pointwise_train (task, celu_values, celu_derivative, (float) p->alpha, 0.0f,
                              TRUE, error);
}

/* Source: Barron, "Continuously differentiable exponential linear units" (2017). */
static void
celu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  const CeluParams *p = task->node->params;
  double            value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value > 0.0 ? value : p->alpha * expm1 (value / p->alpha));
}

static gboolean
celu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const CeluParams *p = node->params;

  return cnn_writer_simple (writer, "Celu", "alpha", p->alpha, NULL);
}

const CnnOp cnn_op_celu = {
  .name = "celu",
  .label = N_("CELU"),
  .blurb = N_("Keeps what is positive; negative values run smoothly towards −alpha, without "
              "a kink at 0: alpha · (eˣᐟᵃˡᵖʰᵃ − 1)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (CeluParams),
  .params = celu_params,
  .prepare = celu_prepare,
  .train = celu_train,
  .explain = celu_explain,
  .write = celu_write,
};
