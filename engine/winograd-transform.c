/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "winograd-transform.h"

#include <string.h>

#include "clones.h"

/* 16 channels at once; the compiler makes of it what the processor has. */
typedef float Vector __attribute__ ((vector_size (64)));
typedef int   Mask __attribute__ ((vector_size (64)));
/* In memory, where floats stand anywhere. Not for variables: GCC would not align the
 * stack for those that do not fit the registers. */
typedef Vector Floats __attribute__ ((aligned (4), may_alias));

#define LANES CNN_WINOGRAD_LANES

#define NAME(x) x
#include "winograd-rows.h"
#undef NAME

/**
 * cnn_winograd_input:
 * @patch: 6×6 cells of the input
 * @row: floats from one row to the next
 * @column: floats from one column to the next
 * @n_blocks: how many times 16 channels
 * @points: (out): what the cells give at each point: 36 planes of @n_blocks times
 *   16 floats
 * @plane: floats from one plane to the next
 */
CNN_CLONES void
cnn_winograd_input (const float *patch, gsize row, gsize column, int n_blocks, float *points,
                    gsize plane)
{
  for (int block = 0; block < n_blocks; block++, patch += LANES, points += LANES)
    {
      Vector rows[6][6], v[6];

#pragma GCC unroll 6
      for (int x = 0; x < 6; x++)
        {
          Vector d[6];

          for (int y = 0; y < 6; y++)
            d[y] = *(const Floats *) (patch + y * row + x * column);
          row_to_points (d, v);
          for (int i = 0; i < 6; i++)
            rows[i][x] = v[i];
        }
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++)
        {
          row_to_points (rows[i], v);
          for (int j = 0; j < 6; j++)
            *(Floats *) (points + (i * 6 + j) * plane) = v[j];
        }
    }
}

static inline __attribute__ ((always_inline)) void
make_outputs (const float *points, gsize plane, int n_blocks, const float *bias,
              gboolean slopes, float slope, float *tile, gsize row, gsize column)
{
  int scales = slope != 0.0f ? -1 : 0; /* the bits of a plain 0 otherwise, never of −0 */

  for (int block = 0; block < n_blocks; block++, points += LANES, bias += LANES, tile += LANES)
    {
      Vector rows[4][6], m[6], y[4];

      for (int j = 0; j < 6; j++)
        {
          for (int i = 0; i < 6; i++)
            m[i] = *(const Floats *) (points + (i * 6 + j) * plane);
          row_from_points (m, y);
          for (int i = 0; i < 4; i++)
            rows[i][j] = y[i];
        }
      for (int i = 0; i < 4; i++)
        {
          row_from_points (rows[i], y);
          for (int j = 0; j < 4; j++)
            {
              Vector value = y[j] + *(const Floats *) bias;

              if (slopes)
                {
                  Vector scaled = slope * value;
                  Mask   keep = value > 0.0f;

                  value = (Vector) ((keep & (Mask) value) | (~keep & (Mask) scaled & scales));
                }
              *(Floats *) (tile + i * row + j * column) = value;
            }
        }
    }
}

/**
 * cnn_winograd_output:
 * @points: the products at each point, 36 planes of @n_blocks times 16 floats
 * @plane: floats from one plane to the next
 * @n_blocks: how many times 16 channels
 * @bias: what is added, @n_blocks times 16 floats
 * @slope: the factor of negative results, 1 for none
 * @tile: (out): 4×4 cells of the output
 * @row: floats from one row to the next
 * @column: floats from one column to the next
 */
CNN_CLONES void
cnn_winograd_output (const float *points, gsize plane, int n_blocks, const float *bias,
                     float slope, float *tile, gsize row, gsize column)
{
  if (slope == 1.0f)
    make_outputs (points, plane, n_blocks, bias, FALSE, 1.0f, tile, row, column);
  else
    make_outputs (points, plane, n_blocks, bias, TRUE, slope, tile, row, column);
}

/* Three weights in a row, at the points. */
static void
weights_to_points (const double *g, double *u)
{
  const double a = CNN_WINOGRAD_A, b = CNN_WINOGRAD_B, a2 = a * a, b2 = b * b;
  const double at_a = 2.0 * a2 * (a2 - b2), at_b = 2.0 * b2 * (b2 - a2);

  u[0] = g[0] / (a2 * b2);
  u[1] = (g[0] + a * g[1] + a2 * g[2]) / at_a;
  u[2] = (g[0] - a * g[1] + a2 * g[2]) / at_a;
  u[3] = (g[0] + b * g[1] + b2 * g[2]) / at_b;
  u[4] = (g[0] - b * g[1] + b2 * g[2]) / at_b;
  u[5] = g[2];
}

