/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-edit.h"

#include <math.h>
#include <string.h>

#include "kernel-math.h"

/* What the editor does to one kernel; no widgets. */

static gsize
cells (CnnSize size)
{
  return (gsize) size.height * size.width;
}

/**
 * kernel_new_literal:
 * @depth: matrices, 0 for a single one that serves every channel
 * @values: (nullable): [depth or 1][size.height][size.width], copied; zeros otherwise
 *
 * Returns: (transfer full): the kernel
 */
CnnKernel *
kernel_new_literal (int depth, CnnSize size, const double *values)
{
  CnnKernel *kernel = g_new0 (CnnKernel, 1);
  gsize      n      = MAX (depth, 1) * cells (size);

  kernel->depth = depth;
  kernel->size = size;
  kernel->values = values ? g_memdup2 (values, n * sizeof *values) : g_new0 (double, n);
  return kernel;
}

/** kernel_new_named: (transfer full): with its initial parameters */
CnnKernel *
kernel_new_named (const CnnKernelKind *kind)
{
  CnnKernel *kernel = g_new0 (CnnKernel, 1);

  kernel->kind = kind;
  for (guint i = 0; i < cnn_kernel_n_params (kind); i++)
    kernel->args[i] = kind->params[i].initial;
  return kernel;
}

/** kernel_n_matrices: how many there are to be seen: 1 or more */
int
kernel_n_matrices (const CnnKernel *kernel)
{
  return kernel->kind ? 1 : MAX (kernel->depth, 1);
}

/**
 * kernel_drawn_size:
 * @layer: the layer's kernel size; 0×0 when it is not said
 *
 * Returns: rows and columns at which a person sees it: a literal's own, a named one as
 *   the layer draws it
 */
CnnSize
kernel_drawn_size (const CnnKernel *kernel, CnnSize layer)
{
  CnnSize own = cnn_kernel_size (kernel);

  if (kernel->kind == NULL || layer.height == 0)
    return own;
  if (!kernel->kind->grows && (layer.height < own.height || layer.width < own.width))
    return own;
  return layer;
}

/**
 * kernel_draw:
 * @matrix: which of its matrices
 * @layer: the layer's kernel size; 0×0 when it is not said
 * @size: (out): rows and columns
 *
 * Returns: (transfer full): [size.height][size.width]
 */
double *
kernel_draw (const CnnKernel *kernel, int matrix, CnnSize layer, CnnSize *size)
{
  double *values;

  *size = kernel_drawn_size (kernel, layer);
  values = g_new0 (double, cells (*size));
  if (kernel->kind)
    cnn_kernel_draw (kernel->kind, kernel->args, *size, values, NULL);
  else
    {
      gsize first = CLAMP (matrix, 0, kernel_n_matrices (kernel) - 1) * cells (*size);

      for (gsize i = 0; i < cells (*size); i++)
        values[i] = cnn_kernel_value (kernel, first + i);
    }
  return values;
}

/** kernel_total: the sum of all numbers of all matrices */
double
kernel_total (const CnnKernel *kernel, CnnSize layer)
{
  double total = 0.0;

  for (int i = 0; i < kernel_n_matrices (kernel); i++)
    {
      CnnSize            size;
      g_autofree double *values = kernel_draw (kernel, i, layer, &size);

      total += cnn_kernel_sum (values, size);
    }
  return total;
}

/* The shortest number that is the same float: 0.1, not 0.10000000149. */
static double
shortest (double value)
{
  char   text[G_ASCII_DTOSTR_BUF_SIZE];
  double read = value;

  if (value != (double) (float) value)
    return value;
  for (int digits = 6; digits <= 9; digits++)
    {
      char format[] = "%.0g";

      format[2] = (char) ('0' + digits);
      read = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, value), NULL);
      if ((float) read == (float) value)
        return read;
    }
  return value;
}

/**
 * kernel_draw_written:
 *
 * Returns: (transfer full): as kernel_draw(), each number as kernel_write_down() writes it
 */
double *
kernel_draw_written (const CnnKernel *kernel, int matrix, CnnSize layer, CnnSize *size)
{
  double *values = kernel_draw (kernel, matrix, layer, size);

  for (gsize i = 0; kernel->floats && i < cells (*size); i++)
    values[i] = shortest (values[i]);
  return values;
}

/** kernel_write_down: makes a named kernel, or one of a file, numbers of its own. */
void
kernel_write_down (CnnKernel *kernel, CnnSize layer)
{
  CnnSize size;
  gsize   n;
  int     depth;
  double *values;

  if (kernel->values)
    return;
  if (kernel->kind)
    {
      values = kernel_draw (kernel, 0, layer, &size);
      depth = 0;
    }
  else
    {
      size = kernel->size;
      depth = kernel->depth;
      n = kernel_n_matrices (kernel) * cells (size);
      values = g_new (double, n);
      for (gsize i = 0; i < n; i++)
        values[i] = shortest (kernel->floats[i]);
    }
  cnn_kernel_clear (kernel);
  *kernel = (CnnKernel) { .depth = depth, .size = size, .values = values };
}

