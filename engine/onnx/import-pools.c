/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-window.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* Poolings. Along three dimensions they go in two steps: windows of rows and columns in
 * each slice, then windows of slices at each place. What the largest, the average or the
 * norm of a box is, it is also when taken of its slices' ones. */

#define MOST_EXACT (1 << 24) /* whole numbers that are exact in single precision */

static const char *const layouts[] = { "ccw", "cchw", "ccchw" };

/* The pooling along the rows and columns in which the window's last two dimensions lie. */
static int
emit_pool (CnnImport              *import,
           const CnnOnnxNode      *node,
           const CnnImportWindow  *window,
           int                     row,
           int                     column,
           int                     place,
           const char             *op,
           const char             *more,
           GError                **error)
{
  g_autoptr (GString) words = g_string_new (NULL);

  cnn_import_window_words (window, row, column, TRUE, words);
  return cnn_import_emit (import, node, 1, &place, error, "%s %s%s", op, words->str, more);
}

static gboolean
slides_along_slices (const CnnImportWindow *window)
{
  return window->n == 3 && (window->kernel[0] > 1 || window->stride[0] > 1 ||
                            window->before[0] > 0 || window->after[0] > 0);
}

/* After the windows of rows and columns: those of slices, on a map whose rows they are. */
static gboolean
pool_slices (CnnImport              *import,
             const CnnOnnxNode      *node,
             const CnnImportWindow  *window,
             CnnImportValue         *value,
             const char             *op,
             const char             *more,
             GError                **error)
{
  int place = cnn_import_place (import, node, value, "cchww", error);
  int layer;

  if (place < 0)
    return FALSE;
  layer = emit_pool (import, node, window, 0, -1, place, op, more, error);
  if (layer < 0)
    return FALSE;
  value->dims[2] = cnn_import_shape (import, layer).height;
  cnn_import_set (import, node, 0, layer, 5, value->dims, "cchww");
  return TRUE;
}

static gboolean
pool (CnnImport              *import,
      const CnnOnnxNode      *node,
      const CnnImportValue   *data,
      const CnnImportWindow  *said,
      const char             *op,
      const char             *more,
      GError                **error)
{
  CnnImportWindow taken = *said, *window = &taken;
  int            n = window->n;
  int            place = cnn_import_place (import, node, data, layouts[n - 1], error);
  int            layer;
  gint64         dims[CNN_ONNX_MAX_DIMS];
  CnnShape       shape;
  CnnImportValue value;

  if (place < 0)
    return FALSE;
  if (strcmp (op, "maxpool") == 0)
    place = cnn_import_window_take (window, import, place, " value=-3.4028234663852886e+38");
  layer = emit_pool (import, node, window, n - 2, n - 1, place, op, more, error);
  if (layer < 0)
    return FALSE;
  shape = cnn_import_shape (import, layer);
  memcpy (dims, data->dims, sizeof dims);
  if (n > 1)
    dims[n] = shape.height;
  dims[n + 1] = shape.width;
  if (!slides_along_slices (window))
    {
      cnn_import_set (import, node, 0, layer, n + 2, dims, layouts[n - 1]);
      return TRUE;
    }
  cnn_import_value_set (&value, layer, shape, n + 2, dims, layouts[n - 1]);
  return pool_slices (import, node, window, &value, op, more, error);
}

/* --- MaxPool --------------------------------------------------------------------------- */

/* Where the largest values are, as places in all of the input: the layer knows the place in
 * the map, and each map begins a map's cells after the one before. */
static gboolean
import_places (CnnImport              *import,
               const CnnOnnxNode      *node,
               const CnnImportValue   *data,
               const CnnImportWindow  *window,
               GError                **error)
{
  /* Columns one after the other: the same with rows and columns exchanged. */
  gboolean             turned = window->n == 2 &&
                                cnn_onnx_attribute_int (node, "storage_order", 0) != 0;
  const char          *layout = turned ? "ccwh" : layouts[window->n - 1];
  g_autofree float    *starts = NULL;
  g_autofree char     *word = NULL;
  gint64               dims[CNN_ONNX_MAX_DIMS];
  CnnShape             shape;
  int                  place, layer;

  if (window->n > 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("where the largest values are can only be told of rows and columns"));
      return FALSE;
    }
  place = cnn_import_place (import, node, data, layout, error);
  if (place < 0)
    return FALSE;
  shape = cnn_import_shape (import, place);
  if (cnn_shape_cells (shape) > MOST_EXACT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("where the largest values are cannot be told of more than %d values"),
                   MOST_EXACT);
      return FALSE;
    }
  starts = g_new (float, shape.channels);
  for (int i = 0; i < shape.channels; i++)
    starts[i] = (float) i * (float) (shape.height * shape.width);
  layer = emit_pool (import, node, window, turned ? 1 : window->n - 2, turned ? 0 : window->n - 1,
                     place, "maxpool", " give=place", error);
  if (layer >= 0 && shape.channels > 1)
    {
      word = cnn_import_numbers (import, node, "starts", shape.channels, starts);
      layer = cnn_import_emit (import, node, 1, &layer, error, "add values=%s shape=1x1x%d", word,
                               shape.channels);
    }
  if (layer < 0)
    return FALSE;
  shape = cnn_import_shape (import, layer);
  memcpy (dims, data->dims, sizeof dims);
  if (window->n > 1)
    dims[2] = turned ? shape.width : shape.height;
  dims[window->n + 1] = turned ? shape.height : shape.width;
  cnn_import_set (import, node, 1, layer, window->n + 2, dims, layout);
  return TRUE;
}

