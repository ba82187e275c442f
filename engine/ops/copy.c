/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "copy.h"

#include <string.h>

/* Of two dimensions, tiles that fit into the nearest cache: so many values along the source's
 * order, and so many along the result's. */
#define TILE_FROM 16
#define TILE_TO   32

/* Few values at a time are quicker without a call. */
#define FEW 16

/**
 * cnn_copy_plan:
 * @n_dims: at most %CNN_COPY_DIMS
 * @sizes: the result's extents, outermost first; it is dense
 * @from: floats from one to the next of each in the source
 *
 * Makes a block of as few dimensions as it may have: neighbours that lie alike on both sides
 * are one. The last dimension is the result's innermost, and the one before it the source's, where
 * that is another.
 */
void
cnn_copy_plan (CnnCopy *copy, int n_dims, const gsize *sizes, const gsize *from)
{
  gsize stride = 1;
  int   n = 0, inner = 0;

  for (int i = 0; i < n_dims; i++)
    {
      if (sizes[i] == 1)
        continue;
      if (n > 0 && copy->from[n - 1] == from[i] * sizes[i])
        {
          copy->sizes[n - 1] *= sizes[i];
          copy->from[n - 1] = from[i];
          continue;
        }
      copy->sizes[n] = sizes[i];
      copy->from[n++] = from[i];
    }
  if (n == 0)
    {
      copy->sizes[n] = 1;
      copy->from[n++] = 1;
    }
  copy->n_dims = n;
  for (int i = n - 1; i >= 0; stride *= copy->sizes[i], i--)
    copy->to[i] = stride;
  for (int i = 1; i < n; i++)
    if (copy->from[i] < copy->from[inner])
      inner = i;
  if (inner < n - 2)
    {
      gsize size = copy->sizes[inner], one = copy->from[inner], other = copy->to[inner];

      for (int i = inner; i < n - 2; i++)
        {
          copy->sizes[i] = copy->sizes[i + 1];
          copy->from[i] = copy->from[i + 1];
          copy->to[i] = copy->to[i + 1];
        }
      copy->sizes[n - 2] = size;
      copy->from[n - 2] = one;
      copy->to[n - 2] = other;
    }
}

/* Rows of neighbouring values. */
static void
copy_rows (gsize n_rows, gsize n, gsize from_row, gsize to_row, const float *from, float *to)
{
  for (gsize i = 0; i < n_rows; i++, from += from_row, to += to_row)
    if (n > FEW)
      memcpy (to, from, n * sizeof (float));
    else
      for (gsize k = 0; k < n; k++)
        to[k] = from[k];
}

/* Rows whose values lie apart in the source; in tiles, so that what is read at once is used before
 * it leaves the cache. */
static void
copy_tiles (const CnnCopy *copy, const float *from, float *to)
{
  int   d = copy->n_dims - 1;
  gsize n_rows = copy->sizes[d - 1], n = copy->sizes[d];
  gsize from_row = copy->from[d - 1], to_row = copy->to[d - 1], step = copy->from[d];

  for (gsize k = 0; k < n; k += TILE_TO)
    for (gsize i = 0; i < n_rows; i += TILE_FROM)
      for (gsize row = i; row < MIN (i + TILE_FROM, n_rows); row++)
        {
          const float *a = from + row * from_row;
          float       *b = to + row * to_row;

          for (gsize c = k; c < MIN (k + TILE_TO, n); c++)
            b[c] = a[c * step];
        }
}

/**
 * cnn_copy_run:
 * @from: the source's first value
 * @to: (out): the result
 */
void
cnn_copy_run (const CnnCopy *copy, const float *from, float *to)
{
  int   d = copy->n_dims - 1, i;
  gsize at[CNN_COPY_DIMS] = { 0 };

  if (d == 0)
    {
      for (gsize k = 0; copy->from[0] != 1 && k < copy->sizes[0]; k++)
        to[k] = from[k * copy->from[0]];
      if (copy->from[0] == 1)
        memcpy (to, from, copy->sizes[0] * sizeof (float));
      return;
    }
  do
    {
      if (copy->from[d] == 1)
        copy_rows (copy->sizes[d - 1], copy->sizes[d], copy->from[d - 1], copy->to[d - 1], from,
                   to);
      else
        copy_tiles (copy, from, to);
      /* On to the next, as an odometer counts. */
      for (i = d - 2; i >= 0; i--)
        {
          from += copy->from[i];
          to += copy->to[i];
          if (++at[i] < copy->sizes[i])
            break;
          from -= copy->from[i] * copy->sizes[i];
          to -= copy->to[i] * copy->sizes[i];
          at[i] = 0;
        }
    }
  while (i >= 0);
}
