/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-join.h"

/* Nodes that take parts of a tensor: Slice, Split, Crop, Gather. */

/* --- slices -------------------------------------------------------------------------------- */

/**
 * Cut: parts of a value that a layer is still to take.
 * @value: what comes out of it; its layer is what goes in
 * @words: the layer's, empty where nothing was cut yet
 * @empty: nothing is left of it, only its extents count
 */
typedef struct
{
  CnnImportValue value;
  GString       *words;
  gboolean       empty;
} Cut;

static gboolean
cut_emit (CnnImport         *import,
          const CnnOnnxNode *node,
          Cut               *cut,
          GError           **error)
{
  int layer;

  if (cut->words->len == 0)
    return TRUE;
  layer = cnn_import_emit (import, node, 1, &cut->value.layer, error, "slice%s", cut->words->str);
  if (layer < 0)
    return FALSE;
  g_string_truncate (cut->words, 0);
  cnn_import_with_layer (import, &cut->value, layer);
  return TRUE;
}

/* Python's first:end:step, counted from the end where the file does so: then it says the
 * same of other sizes. */
static void
append_range (GString *words,
              char     axis,
              gint64   start,
              gint64   end,
              gint64   step,
              gint64   extent)
{
  g_string_append_printf (words, " %s=", cnn_import_axis_key (axis));
  if (step > 0 ? start > -extent && start != 0 : start < extent && start != -1)
    g_string_append_printf (words, "%" G_GINT64_FORMAT, start);
  g_string_append_c (words, ':');
  if (step > 0 ? end < extent : end >= -extent)
    g_string_append_printf (words, "%" G_GINT64_FORMAT, end);
  if (step != 1)
    g_string_append_printf (words, ":%" G_GINT64_FORMAT, step);
}

/* Cuts dimension @dim as Slice does. */
static gboolean
cut_range (CnnImport         *import,
           const CnnOnnxNode *node,
           Cut               *cut,
           int                dim,
           gint64             start,
           gint64             end,
           gint64             step,
           GError           **error)
{
  gint64 extent = cut->value.dims[dim], first = start, count;
  char   axis;

  if (step == 0)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, _("a step of 0 leads nowhere"));
      return FALSE;
    }
  /* No layer needs to step farther than from one end to the other. */
  step = CLAMP (step, -extent, extent);
  count = cnn_axes_range (&first, end, step, extent);
  cut->empty = cut->empty || count == 0;
  if (cut->empty || (count == extent && step > 0))
    {
      cut->value.dims[dim] = count;
      return TRUE;
    }
  if (!cnn_import_is_alone (&cut->value, dim, "hwc", &axis))
    {
      CnnImportValue moved;

      if (!cut_emit (import, node, cut, error)
          || !cnn_import_alone (import, node, &cut->value, dim, "hwc", &moved, &axis, error))
        return FALSE;
      cut->value = moved;
    }
  append_range (cut->words, axis, start, end, step, extent);
  cnn_import_with_extent (&cut->value, dim, axis, count);
  return TRUE;
}

/* Says that output @out is what is left. */
static gboolean
cut_set (CnnImport         *import,
         const CnnOnnxNode *node,
         guint              out,
         Cut               *cut,
         GError           **error)
{
  g_autoptr (CnnOnnxTensor) none = NULL;

  if (!cut->empty)
    {
      if (!cut_emit (import, node, cut, error))
        return FALSE;
      cnn_import_set_value (import, node, out, &cut->value);
      return TRUE;
    }
  none = cnn_onnx_tensor_floats (cut->value.n_dims, cut->value.dims);
  if (none)
    cnn_import_set_constant (import, node, out, none);
  return none != NULL;
}

static void
cut_clear (Cut *cut)
{
  g_string_free (cut->words, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cut, cut_clear)

static gboolean
import_slice (CnnImport         *import,
              const CnnOnnxNode *node,
              GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  guint                 n, n_ends, n_axes, n_steps;
  const gint64         *starts, *ends, *axes, *steps;
  gboolean              done[CNN_ONNX_MAX_DIMS] = { 0 };
  g_auto (Cut)          cut = { .words = g_string_new (NULL) };

  if (!value || !cnn_import_list (import, node, 1, "starts", &n, &starts, error)
      || !cnn_import_list (import, node, 2, "ends", &n_ends, &ends, error)
      || !cnn_import_list (import, node, 3, "axes", &n_axes, &axes, error)
      || !cnn_import_list (import, node, 4, "steps", &n_steps, &steps, error))
    return FALSE;
  if (n_ends != n || (axes && n_axes != n) || (steps && n_steps != n)
      || (!axes && n > (guint) value->n_dims))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("starts, ends, axes and steps are not equally many"));
      return FALSE;
    }
  cut.value = *value;
  for (guint i = 0; i < n; i++)
    {
      int dim;

      if (!cnn_axis (axes ? axes[i] : (gint64) i, value->n_dims, &dim, error))
        return FALSE;
      if (done[dim])
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("axis %d is named twice"), dim);
          return FALSE;
        }
      done[dim] = TRUE;
      if (!cut_range (import, node, &cut, dim, starts[i], ends[i], steps ? steps[i] : 1, error))
        return FALSE;
    }
  return cut_set (import, node, 0, &cut, error);
}

