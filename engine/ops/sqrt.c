/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
sqrt_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = sqrtf (values[i]);
}

static CnnStep *
sqrt_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, sqrt_values, 0.0f, 0.0f);
}

static void
sqrt_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] /= 2.0f * values[i];
}

static CnnTrainStep *
sqrt_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, sqrt_values, sqrt_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
sqrt_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            sqrt (value));
}

static gboolean
sqrt_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Sqrt", NULL);
}

const CnnOp cnn_op_sqrt = {
  .name = "sqrt",
  .label = N_("Square root"),
  .blurb = N_("The square root of every value; of a negative one it is no number"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = sqrt_prepare,
  .train = sqrt_train,
  .explain = sqrt_explain,
  .write = sqrt_write,
};
