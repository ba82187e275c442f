/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct.h"

#include <string.h>

#include "direct-private.h"
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
 * stays in the nearest cache. */

/* Rows of the ring shall not take more floats than this where it can be helped. */
#define RING_FLOATS (24 * 1024 / sizeof (float))
#define MIN_COLUMNS 256
/* From this many maps on, maps are in the lanes. */
#define MANY_MAPS 12

typedef struct
{
  CnnStep               step;
  const CnnDirectLoops *loops;
  CnnShape              in;
  CnnShape              out;
  CnnSides              pad;
  CnnSize               stride;
  int                   kernel_rows;
  int                   row_dilation;
  int                   groups;
  int                   depth;      /* input channels of a group */
  int                   maps;       /* of a group */
  gboolean              maps_in_lanes;
  gboolean              activated;
  float                 slope;
  const float          *weights;    /* as pack_* lay them */
  const float          *bias;
  int                   n_taps;
  int                  *offsets;    /* [n_taps] */
  int                   columns;    /* output columns of a block */
  int                   plane;      /* floats of a plane */
  int                   n_ring;     /* rows in the ring */
  float                *ring;       /* [n_ring][channels][stride.width][plane] */
  const float         **rows;       /* [kernel_rows + CNN_DIRECT_ROWS - 1] */
  float                *made;       /* [rows][all maps][columns], or a last span of maps */
} DirectStep;

/* --- weights --------------------------------------------------------------- */

/* [group][chunk of maps][row][tap][map of the chunk] */
static void
pack_for_pixels (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  const int            *dims = conv->weights->dims;
  int                   maps = dims[0] / conv->groups, n_taps = dims[2] * dims[3];

  for (int g = 0; g < conv->groups; g++)
    for (int first = 0; first < maps; first += CNN_DIRECT_MAPS)
      for (int r = 0; r < dims[1]; r++)
        for (int t = 0; t < n_taps; t++)
          for (int m = first; m < MIN (first + CNN_DIRECT_MAPS, maps); m++)
            *values++ = conv->weights->values[((gsize) (g * maps + m) * dims[1] + r) * n_taps + t];
}

static int
vectors_at (const CnnDirectLoops *loops, int maps, int first)
{
  return maps - first > loops->lanes ? 2 : 1;
}

static gsize
padded_maps (const CnnDirectLoops *loops, int maps)
{
  return (gsize) (maps + loops->lanes - 1) / loops->lanes * loops->lanes;
}

/* [chunk of maps][row][tap][map of the chunk], the last filled up with zeros */
static void
pack_for_maps (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  const CnnDirectLoops *loops = cnn_direct_loops (0);
  const int            *dims = conv->weights->dims;
  int                   n_taps = dims[2] * dims[3], width;

  for (int first = 0; first < dims[0]; first += width)
    {
      width = vectors_at (loops, dims[0], first) * loops->lanes;
      for (int r = 0; r < dims[1]; r++)
        for (int t = 0; t < n_taps; t++, values += width)
          for (int m = first; m < MIN (first + width, dims[0]); m++)
            values[m - first] = conv->weights->values[((gsize) m * dims[1] + r) * n_taps + t];
    }
}

static void
pack_bias (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;

  if (conv->bias)
    memcpy (values, conv->bias->values, cnn_tensor_length (conv->bias) * sizeof (float));
}

static gboolean
get_weights (DirectStep *step, const CnnTask *task, const CnnConvolution *conv)
{
  gsize taps = (gsize) step->kernel_rows * step->n_taps;
  gsize maps = padded_maps (step->loops, conv->weights->dims[0]);

  step->weights = cnn_store_get (task->store, "direct weights", taps * maps,
                                 step->maps_in_lanes ? pack_for_maps : pack_for_pixels, conv);
  step->bias = cnn_store_get (task->store, "direct bias", maps, pack_bias, conv);
  return step->weights && step->bias;
}

/* --- the ring of rows -------------------------------------------------------- */

/* Asks for what the next call of fill_row() reads, which is a long way off in
 * memory. */
static void
fetch_row (const DirectStep *step, const float *row, int n)
{
  const char *end = (const char *) (row + (gsize) n * step->in.channels);

  for (const char *at = (const char *) row; at < end; at += 64)
    __builtin_prefetch (at);
}

/* A row of the input from column @first on, [n][channels], as planes. What is
 * outside is 0. */
