/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold-private.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Operators that make numbers, or make them of another type. */

static gboolean
fold_constant (const CnnFold *fold,
               GError       **error)
{
  const CnnOnnxNode *node = fold->node;
  CnnOnnxTensor     *out = cnn_onnx_attribute_tensor (node, "value");
  guint              n_floats, n_ints;
  const float       *floats = cnn_onnx_attribute_floats (node, "value_floats", &n_floats);
  const gint64      *ints = cnn_onnx_attribute_ints (node, "value_ints", &n_ints);
  gint64             n = floats ? n_floats : n_ints;

  if (out)
    return cnn_fold_give (fold, 0, cnn_onnx_tensor_ref (out));
  if (floats || cnn_onnx_attribute_has (node, "value_floats"))
    {
      out = cnn_fold_new (fold, CNN_ONNX_FLOAT, TRUE, 1, &n, error);
      if (out && n > 0)
        memcpy (out->floats, floats, (gsize) n * sizeof *floats);
    }
  else if (ints || cnn_onnx_attribute_has (node, "value_ints"))
    {
      out = cnn_fold_new (fold, CNN_ONNX_INT64, FALSE, 1, &n, error);
      if (out && n > 0)
        memcpy (out->ints, ints, (gsize) n * sizeof *ints);
    }
  else if (cnn_onnx_attribute_has (node, "value_float"))
    {
      out = cnn_fold_new (fold, CNN_ONNX_FLOAT, TRUE, 0, NULL, error);
      if (out)
        out->floats[0] = (float) cnn_onnx_attribute_float (node, "value_float", 0);
    }
  else if (cnn_onnx_attribute_has (node, "value_int"))
    {
      out = cnn_fold_new (fold, CNN_ONNX_INT64, FALSE, 0, NULL, error);
      if (out)
        out->ints[0] = cnn_onnx_attribute_int (node, "value_int", 0);
    }
  else
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                         _("only constants that are numbers are supported"));
  return cnn_fold_give (fold, 0, out);
}

