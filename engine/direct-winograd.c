/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

#include <string.h>

#include "i18n.h"
#include "planes.h"
#include "winograd.h"

/* A Winograd convolution for 8 to 31 channels, with neighbouring tiles in the
 * lanes of a vector. The input's rows are taken apart into planes of every fourth
 * column, so that the same column of neighbouring tiles lies side by side; if they are not
 * such planes already. */

#define IN  CNN_WINOGRAD_PATCH
#define OUT CNN_WINOGRAD_TILE

/* With fewer channels or maps the transforms cost more than they save; with more,
 * a matrix product of many tiles reads the weights less often. */
#define MIN_CHANNELS 8
#define MAX_CHANNELS 32

#define LINE (64 / (int) sizeof (float))

/* Rows of planes shall not take more floats than this where it can be helped. */
#define RING_FLOATS (64 * 1024 / sizeof (float))

typedef struct
{
  CnnStep        step;
  CnnDirectRows  rows;
  CnnShape       out;
  CnnSides       pad;
  CnnWinogradSum sum;
  gboolean       streams; /* the output past the caches */
  gsize          in_row;  /* floats of an input row that is planes, or 0 */
  gsize          stride;  /* of the output's planes, or 0 */
  int            offsets[IN];
  int            n_tiles; /* of a block, side by side */
  float         *ring;    /* [IN][4][channels][plane], if the input is not planes */
  const float   *zeros;   /* a row of them, else */
  float         *spread;  /* as the loops want it */
  float         *made;    /* [4][4][maps][lanes], or [2][2] */
} WinogradStep;

/* --- weights ------------------------------------------------------------------ */

static int
chunk_at (int first, int maps)
{
  int together = cnn_direct_loops (0)->winograd_maps;

  return maps - first >= together ? together : 1;
}

static void
pack_weights (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  int                   maps = conv->weights->dims[0], depth = conv->weights->dims[3], n;

  for (int first = 0; first < maps; first += n)
    {
      n = chunk_at (first, maps);
      for (int m = 0; m < n; m++)
        for (int c = 0; c < depth; c++)
          {
            double kernel[IN * IN];

            cnn_winograd_kernel (conv->weights, first + m, c, kernel);
            for (int y = 0; y < IN; y++)
              for (int x = 0; x < IN; x++)
                values[((x * depth + c) * IN + y) * n + m] = (float) kernel[y * IN + x];
          }
      values += (gsize) IN * IN * depth * n;
    }
}

/* --- running -------------------------------------------------------------------- */

/* Row @row of the windows, in the ring or where it lies. */
static const float *
planes_row (const WinogradStep *step, const float *in, int row)
{
  row -= step->pad.top;
  return row < 0 || row >= step->rows.in.height ? step->zeros : in + row * step->in_row;
}

static float *
ring_row (const WinogradStep *step, int row)
{
  return step->ring + (gsize) (row % IN) * OUT * step->rows.in.channels * step->rows.plane;
}

/* Puts out rows from @y on, made of as many tiles as there are lanes from @first on, as planes. */
static void
put_planes (const WinogradStep *step, int y, int first, float *out)
{
  const CnnDirectLoops *loops = step->rows.loops;
  int                   maps = step->out.channels, by = step->sum.halves ? 2 : 1;
  gsize                 row = cnn_planes_row (maps, step->stride);

  for (int r = 0; r < OUT / by && y / by + r < step->out.height / by; r++)
    {
      float *to = out + (y / by + r) * row;
      float *at = to + cnn_planes_at (maps, step->stride, first * OUT / by);

      for (int x = 0; x < OUT / by; x++, at += maps * step->stride)
        {
          const float *made = step->made + r * step->sum.row_stride + x * step->sum.column_stride;

          if (step->sum.halves)
            loops->deal (made, maps, at, step->stride);
          else
            for (int m = 0; m < maps; m++)
              memcpy (at + m * step->stride, made + m * loops->lanes,
                      loops->lanes * sizeof (float));
        }
      if ((first + loops->lanes) * OUT >= step->out.width)
        cnn_planes_edges (to, step->out.width / by, maps, step->stride);
    }
}

