/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

static CnnStep *
sigmoid_prepare (const CnnTask *task, GError **error)
{
  return cnn_eltwise_prepare (task, dnnl_eltwise_logistic, 0.0f, 0.0f, error);
}

CNN_CLONES static void
sigmoid_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] *= values[i] * (1.0f - values[i]);
}

static CnnTrainStep *
sigmoid_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, NULL, sigmoid_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
sigmoid_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value, 1.0 / (1.0 + exp (-value)));
}

static gboolean
sigmoid_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Sigmoid", NULL);
}

const CnnOp cnn_op_sigmoid = {
  .name = "sigmoid",
  .label = N_("Sigmoid"),
  .blurb = N_("Squeezes every value between 0 and 1: 1 / (1 + e⁻ˣ)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = sigmoid_prepare,
  .train = sigmoid_train,
  .explain = sigmoid_explain,
  .write = sigmoid_write,
};
