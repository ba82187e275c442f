/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
sub_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] - b[i];
}

CNN_CLONES static void
sub_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
          const float *d_out, float *d)
{
  float sign = k == 0 ? 1.0f : -1.0f;

  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    d[i] = sign * d_out[i];
}

static CnnStep *
sub_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, sub_fold, 1.0f);
}

static CnnTrainStep *
sub_train (const CnnTask *task, GError **error)
{
  return cnn_arith_train (task, sub_back, FALSE, FALSE, error);
}

static void
sub_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  cnn_arith_explain_terms (task, cells, y, x, channel, -1.0, explanation);
}

const CnnOp cnn_op_sub = {
  .name = "sub",
  .label = N_("Subtract"),
  .blurb = N_("Takes the values of an earlier layer, or constants, from those of the "
              "previous one"),
  .example = "values=2",
  .exact = TRUE,
  CNN_ARITH_PAIR_OP,
  .prepare = sub_prepare,
  .train = sub_train,
  .explain = sub_explain,
};
