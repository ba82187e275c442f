/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "kernels-private.h"

/* Kernels that are a formula, sampled at the cells' middles, with (0, 0) in the
 * middle of the kernel, also where that falls between two cells. */

#define SIGMA_MIN 0.1
#define SIGMA_MAX 100.0

#define FOR_EACH_CELL(size)                                                                        \
  for (int row = 0; row < (size).height; row++)                                                    \
    for (int column = 0; column < (size).width; column++)

/* Distance in cells of cell @index of @length from the middle. */
static double
from_middle (int index, int length)
{
  return index - (length - 1) / 2.0;
}

/* An odd side that reaches @reach standard deviations to both sides. Sizes are
 * also asked for parameters that are still to be checked. */
static CnnSize
size_for_sigma (double sigma, double reach)
{
  double within = MAX (MIN (sigma, SIGMA_MAX), SIGMA_MIN);
  int    side = 2 * (int) ceil (reach * within) + 1;

  return (CnnSize) { side, side };
}

static double
sum (CnnSize size, const double *values)
{
  double total = 0.0;

  for (gint64 i = 0; i < (gint64) size.height * size.width; i++)
    total += values[i];
  return total;
}

static void
scale (CnnSize size, double *values, double factor)
{
  for (gint64 i = 0; i < (gint64) size.height * size.width; i++)
    values[i] *= factor;
}

/* Makes flat areas give 0. */
static void
subtract_mean (CnnSize size, double *values)
{
  gint64 n = (gint64) size.height * size.width;
  double mean = sum (size, values) / (double) n;

  for (gint64 i = 0; i < n; i++)
    values[i] -= mean;
}

/* Cosine and sine that are exact at quarter turns and the same, but for the
 * sign, half a turn on. */
static void
direction (double degrees, double *cosine, double *sine)
{
  double turned = degrees - 360.0 * floor (degrees / 360.0);
  int    quarter = (int) floor (turned / 90.0);
  double rest = (turned - 90.0 * quarter) * G_PI / 180.0;
  double c = cos (rest), s = sin (rest);

  switch (quarter % 4)
    {
    case 0: *cosine = c; *sine = s; break;
    case 1: *cosine = -s; *sine = c; break;
    case 2: *cosine = -c; *sine = -s; break;
    default: *cosine = s; *sine = -c; break;
    }
}

/* --- box ------------------------------------------------------------------ */

static CnnSize
box_size (const double *args)
{
  return (CnnSize) { 3, 3 };
}

static void
box_fill (const double *args, CnnSize size, double *values)
{
  double n = (double) size.height * size.width;

  FOR_EACH_CELL (size)
    *values++ = 1.0 / n;
}

const CnnKernelKind cnn_kernel_box = {
  .name = "box",
  .label = N_("Box"),
  .blurb = N_("Averages all cells of the window; adds up to 1"),
  .size = box_size,
  .grows = TRUE,
  .fill = box_fill,
};

/* --- gaussian ------------------------------------------------------------- */

static CnnSize
gaussian_size (const double *args)
{
  return size_for_sigma (args[0], 3.0);
}

/* exp (−(x² + y²) / 2σ²), divided by its sum. */
static void
gaussian_fill (const double *args, CnnSize size, double *values)
{
  double  sigma = args[0];
  double *value = values;

  FOR_EACH_CELL (size)
    {
      double y = from_middle (row, size.height), x = from_middle (column, size.width);

      *value++ = exp (-(x * x + y * y) / (2.0 * sigma * sigma));
    }
  scale (size, values, 1.0 / sum (size, values));
}

const CnnKernelKind cnn_kernel_gaussian = {
  .name = "gaussian",
  .label = N_("Gaussian"),
  .blurb = N_("Blurs softly, alike in all directions; adds up to 1"),
  .params = {
    { "sigma", 1.0, SIGMA_MIN, SIGMA_MAX, N_("Standard deviation (cells)") },
  },
  .size = gaussian_size,
  .grows = TRUE,
  .fill = gaussian_fill,
};

/* --- motion --------------------------------------------------------------- */

static CnnSize
motion_size (const double *args)
{
  return (CnnSize) { 9, 9 };
}

/* A line through the middle, as long as the ellipse in the kernel's frame is
 * wide at that angle: in a square, equally long at all angles. A cell's weight
 * falls off over one cell to the line's sides and at its ends. */
