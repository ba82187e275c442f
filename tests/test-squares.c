/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cnn-test.h"
#include "direct-private.h"

/* Convolutions by tiles of 2×2: each kind of processor's loops, as far as this one has
 * them, on whole numbers, where they must be equal to the bit; and outputs so large that
 * they are written past the caches. What whole convolutions give is test-direct's. */

/* --- the loops ------------------------------------------------------------------- */

/* How the sums at the points 1, −1, 0 and infinity make two outputs. */
static const int from_points[2][CNN_SQUARE_POINTS] = { { 1, 1, 1, 0 }, { 1, -1, 0, 1 } };

static float
square_value (const CnnSquareSum *sum, int lanes, int y, int x, int lane, int tile)
{
  float value = sum->bias[lane];

  for (int i = 0; i < CNN_SQUARE_POINTS; i++)
    for (int j = 0; j < CNN_SQUARE_POINTS; j++)
      for (int c = 0; c < sum->depth; c++)
        {
          int at = (i * CNN_SQUARE_POINTS + j) * sum->depth + c;

          value += from_points[y][i] * from_points[x][j] * sum->weights[at * lanes + lane] *
                   sum->points[at * sum->plane + tile];
        }
  return value < 0 && sum->activated ? value * sum->slope : value;
}

static void
check_square (const CnnSquareSum *sum, int lanes, int tile, int lane)
{
  int   map = sum->paired ? lane / 2 : lane;
  float values[2][2];

  for (int y = 0; y < 2; y++)
    for (int x = 0; x < 2; x++)
      values[y][x] = square_value (sum, lanes, y, x, lane, tile);
  if (sum->halves)
    g_assert_cmpfloat (sum->out[tile * sum->pixel_stride + map], ==,
                       MAX (MAX (values[0][0], values[0][1]), MAX (values[1][0], values[1][1])));
  for (int y = 0; y < 2 && !sum->halves; y++)
    for (int x = 0; x < 2; x++)
      g_assert_cmpfloat (sum->out[y * sum->row_stride + (2 * tile + x) * sum->pixel_stride + map],
                         ==, values[y][x]);
}

static void
check_squares (GRand *rand, const CnnDirectLoops *loops, gboolean paired)
{
  int          lanes = loops->lanes, tiles = paired ? 2 : 1;
  int          n = pick (rand, 1, 9), depth = pick (rand, 1, 7), plane = n * tiles + 3;
  gsize        points = (gsize) CNN_SQUARE_POINTS * CNN_SQUARE_POINTS * depth;
  float       *room = cnn_floats_alloc (points * lanes + lanes + 8 * n * lanes);
  float       *in = cnn_floats_alloc (points * plane);
  CnnSquareSum sum = { .points = in,
                       .plane = plane,
                       .depth = depth,
                       .n = n,
                       .paired = paired,
                       .weights = room,
                       .bias = room + points * lanes,
                       .activated = pick (rand, 0, 1),
                       .slope = pick (rand, 0, 1) ? 0.5f : 0.0f,
                       .halves = pick (rand, 0, 1),
                       .streams = pick (rand, 0, 1),
                       .out = room + points * lanes + lanes,
                       .row_stride = 4 * n * lanes,
                       .pixel_stride = paired ? CNN_SQUARE_PAIR : 2 * lanes };

  pick_whole (rand, in, points * plane);
  pick_whole (rand, room, points * lanes + lanes);
  for (gsize i = 0; paired && i < points * lanes + lanes; i += 2)
    room[i + 1] = room[i];
  loops->squares (&sum);
  cnn_direct_settle ();
  for (int tile = 0; tile < n * tiles; tile++)
    for (int lane = tile % tiles; lane < lanes; lane += tiles)
      check_square (&sum, lanes, tile, lane);
  cnn_floats_free (in);
  cnn_floats_free (room);
}

/* As square_value(), with a tile in the lane. */
static float
tile_value (const CnnSquarePlanes *sum, int y, int x, int map, int tile)
{
  float value = sum->bias[map];

  for (int i = 0; i < CNN_SQUARE_POINTS; i++)
    for (int j = 0; j < CNN_SQUARE_POINTS; j++)
      for (int c = 0; c < sum->depth; c++)
        {
          gsize at = (j * sum->depth + c) * sum->plane + tile;
          float d[] = { sum->rows[0][at], sum->rows[1][at], sum->rows[2][at], sum->rows[3][at] };
          float down[] = { d[2] + d[1], d[2] - d[1], d[0] - d[2], d[3] - d[1] };

          value += from_points[y][i] * from_points[x][j] * down[i] *
                   sum->weights[((i * CNN_SQUARE_POINTS + j) * sum->depth + c) * sum->maps + map];
        }
  return value < 0 && sum->activated ? value * sum->slope : value;
}