/* @n tiles side by side, at most as many as there are lanes, from tile @first of the row of
 * tiles that begins with output row @y; @rows are their input in the ring. */
static void
make_tiles (const WinogradStep *step, const float *const *rows, int y, int first, int n, float *out)
{
  CnnWinogradSum sum = step->sum;
  int            maps = step->out.channels;
  int            by = sum.halves ? 2 : 1, cells = OUT / by; /* of a tile's row */
  int            n_pixels = MIN (n * OUT, step->out.width - first * OUT) / by;
  int            whole = n_pixels / cells;

  sum.rows = rows;
  sum.out = step->made;
  step->rows.loops->winograd (&sum);
  if (step->stride > 0)
    {
      put_planes (step, y, first, out);
      return;
    }
  for (int r = 0; r < cells && y / by + r < step->out.height / by; r++)
    {
      const float *made = step->made + r * sum.row_stride;
      gsize        row = (gsize) (y / by + r) * (step->out.width / by);
      float       *to = out + (row + first * cells) * maps;

      step->rows.loops->join (made, sum.map_stride, whole, cells * maps, step->streams, to);
      for (int i = whole * cells; i < n_pixels; i++)
        for (int m = 0; m < maps; m++)
          to[i * maps + m] = made[i % cells * sum.column_stride + m * sum.map_stride +
                                  whole];
    }
}

/* @n tiles from tile @first on, of all rows. */
static void
run_block (const WinogradStep *step, const float *in, int first, int n, float *out)
{
  int lanes = step->rows.loops->lanes, left = first * OUT - step->pad.left, filled = 0;

  for (int y = 0; y < step->out.height; y += OUT)
    {
      for (; step->in_row == 0 && filled < y + IN; filled++)
        {
          int row = filled - step->pad.top;

          cnn_direct_fetch (&step->rows, in, row + 2, left, n);
          cnn_direct_row (&step->rows, in, row, left, n + 1, ring_row (step, filled));
        }
      for (int i = 0; i < n; i += lanes)
        {
          const float *rows[IN];

          for (int r = 0; r < IN; r++)
            rows[r] = (step->in_row > 0 ? planes_row (step, in, y + r) : ring_row (step, y + r)) +
                      i;
          make_tiles (step, rows, y, first + i, MIN (n - i, lanes), out);
        }
    }
}

static gboolean
winograd_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  WinogradStep *step = (WinogradStep *) base;
  int           across = (step->out.width + OUT - 1) / OUT;

  for (int first = 0; first < across; first += step->n_tiles)
    run_block (step, in[0], first, MIN (step->n_tiles, across - first), out);
  if (step->streams)
    cnn_direct_settle ();
  return TRUE;
}

/* --- making a step ------------------------------------------------------------------ */

static void
winograd_free (CnnStep *base)
{
  WinogradStep *step = (WinogradStep *) base;

  cnn_floats_free (step->rows.padded);
  cnn_floats_free (step->ring);
  cnn_floats_free (step->spread);
  cnn_floats_free (step->made);
  g_free (step);
}

static void
set_tiles (WinogradStep *step, int lanes)
{
  int across = (step->out.width + OUT - 1) / OUT;
  int row = IN * OUT * step->rows.in.channels;

  step->n_tiles = CLAMP ((int) (RING_FLOATS / row), lanes, across);
  step->n_tiles = (step->n_tiles + lanes - 1) / lanes * lanes;
  /* Whole cache lines; an odd number of them, so that planes do not fall on each other. */
  step->rows.plane = ((step->n_tiles + LINE) / LINE | 1) * LINE;
  for (int i = 0; i < IN; i++)
    step->offsets[i] = i % OUT * step->rows.in.channels * step->rows.plane + i / OUT;
}

/* Of an input that is planes, all tiles of a row at once. */
static void
set_planes (WinogradStep *step, const CnnTask *task, int lanes)
{
  int across = (step->out.width + OUT - 1) / OUT, channels = task->in[0].channels;

  step->n_tiles = (across + lanes - 1) / lanes * lanes;
  step->rows.plane = (int) task->in_stride;
  step->in_row = cnn_planes_row (channels, task->in_stride);
  for (int i = 0; i < IN; i++)
    step->offsets[i] = (int) cnn_planes_at (channels, task->in_stride, task->in_first + i);
}