/**
 * cnn_winograd_kernel:
 * @weight: a convolution's, [maps][3][3][depth]
 * @map: which kernel
 * @channel: which matrix of it
 * @points: (out): the matrix at each point, [CNN_WINOGRAD_POINTS]
 */
void
cnn_winograd_kernel (const CnnTensor *weight, int map, int channel, double *points)
{
  int          depth = weight->dims[3];
  const float *from = weight->values + (gsize) map * 9 * depth + channel;
  double       g[3], u[CNN_WINOGRAD_PATCH], columns[CNN_WINOGRAD_PATCH][3];

  for (int x = 0; x < 3; x++)
    {
      for (int y = 0; y < 3; y++)
        g[y] = from[(y * 3 + x) * depth];
      weights_to_points (g, u);
      for (int i = 0; i < CNN_WINOGRAD_PATCH; i++)
        columns[i][x] = u[i];
    }
  for (int i = 0; i < CNN_WINOGRAD_PATCH; i++)
    weights_to_points (columns[i], points + i * CNN_WINOGRAD_PATCH);
}

/**
 * cnn_winograd_weights:
 * @weight: a convolution's, [maps][3][3][depth]
 * @points: (out): the kernels at each point, [36][depth][maps]
 */
void
cnn_winograd_weights (const CnnTensor *weight, float *points)
{
  int   maps = weight->dims[0], depth = weight->dims[3];
  gsize plane = (gsize) depth * maps;

  for (int d = 0; d < depth; d++)
    for (int map = 0; map < maps; map++)
      {
        double kernel[CNN_WINOGRAD_POINTS];

        cnn_winograd_kernel (weight, map, d, kernel);
        for (int i = 0; i < CNN_WINOGRAD_POINTS; i++)
          points[i * plane + (gsize) d * maps + map] = (float) kernel[i];
      }
}

/**
 * cnn_winograd_copy:
 * @from: cells, @from_next floats apart
 * @n: how many
 * @channels: floats of each that count
 * @to: (out): cells, @to_next floats apart
 */
void
cnn_winograd_copy (const float *from, gsize from_next, int n, gsize channels, float *to,
                   gsize to_next)
{
  if (from_next == channels && to_next == channels)
    memcpy (to, from, n * channels * sizeof (float));
  else
    for (int i = 0; i < n; i++)
      memcpy (to + i * to_next, from + i * from_next, channels * sizeof (float));
}

/**
 * cnn_winograd_patch:
 * @map: [shape.height][shape.width][shape.channels]
 * @shape: its shape
 * @y: the patch's first row, which may be outside
 * @x: its first column
 * @size: rows and columns of the patch
 * @patch: (out): [size][size], each cell with whole blocks of channels; 0 where there is
 *   nothing
 */
void
cnn_winograd_patch (const float *map, CnnShape shape, int y, int x, int size, float *patch)
{
  gsize channels = shape.channels, cell = (channels + LANES - 1) / LANES * LANES;
  int   first = MAX (x, 0), end = MIN (x + size, shape.width);

  memset (patch, 0, size * size * cell * sizeof (float));
  for (int i = MAX (-y, 0); i < MIN (size, shape.height - y) && first < end; i++)
    cnn_winograd_copy (map + ((gsize) (y + i) * shape.width + first) * channels, channels,
                       end - first, channels, patch + (i * size + first - x) * cell, cell);
}

/**
 * cnn_winograd_back:
 * @tile: derivatives of 4×4 cells of the output
 * @row: floats from one row to the next
 * @column: floats from one column to the next
 * @n_blocks: how many times 16 channels
 * @points: (out): the derivatives of the products at each point, 36 planes of @n_blocks times
 *   16 floats
 * @plane: floats from one plane to the next
 */
CNN_CLONES void
cnn_winograd_back (const float *tile, gsize row, gsize column, int n_blocks, float *points,
                   gsize plane)
{
  for (int block = 0; block < n_blocks; block++, tile += LANES, points += LANES)
    {
      Vector rows[6][4], m[6];

#pragma GCC unroll 4
      for (int x = 0; x < 4; x++)
        {
          Vector d[4];

          for (int y = 0; y < 4; y++)
            d[y] = *(const Floats *) (tile + y * row + x * column);
          row_back (d, m);
          for (int i = 0; i < 6; i++)
            rows[i][x] = m[i];
        }
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++)
        {
          row_back (rows[i], m);
          for (int j = 0; j < 6; j++)
            *(Floats *) (points + (i * 6 + j) * plane) = m[j];
        }
    }
}

