/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

#include <string.h>

#include "i18n.h"
#include "planes.h"
#include "winograd.h"

/* Winograd's F(2×2, 3×3) for few channels, with maps in the lanes: input rows are brought
 * to the points along the row once, and down the columns for each row of tiles; all maps
 * are made of that, and written as they shall lie. Where rows shall be planes, tiles are in
 * the lanes, and the sums the same. Kernels are multiplied by halves and
 * quarters only, so whole numbers stay exact. */

#define POINTS CNN_SQUARE_POINTS

/* Fewer maps leave lanes empty, but for those of which two tiles fill a vector; with more
 * channels larger tiles save more. */
#define MIN_MAPS 16

/* Numbers at the points shall not take more floats than this where it can be helped. */
#define POINT_FLOATS ((int) (20 * 1024 / sizeof (float)))
/* Vectors that are made elsewhere and copied, at a time. */
#define ELSEWHERE 16

typedef struct
{
  CnnStep       step;
  CnnDirectRows rows;
  CnnShape      out;
  CnnSides      pad;
  CnnSquareSum  sum;
  gboolean      streams;
  gsize         stride;  /* of the output's planes, or 0 */
  const float  *weights; /* [vector of maps][4][4][channels][lanes]; for planes
                          * [4][4][channels][maps] */
  const float  *bias;    /* [vector of maps][lanes]; for planes [maps] */
  int           n_tiles; /* of a block, side by side */
  float        *planes;  /* an input row, [channels][plane] */
  float        *ring;    /* input rows at the points, [4][4][channels][n_tiles] */
  float        *points;  /* [4][4][channels][n_tiles] */
  float        *made;    /* [2][2][ELSEWHERE][lanes] */
} SquaresStep;

/* --- weights ------------------------------------------------------------------ */

static gboolean
is_paired (int maps)
{
  return maps == CNN_SQUARE_PAIR && cnn_direct_loops (0)->lanes == 2 * CNN_SQUARE_PAIR;
}

/* Maps of a vector. */
static int
n_lane_maps (int maps)
{
  return is_paired (maps) ? CNN_SQUARE_PAIR : cnn_direct_loops (0)->lanes;
}

/* Three weights at the points 1, −1, 0 and infinity. */
static void
to_points (const double *g, int stride, double *points, int to_stride)
{
  double ends = g[0] + g[2 * stride], middle = g[stride];

  points[0] = (ends + middle) / 2;
  points[to_stride] = (ends - middle) / 2;
  points[2 * to_stride] = g[0];
  points[3 * to_stride] = g[2 * stride];
}

static void
kernel_at_points (const CnnTensor *weights, int map, int channel, double *points)
{
  int    depth = weights->dims[3];
  double kernel[9], rows[3 * POINTS];

  for (int i = 0; i < 9; i++)
    kernel[i] = weights->values[(gsize) (map * 9 + i) * depth + channel];
  for (int r = 0; r < 3; r++)
    to_points (kernel + 3 * r, 1, rows + POINTS * r, 1);
  for (int i = 0; i < POINTS; i++)
    to_points (rows + i, POINTS, points + i, POINTS);
}

/* Puts a number of a map where its vector has it. */
static void
put_lane (float *vector, int map, int maps, double value)
{
  int times = is_paired (maps) ? 2 : 1;

  for (int i = 0; i < times; i++)
    vector[map * times + i] = (float) value;
}

static void
pack_weights (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  int                   maps = conv->weights->dims[0], depth = conv->weights->dims[3];
  int                   lanes = cnn_direct_loops (0)->lanes, width = n_lane_maps (maps);

  for (int map = 0; map < maps; map++)
    for (int c = 0; c < depth; c++)
      {
        double points[POINTS * POINTS];
        float *vectors = values + (gsize) (map / width) * POINTS * POINTS * depth * lanes;

        kernel_at_points (conv->weights, map, c, points);
        for (int i = 0; i < POINTS * POINTS; i++)
          put_lane (vectors + (i * depth + c) * lanes, map % width, maps, points[i]);
      }
}

