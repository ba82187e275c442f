/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Draws maps into layers. Where a map is scaled to the picture its cells stay
 * what they are, blocks of one value: nothing is made up between them. */

#include "error.h"
#include "i18n.h"
#include "map-layer.h"

/* Rows drawn at a time: a few tiles high. */
#define STRIP 64

static void
add_alpha (MapFrame *frame, const Request *request, const RequestStage *stage,
           const Coverage *coverage)
{
  CnnRect part;

  frame->alpha = gegl_buffer_new (GEGL_RECTANGLE (0, 0, frame->size.width, frame->size.height),
                                  babl_format ("Y float"));

  for (int y = 0; y < frame->size.height; y += STRIP)
    {
      g_autofree float *values = g_new (float, (gsize) STRIP * frame->size.width);

      part = (CnnRect) { 0, y, frame->size.width, MIN (STRIP, frame->size.height - y) };
      if (stage->vector)
        for (int i = 0; i < part.width * part.height; i++)
          values[i] = 1.0f;
      else if (request->scaled)
        coverage_read (coverage,
                       &(CnnRect) { frame->x, frame->y + y, part.width, part.height }, values);
      else
        coverage_read_cells (coverage, &stage->rows, &stage->columns,
                             &(CnnRect) { frame->columns[0], frame->rows[y], part.width,
                                          part.height },
                             values);
      gegl_buffer_set (frame->alpha, GEGL_RECTANGLE (0, y, part.width, part.height), 0,
                       babl_format ("Y float"), values, GEGL_AUTO_ROWSTRIDE);
    }
}

/**
 * map_frame_new:
 * @request: what is asked for
 * @stage: which of its stages
 * @coverage: of the picture
 *
 * A vector is not a place on the picture: the selection does not cut it.
 *
 * Returns: (transfer full): the stage's frame; or %NULL where the selection
 *   leaves no cell of it. Errors: %CNN_ERROR_SHAPE
 */
MapFrame *
map_frame_new (const Request *request, guint i, const Coverage *coverage, GError **error)
{
  const RequestStage *stage   = request_get_stage (request, i);
  PlacementSpan       rows    = { 0, coverage->size.height };
  PlacementSpan       columns = { 0, coverage->size.width };
  MapFrame           *frame;

  if (!stage->vector)
    {
      rows = (PlacementSpan) { coverage->bounds.y, coverage->bounds.height };
      columns = (PlacementSpan) { coverage->bounds.x, coverage->bounds.width };
    }

  if (request->scaled)
    {
      rows = placement_span_common (rows, placement_axis_pixels (&stage->rows));
      columns = placement_span_common (columns, placement_axis_pixels (&stage->columns));
    }
  else if (stage->vector || coverage->selection == NULL)
    {
      /* Cells that lie in the padding are cells too. */
      rows = (PlacementSpan) { 0, stage->rows.cells };
      columns = (PlacementSpan) { 0, stage->columns.cells };
    }
  else
    {
      rows = placement_axis_cells (&stage->rows, rows);
      columns = placement_axis_cells (&stage->columns, columns);
    }

  if (rows.n == 0 || columns.n == 0)
    {
      g_autofree char *name = request_stage_name (request, i);

      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("no cell of layer “%s” lies in the selection; select a larger part"), name);
      return NULL;
    }

  frame = g_new0 (MapFrame, 1);
  frame->size = (CnnSize) { rows.n, columns.n };
  frame->x = columns.first;
  frame->y = rows.first;
  frame->rows = g_new (int, rows.n);
  frame->columns = g_new (int, columns.n);

  for (int y = rows.first; y < rows.first + rows.n; y++)
    frame->rows[y - rows.first] = request->scaled ? placement_axis_cell (&stage->rows, y) : y;
  for (int x = columns.first; x < columns.first + columns.n; x++)
    frame->columns[x - columns.first] =
      request->scaled ? placement_axis_cell (&stage->columns, x) : x;

  if (stage->vector ? coverage->pixels != NULL : !coverage_is_full (coverage))
    add_alpha (frame, request, stage, coverage);
  return frame;
}

void
map_frame_free (MapFrame *frame)
{
  g_clear_object (&frame->alpha);
  g_free (frame->rows);
  g_free (frame->columns);
  g_free (frame);
}

gboolean
map_frame_is_opaque (const MapFrame *frame)
{
  return frame->alpha == NULL;
}

/* How many of the rows from @y0 on to draw at a time: where cells are smaller
 * than pixels, rows of pixels need many rows of cells. */
static int
strip_height (const MapFrame *frame, int y0)
{
  int height = MIN (STRIP, frame->size.height - y0);

  while (height > 1 && frame->rows[y0 + height - 1] - frame->rows[y0] >= 4 * STRIP)
    height /= 2;
  return height;
}

/**
 * map_frame_draw:
 * @store: the maps
 * @stage: which of the request's stages
 * @map: which of its chosen maps; 0 for a vector
 * @mapping: how values become pixels
 * @drawable: of the frame's size
 * @format: @channels numbers, and alpha where the frame is not opaque, for
 *   pixels_write()
 * @channels: 1 for grey, 3 for colour
 *
 * Draws a map.
 */
void
map_frame_draw (const MapFrame *frame, const MapStore *store, guint stage, guint map,
                const Mapping *mapping, GimpDrawable *drawable, const Babl *format, int channels)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  int width     = frame->size.width;
  int step      = channels + (frame->alpha != NULL ? 1 : 0);
  int left      = frame->columns[0];
  int n_columns = frame->columns[width - 1] - left + 1;
  g_autofree float *cells  = g_new (float, (gsize) 4 * STRIP * n_columns);
  g_autofree float *row    = g_new (float, width);
  g_autofree float *alpha  = frame->alpha ? g_new (float, (gsize) STRIP * width) : NULL;
  g_autofree float *pixels = g_new (float, (gsize) STRIP * width * step);
  GeglRectangle strip = { 0, 0, width, 0 };

  for (; strip.y < frame->size.height; strip.y += strip.height)
    {
      const int *rows = frame->rows + strip.y;
      CnnRect    rect = { left, rows[0], n_columns, 0 };

      strip.height = strip_height (frame, strip.y);
      rect.height = rows[strip.height - 1] - rows[0] + 1;
      map_store_read (store, stage, map, &rect, cells);
      if (alpha != NULL)
        gegl_buffer_get (frame->alpha, &strip, 1.0, babl_format ("Y float"), alpha,
                         GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);

      for (int y = 0; y < strip.height; y++)
        {
          const float *from = cells + (gsize) (rows[y] - rows[0]) * n_columns;
          float       *to   = pixels + (gsize) y * width * step;

          for (int x = 0; x < width; x++)
            row[x] = from[frame->columns[x] - left];
          mapping_apply (mapping, row, width, channels, to, step);
          for (int x = 0; x < width && alpha != NULL; x++)
            to[x * step + channels] = alpha[(gsize) y * width + x];
        }
      pixels_write (buffer, &strip, format, pixels);
    }
}
