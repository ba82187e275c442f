/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold-private.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Operators that compute each number of their output from those at the same place. */

/* --- of one number ---------------------------------------------------------------------- */

static gboolean
fold_one (const CnnFold *fold,
          double (*of_float) (double),
          gint64 (*of_int) (gint64),
          GError **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;

  if (!in)
    return FALSE;
  if (in->floats ? !of_float : !of_int)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("it is not supported for this type of number"));
      return FALSE;
    }
  out = cnn_fold_like (fold, in, in->n_dims, in->dims, error);
  for (gsize i = 0; out && i < out->n; i++)
    if (in->floats)
      out->floats[i] = (float) of_float (in->floats[i]);
    else
      out->ints[i] = cnn_fold_narrow (in->type, of_int (in->ints[i]));
  return cnn_fold_give (fold, 0, out);
}

static double neg_float (double v)        { return -v; }
static gint64 neg_int (gint64 v)          { return (gint64) -(guint64) v; }
static gint64 abs_int (gint64 v)          { return v < 0 ? neg_int (v) : v; }
static gint64 not_int (gint64 v)          { return !v; }
static double relu_float (double v)       { return v < 0 ? 0 : v; }
static gint64 relu_int (gint64 v)         { return MAX (v, 0); }
static double sigmoid_float (double v)    { return 1 / (1 + exp (-v)); }
static double reciprocal_float (double v) { return 1 / v; }
static double sign_float (double v)       { return (v > 0) - (v < 0); }
static gint64 sign_int (gint64 v)         { return (v > 0) - (v < 0); }

#define ONE(NAME, OF_FLOAT, OF_INT)                     \
  static gboolean fold_##NAME (const CnnFold *fold,     \
                               GError       **error)    \
  {                                                     \
    return fold_one (fold, OF_FLOAT, OF_INT, error);    \
  }

ONE (abs, fabs, abs_int)
ONE (ceil, ceil, NULL)
ONE (erf, erf, NULL)
ONE (exp, exp, NULL)
ONE (floor, floor, NULL)
ONE (log, log, NULL)
ONE (neg, neg_float, neg_int)
ONE (not, NULL, not_int)
ONE (reciprocal, reciprocal_float, NULL)
ONE (relu, relu_float, relu_int)
ONE (round, rint, NULL) /* to even */
ONE (sigmoid, sigmoid_float, NULL)
ONE (sign, sign_float, sign_int)
ONE (sqrt, sqrt, NULL)
ONE (tanh, tanh, NULL)

/* --- of two numbers ------------------------------------------------------------------------ */

typedef enum
{
  ADD,
  SUB,
  MUL,
  DIV,
  MOD,
  FMOD,
  POW,
  MIN_OF,
  MAX_OF,
  EQUAL,
  LESS,
  LESS_OR_EQUAL,
  GREATER,
  GREATER_OR_EQUAL,
  AND,
  OR,
  XOR
} Two;

