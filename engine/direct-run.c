/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-step.h"

/* Running a direct convolution: block by block of columns, row by row. */

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
ring_row (const CnnDirectStep *step, int row)
{
  return step->ring + (gsize) (row % step->n_ring) * step->rows.in.channels * step->rows.by *
                        step->rows.plane;
}

/* The pass of a separable kernel along a row, from @flat to the ring. */
static void
pass_row (const CnnDirectStep *step, int n_columns, float *to)
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
fill_rows (const CnnDirectStep *step, const float *in, int from, int end, int x, int n_columns)
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
look_ahead (const CnnDirectStep *step, const float *in, int row, int x, const float *out, int y,
            int n_rows)
{
  Ahead ahead = { .n_rows = n_rows,
                  .in_pixel = step->rows.in.channels * step->rows.by,
                  .in_stride = (gsize) step->rows.in.width * step->rows.in.channels,
                  .out_pixel = step->out.channels,
                  .out_stride = (gsize) step->out.width * step->out.channels };

  if (step->joined)
    ahead.out_pixel = 0; /* is not read before it is written */
  else if (step->halves)
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
    __builtin_prefetch (in + i, 0, 2);
  for (int i = 0; i < n * ahead->out_pixel; i += LINE)
    __builtin_prefetch (out + i, 1);
}

/* A block of columns of @n_rows output rows, to @made, with pixels in the lanes. */
static void
run_pixels (const CnnDirectStep *step, CnnDirectSum *sum, int n_rows, int n_columns,
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

/* A block of columns of an output row with maps in the lanes. */
static void
run_maps (const CnnDirectStep *step, CnnDirectSum *sum, int n_columns, const Ahead *ahead,
          float *out)
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
            cnn_direct_copy_maps (step->made, width, MIN (loops->span, n_columns - x), n_maps, to,
                                  step->maps);
          for (int r = 0; r < step->kernel_rows; r++)
            step->at[r] += loops->span;
        }
      for (int r = 0; r < step->kernel_rows; r++)
        step->at[r] -= (n_columns + loops->span - 1) / loops->span * loops->span;
      sum->weights += taps * width;
    }
}

/* Rows that a loop can make together: they must share input rows, one apart. */
int
cnn_direct_rows_together (const CnnDirectStep *step)
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
put_planes (const CnnDirectStep *step, const CnnDirectSum *sum, const float *made, int y, int x,
            int n, float *out)
{
  int   maps = step->out.channels;
  gsize stride = step->columns / 2;

  if (!step->halves)
    {
      float *to = out + ((gsize) y * step->out.width + x) * maps;

      step->loops->join (made, sum->map_stride, n, maps, FALSE, step->joined ? step->joined : to);
      if (step->joined)
        step->loops->put (step->joined, (gsize) n * maps, to);
      return;
    }
  if (y % 2 == 0)
    return;
  for (int m = 0; m < maps; m++)
    step->loops->halve_planes (step->made + m * sum->map_stride,
                               step->made + sum->row_stride + m * sum->map_stride, n,
                               step->activated, step->slope, step->halved + m * stride);
  step->loops->join (step->halved, stride, n / 2, maps, FALSE,
                     out + ((gsize) (y / 2) * (step->out.width / 2) + x / 2) * maps);
}

/* Row @y with maps in the lanes, at a block of @n columns from @x on. */
static void
make_maps (const CnnDirectStep *step, CnnDirectSum *sum, int y, int x, int n, const Ahead *ahead,
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
run_block (CnnDirectStep *step, const float *in, int x, int end, float *out)
{
  static const int one_tap[1] = { 0 };
  CnnDirectSum     sum = { .rows = step->at,
                           .kernel_rows = step->kernel_rows,
                           .n_taps = step->flat ? 1 : step->n_taps,
                           .offsets = step->flat ? one_tap : step->offsets,
                           .activated = step->activated && !step->halves,
                           .slope = step->slope };
  int              together = cnn_direct_rows_together (step);
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

gboolean
cnn_direct_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  CnnDirectStep *step = (CnnDirectStep *) base;

  for (int first = 0; first < step->out.width; first += step->columns)
    run_block (step, in[0], first, MIN (first + step->columns, step->out.width), out);
  if (step->joined)
    cnn_direct_settle ();
  return TRUE;
}
