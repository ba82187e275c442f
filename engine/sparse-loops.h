/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The loops of a product with a vector of many zeros, included by sparse.c once for
 * each kind of processor, with
 *
 *   NAME(x)   a name for it
 *   LANES     floats in a vector; CNN_SPARSE_LANES is a multiple */

typedef float NAME (Vector) __attribute__ ((vector_size (LANES * 4)));
/* In memory, where any float may be the first. Not for variables: GCC would not
 * align the stack for those that do not fit the registers. */
typedef float NAME (Stored) __attribute__ ((vector_size (LANES * 4), aligned (4)));
#define Vector NAME (Vector)
#define Stored NAME (Stored)

static inline __attribute__ ((always_inline)) void
NAME (add_products) (const float *values, const int *places, int n, const float *weights,
                     gsize stride, int n_vectors, float *out)
{
  Vector sums[8];

#pragma GCC unroll 8
  for (int v = 0; v < n_vectors; v++)
    sums[v] = (Vector) { 0 };
  for (int i = 0; i < n; i++)
    {
      const float *row = weights + places[i] * stride;
      float        value = values[places[i]];

#pragma GCC unroll 8
      for (int v = 0; v < n_vectors; v++)
        sums[v] += value * *(const Stored *) (row + v * LANES);
    }
#pragma GCC unroll 8
  for (int v = 0; v < n_vectors; v++)
    *(Stored *) (out + v * LANES) += sums[v];
}

/* Adds the products of up to BLOCK inputs to all outputs, [stride]. */
static void
NAME (add_block) (const float *values, int n, const float *weights, gsize stride, float *out)
{
  const Bits *bits = (const Bits *) values;
  int         places[BLOCK];
  int         n_places = 0;

  for (int i = 0; i < n; i++)
    {
      places[n_places] = i;
      n_places += bits[i] << 1 != 0;
    }
  for (gsize at = 0; at < stride;)
    {
      int left = (int) ((stride - at) / LANES);
      int n_vectors = left >= 8 ? 8 : left >= 4 ? 4 : 1;

      /* By constants, so that the sums stay in registers. */
      if (n_vectors == 8)
        NAME (add_products) (values, places, n_places, weights + at, stride, 8, out + at);
      else if (n_vectors == 4)
        NAME (add_products) (values, places, n_places, weights + at, stride, 4, out + at);
      else
        NAME (add_products) (values, places, n_places, weights + at, stride, 1, out + at);
      at += (gsize) n_vectors * LANES;
    }
}

#undef Stored
#undef Vector
