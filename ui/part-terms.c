/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "part-terms.h"

#include <math.h>
#include <string.h>

/* Up to how many are found by keeping the best so far, instead of sorting all. */
#define FEW 64

/** cnn_part_term: what value number @index of a part adds to its result. */
double
cnn_part_term (const CnnPart *part, int index)
{
  if (part->factors == NULL)
    return part->values[index];
  if (part->kind == CNN_PART_EXPONENTIALS)
    return part->factors[index];
  return part->values[index] * part->factors[index];
}

typedef struct
{
  int    index;
  double size;
} Rank;

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  const Rank *p = a, *q = b;

  return p->size > q->size ? -1 : p->size < q->size ? 1 : p->index - q->index;
}

/* The best so far, the greatest first; of equal ones the earliest. */
static guint
keep_best (Rank *best, guint n, guint most, Rank rank)
{
  guint at = n;

  if (n == most && compare_ranks (&rank, &best[n - 1]) > 0)
    return n;
  while (at > 0 && compare_ranks (&rank, &best[at - 1]) < 0)
    at--;
  n = MIN (n + 1, most);
  memmove (best + at + 1, best + at, (n - at - 1) * sizeof (Rank));
  best[at] = rank;
  return n;
}

/**
 * cnn_part_strongest:
 * @most: how many are wanted at most, at least 1
 *
 * Returns: (transfer full): the indices (int) of the terms that count most, the
 *   greatest first
 */
GArray *
cnn_part_strongest (const CnnPart *part, guint most)
{
  guint           n         = (guint) part->size.height * (guint) part->size.width;
  guint           kept      = 0;
  g_autofree Rank *ranks    = g_new (Rank, most <= FEW ? most : n);
  GArray         *strongest = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < n; i++)
    {
      double size = fabs (cnn_part_term (part, (int) i));
      Rank   rank = { (int) i, isnan (size) ? INFINITY : size };

      if (most <= FEW)
        kept = keep_best (ranks, kept, most, rank);
      else
        ranks[kept++] = rank;
    }
  if (most > FEW)
    qsort (ranks, kept, sizeof (Rank), compare_ranks);
  for (guint i = 0; i < MIN (kept, most); i++)
    g_array_append_val (strongest, ranks[i].index);
  return strongest;
}
