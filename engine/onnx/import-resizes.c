/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-along.h"
#include "number.h"

/* Resize and Upsample. A layer resizes rows and columns; other dimensions are moved there,
 * and more than two are done one after the other, which is the same for all modes. */

/**
 * Wish: what is to become of one dimension.
 * @extent: afterwards
 * @scale: where cells lie
 * @said: the extent follows from the scale
 * @from: first place, as a part of the extent, for tf-crop
 * @to: last place
 */
typedef struct
{
  gint64   extent;
  double   scale;
  gboolean said;
  double   from;
  double   to;
} Wish;

typedef struct
{
  Wish     dims[CNN_ONNX_MAX_DIMS];
  gboolean crops;
  GString *words; /* that do not depend on the dimension */
} Resize;

/* The last list there is, of one number for each axis. */
static gboolean
read_numbers (const CnnImport    *import,
              const CnnOnnxNode  *node,
              guint               i,
              const char         *what,
              guint               n,
              CnnOnnxTensor     **numbers,
              GError            **error)
{
  if (!cnn_import_optional (import, node, i, numbers, error))
    return FALSE;
  if (*numbers && (*numbers)->n == 0)
    *numbers = NULL;
  if (*numbers && (*numbers)->n != n)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%u numbers were expected as “%s”, there are %zu"), n, what,
                   (*numbers)->n);
      return FALSE;
    }
  return TRUE;
}

/* The shortest number that the file's float is: 0.7 rather than 0.699999988. It is what was
 * meant, and where cells lie just between two others that counts. */
static double
as_meant (double value)
{
  char   text[G_ASCII_DTOSTR_BUF_SIZE];
  double meant = value;

  for (int digits = 1; digits <= 9 && isfinite (value); digits++)
    {
      char format[8] = "%.0g";

      format[2] = (char) ('0' + digits);
      meant = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, value), NULL);
      if ((float) meant == (float) value)
        return meant;
    }
  return value;
}

static gboolean
bad_scale (double   scale,
           GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("its input cannot be scaled by %g"), scale);
  return FALSE;
}

static gboolean
wish_scale (Wish    *wish,
            gint64   extent,
            double   scale,
            GError **error)
{
  /* In float: of a scale that is a little less than a fraction, the fraction is meant. */
  float after = floorf ((float) extent * (float) scale);

  scale = as_meant (scale);
  if (!(scale > 0) || !(after >= 1) || after > (float) (1 << 24))
    return bad_scale (scale, error);
  wish->extent = (gint64) after;
  wish->scale = scale;
  wish->said = (gint64) floor ((double) extent * scale) == wish->extent;
  return TRUE;
}

static gboolean
wish_sizes (Wish                *wishes,
            const CnnOnnxNode   *node,
            const gint64        *dims,
            guint                n,
            const int           *axes,
            const CnnOnnxTensor *sizes,
            GError             **error)
{
  const char *policy = cnn_onnx_attribute_string (node, "keep_aspect_ratio_policy", "stretch");
  double      common = 0;

  for (guint i = 0; i < n; i++)
    {
      double size = cnn_onnx_tensor_value (sizes, i);
      Wish  *wish = &wishes[axes[i]];

      if (!(size >= 1) || size > (double) (1 << 24))
        return bad_scale (size / (double) dims[axes[i]], error);
      wish->extent = (gint64) size;
      wish->scale = size / (double) dims[axes[i]];
      /* Halves, doubles and their like are the same for inputs of another size. */
      wish->said = fmod (wish->scale * 64, 1) == 0;
      if (i == 0)
        common = wish->scale;
      common = strcmp (policy, "not_smaller") == 0 ? MAX (common, wish->scale)
                                                   : MIN (common, wish->scale);
    }
  if (strcmp (policy, "stretch") == 0)
    return TRUE;
  if (strcmp (policy, "not_larger") != 0 && strcmp (policy, "not_smaller") != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("there is no policy “%s”"), policy);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      Wish  *wish = &wishes[axes[i]];
      double size = floor (common * (double) dims[axes[i]] + 0.5);

      if (!(size >= 1) || size > (double) (1 << 24))
        return bad_scale (common, error);
      wish->extent = (gint64) size;
      wish->scale = common;
      wish->said = floor (common * (double) dims[axes[i]]) == size;
    }
  return TRUE;
}

