/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-along.h"

/* Nodes that count the same numbers differently. Most cost nothing: what changes is where
 * the dimensions are said to lie. */

static gboolean
reshape_to (CnnImport            *import,
            const CnnOnnxNode    *node,
            const CnnImportValue *value,
            int                   n_dims,
            const gint64         *dims,
            GError              **error)
{
  CnnImportValue out;

  if (!cnn_import_reshape (import, node, value, n_dims, dims, &out, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

static gboolean
import_reshape (CnnImport         *import,
                const CnnOnnxNode *node,
                GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  guint                 n;
  const gint64         *list;
  gint64                dims[CNN_ONNX_MAX_DIMS];

  return value && cnn_import_list (import, node, 1, "shape", &n, &list, error)
         && cnn_axes_reshape (value->n_dims, value->dims, n, list,
                              cnn_onnx_attribute_int (node, "allowzero", 0) != 0, dims, error)
         && reshape_to (import, node, value, (int) n, dims, error);
}

static gboolean
import_flatten (CnnImport         *import,
                const CnnOnnxNode *node,
                GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  gint64                dims[2];

  return value
         && cnn_axes_flatten (value->n_dims, value->dims, cnn_onnx_attribute_int (node, "axis", 1),
                              dims, error)
         && reshape_to (import, node, value, 2, dims, error);
}

static gboolean
import_squeeze (CnnImport         *import,
                const CnnOnnxNode *node,
                GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  guint                 n;
  const gint64         *axes;
  int                   n_dims;
  gint64                dims[CNN_ONNX_MAX_DIMS];

  return value && cnn_import_list (import, node, 1, "axes", &n, &axes, error)
         && cnn_axes_squeeze (value->n_dims, value->dims, !axes, n, axes, &n_dims, dims, error)
         && reshape_to (import, node, value, n_dims, dims, error);
}

static gboolean
import_unsqueeze (CnnImport         *import,
                  const CnnOnnxNode *node,
                  GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  guint                 n;
  const gint64         *axes;
  int                   n_dims;
  gint64                dims[CNN_ONNX_MAX_DIMS];

  return value && cnn_import_list (import, node, 1, "axes", &n, &axes, error)
         && cnn_axes_unsqueeze (value->n_dims, value->dims, n, axes, &n_dims, dims, error)
         && reshape_to (import, node, value, n_dims, dims, error);
}

static gboolean
import_transpose (CnnImport         *import,
                  const CnnOnnxNode *node,
                  GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  int                   permutation[CNN_ONNX_MAX_DIMS];
  CnnImportValue        out;

  if (!value || !cnn_axes_permute (node, value->n_dims, permutation, error))
    return FALSE;
  cnn_import_transpose (value, permutation, &out);
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

/* --- blocks between a map and its channels ------------------------------------------- */

/* Four dimensions and a block's size. */
static const CnnImportValue *
blocks_in (const CnnImport   *import,
           const CnnOnnxNode *node,
           gint64            *size,
           GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);

  *size = cnn_onnx_attribute_int (node, "blocksize", 0);
  if (value && (value->n_dims != 4 || *size < 1 || *size > 65535))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("it needs four dimensions and a block's size"));
      return NULL;
    }
  return value;
}

/* The numbers of @value with @dims, in the order of @permutation, with the extents @out. */
static gboolean
move_blocks (CnnImport            *import,
             const CnnOnnxNode    *node,
             const CnnImportValue *value,
             const gint64         *dims,
             const int            *permutation,
             const gint64         *out,
             GError              **error)
{
  CnnImportValue apart, moved, view;
  int            layer;

  if (!cnn_import_reshape (import, node, value, 6, dims, &apart, error))
    return FALSE;
  cnn_import_transpose (&apart, permutation, &moved);
  if (!cnn_import_reshape (import, node, &moved, 4, out, &view, error))
    return FALSE;
  layer = cnn_import_place (import, node, &view, "cchw", error);
  if (layer < 0)
    return FALSE;
  cnn_import_set (import, node, 0, layer, 4, out, "cchw");
  return TRUE;
}

static gboolean
import_depth_to_space (CnnImport         *import,
                       const CnnOnnxNode *node,
                       GError           **error)
{
  gint64                size;
  const CnnImportValue *value = blocks_in (import, node, &size, error);
  const char           *mode = cnn_onnx_attribute_string (node, "mode", "DCR");
  const gint64         *d;
  gint64                maps;

  if (!value)
    return FALSE;
  d = value->dims;
  maps = d[1] / (size * size);
  if (maps * size * size != d[1] || d[2] > G_MAXINT || d[3] > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("blocks of %d×%d cannot be made of %lld channels"), (int) size, (int) size,
                   (long long) d[1]);
      return FALSE;
    }
  if (strcmp (mode, "CRD") == 0)
    return move_blocks (import, node, value, (gint64[]) { d[0], maps, size, size, d[2], d[3] },
                        (int[]) { 0, 1, 4, 2, 5, 3 },
                        (gint64[]) { d[0], maps, d[2] * size, d[3] * size }, error);
  if (strcmp (mode, "DCR") == 0)
    return move_blocks (import, node, value, (gint64[]) { d[0], size, size, maps, d[2], d[3] },
                        (int[]) { 0, 3, 4, 1, 5, 2 },
                        (gint64[]) { d[0], maps, d[2] * size, d[3] * size }, error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("there is no mode “%s”"), mode);
  return FALSE;
}

static gboolean
import_space_to_depth (CnnImport         *import,
                       const CnnOnnxNode *node,
                       GError           **error)
{
  gint64                size;
  const CnnImportValue *value = blocks_in (import, node, &size, error);
  const gint64         *d;

  if (!value)
    return FALSE;
  d = value->dims;
  if (d[2] % size != 0 || d[3] % size != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%lld×%lld cells cannot be cut into blocks of %d×%d"), (long long) d[2],
                   (long long) d[3], (int) size, (int) size);
      return FALSE;
    }
  return move_blocks (import, node, value,
                      (gint64[]) { d[0], d[1], d[2] / size, size, d[3] / size, size },
                      (int[]) { 0, 3, 5, 1, 2, 4 },
                      (gint64[]) { d[0], d[1] * size * size, d[2] / size, d[3] / size }, error);
}

const CnnImportOp cnn_import_views[] = {
  { "DepthToSpace", import_depth_to_space },
  { "Flatten", import_flatten },
  { "Reshape", import_reshape },
  { "SpaceToDepth", import_space_to_depth },
  { "Squeeze", import_squeeze },
  { "Transpose", import_transpose },
  { "Unsqueeze", import_unsqueeze },
  { NULL, NULL },
};
