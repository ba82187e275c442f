/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

static double
relu_slope (const CnnNode *node)
{
  return 0.0;
}

static CnnStep *
relu_prepare (const CnnTask *task, GError **error)
{
  return cnn_eltwise_prepare (task, dnnl_eltwise_relu, 0.0f, 0.0f, error);
}

/* Asked this way round, what is no number stays so. */
CNN_CLONES static void
relu_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] < 0.0f ? 0.0f : values[i];
}

CNN_CLONES static void
relu_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = values[i] > 0.0f ? d[i] : 0.0f;
}

static CnnTrainStep *
relu_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, relu_values, relu_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
relu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value, value > 0.0 ? value : 0.0);
}

static gboolean
relu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Relu", NULL);
}

const CnnOp cnn_op_relu = {
  .name = "relu",
  .label = N_("ReLU"),
  .blurb = N_("Keeps what is positive and turns the rest into zero: max (0, x)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params = cnn_no_params,
  .slope = relu_slope,
  .prepare = relu_prepare,
  .train = relu_train,
  .explain = relu_explain,
  .write = relu_write,
};
