/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "luminance.h"

#include <math.h>

/* Steps of the table from light to numbers: between two of them the curve is straight to
 * about a millionth. */
#define STEPS (1 << 15)

struct _CnnLuminance
{
  int      bits;
  gboolean linear;
  float    weights[3];
  float   *light;            /* of a stored number, [2^bits] */
  float    curve[STEPS + 2]; /* of STEPS parts of the light */
};

/* The curve of sRGB, IEC 61966-2-1. */
static double
to_linear (double value)
{
  return value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

static double
from_linear (double light)
{
  return light <= 0.0031308 ? light * 12.92 : 1.055 * pow (light, 1.0 / 2.4) - 0.055;
}

/**
 * cnn_luminance_new:
 * @bits: of each stored number: 8 or 16; the greatest stands for 1
 * @stored_linear: whether they are in proportion to the light; else along sRGB's curve
 * @weights: of red, green and blue, [3], which add up to 1
 * @linear: whether the luminance is wanted in proportion to the light; else along that curve
 *
 * Returns: (transfer full): what converts; threads may share it
 */
CnnLuminance *
cnn_luminance_new (int bits, gboolean stored_linear, const double *weights, gboolean linear)
{
  CnnLuminance *self = g_new0 (CnnLuminance, 1);
  int           n    = 1 << bits;

  g_return_val_if_fail (bits == 8 || bits == 16, NULL);

  self->bits = bits;
  self->linear = linear;
  self->light = g_new (float, n);
  for (int i = 0; i < 3; i++)
    self->weights[i] = (float) weights[i];
  for (int i = 0; i < n; i++)
    {
      double value = i / (n - 1.0);

      self->light[i] = (float) (stored_linear ? value : to_linear (value));
    }
  for (int i = 0; i <= STEPS; i++)
    self->curve[i] = (float) from_linear ((double) i / STEPS);
  self->curve[STEPS + 1] = self->curve[STEPS];
  return self;
}

void
cnn_luminance_free (CnnLuminance *luminance)
{
  g_free (luminance->light);
  g_free (luminance);
}

static inline float
luminance_of (const CnnLuminance *self, guint red, guint green, guint blue)
{
  float light = self->weights[0] * self->light[red] + self->weights[1] * self->light[green] +
                self->weights[2] * self->light[blue];
  float at;
  int   i;

  if (self->linear)
    return light;
  at = CLAMP (light, 0.0f, 1.0f) * STEPS;
  i = (int) at;
  return self->curve[i] + (at - (float) i) * (self->curve[i + 1] - self->curve[i]);
}

/**
 * cnn_luminance_convert:
 * @rgb: stored numbers, guint8 or guint16: red, green and blue of each pixel
 * @step: numbers from one pixel to the next
 * @n: how many pixels
 * @values: (out): their luminances, [n]
 */
void
cnn_luminance_convert (const CnnLuminance *luminance, gconstpointer rgb, int step, gsize n,
                       float *values)
{
  if (luminance->bits == 8)
    for (const guint8 *from = rgb; n > 0; n--, from += step)
      *values++ = luminance_of (luminance, from[0], from[1], from[2]);
  else
    for (const guint16 *from = rgb; n > 0; n--, from += step)
      *values++ = luminance_of (luminance, from[0], from[1], from[2]);
}
