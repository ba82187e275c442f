/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

static void
hard_swish_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = values[i] / 6.0f + 0.5f;

      part = part < 0.0f ? 0.0f : part;
      part = part > 1.0f ? 1.0f : part;
      values[i] = part * values[i];
    }
}

static CnnStep *
hard_swish_prepare (const CnnTask *task, GError **error)
{
  return cnn_pointwise_prepare (task, hard_swish_values, 0.0f, 0.0f);
}

CNN_CLONES static void
hard_swish_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = values[i] / 3.0f + 0.5f;

      part = values[i] < -3.0f ? 0.0f : part;
      part = values[i] > 3.0f ? 1.0f : part;
      d[i] *= part;
    }
}

static CnnTrainStep *
hard_swish_train (const CnnTask *task, GError **error)
{
  return cnn_pointwise_train (task, hard_swish_values, hard_swish_derivative, 0.0f, 0.0f,
                              FALSE, error);
}

/* Source: Howard et al., "Searching for MobileNetV3" (2019), section 5.2. */
static void
hard_swish_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                    CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            value * CLAMP (value / 6.0 + 0.5, 0.0, 1.0));
  explanation->magnitude = fabs (value) * (fabs (value) / 6.0 + 0.5);
}

static gboolean
hard_swish_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_writer_simple (writer, "HardSwish", NULL);
}

const CnnOp cnn_op_hard_swish = {
  .name = "hard-swish",
  .label = N_("Hard swish"),
  .blurb = N_("Keeps large values, drops those below −3, and bends in between: x · (x / 6 + "
              "0.5), the factor kept between 0 and 1"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params = cnn_no_params,
  .prepare = hard_swish_prepare,
  .train = hard_swish_train,
  .explain = hard_swish_explain,
  .write = hard_swish_write,
};