static void
fill_row (const DirectStep *step, const float *in, int y, int first, int n, float *to)
{
  int          channels = step->in.channels, by = step->stride.width;
  int          from = CLAMP (-first, 0, n), end = CLAMP (step->in.width - first, from, n);
  const float *row = in + ((gsize) y * step->in.width + first) * channels;

  if (y < 0 || y >= step->in.height)
    from = end = n;
  else if (y + 1 < step->in.height)
    fetch_row (step, row + ((gsize) step->in.width + from) * channels, end - from);
  if (by == 1)
    {
      for (int c = 0; c < channels && from > 0; c++)
        memset (to + c * step->plane, 0, from * sizeof (float));
      for (int c = 0; c < channels && end < n; c++)
        memset (to + c * step->plane + end, 0, (n - end) * sizeof (float));
      if (end > from)
        step->loops->split (row + from * channels, end - from, channels, to + from, step->plane);
      return;
    }
  for (int c = 0; c < channels; c++)
    for (int phase = 0; phase < by; phase++, to += step->plane)
      for (int x = phase, i = 0; x < n; x += by, i++)
        to[i] = x >= from && x < end ? row[x * channels + c] : 0.0f;
}

static float *
ring_row (const DirectStep *step, int row)
{
  return step->ring + (gsize) (row % step->n_ring) * step->in.channels * step->stride.width *
                        step->plane;
}

/* --- sums --------------------------------------------------------------------- */

