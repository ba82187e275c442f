/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "coverage.h"
#include "request.h"
#include "resample.h"
#include "sheet.h"

G_BEGIN_DECLS

/**
 * MapFrame:
 * @size: of each map
 * @sheet: how the maps lie in their one layer; one map where each has its own
 * @x: where its left column lies, in the picture's columns
 * @y: where its upper row lies, in the picture's rows
 * @opaque: whether its layers need no alpha
 * @rows: [size.height]: the row of the cell that a row of pixels shows; rising
 * @columns: [size.width]: the same for columns
 *
 * What the maps of one stage have in common: their rectangle, which cell
 * each of their pixels shows, and their alpha.
 */
typedef struct
{
  CnnSize   size;
  Sheet     sheet;
  int       x;
  int       y;
  gboolean  opaque;
  int      *rows;
  int      *columns;

  /*< private >*/
  const Coverage *coverage;     /* NULL where alpha is 1 everywhere */
  ResampleAxis   *row_areas;    /* NULL where pixels are the picture's own */
  ResampleAxis   *column_areas;
} MapFrame;

MapFrame *map_frame_new    (const Request *request, guint stage, const Coverage *coverage,
                            GError **error);
void      map_frame_free   (MapFrame *frame);
CnnRect   map_frame_pixels (const MapFrame *frame, const CnnRect *cells);
void      map_frame_alpha  (const MapFrame *frame, const CnnRect *rect, float *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MapFrame, map_frame_free)

G_END_DECLS
