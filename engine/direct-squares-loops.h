/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loops of Winograd's F(2×2, 3×3) with maps in the lanes, included by direct-loops.h:
 * 2×2 outputs of a 3×3 kernel with 16 multiplications in place of 36, and additions, for
 * which many processors have units of their own. The points are 1, −1, 0 and infinity, in
 * this order, which needs least room for sums. */

#define POINTS CNN_SQUARE_POINTS

typedef gint64 NAME (Pairs) __attribute__ ((vector_size (LANES * 4)));
typedef gint64 NAME (Pair) __attribute__ ((aligned (4), may_alias));

/* Every second number of two vectors, from @first on. */
static inline __attribute__ ((always_inline)) Vector
NAME (every_second) (Vector a, Vector b, int first)
{
  Bits from;

  for (int i = 0; i < LANES; i++)
    from[i] = 2 * i + first;
  return NAME (pick_lanes) (a, b, from);
}

/* Of each two neighbouring columns a tile, these and the two after them at the points. */
static inline __attribute__ ((always_inline)) void
NAME (square_across) (const float *from, Vector *points)
{
  Vector a = *(const Floats *) from, b = *(const Floats *) (from + LANES);
  Vector c = *(const Floats *) (from + 2), d = *(const Floats *) (from + LANES + 2);
  Vector d0 = NAME (every_second) (a, b, 0), d1 = NAME (every_second) (a, b, 1);
  Vector d2 = NAME (every_second) (c, d, 0), d3 = NAME (every_second) (c, d, 1);

  points[0] = d2 + d1;
  points[1] = d2 - d1;
  points[2] = d0 - d2;
  points[3] = d3 - d1;
}

/* A row at the points: planes @stride apart. */
static void
NAME (squares_across) (const float *row, int n, float *to, gsize stride)
{
  for (int t = 0; t < n; t += LANES)
    {
      Vector points[POINTS];

      NAME (square_across) (row + 2 * t, points);
#pragma GCC unroll 4
      for (int i = 0; i < POINTS; i++)
        *(Floats *) (to + i * stride + t) = points[i];
    }
}

/* The same, of each two vectors of tiles first the even ones and then the odd ones. */
static void
NAME (squares_dealt) (const float *row, int n, float *to, gsize stride)
{
  for (int t = 0; t < n; t += 2 * LANES)
    {
      Vector points[2][POINTS];

      NAME (square_across) (row + 2 * t, points[0]);
      NAME (square_across) (row + 2 * t + 2 * LANES, points[1]);
#pragma GCC unroll 4
      for (int i = 0; i < POINTS; i++)
#pragma GCC unroll 2
        for (int odd = 0; odd < 2; odd++)
          *(Floats *) (to + i * stride + t + odd * LANES) =
            NAME (every_second) (points[0][i], points[1][i], odd);
    }
}

/* The same down the columns of four rows of @n numbers, a multiple of the lanes:
 * [POINTS][n]. */
static void
NAME (squares_down) (const float *const *rows, gsize n, float *to)
{
  for (gsize i = 0; i < n; i += LANES)
    {
      Vector d0 = *(const Floats *) (rows[0] + i), d1 = *(const Floats *) (rows[1] + i);
      Vector d2 = *(const Floats *) (rows[2] + i), d3 = *(const Floats *) (rows[3] + i);

      *(Floats *) (to + i) = d2 + d1;
      *(Floats *) (to + n + i) = d2 - d1;
      *(Floats *) (to + 2 * n + i) = d0 - d2;
      *(Floats *) (to + 3 * n + i) = d3 - d1;
    }
}

static inline __attribute__ ((always_inline)) Vector
NAME (square_product) (gboolean paired, Vector weights, const float *points)
{
  if (paired)
    return weights * (Vector) ((NAME (Pairs)) { 0 } + *(const NAME (Pair) *) points);
  return weights * *points;
}

/* Adds the products at a point to the sums of @n vectors, which @begin with them. */
static inline __attribute__ ((always_inline)) void
NAME (square_products) (gsize plane, int depth, int n, gboolean paired, const Vector *weights,
                        const float *points, gboolean begin, Vector *sums)
{
  int tiles = paired ? 2 : 1;

  if (begin)
#pragma GCC unroll 4
    for (int v = 0; v < n; v++)
      sums[v] = NAME (square_product) (paired, weights[0], points + v * tiles);
  for (int c = begin; c < depth; c++)
#pragma GCC unroll 4
    for (int v = 0; v < n; v++)
      sums[v] += NAME (square_product) (paired, weights[c], points + c * plane + v * tiles);
}