static void
motion_fill (const double *args, CnnSize size, double *values)
{
  double *value = values;
  double  c, s, half;

  direction (args[0], &c, &s);
  half = 0.5 / hypot (c / size.width, s / size.height);
  FOR_EACH_CELL (size)
    {
      double y = from_middle (row, size.height), x = from_middle (column, size.width);
      double along = fabs (x * c - y * s), across = fabs (x * s + y * c);

      *value++ = CLAMP (half + 0.5 - along, 0.0, 1.0) * MAX (1.0 - across, 0.0);
    }
  scale (size, values, 1.0 / sum (size, values));
}

const CnnKernelKind cnn_kernel_motion = {
  .name = "motion",
  .label = N_("Motion"),
  .blurb = N_("Blurs along a line, as a moving camera does; adds up to 1"),
  .params = {
    { "angle", 0.0, -360.0, 360.0, N_("Angle of the line (degrees, counter-clockwise)") },
  },
  .size = motion_size,
  .grows = TRUE,
  .fill = motion_fill,
};

/* --- log ------------------------------------------------------------------ */

/* It dies down more slowly than the Gaussian itself. */
static CnnSize
log_size (const double *args)
{
  return size_for_sigma (args[0], 4.0);
}

/* The Laplacian of the Gaussian of integral 1,
 * (r² − 2σ²) / 2πσ⁶ · exp (−r² / 2σ²), less its mean. Source: Marr and
 * Hildreth, "Theory of edge detection" (1980). */
static void
log_fill (const double *args, CnnSize size, double *values)
{
  double  variance = args[0] * args[0];
  double  factor = 1.0 / (2.0 * G_PI * variance * variance * variance);
  double *value = values;

  FOR_EACH_CELL (size)
    {
      double y = from_middle (row, size.height), x = from_middle (column, size.width);
      double squared = x * x + y * y;

      *value++ = (squared - 2.0 * variance) * factor * exp (-squared / (2.0 * variance));
    }
  subtract_mean (size, values);
}

const CnnKernelKind cnn_kernel_log = {
  .name = "log",
  .label = N_("Laplacian of Gaussian"),
  .blurb = N_("Finds spots and edges of one size, negative on bright ones; adds up to 0"),
  .params = {
    { "sigma", 1.4, SIGMA_MIN, SIGMA_MAX, N_("Standard deviation (cells)") },
  },
  .size = log_size,
  .grows = TRUE,
  .fill = log_fill,
};

/* --- gabor ---------------------------------------------------------------- */

static CnnSize
gabor_size (const double *args)
{
  return size_for_sigma (args[2], 3.0);
}

/* cos (2πu / λ) · exp (−(x² + y²) / 2σ²), the Gaussian's sum being 1, less the
 * mean; u runs in direction θ, across the stripes. Source: Daugman, "Uncertainty
 * relation for resolution in space, spatial frequency, and orientation optimized
 * by two-dimensional visual cortical filters" (1985), the even filter with a
 * round envelope. */
static void
gabor_fill (const double *args, CnnSize size, double *values)
{
  double  lambda = args[1], sigma = args[2];
  double *value = values;
  double  c, s, total = 0.0;

  direction (args[0], &c, &s);
  FOR_EACH_CELL (size)
    {
      double y = from_middle (row, size.height), x = from_middle (column, size.width);
      double envelope = exp (-(x * x + y * y) / (2.0 * sigma * sigma));

      *value++ = cos (2.0 * G_PI * (x * c - y * s) / lambda) * envelope;
      total += envelope;
    }
  scale (size, values, 1.0 / total);
  subtract_mean (size, values);
}

const CnnKernelKind cnn_kernel_gabor = {
  .name = "gabor",
  .label = N_("Gabor"),
  .blurb = N_("Finds stripes of one direction and width; adds up to 0"),
  .params = {
    { "theta", 0.0, -360.0, 360.0,
      N_("Direction across the stripes (degrees, counter-clockwise)") },
    { "lambda", 6.0, 2.0, 1000.0, N_("From one stripe to the next (cells)") },
    { "sigma", 3.0, SIGMA_MIN, SIGMA_MAX, N_("Standard deviation of the patch (cells)") },
  },
  .size = gabor_size,
  .grows = TRUE,
  .fill = gabor_fill,
};
