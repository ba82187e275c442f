/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "geometry.h"

G_BEGIN_DECLS

/**
 * PlacementAxis:
 * @cells: how many cells
 * @pixels: how many pixels the picture has
 * @start: where cell 0 begins
 * @step: from one cell to the next
 * @unit: how many of these units a pixel has
 *
 * How the cells of a map lie along one side of the picture. Whole numbers, so
 * that no cell is ever a pixel off.
 */
typedef struct
{
  int    cells;
  int    pixels;
  gint64 start;
  gint64 step;
  gint64 unit;
} PlacementAxis;

/** PlacementSpan: @n pixels, or cells, from @first on. */
typedef struct
{
  int first;
  int n;
} PlacementSpan;

PlacementAxis placement_axis_field  (int cells, double start, double size, double jump,
                                     int input, int pixels);
PlacementAxis placement_axis_spread (int cells, int pixels);

PlacementSpan placement_axis_pixels (const PlacementAxis *axis);
PlacementSpan placement_axis_cells  (const PlacementAxis *axis, PlacementSpan pixels);
int           placement_axis_cell   (const PlacementAxis *axis, int pixel);

PlacementSpan placement_span_common (PlacementSpan a, PlacementSpan b);

G_END_DECLS
