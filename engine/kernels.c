/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "kernels-private.h"

/* Numbers stand in a kernel as they are multiplied on the picture (convolution
 * layers correlate, they do not flip): x grows to the right, y downwards. Angles
 * are in degrees, counter-clockwise as seen on the screen. */

/* In the order of a menu. */
static const CnnKernelKind *const kinds[] = {
  &cnn_kernel_identity,
  &cnn_kernel_box,
  &cnn_kernel_gaussian,
  &cnn_kernel_motion,
  &cnn_kernel_sharpen,
  &cnn_kernel_emboss,
  &cnn_kernel_edge,
  &cnn_kernel_sobel_x,
  &cnn_kernel_sobel_y,
  &cnn_kernel_prewitt_x,
  &cnn_kernel_prewitt_y,
  &cnn_kernel_scharr_x,
  &cnn_kernel_scharr_y,
  &cnn_kernel_roberts_x,
  &cnn_kernel_roberts_y,
  &cnn_kernel_laplacian,
  &cnn_kernel_laplacian_8,
  &cnn_kernel_log,
  &cnn_kernel_line_h,
  &cnn_kernel_line_v,
  &cnn_kernel_line_45,
  &cnn_kernel_line_135,
  &cnn_kernel_gabor,
};

/**
 * cnn_kernel_kinds:
 * @n_kinds: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_kinds): all named kernels, in the
 *   order of a menu
 */
const CnnKernelKind *const *
cnn_kernel_kinds (guint *n_kinds)
{
  *n_kinds = G_N_ELEMENTS (kinds);
  return kinds;
}

/**
 * cnn_kernel_find:
 * @name: a kernel's name. Those that come in an -x and a -y kind may also be
 *   called without: "sobel", "prewitt", "scharr" and "roberts" are the -x kind
 *
 * Returns: (transfer none) (nullable): the kernel of that name
 */
const CnnKernelKind *
cnn_kernel_find (const char *name)
{
  g_autofree char *along_x = g_strconcat (name, "-x", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i]->name, name) == 0 || strcmp (kinds[i]->name, along_x) == 0)
      return kinds[i];
  return NULL;
}

/**
 * cnn_kernel_n_params:
 *
 * Returns: how many parameters @kind takes, 0 to %CNN_KERNEL_MAX_PARAMS
 */
guint
cnn_kernel_n_params (const CnnKernelKind *kind)
{
  guint n = 0;

  while (kind->params[n].key)
    n++;
  return n;
}

static gboolean
check_args (const CnnKernelKind *kind, const double *args, GError **error)
{
  for (guint i = 0; i < cnn_kernel_n_params (kind); i++)
    {
      const CnnKernelParam *param = &kind->params[i];
      char                  value[G_ASCII_DTOSTR_BUF_SIZE];
      char                  min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];

      if (args[i] >= param->min && args[i] <= param->max)
        continue;
      /* In every locale as the text notation writes them. */
      g_ascii_formatd (value, sizeof value, "%g", args[i]);
      g_ascii_formatd (min, sizeof min, "%g", param->min);
      g_ascii_formatd (max, sizeof max, "%g", param->max);
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("%s: %s is %s, expected a number from %s to %s"), kind->name, param->key,
                   value, min, max);
      return FALSE;
    }
  return TRUE;
}

/**
 * cnn_kernel_fits:
 * @kind: the kernel
 * @args: its parameters; may be %NULL where it takes none
 * @size: rows and columns
 *
 * Returns: whether it can be drawn at that size; otherwise %CNN_ERROR_SPEC is set
 */
gboolean
cnn_kernel_fits (const CnnKernelKind *kind, const double *args, CnnSize size, GError **error)
{
  CnnSize own;

  if (!check_args (kind, args, error))
    return FALSE;
  own = kind->grows ? (CnnSize) { 1, 1 } : kind->size (args);
  if (size.height >= own.height && size.width >= own.width)
    return TRUE;
  if (kind->grows)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("%s cannot be drawn at %d×%d, expected 1×1 or larger"), kind->name,
                 size.height, size.width);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s is %d×%d and does not fit into %d×%d"),
                 kind->name, own.height, own.width, size.height, size.width);
  return FALSE;
}

/**
 * cnn_kernel_draw:
 * @kind: the kernel
 * @args: its parameters; may be %NULL where it takes none
 * @size: rows and columns to draw it at, 1×1 or more. A kernel that grows is
 *   drawn at that size, also a smaller one than its own. Another stands in the
 *   middle of zeros, one row and column closer to the top left where the
 *   middle falls between two: the cell that padding "same" puts over the
 *   output's
 * @values: (out): where to draw, [size.height][size.width] row by row
 *
 * Writes the numbers of a kernel.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set when a parameter is out of
 *   range or the kernel does not fit
 */
gboolean
cnn_kernel_draw (const CnnKernelKind *kind, const double *args, CnnSize size, double *values,
                 GError **error)
{
  CnnSize            own;
  g_autofree double *small = NULL;
  double            *corner;

  if (!cnn_kernel_fits (kind, args, size, error))
    return FALSE;
  if (kind->grows)
    {
      kind->fill (args, size, values);
      return TRUE;
    }

  own = kind->size (args);
  small = g_new (double, (gsize) own.height * own.width);
  kind->fill (args, own, small);
  memset (values, 0, (gsize) size.height * size.width * sizeof *values);
  corner = values + (gsize) ((size.height - own.height) / 2) * size.width +
           (size.width - own.width) / 2;
  for (int y = 0; y < own.height; y++)
    memcpy (corner + (gsize) y * size.width, small + (gsize) y * own.width,
            (gsize) own.width * sizeof *values);
  return TRUE;
}