static void
pack_weights_for_planes (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  int                   maps = conv->weights->dims[0], depth = conv->weights->dims[3];

  for (int map = 0; map < maps; map++)
    for (int c = 0; c < depth; c++)
      {
        double points[POINTS * POINTS];

        kernel_at_points (conv->weights, map, c, points);
        for (int i = 0; i < POINTS * POINTS; i++)
          values[(i * depth + c) * maps + map] = (float) points[i];
      }
}

static void
pack_bias (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  int                   maps = conv->weights->dims[0];
  int                   lanes = cnn_direct_loops (0)->lanes, width = n_lane_maps (maps);

  for (int map = 0; conv->bias && map < maps; map++)
    put_lane (values + map / width * lanes, map % width, maps, conv->bias->values[map]);
}

/* --- running -------------------------------------------------------------------- */

static float *
ring_row (const SquaresStep *step, int row)
{
  return step->ring + (gsize) (row % POINTS) * POINTS * step->rows.in.channels * step->n_tiles;
}

/* An input row at the points along it, for @n tiles from tile @first on. */
static void
fill_row (const SquaresStep *step, const float *in, int row, int first, int n)
{
  const CnnDirectLoops *loops = step->rows.loops;
  int                   channels = step->rows.in.channels;
  void                (*across) (const float *row, int n, float *to, gsize stride) =
    step->stride > 0 ? loops->squares_dealt : loops->squares_across;

  cnn_direct_fetch (&step->rows, in, row + 2 - step->pad.top, 2 * first - step->pad.left, 2 * n);
  cnn_direct_row (&step->rows, in, row - step->pad.top, 2 * first - step->pad.left, 2 * n + 2,
                  step->planes);
  for (int c = 0; c < channels; c++)
    across (step->planes + (gsize) c * step->rows.plane, n,
            ring_row (step, row) + c * step->sum.plane, channels * step->sum.plane);
}

/* So many tiles of a vector of maps whose place cannot be written to as a whole. */
static void
make_elsewhere (const SquaresStep *step, const CnnSquareSum *where, int n, int n_rows,
                int n_pixels, int n_maps)
{
  CnnSquareSum sum = *where;
  int          of_vector = (sum.paired ? 2 : 1) * (sum.halves ? 1 : 2);
  int          width = n_lane_maps (step->out.channels);

  sum.streams = FALSE;
  sum.out = step->made;
  sum.pixel_stride = width;
  sum.row_stride = (gsize) ELSEWHERE * of_vector * width;
  for (int i = 0; i < n; i += ELSEWHERE)
    {
      int pixel = i * of_vector;

      sum.n = MIN (n - i, ELSEWHERE);
      step->rows.loops->squares (&sum);
      sum.points += sum.n * (sum.paired ? 2 : 1);
      for (int r = 0; r < n_rows; r++)
        cnn_direct_copy_maps (step->made + r * sum.row_stride, width,
                              MIN (sum.n * of_vector, n_pixels - pixel), n_maps,
                              where->out + r * where->row_stride + pixel * where->pixel_stride,
                              where->pixel_stride);
    }
}

/* @n tiles side by side, from tile @first of the row of tiles that begins with output row
 * @y; their input is at the points. */
