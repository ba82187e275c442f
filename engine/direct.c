/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

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

typedef struct
{
  CnnStep               step;
  const CnnDirectLoops *loops;
  CnnDirectRows         rows;
  CnnShape              out;
  CnnSides              pad;
  int                   row_stride;
  int                   kernel_rows;
  int                   row_dilation;
  int                   groups;
  int                   depth;      /* input channels of a group */
  int                   maps;       /* of a group */
  gboolean              maps_in_lanes;
  gboolean              activated;
  float                 slope;
  gboolean              halves;     /* only the largest of each 2×2 is put out */
  const float          *weights;    /* in one of CnnDirectForm's */
  const float          *bias;
  int                   n_taps;
  int                  *offsets;    /* [n_taps] */
  int                   overlap;    /* of windows, in steps of the stride */
  const float          *passes;     /* (nullable): rows of kernels, [groups][n_taps] */
  float                *flat;       /* a row before that pass, as in the ring */
  int                   columns;    /* output columns of a block */
  int                   n_ring;     /* rows in the ring */
  float                *ring;       /* [n_ring][column stride][channels][plane] */
  const float         **at;         /* [kernel_rows + CNN_DIRECT_ROWS - 1] */
  float                *made;       /* [rows][all maps][columns], or a last span of maps */
  float                *halved;     /* (nullable): a row of planes, [all maps][columns / 2]; or
                                     * two rows of pixels before that, [2][columns][maps] */
} DirectStep;

/* Rows that are read and written next, at the block's first column, with so many floats
 * for each column. */
typedef struct
{
  int          n_rows;
  const float *in;
  gsize        in_stride;
  int          in_pixel;
  const float *out;
  gsize        out_stride;
  int          out_pixel;
} Ahead;

#define LINE (64 / (int) sizeof (float))

/* --- the ring of rows -------------------------------------------------------- */

static float *
ring_row (const DirectStep *step, int row)
{
  return step->ring + (gsize) (row % step->n_ring) * step->rows.in.channels * step->rows.by *
                        step->rows.plane;
}

/* The pass of a separable kernel along a row, from @flat to the ring. */
static void
pass_row (const DirectStep *step, int n_columns, float *to)
{
  static const float zeros[1] = { 0.0f };
  CnnDirectSum       sum = { .kernel_rows = 1,
                             .n_taps = step->n_taps,
                             .offsets = step->offsets,
                             .bias = zeros };

  for (int g = 0; g < step->groups; g++)
    {
      sum.weights = step->passes + g * step->n_taps;
      for (int x = 0; x < n_columns; x += step->loops->block)
        {
          const float *row = step->flat + g * step->rows.plane + x;

          sum.rows = &row;
          sum.out = to + g * step->rows.plane + x;
          step->loops->pixels[0][0](&sum);
        }
    }
}

/* Rows of the ring up to, not including, @end, as the windows see them. */
static void
fill_rows (const DirectStep *step, const float *in, int from, int end, int x, int n_columns)
{
  for (int row = from; row < end; row++)
    {
      cnn_direct_row (&step->rows, in, row - step->pad.top, x * step->rows.by - step->pad.left,
                      n_columns + step->overlap, step->flat ? step->flat : ring_row (step, row));
      if (step->flat)
        pass_row (step, n_columns, ring_row (step, row));
    }
}

/* --- sums --------------------------------------------------------------------- */

/* The rows from the window's @row on and from the output's @y; where the tile ends they
 * are the next tile's, or nothing that is asked for in vain. */
static Ahead
look_ahead (const DirectStep *step, const float *in, int row, int x, const float *out, int y,
            int n_rows)
{
  Ahead ahead = { .n_rows = n_rows,
                  .in_pixel = step->rows.in.channels * step->rows.by,
                  .in_stride = (gsize) step->rows.in.width * step->rows.in.channels,
                  .out_pixel = step->out.channels,
                  .out_stride = (gsize) step->out.width * step->out.channels };

  if (step->halves)
    {
      /* A row that is put out together with the one after it. */
      ahead.out_pixel = y % 2 != 0 ? ahead.out_pixel / 2 : 0;
      ahead.out_stride /= 2;
      y /= 2;
    }
  ahead.in = in + (row - step->pad.top) * ahead.in_stride + (gsize) x * ahead.in_pixel;
  ahead.out = out + y * ahead.out_stride + (gsize) x * ahead.out_pixel;
  return ahead;
}

/* Asks for a part of a row that is read and one that is written next, so that memory
 * delivers them while we compute. */
static void
fetch (const Ahead *ahead, int row, int first, int n)
{
  const float *in = ahead->in + row * ahead->in_stride + (gsize) first * ahead->in_pixel;
  const float *out = ahead->out + row * ahead->out_stride + (gsize) first * ahead->out_pixel;

  for (int i = 0; i < n * ahead->in_pixel; i += LINE)
    __builtin_prefetch (in + i);
  for (int i = 0; i < n * ahead->out_pixel; i += LINE)
    __builtin_prefetch (out + i, 1);
}