/* Kernels side by side, in double: they change with each minibatch, and a rounded kernel
 * would be rounded for all cells. */
#define WIDE 8
typedef double Wide __attribute__ ((vector_size (8 * WIDE)));
typedef float  Narrow __attribute__ ((vector_size (4 * WIDE)));
typedef Narrow NarrowFloats __attribute__ ((aligned (4), may_alias));

#define A2  ((double) CNN_WINOGRAD_A * CNN_WINOGRAD_A)
#define B2  ((double) CNN_WINOGRAD_B * CNN_WINOGRAD_B)
#define AT0 (1.0 / (A2 * B2))
#define ATA (1.0 / (2.0 * A2 * (A2 - B2)))
#define ATB (1.0 / (2.0 * B2 * (B2 - A2)))

static inline __attribute__ ((always_inline)) void
wide_to_points (const Wide *g, Wide *u)
{
  Wide even_a = ATA * g[0] + (ATA * A2) * g[2], odd_a = (ATA * CNN_WINOGRAD_A) * g[1];
  Wide even_b = ATB * g[0] + (ATB * B2) * g[2], odd_b = (ATB * CNN_WINOGRAD_B) * g[1];

  u[0] = AT0 * g[0];
  u[1] = even_a + odd_a;
  u[2] = even_a - odd_a;
  u[3] = even_b + odd_b;
  u[4] = even_b - odd_b;
  u[5] = g[2];
}

static inline __attribute__ ((always_inline)) void
wide_from_points (const Wide *u, Wide *g)
{
  Wide even_a = ATA * (u[1] + u[2]), odd_a = (ATA * CNN_WINOGRAD_A) * (u[1] - u[2]);
  Wide even_b = ATB * (u[3] + u[4]), odd_b = (ATB * CNN_WINOGRAD_B) * (u[3] - u[4]);

  g[0] = AT0 * u[0] + even_a + even_b;
  g[1] = odd_a + odd_b;
  g[2] = A2 * even_a + B2 * even_b + u[5];
}

/**
 * cnn_winograd_kernels:
 * @kernels: numbers of 3×3 kernels, [3][3][n]
 * @n: how many kernels, a multiple of %CNN_WINOGRAD_LANES
 * @points: (out): the kernels at each point, 36 planes of @n
 * @plane: floats from one plane to the next
 *
 * As cnn_winograd_kernel(), of many kernels at once.
 */
CNN_CLONES void
cnn_winograd_kernels (const float *kernels, gsize n, float *points, gsize plane)
{
  for (gsize at = 0; at < n; at += WIDE)
    {
      Wide columns[6][3], g[3], u[6];

      for (int x = 0; x < 3; x++)
        {
          for (int y = 0; y < 3; y++)
            g[y] = __builtin_convertvector (
              *(const NarrowFloats *) (kernels + (y * 3 + x) * n + at), Wide);
          wide_to_points (g, u);
          for (int i = 0; i < 6; i++)
            columns[i][x] = u[i];
        }
      for (int i = 0; i < 6; i++)
        {
          wide_to_points (columns[i], u);
          for (int j = 0; j < 6; j++)
            *(NarrowFloats *) (points + (i * 6 + j) * plane + at) =
              __builtin_convertvector (u[j], Narrow);
        }
    }
}

/**
 * cnn_winograd_kernels_back:
 * @points: derivatives of the kernels at each point, 36 planes of @n
 * @plane: floats from one plane to the next
 * @n: how many kernels, a multiple of %CNN_WINOGRAD_LANES
 * @kernels: (out): derivatives of the kernels' numbers, [3][3][n]
 */
CNN_CLONES void
cnn_winograd_kernels_back (const float *points, gsize plane, gsize n, float *kernels)
{
  for (gsize at = 0; at < n; at += WIDE)
    {
      Wide columns[3][6], u[6], g[3];

      for (int j = 0; j < 6; j++)
        {
          for (int i = 0; i < 6; i++)
            u[i] = __builtin_convertvector (
              *(const NarrowFloats *) (points + (i * 6 + j) * plane + at), Wide);
          wide_from_points (u, g);
          for (int y = 0; y < 3; y++)
            columns[y][j] = g[y];
        }
      for (int y = 0; y < 3; y++)
        {
          wide_from_points (columns[y], g);
          for (int x = 0; x < 3; x++)
            *(NarrowFloats *) (kernels + (y * 3 + x) * n + at) =
              __builtin_convertvector (g[x], Narrow);
        }
    }
}
