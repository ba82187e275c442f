/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "softmax.h"
#include "writer.h"

static const CnnParam log_softmax_params[] = {
  CNN_SOFTMAX_AXIS (N_("Which values' exponentials add up to 1")),
  { .key = NULL },
};

static CnnStep *
log_softmax_prepare (const CnnTask *task, GError **error)
{
  return cnn_softmax_prepare (task, TRUE, error);
}

static CnnTrainStep *
log_softmax_train (const CnnTask *task, GError **error)
{
  return cnn_softmax_train (task, TRUE, error);
}

static void
log_softmax_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                     CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel), most;
  double sum = cnn_softmax_sum (task, cells, y, x, channel, explanation, &most);

  cnn_explanation_function (explanation, 0, channel, value, value - most - log (sum));
  g_array_index (explanation->parts, CnnPart, explanation->parts->len - 1).logarithm = TRUE;
  explanation->magnitude = fabs (value) + fabs (most) + log (sum);
}

static gboolean
log_softmax_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_softmax_write (writer, node, "LogSoftmax");
}

const CnnOp cnn_op_log_softmax = {
  .name = "log-softmax",
  .label = N_("Log softmax"),
  .blurb = N_("The logarithm of softmax: x − ln of the sum of all eˣ"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_WHOLE,
  .reach_of = cnn_softmax_reach,
  .map_label = cnn_softmax_map_label,
  .batches = TRUE,
  .params_size = sizeof (CnnSoftmaxParams),
  .params = log_softmax_params,
  .prepare = log_softmax_prepare,
  .train = log_softmax_train,
  .explain = log_softmax_explain,
  .write = log_softmax_write,
};