/* Tiles are dealt: of each two vectors the even ones, and then the odd ones. */
static void
check_square_planes (GRand *rand, const CnnDirectLoops *loops)
{
  int             lanes = loops->lanes, n = 2 * lanes * pick (rand, 1, 3);
  int             depth = pick (rand, 1, CNN_SQUARE_CHANNELS), maps = pick (rand, 1, 9);
  gsize           points = (gsize) CNN_SQUARE_POINTS * CNN_SQUARE_POINTS * depth;
  gsize           row = (gsize) CNN_SQUARE_POINTS * depth * n;
  gsize           stride = n / 2 + pick (rand, 0, 3);
  float          *in = cnn_floats_alloc (CNN_SQUARE_POINTS * row);
  float          *room = cnn_floats_alloc ((points + 1) * maps);
  float          *out = cnn_floats_alloc (2 * 4 * maps * stride);
  CnnSquarePlanes sum = { .rows = { in, in + row, in + 2 * row, in + 3 * row },
                          .plane = n,
                          .depth = depth,
                          .n = n,
                          .maps = maps,
                          .weights = room,
                          .bias = room + points * maps,
                          .activated = pick (rand, 0, 1),
                          .slope = pick (rand, 0, 1) ? 0.5f : 0.0f,
                          .n_rows = pick (rand, 1, 2),
                          .out = out,
                          .row_stride = 4 * maps * stride,
                          .map_stride = stride };

  pick_whole (rand, in, CNN_SQUARE_POINTS * row);
  pick_whole (rand, room, (points + 1) * maps);
  for (gsize i = 0; i < 2 * 4 * maps * stride; i++)
    out[i] = 12345.0f;
  loops->square_planes (&sum);
  for (int y = 0; y < 2; y++)
    for (int i = 0; i < n; i++)
      for (int x = 0; x < 2; x++)
        for (int map = 0; map < maps; map++)
          {
            int odd = i / lanes % 2, place = i / (2 * lanes) * lanes + i % lanes;

            g_assert_cmpfloat (out[((y * 4 + 2 * odd + x) * maps + map) * stride + place], ==,
                               y < sum.n_rows ? tile_value (&sum, y, x, map, i) : 12345.0f);
          }
  cnn_floats_free (in);
  cnn_floats_free (room);
  cnn_floats_free (out);
}

/* Every second number of a vector of each map, and the others two planes on. */
static void
check_deal (GRand *rand, const CnnDirectLoops *loops)
{
  int               lanes = loops->lanes, maps = pick (rand, 1, 9);
  gsize             stride = lanes / 2 + pick (rand, 0, 3);
  g_autofree float *from = g_new (float, maps * lanes);
  g_autofree float *to = g_new (float, 4 * maps * stride);

  pick_whole (rand, from, maps * lanes);
  loops->deal (from, maps, to, stride);
  for (int map = 0; map < maps; map++)
    for (int i = 0; i < lanes; i++)
      g_assert_cmpfloat (to[(i % 2 * 2 * maps + map) * stride + i / 2], ==,
                         from[map * lanes + i]);
}

