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
  gsize    cell = (gsize) in.channels, cell_bytes = cell * sizeof (float);

  for (int y = 0; y < out.height; y++)
    {
      int          from_y = cnn_border_index (window->border, y - window->pad.top, in.height);
      const float *row = from + (gsize) MAX (from_y, 0) * in.width * cell;
      float       *to_row = to + (gsize) y * out.width * cell;

      if (from_y < 0)
        {
          memset (to_row, 0, (gsize) out.width * cell_bytes);
          continue;
        }
      memcpy (to_row + window->pad.left * cell, row, (gsize) in.width * cell_bytes);
      for (int x = 0; x < out.width; x++)
        {
          int from_x;

          if (x == window->pad.left)
            x += in.width;
          if (x >= out.width)
            break;
          from_x = cnn_border_index (window->border, x - window->pad.left, in.width);
          if (from_x < 0)
            memset (to_row + x * cell, 0, cell_bytes);
          else
            memcpy (to_row + x * cell, row + from_x * cell, cell_bytes);
        }
    }
}