static gboolean
import_split (CnnImport         *import,
              const CnnOnnxNode *node,
              GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  CnnOnnxTensor        *given;
  g_autofree gint64    *parts = g_new0 (gint64, node->n_out + 1);
  int                   dim;
  gint64                at = 0;

  if (!value || !cnn_import_optional (import, node, 1, &given, error)
      || !cnn_axis (cnn_onnx_attribute_int (node, "axis", 0), value->n_dims, &dim, error)
      || !cnn_axes_split (node, given, value->dims[dim], parts, error))
    return FALSE;
  for (guint i = 0; i < node->n_out; at += parts[i], i++)
    {
      g_auto (Cut) cut = { .value = *value, .words = g_string_new (NULL) };

      if (!cnn_import_wants (node, i))
        continue;
      if (!cut_range (import, node, &cut, dim, at, at + parts[i], 1, error)
          || !cut_set (import, node, i, &cut, error))
        return FALSE;
    }
  return TRUE;
}

/* ImageScaler's companion of old networks: a border is cut off. */
static gboolean
import_crop (CnnImport         *import,
             const CnnOnnxNode *node,
             GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  guint                 n, n_scale;
  const gint64         *border = cnn_onnx_attribute_ints (node, "border", &n);
  const gint64         *scale = cnn_onnx_attribute_ints (node, "scale", &n_scale);
  g_auto (Cut)          cut = { .words = g_string_new (NULL) };

  if (!value)
    return FALSE;
  if (value->n_dims != 4 || n != 4 || (scale && n_scale != 2))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("it needs four dimensions and four borders"));
      return FALSE;
    }
  cut.value = *value;
  for (int i = 0; i < 2; i++)
    {
      /* Left, top, right, bottom; height, width. */
      gint64 extent = value->dims[2 + i], low = border[1 - i], high = border[3 - i];
      gint64 kept = scale ? scale[i] : extent - CLAMP (low, 0, extent) - CLAMP (high, 0, extent);

      if (low < 0 || high < 0 || low > extent || kept < 1 || kept > extent - low)
        {
          g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                               _("what it cuts off is not inside of its input"));
          return FALSE;
        }
      if (!cut_range (import, node, &cut, 2 + i, low, low + kept, 1, error))
        return FALSE;
    }
  if (!cut_emit (import, node, &cut, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &cut.value);
  return TRUE;
}

/* --- gather ---------------------------------------------------------------------------------- */

static char *
index_word (CnnImport           *import,
            const CnnOnnxNode   *node,
            const CnnOnnxTensor *indices,
            gint64               extent)
{
  g_autofree float *values = g_new (float, indices->n);

  for (gsize i = 0; i < indices->n; i++)
    values[i] = (float) (indices->ints[i] < 0 ? indices->ints[i] + extent : indices->ints[i]);
  return cnn_import_numbers (import, node, "indices", (int) indices->n, values);
}

/* Whether the indices follow each other. */
static gboolean
is_run (const CnnOnnxTensor *indices)
{
  for (gsize i = 1; i < indices->n; i++)
    if (indices->ints[i] != indices->ints[0] + (gint64) i)
      return FALSE;
  return indices->ints[0] >= 0 || indices->ints[indices->n - 1] < 0;
}

static gboolean
import_gather (CnnImport         *import,
               const CnnOnnxNode *node,
               GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  CnnOnnxTensor        *indices = value ? cnn_import_constant (import, node, 1, error) : NULL;
  g_auto (Cut)          cut = { .words = g_string_new (NULL) };
  g_autofree char      *word = NULL;
  CnnImportValue        out;
  int                   dim, n_dims, layer;
  gint64                dims[CNN_ONNX_MAX_DIMS], extent;
  char                  axis;

  if (!indices || !cnn_axis (cnn_onnx_attribute_int (node, "axis", 0), value->n_dims, &dim, error))
    return FALSE;
  extent = value->dims[dim];
  n_dims = value->n_dims - 1 + indices->n_dims;
  if (!indices->ints || indices->n == 0 || n_dims > CNN_ONNX_MAX_DIMS || indices->n > G_MAXINT32 / 8
      || extent > 1 << 24)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("its indices are not whole numbers, or too many"));
      return FALSE;
    }
  for (gsize i = 0; i < indices->n; i++)
    if (indices->ints[i] < -extent || indices->ints[i] >= extent)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                     _("index %lld lies outside of %lld"), (long long) indices->ints[i],
                     (long long) extent);
        return FALSE;
      }
  for (int d = 0; d < n_dims; d++)
    dims[d] = d < dim                     ? value->dims[d]
              : d < dim + indices->n_dims ? indices->dims[d - dim]
                                          : value->dims[d - indices->n_dims + 1];
  cut.value = *value;
  if (is_run (indices))
    {
      gint64 first = indices->ints[0], end = indices->ints[indices->n - 1] + 1;

      if (!cut_range (import, node, &cut, dim, first, end == 0 ? G_MAXINT64 : end, 1, error)
          || !cut_emit (import, node, &cut, error))
        return FALSE;
    }
  else
    {
      if (!cnn_import_alone (import, node, value, dim, "hwc", &cut.value, &axis, error)
          || !cnn_import_room (import, (double) indices->n, error))
        return FALSE;
      word = index_word (import, node, indices, extent);
      layer = cnn_import_emit (import, node, 1, &cut.value.layer, error, "gather %s=%s",
                               cnn_import_axis_key (axis), word);
      if (layer < 0)
        return FALSE;
      cnn_import_with_extent (&cut.value, dim, axis, (gint64) indices->n);
      cnn_import_with_layer (import, &cut.value, layer);
    }
  if (!cnn_import_reshape (import, node, &cut.value, n_dims, dims, &out, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

const CnnImportOp cnn_import_slices[] = {
  { "Concat", cnn_import_concat },
  { "Crop", import_crop },
  { "Expand", cnn_import_expand },
  { "Gather", import_gather },
  { "Pad", cnn_import_pad },
  { "Slice", import_slice },
  { "Split", import_split },
  { "Tile", cnn_import_tile },
  { NULL, NULL },
};