/* --- words ------------------------------------------------------------------------------- */

/* ONNX's word and ours. */
typedef struct
{
  const char *theirs;
  const char *ours;
} Word;

static const Word modes[] = {
  { "nearest", "nearest" }, { "linear", "linear" }, { "bilinear", "linear" },
  { "cubic", "cubic" },     { NULL, NULL },
};

static const Word coordinates[] = {
  { "half_pixel", "half-pixel" },
  { "half_pixel_symmetric", "half-pixel-symmetric" },
  { "pytorch_half_pixel", "pytorch-half-pixel" },
  { "align_corners", "align-corners" },
  { "asymmetric", "asymmetric" },
  { "tf_crop_and_resize", "tf-crop" },
  { NULL, NULL },
};

static const Word roundings[] = {
  { "round_prefer_floor", "round-prefer-floor" },
  { "round_prefer_ceil", "round-prefer-ceil" },
  { "floor", "floor" },
  { "ceil", "ceil" },
  { NULL, NULL },
};

static const char *
our_word (const Word *words,
          const char *theirs,
          GError    **error)
{
  for (; words->theirs; words++)
    if (strcmp (words->theirs, theirs) == 0)
      return words->ours;
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("there is no mode “%s”"), theirs);
  return NULL;
}

/* Attributes, as they are for the node's operator set. */
static gboolean
common_words (const CnnOnnxNode *node,
              Resize            *resize,
              GError           **error)
{
  gboolean    is_old = strcmp (node->op, "Resize") != 0 || node->version < 11;
  const char *mode = our_word (modes, cnn_onnx_attribute_string (node, "mode", "nearest"), error);
  const char *place, *rounding;

  place = our_word (coordinates,
                    cnn_onnx_attribute_string (node, "coordinate_transformation_mode",
                                               is_old ? "asymmetric" : "half_pixel"),
                    error);
  rounding = place ? our_word (roundings,
                               cnn_onnx_attribute_string (node, "nearest_mode",
                                                          is_old ? "floor" : "round_prefer_floor"),
                               error)
                   : NULL;
  if (!mode || !rounding)
    return FALSE;
  resize->crops = strcmp (place, "tf-crop") == 0;
  if (strcmp (mode, "nearest") != 0)
    g_string_append_printf (resize->words, " mode=%s", mode);
  if (strcmp (place, "half-pixel") != 0)
    g_string_append_printf (resize->words, " coordinates=%s", place);
  if (strcmp (mode, "nearest") == 0 && strcmp (rounding, "round-prefer-floor") != 0)
    g_string_append_printf (resize->words, " nearest=%s", rounding);
  if (strcmp (mode, "cubic") == 0 &&
      cnn_onnx_attribute_float (node, "cubic_coeff_a", -0.75) != -0.75)
    {
      double a = as_meant (cnn_onnx_attribute_float (node, "cubic_coeff_a", -0.75));

      g_string_append (resize->words, " cubic-a=");
      cnn_number_append (resize->words, a);
    }
  if (cnn_onnx_attribute_int (node, "antialias", 0) != 0)
    g_string_append (resize->words, " antialias=yes");
  if (cnn_onnx_attribute_int (node, "exclude_outside", 0) != 0)
    g_string_append (resize->words, " exclude-outside=yes");
  if (resize->crops)
    {
      g_string_append (resize->words, " extrapolate=");
      cnn_number_append (resize->words,
                         cnn_onnx_attribute_float (node, "extrapolation_value", 0));
    }
  return TRUE;
}

/* --- layers -------------------------------------------------------------------------------- */

static gboolean
changes (const Resize         *resize,
         const CnnImportValue *value,
         int                   dim)
{
  const Wish *wish = &resize->dims[dim];

  return wish->extent != value->dims[dim] || wish->scale != 1
         || (resize->crops && (wish->from != 0 || wish->to != 1));
}

