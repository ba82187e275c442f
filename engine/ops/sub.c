/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
sub_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] - b[i];
}

static CnnStep *
sub_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, sub_fold, 1.0f);
}

static void
sub_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, (int) n }, FALSE);

  for (guint i = 0; i < n; i++)
    {
      part->values[i] = i == 0 ? values[i] : -values[i];
      part->result += part->values[i];
      explanation->magnitude += fabs (part->values[i]);
    }
  explanation->value = part->result;
}

const CnnOp cnn_op_sub = {
  .name = "sub",
  .label = N_("Subtract"),
  .blurb = N_("Takes the values of an earlier layer, or constants, from those of the "
              "previous one"),
  .example = "values=2",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .broadcasts = TRUE,
  .params_size = sizeof (CnnArith),
  .params = cnn_arith_pair_params,
  .check = cnn_arith_pair_check,
  .shape = cnn_arith_shape,
  .weights = cnn_arith_weights,
  .init = cnn_arith_init,
  .prepare = sub_prepare,
  .explain = sub_explain,
  .write = cnn_arith_write,
};
