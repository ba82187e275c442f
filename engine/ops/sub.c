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

static CnnStep *
sub_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, sub_fold, 1.0f);
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
  .explain = sub_explain,
};
