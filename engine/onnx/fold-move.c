/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* Operators that put the same numbers into other places, some of them, or several times. */

static gboolean
fold_transpose (const CnnFold *fold,
                GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  int            permutation[CNN_ONNX_MAX_DIMS];
  gint64         dims[CNN_ONNX_MAX_DIMS], step[CNN_ONNX_MAX_DIMS];
  CnnFoldWalk    from = { 0 }, to = { 0 };

  if (!in || !cnn_axes_permute (fold->node, in->n_dims, permutation, error))
    return FALSE;
  cnn_fold_steps (in, in->n_dims, in->dims, step);
  for (int d = 0; d < in->n_dims; d++)
    {
      dims[d] = in->dims[permutation[d]];
      from.step[d] = step[permutation[d]];
    }
  out = cnn_fold_like (fold, in, in->n_dims, dims, error);
  if (out)
    {
      cnn_fold_steps (out, out->n_dims, out->dims, to.step);
      cnn_fold_copy (out, &to, in, &from, out->n_dims, out->dims);
    }
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_expand (const CnnFold *fold,
             GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  guint          n;
  const gint64  *list;
  int            n_dims;
  gint64         dims[CNN_ONNX_MAX_DIMS];
  CnnFoldWalk    from = { 0 }, to = { 0 };

  if (!in || !cnn_fold_need (fold, 1, error)
      || !cnn_fold_list (fold, 1, "shape", &n, &list, error))
    return FALSE;
  for (guint d = 0; d < n; d++)
    if (list[d] < 0 || n > CNN_ONNX_MAX_DIMS)
      return cnn_fold_refuse (error, _("the new shape is not one"));
  n_dims = in->n_dims;
  memcpy (dims, in->dims, sizeof dims);
  if (!cnn_axes_spread (&n_dims, dims, (int) n, list, error))
    return FALSE;
  out = cnn_fold_like (fold, in, n_dims, dims, error);
  if (out)
    {
      cnn_fold_steps (in, n_dims, dims, from.step);
      cnn_fold_steps (out, n_dims, dims, to.step);
      cnn_fold_copy (out, &to, in, &from, n_dims, dims);
    }
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_tile (const CnnFold *fold,
           GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  CnnOnnxTensor *times = in ? cnn_fold_need (fold, 1, error) : NULL;
  gint64         dims[CNN_ONNX_MAX_DIMS], both[2 * CNN_ONNX_MAX_DIMS];
  gint64         in_step[CNN_ONNX_MAX_DIMS], step[CNN_ONNX_MAX_DIMS];
  CnnFoldWalk    from = { 0 }, to = { 0 };

  if (!times)
    return FALSE;
  if (!times->ints || times->n != (gsize) in->n_dims)
    return cnn_fold_refuse (error, _("one number of repetitions is needed for each axis"));
  for (int d = 0; d < in->n_dims; d++)
    if (times->ints[d] < 0 || __builtin_mul_overflow (in->dims[d], times->ints[d], &dims[d]))
      return cnn_fold_refuse (error, _("a number of repetitions is not possible"));
  out = cnn_fold_like (fold, in, in->n_dims, dims, error);
  if (!out)
    return FALSE;
  cnn_fold_steps (in, in->n_dims, in->dims, in_step);
  cnn_fold_steps (out, in->n_dims, dims, step);
  for (int d = 0; d < in->n_dims; d++)
    {
      both[2 * d] = times->ints[d];
      both[2 * d + 1] = in->dims[d];
      to.step[2 * d] = step[d] * in->dims[d];
      to.step[2 * d + 1] = step[d];
      from.step[2 * d + 1] = in_step[d];
    }
  cnn_fold_copy (out, &to, in, &from, 2 * in->n_dims, both);
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_concat (const CnnFold *fold,
             GError       **error)
{
  CnnOnnxTensor *first = cnn_fold_need (fold, 0, error), *out;
  int            axis;
  gint64         dims[CNN_ONNX_MAX_DIMS] = { 0 };
  CnnFoldWalk    to = { 0 };

  if (!first
      || !cnn_axis (cnn_onnx_attribute_int (fold->node, "axis",
                                            fold->node->version < 4 ? 1 : G_MAXINT64),
                    first->n_dims, &axis, error))
    return FALSE;
  memcpy (dims, first->dims, sizeof dims);
  dims[axis] = 0;
  for (guint i = 0; i < fold->node->n_in; i++)
    {
      CnnOnnxTensor *in = cnn_fold_need (fold, i, error);

      if (!in)
        return FALSE;
      if (in->n_dims != first->n_dims || !in->floats != !first->floats
          || __builtin_add_overflow (dims[axis], in->dims[axis], &dims[axis]))
        return cnn_fold_refuse (error, _("its inputs do not match"));
      for (int d = 0; d < in->n_dims; d++)
        if (d != axis && in->dims[d] != dims[d])
          return cnn_fold_refuse (error, _("its inputs do not match"));
    }
  out = cnn_fold_like (fold, first, first->n_dims, dims, error);
  if (!out)
    return FALSE;
  cnn_fold_steps (out, out->n_dims, dims, to.step);
  /* An axis of extent 1 is walked, too. */
  for (guint i = 0; i < fold->node->n_in; i++)
    {
      CnnFoldWalk from = { 0 };

      cnn_fold_steps (fold->in[i], out->n_dims, fold->in[i]->dims, from.step);
      cnn_fold_copy (out, &to, fold->in[i], &from, out->n_dims, fold->in[i]->dims);
      to.first += to.step[axis] * fold->in[i]->dims[axis];
    }
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_split (const CnnFold *fold,
            GError       **error)
{
  CnnOnnxTensor    *in = cnn_fold_need (fold, 0, error);
  int               axis;
  gint64            dims[CNN_ONNX_MAX_DIMS];
  g_autofree gint64 *parts = g_new0 (gint64, fold->node->n_out + 1);
  CnnFoldWalk       from = { 0 };

  if (!in
      || !cnn_axis (cnn_onnx_attribute_int (fold->node, "axis", 0), in->n_dims, &axis, error)
      || !cnn_axes_split (fold->node, cnn_fold_in (fold, 1), in->dims[axis], parts, error))
    return FALSE;
  memcpy (dims, in->dims, sizeof dims);
  cnn_fold_steps (in, in->n_dims, in->dims, from.step);
  for (guint i = 0; i < fold->node->n_out; i++)
    {
      CnnOnnxTensor *out;
      CnnFoldWalk    to = { 0 };

      dims[axis] = parts[i];
      out = cnn_fold_like (fold, in, in->n_dims, dims, error);
      if (!out)
        return FALSE;
      cnn_fold_steps (out, out->n_dims, dims, to.step);
      cnn_fold_copy (out, &to, in, &from, out->n_dims, dims);
      from.first += from.step[axis] * parts[i];
      cnn_fold_give (fold, i, out);
    }
  return TRUE;
}

static gboolean
fold_slice (const CnnFold *fold,
            GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  guint          n, n_ends, n_axes, n_steps;
  const gint64  *starts, *ends, *axes, *steps;
  gint64         dims[CNN_ONNX_MAX_DIMS];
  gboolean       done[CNN_ONNX_MAX_DIMS] = { 0 };
  CnnFoldWalk    from = { 0 }, to = { 0 };

  if (!in || !cnn_fold_list (fold, 1, "starts", &n, &starts, error)
      || !cnn_fold_list (fold, 2, "ends", &n_ends, &ends, error)
      || !cnn_fold_list (fold, 3, "axes", &n_axes, &axes, error)
      || !cnn_fold_list (fold, 4, "steps", &n_steps, &steps, error))
    return FALSE;
  if (n_ends != n || (axes && n_axes != n) || (steps && n_steps != n)
      || (!axes && n > (guint) in->n_dims))
    return cnn_fold_refuse (error, _("starts, ends, axes and steps are not equally many"));
  memcpy (dims, in->dims, sizeof dims);
  cnn_fold_steps (in, in->n_dims, in->dims, from.step);
  for (guint i = 0; i < n; i++)
    {
      int    axis;
      gint64 start = starts[i], step = steps ? steps[i] : 1;

      if (!cnn_axis (axes ? axes[i] : (gint64) i, in->n_dims, &axis, error))
        return FALSE;
      if (step == 0 || done[axis])
        return cnn_fold_refuse (error, step == 0 ? _("a step of 0 leads nowhere")
                                                 : _("an axis is named twice"));
      done[axis] = TRUE;
      dims[axis] = cnn_axes_range (&start, ends[i], step, in->dims[axis]);
      if (dims[axis] > 0)
        from.first += start * from.step[axis];
      /* A step past the end is taken at most once. */
      if (dims[axis] > 1)
        from.step[axis] *= step;
    }
  out = cnn_fold_like (fold, in, in->n_dims, dims, error);
  if (out)
    {
      cnn_fold_steps (out, out->n_dims, dims, to.step);
      cnn_fold_copy (out, &to, in, &from, out->n_dims, dims);
    }
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_gather (const CnnFold *fold,
             GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  CnnOnnxTensor *indices = in ? cnn_fold_need (fold, 1, error) : NULL;
  int            axis, n_dims;
  gint64         dims[2 * CNN_ONNX_MAX_DIMS], walked[3], before = 1, after = 1;
  CnnFoldWalk    from = { 0 }, to = { 0 };

  if (!indices
      || !cnn_axis (cnn_onnx_attribute_int (fold->node, "axis", 0), in->n_dims, &axis, error))
    return FALSE;
  n_dims = in->n_dims - 1 + indices->n_dims;
  if (!indices->ints || n_dims > CNN_ONNX_MAX_DIMS)
    return cnn_fold_refuse (error, _("the indices are not whole numbers of few dimensions"));
  for (gsize i = 0; i < indices->n; i++)
    if (indices->ints[i] < -in->dims[axis] || indices->ints[i] >= in->dims[axis])
      return cnn_fold_refuse (error, _("an index lies outside of the tensor"));
  for (int d = 0; d < n_dims; d++)
    dims[d] = d < axis                     ? in->dims[d]
              : d < axis + indices->n_dims ? indices->dims[d - axis]
                                           : in->dims[d - indices->n_dims + 1];
  out = cnn_fold_like (fold, in, n_dims, dims, error);
  if (!out || out->n == 0)
    return cnn_fold_give (fold, 0, out);
  /* Nothing is empty from here on. */
  for (int d = 0; d < axis; d++)
    before *= in->dims[d];
  for (int d = axis + 1; d < in->n_dims; d++)
    after *= in->dims[d];
  walked[0] = before;
  walked[1] = after;
  from.step[0] = in->dims[axis] * after;
  to.step[0] = (gint64) indices->n * after;
  from.step[1] = to.step[1] = 1;
  for (gsize i = 0; i < indices->n; i++)
    {
      gint64 index = indices->ints[i];

      from.first = (index < 0 ? index + in->dims[axis] : index) * after;
      to.first = (gint64) i * after;
      cnn_fold_copy (out, &to, in, &from, 2, walked);
    }
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_pad (const CnnFold *fold,
          GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  CnnOnnxTensor *value = cnn_fold_in (fold, 2);
  guint          n, n_axes;
  const gint64  *pads, *axes;
  gint64         dims[CNN_ONNX_MAX_DIMS], kept[CNN_ONNX_MAX_DIMS];
  gint64         begin[CNN_ONNX_MAX_DIMS] = { 0 };
  gboolean       chosen[CNN_ONNX_MAX_DIMS];
  CnnFoldWalk    from = { 0 }, to = { 0 };
  double         number = value && value->n == 1
                            ? cnn_onnx_tensor_value (value, 0)
                            : cnn_onnx_attribute_float (fold->node, "value", 0);

  if (!in
      || !cnn_fold_list (fold, 1, fold->node->version < 2 ? "paddings" : "pads", &n, &pads, error)
      || !cnn_fold_list (fold, 3, "axes", &n_axes, &axes, error)
      || (axes && !cnn_axes (n_axes, axes, in->n_dims, chosen, error)))
    return FALSE;
  if (strcmp (cnn_onnx_attribute_string (fold->node, "mode", "constant"), "constant") != 0)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("known numbers are padded with a constant only"));
      return FALSE;
    }
  if (!axes)
    n_axes = (guint) in->n_dims;
  if (n != 2 * n_axes)
    return cnn_fold_refuse (error, _("two paddings are needed for each axis"));
  memcpy (dims, in->dims, sizeof dims);
  memcpy (kept, in->dims, sizeof kept);
  cnn_fold_steps (in, in->n_dims, in->dims, from.step);
  for (guint i = 0; i < n_axes; i++)
    {
      int    d = axes ? (int) (axes[i] < 0 ? axes[i] + in->n_dims : axes[i]) : (int) i;
      gint64 low = pads[i], high = pads[n_axes + i];

      if (low < -G_MAXINT32 || __builtin_add_overflow (dims[d], low, &dims[d])
          || __builtin_add_overflow (dims[d], high, &dims[d]) || dims[d] < 0)
        return cnn_fold_refuse (error, _("a padding is not possible"));
      begin[d] = low;
    }
  out = cnn_fold_like (fold, in, in->n_dims, dims, error);
  if (!out)
    return FALSE;
  for (gsize i = 0; i < out->n; i++)
    if (out->floats)
      out->floats[i] = (float) number;
    else
      out->ints[i] = value && value->ints ? value->ints[0] : 0;
  cnn_fold_steps (out, out->n_dims, dims, to.step);
  for (int d = 0; d < in->n_dims; d++)
    {
      gint64 first = MAX (begin[d], 0), last = MIN (dims[d] - begin[d], in->dims[d]);

      /* Rows −begin … last of the input are rows 0 … of the output. */
      kept[d] = MAX (last - MAX (-begin[d], 0), 0);
      if (kept[d] == 0)
        return cnn_fold_give (fold, 0, out);
      to.first += first * to.step[d];
      from.first += MAX (-begin[d], 0) * from.step[d];
    }
  cnn_fold_copy (out, &to, in, &from, in->n_dims, kept);
  return cnn_fold_give (fold, 0, out);
}

static gboolean
fold_non_zero (const CnnFold *fold,
               GError       **error)
{
  CnnOnnxTensor *in = cnn_fold_need (fold, 0, error), *out;
  gint64         count = 0, found = 0;
  gint64         dims[2];

  if (!in)
    return FALSE;
  for (gsize i = 0; i < in->n; i++)
    count += in->floats ? in->floats[i] != 0 : in->ints[i] != 0;
  dims[0] = in->n_dims;
  dims[1] = count;
  out = cnn_fold_new (fold, CNN_ONNX_INT64, FALSE, 2, dims, error);
  for (gsize i = 0; out && i < in->n; i++)
    if (in->floats ? in->floats[i] != 0 : in->ints[i] != 0)
      {
        gsize left = i;

        for (int d = in->n_dims - 1; d >= 0; d--)
          {
            out->ints[d * count + found] = (gint64) (left % (gsize) in->dims[d]);
            left /= (gsize) in->dims[d];
          }
        found++;
      }
  return cnn_fold_give (fold, 0, out);
}

const CnnFoldOp cnn_fold_moves[] = {
  { "Concat", fold_concat },
  { "Expand", fold_expand },
  { "Gather", fold_gather },
  { "NonZero", fold_non_zero },
  { "Pad", fold_pad },
  { "Slice", fold_slice },
  { "Split", fold_split },
  { "Tile", fold_tile },
  { "Transpose", fold_transpose },
  { NULL, NULL },
};
