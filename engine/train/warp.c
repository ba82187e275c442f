/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "warp.h"

#include <math.h>
#include <string.h>

#include "clones.h"

/* A picture whose cells come from elsewhere on it. */

/* --- warping -------------------------------------------------------------- */

/**
 * cnn_warp_scratch:
 *
 * Returns: floats that cnn_warp() needs: the picture with a frame, and four numbers a column
 */
gsize
cnn_warp_scratch (CnnShape shape)
{
  return (gsize) (shape.height + 2) * (gsize) (shape.width + 2) * (gsize) shape.channels +
         4 * (gsize) shape.width;
}

/* Puts a frame of one cell around the picture: with it, a cell has four neighbours wherever it
 * comes from. */
static void
frame (CnnShape shape, CnnOutside outside, const float *in, float *framed)
{
  gsize row = (gsize) shape.width * (gsize) shape.channels;
  gsize stride = row + 2 * (gsize) shape.channels;
  gsize all = stride * (gsize) (shape.height + 2);

  if (outside != CNN_OUTSIDE_EDGE)
    for (gsize i = 0; i < all; i++)
      framed[i] = outside == CNN_OUTSIDE_WHITE ? 1.0f : 0.0f;
  for (int y = 0; y < shape.height; y++)
    {
      float       *to = framed + (gsize) (y + 1) * stride;
      const float *from = in + (gsize) y * row;

      memcpy (to + shape.channels, from, row * sizeof (float));
      if (outside != CNN_OUTSIDE_EDGE)
        continue;
      memcpy (to, from, (gsize) shape.channels * sizeof (float));
      memcpy (to + stride - shape.channels, from + row - shape.channels,
              (gsize) shape.channels * sizeof (float));
    }
  if (outside == CNN_OUTSIDE_EDGE)
    {
      memcpy (framed, framed + stride, stride * sizeof (float));
      memcpy (framed + all - stride, framed + all - 2 * stride, stride * sizeof (float));
    }
}

/* Of each cell of row @y: the framed picture's cell, left above where it comes from, and how
 * far beyond that it lies. The frame stands for everything outside. */
CNN_CLONES static void
places (CnnShape shape, const CnnAffine *affine, int y, const float *restrict dx,
        const float *restrict dy, int *restrict at, float *restrict right, float *restrict below)
{
  CnnAffine a = *affine;
  float     middle_x = 0.5f * (float) (shape.width - 1);
  float     middle_y = 0.5f * (float) (shape.height - 1);
  float     from_y = (float) y - middle_y;
  float     x_start = a.xy * from_y + a.x0 + middle_x + 1.0f;
  float     y_start = a.yy * from_y + a.y0 + middle_y + 1.0f;
  float     x_most = (float) (shape.width + 1), y_most = (float) (shape.height + 1);

  for (int x = 0; x < shape.width; x++)
    {
      float from_x = (float) x - middle_x;
      float px = a.xx * from_x + x_start + (dx ? dx[x] : 0.0f);
      float py = a.yx * from_x + y_start + (dy ? dy[x] : 0.0f);
      int   column, row;

      px = px < 0.0f ? 0.0f : px > x_most ? x_most : px;
      py = py < 0.0f ? 0.0f : py > y_most ? y_most : py;
      column = (int) px < shape.width ? (int) px : shape.width;
      row = (int) py < shape.height ? (int) py : shape.height;
      at[x] = row * (shape.width + 2) + column;
      right[x] = px - (float) column;
      below[x] = py - (float) row;
    }
}

/* Between the four neighbours of each cell of a row, in straight lines. */
CNN_CLONES static void
blend (int width, gsize stride, const float *restrict framed, const int *restrict at,
       const float *restrict right, const float *restrict below, float *restrict out)
{
  for (int x = 0; x < width; x++)
    {
      const float *from = framed + at[x];
      float        above = from[0] + right[x] * (from[1] - from[0]);
      float        under = from[stride] + right[x] * (from[stride + 1] - from[stride]);

      out[x] = above + below[x] * (under - above);
    }
}

static void
blend_channels (int width, int channels, gsize stride, const float *framed, const int *at,
                const float *right, const float *below, float *out)
{
  for (int x = 0; x < width; x++)
    {
      const float *from = framed + (gsize) at[x] * (gsize) channels;

      for (int c = 0; c < channels; c++, from++, out++)
        {
          float above = from[0] + right[x] * (from[channels] - from[0]);
          float under = from[stride] + right[x] * (from[stride + channels] - from[stride]);

          *out = above + below[x] * (under - above);
        }
    }
}

/**
 * cnn_warp:
 * @shape: of the picture
 * @affine: where cells come from
 * @dx: (nullable): how many columns further each comes from, [height][width]
 * @dy: (nullable): how many rows, [height][width]
 * @outside: what lies around the picture
 * @in: [height][width][channels]
 * @out: [height][width][channels]; may be @in
 * @scratch: [cnn_warp_scratch ()]
 *
 * Moves a picture's cells; values between cells are bilinear, so that whole steps are exact.
 */