/* A block of columns of @n_rows output rows, to @made, with pixels in the lanes. */
static void
run_pixels (const DirectStep *step, CnnDirectSum *sum, int n_rows, int n_columns,
            const Ahead *ahead, float *made)
{
  int          n_chunks = step->groups * ((step->maps + CNN_DIRECT_MAPS - 1) / CNN_DIRECT_MAPS);
  int          n_row_pointers = step->kernel_rows + n_rows - 1;
  const float *weights = step->weights;
  gsize        taps = (gsize) step->kernel_rows * sum->n_taps;

  sum->map_stride = step->columns;
  sum->row_stride = sum->map_stride * step->out.channels;
  for (int g = 0, chunk = 0; g < step->groups; g++)
    {
      for (int first = 0; first < step->maps; first += CNN_DIRECT_MAPS, chunk++)
        {
          int           n_maps = MIN (step->maps - first, CNN_DIRECT_MAPS);
          CnnDirectLoop loop = step->loops->pixels[n_maps - 1][n_rows - 1];
          int           map = g * step->maps + first;

          sum->weights = weights;
          sum->bias = step->bias + map;
          weights += taps * n_maps;
          for (int x = 0; x < n_columns; x += step->loops->block)
            {
              for (int r = chunk; r < ahead->n_rows; r += n_chunks)
                fetch (ahead, r, x, step->loops->block);
              sum->out = made + map * sum->map_stride + x;
              loop (sum);
              for (int r = 0; r < n_row_pointers; r++)
                step->at[r] += step->loops->block;
            }
          for (int r = 0; r < n_row_pointers; r++)
            step->at[r] -= (n_columns + step->loops->block - 1) / step->loops->block *
                             step->loops->block;
        }
      for (int r = 0; r < n_row_pointers; r++)
        step->at[r] += step->depth * step->rows.plane;
    }
}

static void
copy_maps (const float *from, gsize from_stride, int n_pixels, int n_maps, float *to,
           gsize to_stride)
{
  for (int i = 0; i < n_pixels; i++)
    memcpy (to + i * to_stride, from + i * from_stride, n_maps * sizeof (float));
}

/* A block of columns of an output row with maps in the lanes. */
static void
run_maps (const DirectStep *step, CnnDirectSum *sum, int n_columns, const Ahead *ahead, float *out)
{
  const CnnDirectLoops *loops = step->loops;
  gsize                 taps = (gsize) step->kernel_rows * step->n_taps;
  int                   width;

  sum->weights = step->weights;
  for (int first = 0; first < step->maps; first += width)
    {
      int n_vectors = cnn_direct_vectors (loops, step->maps, first);
      int n_maps = MIN (step->maps - first, n_vectors * loops->lanes);

      width = n_vectors * loops->lanes;
      sum->bias = step->bias + first;
      for (int x = 0; x < n_columns; x += loops->span)
        {
          gboolean all = n_maps == width && x + loops->span <= n_columns;
          float   *to = out + (gsize) x * step->maps + first;

          if (first == 0)
            fetch (ahead, 0, x, loops->span);
          sum->out = all ? to : step->made;
          sum->pixel_stride = all ? step->maps : width;
          loops->maps[n_vectors - 1] (sum);
          if (!all)
            copy_maps (step->made, width, MIN (loops->span, n_columns - x), n_maps, to, step->maps);
          for (int r = 0; r < step->kernel_rows; r++)
            step->at[r] += loops->span;
        }
      for (int r = 0; r < step->kernel_rows; r++)
        step->at[r] -= (n_columns + loops->span - 1) / loops->span * loops->span;
      sum->weights += taps * width;
    }
}

/* Rows that a loop can make together: they must share input rows, one apart. */
static int
rows_together (const DirectStep *step)
{
  int most = MIN (step->kernel_rows, step->halves ? 2 : CNN_DIRECT_ROWS);

  if (step->maps_in_lanes || step->row_stride > 1 || step->row_dilation > 1)
    return 1;
  for (int first = 0; first < step->maps; first += CNN_DIRECT_MAPS)
    while (!step->loops->pixels[MIN (step->maps - first, CNN_DIRECT_MAPS) - 1][most - 1])
      most--;
  return most;
}

/* Puts out what was made of row @y, at a block of @n columns from @x on; or of that row
 * and the one before it. */
static void
put_planes (const DirectStep *step, const CnnDirectSum *sum, const float *made, int y, int x, int n,
            float *out)
{
  int   maps = step->out.channels;
  gsize stride = step->columns / 2;

  if (!step->halves)
    {
      step->loops->join (made, sum->map_stride, n, maps,
                         out + ((gsize) y * step->out.width + x) * maps);
      return;
    }
  if (y % 2 == 0)
    return;
  for (int m = 0; m < maps; m++)
    step->loops->halve_planes (step->made + m * sum->map_stride,
                               step->made + sum->row_stride + m * sum->map_stride, n,
                               step->activated, step->slope, step->halved + m * stride);
  step->loops->join (step->halved, stride, n / 2, maps,
                     out + ((gsize) (y / 2) * (step->out.width / 2) + x / 2) * maps);
}

