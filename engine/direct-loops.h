/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The loops of a direct convolution, included by direct-loops.c once for each
 * kind of processor, with
 *
 *   NAME(x)   a name for it
 *   LANES     floats in a vector
 *   VECTORS   vectors of pixels in a block
 *   PIXELS    pixels whose maps are summed up at a time
 *
 * All numbers of iterations are constants where the sums are, so that those stay
 * in registers. Every sum adds up in the same order: rows of the kernel, columns,
 * channels; it does not depend on which loop makes it, nor on its place. */

typedef float NAME (Vector) __attribute__ ((vector_size (LANES * 4)));
typedef gint32 NAME (Bits) __attribute__ ((vector_size (LANES * 4)));
typedef float NAME (Eight) __attribute__ ((vector_size (32)));
/* The same in memory, where floats stand anywhere. */
typedef NAME (Vector) NAME (Floats) __attribute__ ((aligned (4), may_alias));
typedef NAME (Eight) NAME (EightFloats) __attribute__ ((aligned (4), may_alias));
#define Vector      NAME (Vector)
#define Bits        NAME (Bits)
#define Eight       NAME (Eight)
#define Floats      NAME (Floats)
#define EightFloats NAME (EightFloats)

/* Written so that the compiler finds the processor's own instruction. */
static inline __attribute__ ((always_inline)) Vector
NAME (largest) (Vector a, Vector b)
{
  Vector largest;

  for (int i = 0; i < LANES; i++)
    largest[i] = a[i] > b[i] ? a[i] : b[i];
  return largest;
}

/* Numbers of two vectors, by their places in both; clang has no such shuffle. */
static inline __attribute__ ((always_inline)) Vector
NAME (pick_lanes) (Vector a, Vector b, Bits from)
{
#ifdef __clang__
  Vector picked;

  for (int i = 0; i < LANES; i++)
    picked[i] = from[i] < LANES ? a[from[i]] : b[from[i] - LANES];
  return picked;
#else
  return __builtin_shuffle (a, b, from);
#endif
}

/* Every second number of a vector, and then the others. */
static inline __attribute__ ((always_inline)) Vector
NAME (deal_lanes) (Vector value)
{
  Bits from;

  for (int i = 0; i < LANES; i++)
    from[i] = i < LANES / 2 ? 2 * i : 2 * i - LANES + 1;
  return NAME (pick_lanes) (value, value, from);
}

/* @n sums after the activation. What is no number becomes 0 in relu. */
static inline __attribute__ ((always_inline)) void
NAME (activate) (gboolean activated, float slope, int n, Vector *values)
{
  if (!activated)
    return;
  if (slope == 0.0f) /* no infinity times 0 */
#pragma GCC unroll 32
    for (int i = 0; i < n; i++)
      values[i] = NAME (largest) (values[i], (Vector) { 0 });
  else
#pragma GCC unroll 32
    for (int i = 0; i < n; i++)
      {
        Bits positive = values[i] > 0.0f;

        values[i] = (Vector) (((Bits) values[i] & positive) |
                              ((Bits) (values[i] * slope) & ~positive));
      }
}

/* Adds an input row's products to the output rows from first up to end, of which
 * row 0 takes the kernel's row @row. */
static inline __attribute__ ((always_inline)) void
NAME (add_row) (const CnnDirectSum *sum, int row, const float *in, int n_maps, int first, int end,
                Vector (*sums)[CNN_DIRECT_MAPS][VECTORS])
{
  for (int t = 0; t < sum->n_taps; t++)
    {
      const float *from = in + sum->offsets[t];
      Vector       x[VECTORS];

#pragma GCC unroll 8
      for (int v = 0; v < VECTORS; v++)
        x[v] = *(const Floats *) (from + v * LANES);
#pragma GCC unroll 8
      for (int y = first; y < end; y++)
        {
          const float *weights = sum->weights + ((row - y) * sum->n_taps + t) * n_maps;

#pragma GCC unroll 8
          for (int m = 0; m < n_maps; m++)
#pragma GCC unroll 8
            for (int v = 0; v < VECTORS; v++)
              sums[y][m][v] += x[v] * weights[m];
        }
    }
}

/* Neighbouring pixels in the lanes; each number that is read serves all maps and
 * all rows whose windows it is in. */