static gboolean
alloc_memory (WinogradStep *step, int lanes)
{
  gsize row = (gsize) OUT * step->rows.in.channels * step->rows.plane;

  step->spread = cnn_floats_alloc ((gsize) IN * IN * step->rows.in.channels * lanes);
  step->made = cnn_floats_alloc ((gsize) OUT * OUT * step->out.channels * lanes);
  if (!step->spread || !step->made)
    return FALSE;
  if (step->in_row > 0)
    return TRUE;
  step->rows.padded = cnn_floats_alloc (row);
  step->ring = cnn_floats_alloc (IN * row);
  if (!step->rows.padded || !step->ring)
    return FALSE;
  memset (step->ring, 0, IN * row * sizeof (float)); /* the loops read beyond the last tile */
  return TRUE;
}

static void
leave_zeros (float *values, gconstpointer data)
{
}

static gboolean
get_weights (WinogradStep *step, const CnnTask *task, const CnnConvolution *conv)
{
  const int *dims = conv->weights->dims;

  step->sum.weights = cnn_store_get (task->store, "winograd tiles",
                                     (gsize) IN * IN * dims[0] * dims[3], pack_weights, conv);
  step->sum.bias = cnn_direct_weights (task->store, conv, CNN_DIRECT_BIAS);
  if (step->in_row > 0)
    step->zeros = cnn_store_get (task->store, "zeros",
                                 cnn_planes_row (task->whole.channels,
                                                 cnn_planes_stride (task->whole.width)),
                                 leave_zeros, NULL);
  return step->sum.weights && step->sum.bias && (step->zeros || step->in_row == 0);
}

/**
 * cnn_direct_winograd_suits:
 * @window: of a convolution in one group
 * @channels: of its input
 * @maps: of its output
 *
 * Depends on the layer alone, so that all tiles of a map are made in the same way.
 *
 * Returns: whether cnn_direct_winograd_step_new() can do it, and faster than
 *   other ways
 */
gboolean
cnn_direct_winograd_suits (const CnnWindow *window, int channels, int maps)
{
  return cnn_winograd_window (window) && MIN (channels, maps) >= MIN_CHANNELS &&
         (channels < 2 * MIN_CHANNELS || MAX (channels, maps / 2) < MAX_CHANNELS);
}

/**
 * cnn_direct_winograd_step_new:
 * @task: the tile, its (y, x) multiples of 4
 * @conv: what to compute
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_direct_winograd_step_new (const CnnTask *task, const CnnConvolution *conv, GError **error)
{
  WinogradStep *step = g_new0 (WinogradStep, 1);
  int           lanes = cnn_direct_loops (0)->lanes;

  step->step.run = winograd_run;
  step->step.free = winograd_free;
  step->rows = (CnnDirectRows) { .loops = cnn_direct_loops (0), .in = task->in[0], .by = OUT };
  step->out = task->out;
  if (task->halves)
    {
      step->out.height *= 2;
      step->out.width *= 2;
    }
  step->pad = task->pad;
  step->streams = task->streams;
  step->stride = task->out_stride;
  if (task->in_stride > 0)
    set_planes (step, task, lanes);
  else
    set_tiles (step, lanes);
  step->sum = (CnnWinogradSum) {
    .depth = task->in[0].channels,
    .plane = step->rows.plane,
    .offsets = step->offsets,
    .n_maps = task->out.channels,
    .halves = task->halves,
    .activated = task->then != NULL,
    .slope = task->then ? (float) task->then->op->slope (task->then) : 0.0f,
    .map_stride = lanes,
    .column_stride = (gsize) lanes * task->out.channels,
    .row_stride = (gsize) lanes * task->out.channels * OUT,
  };
  if (!alloc_memory (step, lanes) || !get_weights (step, task, conv))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                   CNN_SHAPE_ARGS (task->out));
      winograd_free (&step->step);
      return NULL;
    }
  step->sum.spread = step->spread;
  return &step->step;
}