/* The outputs of @n vectors, [row][column][n]. The bias begins the sum at the point 1 of both
 * directions, which all four outputs take once. */
static inline __attribute__ ((always_inline)) void
NAME (square_sums) (gsize plane, int depth, int n, gboolean paired, const Vector *weights,
                    const float *points, const Vector *bias, Vector (*y)[2][4])
{
  gsize from = depth * plane;

#pragma GCC unroll 4
  for (int i = 0; i < POINTS; i++, weights += POINTS * depth, points += POINTS * from)
    {
      Vector row[2][VECTORS], other[VECTORS];

#pragma GCC unroll 4
      for (int v = 0; v < n; v++)
        row[0][v] = bias[v];
      NAME (square_products) (plane, depth, n, paired, weights, points, i > 0, row[0]);
      NAME (square_products) (plane, depth, n, paired, weights + depth, points + from, TRUE, other);
#pragma GCC unroll 4
      for (int v = 0; v < n; v++)
        {
          row[1][v] = row[0][v] - other[v];
          row[0][v] += other[v];
        }
      NAME (square_products) (plane, depth, n, paired, weights + 2 * depth, points + 2 * from,
                              FALSE, row[0]);
      NAME (square_products) (plane, depth, n, paired, weights + 3 * depth, points + 3 * from,
                              FALSE, row[1]);
#pragma GCC unroll 2
      for (int x = 0; x < 2; x++)
#pragma GCC unroll 4
        for (int v = 0; v < n; v++)
          {
            if (i == 0)
              y[0][x][v] = y[1][x][v] = row[x][v];
            if (i == 1)
              y[1][x][v] -= row[x][v];
            if (i == 1 || i == 2)
              y[0][x][v] += row[x][v];
            if (i == 3)
              y[1][x][v] += row[x][v];
          }
    }
}

static inline __attribute__ ((always_inline)) void
NAME (square_store) (Vector value, gboolean streams, float *to)
{
#if LANES == 16 && !defined __clang__
  if (streams)
    {
      __builtin_ia32_movntps512 (to, value);
      return;
    }
#endif
  *(Floats *) to = value;
}

/* Puts out one vector's tile, or pair of tiles. */
static inline __attribute__ ((always_inline)) void
NAME (square_put) (const CnnSquareSum *sum, gboolean paired, gboolean halves, Vector (*y)[2][4],
                   int v, float *out)
{
  gsize next = paired ? LANES : sum->pixel_stride;

  if (halves)
    {
      Vector value = NAME (largest) (NAME (largest) (y[0][0][v], y[0][1][v]),
                                     NAME (largest) (y[1][0][v], y[1][1][v]));

      NAME (activate) (sum->activated, sum->slope, 1, &value);
      if (paired)
        value = NAME (deal_lanes) (value);
      NAME (square_store) (value, sum->streams, out);
      return;
    }
#pragma GCC unroll 2
  for (int r = 0; r < 2; r++, out += sum->row_stride)
    {
      Vector row[2] = { y[r][0][v], y[r][1][v] };

      NAME (activate) (sum->activated, sum->slope, 2, row);
#pragma GCC unroll 2
      for (int x = 0; x < 2; x++)
        NAME (square_store) (paired ? NAME (every_second) (row[0], row[1], x) : row[x],
                             sum->streams, out + x * next);
    }
}

static inline __attribute__ ((always_inline)) void
NAME (square_loop) (const CnnSquareSum *sum, int depth, gboolean paired, gboolean halves)
{
  const Vector *weights = (const Vector *) sum->weights;
  const float  *points = sum->points;
  float        *out = sum->out;
  int           tiles = paired ? 2 : 1;
  gsize         next = (paired ? LANES : sum->pixel_stride) * (halves ? 1 : 2);
  int           n = depth == 1 ? 1 : VECTORS, i = 0;
  Vector        bias[VECTORS];
  Vector        kept[POINTS * POINTS];

  for (int v = 0; v < VECTORS; v++)
    bias[v] = *(const Floats *) sum->bias;
  if (depth == 1) /* all fit the registers */
    {
      for (int p = 0; p < POINTS * POINTS; p++)
        kept[p] = weights[p];
      weights = kept;
    }
  for (; i + n <= sum->n; i += n, points += n * tiles)
    {
      Vector y[2][2][4];

      NAME (square_sums) (sum->plane, depth, n, paired, weights, points, bias, y);
#pragma GCC unroll 4
      for (int v = 0; v < n; v++, out += next)
        NAME (square_put) (sum, paired, halves, y, v, out);
    }
  for (; i < sum->n; i++, points += tiles, out += next)
    {
      Vector y[2][2][4];

      NAME (square_sums) (sum->plane, depth, 1, paired, weights, points, bias, y);
      NAME (square_put) (sum, paired, halves, y, 0, out);
    }
}

