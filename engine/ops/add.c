/* SPDX-License-Identifier: GPL-3.0-or-later */
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
  cnn_arith_explain_terms (task, cells, y, x, channel, 1.0, explanation);
}

const CnnOp cnn_op_add = {
  .name = "add",
  .label = N_("Add"),
  .blurb = N_("Adds the values of earlier layers to those of the previous one: a skip "
              "connection"),
  .exact = TRUE,
  CNN_ARITH_LIST_OP,
  .prepare = add_prepare,
  .explain = add_explain,
};
