/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the maps of a contact sheet lie. */

#include "sheet.h"

static gint64
length (gint64 n, gint64 size)
{
  return n * size + (n - 1) * SHEET_GAP;
}

/**
 * sheet_new:
 * @n: how many maps, at least one
 * @map: the size of each
 *
 * Returns: the sheet whose longer side is shortest; of those the one with the least
 *   empty room
 */
Sheet
sheet_new (int n, CnnSize map)
{
  Sheet best = { n, map, n, 1 };

  for (int columns = n - 1; columns >= 1; columns--)
    {
      Sheet  next   = { n, map, columns, (n - 1) / columns + 1 };
      gint64 side   = MAX (sheet_width (&next), sheet_height (&next));
      gint64 before = MAX (sheet_width (&best), sheet_height (&best));

      if (side < before ||
          (side == before && (gint64) next.columns * next.rows < (gint64) best.columns * best.rows))
        best = next;
    }
  return best;
}

/** sheet_width: in pixels, one a cell; may be more than any image has. */
gint64
sheet_width (const Sheet *sheet)
{
  return length (sheet->columns, sheet->map.width);
}

/** sheet_height: the same for its height. */
gint64
sheet_height (const Sheet *sheet)
{
  return length (sheet->rows, sheet->map.height);
}

/** sheet_x: the left column of map @i. */
int
sheet_x (const Sheet *sheet, int i)
{
  return i % sheet->columns * (sheet->map.width + SHEET_GAP);
}

/** sheet_y: the upper row of map @i. */
int
sheet_y (const Sheet *sheet, int i)
{
  return i / sheet->columns * (sheet->map.height + SHEET_GAP);
}