/* Resizes the dimensions on rows and columns; either may be −1. */
static gboolean
resize_map (CnnImport         *import,
            const CnnOnnxNode *node,
            const Resize      *resize,
            CnnImportValue    *value,
            int                row_dim,
            int                column_dim,
            GError           **error)
{
  Wish                none = { .scale = 1, .said = TRUE, .from = 0, .to = 1 }, rows = none;
  Wish                columns = none;
  g_autoptr (GString) words = g_string_new ("resize");
  gboolean            said, same;
  int                 layer;

  rows.extent = value->shape.height;
  columns.extent = value->shape.width;
  if (row_dim >= 0)
    rows = resize->dims[row_dim];
  if (column_dim >= 0)
    columns = resize->dims[column_dim];
  said = rows.said && columns.said;
  /* Whether the scales are those of the extents alone. */
  same = rows.scale == (double) rows.extent / value->shape.height
         && columns.scale == (double) columns.extent / value->shape.width;
  if (said || !same)
    {
      g_string_append_c (words, ' ');
      cnn_number_append (words, rows.scale);
      if (rows.scale != columns.scale)
        {
          g_string_append_c (words, ',');
          cnn_number_append (words, columns.scale);
        }
    }
  if (!said)
    g_string_append_printf (words, " to=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT, rows.extent,
                            columns.extent);
  g_string_append (words, resize->words->str);
  if (resize->crops)
    {
      double roi[4] = { rows.from, columns.from, rows.to, columns.to };

      for (int i = 0; i < 4; i++)
        {
          g_string_append (words, i == 0 ? " roi=" : ",");
          cnn_number_append (words, roi[i]);
        }
    }
  layer = cnn_import_emit (import, node, 1, &value->layer, error, "%s", words->str);
  if (layer < 0)
    return FALSE;
  if (row_dim >= 0)
    cnn_import_with_extent (value, row_dim, 'h', rows.extent);
  if (column_dim >= 0)
    cnn_import_with_extent (value, column_dim, 'w', columns.extent);
  cnn_import_with_layer (import, value, layer);
  return TRUE;
}

static gboolean
resize_all (CnnImport            *import,
            const CnnOnnxNode    *node,
            const Resize         *resize,
            const CnnImportValue *from,
            GError              **error)
{
  CnnImportValue value = *from;
  int            left[CNN_ONNX_MAX_DIMS], n = 0;

  /* The last two first: they lie on rows and columns as a rule. */
  for (int d = value.n_dims - 1; d >= 0; d--)
    if (changes (resize, &value, d))
      left[n++] = d;
  for (int i = 0; i < n;)
    {
      int  first = left[i], second = i + 1 < n ? left[i + 1] : -1;
      char axis = 0, other = 0;

      if (cnn_import_is_alone (&value, first, "wh", &axis)
          && (second < 0
              || cnn_import_is_alone (&value, second, axis == 'w' ? "h" : "w", &other)))
        ;
      else
        {
          char layout[CNN_ONNX_MAX_DIMS + 1];
          int  layer;

          cnn_import_layout_apart (value.n_dims, second < 0 ? first : second,
                                   second < 0 ? -1 : first, 'h', layout);
          layer = cnn_import_place (import, node, &value, layout, error);
          if (layer < 0)
            return FALSE;
          cnn_import_value_set (&value, layer, cnn_import_shape (import, layer), value.n_dims,
                                (gint64[CNN_ONNX_MAX_DIMS]) {
                                  value.dims[0], value.dims[1], value.dims[2], value.dims[3],
                                  value.dims[4], value.dims[5], value.dims[6], value.dims[7] },
                                layout);
          axis = second < 0 ? 'h' : 'w';
        }
      if (!resize_map (import, node, resize, &value, axis == 'h' ? first : second,
                       axis == 'w' ? first : second, error))
        return FALSE;
      i += second < 0 ? 1 : 2;
    }
  cnn_import_set_value (import, node, 0, &value);
  return TRUE;
}

/* --- nodes ----------------------------------------------------------------------------------- */

