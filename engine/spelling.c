/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spelling.h"

#include <string.h>

#define LONGEST 32

/* Optimal string alignment distance: insertions, deletions, substitutions and
 * swaps of neighbours. Source: Damerau (1964); the recurrence is Wagner and
 * Fischer's (1974) with the swap added. */
static int
distance (const char *a, const char *b)
{
  int n = (int) strlen (a), m = (int) strlen (b);
  int rows[3][LONGEST + 1];

  for (int j = 0; j <= m; j++)
    rows[0][j] = j;
  for (int i = 1; i <= n; i++)
    {
      int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

      row[0] = i;
      for (int j = 1; j <= m; j++)
        {
          row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], above2[j - 2] + 1);
        }
    }
  return rows[n % 3][m];
}

/**
 * cnn_spelling_nearest:
 * @word: what was written
 * @candidates: what could have been meant, ending at %NULL
 *
 * Returns: (transfer none) (nullable): the candidate that @word is likely a
 *   misspelling of, or %NULL when none is near
 */
const char *
cnn_spelling_nearest (const char *word, const char *const *candidates)
{
  const char       *nearest = NULL;
  gsize             length = strlen (word);
  int               least;
  g_autofree char  *lower = NULL;

  if (length == 0 || length > LONGEST)
    return NULL;
  lower = g_ascii_strdown (word, -1);
  least = (int) MAX (length / 3, 1) + 1;
  for (; *candidates; candidates++)
    {
      int d = strlen (*candidates) <= LONGEST ? distance (lower, *candidates) : G_MAXINT;

      if (d < least)
        {
          least = d;
          nearest = *candidates;
        }
    }
  return nearest;
}