/* A block of columns of @n_rows output rows with pixels in the lanes. */
static void
run_pixels (const DirectStep *step, CnnDirectSum *sum, int n_rows, int n_columns)
{
  int          n_planes = step->depth * step->stride.width;
  int          n_row_pointers = step->kernel_rows + n_rows - 1;
  const float *weights = step->weights;
  gsize        taps = (gsize) step->kernel_rows * step->n_taps;

  sum->map_stride = step->columns;
  sum->row_stride = sum->map_stride * step->out.channels;
  for (int g = 0; g < step->groups; g++)
    {
      for (int first = 0; first < step->maps; first += CNN_DIRECT_MAPS)
        {
          int           n_maps = MIN (step->maps - first, CNN_DIRECT_MAPS);
          CnnDirectLoop loop = step->loops->pixels[n_maps - 1][n_rows - 1];
          int           map = g * step->maps + first;

          sum->weights = weights;
          sum->bias = step->bias + map;
          weights += taps * n_maps;
          for (int x = 0; x < n_columns; x += step->loops->block)
            {
              sum->out = step->made + map * sum->map_stride + x;
              loop (sum);
              for (int r = 0; r < n_row_pointers; r++)
                step->rows[r] += step->loops->block;
            }
          for (int r = 0; r < n_row_pointers; r++)
            step->rows[r] -= (n_columns + step->loops->block - 1) / step->loops->block *
                             step->loops->block;
        }
      for (int r = 0; r < n_row_pointers; r++)
        step->rows[r] += n_planes * step->plane;
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
run_maps (const DirectStep *step, CnnDirectSum *sum, int n_columns, float *out)
{
  const CnnDirectLoops *loops = step->loops;
  gsize                 taps = (gsize) step->kernel_rows * step->n_taps;
  int                   width;

  sum->weights = step->weights;
  for (int first = 0; first < step->maps; first += width)
    {
      int n_vectors = vectors_at (loops, step->maps, first);
      int n_maps = MIN (step->maps - first, n_vectors * loops->lanes);

      width = n_vectors * loops->lanes;
      sum->bias = step->bias + first;
      for (int x = 0; x < n_columns; x += loops->span)
        {
          gboolean all = n_maps == width && x + loops->span <= n_columns;
          float   *to = out + (gsize) x * step->maps + first;

          sum->out = all ? to : step->made;
          sum->pixel_stride = all ? step->maps : width;
          loops->maps[n_vectors - 1] (sum);
          if (!all)
            copy_maps (step->made, width, MIN (loops->span, n_columns - x), n_maps, to, step->maps);
          for (int r = 0; r < step->kernel_rows; r++)
            step->rows[r] += loops->span;
        }
      for (int r = 0; r < step->kernel_rows; r++)
        step->rows[r] -= (n_columns + loops->span - 1) / loops->span * loops->span;
      sum->weights += taps * width;
    }
}

/* Rows that a loop can make together: they must share input rows, one apart. */
static int
rows_together (const DirectStep *step)
{
  int most = MIN (step->kernel_rows, CNN_DIRECT_ROWS);

  if (step->maps_in_lanes || step->stride.height > 1 || step->row_dilation > 1)
    return 1;
  for (int first = 0; first < step->maps; first += CNN_DIRECT_MAPS)
    while (!step->loops->pixels[MIN (step->maps - first, CNN_DIRECT_MAPS) - 1][most - 1])
      most--;
  return most;
}

/* Output columns from @x up to, not including, @end. */
static void
run_block (DirectStep *step, const float *in, int x, int end, float *out)
{
  CnnDirectSum sum = { .rows = step->rows,
                       .kernel_rows = step->kernel_rows,
                       .n_taps = step->n_taps,
                       .offsets = step->offsets,
                       .activated = step->activated,
                       .slope = step->slope };
  int          together = rows_together (step);
  int          n_padded = (end - x) * step->stride.width + step->offsets[step->n_taps];
  int          filled = 0;

  for (int y = 0, n_rows; y < step->out.height; y += n_rows)
    {
      int first = y * step->stride.height;

      n_rows = y + together <= step->out.height ? together : 1;
      for (filled = MAX (filled, first);
           filled <= first + (step->kernel_rows - 1) * step->row_dilation + n_rows - 1; filled++)
        fill_row (step, in, filled - step->pad.top, x * step->stride.width - step->pad.left,
                  n_padded, ring_row (step, filled));
      for (int r = 0; r < step->kernel_rows + n_rows - 1; r++)
        step->rows[r] = ring_row (step, first + r * step->row_dilation);
      if (step->maps_in_lanes)
        run_maps (step, &sum, end - x, out + ((gsize) y * step->out.width + x) * step->maps);
      else
        run_pixels (step, &sum, n_rows, end - x);
      for (int i = 0; i < n_rows && !step->maps_in_lanes; i++)
        step->loops->join (step->made + i * sum.row_stride, sum.map_stride, end - x,
                           step->out.channels,
                           out + ((gsize) (y + i) * step->out.width + x) * step->out.channels);
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
  g_free (step->rows);
  cnn_floats_free (step->ring);
  cnn_floats_free (step->made);
  g_free (step);
}

/* Where each tap's number lies in a row of the ring, and after these, the columns
 * that a window has more than its stride. */
static void
set_offsets (DirectStep *step, int columns, int dilation)
{
  int by = step->stride.width;

  step->n_taps = columns * step->depth;
  step->offsets = g_new (int, step->n_taps + 1);
  for (int k = 0, t = 0; k < columns; k++)
    for (int c = 0; c < step->depth; c++, t++)
      step->offsets[t] = (c * by + k * dilation % by) * step->plane + k * dilation / by;
  step->offsets[step->n_taps] = (columns - 1) * dilation + 1 - by;
}

/* A block of columns, and its planes with what the loops read beyond them. */
static void
set_columns (DirectStep *step, int extent)
{
  int slack = MAX (step->loops->block, step->loops->span);
  int floats = step->n_ring * step->in.channels * step->stride.width;
  int fits = (int) (RING_FLOATS / floats) - extent;

  step->columns = MIN (MAX (fits, MIN_COLUMNS), step->out.width);
  step->columns = (step->columns + slack - 1) / slack * slack;
  step->plane = step->columns + (extent + step->stride.width - 1) / step->stride.width + slack;
}

/**
 * cnn_direct_suits:
 *
 * Returns: whether cnn_direct_step_new() is faster with it than oneDNN is
 */
gboolean
cnn_direct_suits (const CnnConvolution *conv)
{
  int maps = conv->weights->dims[0] / conv->groups, depth = conv->weights->dims[3];

  if (conv->groups > 1)
    return conv->groups <= 8;
  return maps <= 8 || depth <= 8;
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
  gsize       ring, made;

  step->step.run = direct_run;
  step->step.free = direct_free;
  step->loops = cnn_direct_loops (0);
  step->in = task->in[0];
  step->out = task->out;
  step->pad = task->pad;
  step->stride = conv->stride;
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
  ring = (gsize) step->n_ring * step->in.channels * step->stride.width * step->plane;
  made = step->maps_in_lanes ? (gsize) step->loops->span * step->loops->lanes * 2
                             : (gsize) rows_together (step) * step->out.channels * step->columns;
  step->rows = g_new0 (const float *, step->kernel_rows + CNN_DIRECT_ROWS);
  step->ring = cnn_floats_alloc (ring);
  step->made = cnn_floats_alloc (made);
  if (!step->ring || !step->made || !get_weights (step, task, conv))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                   CNN_SHAPE_ARGS (task->out));
      direct_free (&step->step);
      return NULL;
    }
  memset (step->ring, 0, ring * sizeof (float)); /* the loops read beyond the planes' ends */
  return &step->step;
}
