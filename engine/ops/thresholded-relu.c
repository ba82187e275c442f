/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  double alpha;
} ThresholdedReluParams;

static const CnnParam thresholded_relu_params[] = {
  { .key = "alpha",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (ThresholdedReluParams, alpha),
    .initial = "1",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Alpha"),
    .tooltip = N_("What a value must be above to be kept") },
  { .key = NULL },
};

static void
thresholded_relu_values (gsize n, float a, float b, float *values)
{
  /* Asked this way round, what is no number stays so. */
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] <= a ? 0.0f : values[i];
}

static CnnStep *
thresholded_relu_prepare (const CnnTask *task, GError **error)
{
  const ThresholdedReluParams *p = task->node->params;

  return cnn_pointwise_prepare (task, thresholded_relu_values, (float) p->alpha, 0.0f);
}

CNN_CLONES static void
thresholded_relu_derivative (gsize n, float a, float b, const float *restrict values,
                             float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = values[i] > a ? d[i] : 0.0f;
}

/* With an alpha below 0, zeros that came out may have been above it. */
static CnnTrainStep *
thresholded_relu_train (const CnnTask *task, GError **error)
{
  const ThresholdedReluParams *p = task->node->params;

  return cnn_pointwise_train (task, thresholded_relu_values, thresholded_relu_derivative,
                              (float) p->alpha, 0.0f, p->alpha >= 0.0, error);
}

static void
thresholded_relu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                          CnnExplanation *explanation)
{
  const ThresholdedReluParams *p = task->node->params;
  double                       value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value > (float) p->alpha ? value : 0.0);
}

static gboolean
thresholded_relu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const ThresholdedReluParams *p = node->params;

  return cnn_writer_simple (writer, "ThresholdedRelu", "alpha", p->alpha, NULL);
}

const CnnOp cnn_op_thresholded_relu = {
  .name = "thresholded-relu",
  .label = N_("Thresholded ReLU"),
  .blurb = N_("Keeps what is above alpha and turns the rest into zero"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (ThresholdedReluParams),
  .params = thresholded_relu_params,
  .prepare = thresholded_relu_prepare,
  .train = thresholded_relu_train,
  .explain = thresholded_relu_explain,
  .write = thresholded_relu_write,
};
