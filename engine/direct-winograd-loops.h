/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loops of a Winograd convolution with tiles in the lanes, included by
 * direct-loops.h: 4×4 outputs of a 3×3 kernel from 6×6 inputs with 36
 * multiplications in place of 144. */

#define IN  CNN_WINOGRAD_PATCH
#define OUT CNN_WINOGRAD_TILE
/* Maps that are summed together: a column of points of each shall stay in registers. */
#define MAPS (LANES == 16 ? 4 : 2)

#include "winograd-rows.h"

/* Three of the six rows of points, from @first on: so many that they stay in registers
 * between the columns and the rows. */
static inline __attribute__ ((always_inline)) void
NAME (winograd_in_half) (const CnnWinogradSum *sum, int first, int c)
{
  Vector *spread = (Vector *) sum->spread + c * IN;
  Vector  d[IN / 2][IN];

#pragma GCC unroll 6
  for (int x = 0; x < IN; x++)
    {
      Vector column[IN], points[IN];

#pragma GCC unroll 6
      for (int y = 0; y < IN; y++)
        column[y] = *(const Floats *) (sum->rows[y] + c * sum->plane + sum->offsets[x]);
      NAME (row_to_points) (column, points);
#pragma GCC unroll 3
      for (int y = 0; y < IN / 2; y++)
        d[y][x] = points[first + y];
    }
#pragma GCC unroll 3
  for (int y = 0; y < IN / 2; y++)
    {
      Vector points[IN];

      NAME (row_to_points) (d[y], points);
#pragma GCC unroll 6
      for (int x = 0; x < IN; x++)
        spread[x * sum->depth * IN + first + y] = points[x];
    }
}

/* The tiles' inputs at the points: [channel][row][column] to [column][channel][row]. */
static void
NAME (winograd_in) (const CnnWinogradSum *sum)
{
  for (int c = 0; c < sum->depth; c++)
    {
      NAME (winograd_in_half) (sum, 0, c);
      NAME (winograd_in_half) (sum, IN / 2, c);
    }
}

/* A column of the points of @n_maps maps, brought back to rows of outputs. */
static inline __attribute__ ((always_inline)) void
NAME (winograd_column) (const CnnWinogradSum *sum, const Vector *spread, const float *weights,
                        int n_maps, int x, Vector (*y)[OUT][IN])
{
  Vector sums[IN][MAPS] = { 0 };

  for (int c = 0; c < sum->depth; c++, spread += IN)
#pragma GCC unroll 6
    for (int i = 0; i < IN; i++, weights += n_maps)
#pragma GCC unroll 4
      for (int m = 0; m < n_maps; m++)
        sums[i][m] += spread[i] * weights[m];
#pragma GCC unroll 4
  for (int m = 0; m < n_maps; m++)
    {
      Vector points[IN], column[OUT];

#pragma GCC unroll 6
      for (int i = 0; i < IN; i++)
        points[i] = sums[i][m];
      NAME (row_from_points) (points, column);
#pragma GCC unroll 4
      for (int i = 0; i < OUT; i++)
        y[m][i][x] = column[i];
    }
}

/* The outputs of one map from columns of them, with bias and activation; or the largest of
 * each 2×2 of them. */
static inline __attribute__ ((always_inline)) void
NAME (winograd_out) (const CnnWinogradSum *sum, const Vector (*y)[IN], float bias, float *out)
{
  gsize row_stride = sum->row_stride, column_stride = sum->column_stride;

  for (int i = 0; i < OUT; i += 2)
    {
      Vector rows[2][OUT];

#pragma GCC unroll 2
      for (int r = 0; r < 2; r++)
        {
          NAME (row_from_points) (y[i + r], rows[r]);
#pragma GCC unroll 4
          for (int x = 0; x < OUT; x++)
            rows[r][x] += bias;
        }
      if (sum->halves)
        {
          /* The slope keeps the order of values. */
#pragma GCC unroll 2
          for (int x = 0; x < OUT / 2; x++)
            rows[0][x] = NAME (largest) (NAME (largest) (rows[0][2 * x], rows[0][2 * x + 1]),
                                         NAME (largest) (rows[1][2 * x], rows[1][2 * x + 1]));
          NAME (activate) (sum->activated, sum->slope, OUT / 2, rows[0]);
#pragma GCC unroll 2
          for (int x = 0; x < OUT / 2; x++)
            *(Floats *) (out + i / 2 * row_stride + x * column_stride) = rows[0][x];
          continue;
        }
      NAME (activate) (sum->activated, sum->slope, 2 * OUT, rows[0]);
#pragma GCC unroll 2
      for (int r = 0; r < 2; r++)
#pragma GCC unroll 4
        for (int x = 0; x < OUT; x++)
          *(Floats *) (out + (i + r) * row_stride + x * column_stride) = rows[r][x];
    }
}

static inline __attribute__ ((always_inline)) void
NAME (winograd_maps) (const CnnWinogradSum *sum, int first, int n_maps)
{
  const Vector *spread = sum->spread;
  const float  *weights = sum->weights + (gsize) IN * IN * sum->depth * first;
  Vector        y[MAPS][OUT][IN];

  for (int x = 0; x < IN; x++)
    NAME (winograd_column) (sum, spread + x * IN * sum->depth,
                            weights + x * IN * sum->depth * n_maps, n_maps, x, y);
  for (int m = 0; m < n_maps; m++)
    NAME (winograd_out) (sum, y[m], sum->bias[first + m], sum->out + (first + m) * sum->map_stride);
}

enum { NAME (winograd_together) = MAPS };

static void
NAME (winograd) (const CnnWinogradSum *sum)
{
  int first = 0;

  NAME (winograd_in) (sum);
  for (; first + MAPS <= sum->n_maps; first += MAPS)
    NAME (winograd_maps) (sum, first, MAPS);
  for (; first < sum->n_maps; first++)
    NAME (winograd_maps) (sum, first, 1);
}

#undef MAPS
#undef OUT
#undef IN
