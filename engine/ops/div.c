/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
div_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] / b[i];
}

static CnnStep *
div_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, div_fold, 1.0f);
}

static void
div_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double values[CNN_MAX_INPUTS + 1];

  cnn_arith_read (task, cells, y, x, channel, values);
  cnn_explanation_function (explanation, 0, cnn_arith_channel (task, channel),
                            values[cnn_arith_reversed (task->node)], values[0] / values[1]);
}

const CnnOp cnn_op_div = {
  .name = "div",
  .label = N_("Divide"),
  .blurb = N_("Divides the values of the previous layer by those of an earlier one, or by "
              "constants"),
  .example = "values=2",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .broadcasts = TRUE,
  .params_size = sizeof (CnnArith),
  .params = cnn_arith_pair_params,
  .check = cnn_arith_pair_check,
  .shape = cnn_arith_shape,
  .weights = cnn_arith_weights,
  .init = cnn_arith_init,
  .prepare = div_prepare,
  .explain = div_explain,
  .write = cnn_arith_write,
};
