/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
mean_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] + b[i];
}

CNN_CLONES static void
mean_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
           const float *d_out, float *d)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    d[i] = d_out[i] / n_operands;
}

static CnnStep *
mean_prepare (const CnnTask *task, GError **error)
{
  const CnnArith *p = task->node->params;

  return cnn_arith_prepare (task, mean_fold, (float) (task->n_in + (p->values.n > 0)));
}

static CnnTrainStep *
mean_train (const CnnTask *task, GError **error)
{
  return cnn_arith_train (task, mean_back, FALSE, FALSE, error);
}

static void
mean_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_WEIGHTED, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, (int) n }, TRUE);

  for (guint i = 0; i < n; i++)
    {
      part->values[i] = values[i];
      part->factors[i] = 1.0 / n;
      part->result += values[i] / n;
      explanation->magnitude += fabs (values[i]) / n;
    }
  explanation->value = part->result;
}

const CnnOp cnn_op_mean = {
  .name = "mean",
  .label = N_("Mean"),
  .blurb = N_("The mean of the values of the previous layer, of earlier ones and of constants"),
  .example = "values=2",
  CNN_ARITH_LIST_OP,
  .prepare = mean_prepare,
  .train = mean_train,
  .explain = mean_explain,
};