static inline __attribute__ ((always_inline)) void
NAME (square_loops) (const CnnSquareSum *sum, int depth, gboolean paired)
{
  if (sum->halves)
    NAME (square_loop) (sum, depth, paired, TRUE);
  else
    NAME (square_loop) (sum, depth, paired, FALSE);
}

static void
NAME (squares) (const CnnSquareSum *sum)
{
  if (sum->paired)
    {
#if LANES == 16
      if (sum->depth == 1)
        NAME (square_loops) (sum, 1, TRUE);
      else if (sum->depth == 3)
        NAME (square_loops) (sum, 3, TRUE);
      else
        NAME (square_loops) (sum, sum->depth, TRUE);
#endif
    }
  else if (sum->depth == 1)
    NAME (square_loops) (sum, 1, FALSE);
  else if (sum->depth == 3)
    NAME (square_loops) (sum, 3, FALSE);
  else
    NAME (square_loops) (sum, sum->depth, FALSE);
}

/* --- tiles in the lanes -------------------------------------------------------------- */

/* Inputs of as many tiles as there are lanes at the points, [4][4][depth]. */
static inline __attribute__ ((always_inline)) void
NAME (square_spread) (const CnnSquarePlanes *sum, int depth, int first, Vector *spread)
{
  for (int i = 0; i < POINTS * depth; i++)
    {
      gsize  at = i * sum->plane + first;
      Vector d0 = *(const Floats *) (sum->rows[0] + at), d1 = *(const Floats *) (sum->rows[1] + at);
      Vector d2 = *(const Floats *) (sum->rows[2] + at), d3 = *(const Floats *) (sum->rows[3] + at);

      spread[i] = d2 + d1;
      spread[POINTS * depth + i] = d2 - d1;
      spread[2 * POINTS * depth + i] = d0 - d2;
      spread[3 * POINTS * depth + i] = d3 - d1;
    }
}

/* The same sums as with maps in the lanes, to the bit: what is the vector there and what the
 * number it is multiplied with have changed places. */
static inline __attribute__ ((always_inline)) void
NAME (square_tiles) (const CnnSquarePlanes *sum, int depth, int map, int n, const Vector *spread,
                     float *out)
{
  Vector bias[VECTORS], y[2][2][4];

#pragma GCC unroll 4
  for (int v = 0; v < n; v++)
    bias[v] = (Vector) { 0 } + sum->bias[map + v];
  NAME (square_sums) (sum->maps, depth, n, FALSE, spread, sum->weights + map, bias, y);
#pragma GCC unroll 2
  for (int r = 0; r < 2; r++)
    {
      if (r >= sum->n_rows)
        break;
#pragma GCC unroll 2
      for (int x = 0; x < 2; x++)
        {
          float *to = out + r * sum->row_stride + (x * sum->maps + map) * sum->map_stride;

          NAME (activate) (sum->activated, sum->slope, n, y[r][x]);
#pragma GCC unroll 4
          for (int v = 0; v < n; v++, to += sum->map_stride)
            *(Floats *) to = y[r][x][v];
        }
    }
}

static inline __attribute__ ((always_inline)) void
NAME (square_planes_loop) (const CnnSquarePlanes *sum, int depth)
{
  Vector spread[POINTS * POINTS * CNN_SQUARE_CHANNELS];
  float *out = sum->out;

  for (int i = 0; i * LANES < sum->n; i++)
    {
      float *to = out + i / 2 * LANES + i % 2 * 2 * sum->maps * sum->map_stride;
      int    map = 0;

      NAME (square_spread) (sum, depth, i * LANES, spread);
      for (; map + VECTORS <= sum->maps; map += VECTORS)
        NAME (square_tiles) (sum, depth, map, VECTORS, spread, to);
      for (; map < sum->maps; map++)
        NAME (square_tiles) (sum, depth, map, 1, spread, to);
    }
}

static void
NAME (square_planes) (const CnnSquarePlanes *sum)
{
  if (sum->depth == 1)
    NAME (square_planes_loop) (sum, 1);
  else if (sum->depth == 3)
    NAME (square_planes_loop) (sum, 3);
  else
    NAME (square_planes_loop) (sum, sum->depth);
}

#undef POINTS