/** kernel_set_matrix: gives a literal's @matrix the numbers @values, of its size. */
void
kernel_set_matrix (CnnKernel *kernel, int matrix, const double *values)
{
  kernel_write_down (kernel, kernel->size);
  memcpy (kernel->values + CLAMP (matrix, 0, kernel_n_matrices (kernel) - 1) * cells (kernel->size),
          values, cells (kernel->size) * sizeof *values);
}

/** kernel_set_size: gives a literal that many rows and columns, about its middle. */
void
kernel_set_size (CnnKernel *kernel, CnnSize size)
{
  int     n       = kernel_n_matrices (kernel);
  double *resized = g_new (double, n * cells (size));

  kernel_write_down (kernel, kernel->size);
  for (int i = 0; i < n; i++)
    {
      g_autofree double *one = cnn_kernel_resize (kernel->values + i * cells (kernel->size),
                                                  kernel->size, size);

      memcpy (resized + i * cells (size), one, cells (size) * sizeof *one);
    }
  g_free (kernel->values);
  kernel->values = resized;
  kernel->size = size;
}

/**
 * kernel_set_depth:
 * @depth: 0 for one matrix for all channels, or one for each of so many
 * @matrix: the one that a person sees, which stays, and fills what is new
 *
 * Changes how many matrices a literal has.
 */
void
kernel_set_depth (CnnKernel *kernel, int depth, int matrix)
{
  gsize   n     = cells (kernel->size);
  int     had   = kernel_n_matrices (kernel);
  int     shown = CLAMP (matrix, 0, had - 1);
  double *values = g_new (double, MAX (depth, 1) * n);

  kernel_write_down (kernel, kernel->size);
  for (int i = 0; i < MAX (depth, 1); i++)
    memcpy (values + i * n, kernel->values + (depth > 0 && i < had ? i : shown) * n,
            n * sizeof *values);
  g_free (kernel->values);
  kernel->values = values;
  kernel->depth = depth;
}

/* --- tools ---------------------------------------------------------------- */

/** kernel_can_apply: whether @tool changes anything that can be changed */
gboolean
kernel_can_apply (const CnnKernel *kernel, KernelTool tool, CnnSize layer)
{
  g_autofree double *values = NULL;
  CnnSize            size;
  gsize              n;
  int                matrices = kernel_n_matrices (kernel);

  if (tool == KERNEL_ROTATE_45)
    return cnn_kernel_can_rotate_45 (kernel_drawn_size (kernel, layer));
  if (tool != KERNEL_SUM_TO_1)
    return TRUE;
  size = kernel_drawn_size (kernel, layer);
  n = cells (size);
  values = g_new (double, matrices * n);
  for (int i = 0; i < matrices; i++)
    {
      g_autofree double *one = kernel_draw (kernel, i, layer, &size);

      memcpy (values + i * n, one, n * sizeof *one);
    }
  size.height *= matrices;
  return cnn_kernel_sum_to_1 (values, size);
}

static void
apply_turn (CnnKernel *kernel, KernelTool tool)
{
  int     n      = kernel_n_matrices (kernel);
  double *turned = g_new (double, n * cells (kernel->size));
  CnnSize size   = kernel->size;

  for (int i = 0; i < n; i++)
    {
      const double      *from = kernel->values + i * cells (kernel->size);
      g_autofree double *one  = NULL;

      size = kernel->size;
      one = tool == KERNEL_TRANSPOSE ? cnn_kernel_transpose (from, &size)
                                     : cnn_kernel_rotate_90 (from, &size,
                                                             tool == KERNEL_ROTATE_RIGHT);
      memcpy (turned + i * cells (size), one, cells (size) * sizeof *one);
    }
  g_free (kernel->values);
  kernel->values = turned;
  kernel->size = size;
}

/**
 * kernel_apply:
 * @layer: the layer's kernel size, at which a named kernel is written down first
 *
 * Does it to all matrices; their sum is that of all of them together.
 *
 * Returns: whether it could be done
 */
gboolean
kernel_apply (CnnKernel *kernel, KernelTool tool, CnnSize layer)
{
  CnnSize all;

  if (!kernel_can_apply (kernel, tool, layer))
    return FALSE;
  kernel_write_down (kernel, layer);
  all = (CnnSize) { kernel_n_matrices (kernel) * kernel->size.height, kernel->size.width };
  switch (tool)
    {
    case KERNEL_ROTATE_LEFT:
    case KERNEL_ROTATE_RIGHT:
    case KERNEL_TRANSPOSE:
      apply_turn (kernel, tool);
      break;
    case KERNEL_ROTATE_45:
    case KERNEL_FLIP_SIDES:
    case KERNEL_FLIP_UPSIDE_DOWN:
      for (int i = 0; i < kernel_n_matrices (kernel); i++)
        {
          double *values = kernel->values + i * cells (kernel->size);

          if (tool == KERNEL_ROTATE_45)
            cnn_kernel_rotate_45 (values, kernel->size, TRUE);
          else
            cnn_kernel_flip (values, kernel->size, tool == KERNEL_FLIP_UPSIDE_DOWN);
        }
      break;
    case KERNEL_NEGATE:
      cnn_kernel_negate (kernel->values, all);
      break;
    case KERNEL_SUM_TO_1:
      cnn_kernel_sum_to_1 (kernel->values, all);
      break;
    case KERNEL_SUM_TO_0:
      cnn_kernel_sum_to_0 (kernel->values, all);
      break;
    }
  return TRUE;
}
