/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
softplus_values (gsize n, float a, float b, float *values)
{
  /* ln (1 + eˣ) = max (x, 0) + ln (1 + e⁻|x|), whose exponential stays finite. */
  for (gsize i = 0; i < n; i++)
    values[i] = (values[i] < 0.0f ? 0.0f : values[i]) + log1pf (expf (-fabsf (values[i])));
}

static CnnStep *
softplus_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, softplus_values, 0.0f, 0.0f);
}

/* 1 / (1 + e⁻ˣ), which is 1 − e to the power of minus what came out. */
static void
softplus_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] *= -expm1f (-values[i]);
}

static CnnTrainStep *
softplus_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, softplus_values, softplus_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
softplus_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                  CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value > 30.0 ? value : log1p (exp (value)));
}

static gboolean
softplus_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Softplus", NULL);
}

const CnnOp cnn_op_softplus = {
  .name = "softplus",
  .label = N_("Softplus"),
  .blurb = N_("A ReLU with a round corner: ln (1 + eˣ)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = softplus_prepare,
  .train = softplus_train,
  .explain = softplus_explain,
  .write = softplus_write,
};
