/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clones.h"
#include "learn-private.h"
#include "random.h"

/* Cells with what is around them, which are a kernel's equations. */

/* --- which cells ---------------------------------------------------------------------------- */

typedef struct
{
  const CnnPairs *pairs;
  int             radius;
  guint8          skipped; /* channels that must not be saturated */
} Choice;

/* Of a row, columns [first, end) whose windows lie in the part. */
static gboolean
row_span (const CnnPairPart *part, int radius, int y, int *first, int *end)
{
  *first = radius;
  *end = part->rect.width - radius;
  return y >= radius && y < part->rect.height - radius && *first < *end;
}

static gboolean
is_wanted (const CnnPairPart *part, const Choice *choice, const float *weights, gsize at)
{
  return weights[at] > 0.0f && (part->saturated[at] & choice->skipped) == 0;
}

static gsize
count_rect (const CnnPairPart *part, const Choice *choice, const float *weights,
            const CnnRect *rect)
{
  gsize n = 0;
  int   first, end;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    if (row_span (part, choice->radius, y, &first, &end))
      for (int x = MAX (first, rect->x); x < MIN (end, rect->x + rect->width); x++)
        n += is_wanted (part, choice, weights, (gsize) y * part->rect.width + x);
  return n;
}

/* Each cell's chance depends on its place alone. */
static void
draw_rect (guint number, const CnnPairPart *part, const Choice *choice, const float *weights,
           const CnnRect *rect, double chance, guint64 seed, GArray *cells)
{
  int first, end;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    if (row_span (part, choice->radius, y, &first, &end))
      for (int x = MAX (first, rect->x); x < MIN (end, rect->x + rect->width); x++)
        {
          gsize         at = (gsize) y * part->rect.width + x;
          CnnWindowCell cell = { number, x, y, sqrtf (weights[at]) };

          if (is_wanted (part, choice, weights, at) &&
              (chance >= 1.0 || cnn_random_uniform (seed, ((guint64) number << 40) + at) < chance))
            g_array_append_val (cells, cell);
        }
}

/**
 * cnn_windows_count:
 * @held: (out): how many cells have such windows that are held back
 *
 * Returns: how many that are learnt from
 */
gsize
cnn_windows_count (const CnnPairs *pairs, const CnnSplit *split, int size, gsize *held)
{
  Choice choice = { pairs, size / 2, 0 };
  gsize  n = 0;

  *held = 0;
  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnPairPart *part = cnn_pairs_part (pairs, i);

      n += count_rect (part, &choice, split->weights->pdata[i], &part->inner);
    }
  for (guint i = 0; i < split->held->len; i++)
    {
      const CnnHeld     *block = &g_array_index (split->held, CnnHeld, i);
      const CnnPairPart *part = cnn_pairs_part (pairs, block->part);

      *held += count_rect (part, &choice, part->counts, &block->rect);
    }
  return n;
}

/**
 * cnn_windows_learnt:
 * @size: of their windows
 * @skipped: bits of the channels that must not be saturated
 * @wanted: how many, about; fewer where there are fewer
 * @seed: of which
 *
 * Returns: (transfer full): CnnWindowCell that are learnt from
 */
GArray *
cnn_windows_learnt (const CnnPairs *pairs, const CnnSplit *split, int size, guint8 skipped,
                    gsize wanted, guint64 seed)
{
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (CnnWindowCell));
  Choice  choice = { pairs, size / 2, skipped };
  gsize   n = 0;

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < pairs->parts->len; i++)
      {
        const CnnPairPart *part = cnn_pairs_part (pairs, i);
        const float       *weights = split->weights->pdata[i];

        if (pass == 0)
          n += count_rect (part, &choice, weights, &part->inner);
        else if (n > 0)
          draw_rect (i, part, &choice, weights, &part->inner, (double) wanted / (double) n, seed,
                     cells);
      }
  return cells;
}

/**
 * cnn_windows_held:
 *
 * Returns: (transfer full): CnnWindowCell that are held back
 */
