/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which layer is which after a change of the text, whoever made it. */

#include "stack-match.h"

#include <string.h>

/* Whether items @first to @last are the same when one of them goes from one end to the
 * other. */
static gboolean
is_turned (const char *const *before, const char *const *now, guint first, guint last,
           gboolean down)
{
  for (guint i = first; i <= last; i++)
    {
      guint is = i + 1;

      if (down)
        is = i == first ? last : i - 1;
      else if (i == last)
        is = first;
      if (strcmp (before[i], now[is]) != 0)
        return FALSE;
    }
  return TRUE;
}

/**
 * cnn_stack_match:
 * @before: the layers' words before
 * @now: and now
 *
 * Returns: how the one list becomes the other; where it says nothing of an item, that has
 *   changed where it is
 */
CnnStackMatch
cnn_stack_match (const char *const *before, guint n_before, const char *const *now, guint n_now)
{
  guint         least = MIN (n_before, n_now);
  guint         first = 0, same = 0; /* unchanged ones at the beginning and at the end */
  CnnStackMatch match = { -1, -1 };

  while (first < least && strcmp (before[first], now[first]) == 0)
    first++;
  while (same < least - first &&
         strcmp (before[n_before - 1 - same], now[n_now - 1 - same]) == 0)
    same++;

  match.at = least - same;
  match.n_gone = n_before - least;
  match.n_new = n_now - least;
  if (n_before == n_now && n_now - same > first + 1)
    {
      guint last = n_now - same - 1;

      if (is_turned (before, now, first, last, TRUE))
        match.from = (int) first, match.to = (int) last;
      else if (is_turned (before, now, first, last, FALSE))
        match.from = (int) last, match.to = (int) first;
    }
  return match;
}
