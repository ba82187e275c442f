/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

static CnnStep *
tanh_prepare (const CnnTask *task, GError **error)
{
  return cnn_eltwise_prepare (task, dnnl_eltwise_tanh, 0.0f, 0.0f, error);
}

CNN_CLONES static void
tanh_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] *= 1.0f - values[i] * values[i];
}

static CnnTrainStep *
tanh_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, NULL, tanh_derivative, 0.0f, 0.0f, TRUE, error);
}

static void
tanh_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value, tanh (value));
}

static gboolean
tanh_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "Tanh", NULL);
}

const CnnOp cnn_op_tanh = {
  .name = "tanh",
  .label = N_("Hyperbolic tangent"),
  .blurb = N_("Squeezes every value between −1 and 1"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = tanh_prepare,
  .train = tanh_train,
  .explain = tanh_explain,
  .write = tanh_write,
};
