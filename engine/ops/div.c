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

CNN_CLONES static void
div_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
          const float *d_out, float *d)
{
  const float *a = operands[0], *b = operands[1];

  if (k == 0)
    {
      CNN_ARITH_LOOP
      for (gsize i = 0; i < n; i++)
        d[i] = d_out[i] / b[i];
      return;
    }
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    d[i] = -d_out[i] * (a[i] / b[i]) / b[i];
}

static CnnStep *
div_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, div_fold, 1.0f);
}

static CnnTrainStep *
div_train (const CnnTask *task, GError **error)
{
  return cnn_arith_train (task, div_back, TRUE, FALSE, error);
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
  .train = div_train,
  .explain = div_explain,
};
