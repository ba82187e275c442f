/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-step.h"

#include <string.h>

#include "i18n.h"

/* Convolution straight from the definition, for few channels or few maps. There
 * oneDNN, which puts maps into the lanes of a vector, leaves most lanes empty.
 * Here neighbouring pixels of a map are in the lanes, and only for many maps the
 * maps.
 *
 * The input's rows are taken apart into planes, one a channel, with the padding
 * around them, so that pixels that stand in the lanes lie side by side; with a
 * stride, one plane for each remainder of the column. As many rows as the windows
 * need are kept in a ring, for a block of columns at a time, so that all of it
 * stays in a near cache.
 *
 * Large kernels that are the product of a column and a row take two passes: rows
 * are convolved with the row as they come into the ring, and from there with the
 * column. */

/* Rows of the ring shall not take more floats than this where it can be helped. */
#define RING_FLOATS (64 * 1024 / sizeof (float))
#define MIN_COLUMNS 128
/* Two rows of all maps before the largest are taken, which shall stay in the nearest. */
#define PAIR_FLOATS ((int) (12 * 1024 / sizeof (float)))
/* From this many maps on, maps are in the lanes. */
#define MANY_MAPS 12

static void
direct_free (CnnStep *base)
{
  CnnDirectStep *step = (CnnDirectStep *) base;

  g_free (step->offsets);
  g_free (step->at);
  cnn_floats_free (step->ring);
  cnn_floats_free (step->made);
  cnn_floats_free (step->halved);
  cnn_floats_free (step->joined);
  cnn_floats_free (step->flat);
  cnn_floats_free (step->rows.padded);
  g_free (step);
}

/* Where each tap's number lies in a row of the ring. */
static void
set_offsets (CnnDirectStep *step, int columns, int dilation)
{
  int by = step->rows.by;

  step->n_taps = columns * step->depth;
  step->offsets = g_new (int, step->n_taps);
  for (int k = 0, t = 0; k < columns; k++)
    for (int c = 0; c < step->depth; c++, t++)
      step->offsets[t] = (k * dilation % by * step->rows.in.channels + c) * step->rows.plane +
                         k * dilation / by;
  step->overlap = (columns - 1) * dilation / by;
}

/* A block of columns, and its planes with what the loops read beyond them. */
static void
set_columns (CnnDirectStep *step, int extent)
{
  int   slack = MAX (step->loops->block, step->loops->span);
  gsize floats = (gsize) step->n_ring * step->rows.in.channels * step->rows.by;
  int   fits = (int) (RING_FLOATS / floats) - extent;
  int   least = MIN_COLUMNS;

  if (step->halves && step->maps_in_lanes)
    fits = least = MAX (PAIR_FLOATS / step->maps, 1);
  step->columns = MIN (MAX (fits, least), step->out.width);
  step->columns = (step->columns + slack - 1) / slack * slack;
  step->rows.plane = step->columns + extent / step->rows.by + slack;
}

/* All but the weights. @joins: whether a row is put together elsewhere first */
static gboolean
alloc_memory (CnnDirectStep *step, gboolean separable, gboolean joins)
{
  int   n_made = step->halves ? 2 : cnn_direct_rows_together (step);
  gsize row = (gsize) step->rows.in.channels * step->rows.by * step->rows.plane;
  gsize made = step->maps_in_lanes
                 ? (gsize) step->loops->span * step->loops->lanes * 2
                 : (gsize) n_made * step->out.channels * step->columns;
  gsize halved = (gsize) step->out.channels * step->columns * (step->maps_in_lanes ? 2 : 1);

  step->at = g_new0 (const float *, step->kernel_rows + CNN_DIRECT_ROWS);
  step->ring = cnn_floats_alloc (step->n_ring * row);
  step->made = cnn_floats_alloc (made);
  step->rows.padded = cnn_floats_alloc (row);
  step->flat = separable ? cnn_floats_alloc (row) : NULL;
  step->halved = step->halves ? cnn_floats_alloc (halved) : NULL;
  step->joined = joins ? cnn_floats_alloc ((gsize) step->columns * step->out.channels) : NULL;
  if (!step->ring || !step->made || !step->rows.padded || (separable && !step->flat) ||
      (step->halves && !step->halved) ||
      (joins && !step->joined))
    return FALSE;
  /* The loops read beyond the planes' ends. */
  memset (step->ring, 0, step->n_ring * row * sizeof (float));
  if (separable)
    memset (step->flat, 0, row * sizeof (float));
  return TRUE;
}

static gboolean
get_weights (CnnDirectStep *step, const CnnTask *task, const CnnConvolution *conv)
{
  CnnDirectForm form = step->flat            ? CNN_DIRECT_PASSES
                       : step->maps_in_lanes ? CNN_DIRECT_IN_MAPS
                                             : CNN_DIRECT_PIXELS;

  step->bias = cnn_direct_weights (task->store, conv, CNN_DIRECT_BIAS);
  step->weights = cnn_direct_weights (task->store, conv, form);
  if (step->flat && step->weights)
    step->passes = step->weights + (gsize) step->groups * step->kernel_rows;
  return step->weights && step->bias;
}

/**
 * cnn_direct_suits:
 * @channels: of the input
 * @maps: of the output
 * @groups: parts the channels are split into
 *
 * Returns: whether cnn_direct_step_new() is faster with it than oneDNN is
 */
gboolean
cnn_direct_suits (int channels, int maps, int groups)
{
  if (groups > 1)
    return groups <= 8;
  return maps <= 16 || channels <= 16;
}

/**
 * cnn_direct_step_new:
 * @task: the tile
 * @conv: what to compute
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_direct_step_new (const CnnTask *task, const CnnConvolution *conv, GError **error)
{
  CnnDirectStep *step = g_new0 (CnnDirectStep, 1);
  const int  *dims = conv->weights->dims;

  step->step.run = cnn_direct_run;
  step->step.free = direct_free;
  step->loops = cnn_direct_loops (0);
  step->rows = (CnnDirectRows) {
    .loops = step->loops,
    .in = task->in[0],
    .by = conv->stride.width,
  };
  step->out = task->out;
  step->halves = task->halves;
  if (step->halves)
    {
      step->out.height *= 2;
      step->out.width *= 2;
    }
  step->pad = task->pad;
  step->row_stride = conv->stride.height;
  step->kernel_rows = dims[1];
  step->row_dilation = conv->dilation.height;
  step->groups = conv->groups;
  step->depth = dims[3];
  step->maps = dims[0] / conv->groups;
  step->maps_in_lanes = conv->groups == 1 && step->maps >= MANY_MAPS;
  step->activated = task->then != NULL;
  step->slope = task->then ? (float) task->then->op->slope (task->then) : 0.0f;
  step->n_ring = (step->kernel_rows - 1) * step->row_dilation + cnn_direct_rows_together (step);
  set_columns (step, (dims[2] - 1) * conv->dilation.width + 1);
  set_offsets (step, dims[2], conv->dilation.width);
  if (!alloc_memory (step, cnn_direct_separable (conv),
                     task->streams && !step->halves && !step->maps_in_lanes) ||
      !get_weights (step, task, conv))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                   CNN_SHAPE_ARGS (task->out));
      direct_free (&step->step);
      return NULL;
    }
  return &step->step;
}