/* Four rows at the points, along them and then down the columns. */
static void
check_points (GRand *rand, const CnnDirectLoops *loops)
{
  int               n = pick (rand, 1, 40), two = 2 * loops->lanes;
  int               stride = (n + two - 1) / two * two;
  int               row = 2 * stride + 2, size = CNN_SQUARE_POINTS * stride;
  g_autofree float *in = g_new (float, CNN_SQUARE_POINTS * row);
  g_autofree float *across = g_new (float, CNN_SQUARE_POINTS * size);
  g_autofree float *down = g_new (float, CNN_SQUARE_POINTS * size);
  const float      *rows[CNN_SQUARE_POINTS];

  pick_whole (rand, in, CNN_SQUARE_POINTS * row);
  for (int y = 0; y < CNN_SQUARE_POINTS; y++)
    {
      rows[y] = across + y * size;
      loops->squares_across (in + y * row, n, across + y * size, stride);
      for (int t = 0; t < n; t++)
        {
          const float *d = in + y * row + 2 * t;

          g_assert_cmpfloat (rows[y][t], ==, d[2] + d[1]);
          g_assert_cmpfloat (rows[y][stride + t], ==, d[2] - d[1]);
          g_assert_cmpfloat (rows[y][2 * stride + t], ==, d[0] - d[2]);
          g_assert_cmpfloat (rows[y][3 * stride + t], ==, d[3] - d[1]);
        }
    }
  for (int y = 0; y < CNN_SQUARE_POINTS; y++)
    {
      loops->squares_dealt (in + y * row, stride, down, stride);
      loops->squares_across (in + y * row, stride, across + y * size, stride);
      for (int i = 0; i < size; i++)
        {
          int t = i % stride, of = i - t % two; /* number i is of tile t, as dealt */

          g_assert_cmpfloat (down[i], ==,
                             rows[y][of + 2 * (t % loops->lanes) + t % two / loops->lanes]);
        }
    }
  loops->squares_down (rows, size, down);
  for (int i = 0; i < size; i++)
    {
      g_assert_cmpfloat (down[i], ==, rows[2][i] + rows[1][i]);
      g_assert_cmpfloat (down[size + i], ==, rows[2][i] - rows[1][i]);
      g_assert_cmpfloat (down[2 * size + i], ==, rows[0][i] - rows[2][i]);
      g_assert_cmpfloat (down[3 * size + i], ==, rows[3][i] - rows[1][i]);
    }
}

static void
test_loops (void)
{
  g_autoptr (GRand)     rand = g_rand_new_with_seed (5);
  const CnnDirectLoops *loops;

  for (guint kind = 0; (loops = cnn_direct_loops (kind)) != NULL; kind++)
    for (int i = 0; i < 60; i++)
      {
        check_squares (rand, loops, FALSE);
        if (loops->lanes == 2 * CNN_SQUARE_PAIR)
          check_squares (rand, loops, TRUE);
        check_square_planes (rand, loops);
        check_deal (rand, loops);
        check_points (rand, loops);
      }
}

/* --- past the caches --------------------------------------------------------------- */

typedef struct
{
  float   *map;
  CnnShape shape;
} Large;

static gboolean
compare_rows (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
              GError **error)
{
  const Large *large = data;
  gsize        n = (gsize) rect->width * large->shape.channels * sizeof (float);

  for (int y = 0; y < rect->height; y++)
    {
      gsize place = (gsize) (rect->y + y) * large->shape.width + rect->x;

      g_assert_cmpmem (values + y * stride, n, large->map + place * large->shape.channels, n);
    }
  return TRUE;
}

/* Right into memory, and row by row. */
static void
check_large (GRand *rand, const char *text, CnnShape shape)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  guint                  last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan)    plan = cnn_plan_new (network, shape, 1, &last, NULL, &error);
  g_autofree float      *in = g_new (float, cnn_shape_cells (shape));
  Large                  large = { .shape = cnn_plan_info (plan, last)->shape };
  CnnSource              source = { .memory = in };
  CnnSink                memory = { .memory = &large.map };
  CnnSink                rows = { .write = compare_rows, .data = &large };

  g_assert_no_error (error);
  g_assert_cmpint (cnn_shape_cells (large.shape), >=, 4 << 20);
  pick_whole (rand, in, cnn_shape_cells (shape));
  large.map = cnn_floats_alloc (cnn_shape_cells (large.shape));
  cnn_plan_run (plan, &source, &memory, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_run (plan, &source, &rows, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  cnn_floats_free (large.map);
}

static void
test_large (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);

  check_large (rand, "conv 16 3x3 pad=same; relu", (CnnShape) { 512, 513, 3 });
  check_large (rand, "conv 8 3x3 pad=same", (CnnShape) { 731, 719, 1 });
  check_large (rand, "conv 64 3x3 pad=same; relu; maxpool 2", (CnnShape) { 514, 512, 1 });
  check_large (rand, "conv 24 3x3 pad=same; relu", (CnnShape) { 420, 440, 2 });
  check_large (rand, "conv 16 3x3 pad=same; relu", (CnnShape) { 513, 515, 8 });
  check_large (rand, "conv 64 3x3 pad=same; relu; maxpool 2", (CnnShape) { 514, 512, 9 });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/squares/loops", test_loops);
  g_test_add_func ("/squares/large", test_large);
  return g_test_run ();
}