static double
of_floats (Two    two,
           double a,
           double b)
{
  double rest;

  switch (two)
    {
    case ADD:
      return a + b;
    case SUB:
      return a - b;
    case MUL:
      return a * b;
    case DIV:
      return a / b;
    case MOD:
      rest = fmod (a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    case FMOD:
      return fmod (a, b);
    case POW:
      return pow (a, b);
    case MIN_OF:
      return isnan (a) || a < b ? a : b;
    case MAX_OF:
      return isnan (a) || a > b ? a : b;
    case EQUAL:
      return a == b;
    case LESS:
      return a < b;
    case LESS_OR_EQUAL:
      return a <= b;
    case GREATER:
      return a > b;
    case GREATER_OR_EQUAL:
      return a >= b;
    default:
      return NAN;
    }
}

static gint64
int_power (gint64 base,
           gint64 power)
{
  guint64 result = 1, factor = (guint64) base;

  if (power < 0)
    return base == 1 ? 1 : base == -1 ? (power % 2 ? -1 : 1) : 0;
  for (; power > 0; power >>= 1, factor *= factor)
    if (power & 1)
      result *= factor;
  return (gint64) result;
}

/* Wraps around where a number grows too large; @b is not 0 where it divides. */
static gint64
of_ints (Two    two,
         gint64 a,
         gint64 b)
{
  gint64 rest;

  switch (two)
    {
    case ADD:
      return (gint64) ((guint64) a + (guint64) b);
    case SUB:
      return (gint64) ((guint64) a - (guint64) b);
    case MUL:
      return (gint64) ((guint64) a * (guint64) b);
    case DIV:
      return b == -1 ? neg_int (a) : a / b;
    case MOD:
      rest = b == -1 ? 0 : a % b;
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    case FMOD:
      return b == -1 ? 0 : a % b;
    case POW:
      return int_power (a, b);
    case MIN_OF:
      return MIN (a, b);
    case MAX_OF:
      return MAX (a, b);
    case EQUAL:
      return a == b;
    case LESS:
      return a < b;
    case LESS_OR_EQUAL:
      return a <= b;
    case GREATER:
      return a > b;
    case GREATER_OR_EQUAL:
      return a >= b;
    case AND:
      return a && b;
    case OR:
      return a || b;
    case XOR:
    default:
      return !a != !b;
    }
}

/* Operator sets before 7 spread only the second, and say where it begins. */
static CnnOnnxTensor *
old_second (const CnnFold *fold,
            CnnOnnxTensor *a,
            CnnOnnxTensor *b,
            GError       **error)
{
  gint64 dims[CNN_ONNX_MAX_DIMS], axis = cnn_onnx_attribute_int (fold->node, "axis", -1);

  if (fold->node->version >= 7 || axis < 0)
    return cnn_onnx_tensor_ref (b);
  if (axis > a->n_dims - b->n_dims)
    {
      cnn_fold_refuse (error, _("its inputs do not match"));
      return NULL;
    }
  memcpy (dims, b->dims, sizeof dims);
  for (int d = b->n_dims; d < a->n_dims - (int) axis; d++)
    dims[d] = 1;
  return cnn_onnx_tensor_shaped (b, a->n_dims - (int) axis, dims);
}

/* Numbers of one input after the other, as the output goes. */
typedef struct
{
  gint64 at[CNN_ONNX_MAX_DIMS];
  gint64 step[3][CNN_ONNX_MAX_DIMS];
  gint64 place[3];
} Odometer;

static void
advance (Odometer            *odometer,
         const CnnOnnxTensor *out,
         int                  n)
{
  for (int d = out->n_dims - 1; d >= 0; d--)
    {
      for (int i = 0; i < n; i++)
        odometer->place[i] += odometer->step[i][d];
      if (++odometer->at[d] < out->dims[d])
        return;
      for (int i = 0; i < n; i++)
        odometer->place[i] -= odometer->at[d] * odometer->step[i][d];
      odometer->at[d] = 0;
    }
}

static CnnOnnxTensor *
two_tensors (const CnnFold *fold,
             Two            two,
             CnnOnnxTensor *a,
             CnnOnnxTensor *b,
             GError       **error)
{
  gboolean                 tells = two >= EQUAL, is_float = a->floats != NULL;
  int                      n_dims = a->n_dims;
  gint64                   dims[CNN_ONNX_MAX_DIMS];
  Odometer                 odometer = { 0 };
  g_autoptr (CnnOnnxTensor) out = NULL;

  if ((!a->floats != !b->floats && two != POW) || (two >= AND && is_float))
    {
      cnn_fold_refuse (error, _("its inputs are not of types that go together"));
      return NULL;
    }
  memcpy (dims, a->dims, sizeof dims);
  if (!cnn_axes_spread (&n_dims, dims, b->n_dims, b->dims, error))
    return NULL;
  out = cnn_fold_new (fold, tells ? CNN_ONNX_BOOL : a->type, is_float && !tells, n_dims, dims,
                      error);
  if (!out)
    return NULL;
  cnn_fold_steps (a, n_dims, dims, odometer.step[0]);
  cnn_fold_steps (b, n_dims, dims, odometer.step[1]);
  for (gsize i = 0; i < out->n; i++, advance (&odometer, out, 2))
    {
      gint64 p = odometer.place[0], q = odometer.place[1];
      double value;

      if (!a->floats && !b->floats)
        {
          if (b->ints[q] == 0 && (two == DIV || two == MOD || two == FMOD))
            {
              cnn_fold_refuse (error, _("a whole number is divided by 0"));
              return NULL;
            }
          out->ints[i] = of_ints (two, a->ints[p], b->ints[q]);
          if (!tells)
            out->ints[i] = cnn_fold_narrow (a->type, out->ints[i]);
          continue;
        }
      value = of_floats (two, a->floats ? a->floats[p] : (double) a->ints[p],
                         b->floats ? b->floats[q] : (double) b->ints[q]);
      if (out->floats)
        out->floats[i] = (float) value;
      else if (value >= -9e18 && value <= 9e18)
        out->ints[i] = cnn_fold_narrow (out->type, (gint64) value);
    }
  return g_steal_pointer (&out);
}

static gboolean
fold_two (const CnnFold *fold,
          Two            two,
          GError       **error)
{
  CnnOnnxTensor            *a = cnn_fold_need (fold, 0, error);
  CnnOnnxTensor            *b = a ? cnn_fold_need (fold, 1, error) : NULL;
  g_autoptr (CnnOnnxTensor) second = b ? old_second (fold, a, b, error) : NULL;

  if (two == MOD && cnn_onnx_attribute_int (fold->node, "fmod", 0) != 0)
    two = FMOD;
  return second && cnn_fold_give (fold, 0, two_tensors (fold, two, a, second, error));
}

/* Of all inputs, one after the other. */
static gboolean
fold_all (const CnnFold *fold,
          Two            two,
          gboolean       mean,
          GError       **error)
{
  CnnOnnxTensor            *first = cnn_fold_need (fold, 0, error);
  g_autoptr (CnnOnnxTensor) sum = first ? cnn_onnx_tensor_ref (first) : NULL;

  for (guint i = 1; sum && i < fold->node->n_in; i++)
    {
      CnnOnnxTensor *in = cnn_fold_need (fold, i, error);
      CnnOnnxTensor *next = in ? two_tensors (fold, two, sum, in, error) : NULL;

      cnn_onnx_tensor_unref (sum);
      sum = next;
    }
  if (sum && mean && sum->floats && fold->node->n_in > 1)
    for (gsize i = 0; i < sum->n; i++)
      sum->floats[i] /= (float) fold->node->n_in;
  return cnn_fold_give (fold, 0, g_steal_pointer (&sum));
}

#define TWO(NAME, TWO_OF)                            \
  static gboolean fold_##NAME (const CnnFold *fold,  \
                               GError       **error) \
  {                                                  \
    return fold_two (fold, TWO_OF, error);           \
  }
