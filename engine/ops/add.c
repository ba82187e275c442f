/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
add_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] + b[i];
}

static CnnStep *
add_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, add_fold, 1.0f);
}

static void
add_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, (int) n }, FALSE);

  for (guint i = 0; i < n; i++)
    {
      part->values[i] = values[i];
      part->result += part->values[i];
      explanation->magnitude += fabs (part->values[i]);
    }
  explanation->value = part->result;
}

const CnnOp cnn_op_add = {
  .name = "add",
  .label = N_("Add"),
  .blurb = N_("Adds the values of earlier layers to those of the previous one: a skip "
              "connection"),
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
  .prepare = add_prepare,
  .explain = add_explain,
  .write = cnn_arith_write,
};
