/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "winograd-transform.h"

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
              Vector scaled = slope * value;
              Mask   keep = value > 0.0f;

              *(Floats *) (tile + i * row + j * column) =
                (Vector) ((keep & (Mask) value) | (~keep & (Mask) scaled & scales));
            }
        }
    }
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