void
cnn_warp (CnnShape shape, const CnnAffine *affine, const float *dx, const float *dy,
          CnnOutside outside, const float *in, float *out, float *scratch)
{
  gsize  stride = (gsize) (shape.width + 2) * (gsize) shape.channels;
  float *right = scratch + stride * (gsize) (shape.height + 2);
  float *below = right + shape.width;
  int   *at = (int *) (gpointer) (below + shape.width);

  G_STATIC_ASSERT (sizeof (int) == sizeof (float));
  frame (shape, outside, in, scratch);
  for (int y = 0; y < shape.height; y++)
    {
      gsize row = (gsize) y * (gsize) shape.width;

      places (shape, affine, y, dx ? dx + row : NULL, dy ? dy + row : NULL, at, right, below);
      if (shape.channels == 1)
        blend (shape.width, stride, scratch, at, right, below, out + row);
      else
        blend_channels (shape.width, shape.channels, stride, scratch, at, right, below,
                        out + row * (gsize) shape.channels);
    }
}

/* --- smoothing ------------------------------------------------------------ */

static int
radius (double sigma)
{
  return (int) ceil (3.0 * sigma);
}

/**
 * cnn_smooth_scratch:
 *
 * Returns: floats that cnn_smooth() needs: a map, the kernel, and a row with zeros at its ends
 */
gsize
cnn_smooth_scratch (CnnShape shape, double sigma)
{
  gsize ends = 2 * (gsize) radius (sigma);

  return (gsize) shape.height * (gsize) shape.width + ends + 1 + (gsize) shape.width + ends;
}

/* Adds @n rows, each times its number of @kernel, to @sums; @step is from one to the next. Four
 * at a time: sums are loaded and stored less often. */
static inline void
add_rows (int width, int n, const float *kernel, const float *rows, gsize step,
          float *restrict sums)
{
  int k = 0;

  for (; k + 4 <= n; k += 4)
    {
      const float *a = rows + (gsize) k * step, *b = a + step, *c = b + step, *d = c + step;

      for (int x = 0; x < width; x++)
        sums[x] += kernel[k] * a[x] + kernel[k + 1] * b[x] + kernel[k + 2] * c[x] +
                   kernel[k + 3] * d[x];
    }
  for (; k < n; k++)
    for (int x = 0; x < width; x++)
      sums[x] += kernel[k] * rows[(gsize) k * step + (gsize) x];
}

/* Along the rows, from @values to @sums; @row has @reach zeros at both ends. */
CNN_CLONES static void
smooth_rows (int height, int width, int reach, const float *kernel, const float *values,
             float *row, float *sums)
{
  for (int y = 0; y < height; y++)
    {
      memcpy (row + reach, values + (gsize) y * (gsize) width, (gsize) width * sizeof (float));
      add_rows (width, 2 * reach + 1, kernel, row, 1, sums + (gsize) y * (gsize) width);
    }
}

/* Along the columns. */
CNN_CLONES static void
smooth_columns (int height, int width, int reach, const float *kernel, const float *values,
                float *sums)
{
  for (int y = 0; y < height; y++)
    {
      int first = MAX (y - reach, 0), end = MIN (y + reach + 1, height);

      add_rows (width, end - first, kernel + first - y + reach,
                values + (gsize) first * (gsize) width, (gsize) width,
                sums + (gsize) y * (gsize) width);
    }
}

/**
 * cnn_smooth:
 * @sigma: standard deviation of the Gaussian, more than 0
 * @values: (inout): [height][width]
 * @scratch: [cnn_smooth_scratch ()]
 *
 * Smooths with a Gaussian, which is cut off at three standard deviations and adds up to 1;
 * around the map there are zeros.
 */
void
cnn_smooth (int height, int width, double sigma, float *values, float *scratch)
{
  int    reach = radius (sigma);
  gsize  n = (gsize) height * (gsize) width;
  float *map = scratch, *kernel = map + n, *row = kernel + 2 * reach + 1;
  double sum = 0.0;

  for (int k = -reach; k <= reach; k++)
    sum += exp (-0.5 * (k / sigma) * (k / sigma));
  for (int k = -reach; k <= reach; k++)
    kernel[k + reach] = (float) (exp (-0.5 * (k / sigma) * (k / sigma)) / sum);

  memset (map, 0, n * sizeof (float));
  memset (row, 0, (gsize) (width + 2 * reach) * sizeof (float));
  smooth_rows (height, width, reach, kernel, values, row, map);
  memset (values, 0, n * sizeof (float));
  smooth_columns (height, width, reach, kernel, map, values);
}
