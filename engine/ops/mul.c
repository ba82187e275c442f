/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

CNN_CLONES static void
mul_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] * b[i];
}

/* All other operands, times the derivative. */
CNN_CLONES static void
mul_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
          const float *d_out, float *d)
{
  const float *from = d_out;

  for (guint j = 0; j < n_operands; j++)
    {
      if (j == k)
        continue;
      CNN_ARITH_LOOP
      for (gsize i = 0; i < n; i++)
        d[i] = from[i] * operands[j][i];
      from = d;
    }
}

static CnnStep *
mul_prepare (const CnnTask *task, GError **error)
{
  return cnn_arith_prepare (task, mul_fold, 1.0f);
}

static CnnTrainStep *
mul_train (const CnnTask *task, GError **error)
{
  return cnn_arith_train (task, mul_back, TRUE, FALSE, error);
}

static void
mul_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  double   product = values[0];
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_PRODUCTS, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, 1 }, TRUE);

  part->values[0] = values[0];
  part->factors[0] = 1.0;
  for (guint i = 1; i < n; i++)
    {
      part->factors[0] *= values[i];
      product *= values[i];
    }
  part->result = explanation->value = product;
  explanation->magnitude = fabs (product);
}

const CnnOp cnn_op_mul = {
  .name = "mul",
  .label = N_("Multiply"),
  .blurb = N_("Multiplies the values of the previous layer with those of earlier ones, or "
              "with constants"),
  .example = "values=2",
  .exact = TRUE,
  CNN_ARITH_LIST_OP,
  .prepare = mul_prepare,
  .train = mul_train,
  .explain = mul_explain,
};
