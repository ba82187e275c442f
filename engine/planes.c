/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "planes.h"

#define LINE (64 / sizeof (float))

/* Columns beyond each end of a row that windows of the tiles at the edge read. */
#define BEFORE 2
#define AFTER  8

/**
 * cnn_planes_stride:
 * @columns: of a row
 *
 * Returns: floats from one plane to the next, whole cache lines; an odd number of them, so
 *   that planes do not fall on each other in a cache
 */
gsize
cnn_planes_stride (int columns)
{
  gsize places = ((gsize) columns + AFTER) / CNN_PLANES_BY + 2;

  return ((CNN_PLANES_MARGIN + places + LINE - 1) / LINE + 1) / 2 * 2 * LINE + LINE;
}

static void
clear_column (float *row, int column, int channels, gsize stride)
{
  float *at = row + cnn_planes_at (channels, stride, column);

  for (int c = 0; c < channels; c++)
    at[c * stride] = 0.0f;
}

/**
 * cnn_planes_edges:
 * @row: (inout): a row whose planes were filled, also beyond its end
 * @columns: that are in it
 *
 * Puts zeros around the row.
 */
void
cnn_planes_edges (float *row, int columns, int channels, gsize stride)
{
  for (int x = -BEFORE; x < 0; x++)
    clear_column (row, x, channels, stride);
  for (int x = columns; x < columns + AFTER; x++)
    clear_column (row, x, channels, stride);
}