static inline __attribute__ ((always_inline)) void
NAME (sum_pixels) (const CnnDirectSum *sum, int n_maps, int n_rows)
{
  Vector sums[CNN_DIRECT_ROWS][CNN_DIRECT_MAPS][VECTORS];
  float *out = sum->out;
  gsize  row_stride = sum->row_stride, map_stride = sum->map_stride;

#pragma GCC unroll 8
  for (int y = 0; y < n_rows; y++)
#pragma GCC unroll 8
    for (int m = 0; m < n_maps; m++)
#pragma GCC unroll 8
      for (int v = 0; v < VECTORS; v++)
        sums[y][m][v] = (Vector) { 0 } + sum->bias[m];
#pragma GCC unroll 8
  for (int r = 0; r < n_rows - 1; r++)
    NAME (add_row) (sum, r, sum->rows[r], n_maps, 0, r + 1, sums);
  for (int r = n_rows - 1; r < sum->kernel_rows; r++)
    NAME (add_row) (sum, r, sum->rows[r], n_maps, 0, n_rows, sums);
#pragma GCC unroll 8
  for (int y = 1; y < n_rows; y++)
    NAME (add_row) (sum, sum->kernel_rows - 1 + y, sum->rows[sum->kernel_rows - 1 + y], n_maps, y,
                    n_rows, sums);
#pragma GCC unroll 8
  for (int y = 0; y < n_rows; y++)
    {
      NAME (activate) (sum->activated, sum->slope, n_maps * VECTORS, sums[y][0]);
#pragma GCC unroll 8
      for (int m = 0; m < n_maps; m++)
#pragma GCC unroll 8
        for (int v = 0; v < VECTORS; v++)
          *(Floats *) (out + y * row_stride + m * map_stride + v * LANES) = sums[y][m][v];
    }
}

/* Maps in the lanes; each weight that is read serves PIXELS pixels. */
static inline __attribute__ ((always_inline)) void
NAME (sum_maps) (const CnnDirectSum *sum, int n_vectors)
{
  const float *weights = sum->weights;
  Vector       sums[PIXELS * 2];
  float       *out = sum->out;
  gsize        pixel_stride = sum->pixel_stride;

#pragma GCC unroll 16
  for (int n = 0; n < PIXELS; n++)
#pragma GCC unroll 2
    for (int v = 0; v < n_vectors; v++)
      sums[n * n_vectors + v] = *(const Floats *) (sum->bias + v * LANES);
  for (int r = 0; r < sum->kernel_rows; r++)
    for (int t = 0; t < sum->n_taps; t++, weights += n_vectors * LANES)
      {
        const float *from = sum->rows[r] + sum->offsets[t];
        Vector       w[2];

#pragma GCC unroll 2
        for (int v = 0; v < n_vectors; v++)
          w[v] = *(const Floats *) (weights + v * LANES);
#pragma GCC unroll 16
        for (int n = 0; n < PIXELS; n++)
#pragma GCC unroll 2
          for (int v = 0; v < n_vectors; v++)
            sums[n * n_vectors + v] += w[v] * from[n];
      }
  NAME (activate) (sum->activated, sum->slope, PIXELS * n_vectors, sums);
#pragma GCC unroll 16
  for (int n = 0; n < PIXELS; n++)
#pragma GCC unroll 2
    for (int v = 0; v < n_vectors; v++)
      *(Floats *) (out + n * pixel_stride + v * LANES) = sums[n * n_vectors + v];
}

#define LOOP(maps, rows)                                                  \
  static void NAME (pixels_##maps##_##rows) (const CnnDirectSum *sum)     \
  {                                                                       \
    NAME (sum_pixels) (sum, maps, rows);                                  \
  }
LOOP (1, 1)
LOOP (1, 2)
LOOP (1, 3)
LOOP (2, 1)
LOOP (2, 2)
LOOP (3, 1)
LOOP (4, 1)
#undef LOOP

static void
NAME (maps_1) (const CnnDirectSum *sum)
{
  NAME (sum_maps) (sum, 1);
}

static void
NAME (maps_2) (const CnnDirectSum *sum)
{
  NAME (sum_maps) (sum, 2);
}

/* Few channels, a constant number: the compiler finds the shuffles. */
static inline __attribute__ ((always_inline)) void
NAME (split_few) (const float *restrict in, int n, int channels, float *restrict planes,
                  gsize stride)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      planes[c * stride + i] = in[i * channels + c];
}

static inline __attribute__ ((always_inline)) void
NAME (join_few) (const float *restrict planes, gsize stride, int n, int channels,
                 float *restrict out)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      out[i * channels + c] = planes[c * stride + i];
}

/* The two vectors with the parts of so many lanes swapped that are off the
 * diagonal. */
#define SWAP(a, b, i, j, k, l, m, n, o, p)                                                  \
  {                                                                                         \
    Eight swapped = __builtin_shufflevector (a, b, i, j, k, l, m, n, o, p);                 \
    b = __builtin_shufflevector (a, b, i + OTHER, j + OTHER, k + OTHER, l + OTHER,          \
                                 m + OTHER, n + OTHER, o + OTHER, p + OTHER);               \
    a = swapped;                                                                            \
  }

