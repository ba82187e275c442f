/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-math.h"

#include <math.h>

/* What can be done to a matrix as a whole. */

static gsize
n_cells (CnnSize size)
{
  return (gsize) size.height * size.width;
}

static void
swap (double *a, double *b)
{
  double c = *a;

  *a = *b;
  *b = c;
}

/**
 * cnn_kernel_rotate_90:
 * @size: (inout): rows and columns, which change places
 *
 * Returns: (transfer full): the matrix, turned by a quarter
 */
double *
cnn_kernel_rotate_90 (const double *values, CnnSize *size, gboolean clockwise)
{
  CnnSize to     = { size->width, size->height };
  double *turned = g_new (double, n_cells (to));

  for (int y = 0; y < to.height; y++)
    for (int x = 0; x < to.width; x++)
      {
        int from_y = clockwise ? size->height - 1 - x : x;
        int from_x = clockwise ? y : size->width - 1 - y;

        turned[(gsize) y * to.width + x] = values[(gsize) from_y * size->width + from_x];
      }
  *size = to;
  return turned;
}

/**
 * cnn_kernel_can_rotate_45:
 *
 * Returns: whether cnn_kernel_rotate_45() does something to a matrix of that size:
 *   only a square one with a middle has rings that can be cut into eight
 */
gboolean
cnn_kernel_can_rotate_45 (CnnSize size)
{
  return size.height == size.width && size.height % 2 == 1 && size.height > 1;
}

/* Cell number @i, clockwise from the top left, of the ring at distance @ring from
 * the middle of a matrix of @side columns. */
static gsize
ring_cell (int side, int ring, int i)
{
  int edge = 2 * ring, along = i % edge;
  int low = side / 2 - ring, high = side / 2 + ring;
  int y, x;

  switch (i / edge)
    {
    case 0:
      y = low;
      x = low + along;
      break;
    case 1:
      y = low + along;
      x = high;
      break;
    case 2:
      y = high;
      x = high - along;
      break;
    default:
      y = high - along;
      x = low;
      break;
    }
  return (gsize) y * side + x;
}

/**
 * cnn_kernel_rotate_45:
 * @values: (inout): the matrix
 *
 * Turns a square matrix with a middle by an eighth: each ring around the middle moves by
 * an eighth of its length, so that eight times gives back what was. Leaves any other
 * matrix as it is.
 */
void
cnn_kernel_rotate_45 (double *values, CnnSize size, gboolean clockwise)
{
  int side = size.width;

  if (!cnn_kernel_can_rotate_45 (size))
    return;
  for (int ring = 1; ring <= side / 2; ring++)
    {
      int                n   = 8 * ring;
      g_autofree double *was = g_new (double, n);

      for (int i = 0; i < n; i++)
        was[i] = values[ring_cell (side, ring, i)];
      for (int i = 0; i < n; i++)
        values[ring_cell (side, ring, i)] = was[(clockwise ? i + n - ring : i + ring) % n];
    }
}

/**
 * cnn_kernel_flip:
 * @values: (inout): the matrix
 * @upside_down: %TRUE changes top and bottom, %FALSE left and right
 */
void
cnn_kernel_flip (double *values, CnnSize size, gboolean upside_down)
{
  int rows    = upside_down ? size.height / 2 : size.height;
  int columns = upside_down ? size.width : size.width / 2;

  for (int y = 0; y < rows; y++)
    for (int x = 0; x < columns; x++)
      {
        int other_y = upside_down ? size.height - 1 - y : y;
        int other_x = upside_down ? x : size.width - 1 - x;

        swap (&values[(gsize) y * size.width + x], &values[(gsize) other_y * size.width + other_x]);
      }
}

/**
 * cnn_kernel_transpose:
 * @size: (inout): rows and columns, which change places
 *
 * Returns: (transfer full): the matrix with rows as columns
 */
double *
cnn_kernel_transpose (const double *values, CnnSize *size)
{
  CnnSize to      = { size->width, size->height };
  double *changed = g_new (double, n_cells (to));

  for (int y = 0; y < to.height; y++)
    for (int x = 0; x < to.width; x++)
      changed[(gsize) y * to.width + x] = values[(gsize) x * size->width + y];
  *size = to;
  return changed;
}

/** cnn_kernel_negate: changes the sign of each number; 0 stays 0, never −0. */
void
cnn_kernel_negate (double *values, CnnSize size)
{
  for (gsize i = 0; i < n_cells (size); i++)
    values[i] = values[i] == 0.0 ? 0.0 : -values[i];
}

/** cnn_kernel_sum: of all its numbers; does not lose small ones beside large ones. */
double
cnn_kernel_sum (const double *values, CnnSize size)
{
  double sum = 0.0, lost = 0.0;

  for (gsize i = 0; i < n_cells (size); i++)
    {
      double next = sum + values[i];

      if (fabs (sum) >= fabs (values[i]))
        lost += (sum - next) + values[i];
      else
        lost += (values[i] - next) + sum;
      sum = next;
    }
  /* Beyond the largest number there is nothing to correct. */
  return isfinite (lost) ? sum + lost : sum;
}

static double
largest (const double *values, CnnSize size)
{
  double most = 0.0;

  for (gsize i = 0; i < n_cells (size); i++)
    most = MAX (most, fabs (values[i]));
  return most;
}

/**
 * cnn_kernel_sum_to_1:
 * @values: (inout): the matrix
 *
 * Divides it by its sum.
 *
 * Returns: whether it could: not where the sum is 0, or so near that only the errors of
 *   adding up are left of it; then the matrix stays as it is
 */
gboolean
cnn_kernel_sum_to_1 (double *values, CnnSize size)
{
  double sum = cnn_kernel_sum (values, size);

  if (!isfinite (sum) || fabs (sum) <= 1e-12 * largest (values, size))
    return FALSE;
  for (gsize i = 0; i < n_cells (size); i++)
    values[i] /= sum;
  return TRUE;
}

/**
 * cnn_kernel_sum_to_0:
 * @values: (inout): the matrix
 *
 * Takes the mean off each number.
 */
void
cnn_kernel_sum_to_0 (double *values, CnnSize size)
{
  /* The second time takes off what rounding left. */
  for (int time = 0; time < 2; time++)
    {
      double mean = cnn_kernel_sum (values, size) / (double) n_cells (size);

      for (gsize i = 0; i < n_cells (size) && isfinite (mean); i++)
        values[i] -= mean;
    }
}

/**
 * cnn_kernel_resize:
 * @size: what it has
 * @wanted: what it is to have
 *
 * Cuts off, or adds zeros, on all sides. The middle stays the middle, as in a layer that
 * is larger than its kernel.
 *
 * Returns: (transfer full): the matrix at the size @wanted
 */
double *
cnn_kernel_resize (const double *values, CnnSize size, CnnSize wanted)
{
  double *resized = g_new0 (double, n_cells (wanted));
  int     top     = size.height >= wanted.height ? -((size.height - wanted.height) / 2)
                                                 : (wanted.height - size.height) / 2;
  int     left    = size.width >= wanted.width ? -((size.width - wanted.width) / 2)
                                               : (wanted.width - size.width) / 2;

  for (int y = MAX (top, 0); y < wanted.height && y - top < size.height; y++)
    for (int x = MAX (left, 0); x < wanted.width && x - left < size.width; x++)
      resized[(gsize) y * wanted.width + x] = values[(gsize) (y - top) * size.width + (x - left)];
  return resized;
}
