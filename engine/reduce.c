/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reduce.h"

#include "ops.h"

/* One value of each map, while the map comes in parts. So that the result does not
 * depend on what the parts are, the map is split into blocks that depend on its
 * shape only. A block has sums of its own, row by row from its top, and a part holds
 * whole rows of blocks; in the end the sums of all blocks are put together in order.
 * In a block, sum i is of every n-th value of a row, from value i on, so that
 * neighbouring values go to neighbouring sums. */

/* At most this many blocks in a column and in a row, and no smaller ones than that:
 * sums take a small part of the map's room, and there are enough places to cut it. */
#define MOST  ((CnnSize) { 64, 32 })
#define LEAST ((CnnSize) { 4, 64 })

/**
 * cnn_reduce_block:
 * @map: shape of the input
 *
 * Returns: rows and columns of a block; those at the end may be smaller
 */
CnnSize
cnn_reduce_block (CnnShape map)
{
  return (CnnSize) { MAX ((map.height + MOST.height - 1) / MOST.height, LEAST.height),
                     MAX ((map.width + MOST.width - 1) / MOST.width, LEAST.width) };
}

static gsize
n_blocks (CnnShape map, CnnSize *blocks)
{
  CnnSize block = cnn_reduce_block (map);

  *blocks = (CnnSize) { (map.height + block.height - 1) / block.height,
                        (map.width + block.width - 1) / block.width };
  return (gsize) blocks->height * blocks->width;
}

/**
 * cnn_reduce_length:
 *
 * Returns: how many sums there are of a map of that shape
 */
gsize
cnn_reduce_length (CnnShape map)
{
  CnnSize blocks;

  return n_blocks (map, &blocks) * cnn_lanes (map.channels);
}

/**
 * cnn_reduce_begin:
 * @sums: (out): room for cnn_reduce_length() sums
 */
void
cnn_reduce_begin (const CnnReduction *reduction, CnnShape map, double *sums)
{
  gsize n = cnn_reduce_length (map);

  for (gsize i = 0; i < n; i++)
    sums[i] = reduction->start;
}

/* Neighbouring values of a row, the first of them a block's first. */
static void
add_run (const CnnReduction *reduction, gsize n, gsize lanes, const float *values, double *sums)
{
  for (gsize i = 0; i < n; i += lanes)
    reduction->add (MIN (lanes, n - i), values + i, sums);
}

/**
 * cnn_reduce_add:
 * @map: shape of the whole map
 * @rect: a part of it, with whole rows of blocks
 * @values: its values, [rect.height][rect.width][map.channels]
 * @stride: floats from one of its rows to the next
 * @sums: the sums; only those of the blocks in @rect are touched
 *
 * Adds a part of the map. The rows of a block must come in their order.
 */
void
cnn_reduce_add (const CnnReduction *reduction, CnnShape map, const CnnRect *rect,
                const float *values, gsize stride, double *sums)
{
  CnnSize block = cnn_reduce_block (map), blocks;
  gsize   lanes = cnn_lanes (map.channels);
  int     end = rect->x + rect->width;

  n_blocks (map, &blocks);
  for (int y = rect->y; y < rect->y + rect->height; y++, values += stride)
    for (int x = rect->x; x < end; x += block.width)
      {
        gsize at = (gsize) (y / block.height) * blocks.width + x / block.width;

        add_run (reduction, (gsize) MIN (block.width, end - x) * map.channels, lanes,
                 values + (gsize) (x - rect->x) * map.channels, sums + at * lanes);
      }
}

/**
 * cnn_reduce_finish:
 * @out: (out): the values, [map.channels], or one of all maps
 */
void
cnn_reduce_finish (const CnnReduction *reduction, CnnShape map, const double *sums, float *out)
{
  gsize  length = cnn_reduce_length (map);
  double of_all = reduction->start;

  for (int c = 0; c < map.channels; c++)
    {
      double all = reduction->start;

      for (gsize i = c; i < length; i += map.channels)
        all = reduction->join (all, sums[i]);
      if (reduction->all_maps)
        of_all = reduction->join (of_all, all);
      else
        out[c] = reduction->result (all, (gint64) map.height * map.width);
    }
  if (reduction->all_maps)
    *out = reduction->result (of_all, cnn_shape_cells (map));
}

/* --- on a whole map --------------------------------------------------------- */

typedef struct
{
  CnnStep             step;
  const CnnReduction *reduction;
  CnnShape            map;
  double             *sums;
} ReduceStep;

static gboolean
reduce_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  ReduceStep *step = (ReduceStep *) base;
  CnnRect     all = { 0, 0, step->map.width, step->map.height };

  cnn_reduce_begin (step->reduction, step->map, step->sums);
  cnn_reduce_add (step->reduction, step->map, &all, in[0],
                  (gsize) step->map.width * step->map.channels, step->sums);
  cnn_reduce_finish (step->reduction, step->map, step->sums, out);
  return TRUE;
}

static void
reduce_free (CnnStep *base)
{
  g_free (((ReduceStep *) base)->sums);
  g_free (base);
}

/**
 * cnn_reduce_prepare:
 *
 * The @prepare of an op with a reduction.
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_reduce_prepare (const CnnTask *task, GError **error)
{
  ReduceStep *step = g_new0 (ReduceStep, 1);

  step->step = (CnnStep) { reduce_run, reduce_free };
  step->reduction = cnn_node_reduction (task->node);
  step->map = task->in[0];
  step->sums = g_new (double, cnn_reduce_length (step->map));
  return &step->step;
}