static void
make_squares (const SquaresStep *step, int y, int first, int n, float *out)
{
  CnnSquareSum sum = step->sum;
  int          maps = step->out.channels, width = n_lane_maps (maps);
  int          lanes = step->rows.loops->lanes;
  int          by = sum.halves ? 2 : 1, tiles = sum.paired ? 2 : 1;
  int          n_rows = MIN (2, step->out.height - y) / by;
  int          n_pixels = MIN (2 * n, step->out.width - 2 * first) / by;
  int          of_vector = tiles * 2 / by; /* pixels */

  sum.pixel_stride = maps;
  sum.row_stride = (gsize) (step->out.width / by) * maps;
  for (int map = 0; map < maps; map += width)
    {
      int whole = n_rows * by == 2 && maps - map >= width ? n_pixels / of_vector : 0;
      int rest = (n_pixels - whole * of_vector + of_vector - 1) / of_vector;

      sum.weights = step->weights + (gsize) map / width * POINTS * POINTS * sum.depth * lanes;
      sum.bias = step->bias + map / width * lanes;
      sum.points = step->points;
      sum.out = out + (y / by) * sum.row_stride + (gsize) (2 * first / by) * maps + map;
      sum.streams = step->streams && ((gsize) sum.out | (sum.row_stride * sizeof (float)) |
                                      (maps * tiles * sizeof (float))) %
                                         (lanes * sizeof (float)) == 0;
      sum.n = whole;
      step->rows.loops->squares (&sum);
      sum.points += whole * tiles;
      sum.out += whole * of_vector * maps;
      make_elsewhere (step, &sum, rest, n_rows, n_pixels - whole * of_vector,
                      MIN (maps - map, width));
    }
}

/* The same, to rows that are planes. @rows: their input at the points along them */
static void
make_planes (const SquaresStep *step, const float *const *rows, int y, int first, int n, float *out)
{
  int             maps = step->out.channels, end = first + n;
  gsize           row = cnn_planes_row (maps, step->stride);
  CnnSquarePlanes sum = { .plane = step->sum.plane,
                          .depth = step->sum.depth,
                          .n = (int) step->sum.plane,
                          .maps = maps,
                          .weights = step->weights,
                          .bias = step->bias,
                          .activated = step->sum.activated,
                          .slope = step->sum.slope,
                          .n_rows = MIN (2, step->out.height - y),
                          .out = out + y * row + cnn_planes_at (maps, step->stride, 2 * first),
                          .row_stride = row,
                          .map_stride = step->stride };

  memcpy (sum.rows, rows, sizeof sum.rows);
  step->rows.loops->square_planes (&sum);
  for (int r = 0; r < sum.n_rows && 2 * end >= step->out.width; r++)
    cnn_planes_edges (out + (y + r) * row, step->out.width, maps, step->stride);
}

static gboolean
squares_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  SquaresStep *step = (SquaresStep *) base;
  int          across = (step->out.width + 1) / 2;
  int          whole = step->rows.loops->lanes * (step->stride > 0 ? 2 : 1);

  for (int first = 0; first < across; first += step->n_tiles)
    {
      int n = MIN (step->n_tiles, across - first), filled = 0;

      step->sum.plane = (n + whole - 1) / whole * whole;
      for (int row = 0; row < step->out.height; row += 2)
        {
          const float *at[POINTS];

          for (; filled < row + POINTS; filled++)
            fill_row (step, in[0], filled, first, n);
          for (int i = 0; i < POINTS; i++)
            at[i] = ring_row (step, row + i);
          if (step->stride > 0)
            {
              make_planes (step, at, row, first, n, out);
              continue;
            }
          step->rows.loops->squares_down (at, POINTS * step->sum.depth * step->sum.plane,
                                          step->points);
          make_squares (step, row, first, n, out);
        }
    }
  if (step->streams)
    cnn_direct_settle ();
  return TRUE;
}

/* --- making a step ------------------------------------------------------------------ */

static void
squares_free (CnnStep *base)
{
  SquaresStep *step = (SquaresStep *) base;

  cnn_floats_free (step->rows.padded);
  cnn_floats_free (step->planes);
  cnn_floats_free (step->ring);
  cnn_floats_free (step->points);
  cnn_floats_free (step->made);
  g_free (step);
}

/* Blocks of equal width, as few as fit. */
static void
set_tiles (SquaresStep *step, int lanes)
{
  int across = (step->out.width + 1) / 2;
  int whole = step->stride > 0 ? 2 * lanes : lanes;
  int most = MAX (POINT_FLOATS / (2 * POINTS * POINTS * step->rows.in.channels), whole);
  int n_blocks = (across + most - 1) / most;

  step->n_tiles = ((across + n_blocks - 1) / n_blocks + whole - 1) / whole * whole;
  step->rows.plane = 2 * step->n_tiles + lanes;
}

