/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static double
quotient (double a, double b)
{
  return a / b;
}

static void
div_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  cnn_arith_explain_pair (task, cells, y, x, channel, quotient, explanation);
}

const CnnOp cnn_op_div = {
  .name = "div",
  .label = N_("Divide"),
  .blurb = N_("Divides the values of the previous layer by those of an earlier one, or by "
              "constants"),
  .example = "values=2",
  CNN_ARITH_PAIR_OP,
  .prepare = div_prepare,
  .explain = div_explain,
};
