/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold-private.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Operators that put the numbers along some axes together. */

typedef enum
{
  SUM,
  MEAN,
  MAX_OF,
  MIN_OF,
  PROD,
  L1,
  L2,
  SUM_SQUARE,
  LOG_SUM,
  LOG_SUM_EXP
} How;

/* What a result is before a number came to it. */
static double
start (How how)
{
  return how == MAX_OF || how == LOG_SUM_EXP ? -INFINITY
         : how == MIN_OF                     ? INFINITY
         : how == PROD                       ? 1
                                             : 0;
}

static double
join (How    how,
      double sum,
      double value)
{
  double high, low;

  switch (how)
    {
    case MAX_OF:
      return isnan (sum) || sum > value ? sum : value;
    case MIN_OF:
      return isnan (sum) || sum < value ? sum : value;
    case PROD:
      return sum * value;
    case L1:
      return sum + fabs (value);
    case L2:
    case SUM_SQUARE:
      return sum + value * value;
    case LOG_SUM_EXP:
      high = MAX (sum, value);
      low = MIN (sum, value);
      if (isnan (sum) || isnan (value))
        return NAN;
      return isinf (high) ? high : high + log1p (exp (low - high));
    case SUM:
    case MEAN:
    case LOG_SUM:
    default:
      return sum + value;
    }
}

static gint64
join_ints (How    how,
           gint64 sum,
           gint64 value)
{
  switch (how)
    {
    case MAX_OF:
      return MAX (sum, value);
    case MIN_OF:
      return MIN (sum, value);
    case PROD:
      return (gint64) ((guint64) sum * (guint64) value);
    case L1:
      return (gint64) ((guint64) sum + (value < 0 ? -(guint64) value : (guint64) value));
    case SUM_SQUARE:
      return (gint64) ((guint64) sum + (guint64) value * (guint64) value);
    default:
      return (gint64) ((guint64) sum + (guint64) value);
    }
}

static double
result (How    how,
        double sum,
        double count)
{
  switch (how)
    {
    case MEAN:
      return sum / count;
    case L2:
      return sqrt (sum);
    case LOG_SUM:
      return log (sum);
    default:
      return sum;
    }
}

static gint64
start_ints (How how)
{
  return how == MAX_OF ? G_MININT64 : how == MIN_OF ? G_MAXINT64 : how == PROD;
}

/* The output with all dimensions; [n_dims] which of them are 1. */
static CnnOnnxTensor *
reduce (const CnnFold       *fold,
        const CnnOnnxTensor *in,
        How                  how,
        const gboolean      *chosen,
        GError             **error)
{
  g_autoptr (CnnOnnxTensor) out = NULL;
  g_autofree double        *sums = NULL;
  gint64                    dims[CNN_ONNX_MAX_DIMS], step[CNN_ONNX_MAX_DIMS];
  gint64                    at[CNN_ONNX_MAX_DIMS] = { 0 }, place = 0;
  double                    count;

  for (int d = 0; d < in->n_dims; d++)
    dims[d] = chosen[d] ? 1 : in->dims[d];
  out = cnn_fold_like (fold, in, in->n_dims, dims, error);
  if (!out)
    return NULL;
  sums = g_try_new (double, out->n + 1);
  if (!sums)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the tensor is too large"));
      return NULL;
    }
  for (gsize i = 0; i < out->n; i++)
    if (out->floats)
      sums[i] = start (how);
    else
      out->ints[i] = start_ints (how);
  cnn_fold_steps (out, in->n_dims, in->dims, step);
  for (gsize i = 0; i < in->n; i++)
    {
      if (in->floats)
        sums[place] = join (how, sums[place], in->floats[i]);
      else
        out->ints[place] = join_ints (how, out->ints[place], in->ints[i]);
      for (int d = in->n_dims - 1; d >= 0; d--)
        {
          place += step[d];
          if (++at[d] < in->dims[d])
            break;
          place -= at[d] * step[d];
          at[d] = 0;
        }
    }
  count = out->n ? (double) (in->n / out->n) : 0;
  for (gsize i = 0; i < out->n; i++)
    if (out->floats)
      out->floats[i] = (float) result (how, sums[i], count);
    else if (how == MEAN)
      out->ints[i] = count > 0 ? out->ints[i] / (gint64) count : 0;
    else
      out->ints[i] = cnn_fold_narrow (out->type, out->ints[i]);
  return g_steal_pointer (&out);
}

static gboolean
fold_reduce (const CnnFold *fold,
             How            how,
             GError       **error)
{
  CnnOnnxTensor            *in = cnn_fold_need (fold, 0, error);
  g_autoptr (CnnOnnxTensor) out = NULL;
  guint                     n;
  const gint64             *axes;
  gboolean                  chosen[CNN_ONNX_MAX_DIMS];
  int                       n_dims = 0;
  gint64                    dims[CNN_ONNX_MAX_DIMS];

  if (!in || !cnn_fold_list (fold, 1, "axes", &n, &axes, error)
      || !cnn_axes (n, axes, in->n_dims, chosen, error))
    return FALSE;
  if (n == 0 && cnn_onnx_attribute_int (fold->node, "noop_with_empty_axes", 0) != 0)
    return cnn_fold_give (fold, 0, cnn_onnx_tensor_ref (in));
  for (int d = 0; d < in->n_dims; d++)
    {
      chosen[d] |= n == 0;
      if (!chosen[d])
        dims[n_dims++] = in->dims[d];
    }
  if (in->ints && (how == L2 || how == LOG_SUM || how == LOG_SUM_EXP))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("it is not supported for this type of number"));
      return FALSE;
    }
  out = reduce (fold, in, how, chosen, error);
  if (!out || cnn_onnx_attribute_int (fold->node, "keepdims", 1) != 0)
    return cnn_fold_give (fold, 0, g_steal_pointer (&out));
  return cnn_fold_give (fold, 0, cnn_onnx_tensor_shaped (out, n_dims, dims));
}

#define REDUCE(NAME, HOW)                            \
  static gboolean fold_##NAME (const CnnFold *fold,  \
                               GError       **error) \
  {                                                  \
    return fold_reduce (fold, HOW, error);           \
  }

REDUCE (l1, L1)
REDUCE (l2, L2)
REDUCE (log_sum, LOG_SUM)
REDUCE (log_sum_exp, LOG_SUM_EXP)
REDUCE (max, MAX_OF)
REDUCE (mean, MEAN)
REDUCE (min, MIN_OF)
REDUCE (prod, PROD)
REDUCE (sum, SUM)
REDUCE (sum_square, SUM_SQUARE)

const CnnFoldOp cnn_fold_reduces[] = {
  { "ReduceL1", fold_l1 },
  { "ReduceL2", fold_l2 },
  { "ReduceLogSum", fold_log_sum },
  { "ReduceLogSumExp", fold_log_sum_exp },
  { "ReduceMax", fold_max },
  { "ReduceMean", fold_mean },
  { "ReduceMin", fold_min },
  { "ReduceProd", fold_prod },
  { "ReduceSum", fold_sum },
  { "ReduceSumSquare", fold_sum_square },
  { NULL, NULL },
};
