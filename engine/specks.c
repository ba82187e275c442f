/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "specks.h"

/* Dust and scratches of a scan would make the box of what is drawn much too large. */

/* Parts smaller than this share of the largest are specks; a detached bar of a 5 is larger. */
#define SPECK_SHARE 0.02

/* All that is connected with pixel @first, also by corners; numbers it and returns how much
 * there is. */
static gsize
fill (CnnSize size, const float *strength, gsize first, int number, int *numbers, gsize *stack)
{
  gsize n = 0, area = 0;

  stack[n++] = first;
  numbers[first] = number;
  while (n > 0)
    {
      gsize at = stack[--n];
      int   y  = (int) (at / size.width), x = (int) (at % size.width);

      area++;
      for (int i = MAX (y - 1, 0); i <= MIN (y + 1, size.height - 1); i++)
        for (int j = MAX (x - 1, 0); j <= MIN (x + 1, size.width - 1); j++)
          {
            gsize next = (gsize) i * size.width + j;

            if (numbers[next] == 0 && strength[next] > 0.0f)
              {
                numbers[next] = number;
                stack[n++] = next;
              }
          }
    }
  return area;
}

/**
 * cnn_specks_remove:
 * @size: rows and columns
 * @strength: [size.height][size.width]: of ink; where there is but a speck it becomes 0
 */
void
cnn_specks_remove (CnnSize size, float *strength)
{
  gsize              n       = (gsize) size.height * size.width;
  g_autofree int    *numbers = g_new0 (int, n);
  g_autofree gsize  *stack   = g_new (gsize, n);
  g_autoptr (GArray) areas   = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize              most    = 0;

  for (gsize i = 0; i < n; i++)
    if (numbers[i] == 0 && strength[i] > 0.0f)
      {
        gsize area = fill (size, strength, i, (int) areas->len + 1, numbers, stack);

        g_array_append_val (areas, area);
        most = MAX (most, area);
      }
  for (gsize i = 0; i < n; i++)
    if (numbers[i] > 0 &&
        g_array_index (areas, gsize, numbers[i] - 1) < SPECK_SHARE * (double) most)
      strength[i] = 0.0f;
}
