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

CNN_CLONES static void
add_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
          const float *d_out, float *d)
{
  if (d == d_out)
    return;
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    d[i] = d_out[i];
}

static CnnStep *
add_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, add_fold, 1.0f);
}

static CnnTrainStep *
add_train (const CnnTask *task, GError **error)
{
  return cnn_arith_train (task, add_back, FALSE, FALSE, error);
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
  .train = add_train,
  .explain = add_explain,
};
