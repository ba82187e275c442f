/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "axes.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/**
 * cnn_axes_product:
 *
 * Returns: whether the product of all extents, in @product, fits; none is negative
 */
gboolean
cnn_axes_product (int           n_dims,
                  const gint64 *dims,
                  gint64       *product)
{
  gboolean fits = TRUE, empty = FALSE;

  *product = 1;
  for (int d = 0; d < n_dims; d++)
    {
      if (dims[d] < 0)
        return FALSE;
      empty |= dims[d] == 0;
      fits = fits && !__builtin_mul_overflow (*product, dims[d], product);
    }
  if (empty)
    *product = 0;
  return fits || empty;
}

/**
 * cnn_axis:
 * @axis: from −@n_dims to @n_dims − 1, negative ones counted from the end
 * @dim: (out): the dimension
 *
 * Returns: whether there is such a dimension; if not, CNN_ERROR_FORMAT is set
 */
gboolean
cnn_axis (gint64   axis,
          int      n_dims,
          int     *dim,
          GError **error)
{
  if (axis < -n_dims || axis >= n_dims)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("there is no axis %lld in a tensor of %d dimensions"), (long long) axis,
                   n_dims);
      return FALSE;
    }
  *dim = (int) (axis < 0 ? axis + n_dims : axis);
  return TRUE;
}

/**
 * cnn_axes:
 * @axes: [n]
 * @chosen: (out): [CNN_ONNX_MAX_DIMS] which dimensions they name
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set where one does not exist or comes twice
 */
gboolean
cnn_axes (guint         n,
          const gint64 *axes,
          int           n_dims,
          gboolean     *chosen,
          GError      **error)
{
  memset (chosen, 0, CNN_ONNX_MAX_DIMS * sizeof *chosen);
  for (guint i = 0; i < n; i++)
    {
      int dim;

      if (!cnn_axis (axes[i], n_dims, &dim, error))
        return FALSE;
      if (chosen[dim])
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("axis %d is named twice"), dim);
          return FALSE;
        }
      chosen[dim] = TRUE;
    }
  return TRUE;
}

/**
 * cnn_axes_list:
 * @name: the attribute that older operator sets have
 * @given: (nullable): the input that newer ones have
 * @list: (out) (nullable): [n], of the node or @given; %NULL where neither is there
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set if the input is no list of whole numbers
 */
gboolean
cnn_axes_list (const CnnOnnxNode   *node,
               const char          *name,
               const CnnOnnxTensor *given,
               guint               *n,
               const gint64       **list,
               GError             **error)
{
  if (!given)
    {
      *list = cnn_onnx_attribute_ints (node, name, n);
      return TRUE;
    }
  if (!given->ints || given->n_dims > 1 || given->n > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("a list of whole numbers was expected as “%s”"), name);
      return FALSE;
    }
  *list = given->ints;
  *n = (guint) given->n;
  return TRUE;
}

/**
 * cnn_axes_range:
 * @start: (inout): the first index; afterwards one that exists, if any does
 * @end: the index to stop before
 * @step: not 0
 * @dim: the dimension's extent
 *
 * Works out one axis of Slice, as Python does.
 *
 * Returns: how many indices
 */
gint64
cnn_axes_range (gint64 *start,
                gint64  end,
                gint64  step,
                gint64  dim)
{
  gint64 low = step > 0 ? 0 : -1, high = step > 0 ? dim : dim - 1;

  if (*start < 0)
    *start += dim;
  *start = CLAMP (*start, step > 0 ? 0 : -1, high);
  if (end < 0)
    end += dim;
  end = CLAMP (end, low, high);
  if (step > 0)
    return end > *start ? (end - *start - 1) / step + 1 : 0;
  /* −(step + 1) + 1 is −step without overflow. */
  return *start > end ? (gint64) ((guint64) (*start - end - 1) / ((guint64) -(step + 1) + 1)) + 1
                      : 0;
}

