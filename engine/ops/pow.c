/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "arith.h"
#include "i18n.h"

static void
pow_fold (gsize n, const float *a, const float *b, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = powf (a[i], b[i]);
}

/* Powers that are common enough to have loops of their own, with the same values. */

CNN_CLONES static void
square_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] * a[i];
}

CNN_CLONES static void
cube_fold (gsize n, const float *a, const float *b, float *out)
{
  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    out[i] = (float) ((double) a[i] * a[i] * a[i]);
}

/* Differs from the root in that (−0)^½ is 0 and (−∞)^½ is ∞. */
static void
root_fold (gsize n, const float *a, const float *b, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = a[i] < -G_MAXFLOAT ? -a[i] : sqrtf (a[i] + 0.0f);
}

/* By the base: b·a^(b−1), and 0 where b is 0, even at 0. By the exponent: a^b·ln a; where a is not
 * above 0 that is 0 or does not exist, and 0 leaves such exponents alone. */
static void
pow_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
          const float *d_out, float *d)
{
  const float *a = operands[0], *b = operands[1];

  if (k == 0)
    for (gsize i = 0; i < n; i++)
      d[i] = b[i] == 0.0f ? 0.0f : d_out[i] * b[i] * powf (a[i], b[i] - 1.0f);
  else
    for (gsize i = 0; i < n; i++)
      d[i] = a[i] > 0.0f ? d_out[i] * out[i] * logf (a[i]) : 0.0f;
}

CNN_CLONES static void
square_back (gsize n, guint n_operands, guint k, const float *const *operands, const float *out,
             const float *d_out, float *d)
{
  const float *a = operands[0];

  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    d[i] = d_out[i] * 2.0f * a[i];
}

static CnnStep *
pow_prepare (const CnnTask *task, GError **error)
{
  const CnnArith *p = task->node->params;
  CnnArithFold    fold = pow_fold;

  if (p->values.n == 1 && !p->reversed)
    fold = p->values.values[0] == 2.0   ? square_fold
           : p->values.values[0] == 3.0 ? cube_fold
           : p->values.values[0] == 0.5 ? root_fold
                                        : pow_fold;
  return cnn_arith_prepare (task, fold, 1.0f);
}

static CnnTrainStep *
pow_train (const CnnTask *task, GError **error)
{
  const CnnArith *p = task->node->params;
  gboolean        square = p->values.n == 1 && !p->reversed && p->values.values[0] == 2.0;

  return cnn_arith_train (task, square ? square_back : pow_back, TRUE, TRUE, error);
}

static void
pow_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  cnn_arith_explain_pair (task, cells, y, x, channel, pow, explanation);
}

const CnnOp cnn_op_pow = {
  .name = "pow",
  .label = N_("Power"),
  .blurb = N_("Raises the values of the previous layer to the power of those of an "
              "earlier one, or of constants"),
  .example = "values=2",
  CNN_ARITH_PAIR_OP,
  .prepare = pow_prepare,
  .train = pow_train,
  .explain = pow_explain,
};
