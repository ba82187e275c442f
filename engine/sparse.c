/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparse.h"

#include <string.h>

/* A matrix times one vector is limited by how fast the matrix is read. Zeros
 * change no sum as long as the weights are finite, so their weights need not be
 * read: the places of the other values are listed first, a few inputs at a time,
 * and their weights are added up in registers. */

/* Inputs whose products are added up before they are added to the output. Also
 * makes the sums of many terms more exact. */
#define BLOCK 128

typedef float Vector __attribute__ ((vector_size (CNN_SPARSE_LANES * 4), aligned (4)));

/* Debian's programs must run on the oldest processors; the loader chooses. */
#if defined (__x86_64__) && defined (__gnu_linux__)
#define FOR_EACH_PROCESSOR \
  __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

static inline __attribute__ ((always_inline)) void
add_products (const float *values, const int *places, int n, const float *weights, gsize stride,
              int n_vectors, float *out)
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
        sums[v] += value * *(const Vector *) (row + v * CNN_SPARSE_LANES);
    }
#pragma GCC unroll 8
  for (int v = 0; v < n_vectors; v++)
    *(Vector *) (out + v * CNN_SPARSE_LANES) += sums[v];
}

/* A float's bits; as a number without its sign, 0 for both zeros only. */
typedef guint32 Bits __attribute__ ((may_alias));

/* Adds the products of up to BLOCK inputs to all outputs, [stride]. */
FOR_EACH_PROCESSOR static void
add_block (const float *values, int n, const float *weights, gsize stride, float *out)
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
      int left = (int) ((stride - at) / CNN_SPARSE_LANES);
      int n_vectors = left >= 8 ? 8 : left >= 4 ? 4 : 1;

      /* By constants, so that the sums stay in registers. */
      if (n_vectors == 8)
        add_products (values, places, n_places, weights + at, stride, 8, out + at);
      else if (n_vectors == 4)
        add_products (values, places, n_places, weights + at, stride, 4, out + at);
      else
        add_products (values, places, n_places, weights + at, stride, 1, out + at);
      at += (gsize) n_vectors * CNN_SPARSE_LANES;
    }
}

/**
 * cnn_sparse_stride:
 *
 * Returns: floats that the weights of an input with @n_out outputs take
 */
gsize
cnn_sparse_stride (int n_out)
{
  return ((gsize) n_out + CNN_SPARSE_LANES - 1) / CNN_SPARSE_LANES * CNN_SPARSE_LANES;
}

/**
 * cnn_sparse_run:
 * @in: the vector, [n_in]
 * @out: room for the outputs, [stride]; those beyond n_out are of no meaning
 *
 * Multiplies a vector with the matrix. Every output is added up in the same
 * order whatever the vector holds.
 */
void
cnn_sparse_run (const CnnSparse *sparse, const float *in, float *out)
{
  memset (out, 0, sparse->stride * sizeof (float));
  for (int i = 0; i < sparse->n_in; i += BLOCK)
    add_block (in + i, MIN (BLOCK, sparse->n_in - i), sparse->weights + i * sparse->stride,
               sparse->stride, out);
  for (int i = 0; sparse->bias && i < sparse->n_out; i++)
    out[i] += sparse->bias[i];
  for (int i = 0; sparse->activated && i < sparse->n_out; i++)
    if (out[i] < 0.0f) /* no infinity times 0 */
      out[i] = sparse->slope != 0.0f ? sparse->slope * out[i] : 0.0f;
}
