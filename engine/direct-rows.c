/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

#include <string.h>

/**
 * cnn_direct_row:
 * @rows: how the rows are wanted
 * @in: the tile, [height][width][channels]
 * @y: number of the row; outside the tile there are zeros
 * @first: number of the column to begin with, may be outside
 * @n: how many columns are wanted in each plane, every @by-th
 * @to: (out): planes, [by][channels][n], @plane floats apart
 *
 * Takes a row apart, so that columns that are @by apart lie side by side.
 */
void
cnn_direct_row (const CnnDirectRows *rows, const float *in, int y, int first, int n, float *to)
{
  int          channels = rows->in.channels, end = first + n * rows->by;
  int          inside = CLAMP (first, 0, rows->in.width);
  int          inside_end = CLAMP (end, inside, rows->in.width);
  gsize        wanted = (gsize) (inside_end - inside) * channels;
  gsize        before = (gsize) (inside - first) * channels;
  const float *row;

  if (y < 0 || y >= rows->in.height)
    {
      for (int i = 0; i < rows->by * channels; i++)
        memset (to + (gsize) i * rows->plane, 0, n * sizeof (float));
      return;
    }
  row = in + ((gsize) y * rows->in.width + inside) * channels;
  if (inside != first || inside_end != end)
    {
      memset (rows->padded, 0, before * sizeof (float));
      memcpy (rows->padded + before, row, wanted * sizeof (float));
      memset (rows->padded + before + wanted, 0,
              ((gsize) (end - first) * channels - before - wanted) * sizeof (float));
      row = rows->padded;
    }
  rows->loops->split (row, n, rows->by * channels, to, rows->plane);
}
