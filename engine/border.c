/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "border.h"

#include <string.h>

/**
 * cnn_border_shape:
 *
 * Returns: the shape of a map of shape @in with the window's padding around it
 */
CnnShape
cnn_border_shape (const CnnWindow *window, CnnShape in)
{
  in.height += window->pad.top + window->pad.bottom;
  in.width += window->pad.left + window->pad.right;
  return in;
}

/**
 * cnn_border_tile:
 * @border: what stands outside the map
 * @in: shape of the whole map
 * @from: the part of it that is there
 * @part: its first row and column; it holds all cells that are needed
 * @stride: floats from one row of @from to the next
 * @tile: the cells wanted, also outside the map
 * @to: room for them, [tile.height][tile.width][in.channels]
 *
 * Copies a tile of a map with its border.
 */
void
cnn_border_tile (CnnBorder border, CnnShape in, const float *from, CnnRect part, gsize stride,
                 CnnRect tile, float *to)
{
  gsize cell = (gsize) in.channels;
  int   first = MAX (tile.x, 0), end = MIN (tile.x + tile.width, in.width);

  for (int y = tile.y; y < tile.y + tile.height; y++)
    {
      int          from_y = cnn_border_index (border, y, in.height);
      const float *row = from + (gsize) (MAX (from_y, part.y) - part.y) * stride;

      for (int x = tile.x; x < tile.x + tile.width; x++, to += cell)
        {
          int from_x = cnn_border_index (border, x, in.width);

          if (from_y < 0 || from_x < 0)
            memset (to, 0, cell * sizeof (float));
          else if (x != first || end <= first)
            memcpy (to, row + (from_x - part.x) * cell, cell * sizeof (float));
          else
            {
              /* What lies inside is one piece. */
              memcpy (to, row + (first - part.x) * cell, (end - first) * cell * sizeof (float));
              to += (end - first - 1) * cell;
              x = end - 1;
            }
        }
    }
}

/**
 * cnn_border_extend:
 * @window: a window whose padding was worked out
 * @in: shape of the map
 * @from: the map, [in.height][in.width][in.channels]
 * @to: room for cnn_border_shape(), the same order
 *
 * Copies a map and puts the window's border around it.
 */
void
cnn_border_extend (const CnnWindow *window, CnnShape in, const float *from, float *to)
{
  CnnShape out = cnn_border_shape (window, in);

  cnn_border_tile (window->border, in, from, (CnnRect) { 0, 0, in.width, in.height },
                   (gsize) in.width * in.channels,
                   (CnnRect) { -window->pad.left, -window->pad.top, out.width, out.height }, to);
}

/**
 * cnn_border_fold:
 * @window: a window whose padding was worked out
 * @in: shape of the map
 * @from: derivatives by the cells of cnn_border_shape(), in the same order
 * @to: room for those by the map's, [in.height][in.width][in.channels]
 *
 * Takes derivatives by what cnn_border_extend() puts out back to the map: it is the sum of
 * all cells that a cell was copied to.
 */
void
cnn_border_fold (const CnnWindow *window, CnnShape in, const float *from, float *to)
{
  CnnShape out = cnn_border_shape (window, in);
  gsize    cell = (gsize) in.channels;

  memset (to, 0, (gsize) cnn_shape_cells (in) * sizeof (float));
  for (int y = 0; y < out.height; y++)
    {
      int to_y = cnn_border_index (window->border, y - window->pad.top, in.height);

      for (int x = 0; x < out.width; x++, from += cell)
        {
          int    to_x = cnn_border_index (window->border, x - window->pad.left, in.width);
          float *sums = to + ((gsize) MAX (to_y, 0) * in.width + MAX (to_x, 0)) * cell;

          for (gsize i = 0; i < cell && to_y >= 0 && to_x >= 0; i++)
            sums[i] += from[i];
        }
    }
}