static gboolean
import_max_pool (CnnImport          *import,
                 const CnnOnnxNode  *node,
                 GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  CnnImportWindow       window;

  return data && cnn_import_window (node, data, NULL, &window, error) &&
         pool (import, node, data, &window, "maxpool", "", error) &&
         (!cnn_import_wants (node, 1) || import_places (import, node, data, &window, error));
}

/* --- AveragePool, LpPool ------------------------------------------------------------------ */

/* Where padding counts, and a window reaches beyond even that, what is out there counts,
 * too, in files before version 19. Here as padding that is added for it. Later only “pad
 * pixels” count, which are those that the node itself says. */
static void
pad_to_windows (CnnImportWindow *window)
{
  for (int i = 0; i < window->n; i++)
    {
      gint64 start = window->in[i] + window->before[i], all = start + window->after[i];
      gint64 reach = cnn_import_window_reach (window, i), stride = window->stride[i];
      gint64 last = all > reach ? (all - reach + stride - 1) / stride * stride : 0;

      while (last > 0 && last >= start)
        last -= stride;
      window->after[i] += (int) MAX (last + reach - all, 0);
    }
  window->up = FALSE;
}

static gboolean
import_average_pool (CnnImport          *import,
                     const CnnOnnxNode  *node,
                     GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  gboolean              counts = cnn_onnx_attribute_int (node, "count_include_pad", 0) != 0;
  CnnImportWindow       window;

  if (!data || !cnn_import_window (node, data, NULL, &window, error))
    return FALSE;
  if (counts && window.up && window.pad == CNN_IMPORT_PAD_SIDES && node->version < 19)
    pad_to_windows (&window);
  return pool (import, node, data, &window, "avgpool",
               counts && window.pad != CNN_IMPORT_PAD_VALID ? " count-padding=yes" : "", error);
}

/* The power of a norm: a whole number, in the first version any. */
static double
read_power (const CnnOnnxNode *node)
{
  gint64 whole = cnn_onnx_attribute_int (node, "p", G_MININT64);

  return whole != G_MININT64 ? (double) whole : cnn_onnx_attribute_float (node, "p", 2.0);
}

static gboolean
import_lp_pool (CnnImport          *import,
                const CnnOnnxNode  *node,
                GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  g_autofree char      *power = cnn_import_number (read_power (node));
  g_autofree char      *more = g_strdup_printf (" p=%s", power);
  CnnImportWindow       window;

  return data && cnn_import_window (node, data, NULL, &window, error) &&
         pool (import, node, data, &window, "lp-pool", more, error);
}

/* --- whole maps -------------------------------------------------------------------------- */

/* Puts the data's maps where layers see maps; that layer's number, or -1. */
static int
place_maps (CnnImport             *import,
            const CnnOnnxNode     *node,
            const CnnImportValue **data,
            GError               **error)
{
  char layout[CNN_ONNX_MAX_DIMS + 1];

  *data = cnn_import_data (import, node, 0, error);
  if (!*data)
    return -1;
  if ((*data)->n_dims < 3)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("its input has %d dimensions, expected at least 3"), (*data)->n_dims);
      return -1;
    }
  return cnn_import_place (import, node, *data, cnn_import_maps_layout ((*data)->n_dims, layout),
                           error);
}

static gboolean
set_maps (CnnImport            *import,
          const CnnOnnxNode    *node,
          const CnnImportValue *data,
          int                   layer)
{
  char   layout[CNN_ONNX_MAX_DIMS + 1];
  gint64 dims[CNN_ONNX_MAX_DIMS];

  if (layer < 0)
    return FALSE;
  for (int i = 0; i < data->n_dims; i++)
    dims[i] = i < 2 ? data->dims[i] : 1;
  cnn_import_set (import, node, 0, layer, data->n_dims, dims,
                  cnn_import_maps_layout (data->n_dims, layout));
  return TRUE;
}

static gboolean
import_global (CnnImport          *import,
               const CnnOnnxNode  *node,
               const char         *op,
               GError            **error)
{
  const CnnImportValue *data;
  int                   place = place_maps (import, node, &data, error);

  return place >= 0 &&
         set_maps (import, node, data, cnn_import_emit (import, node, 1, &place, error, "%s", op));
}

static gboolean
import_global_average (CnnImport          *import,
                       const CnnOnnxNode  *node,
                       GError            **error)
{
  return import_global (import, node, "global-avgpool", error);
}

static gboolean
import_global_max (CnnImport          *import,
                   const CnnOnnxNode  *node,
                   GError            **error)
{
  return import_global (import, node, "global-maxpool", error);
}

static gboolean
import_global_lp (CnnImport          *import,
                  const CnnOnnxNode  *node,
                  GError            **error)
{
  const CnnImportValue *data;
  double                power = read_power (node);
  g_autofree char      *up = cnn_import_number (power);
  g_autofree char      *down = cnn_import_number (1.0 / power);
  int                   layer = place_maps (import, node, &data, error);

  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "abs");
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "pow values=%s", up);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "reduce-sum over=map");
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "pow values=%s", down);
  return set_maps (import, node, data, layer);
}

const CnnImportOp cnn_import_pools[] = {
  { "AveragePool", import_average_pool },
  { "GlobalAveragePool", import_global_average },
  { "GlobalLpPool", import_global_lp },
  { "GlobalMaxPool", import_global_max },
  { "LpPool", import_lp_pool },
  { "MaxPool", import_max_pool },
  { NULL },
};
