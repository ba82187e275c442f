/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Values of a part of a layer's maps, as a run writes them: each map by itself, and
 * where a view is smaller than the map, means of squares of cells, summed while they
 * stream by. */

#include "map-block.h"

#include <string.h>

static int
divide_up (int a, int b)
{
  return (a + b - 1) / b;
}

/**
 * cnn_map_block_align:
 * @cells: some cells of a map
 * @reduce: cells a side of a square
 * @shape: of the map
 *
 * Returns: the squares that these cells lie in
 */
CnnRect
cnn_map_block_align (const CnnRect *cells, int reduce, CnnShape shape)
{
  int left   = cells->x / reduce * reduce;
  int top    = cells->y / reduce * reduce;
  int right  = divide_up (cells->x + cells->width, reduce) * reduce;
  int bottom = divide_up (cells->y + cells->height, reduce) * reduce;

  return (CnnRect) { left, top, MIN (right, shape.width) - left,
                     MIN (bottom, shape.height) - top };
}

/**
 * cnn_map_block_new:
 * @key: what the layer computes
 * @shape: of the layer's output
 * @vector: whether it has no places
 * @cells: which cells, as cnn_map_block_align() gives them
 * @reduce: cells a side that are averaged
 * @first_map: of the maps to hold
 * @n_maps: how many; 0 to learn the ranges only
 *
 * Returns: (transfer full): a block in which nothing is known; or %NULL where there is
 *   no memory for it
 */
CnnMapBlock *
cnn_map_block_new (const char *key, CnnShape shape, gboolean vector, const CnnRect *cells,
                   int reduce, int first_map, int n_maps)
{
  CnnMapBlock *block = g_new0 (CnnMapBlock, 1);
  gsize        n;

  block->ref_count = 1;
  block->key = g_strdup (key);
  block->shape = shape;
  block->vector = vector;
  block->cells = *cells;
  block->reduce = reduce;
  block->first_map = first_map;
  block->n_maps = n_maps;
  block->size.height = divide_up (cells->height, reduce);
  block->size.width = divide_up (cells->width, reduce);
  block->n_missing = (gint64) cells->width * cells->height;
  block->n_ranges = vector ? 1 : shape.channels;

  n = (gsize) block->size.height * block->size.width;
  if (n_maps > 0)
    {
      block->values = g_try_malloc0_n ((gsize) n_maps, n * sizeof (float));
      block->left = g_try_new (guint, n);
      block->known = g_try_malloc0 (n);
      block->sums = g_try_new (double, (gsize) block->size.width * n_maps);
    }
  block->ranges = g_try_new (MappingRange, block->n_ranges);
  block->new_ranges = g_try_new (MappingRange, block->n_ranges);
  block->zeros = g_try_new0 (gint64, block->n_ranges);
  block->new_zeros = g_try_new0 (gint64, block->n_ranges);
  if ((n_maps > 0 && (block->values == NULL || block->left == NULL || block->known == NULL ||
                      block->sums == NULL)) ||
      block->ranges == NULL || block->new_ranges == NULL || block->zeros == NULL ||
      block->new_zeros == NULL)
    {
      cnn_map_block_unref (block);
      return NULL;
    }

  for (int k = 0; k < block->n_ranges; k++)
    block->ranges[k] = block->new_ranges[k] = mapping_range_none ();
  for (int y = 0; n_maps > 0 && y < block->size.height; y++)
    for (int x = 0; x < block->size.width; x++)
      block->left[(gsize) y * block->size.width + x] =
        (guint) MIN (reduce, cells->height - y * reduce) * MIN (reduce, cells->width - x * reduce);
  return block;
}

CnnMapBlock *
cnn_map_block_ref (CnnMapBlock *block)
{
  g_atomic_int_inc (&block->ref_count);
  return block;
}

void
cnn_map_block_unref (CnnMapBlock *block)
{
  if (!g_atomic_int_dec_and_test (&block->ref_count))
    return;
  g_free (block->key);
  g_free (block->values);
  g_free (block->left);
  g_free (block->known);
  g_free (block->sums);
  g_free (block->ranges);
  g_free (block->new_ranges);
  g_free (block->zeros);
  g_free (block->new_zeros);
  g_free (block);
}

/* --- taking values in ------------------------------------------------------- */

static void
add_facts (CnnMapBlock *block, const CnnRect *rect, const float *values, gsize stride)
{
  int   channels = block->n_ranges;
  gsize n        = (gsize) rect->width * block->shape.channels / channels;

  for (int y = 0; y < rect->height; y++)
    {
      const float *row = values + y * stride;

      mapping_ranges_add (block->new_ranges, channels, row, n);
      if (channels == 1)
        {
          gsize zeros = 0;

          for (gsize i = 0; i < n; i++)
            zeros += row[i] == 0.0f;
          block->new_zeros[0] += zeros;
        }
      else
        for (gsize i = 0; i < n; i++, row += channels)
          for (int k = 0; k < channels; k++)
            block->new_zeros[k] += row[k] == 0.0f;
    }
}

/* The cells themselves: from all maps of a cell side by side to map after map. */
static void
add_cells (CnnMapBlock *block, const CnnRect *rect, const float *values, gsize stride)
{
  int   channels = block->shape.channels;
  gsize plane    = (gsize) block->size.height * block->size.width;

  for (int y = 0; y < rect->height; y++)
    {
      const float *from  = values + y * stride + block->first_map;
      gsize        first = (gsize) (rect->y + y - block->cells.y) * block->size.width + rect->x -
                           block->cells.x;

      for (int k = 0; k < block->n_maps; k++)
        {
          float *to = block->values + k * plane + first;

          for (int x = 0; x < rect->width; x++)
            to[x] = from[(gsize) x * channels + k];
        }
      memset (block->left + first, 0, rect->width * sizeof (guint));
    }
}