GArray *
cnn_windows_held (const CnnPairs *pairs, const CnnSplit *split, int size, gsize wanted,
                  guint64 seed)
{
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (CnnWindowCell));
  Choice  choice = { pairs, size / 2, 0 };
  gsize   n = 0;

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < split->held->len; i++)
      {
        const CnnHeld     *held = &g_array_index (split->held, CnnHeld, i);
        const CnnPairPart *part = cnn_pairs_part (pairs, held->part);

        if (pass == 0)
          n += count_rect (part, &choice, part->counts, &held->rect);
        else if (n > 0)
          draw_rect (held->part, part, &choice, part->counts, &held->rect,
                     (double) wanted / (double) n, seed, cells);
      }
  return cells;
}

/* --- their numbers -------------------------------------------------------------------------- */

/** cnn_windows_centre: sets the means to those of the cells, so that sums of products lose no
 * digits to what all have in common. */
void
cnn_windows_centre (CnnWindows *windows)
{
  int    channels = windows->pairs->channels;
  double sums[4] = { 0.0 };

  for (guint i = 0; i < windows->cells->len; i++)
    {
      const CnnWindowCell *cell = &g_array_index (windows->cells, CnnWindowCell, i);
      const CnnPairPart   *part = cnn_pairs_part (windows->pairs, cell->part);
      gsize                at = (gsize) cell->y * part->rect.width + cell->x;

      for (int c = 0; c < channels; c++)
        sums[c] += part->before[at * channels + c];
    }
  for (int c = 0; c < channels; c++)
    windows->means[c] = (float) (sums[c] / MAX (windows->cells->len, 1));
}

/** cnn_windows_seen: how many channels a window sees, and how many outputs its cell has. */
int
cnn_windows_seen (const CnnWindows *windows)
{
  return windows->channel < 0 ? windows->pairs->channels : 1;
}

/** cnn_windows_n: how many unknowns the equations have. */
gsize
cnn_windows_n (const CnnWindows *windows)
{
  return (gsize) windows->size * windows->size * cnn_windows_seen (windows) + 1;
}

/* A row of a window: [n] numbers, each @step after the one before. The usual steps are known to
 * the compiler, which makes this several times as fast. */
static inline void
take_row (gsize n, const float *from, gsize step, float mean, float weight, float *restrict row)
{
  for (gsize i = 0; i < n; i++)
    row[i] = (from[i * step] - mean) * weight;
}

static inline void
take_row_of_all (gsize n, const float *from, const float *means, float weight,
                 float *restrict row)
{
  for (gsize i = 0; i < n; i++)
    row[i] = (from[i] - means[i]) * weight;
}

/* @means: of the numbers of a row of the window */
CNN_CLONES static void
take_window (const CnnWindows *windows, const CnnWindowCell *cell, const float *means, float *row)
{
  const CnnPairPart *part = cnn_pairs_part (windows->pairs, cell->part);
  gsize              channels = (gsize) windows->pairs->channels;
  gsize              size = (gsize) windows->size, width = (gsize) part->rect.width * channels;
  const float       *from = part->before + (gsize) (cell->y - windows->size / 2) * width +
                            (gsize) (cell->x - windows->size / 2) * channels;

  for (gsize y = 0; y < size; y++, from += width)
    {
      const float *at = from + MAX (windows->channel, 0);

      if (windows->channel < 0 || channels == 1)
        {
          take_row_of_all (size * channels, from, means, cell->weight, row);
          row += size * channels;
          continue;
        }
      if (channels == 3)
        take_row (size, at, 3, means[0], cell->weight, row);
      else
        take_row (size, at, channels, means[0], cell->weight, row);
      row += size;
    }
  *row = cell->weight;
}

/**
 * cnn_windows_rows:
 * @from: number of the first cell
 * @n: how many
 * @rows: (out): [n][unknowns]: window row by row, channel by channel, and a 1
 */
void
cnn_windows_rows (const CnnWindows *windows, guint from, guint n, float *rows)
{
  gsize             unknowns = cnn_windows_n (windows);
  int               seen = cnn_windows_seen (windows), numbers = windows->size * seen;
  g_autofree float *means = g_new (float, numbers);

  for (int i = 0; i < numbers; i++)
    means[i] = windows->means[MAX (windows->channel, 0) + i % seen];
  for (guint i = 0; i < n; i++)
    take_window (windows, &g_array_index (windows->cells, CnnWindowCell, from + i), means,
                 rows + i * unknowns);
}
