/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparse.h"

#include <string.h>

#include "clones.h"

/* A matrix times one vector is limited by how fast the matrix is read. Zeros
 * change no sum as long as the weights are finite, so their weights need not be
 * read: the places of the other values are listed first, a few inputs at a time,
 * and their weights are added up in registers. */

/* Inputs whose products are added up before they are added to the output. Also
 * makes the sums of many terms more exact. */
#define BLOCK 128

/* A float's bits; as a number without its sign, 0 for both zeros only. */
typedef guint32 Bits __attribute__ ((may_alias));

/* The same loops for each kind of processor, chosen at run time: Debian's programs
 * must run on the oldest of them. */

#define LANES   4
#define NAME(x) baseline_##x
#include "sparse-loops.h"
#undef NAME
#undef LANES

#ifdef __x86_64__

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
#define LANES   8
#define NAME(x) v3_##x
#include "sparse-loops.h"
#undef NAME
#undef LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define LANES   16
#define NAME(x) v4_##x
#include "sparse-loops.h"
#undef NAME
#undef LANES
#pragma GCC pop_options

#endif

typedef void (*AddBlock) (const float *values, int n, const float *weights, gsize stride,
                          float *out);

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
  AddBlock add_block = CNN_CLONE_OF (0, add_block);

  memset (out, 0, sparse->stride * sizeof (float));
  for (int i = 0; i < sparse->n_in; i += BLOCK)
    add_block (in + i, MIN (BLOCK, sparse->n_in - i), sparse->weights + i * sparse->stride,
               sparse->stride, out);
  for (int i = 0; sparse->bias && i < sparse->n_out; i++)
    out[i] += sparse->bias[i];
  for (int i = 0; sparse->activated && i < sparse->n_out; i++)
    if (!(out[i] > 0.0f)) /* no infinity times 0; what is no number becomes 0, as in relu */
      out[i] = sparse->slope != 0.0f ? sparse->slope * out[i] : 0.0f;
}