/* Row @y with maps in the lanes, at a block of @n columns from @x on. */
static void
make_maps (const DirectStep *step, CnnDirectSum *sum, int y, int x, int n, const Ahead *ahead,
           float *out)
{
  gsize row = (gsize) step->columns * step->maps;

  if (!step->halves)
    {
      run_maps (step, sum, n, ahead, out + ((gsize) y * step->out.width + x) * step->maps);
      return;
    }
  run_maps (step, sum, n, ahead, step->halved + y % 2 * row);
  if (y % 2 != 0)
    step->loops->halve_maps (step->halved, step->halved + row, n, step->maps, step->activated,
                             step->slope,
                             out + ((gsize) (y / 2) * (step->out.width / 2) + x / 2) * step->maps);
}

/* Output columns from @x up to, not including, @end. */
static void
run_block (DirectStep *step, const float *in, int x, int end, float *out)
{
  static const int one_tap[1] = { 0 };
  CnnDirectSum     sum = { .rows = step->at,
                           .kernel_rows = step->kernel_rows,
                           .n_taps = step->flat ? 1 : step->n_taps,
                           .offsets = step->flat ? one_tap : step->offsets,
                           .activated = step->activated && !step->halves,
                           .slope = step->slope };
  int              together = rows_together (step);
  int              filled = 0;

  for (int y = 0, n_rows; y < step->out.height; y += n_rows)
    {
      int   first = y * step->row_stride, last;
      Ahead ahead;

      n_rows = y + together <= step->out.height ? together : 1;
      last = first + (step->kernel_rows - 1) * step->row_dilation + n_rows - 1;
      fill_rows (step, in, MAX (filled, first), last + 1, x, end - x);
      filled = MAX (filled, last + 1);
      for (int r = 0; r < step->kernel_rows + n_rows - 1; r++)
        step->at[r] = ring_row (step, first + r * step->row_dilation);
      ahead = look_ahead (step, in, last + 1, x, out, y + n_rows, n_rows);
      if (step->maps_in_lanes)
        make_maps (step, &sum, y, x, end - x, &ahead, out);
      else
        {
          gsize  row = (gsize) step->columns * step->out.channels;
          float *made = step->made + (step->halves ? y % 2 * row : 0);

          run_pixels (step, &sum, n_rows, end - x, &ahead, made);
          for (int i = 0; i < n_rows; i++)
            put_planes (step, &sum, made + i * row, y + i, x, end - x, out);
        }
    }
}

static gboolean
direct_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  DirectStep *step = (DirectStep *) base;

  for (int first = 0; first < step->out.width; first += step->columns)
    run_block (step, in[0], first, MIN (first + step->columns, step->out.width), out);
  return TRUE;
}

/* --- making a step -------------------------------------------------------------- */

static void
direct_free (CnnStep *base)
{
  DirectStep *step = (DirectStep *) base;

  g_free (step->offsets);
  g_free (step->at);
  cnn_floats_free (step->ring);
  cnn_floats_free (step->made);
  cnn_floats_free (step->halved);
  cnn_floats_free (step->flat);
  cnn_floats_free (step->rows.padded);
  g_free (step);
}

/* Where each tap's number lies in a row of the ring. */
static void
set_offsets (DirectStep *step, int columns, int dilation)
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
set_columns (DirectStep *step, int extent)
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

/* All but the weights. */
static gboolean
alloc_memory (DirectStep *step, gboolean separable)
{
  int   n_made = step->halves ? 2 : rows_together (step);
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
  if (!step->ring || !step->made || !step->rows.padded || (separable && !step->flat) ||
      (step->halves && !step->halved))
    return FALSE;
  /* The loops read beyond the planes' ends. */
  memset (step->ring, 0, step->n_ring * row * sizeof (float));
  if (separable)
    memset (step->flat, 0, row * sizeof (float));
  return TRUE;
}

static gboolean
get_weights (DirectStep *step, const CnnTask *task, const CnnConvolution *conv)
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
  DirectStep *step = g_new0 (DirectStep, 1);
  const int  *dims = conv->weights->dims;

  step->step.run = direct_run;
  step->step.free = direct_free;
  step->loops = cnn_direct_loops (0);
  step->rows = (CnnDirectRows) { .loops = step->loops, .in = task->in[0], .by = conv->stride.width };
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
  step->n_ring = (step->kernel_rows - 1) * step->row_dilation + rows_together (step);
  set_columns (step, (dims[2] - 1) * conv->dilation.width + 1);
  set_offsets (step, dims[2], conv->dilation.width);
  if (!alloc_memory (step, cnn_direct_separable (conv)) || !get_weights (step, task, conv))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                   CNN_SHAPE_ARGS (task->out));
      direct_free (&step->step);
      return NULL;
    }
  return &step->step;
}
