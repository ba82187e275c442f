/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loops of a Winograd convolution with tiles in the lanes, included by
 * direct-loops.h. 4x4 outputs of a 3x3 kernel from 6x6 inputs with 36
 * multiplications in place of 144, F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms
 * for Convolutional Neural Networks", 2015, with the points 0, ±1, ±2 and infinity. */

#define IN  CNN_WINOGRAD_IN
#define OUT CNN_WINOGRAD_OUT

/* Bᵀd, in place of d. */
static inline __attribute__ ((always_inline)) void
NAME (spread) (Vector *d)
{
  Vector a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1];
  Vector e = d[4] - d[2], f = d[3] - d[1];

  d[0] = 4.0f * (d[0] - d[2]) + e;
  d[5] = d[5] - d[3] - 4.0f * f;
  d[1] = a + b;
  d[2] = a - b;
  d[3] = e + 2.0f * f;
  d[4] = e - 2.0f * f;
}

/* Aᵀm, of six vectors that stand @by apart. */
static inline __attribute__ ((always_inline)) void
NAME (gather) (const Vector *in, int by, Vector *out)
{
  Vector s = in[by] + in[2 * by], d = in[by] - in[2 * by];
  Vector t = in[3 * by] + in[4 * by], e = in[3 * by] - in[4 * by];

  out[0] = in[0] + s + t;
  out[1] = d + 2.0f * e;
  out[2] = s + 4.0f * t;
  out[3] = d + 8.0f * e + in[5 * by];
}

/* BᵀdB for every channel: [channel][IN][IN] to [IN][IN][channel]. */
static void
NAME (winograd_in) (const CnnWinogradSum *sum)
{
  Vector *spread = sum->spread;

  for (int c = 0; c < sum->depth; c++)
    {
      Vector d[IN][IN];

      for (int x = 0; x < IN; x++)
        {
          Vector column[IN];

#pragma GCC unroll 6
          for (int y = 0; y < IN; y++)
            column[y] = *(const Floats *) (sum->rows[y] + c * sum->plane + sum->offsets[x]);
          NAME (spread) (column);
#pragma GCC unroll 6
          for (int y = 0; y < IN; y++)
            d[y][x] = column[y];
        }
      for (int y = 0; y < IN; y++)
        {
          NAME (spread) (d[y]);
#pragma GCC unroll 6
          for (int x = 0; x < IN; x++)
            spread[(y * IN + x) * sum->depth + c] = d[y][x];
        }
    }
}

/* The products of @n_maps maps: [IN][IN][maps]. */
static inline __attribute__ ((always_inline)) void
NAME (winograd_products) (const CnnWinogradSum *sum, const float *weights, int n_maps,
                          Vector *products)
{
  const Vector *spread = sum->spread;

  for (int i = 0; i < IN * IN; i++, spread += sum->depth, products += n_maps)
    {
      Vector sums[CNN_WINOGRAD_MAPS] = { { 0 } };

      for (int c = 0; c < sum->depth; c++, weights += n_maps)
#pragma GCC unroll 8
        for (int m = 0; m < n_maps; m++)
          sums[m] += spread[c] * weights[m];
#pragma GCC unroll 8
      for (int m = 0; m < n_maps; m++)
        products[m] = sums[m];
    }
}

/* AᵀmA, the bias and the activation for one map. */
static inline __attribute__ ((always_inline)) void
NAME (winograd_out) (const CnnWinogradSum *sum, const Vector *products, int n_maps, float bias,
                     float *out)
{
  const CnnDirectSum activation = { .activated = sum->activated, .slope = sum->slope };
  Vector             y[OUT][IN];

  for (int x = 0; x < IN; x++)
    {
      Vector column[OUT];

      NAME (gather) (products + x * n_maps, IN * n_maps, column);
#pragma GCC unroll 4
      for (int i = 0; i < OUT; i++)
        y[i][x] = column[i];
    }
  for (int i = 0; i < OUT; i++)
    {
      Vector row[OUT];

      NAME (gather) (y[i], 1, row);
#pragma GCC unroll 4
      for (int x = 0; x < OUT; x++)
        *(Floats *) (out + i * sum->row_stride + x * sum->column_stride) =
          NAME (activate) (&activation, row[x] + bias);
    }
}

static inline __attribute__ ((always_inline)) void
NAME (winograd_maps) (const CnnWinogradSum *sum, int first, int n_maps)
{
  Vector *products = (Vector *) sum->spread + IN * IN * sum->depth;

  NAME (winograd_products) (sum, sum->weights + (gsize) IN * IN * sum->depth * first, n_maps,
                            products);
  for (int m = 0; m < n_maps; m++)
    NAME (winograd_out) (sum, products + m, n_maps, sum->bias[first + m],
                         sum->out + (first + m) * sum->map_stride);
}

static void
NAME (winograd) (const CnnWinogradSum *sum)
{
  int first = 0;

  NAME (winograd_in) (sum);
  for (; first + CNN_WINOGRAD_MAPS <= sum->n_maps; first += CNN_WINOGRAD_MAPS)
    NAME (winograd_maps) (sum, first, CNN_WINOGRAD_MAPS);
  for (; first + 4 <= sum->n_maps; first += 4)
    NAME (winograd_maps) (sum, first, 4);
  for (; first < sum->n_maps; first++)
    NAME (winograd_maps) (sum, first, 1);
}

#undef OUT
#undef IN
