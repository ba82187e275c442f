/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Fewer samples from many, or many from few, along one side of a picture. */

#include <math.h>
#include <string.h>

#include "resample.h"

static ResampleAxis *
axis_new (int n, gsize n_weights)
{
  ResampleAxis *axis = g_new0 (ResampleAxis, 1);

  axis->n = n;
  axis->first = g_new0 (int, n);
  axis->count = g_new0 (int, n);
  axis->weights = g_new0 (float *, n);
  axis->storage = g_new0 (float, MAX (n_weights, 1));
  return axis;
}

/**
 * resample_axis_area:
 * @n: how many samples come out
 * @start: where the first begins, in samples that go in
 * @step: how wide each is
 * @n_in: how many go in
 *
 * Each sample is the mean of what it covers, parts of samples counting by how
 * much of them is covered. What lies outside does not count.
 *
 * Returns: (transfer full): the weights
 */
ResampleAxis *
resample_axis_area (int n, double start, double step, int n_in)
{
  gsize         most   = (gsize) ceil (step) + 2;
  ResampleAxis *axis   = axis_new (n, most * n);
  float        *weight = axis->storage;

  for (int i = 0; i < n; i++)
    {
      double from  = MAX (start + step * i, 0.0);
      double to    = MIN (start + step * (i + 1), n_in);
      int    first = (int) floor (from);

      axis->weights[i] = weight;
      if (to - from < 1e-9)
        continue;

      axis->first[i] = first;
      for (int k = first; k < n_in && k < to; k++)
        {
          double covered = MIN (to, k + 1.0) - MAX (from, k);

          if (k > first && covered < 1e-9)
            break;
          *weight++ = covered / (to - from);
          axis->count[i]++;
        }
    }
  return axis;
}

/**
 * resample_axis_lines:
 * @n: how many samples come out
 * @start: where the first begins, in samples that go in
 * @step: from one to the next
 * @n_in: how many go in
 *
 * Each sample lies on a straight line from the middle of one that goes in to the next
 * one's. Those whose own middle lies outside are made of nothing.
 *
 * Returns: (transfer full): the weights
 */
ResampleAxis *
resample_axis_lines (int n, double start, double step, int n_in)
{
  ResampleAxis *axis = axis_new (n, 2 * (gsize) n);

  for (int i = 0; i < n; i++)
    {
      double middle = start + (i + 0.5) * step;
      double at     = CLAMP (middle - 0.5, 0.0, n_in - 1.0);
      int    first  = MIN ((int) at, MAX (n_in - 2, 0));

      axis->weights[i] = axis->storage + 2 * i;
      if (middle < 0.0 || middle > n_in)
        continue;
      axis->first[i] = first;
      axis->count[i] = MIN (2, n_in);
      axis->weights[i][0] = 1.0 - (at - first);
      axis->weights[i][1] = at - first;
    }
  return axis;
}

/**
 * resample_axis_scale:
 * @n: how many samples come out
 * @n_in: how many go in
 *
 * Makes fewer by averaging, more by straight lines in between.
 *
 * Returns: (transfer full): the weights
 */
ResampleAxis *
resample_axis_scale (int n, int n_in)
{
  if (n > n_in)
    return resample_axis_lines (n, 0.0, (double) n_in / n, n_in);
  return resample_axis_area (n, 0.0, (double) n_in / n, n_in);
}

void
resample_axis_free (ResampleAxis *axis)
{
  g_free (axis->first);
  g_free (axis->count);
  g_free (axis->weights);
  g_free (axis->storage);
  g_free (axis);
}

/* What samples @first to @first + @n are made of: a span that holds it all. */
static void
span (const ResampleAxis *axis, int first, int n, int *from, int *to)
{
  *from = G_MAXINT;
  *to = 0;
  for (int i = first; i < first + n; i++)
    if (axis->count[i] > 0)
      {
        *from = MIN (*from, axis->first[i]);
        *to = MAX (*to, axis->first[i] + axis->count[i]);
      }
}

/**
 * resample_needs:
 * @rows: how rows are made
 * @columns: how columns are
 * @rect: samples that come out
 *
 * Returns: the samples they are made of; perhaps none
 */
CnnRect
resample_needs (const ResampleAxis *rows, const ResampleAxis *columns, const CnnRect *rect)
{
  int left, right, top, bottom;

  span (columns, rect->x, rect->width, &left, &right);
  span (rows, rect->y, rect->height, &top, &bottom);
  if (left >= right || top >= bottom)
    return (CnnRect) { 0, 0, 0, 0 };
  return (CnnRect) { left, top, right - left, bottom - top };
}

static void
resample_row (const ResampleAxis *columns, int first, int n, const float *in, int in_first,
              int channels, float *out)
{
  memset (out, 0, sizeof (float) * n * channels);

  for (int i = 0; i < n; i++)
    {
      const float *weights = columns->weights[first + i];
      const float *from    = in + (columns->first[first + i] - in_first) * channels;

      for (int k = 0; k < columns->count[first + i]; k++)
        for (int c = 0; c < channels; c++)
          out[i * channels + c] += weights[k] * from[k * channels + c];
    }
}

/* Rows read at a time: a few tiles high. */
#define STRIP 64

/**
 * resample_rect:
 * @rows: how rows are made
 * @columns: how columns are
 * @rect: the samples wanted
 * @channels: numbers in a sample
 * @read: gives the samples they are made of, a strip at a time
 * @data: for @read
 * @values: where they go, [rect.height][rect.width][@channels]
 * @stride: numbers from one row of @values to the next
 *
 * Samples outside become 0. However large the picture, memory is that of a
 * strip.
 */
void
resample_rect (const ResampleAxis *rows, const ResampleAxis *columns, const CnnRect *rect,
               int channels, ResampleRead read, gpointer data, float *values, gsize stride)
{
  gsize row_length = (gsize) rect->width * channels;
  int   left, right, top, bottom;

  for (int y = 0; y < rect->height; y++)
    memset (values + y * stride, 0, sizeof (float) * row_length);

  span (columns, rect->x, rect->width, &left, &right);
  span (rows, rect->y, rect->height, &top, &bottom);
  if (left >= right || top >= bottom)
    return;

  g_autofree float *strip = g_new (float, (gsize) STRIP * (right - left) * channels);
  g_autofree float *row   = g_new (float, row_length);

  for (int y0 = top; y0 < bottom; y0 += STRIP)
    {
      CnnRect part = { left, y0, right - left, MIN (STRIP, bottom - y0) };

      read (data, &part, strip);
      for (int k = y0; k < y0 + part.height; k++)
        {
          resample_row (columns, rect->x, rect->width,
                        strip + (gsize) (k - y0) * part.width * channels, left, channels, row);

          for (int y = 0; y < rect->height; y++)
            {
              int    i   = k - rows->first[rect->y + y];
              float *out = values + y * stride;

              if (i < 0 || i >= rows->count[rect->y + y])
                continue;
              for (gsize x = 0; x < row_length; x++)
                out[x] += rows->weights[rect->y + y][i] * row[x];
            }
        }
    }
}