static inline __attribute__ ((always_inline)) void
NAME (store_eight) (const Eight *value, gboolean streams, float *to)
{
#if LANES >= 8 && !defined __clang__
  if (streams)
    {
      __builtin_ia32_movntps256 (to, *value);
      return;
    }
#endif
  *(EightFloats *) to = *value;
}

/* out[c][i] = in[i][c], 8 by 8, rows @in_stride and @out_stride apart. */
static inline __attribute__ ((always_inline)) void
NAME (transpose) (const float *in, gsize in_stride, float *out, gsize out_stride,
                  gboolean streams)
{
  Eight v[8];

#pragma GCC unroll 8
  for (int i = 0; i < 8; i++)
    v[i] = *(const EightFloats *) (in + i * in_stride);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2)
#define OTHER 1
    SWAP (v[i], v[i + 1], 0, 8, 2, 10, 4, 12, 6, 14)
#undef OTHER
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4)
#pragma GCC unroll 2
    for (int j = i; j < i + 2; j++)
#define OTHER 2
      SWAP (v[j], v[j + 2], 0, 1, 8, 9, 4, 5, 12, 13)
#undef OTHER
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
#define OTHER 4
    SWAP (v[i], v[i + 4], 0, 1, 2, 3, 8, 9, 10, 11)
#undef OTHER
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++)
    NAME (store_eight) (&v[i], streams, out + i * out_stride);
}

#undef SWAP

#if LANES == 16 && !defined __clang__
/* Both vectors with the parts of @part lanes swapped that are off the diagonal. */
static inline __attribute__ ((always_inline)) void
NAME (swap_parts) (Vector *a, Vector *b, int part)
{
  Vector first = *a, second = *b;
  Bits   from;

  for (int i = 0; i < LANES; i++)
    from[i] = i & part ? LANES + i - part : i;
  *a = NAME (pick_lanes) (first, second, from);
  *b = NAME (pick_lanes) (first, second, from + part);
}

/* The same 16 by 16: what is written past the caches fills their lines at once. */
static inline __attribute__ ((always_inline)) void
NAME (transpose_lines) (const float *in, gsize in_stride, float *out, gsize out_stride,
                        gboolean streams)
{
  Vector v[LANES];

#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    v[i] = *(const Floats *) (in + i * in_stride);
#pragma GCC unroll 4
  for (int part = 1; part < LANES; part *= 2)
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
      if ((i & part) == 0)
        NAME (swap_parts) (&v[i], &v[i + part], part);
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    if (streams)
      __builtin_ia32_movntps512 (out + i * out_stride, v[i]);
    else
      *(Floats *) (out + i * out_stride) = v[i];
}
#endif

static void
NAME (split_many) (const float *in, int n, int channels, float *planes, gsize stride)
{
  int n_whole = n & ~7, c_whole = channels & ~7;

  for (int i = 0; i < n_whole; i += 8)
    for (int c = 0; c < c_whole; c += 8)
      NAME (transpose) (in + (gsize) i * channels + c, channels, planes + c * stride + i, stride,
                        FALSE);
  for (int c = 0; c < channels; c++)
    for (int i = c < c_whole ? n_whole : 0; i < n; i++)
      planes[c * stride + i] = in[(gsize) i * channels + c];
}

static inline __attribute__ ((always_inline)) void
NAME (join_many) (const float *planes, gsize stride, int n, int channels, gboolean streams,
                  float *out)
{
  int n_whole = n & ~7, c_whole = channels & ~7, made = 0;

#if LANES == 16 && !defined __clang__
  if (channels % LANES == 0)
    for (; made + LANES <= n; made += LANES)
      for (int c = 0; c < channels; c += LANES)
        NAME (transpose_lines) (planes + c * stride + made, stride,
                                out + (gsize) made * channels + c, channels, streams);
#endif
  for (int i = made; i < n_whole; i += 8)
    for (int c = 0; c < c_whole; c += 8)
      NAME (transpose) (planes + c * stride + i, stride, out + (gsize) i * channels + c, channels,
                        streams);
  for (int c = 0; c < channels; c++)
    for (int i = c < c_whole ? n_whole : 0; i < n; i++)
      out[(gsize) i * channels + c] = planes[c * stride + i];
}

static void
NAME (split) (const float *in, int n, int channels, float *planes, gsize stride)
{
  switch (channels)
    {
    case 1: memcpy (planes, in, n * sizeof (float)); break;
    case 2: NAME (split_few) (in, n, 2, planes, stride); break;
    case 3: NAME (split_few) (in, n, 3, planes, stride); break;
    case 4: NAME (split_few) (in, n, 4, planes, stride); break;
    default: NAME (split_many) (in, n, channels, planes, stride);
    }
}

