/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
max_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = (a[i] > b[i]) | (a[i] != a[i]) ? a[i] : b[i];
}

static CnnStep *
max_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, max_fold, 1.0f);
}

static void
max_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_WINNER, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, (int) n }, FALSE);

  part->winner = 0;
  for (guint i = 0; i < n; i++)
    {
      part->values[i] = values[i];
      if (!isnan (values[part->winner]) && (values[i] > values[part->winner] || isnan (values[i])))
        part->winner = (int) i;
    }
  part->result = values[part->winner];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

const CnnOp cnn_op_max = {
  .name = "max",
  .label = N_("Maximum"),
  .blurb = N_("The greatest of the values of the previous layer, of earlier ones and of "
              "constants"),
  .example = "values=2",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .broadcasts = TRUE,
  .params_size = sizeof (CnnArith),
  .params = cnn_arith_params,
  .check = cnn_arith_check,
  .shape = cnn_arith_shape,
  .weights = cnn_arith_weights,
  .init = cnn_arith_init,
  .prepare = max_prepare,
  .explain = max_explain,
  .write = cnn_arith_write,
};
