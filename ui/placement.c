/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the cells of a map lie on the picture. A cell's place is as large as
 * the step to the next cell, around the middle of its receptive field: places
 * tile the picture, fields overlap. */

#include "placement.h"

#include <math.h>

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b != 0 && a < 0);
}

static gint64
ceil_div (gint64 a, gint64 b)
{
  return -floor_div (-a, b);
}

static PlacementSpan
span (gint64 first, gint64 end, int limit)
{
  first = CLAMP (first, 0, limit);
  end = CLAMP (end, first, limit);
  return (PlacementSpan) { first, end - first };
}

/* Parts of a unit that fractions are rounded to. */
#define FINE 1024

/**
 * placement_axis_field:
 * @cells: how many cells
 * @start: first row (column) of the network's input that cell 0 sees
 * @size: how many it sees
 * @jump: from one cell to the next
 * @input: how many the input has
 * @pixels: how many the picture has; the network saw it scaled where these two
 *   differ
 *
 * Returns: how the cells lie over what they come from
 */
PlacementAxis
placement_axis_field (int cells, double start, double size, double jump, int input, int pixels)
{
  /* In input cells a place begins at start + (size - jump) / 2; a pixel is
   * input / pixels of one. After layers that make a map larger these are fractions. */
  return (PlacementAxis) {
    .cells = cells,
    .pixels = pixels,
    .start = llround ((2.0 * start + size - jump) * pixels * FINE),
    .step = MAX (llround (2.0 * (jump > 0.0 ? jump : 1.0) * pixels * FINE), 1),
    .unit = 2 * (gint64) input * FINE,
  };
}

/**
 * placement_axis_spread:
 *
 * Returns: cells that fill the picture from side to side
 */
PlacementAxis
placement_axis_spread (int cells, int pixels)
{
  return (PlacementAxis) {
    .cells = cells, .pixels = pixels, .start = 0, .step = pixels, .unit = cells,
  };
}

/**
 * placement_axis_pixels:
 *
 * Returns: the pixels of the picture whose middle lies in a cell's place
 */
PlacementSpan
placement_axis_pixels (const PlacementAxis *axis)
{
  gint64 first = ceil_div (2 * axis->start - axis->unit, 2 * axis->unit);
  gint64 end   = ceil_div (2 * (axis->start + axis->cells * axis->step) - axis->unit,
                           2 * axis->unit);

  return span (first, end, axis->pixels);
}

/**
 * placement_axis_cells:
 * @pixels: some of the picture's
 *
 * Returns: the cells whose place touches them
 */
PlacementSpan
placement_axis_cells (const PlacementAxis *axis, PlacementSpan pixels)
{
  gint64 first = floor_div (pixels.first * axis->unit - axis->start, axis->step);
  gint64 end   = ceil_div ((pixels.first + pixels.n) * axis->unit - axis->start, axis->step);

  return span (first, end, axis->cells);
}

/**
 * placement_axis_cell:
 * @pixel: one of placement_axis_pixels()
 *
 * Returns: the cell in whose place its middle lies
 */
int
placement_axis_cell (const PlacementAxis *axis, int pixel)
{
  gint64 cell = floor_div ((2 * (gint64) pixel + 1) * axis->unit - 2 * axis->start,
                           2 * axis->step);

  return CLAMP (cell, 0, axis->cells - 1);
}

/**
 * placement_span_common:
 *
 * Returns: what both have; perhaps nothing
 */
PlacementSpan
placement_span_common (PlacementSpan a, PlacementSpan b)
{
  int first = MAX (a.first, b.first);
  int end   = MIN (a.first + a.n, b.first + b.n);

  return (PlacementSpan) { first, MAX (end - first, 0) };
}
