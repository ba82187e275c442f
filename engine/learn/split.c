/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "learn-private.h"
#include "random.h"

/* What is held back: blocks spread over the pictures, as neighbouring cells say nearly the same. */

/* Rows and columns of a block, and how many fit beside each other at least. */
#define LEAST_BLOCK   4
#define MOST_BLOCK    48
#define BLOCKS_ACROSS 12

/* Cells that are held back at most: more would only take time to measure. */
#define MOST_HELD (96 << 10)

static float *
copy_weights (const CnnPairPart *part)
{
  gsize  n = (gsize) part->rect.width * part->rect.height;
  float *weights = g_new0 (float, n);

  for (int y = 0; y < part->inner.height; y++)
    {
      gsize at = (gsize) (part->inner.y + y) * part->rect.width + part->inner.x;

      memcpy (weights + at, part->counts + at, part->inner.width * sizeof (float));
    }
  return weights;
}

static double
count_rect (const CnnPairPart *part, const CnnRect *rect)
{
  double count = 0.0;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++)
      count += part->counts[(gsize) y * part->rect.width + x];
  return count;
}

static int
block_side (const CnnPairs *pairs)
{
  double cells = 0.0;
  int    least = G_MAXINT;

  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnRect *inner = &cnn_pairs_part (pairs, i)->inner;

      cells += (double) inner->width * inner->height;
      least = MIN (least, MIN (inner->width, inner->height));
    }
  return CLAMP ((int) MIN (sqrt (cells) / BLOCKS_ACROSS, least / 2), LEAST_BLOCK, MOST_BLOCK);
}

/* All blocks with cells that count. */
static GArray *
find_blocks (const CnnPairs *pairs, int side)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (CnnHeld));

  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnPairPart *part = cnn_pairs_part (pairs, i);

      for (int y = 0; y < part->inner.height; y += side)
        for (int x = 0; x < part->inner.width; x += side)
          {
            CnnHeld block = { i, { part->inner.x + x, part->inner.y + y, side, side } };

            if (cnn_rect_intersect (&block.rect, &part->inner) &&
                count_rect (part, &block.rect) > 0.0)
              g_array_append_val (blocks, block);
          }
    }
  return blocks;
}

static void
hold (CnnSplit *split, const CnnPairs *pairs, const CnnHeld *block)
{
  int    width = cnn_pairs_part (pairs, block->part)->rect.width;
  float *weights = split->weights->pdata[block->part];

  g_array_append_val (split->held, *block);
  for (int y = block->rect.y; y < block->rect.y + block->rect.height; y++)
    memset (weights + (gsize) y * width + block->rect.x, 0, block->rect.width * sizeof (float));
}

/**
 * cnn_split_new:
 * @share: of what counts that is to be held back
 * @seed: of the blocks that are
 *
 * Returns: (transfer full): which cells are learnt from and which are held back, some of each; or
 *   %NULL with %CNN_ERROR_SHAPE set where too few count
 */
CnnSplit *
cnn_split_new (const CnnPairs *pairs, double share, guint64 seed, GError **error)
{
  g_autoptr (CnnSplit) split = g_new0 (CnnSplit, 1);
  g_autoptr (GArray)   blocks = NULL;
  guint                n;

  split->side = block_side (pairs);
  split->weights = g_ptr_array_new_with_free_func (g_free);
  split->held = g_array_new (FALSE, FALSE, sizeof (CnnHeld));
  for (guint i = 0; i < pairs->parts->len; i++)
    g_ptr_array_add (split->weights, copy_weights (cnn_pairs_part (pairs, i)));
  blocks = find_blocks (pairs, split->side);
  if (blocks->len < 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   blocks->len == 0
                     ? _("nothing of the pictures counts: the selection and the mask leave "
                         "nothing to learn from")
                     : _("too little of the pictures counts to learn from"));
      return NULL;
    }
  n = (guint) CLAMP (lround (share * blocks->len), 1, blocks->len - 1);
  n = MIN (n, MAX (MOST_HELD / (guint) (split->side * split->side), 1));
  /* The blocks, row by row, fall into as many stretches; one of each is drawn. */
  for (guint i = 0; i < n; i++)
    {
      guint first = (guint) ((guint64) i * blocks->len / n);
      guint end = (guint) ((guint64) (i + 1) * blocks->len / n);
      guint at = first + (guint) (cnn_random_bits (seed, i) % (end - first));

      hold (split, pairs, &g_array_index (blocks, CnnHeld, at));
    }
  return g_steal_pointer (&split);
}

void
cnn_split_free (CnnSplit *split)
{
  g_ptr_array_unref (split->weights);
  g_array_unref (split->held);
  g_free (split);
}
