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

/**
 * mapping_range_add:
 * @range: widened to take in the values
 * @values: every @step-th of these
 * @n: how many
 *
 * Infinities and NaN do not count: one of them would flatten all the rest.
 */
void
mapping_range_add (MappingRange *range, const float *values, gsize n, gsize step)
{
  for (gsize i = 0; i < n; i++)
    {
      float value = values[i * step];

      if (!isfinite (value))
        continue;
      range->min = MIN (range->min, value);
      range->max = MAX (range->max, value);
    }
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

/* The value in the mapping's unit. The difference of an infinity is one too,
 * and NaN has no place anywhere: it is shown like the value that becomes 0. */
static inline double
scaled (const Mapping *mapping, float value)
{
  return isnan (value) || mapping->scale == 0.0 ? 0.0 : (value - mapping->zero) * mapping->scale;
}

/**
 * mapping_grey:
 * @mapping: any but a diverging one
 * @value: a map's value
 *
 * Returns: the pixel's: 0 to 1, but for %MAPPING_RAW, which is @value
 */
float
mapping_grey (const Mapping *mapping, float value)
{
  double x;

  if (mapping->kind == MAPPING_RAW)
    return value;

  x = scaled (mapping, value);
  if (mapping->kind == MAPPING_SIGNED)
    x = 0.5 + 0.5 * x;
  return CLAMP (x, 0.0, 1.0);
}

/**
 * mapping_colour:
 * @mapping: any
 * @value: a map's value
 * @rgb: the pixel's red, green and blue
 */
void
mapping_colour (const Mapping *mapping, float value, float *rgb)
{
  double x;

  if (mapping->kind != MAPPING_DIVERGING)
    {
      rgb[0] = rgb[1] = rgb[2] = mapping_grey (mapping, value);
      return;
    }

  x = scaled (mapping, value);
  x = CLAMP (x, -1.0, 1.0);
  rgb[0] = x < 0.0 ? 1.0 + x : 1.0;
  rgb[1] = 1.0 - fabs (x);
  rgb[2] = x > 0.0 ? 1.0 - x : 1.0;
}
