/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static CnnTrainStep *
max_train (const CnnTask *task, GError **error)
{
  return cnn_arith_train (task, cnn_arith_winner_back, TRUE, TRUE, error);
}

static void
max_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  cnn_arith_explain_winner (task, cells, y, x, channel, 1.0, explanation);
}

const CnnOp cnn_op_max = {
  .name = "max",
  .label = N_("Maximum"),
  .blurb = N_("The greatest of the values of the previous layer, of earlier ones and of "
              "constants"),
  .example = "values=2",
  .exact = TRUE,
  CNN_ARITH_LIST_OP,
  .prepare = max_prepare,
  .train = max_train,
  .explain = max_explain,
};