/**
 * cnn_axes_spread:
 * @n_dims: (inout): how many of @dims count
 * @dims: (inout): [CNN_ONNX_MAX_DIMS]
 * @with: [n_with]
 *
 * Makes @dims what both are spread to: dimensions are matched from the last on, and an
 * extent of 1 becomes the other one.
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set if they do not match
 */
gboolean
cnn_axes_spread (int          *n_dims,
                 gint64       *dims,
                 int           n_with,
                 const gint64 *with,
                 GError      **error)
{
  int    n = MAX (*n_dims, n_with);
  gint64 out[CNN_ONNX_MAX_DIMS];

  for (int d = 0; d < n; d++)
    {
      gint64 a = d < n - *n_dims ? 1 : dims[d - (n - *n_dims)];
      gint64 b = d < n - n_with ? 1 : with[d - (n - n_with)];

      if (a != b && a != 1 && b != 1)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       _("its inputs do not match: %lld and %lld along axis %d"), (long long) a,
                       (long long) b, d);
          return FALSE;
        }
      out[d] = a == 1 ? b : a;
    }
  *n_dims = n;
  memcpy (dims, out, n * sizeof *out);
  return TRUE;
}

static gboolean
too_many (GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("tensors of more than %d dimensions are not supported"), CNN_ONNX_MAX_DIMS);
  return FALSE;
}

/**
 * cnn_axes_reshape:
 * @dims: [n_dims] what there is
 * @list: [n] what is wanted, as Reshape says it
 * @allow_zero: whether 0 means 0, not the extent that is there
 * @out: (out): [n] extents
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT or UNSUPPORTED set if that cannot be
 */
gboolean
cnn_axes_reshape (int           n_dims,
                  const gint64 *dims,
                  guint         n,
                  const gint64 *list,
                  gboolean      allow_zero,
                  gint64       *out,
                  GError      **error)
{
  gint64 total, others;
  int    open = -1;

  if (n > CNN_ONNX_MAX_DIMS)
    return too_many (error);
  for (guint d = 0; d < n; d++)
    {
      gboolean is_open = list[d] == -1;

      out[d] = is_open ? 1 : list[d];
      if (list[d] == 0 && !allow_zero)
        out[d] = (int) d < n_dims ? dims[d] : -1;
      if (out[d] < 0 || (is_open && open >= 0))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       _("the new shape is not one: %lld along axis %u"), (long long) list[d], d);
          return FALSE;
        }
      if (is_open)
        open = (int) d;
    }
  if (cnn_axes_product (n_dims, dims, &total) && cnn_axes_product ((int) n, out, &others))
    {
      if (open >= 0 && others > 0 && total % others == 0)
        {
          out[open] = total / others;
          return TRUE;
        }
      if (open < 0 && others == total)
        return TRUE;
    }
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       _("the new shape does not hold as many numbers as the old one"));
  return FALSE;
}

/**
 * cnn_axes_flatten:
 * @out: (out): [2]
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set if there is no such axis
 */
gboolean
cnn_axes_flatten (int           n_dims,
                  const gint64 *dims,
                  gint64        axis,
                  gint64       *out,
                  GError      **error)
{
  int at;

  if (axis == n_dims)
    at = n_dims;
  else if (!cnn_axis (axis, n_dims, &at, error))
    return FALSE;
  if (cnn_axes_product (at, dims, &out[0]) && cnn_axes_product (n_dims - at, dims + at, &out[1]))
    return TRUE;
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the tensor is too large"));
  return FALSE;
}

/**
 * cnn_axes_squeeze:
 * @all: whether all dimensions of extent 1 go, not those that @axes name
 * @out: (out): [n_out] the extents that stay
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set if one that is to go is not 1
 */