static gboolean
alloc_memory (SquaresStep *step, int lanes)
{
  gsize row = (gsize) step->rows.in.channels * step->rows.plane;
  gsize points = (gsize) POINTS * POINTS * step->rows.in.channels * step->n_tiles;

  step->rows.padded = cnn_floats_alloc (row);
  step->planes = cnn_floats_alloc (row);
  step->ring = cnn_floats_alloc (points);
  step->points = cnn_floats_alloc (points);
  step->made = cnn_floats_alloc ((gsize) 4 * ELSEWHERE * lanes);
  if (!step->rows.padded || !step->planes || !step->ring || !step->points || !step->made)
    return FALSE;
  memset (step->planes, 0, row * sizeof (float)); /* the loops read beyond the last tile */
  return TRUE;
}

static gboolean
get_weights (SquaresStep *step, const CnnTask *task, const CnnConvolution *conv, int lanes)
{
  const int *dims = conv->weights->dims;
  int        width = n_lane_maps (dims[0]);
  gsize      n = (gsize) ((dims[0] + width - 1) / width) * lanes;

  if (step->stride > 0)
    {
      step->weights = cnn_store_get (task->store, "squares planes",
                                     (gsize) dims[0] * POINTS * POINTS * dims[3],
                                     pack_weights_for_planes, conv);
      step->bias = cnn_direct_weights (task->store, conv, CNN_DIRECT_BIAS);
      return step->weights && step->bias;
    }
  step->weights = cnn_store_get (task->store, "squares", n * POINTS * POINTS * dims[3],
                                 pack_weights, conv);
  step->bias = cnn_store_get (task->store, "squares bias", n, pack_bias, conv);
  return step->weights && step->bias;
}

/**
 * cnn_direct_squares_suits:
 * @window: of a convolution in one group
 * @channels: of its input
 * @maps: of its output
 *
 * Depends on the layer alone, so that all tiles of a map are made in the same way.
 *
 * Returns: whether cnn_direct_squares_step_new() can do it, and faster than other ways
 */
gboolean
cnn_direct_squares_suits (const CnnWindow *window, int channels, int maps)
{
  return cnn_winograd_window (window) && channels <= CNN_SQUARE_CHANNELS &&
         (maps == CNN_SQUARE_PAIR || maps >= MIN_MAPS);
}

/**
 * cnn_direct_squares_grid:
 *
 * Returns: rows and columns of the output that are made together
 */
CnnSize
cnn_direct_squares_grid (void)
{
  return (CnnSize) { 2, 2 };
}

/**
 * cnn_direct_squares_step_new:
 * @task: the tile, its (y, x) multiples of 2
 * @conv: what to compute
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_direct_squares_step_new (const CnnTask *task, const CnnConvolution *conv, GError **error)
{
  SquaresStep *step = g_new0 (SquaresStep, 1);
  int          lanes = cnn_direct_loops (0)->lanes;

  step->step.run = squares_run;
  step->step.free = squares_free;
  step->rows = (CnnDirectRows) { .loops = cnn_direct_loops (0), .in = task->in[0], .by = 1 };
  step->out = task->out;
  if (task->halves)
    {
      step->out.height *= 2;
      step->out.width *= 2;
    }
  step->pad = task->pad;
  step->streams = task->streams;
  step->stride = task->out_stride;
  set_tiles (step, lanes);
  step->sum = (CnnSquareSum) {
    .depth = task->in[0].channels,
    .paired = is_paired (task->out.channels),
    .halves = task->halves,
    .activated = task->then != NULL,
    .slope = task->then ? (float) task->then->op->slope (task->then) : 0.0f,
  };
  if (!alloc_memory (step, lanes) || !get_weights (step, task, conv, lanes))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                   CNN_SHAPE_ARGS (task->out));
      squares_free (&step->step);
      return NULL;
    }
  return &step->step;
}
