/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the maps of a stage lie and what of them shows. A map that is scaled to
 * the picture keeps its cells as they are, blocks of one value: nothing is made
 * up between them. */

#include "error.h"
#include "i18n.h"
#include "map-frame.h"

static void
set_alpha (MapFrame *frame, const Request *request, const RequestStage *stage,
           const Coverage *coverage)
{
  gboolean full = stage->vector ? coverage->pixels == NULL : coverage_is_full (coverage);

  /* Between the maps of a sheet there is nothing. */
  frame->opaque = full && frame->sheet.n == 1;
  if (full || stage->vector)
    return;
  frame->coverage = coverage;
  if (request->placement != REQUEST_SCALED)
    {
      frame->row_areas = coverage_cell_areas (&stage->rows);
      frame->column_areas = coverage_cell_areas (&stage->columns);
    }
}

/**
 * map_frame_new:
 * @request: what is asked for
 * @stage: which of its stages
 * @coverage: of the picture; to outlive the frame
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
  gboolean            scaled  = request->placement == REQUEST_SCALED;
  gboolean            sheet   = request->placement == REQUEST_CONTACT_SHEET;
  MapFrame           *frame;

  if (!stage->vector)
    {
      rows = (PlacementSpan) { coverage->bounds.y, coverage->bounds.height };
      columns = (PlacementSpan) { coverage->bounds.x, coverage->bounds.width };
    }

  if (scaled)
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
  frame->sheet = sheet_new (sheet && !stage->vector ? (int) stage->maps->len : 1, frame->size);
  frame->x = sheet ? 0 : columns.first;
  frame->y = sheet ? 0 : rows.first;
  frame->rows = g_new (int, rows.n);
  frame->columns = g_new (int, columns.n);

  for (int y = rows.first; y < rows.first + rows.n; y++)
    frame->rows[y - rows.first] = scaled ? placement_axis_cell (&stage->rows, y) : y;
  for (int x = columns.first; x < columns.first + columns.n; x++)
    frame->columns[x - columns.first] =
      scaled ? placement_axis_cell (&stage->columns, x) : x;

  set_alpha (frame, request, stage, coverage);
  return frame;
}

void
map_frame_free (MapFrame *frame)
{
  g_clear_pointer (&frame->row_areas, resample_axis_free);
  g_clear_pointer (&frame->column_areas, resample_axis_free);
  g_free (frame->rows);
  g_free (frame->columns);
  g_free (frame);
}

/* The first of the rising numbers that is not below @cell. */
static int
first_from (const int *cells, int n, int cell)
{
  int low = 0;

  while (low < n)
    {
      int middle = low + (n - low) / 2;

      if (cells[middle] < cell)
        low = middle + 1;
      else
        n = middle;
    }
  return low;
}

/**
 * map_frame_pixels:
 * @cells: some cells of the map
 *
 * Returns: the pixels that show them; perhaps none
 */
CnnRect
map_frame_pixels (const MapFrame *frame, const CnnRect *cells)
{
  int left   = first_from (frame->columns, frame->size.width, cells->x);
  int right  = first_from (frame->columns, frame->size.width, cells->x + cells->width);
  int top    = first_from (frame->rows, frame->size.height, cells->y);
  int bottom = first_from (frame->rows, frame->size.height, cells->y + cells->height);

  return (CnnRect) { left, top, right - left, bottom - top };
}

/**
 * map_frame_alpha:
 * @rect: pixels of the frame
 * @values: where their alpha goes, [rect.height][rect.width]
 */
void
map_frame_alpha (const MapFrame *frame, const CnnRect *rect, float *values)
{
  CnnRect place = { rect->x + frame->x, rect->y + frame->y, rect->width, rect->height };

  if (frame->coverage == NULL)
    for (gsize i = 0; i < (gsize) rect->width * rect->height; i++)
      values[i] = 1.0f;
  else if (frame->row_areas == NULL)
    coverage_read (frame->coverage, &place, values);
  else
    {
      place.x = frame->columns[rect->x];
      place.y = frame->rows[rect->y];
      coverage_read_cells (frame->coverage, frame->row_areas, frame->column_areas, &place, values);
    }
}