#define ALL(NAME, TWO_OF, MEAN)                      \
  static gboolean fold_##NAME (const CnnFold *fold,  \
                               GError       **error) \
  {                                                  \
    return fold_all (fold, TWO_OF, MEAN, error);     \
  }

TWO (add, ADD)
TWO (and, AND)
TWO (div, DIV)
TWO (equal, EQUAL)
TWO (greater, GREATER)
TWO (greater_or_equal, GREATER_OR_EQUAL)
TWO (less, LESS)
TWO (less_or_equal, LESS_OR_EQUAL)
TWO (mod, MOD)
TWO (mul, MUL)
TWO (or, OR)
TWO (pow, POW)
TWO (sub, SUB)
TWO (xor, XOR)
ALL (max, MAX_OF, FALSE)
ALL (mean, ADD, TRUE)
ALL (min, MIN_OF, FALSE)
ALL (sum, ADD, FALSE)

/* --- of three ------------------------------------------------------------------------------ */

static gboolean
fold_where (const CnnFold *fold,
            GError       **error)
{
  CnnOnnxTensor *in[3], *out;
  int            n_dims = 0;
  gint64         dims[CNN_ONNX_MAX_DIMS] = { 0 };
  Odometer       odometer = { 0 };

  for (guint i = 0; i < 3; i++)
    {
      in[i] = cnn_fold_need (fold, i, error);
      if (!in[i] || !cnn_axes_spread (&n_dims, dims, in[i]->n_dims, in[i]->dims, error))
        return FALSE;
    }
  if (!in[0]->ints || !in[1]->floats != !in[2]->floats)
    return cnn_fold_refuse (error, _("its inputs are not of types that go together"));
  out = cnn_fold_like (fold, in[1], n_dims, dims, error);
  if (!out)
    return FALSE;
  for (int i = 0; i < 3; i++)
    cnn_fold_steps (in[i], n_dims, dims, odometer.step[i]);
  for (gsize i = 0; i < out->n; i++, advance (&odometer, out, 3))
    {
      int which = in[0]->ints[odometer.place[0]] ? 1 : 2;

      if (out->floats)
        out->floats[i] = in[which]->floats[odometer.place[which]];
      else
        out->ints[i] = in[which]->ints[odometer.place[which]];
    }
  return cnn_fold_give (fold, 0, out);
}

const CnnFoldOp cnn_fold_arithmetic[] = {
  { "Abs", fold_abs },
  { "Add", fold_add },
  { "And", fold_and },
  { "Ceil", fold_ceil },
  { "Div", fold_div },
  { "Equal", fold_equal },
  { "Erf", fold_erf },
  { "Exp", fold_exp },
  { "Floor", fold_floor },
  { "Greater", fold_greater },
  { "GreaterOrEqual", fold_greater_or_equal },
  { "Less", fold_less },
  { "LessOrEqual", fold_less_or_equal },
  { "Log", fold_log },
  { "Max", fold_max },
  { "Mean", fold_mean },
  { "Min", fold_min },
  { "Mod", fold_mod },
  { "Mul", fold_mul },
  { "Neg", fold_neg },
  { "Not", fold_not },
  { "Or", fold_or },
  { "Pow", fold_pow },
  { "Reciprocal", fold_reciprocal },
  { "Relu", fold_relu },
  { "Round", fold_round },
  { "Sigmoid", fold_sigmoid },
  { "Sign", fold_sign },
  { "Sqrt", fold_sqrt },
  { "Sub", fold_sub },
  { "Sum", fold_sum },
  { "Tanh", fold_tanh },
  { "Where", fold_where },
  { "Xor", fold_xor },
  { NULL, NULL },
};
