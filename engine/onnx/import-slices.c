/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-along.h"
#include "number.h"

/* Nodes that take parts of a tensor, or put some together: Slice, Split, Gather, Crop, Pad,
 * Concat. */

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

/* --- pad --------------------------------------------------------------------------------------- */

static const char *
border_words (const CnnOnnxNode *node,
              const char        *mode)
{
  if (strcmp (mode, "constant") == 0)
    return "";
  if (strcmp (mode, "reflect") == 0)
    return " border=reflect";
  if (strcmp (mode, "edge") == 0)
    return " border=replicate";
  if (strcmp (mode, "wrap") == 0)
    return " border=wrap";
  return NULL;
}

/* What is added before and after each dimension. */
typedef struct
{
  gint64 before[CNN_ONNX_MAX_DIMS];
  gint64 after[CNN_ONNX_MAX_DIMS];
} Padding;

static gboolean
read_padding (const CnnImport      *import,
              const CnnOnnxNode    *node,
              const CnnImportValue *value,
              Padding              *padding,
              GError              **error)
{
  guint         n, n_axes;
  const gint64 *pads, *axes;
  gboolean      chosen[CNN_ONNX_MAX_DIMS];

  memset (padding, 0, sizeof *padding);
  if (!cnn_import_list (import, node, 1, node->version < 2 ? "paddings" : "pads", &n, &pads, error)
      || !cnn_import_list (import, node, 3, "axes", &n_axes, &axes, error)
      || (axes && !cnn_axes (n_axes, axes, value->n_dims, chosen, error)))
    return FALSE;
  if (!axes)
    n_axes = (guint) value->n_dims;
  if (n != 2 * n_axes)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("two paddings are needed for each axis"));
      return FALSE;
    }
  for (guint i = 0; i < n_axes; i++)
    {
      gint64 d = axes ? axes[i] < 0 ? axes[i] + value->n_dims : axes[i] : (gint64) i;

      padding->before[d] = pads[i];
      padding->after[d] = pads[n_axes + i];
      /* Within what the layer takes; it says itself what else is wrong. */
      if (pads[i] < -G_MAXINT32 / 4 || pads[i] > G_MAXINT32 / 4
          || pads[n_axes + i] < -G_MAXINT32 / 4 || pads[n_axes + i] > G_MAXINT32 / 4
          || value->dims[d] + pads[i] + pads[n_axes + i] < 1)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("axis %d cannot be padded by %lld and %lld"), (int) d, (long long) pads[i],
                       (long long) pads[n_axes + i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
import_pad (CnnImport         *import,
            const CnnOnnxNode *node,
            GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  const char           *mode = cnn_onnx_attribute_string (node, "mode", "constant");
  const char           *border = border_words (node, mode);
  double                number = cnn_onnx_attribute_float (node, "value", 0);
  g_autoptr (GString)   filled = g_string_new (NULL);
  CnnOnnxTensor        *given;
  CnnImportValue        out;
  Padding               padding;

  if (!value || !cnn_import_optional (import, node, 2, &given, error)
      || !read_padding (import, node, value, &padding, error))
    return FALSE;
  if (!border)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("there is no mode “%s”"), mode);
      return FALSE;
    }
  if (given && given->n == 1)
    number = cnn_onnx_tensor_value (given, 0);
  if (*border == '\0' && number != 0)
    {
      g_string_append (filled, " value=");
      cnn_number_append (filled, number);
    }
  out = *value;
  for (int d = 0; d < out.n_dims; d++)
    {
      gint64 sides[4] = { 0 }; /* top, right, bottom, left */
      char   axis, other;
      int    layer, second = -1;

      if (padding.before[d] == 0 && padding.after[d] == 0)
        continue;
      if (!cnn_import_is_alone (&out, d, "hw", &axis))
        {
          CnnImportValue moved;

          if (!cnn_import_alone (import, node, &out, d, "hw", &moved, &axis, error))
            return FALSE;
          out = moved;
        }
      /* Another dimension on the other axis goes along. */
      for (int e = d + 1; second < 0 && e < out.n_dims; e++)
        if ((padding.before[e] != 0 || padding.after[e] != 0)
            && cnn_import_is_alone (&out, e, axis == 'h' ? "w" : "h", &other))
          second = e;
      for (int i = 0; i < 2; i++)
        {
          int e = i == 0 ? d : second;

          if (e < 0)
            continue;
          sides[(i == 0 ? axis : other) == 'h' ? 0 : 3] = padding.before[e];
          sides[(i == 0 ? axis : other) == 'h' ? 2 : 1] = padding.after[e];
        }
      layer = cnn_import_emit (import, node, 1, &out.layer, error,
                               "pad %" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                               ",%" G_GINT64_FORMAT "%s%s",
                               sides[0], sides[1], sides[2], sides[3], border, filled->str);
      if (layer < 0)
        return FALSE;
      cnn_import_with_extent (&out, d, axis, out.dims[d] + padding.before[d] + padding.after[d]);
      if (second >= 0)
        {
          cnn_import_with_extent (&out, second, other, out.dims[second] + padding.before[second]
                                                         + padding.after[second]);
          padding.before[second] = padding.after[second] = 0;
        }
      cnn_import_with_layer (import, &out, layer);
    }
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

/* --- concat ------------------------------------------------------------------------------------- */

/* Whether @dim has an axis for itself. */
static gboolean
is_apart (int           n_dims,
          const gint64 *dims,
          const char   *layout,
          int           dim)
{
  for (int d = 0; d < n_dims; d++)
    if (d != dim && dims[d] > 1 && layout[d] == layout[dim])
      return FALSE;
  return TRUE;
}

/* The layout in which most inputs lie already. */
static void
choose_layout (const CnnImport   *import,
               const CnnOnnxNode *node,
               int                n_dims,
               const gint64      *dims,
               int                dim,
               char              *layout)
{
  int best = -1;

  for (int i = 0; i < 3; i++)
    {
      char candidate[CNN_ONNX_MAX_DIMS + 1];
      int  score = 0;

      if (i == 0)
        g_strlcpy (candidate, cnn_import_natural (n_dims, dims), sizeof candidate);
      else
        cnn_import_layout_apart (n_dims, dim, -1, i == 1 ? 'c' : 'h', candidate);
      for (guint k = 0; k < node->n_in; k++)
        {
          const CnnImportValue *in = cnn_import_in (import, node, k);

          score += !in->constant && cnn_import_lies (in, candidate);
        }
      if (is_apart (n_dims, dims, candidate, dim) && score > best)
        {
          best = score;
          strcpy (layout, candidate);
        }
    }
}

/* Joins @n layers along an axis, so many at a time as a layer takes. */
static int
join (CnnImport         *import,
      const CnnOnnxNode *node,
      char               axis,
      guint              n,
      int               *layers,
      GError           **error)
{
  int joined = layers[0];

  for (guint at = 1; joined >= 0 && at < n;)
    {
      int   in[16];
      guint count = MIN (n - at, G_N_ELEMENTS (in) - 1);

      in[0] = joined;
      memcpy (in + 1, layers + at, count * sizeof *in);
      joined = axis == 'c' ? cnn_import_emit (import, node, count + 1, in, error, "concat")
                           : cnn_import_emit (import, node, count + 1, in, error, "concat axis=%s",
                                              cnn_import_axis_key (axis));
      at += count;
    }
  return joined;
}

static gboolean
import_concat (CnnImport         *import,
               const CnnOnnxNode *node,
               GError           **error)
{
  const CnnImportValue *data = NULL;
  g_autofree int       *layers = g_new0 (int, node->n_in + 1);
  gint64                dims[CNN_ONNX_MAX_DIMS];
  char                  layout[CNN_ONNX_MAX_DIMS + 1];
  guint                 n = 0;
  int                   dim, layer, place = -1;

  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnImportValue *in = cnn_import_in (import, node, i);

      if (!in)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("input %u is missing"), i + 1);
          return FALSE;
        }
      data = in->constant ? data : in;
    }
  if (!data
      || !cnn_axis (cnn_onnx_attribute_int (node, "axis", node->version < 4 ? 1 : G_MAXINT64),
                    data->n_dims, &dim, error))
    return FALSE;
  memcpy (dims, data->dims, sizeof dims);
  dims[dim] = 0;
  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnImportValue *in = cnn_import_in (import, node, i);
      gboolean              same = in->n_dims == data->n_dims;

      for (int d = 0; same && d < data->n_dims; d++)
        same = d == dim ? in->dims[d] <= G_MAXINT - dims[dim] : in->dims[d] == dims[d];
      if (!same)
        {
          g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, _("its inputs do not match"));
          return FALSE;
        }
      dims[dim] += in->dims[dim];
    }
  choose_layout (import, node, data->n_dims, dims, dim, layout);
  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnImportValue *in = cnn_import_in (import, node, i);

      if (in->constant && in->constant->n == 0)
        continue;
      if (in->constant && place < 0)
        place = cnn_import_place (import, node, data, layout, error);
      if (in->constant && place < 0)
        return FALSE;
      layers[n] = in->constant ? cnn_import_known_layer (import, node, place, in->constant, layout,
                                                         error)
                               : cnn_import_place (import, node, in, layout, error);
      if (layers[n++] < 0)
        return FALSE;
    }
  layer = join (import, node, layout[dim], n, layers, error);
  if (layer < 0)
    return FALSE;
  cnn_import_set (import, node, 0, layer, data->n_dims, dims, layout);
  return TRUE;
}

const CnnImportOp cnn_import_slices[] = {
  { "Concat", import_concat },
  { "Crop", import_crop },
  { "Gather", import_gather },
  { "Pad", import_pad },
  { "Slice", import_slice },
  { "Split", import_split },
  { NULL, NULL },
};
