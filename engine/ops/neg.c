/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
neg_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = -values[i];
}

static CnnStep *
neg_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, neg_values, 0.0f, 0.0f);
}

static void
neg_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = -d[i];
}

static CnnTrainStep *
neg_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, neg_values, neg_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
neg_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            -value);
}

static gboolean
neg_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Neg", NULL);
}

const CnnOp cnn_op_neg = {
  .name = "neg",
  .label = N_("Negative"),
  .blurb = N_("Turns every value into its opposite: −x"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params = cnn_no_params,
  .prepare = neg_prepare,
  .train = neg_train,
  .explain = neg_explain,
  .write = neg_write,
};