/* Adds up one row of cells, in the sums of the values they belong to. */
static void
sum_row (CnnMapBlock *block, const CnnRect *rect, const float *row)
{
  int channels = block->shape.channels;
  int n        = block->n_maps;
  int x        = rect->x - block->cells.x;
  int end      = x + rect->width;

  row += block->first_map;
  while (x < end)
    {
      int     column = x / block->reduce;
      int     stop   = MIN ((column + 1) * block->reduce, end);
      double *sums   = block->sums + (gsize) column * n;

      for (; x < stop; x++, row += channels)
        for (int k = 0; k < n; k++)
          sums[k] += row[k];
    }
}

/* Puts what was summed of @n_rows rows of cells into a row of values. */
static void
put_sums (CnnMapBlock *block, const CnnRect *rect, int row, int n_rows)
{
  int   n      = block->n_maps;
  int   start  = rect->x - block->cells.x;
  int   end    = start + rect->width;
  int   first  = start / block->reduce;
  int   last   = (end - 1) / block->reduce;
  int   height = MIN (block->reduce, block->cells.height - row * block->reduce);
  gsize plane  = (gsize) block->size.height * block->size.width;

  for (int column = first; column <= last; column++)
    {
      gsize at    = (gsize) row * block->size.width + column;
      int   from  = MAX (column * block->reduce, start);
      int   to    = MIN ((column + 1) * block->reduce, end);
      int   width = MIN (block->reduce, block->cells.width - column * block->reduce);

      block->left[at] -= (guint) n_rows * (guint) (to - from);
      for (int k = 0; k < n; k++)
        {
          float *value = &block->values[k * plane + at];
          double sum   = *value + block->sums[(gsize) column * n + k];

          *value = (float) (block->left[at] > 0 ? sum : sum / ((double) height * width));
        }
    }
}

static void
add_means (CnnMapBlock *block, const CnnRect *rect, const float *values, gsize stride)
{
  int first = (rect->x - block->cells.x) / block->reduce;
  int last  = (rect->x - block->cells.x + rect->width - 1) / block->reduce;
  int y     = 0;

  while (y < rect->height)
    {
      int row  = (rect->y + y - block->cells.y) / block->reduce;
      int stop = MIN ((row + 1) * block->reduce - (rect->y - block->cells.y), rect->height);
      int from = y;

      memset (block->sums + (gsize) first * block->n_maps, 0,
              (gsize) (last - first + 1) * block->n_maps * sizeof (double));
      for (; y < stop; y++)
        sum_row (block, rect, values + y * stride);
      put_sums (block, rect, row, stop - from);
    }
}

static void
publish (CnnMapBlock *block, const CnnRect *rect)
{
  memcpy (block->ranges, block->new_ranges, block->n_ranges * sizeof (MappingRange));
  memcpy (block->zeros, block->new_zeros, block->n_ranges * sizeof (gint64));
  block->n_missing -= (gint64) rect->width * rect->height;
  if (block->n_maps > 0)
    {
      int top    = (rect->y - block->cells.y) / block->reduce;
      int bottom = (rect->y - block->cells.y + rect->height - 1) / block->reduce;
      int left   = (rect->x - block->cells.x) / block->reduce;
      int right  = (rect->x - block->cells.x + rect->width - 1) / block->reduce;

      for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++)
          block->known[(gsize) y * block->size.width + x] =
            block->left[(gsize) y * block->size.width + x] == 0;
    }
}

/**
 * cnn_map_block_write:
 * @lock: held while others can see what changes
 * @rect: cells of the map, within the block, that have not come before
 * @values: of all the layer's maps, [rect.height][rect.width][channels]
 * @stride: floats from one row to the next
 *
 * Takes values in, as #CnnSink gives them.
 */
void
cnn_map_block_write (CnnMapBlock *block, GMutex *lock, const CnnRect *rect, const float *values,
                     gsize stride)
{
  add_facts (block, rect, values, stride);
  if (block->n_maps > 0 && block->reduce == 1)
    add_cells (block, rect, values, stride);
  else if (block->n_maps > 0)
    add_means (block, rect, values, stride);

  g_mutex_lock (lock);
  publish (block, rect);
  g_mutex_unlock (lock);
}

/* --- what it holds ---------------------------------------------------------- */

/** cnn_map_block_bytes: what it takes in memory. */
gsize
cnn_map_block_bytes (const CnnMapBlock *block)
{
  gsize n = (gsize) block->size.height * block->size.width;

  return sizeof *block + (gsize) block->n_ranges * 2 * (sizeof (MappingRange) + sizeof (gint64)) +
         (block->n_maps > 0 ? n * (block->n_maps * sizeof (float) + sizeof (guint) + 1) : 0);
}

/** cnn_map_block_is_whole: whether it covers all cells of the maps. */
gboolean
cnn_map_block_is_whole (const CnnMapBlock *block)
{
  return block->cells.width == block->shape.width && block->cells.height == block->shape.height;
}

/** cnn_map_block_covers: whether it holds, or will, all these values. */
gboolean
cnn_map_block_covers (const CnnMapBlock *block, const CnnRect *cells, int reduce, int first_map,
                      int n_maps)
{
  return block->reduce == reduce && block->first_map <= first_map &&
         first_map + n_maps <= block->first_map + block->n_maps && block->cells.x <= cells->x &&
         block->cells.y <= cells->y &&
         cells->x + cells->width <= block->cells.x + block->cells.width &&
         cells->y + cells->height <= block->cells.y + block->cells.height;
}