static void
NAME (join) (const float *planes, gsize stride, int n, int channels, gboolean streams, float *out)
{
  switch (channels)
    {
    case 1: memcpy (out, planes, n * sizeof (float)); break;
    case 2: NAME (join_few) (planes, stride, n, 2, out); break;
    case 3: NAME (join_few) (planes, stride, n, 3, out); break;
    case 4: NAME (join_few) (planes, stride, n, 4, out); break;
    default:
      if (streams && channels % 8 == 0 && (gsize) out % sizeof (Vector) == 0)
        NAME (join_many) (planes, stride, n, channels, TRUE, out);
      else
        NAME (join_many) (planes, stride, n, channels, FALSE, out);
    }
}

#define LARGER(a, b) ((a) > (b) ? (a) : (b))

/* A slope that is not negative keeps the order of values: the largest can be taken
 * first, and is the same to the bit. */
static inline __attribute__ ((always_inline)) float
NAME (largest_of) (float a, float b, float c, float d, gboolean activated, float slope)
{
  float first = LARGER (a, b), second = LARGER (c, d), value = LARGER (first, second);

  if (!activated)
    return value;
  return slope == 0.0f ? LARGER (value, 0.0f) : value > 0.0f ? value : slope * value;
}

static inline __attribute__ ((always_inline)) void
NAME (halve_row) (const float *restrict above, const float *restrict below, int n, int by, int next,
                  gboolean activated, float slope, float *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = NAME (largest_of) (above[by * i], above[by * i + next], below[by * i],
                                below[by * i + next], activated, slope);
}

static void
NAME (halve_planes) (const float *above, const float *below, int n, gboolean activated,
                     float slope, float *out)
{
  if (!activated)
    NAME (halve_row) (above, below, n / 2, 2, 1, FALSE, 0.0f, out);
  else if (slope == 0.0f)
    NAME (halve_row) (above, below, n / 2, 2, 1, TRUE, 0.0f, out);
  else
    NAME (halve_row) (above, below, n / 2, 2, 1, TRUE, slope, out);
}

static void
NAME (halve_maps) (const float *above, const float *below, int n, int channels, gboolean activated,
                   float slope, float *out)
{
  for (int i = 0; i < n / 2; i++, above += 2 * channels, below += 2 * channels, out += channels)
    if (!activated)
      NAME (halve_row) (above, below, channels, 1, channels, FALSE, 0.0f, out);
    else if (slope == 0.0f)
      NAME (halve_row) (above, below, channels, 1, channels, TRUE, 0.0f, out);
    else
      NAME (halve_row) (above, below, channels, 1, channels, TRUE, slope, out);
}

#undef LARGER

/* Of each vector every second number, to planes of columns twice as far apart. */
static void
NAME (deal) (const float *from, int maps, float *to, gsize stride)
{
  for (int m = 0; m < maps; m++)
    {
      Vector dealt = NAME (deal_lanes) (*(const Floats *) (from + m * LANES));

      memcpy (to + m * stride, &dealt, sizeof (Vector) / 2);
      memcpy (to + (2 * maps + m) * stride, (const char *) &dealt + sizeof (Vector) / 2,
              sizeof (Vector) / 2);
    }
}

#include "direct-winograd-loops.h"
#include "direct-squares-loops.h"

/* Whole cache lines at once, where that is possible. */
static void
NAME (put) (const float *from, gsize n, float *to)
{
  gsize i = 0;

#if LANES == 16
  i = MIN (n, -(gsize) to / sizeof (float) % LANES);
  cnn_direct_put (from, i, to);
  for (; i + LANES <= n; i += LANES)
    NAME (square_store) (*(const Floats *) (from + i), TRUE, to + i);
#endif
  cnn_direct_put (from + i, n - i, to + i);
}

static const CnnDirectLoops NAME (loops) = {
  .lanes = LANES,
  .block = VECTORS * LANES,
  .span = PIXELS,
  .pixels = { { NAME (pixels_1_1), NAME (pixels_1_2), NAME (pixels_1_3) },
              { NAME (pixels_2_1), NAME (pixels_2_2) },
              { NAME (pixels_3_1) },
              { NAME (pixels_4_1) } },
  .maps = { NAME (maps_1), NAME (maps_2) },
  .split = NAME (split),
  .join = NAME (join),
  .winograd = NAME (winograd),
  .winograd_maps = NAME (winograd_together),
  .squares = NAME (squares),
  .square_planes = NAME (square_planes),
  .squares_across = NAME (squares_across),
  .squares_dealt = NAME (squares_dealt),
  .squares_down = NAME (squares_down),
  .deal = NAME (deal),
  .put = NAME (put),
  .halve_planes = NAME (halve_planes),
  .halve_maps = NAME (halve_maps),
};

#undef EightFloats
#undef Floats
#undef Eight
#undef Bits
#undef Vector
