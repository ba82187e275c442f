/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  double alpha;
} EluParams;

static const CnnParam elu_params[] = {
  { .key = "alpha",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (EluParams, alpha),
    .initial = "1",
    .min = 0,
    .max = 1e6,
    .label = N_("Alpha"),
    .tooltip = N_("How far below zero it goes") },
  { .key = NULL },
};

static CnnStep *
elu_prepare (const CnnTask *task, GError **error)
{
  const EluParams *p = task->node->params;

  return cnn_eltwise_prepare (task, dnnl_eltwise_elu, (float) p->alpha, 0.0f, error);
}

/* Below 0, alpha · eˣ is what came out + alpha. */
CNN_CLONES static void
elu_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = values[i] + a;

      d[i] *= values[i] > 0.0f ? 1.0f : part;
    }
}

static CnnTrainStep *
elu_train (const CnnTask *task, GError **error)
{
  const EluParams *p = task->node->params;

  return cnn_pointwise_train (task, NULL, elu_derivative, (float) p->alpha, 0.0f, TRUE, error);
}

static void
elu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  const EluParams *p = task->node->params;
  double           value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value > 0.0 ? value : p->alpha * (exp (value) - 1.0));
  /* Two terms of opposite sign, which near 0 all but cancel. */
  if (value <= 0.0)
    explanation->magnitude = p->alpha * (exp (value) + 1.0);
}

static gboolean
elu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const EluParams *p = node->params;

  return cnn_writer_simple (writer, "Elu", "alpha", p->alpha, NULL);
}

const CnnOp cnn_op_elu = {
  .name = "elu",
  .label = N_("ELU"),
  .blurb = N_("Keeps what is positive; negative values run smoothly towards −alpha: "
              "alpha · (eˣ − 1)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (EluParams),
  .params = elu_params,
  .prepare = elu_prepare,
  .train = elu_train,
  .explain = elu_explain,
  .write = elu_write,
};
