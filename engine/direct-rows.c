/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

#include <string.h>

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

/* Columns that are put together with their padding: a few, so that the others' places in
 * the planes stay aligned. */
#define EDGE 16

/* @n columns of each plane, as many as the padding and the row have from column @first on. */
static void
padded_part (const CnnDirectRows *rows, const float *row, int first, int n, float *to)
{
  int   channels = rows->in.channels, end = first + n * rows->by;
  int   inside = CLAMP (0, first, end);
  int   inside_end = CLAMP (rows->in.width, inside, end);
  gsize wanted = (gsize) (inside_end - inside) * channels;
  gsize before = (gsize) (inside - first) * channels;

  memset (rows->padded, 0, before * sizeof (float));
  memcpy (rows->padded + before, row + (gsize) inside * channels, wanted * sizeof (float));
  memset (rows->padded + before + wanted, 0,
          ((gsize) (end - first) * channels - before - wanted) * sizeof (float));
  rows->loops->split (rows->padded, n, rows->by * channels, to, rows->plane);
}

/**
 * cnn_direct_row:
 * @rows: how the rows are wanted
 * @in: the tile, [height][width][channels]
 * @y: number of the row; outside the tile there are zeros
 * @first: number of the column to begin with, may be outside
 * @n: how many columns are wanted in each plane, every @by-th
 * @to: (out): planes, [by][channels][n], @plane floats apart
 *
 * Takes a row apart, so that columns that are @by apart lie side by side.
 */
void
cnn_direct_row (const CnnDirectRows *rows, const float *in, int y, int first, int n, float *to)
{
  int          channels = rows->in.channels, by = rows->by;
  int          begin = first < 0 ? MIN ((-first + EDGE * by - 1) / (EDGE * by) * EDGE, n) : 0;
  int          end = CLAMP ((rows->in.width - first) / by, begin, n);
  const float *row = in + (gsize) y * rows->in.width * channels;

  if (y < 0 || y >= rows->in.height)
    {
      for (int i = 0; i < by * channels; i++)
        memset (to + (gsize) i * rows->plane, 0, n * sizeof (float));
      return;
    }
  if (begin > 0)
    padded_part (rows, row, first, begin, to);
  if (end > begin)
    rows->loops->split (row + (gsize) (first + begin * by) * channels, end - begin, by * channels,
                        to + begin, rows->plane);
  if (end < n)
    padded_part (rows, row, first + end * by, n - end, to + end);
}

#define LINE (64 / (int) sizeof (float))

/**
 * cnn_direct_fetch:
 *
 * Asks for a part of a row that cnn_direct_row() will be asked for a little later, so that
 * memory delivers it while we compute. Where the tile ends it is the next tile's, or
 * nothing that is asked for in vain.
 */
void
cnn_direct_fetch (const CnnDirectRows *rows, const float *in, int y, int first, int n)
{
  gssize       channels = rows->in.channels;
  const float *from = in + (y * (gssize) rows->in.width + first) * channels;

  for (gssize i = 0; i < n * rows->by * channels; i += LINE)
    __builtin_prefetch (from + i, 0, 2);
}

/**
 * cnn_direct_put:
 * @from: numbers that are near
 * @n: how many
 * @to: (out): where they go, past the caches but for what is not aligned at both ends
 */
void
cnn_direct_put (const float *from, gsize n, float *to)
{
  gsize i = 0;

#ifdef __x86_64__
  for (; i < n && (gsize) (to + i) % sizeof (__m128) != 0; i++)
    to[i] = from[i];
  for (; i + 4 <= n; i += 4)
    _mm_stream_ps (to + i, _mm_loadu_ps (from + i));
#endif
  for (; i < n; i++)
    to[i] = from[i];
}

/**
 * cnn_direct_settle:
 *
 * From now on, other threads see what was written past the caches.
 */
void
cnn_direct_settle (void)
{
#ifdef __x86_64__
  _mm_sfence ();
#endif
}

/**
 * cnn_direct_copy_maps:
 * @from: numbers of pixels @from_stride apart
 * @to: (out): room for @n_maps of each, @to_stride apart
 */
void
cnn_direct_copy_maps (const float *from, gsize from_stride, int n_pixels, int n_maps, float *to,
                      gsize to_stride)
{
  for (int i = 0; i < n_pixels; i++)
    memcpy (to + i * to_stride, from + i * from_stride, n_maps * sizeof (float));
}
