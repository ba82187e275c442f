/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
abs_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = fabsf (values[i]);
}

static CnnStep *
abs_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, abs_values, 0.0f, 0.0f);
}

static void
abs_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = values[i] > 0.0f ? d[i] : values[i] < 0.0f ? -d[i] : 0.0f;
}

static CnnTrainStep *
abs_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, abs_values, abs_derivative, 0.0f, 0.0f, FALSE, error);
}

static void
abs_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            fabs (value));
}

static gboolean
abs_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Abs", NULL);
}

const CnnOp cnn_op_abs = {
  .name = "abs",
  .label = N_("Absolute value"),
  .blurb = N_("Drops the sign of every value: |x|"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params = cnn_no_params,
  .prepare = abs_prepare,
  .train = abs_train,
  .explain = abs_explain,
  .write = abs_write,
};
