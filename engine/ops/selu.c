/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  double alpha;
  double gamma;
} SeluParams;

static const CnnParam selu_params[] = {
  { .key = "alpha",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (SeluParams, alpha),
    .initial = "1.67326324235",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Alpha"),
    .tooltip = N_("How far below zero it goes, before gamma") },
  { .key = "gamma",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (SeluParams, gamma),
    .initial = "1.05070098736",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Gamma"),
    .tooltip = N_("What everything is multiplied with") },
  { .key = NULL },
};

static void
selu_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] > 0.0f ? b * values[i] : b * (a * expm1f (values[i]));
}

static CnnStep *
selu_prepare (const CnnTask *task, GError **error)
{
  const SeluParams *p = task->node->params;

  return cnn_pointwise_prepare (task, selu_values, (float) p->alpha, (float) p->gamma);
}

/* Below 0, gamma · alpha · eˣ is what came out + gamma · alpha. */
CNN_CLONES static void
selu_from_out (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = values[i] + a * b;

      d[i] *= values[i] > 0.0f ? b : part;
    }
}

static void
selu_from_in (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] *= values[i] > 0.0f ? b : a * b * expf (values[i]);
}

static CnnTrainStep *
selu_train (const CnnTask *task, GError **error)
{
  const SeluParams *p = task->node->params;
  gboolean          from_out = p->gamma > 0.0 && p->alpha >= 0.0; /* which keeps the sign */

  return cnn_pointwise_train (task, selu_values, from_out ? selu_from_out : selu_from_in,
                              (float) p->alpha, (float) p->gamma, from_out, error);
}

/* Source: Klambauer et al., "Self-normalizing neural networks" (2017), equation 2. */
static void
selu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  const SeluParams *p = task->node->params;
  double            value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            p->gamma * (value > 0.0 ? value : p->alpha * expm1 (value)));
}

static gboolean
selu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const SeluParams *p = node->params;

  return cnn_writer_simple (writer, "Selu", "alpha", p->alpha, "gamma", p->gamma, NULL);
}

const CnnOp cnn_op_selu = {
  .name = "selu",
  .label = N_("SELU"),
  .blurb = N_("An ELU that keeps the spread of values as they go from layer to layer: gamma "
              "· (x where positive, else alpha · (eˣ − 1))"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (SeluParams),
  .params = selu_params,
  .prepare = selu_prepare,
  .train = selu_train,
  .explain = selu_explain,
  .write = selu_write,
};
