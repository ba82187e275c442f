/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From the numbers of a map to the numbers of pixels. A network's values may
 * be anything; what a picture can show lies between 0 and 1. */

#include <math.h>

#include "mapping.h"

/**
 * mapping_range_none:
 *
 * Returns: the range of no values
 */
MappingRange
mapping_range_none (void)
{
  return (MappingRange) { INFINITY, -INFINITY };
}

/* So many at a time, each lane on its own, go through a vector unit at once. */
#define LANES 16

static inline void
widen (float *min, float *max, float value)
{
  gboolean finite = value >= -G_MAXFLOAT && value <= G_MAXFLOAT;
  float    low    = finite ? value : INFINITY;
  float    high   = finite ? value : -INFINITY;

  *min = low < *min ? low : *min;
  *max = high > *max ? high : *max;
}

/**
 * mapping_range_add:
 * @range: widened to take in the values
 * @values: some values
 * @n: how many
 *
 * Infinities and NaN do not count: one of them would flatten all the rest.
 */
void
mapping_range_add (MappingRange *range, const float *values, gsize n)
{
  float min[LANES], max[LANES];
  gsize i = 0;

  for (int k = 0; k < LANES; k++)
    {
      min[k] = range->min;
      max[k] = range->max;
    }
  for (; i + LANES <= n; i += LANES)
    for (int k = 0; k < LANES; k++)
      widen (&min[k], &max[k], values[i + k]);
  for (; i < n; i++)
    widen (&min[0], &max[0], values[i]);
  for (int k = 0; k < LANES; k++)
    *range = mapping_range_union (*range, (MappingRange) { min[k], max[k] });
}

/**
 * mapping_range_union:
 *
 * Returns: the range of the values of both
 */
MappingRange
mapping_range_union (MappingRange a, MappingRange b)
{
  return (MappingRange) { MIN (a.min, b.min), MAX (a.max, b.max) };
}

/**
 * mapping_new:
 * @kind: which
 * @range: of the values; not looked at by the kinds that need none
 *
 * A map of one value all over becomes 0 in a range, mid-grey or white where it
 * is 0 everywhere in the others.
 *
 * Returns: the mapping
 */
Mapping
mapping_new (MappingKind kind, MappingRange range)
{
  Mapping  mapping = { kind, 0.0, 1.0 };
  gboolean any     = range.min <= range.max;
  double   size;

  switch (kind)
    {
    case MAPPING_CLAMP:
    case MAPPING_RAW:
      break;

    case MAPPING_RANGE_MAP:
    case MAPPING_RANGE_STAGE:
      mapping.zero = any ? range.min : 0.0;
      size = any ? (double) range.max - range.min : 0.0;
      mapping.scale = size > 0.0 ? 1.0 / size : 0.0;
      break;

    case MAPPING_SIGNED:
    case MAPPING_DIVERGING:
      size = any ? MAX (fabs ((double) range.min), fabs ((double) range.max)) : 0.0;
      mapping.scale = size > 0.0 ? 1.0 / size : 0.0;
      break;
    }
  return mapping;
}

/* The value in the mapping's unit, kept between @low and 1. NaN has no place
 * anywhere: it is shown like the value that becomes 0. */
static inline double
scaled (const Mapping *mapping, float value, double low)
{
  double x = (value - mapping->zero) * mapping->scale;

  /* Where all values are one, infinities times 0 are NaN too. */
  x = x == x ? x : 0.0;
  return CLAMP (x, low, 1.0);
}

static void
apply_range (const Mapping *mapping, const float *values, gsize n, float *pixels, gsize step)
{
  for (gsize i = 0; i < n; i++)
    pixels[i * step] = scaled (mapping, values[i], 0.0);
}

static void
apply_signed (const Mapping *mapping, const float *values, gsize n, float *pixels, gsize step)
{
  for (gsize i = 0; i < n; i++)
    pixels[i * step] = 0.5 + 0.5 * scaled (mapping, values[i], -1.0);
}

static void
apply_raw (const float *values, gsize n, float *pixels, gsize step)
{
  for (gsize i = 0; i < n; i++)
    pixels[i * step] = values[i];
}

static void
apply_diverging (const Mapping *mapping, const float *values, gsize n, float *pixels, gsize step)
{
  for (gsize i = 0; i < n; i++, pixels += step)
    {
      double x = scaled (mapping, values[i], -1.0);

      pixels[0] = x < 0.0 ? 1.0 + x : 1.0;
      pixels[1] = 1.0 - fabs (x);
      pixels[2] = x > 0.0 ? 1.0 - x : 1.0;
    }
}

/**
 * mapping_apply:
 * @mapping: the mapping; a diverging one needs 3 channels
 * @values: values of a map
 * @n: how many
 * @channels: 1 for grey pixels, 3 for red, green and blue
 * @pixels: where they go: 0 to 1, but for %MAPPING_RAW
 * @step: numbers from one pixel to the next
 */
void
mapping_apply (const Mapping *mapping, const float *values, gsize n, int channels, float *pixels,
               gsize step)
{
  switch (mapping->kind)
    {
    case MAPPING_CLAMP:
    case MAPPING_RANGE_MAP:
    case MAPPING_RANGE_STAGE:
      apply_range (mapping, values, n, pixels, step);
      break;

    case MAPPING_SIGNED:
      apply_signed (mapping, values, n, pixels, step);
      break;

    case MAPPING_RAW:
      apply_raw (values, n, pixels, step);
      break;

    case MAPPING_DIVERGING:
      apply_diverging (mapping, values, n, pixels, step);
      return;
    }

  if (channels == 3)
    for (gsize i = 0; i < n; i++)
      pixels[i * step + 1] = pixels[i * step + 2] = pixels[i * step];
}
