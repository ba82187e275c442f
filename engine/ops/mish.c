/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
mish_values (gsize n, float a, float b, float *values)
{
  /* With e = eˣ, tanh (ln (1 + e)) is (e² + 2e) / (e² + 2e + 2); from 20 on it is 1. */
  for (gsize i = 0; i < n; i++)
    {
      float e = expf (values[i] > 20.0f ? 20.0f : values[i]);
      float part = e * (e + 2.0f);

      values[i] *= part / (part + 2.0f);
    }
}

static CnnStep *
mish_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, mish_values, 0.0f, 0.0f);
}

/* Of x · t with t = tanh (ln (1 + eˣ)): t + x · (1 − t²) · sigmoid (x), where 1 − t² is
 * 4 (p + 1) / (p + 2)² with p = e² + 2e. */
static void
mish_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float x = values[i] > 20.0f ? 20.0f : values[i];
      float e = expf (x);
      float part = e * (e + 2.0f);
      float rest = 4.0f * (part + 1.0f) / ((part + 2.0f) * (part + 2.0f));

      d[i] *= part / (part + 2.0f) + x * rest * e / (1.0f + e);
    }
}

static CnnTrainStep *
mish_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, mish_values, mish_derivative, 0.0f, 0.0f, FALSE, error);
}

/* Source: Misra, "Mish" (2019), equation 1. */
static void
mish_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value * tanh (value > 30.0 ? value : log1p (exp (value))));
}

static gboolean
mish_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  /* Mish itself came with operator set 18. */
  if (cnn_writer_function (writer, "Mish", NULL))
    {
      const char *part = cnn_writer_add (writer, "Softplus", "x", NULL);

      part = cnn_writer_add (writer, "Tanh", part, NULL);
      cnn_writer_end (writer, cnn_writer_add (writer, "Mul", "x", part, NULL));
    }
  cnn_writer_give_same (writer, cnn_writer_call (writer, "Mish", cnn_writer_value (writer, 0)));
  return TRUE;
}

const CnnOp cnn_op_mish = {
  .name = "mish",
  .label = N_("Mish"),
  .blurb = N_("A smooth ReLU that lets a little of the negative through: x · tanh (ln (1 + eˣ))"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = mish_prepare,
  .train = mish_train,
  .explain = mish_explain,
  .write = mish_write,
};
