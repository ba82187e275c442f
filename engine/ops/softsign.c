/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
softsign_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] / (1.0f + fabsf (values[i]));
}

static CnnStep *
softsign_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, softsign_values, 0.0f, 0.0f);
}

CNN_CLONES static void
softsign_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = 1.0f / (1.0f + fabsf (values[i]));

      d[i] *= part * part;
    }
}

static CnnTrainStep *
softsign_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, softsign_values, softsign_derivative, 0.0f, 0.0f, FALSE, error);
}

static void
softsign_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                  CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value / (1.0 + fabs (value)));
}

static gboolean
softsign_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Softsign", NULL);
}

const CnnOp cnn_op_softsign = {
  .name = "softsign",
  .label = N_("Softsign"),
  .blurb = N_("Squeezes every value between −1 and 1, more slowly than tanh: x / (1 + |x|)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = softsign_prepare,
  .train = softsign_train,
  .explain = softsign_explain,
  .write = softsign_write,
};
