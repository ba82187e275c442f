/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
exp_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = expf (values[i]);
}

static CnnStep *
exp_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, exp_values, 0.0f, 0.0f);
}

static void
exp_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] *= values[i];
}

static CnnTrainStep *
exp_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, exp_values, exp_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
exp_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            exp (value));
}

static gboolean
exp_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Exp", NULL);
}

const CnnOp cnn_op_exp = {
  .name = "exp",
  .label = N_("Exponential"),
  .blurb = N_("Puts every value into eˣ"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = exp_prepare,
  .train = exp_train,
  .explain = exp_explain,
  .write = exp_write,
};
