/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "separable.h"

#include <math.h>

/* A kernel's numbers are rounded once, and a factor's three times, to float's
 * half of 2^-23 of their size. */
#define ROUNDING (4.0 * 0x1p-24)

/**
 * cnn_kernel_separate:
 * @kernel: [rows][columns]
 * @column: (out): [rows]
 * @row: (out): [columns]
 *
 * Finds a column and a row whose products are the kernel's numbers, as near as
 * floats can be. A Gaussian has them, and so has a box; then a pass over rows and
 * one over columns do what the kernel does.
 *
 * Returns: whether there are such
 */
gboolean
cnn_kernel_separate (const float *kernel, int rows, int columns, float *column, float *row)
{
  int pivot = 0;

  for (int i = 1; i < rows * columns; i++)
    if (fabsf (kernel[i]) > fabsf (kernel[pivot]))
      pivot = i;
  if (kernel[pivot] == 0.0f || !isfinite (kernel[pivot]))
    return FALSE;
  for (int x = 0; x < columns; x++)
    row[x] = kernel[pivot / columns * columns + x];
  for (int y = 0; y < rows; y++)
    column[y] = kernel[y * columns + pivot % columns] / kernel[pivot];
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < columns; x++)
      {
        double is = kernel[y * columns + x];

        /* Not "greater": a NaN is no product. */
        if (!(fabs (is - (double) column[y] * row[x]) <= ROUNDING * fabs (is)))
          return FALSE;
      }
  return TRUE;
}