gboolean
cnn_axes_squeeze (int           n_dims,
                  const gint64 *dims,
                  gboolean      all,
                  guint         n,
                  const gint64 *axes,
                  int          *n_out,
                  gint64       *out,
                  GError      **error)
{
  gboolean chosen[CNN_ONNX_MAX_DIMS];

  *n_out = 0;
  if (!cnn_axes (all ? 0 : n, axes, n_dims, chosen, error))
    return FALSE;
  for (int d = 0; d < n_dims; d++)
    if (chosen[d] && dims[d] != 1)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                     _("axis %d cannot be left out: its extent is %lld, not 1"), d,
                     (long long) dims[d]);
        return FALSE;
      }
    else if (all ? dims[d] != 1 : !chosen[d])
      out[(*n_out)++] = dims[d];
  return TRUE;
}

/**
 * cnn_axes_unsqueeze:
 * @axes: [n] of the result, which dimensions of extent 1 to put in
 * @out: (out): [CNN_ONNX_MAX_DIMS] the extents
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT or UNSUPPORTED set if that cannot be
 */
gboolean
cnn_axes_unsqueeze (int           n_dims,
                    const gint64 *dims,
                    guint         n,
                    const gint64 *axes,
                    int          *n_out,
                    gint64       *out,
                    GError      **error)
{
  gboolean chosen[CNN_ONNX_MAX_DIMS];

  if (n > (guint) (CNN_ONNX_MAX_DIMS - n_dims))
    return too_many (error);
  *n_out = n_dims + (int) n;
  if (!cnn_axes (n, axes, *n_out, chosen, error))
    return FALSE;
  for (int d = 0; d < *n_out; d++)
    out[d] = chosen[d] ? 1 : *dims++;
  return TRUE;
}

/**
 * cnn_axes_permute:
 * @permutation: (out): [n_dims] Transpose's, the dimensions turned around where it has none
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set if it is none
 */
gboolean
cnn_axes_permute (const CnnOnnxNode *node,
                  int                n_dims,
                  int               *permutation,
                  GError           **error)
{
  gboolean      chosen[CNN_ONNX_MAX_DIMS];
  guint         n;
  const gint64 *list = cnn_onnx_attribute_ints (node, "perm", &n);

  for (int d = 0; d < n_dims; d++)
    permutation[d] = n_dims - 1 - d;
  if (!list || (n == 0 && n_dims == 0))
    return TRUE;
  if (n != (guint) n_dims)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("the order of axes has %u entries, but there are %d dimensions"), n, n_dims);
      return FALSE;
    }
  if (!cnn_axes (n, list, n_dims, chosen, error))
    return FALSE;
  for (int d = 0; d < n_dims; d++)
    permutation[d] = (int) (list[d] < 0 ? list[d] + n_dims : list[d]);
  return TRUE;
}

/**
 * cnn_axes_split:
 * @given: (nullable): the input with the parts' extents
 * @extent: what is split
 * @parts: (out): [node->n_out] extents
 *
 * Returns: %FALSE with CNN_ERROR_FORMAT set if they do not add up
 */
gboolean
cnn_axes_split (const CnnOnnxNode   *node,
                const CnnOnnxTensor *given,
                gint64               extent,
                gint64              *parts,
                GError             **error)
{
  const gint64 *list;
  guint         n;
  gint64        left = extent;

  if (!cnn_axes_list (node, "split", given, &n, &list, error))
    return FALSE;
  if (!list)
    {
      gint64 each = node->n_out ? (extent - 1) / node->n_out + 1 : 0;

      if (extent <= 0)
        each = 0;
      for (guint i = 0; i < node->n_out; i++)
        left -= parts[i] = MIN (each, left);
      return TRUE;
    }
  if (n == node->n_out)
    {
      for (guint i = 0; i < n && list[i] >= 0 && list[i] <= left; i++)
        {
          left -= parts[i] = list[i];
          if (i == n - 1 && left == 0)
            return TRUE;
        }
    }
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("the parts do not add up to the extent %lld"), (long long) extent);
  return FALSE;
}