/* One number, many times: that takes no memory. */
static gboolean
give_uniform (const CnnFold *fold,
              int            n_dims,
              const gint64  *dims,
              float          value,
              GError       **error)
{
  CnnOnnxTensor *out;

  for (int d = 0; d < n_dims; d++)
    if (dims[d] < 0)
      return cnn_fold_refuse (error, _("the new shape is not one"));
  out = cnn_onnx_tensor_uniform (n_dims, dims, value);
  if (out == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the new shape is too large"));
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_constant_of_shape (const CnnFold *fold,
                        GError       **error)
{
  CnnOnnxTensor *value = cnn_onnx_attribute_tensor (fold->node, "value"), *out;
  guint          n;
  const gint64  *dims;

  if (!cnn_fold_need (fold, 0, error) || !cnn_fold_list (fold, 0, "shape", &n, &dims, error))
    return FALSE;
  if (n > CNN_ONNX_MAX_DIMS || (value && value->n != 1))
    return cnn_fold_refuse (error, _("the new shape is not one"));
  if (!value || value->floats)
    return give_uniform (fold, (int) n, dims, value ? value->floats[0] : 0.0f, error);
  out = cnn_fold_new (fold, value->type, FALSE, (int) n, dims, error);
  for (gsize i = 0; out && i < out->n; i++)
    out->ints[i] = value->ints[0];
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_range (const CnnFold *fold,
            GError       **error)
{
  CnnOnnxTensor *in[3], *out;
  double         start, delta, count;
  gint64         n = 0;

  for (guint i = 0; i < 3; i++)
    {
      in[i] = cnn_fold_need (fold, i, error);
      if (!in[i])
        return FALSE;
      if (in[i]->n != 1 || !in[i]->floats != !in[0]->floats)
        return cnn_fold_refuse (error, _("three single numbers are needed"));
    }
  start = cnn_onnx_tensor_value (in[0], 0);
  delta = cnn_onnx_tensor_value (in[2], 0);
  count = ceil ((cnn_onnx_tensor_value (in[1], 0) - start) / delta);
  if (delta == 0 || isnan (count))
    return cnn_fold_refuse (error, _("a step of 0 leads nowhere"));
  if (count > 0)
    n = count < 1e15 ? (gint64) count : G_MAXINT64;
  out = cnn_fold_like (fold, in[0], 1, &n, error);
  for (gint64 i = 0; out && i < n; i++)
    if (out->floats)
      out->floats[i] = (float) (start + (double) i * delta);
    else
      out->ints[i] = (gint64) ((guint64) in[0]->ints[0] + (guint64) i * (guint64) in[2]->ints[0]);
  return cnn_fold_give (fold, 0, out);
}

/* What the last of @bits binary digits of a number counts, at least 2^@lowest. */
static double
unit (double value,
      int    bits,
      int    lowest)
{
  int exponent;

  frexp (value, &exponent);
  return ldexp (1, MAX (exponent - bits, lowest));
}

/* The nearest number that half precision has, even ones first. */
static double
half (double value)
{
  double last = unit (value, 11, -24);

  if (!isfinite (value))
    return value;
  value = rint (value / last) * last;
  return fabs (value) > 65504 ? copysign (INFINITY, value) : value;
}

/* Without the digits that bfloat16 does not have, as ONNX's own cases have it. */
static double
brain (double value)
{
  double last = unit (value, 8, -133);

  return isfinite (value) ? trunc (value / last) * last : value;
}

/* A number without its fraction, as whole numbers of that type have it. */
static gint64
whole (int    type,
       double value)
{
  if (type == CNN_ONNX_BOOL)
    return value != 0;
  if (isnan (value))
    return 0;
  return cnn_fold_narrow (type, value >= 9223372036854775807.0    ? G_MAXINT64
                                : value <= -9223372036854775807.0 ? G_MININT64
                                                                  : (gint64) value);
}

static gboolean
cast (const CnnFold *fold,
      gint64         type,
      GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  gboolean       to_float = type == CNN_ONNX_FLOAT || type == CNN_ONNX_FLOAT16
                      || type == CNN_ONNX_DOUBLE || type == CNN_ONNX_BFLOAT16;

  if (!in)
    return FALSE;
  if (in->type == type)
    return cnn_fold_give (fold, 0, cnn_onnx_tensor_ref (in));
  if (!to_float && !(type >= CNN_ONNX_UINT8 && type <= CNN_ONNX_INT64) && type != CNN_ONNX_BOOL
      && type != CNN_ONNX_UINT32 && type != CNN_ONNX_UINT64)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("numbers cannot be made into those of type %lld"), (long long) type);
      return FALSE;
    }
  out = cnn_fold_new (fold, (int) type, to_float, in->n_dims, in->dims, error);
  for (gsize i = 0; out && i < out->n; i++)
    {
      double value = cnn_onnx_tensor_value (in, i);

      if (type == CNN_ONNX_FLOAT16)
        out->floats[i] = (float) half (value);
      else if (type == CNN_ONNX_BFLOAT16)
        out->floats[i] = (float) brain ((float) value);
      else if (to_float)
        out->floats[i] = (float) value;
      else
        out->ints[i] = in->floats ? whole ((int) type, value)
                                  : cnn_fold_narrow ((int) type, in->ints[i]);
    }
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_cast (const CnnFold *fold,
           GError       **error)
{
  return cast (fold, cnn_onnx_attribute_int (fold->node, "to", 0), error);
}

static gboolean
fold_cast_like (const CnnFold *fold,
                GError       **error)
{
  CnnOnnxTensor *like = cnn_fold_need (fold, 1, error);

  return like && cast (fold, like->type, error);
}

const CnnFoldOp cnn_fold_makers[] = {
  { "Cast", fold_cast },
  { "CastLike", fold_cast_like },
  { "Constant", fold_constant },
  { "ConstantOfShape", fold_constant_of_shape },
  { "Range", fold_range },
  { NULL, NULL },
};
