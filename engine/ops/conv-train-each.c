/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

#include "clones.h"

/* A convolution of each channel by itself: channels are in the lanes. */

/**
 * Each:
 * @kernels: [rows][columns][channels]; or their derivatives
 */
typedef struct
{
  CnnConvPart      part;
  CnnConvWindows   w;
  CnnConvDirection direction;
  float           *kernels;
} Each;

/* Channels whose sums stay in registers. */
#define SOME 16

/* Adds the products of @n cells to others: to[i][c] += from[i][c] · kernel[c]. */
CNN_CLONES static void
add_cells (int n, int channels, const float *restrict from, gsize from_next,
           const float *restrict kernel, float *restrict to, gsize to_next)
{
  for (int i = 0; i < n; i++, from += from_next, to += to_next)
    for (int c = 0; c < channels; c++)
      to[c] += from[c] * kernel[c];
}

static inline __attribute__ ((always_inline)) void
add_some (int n, int channels, const float *restrict a, gsize a_next, const float *restrict b,
          gsize b_next, float *restrict kernel)
{
  float sums[SOME] = { 0 };

  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      sums[c] += a[i * a_next + c] * b[i * b_next + c];
  for (int c = 0; c < channels; c++)
    kernel[c] += sums[c];
}

/* Adds the products of @n cells with others to the kernels: kernel[c] += a[i][c] · b[i][c]. */
CNN_CLONES static void
add_products (int n, int channels, const float *restrict a, gsize a_next,
              const float *restrict b, gsize b_next, float *restrict kernel)
{
  int c = 0;

  for (; c + SOME <= channels; c += SOME)
    add_some (n, SOME, a + c, a_next, b + c, b_next, kernel + c);
  for (; c < channels; c++)
    add_some (n, 1, a + c, a_next, b + c, b_next, kernel + c);
}

/* Of a row of the output, which columns' windows have their column @k inside the map: from
 * *first up to the result. */
static int
columns_inside (const CnnConvWindows *w, int k, int *first)
{
  int by = w->stride.width, at = k * w->dilation.width - w->left; /* of column 0's window */
  int end = at < w->in.width ? (w->in.width - 1 - at) / by + 1 : 0;

  *first = at < 0 ? (-at + by - 1) / by : 0;
  return MIN (end, w->out.width);
}

/* A row of the output and the kernel's number at row @r and column @k. */
static void
add_number (const Each *each, int y, int r, int k, const float *a, const float *b, float *to)
{
  const CnnConvWindows *w = &each->w;
  gsize                 channels = w->in.channels, next = w->stride.width * channels;
  int                   at_y = y * w->stride.height + r * w->dilation.height - w->top;
  int                   first, end = columns_inside (w, k, &first), n = end - first;
  float                *kernel = each->kernels + ((gsize) r * w->kernel.width + k) * channels;
  gsize                 in, out;

  if (at_y < 0 || at_y >= w->in.height || n <= 0)
    return;
  in = ((gsize) at_y * w->in.width +
        (gsize) (first * w->stride.width + k * w->dilation.width - w->left)) * channels;
  out = ((gsize) y * w->out.width + first) * channels;
  if (each->direction == CNN_CONV_FORWARD)
    add_cells (n, (int) channels, a + in, next, kernel, to + out, channels);
  else if (each->direction == CNN_CONV_BACK)
    add_cells (n, (int) channels, a + out, channels, kernel, to + in, next);
  else
    add_products (n, (int) channels, a + in, next, b + out, channels, kernel);
}

static void
begin_cells (float *to, gsize n_cells, gsize channels, const float *bias)
{
  if (bias == NULL)
    memset (to, 0, n_cells * channels * sizeof (float));
  else
    for (gsize i = 0; i < n_cells; i++)
      memcpy (to + i * channels, bias, channels * sizeof (float));
}

static gboolean
each_run (CnnConvPart *part, guint n, const float *a, const float *b, float *to)
{
  const Each           *each = (Each *) part;
  const CnnConvWindows *w = &each->w;
  gsize                 channels = w->in.channels;
  gsize                 n_numbers = (gsize) w->kernel.height * w->kernel.width;
  gboolean              back = each->direction == CNN_CONV_BACK;
  CnnShape              from = back ? w->out : w->in, made = back ? w->in : w->out;

  if (each->direction == CNN_CONV_WEIGHTS)
    memset (each->kernels, 0, n_numbers * channels * sizeof (float));
  else
    begin_cells (to, (gsize) n * made.height * made.width, channels, b);
  for (guint i = 0; i < n; i++)
    {
      gboolean     weights = each->direction == CNN_CONV_WEIGHTS;
      const float *a_image = a + i * cnn_shape_cells (from);
      const float *b_image = weights ? b + i * cnn_shape_cells (w->out) : NULL;
      float       *to_image = weights ? NULL : to + i * cnn_shape_cells (made);

      for (int y = 0; y < w->out.height; y++)
        for (int r = 0; r < w->kernel.height; r++)
          for (int k = 0; k < w->kernel.width; k++)
            add_number (each, y, r, k, a_image, b_image, to_image);
    }
  for (gsize c = 0; c < channels && each->direction == CNN_CONV_WEIGHTS; c++)
    for (gsize i = 0; i < n_numbers; i++)
      to[c * n_numbers + i] += each->kernels[i * channels + c];
  return TRUE;
}

static void
each_load (CnnConvPart *part, const float *weights)
{
  const Each *each = (Each *) part;
  gsize       channels = each->w.in.channels;
  gsize       n_numbers = (gsize) each->w.kernel.height * each->w.kernel.width;

  for (gsize c = 0; c < channels; c++)
    for (gsize i = 0; i < n_numbers; i++)
      each->kernels[i * channels + c] = weights[c * n_numbers + i];
}

static void
each_free (CnnConvPart *part)
{
  cnn_floats_free (((Each *) part)->kernels);
  g_free (part);
}

/**
 * cnn_conv_each_suits:
 *
 * Returns: whether each channel is convolved by itself, into one map
 */
gboolean
cnn_conv_each_suits (const CnnConvWindows *windows)
{
  return windows->groups == windows->in.channels && windows->groups == windows->out.channels;
}

/**
 * cnn_conv_each_new:
 * @windows: of a convolution that cnn_conv_each_suits()
 *
 * Returns: (transfer full) (nullable): the part; %NULL when there is not enough memory
 */
CnnConvPart *
cnn_conv_each_new (const CnnConvWindows *windows, CnnConvDirection direction)
{
  Each *each = g_new0 (Each, 1);

  each->part = (CnnConvPart) { direction == CNN_CONV_WEIGHTS ? NULL : each_load, each_run,
                               each_free };
  each->w = *windows;
  each->direction = direction;
  each->kernels = cnn_floats_alloc ((gsize) windows->kernel.height * windows->kernel.width *
                                    windows->in.channels);
  if (each->kernels == NULL)
    g_clear_pointer (&each, g_free);
  return (CnnConvPart *) each;
}
