/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"
#include "writer.h"

/* What poolings with a window share when they are written as ONNX. */

/**
 * cnn_pool_write_window:
 * @node: the layer that is being written
 * @window: (out): its window
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE set
 */
gboolean
cnn_pool_write_window (CnnWriter *writer, const CnnNode *node, CnnWindow *window, GError **error)
{
  const CnnPool *pool = node->params;

  if (!cnn_node_window (node, cnn_writer_in (writer, 0), window, error))
    return FALSE;
  cnn_writer_fixed_padding (writer, &pool->pad, window);
  /* What is left over depends on the size. */
  if (pool->round == CNN_ROUND_UP && (window->stride.height > 1 || window->stride.width > 1))
    cnn_writer_fixed (writer);
  return TRUE;
}

/**
 * cnn_pool_fits_onnx:
 *
 * Returns: whether a pooling may have that padding: less than its window, not counting
 *   dilation, and nothing cut off
 */
gboolean
cnn_pool_fits_onnx (const CnnWindow *window)
{
  const CnnSides *pad = &window->pad;

  return MIN (pad->top, pad->bottom) >= 0 && MIN (pad->left, pad->right) >= 0 &&
         MAX (pad->top, pad->bottom) < window->kernel.height &&
         MAX (pad->left, pad->right) < window->kernel.width;
}

/**
 * cnn_pool_write_map:
 * @window: (inout): the layer's window; without padding where that is a node of its own
 * @outside: a value that never counts
 *
 * Returns: the name of the map that is pooled
 */
const char *
cnn_pool_write_map (CnnWriter *writer, CnnWindow *window, double outside)
{
  const char *x = cnn_writer_map (writer, 0);

  if (cnn_pool_fits_onnx (window))
    return x;
  x = cnn_writer_pad (writer, x, window->pad, outside);
  window->pad = (CnnSides) { 0 };
  return x;
}

/**
 * cnn_pool_write_sums:
 * @x: a map
 *
 * Returns: the name of the sums over each window. Made by a convolution of each map with
 *   ones, since in operator set 17 only that may have any dilation and padding
 */
const char *
cnn_pool_write_sums (CnnWriter *writer, const char *x, const CnnWindow *window)
{
  CnnWindow         inside = *window;
  int               maps = cnn_writer_in (writer, 0).channels;
  gint64            dims[] = { maps, 1, window->kernel.height, window->kernel.width };
  gsize             n = (gsize) maps * window->kernel.height * window->kernel.width;
  g_autofree float *ones = g_new (float, n);
  const char       *sums;

  for (gsize i = 0; i < n; i++)
    ones[i] = 1.0f;
  if (MIN (inside.pad.top, inside.pad.bottom) < 0 || MIN (inside.pad.left, inside.pad.right) < 0)
    {
      x = cnn_writer_pad (writer, x, inside.pad, 0.0);
      inside.pad = (CnnSides) { 0 };
    }
  sums = cnn_writer_add (writer, "Conv", x, cnn_writer_floats (writer, "ones", 4, dims, ones),
                         NULL);
  cnn_writer_window (writer, &inside);
  cnn_writer_int (writer, "group", maps);
  return sums;
}

/* How many of a window's @n rows (columns) count: those of the map, and with @count_padding
 * those before it and up to @past behind it. */
static int
counted (int first, int n, int dilation, int length, gboolean count_padding, int past)
{
  int count = 0;

  for (int i = 0; i < n; i++)
    {
      int at = first + i * dilation;

      count += count_padding ? at - length < past : at >= 0 && at < length;
    }
  return count;
}

/**
 * cnn_pool_write_counts:
 *
 * Returns: the name of a constant: how many cells count at each place of the output
 */
const char *
cnn_pool_write_counts (CnnWriter *writer, const CnnPool *pool, const CnnWindow *window,
                       gboolean count_padding)
{
  CnnShape          in = cnn_writer_in (writer, 0), out = cnn_writer_out (writer);
  gint64            dims[] = { 1, 1, out.height, out.width };
  g_autofree float *counts = g_new (float, (gsize) out.height * out.width);
  float            *to = counts;
  g_autofree int   *columns = g_new (int, out.width);
  int               past_right = cnn_pool_past_padding (pool, pool->pad.sides.right);
  int               past_bottom = cnn_pool_past_padding (pool, pool->pad.sides.bottom);

  cnn_writer_fixed (writer);
  for (int x = 0; x < out.width; x++)
    columns[x] = counted (x * window->stride.width - window->pad.left, window->kernel.width,
                          window->dilation.width, in.width, count_padding, past_right);
  for (int y = 0; y < out.height; y++)
    {
      int rows = counted (y * window->stride.height - window->pad.top, window->kernel.height,
                          window->dilation.height, in.height, count_padding, past_bottom);

      for (int x = 0; x < out.width; x++)
        *to++ = (float) rows * (float) columns[x];
    }
  return cnn_writer_floats (writer, "counts", 4, dims, counts);
}