/* The axes that the node speaks of: [n]. */
static gboolean
read_axes (const CnnOnnxNode *node,
           int                n_dims,
           guint             *n,
           int               *axes,
           GError           **error)
{
  gboolean      chosen[CNN_ONNX_MAX_DIMS];
  guint         n_listed;
  const gint64 *listed = cnn_onnx_attribute_ints (node, "axes", &n_listed);

  *n = listed ? n_listed : (guint) n_dims;
  if (listed && !cnn_axes (n_listed, listed, n_dims, chosen, error))
    return FALSE;
  for (guint i = 0; i < *n; i++)
    axes[i] = listed ? (int) (listed[i] < 0 ? listed[i] + n_dims : listed[i]) : (int) i;
  return TRUE;
}

/* The scales that Upsample has among its attributes. */
static CnnOnnxTensor *
old_scales (const CnnOnnxNode *node,
            int                n_dims)
{
  guint        n;
  const float *list = cnn_onnx_attribute_floats (node, "scales", &n);
  gint64       extent = list ? (gint64) n : n_dims;
  CnnOnnxTensor *scales;

  if (!list && !cnn_onnx_attribute_has (node, "height_scale"))
    return NULL;
  scales = cnn_onnx_tensor_floats (1, &extent);
  for (gint64 i = 0; scales && i < extent; i++)
    scales->floats[i] = list ? list[i] : 1;
  if (scales && !list && n_dims == 4)
    {
      scales->floats[2] = (float) cnn_onnx_attribute_float (node, "height_scale", 1);
      scales->floats[3] = (float) cnn_onnx_attribute_float (node, "width_scale", 1);
    }
  return scales;
}

static gboolean
read_wishes (const CnnImport      *import,
             const CnnOnnxNode    *node,
             const CnnImportValue *value,
             Resize               *resize,
             GError              **error)
{
  gboolean                  is_new = strcmp (node->op, "Resize") == 0 && node->version >= 11;
  g_autoptr (CnnOnnxTensor) old = old_scales (node, value->n_dims);
  CnnOnnxTensor            *scales = NULL, *sizes = NULL, *roi = NULL;
  guint                     n;
  int                       axes[CNN_ONNX_MAX_DIMS];

  for (int d = 0; d < value->n_dims; d++)
    resize->dims[d] = (Wish) { value->dims[d], 1, TRUE, 0, 1 };
  if (!read_axes (node, value->n_dims, &n, axes, error)
      || !read_numbers (import, node, is_new ? 2 : 1, "scales", n, &scales, error)
      || (is_new && !read_numbers (import, node, 3, "sizes", n, &sizes, error))
      || (is_new && resize->crops && !read_numbers (import, node, 1, "roi", 2 * n, &roi, error)))
    return FALSE;
  if (!scales && old && old->n == n)
    scales = old;
  if (!scales && !sizes)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("it says neither a scale nor a size"));
      return FALSE;
    }
  for (guint i = 0; i < n && !sizes; i++)
    if (!wish_scale (&resize->dims[axes[i]], value->dims[axes[i]],
                     cnn_onnx_tensor_value (scales, i), error))
      return FALSE;
  if (sizes && !wish_sizes (resize->dims, node, value->dims, n, axes, sizes, error))
    return FALSE;
  for (guint i = 0; i < n && roi; i++)
    {
      resize->dims[axes[i]].from = as_meant (cnn_onnx_tensor_value (roi, i));
      resize->dims[axes[i]].to = as_meant (cnn_onnx_tensor_value (roi, n + i));
    }
  return TRUE;
}

static gboolean
import_resize (CnnImport         *import,
               const CnnOnnxNode *node,
               GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  g_autoptr (GString)   words = g_string_new (NULL);
  Resize                resize = { .words = words };

  return value && common_words (node, &resize, error)
         && read_wishes (import, node, value, &resize, error)
         && resize_all (import, node, &resize, value, error);
}

const CnnImportOp cnn_import_resizes[] = {
  { "Resize", import_resize },
  { "Upsample", import_resize },
  { NULL, NULL },
};
