/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-join.h"

/* Nodes that repeat a tensor: Expand, Tile. Multiplied by ones with larger extents, values
 * stay what they are and stand everywhere. */

static gboolean
spread_over (CnnImport            *import,
             const CnnOnnxNode    *node,
             const CnnImportValue *value,
             int                   n_dims,
             const gint64         *dims,
             CnnImportValue       *out,
             GError              **error)
{
  g_autoptr (CnnOnnxTensor) ones = NULL;
  CnnImportValue            with = { .n_dims = n_dims };
  gint64                    n;

  if (!cnn_axes_product (n_dims, dims, &n) || n > G_MAXINT32)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the tensor is too large"));
      return FALSE;
    }
  if (n == 0)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("nothing is left of its input"));
      return FALSE;
    }
  if (!cnn_import_room (import, (double) n, error))
    return FALSE;
  ones = cnn_onnx_tensor_floats (n_dims, dims);
  if (!ones)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the tensor is too large"));
      return FALSE;
    }
  for (gsize i = 0; i < ones->n; i++)
    ones->floats[i] = 1;
  with.constant = ones;
  memcpy (with.dims, dims, (gsize) n_dims * sizeof *dims);
  return cnn_import_two (import, node, "mul", value, &with, out, error);
}

/* Expand: dimensions of extent 1 get other extents. */
gboolean
cnn_import_expand (CnnImport         *import,
                   const CnnOnnxNode *node,
                   GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  CnnImportValue        out;
  guint                 n;
  const gint64         *list;
  int                   n_dims;
  gint64                dims[CNN_ONNX_MAX_DIMS], ones[CNN_ONNX_MAX_DIMS];
  gboolean              repeats = FALSE;

  if (!value || !cnn_import_constant (import, node, 1, error)
      || !cnn_import_list (import, node, 1, "shape", &n, &list, error))
    return FALSE;
  for (guint d = 0; d < n; d++)
    if (list[d] < 0 || n > CNN_ONNX_MAX_DIMS)
      {
        g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, _("the new shape is not one"));
        return FALSE;
      }
  n_dims = value->n_dims;
  memcpy (dims, value->dims, sizeof dims);
  if (!cnn_axes_spread (&n_dims, dims, (int) n, list, error))
    return FALSE;
  for (int d = 0; d < n_dims; d++)
    {
      int    own = d - (n_dims - value->n_dims);
      gint64 extent = own >= 0 ? value->dims[own] : 1;

      ones[d] = extent == dims[d] ? 1 : dims[d];
      repeats = repeats || ones[d] != 1;
    }
  if (repeats ? !spread_over (import, node, value, n_dims, ones, &out, error)
              : !cnn_import_reshape (import, node, value, n_dims, dims, &out, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

/* Tile: the whole several times. Each dimension that is repeated gets one before it that is
 * spread, and both become one. */
gboolean
cnn_import_tile (CnnImport         *import,
                 const CnnOnnxNode *node,
                 GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  CnnOnnxTensor        *times = value ? cnn_import_constant (import, node, 1, error) : NULL;
  CnnImportValue        apart, spread, out;
  gint64                dims[2 * CNN_ONNX_MAX_DIMS], ones[2 * CNN_ONNX_MAX_DIMS];
  gint64                after[CNN_ONNX_MAX_DIMS];
  int                   n = 0;

  if (!times)
    return FALSE;
  if (!times->ints || times->n != (gsize) value->n_dims)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("one number of repetitions is needed for each axis"));
      return FALSE;
    }
  for (int d = 0; d < value->n_dims; d++)
    {
      if (times->ints[d] < 1
          || __builtin_mul_overflow (value->dims[d], times->ints[d], &after[d]))
        {
          g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                               _("a number of repetitions is not possible"));
          return FALSE;
        }
      if (times->ints[d] > 1)
        {
          dims[n] = 1;
          ones[n++] = times->ints[d];
        }
      dims[n] = value->dims[d];
      ones[n++] = 1;
    }
  if (n > CNN_ONNX_MAX_DIMS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("tensors of more than %d dimensions are not supported"), CNN_ONNX_MAX_DIMS);
      return FALSE;
    }
  if (n == value->n_dims)
    out = *value;
  else if (!cnn_import_reshape (import, node, value, n, dims, &apart, error)
           || !spread_over (import, node, &apart, n, ones, &spread, error)
           || !cnn_import_reshape (import, node, &spread, value->n_dims, after, &out, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}
