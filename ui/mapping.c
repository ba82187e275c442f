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
#define MAX_LANES 64

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
 * mapping_ranges_add:
 * @ranges: [@channels]: each widened to take in the values of its channel
 * @channels: how many numbers each cell has
 * @values: [@n][@channels]
 * @n: how many cells
 *
 * As mapping_range_add() for each channel.
 */
void
mapping_ranges_add (MappingRange *ranges, int channels, const float *values, gsize n)
{
  float min[MAX_LANES], max[MAX_LANES];
  int   lanes = MAX_LANES / channels * channels;
  gsize i     = 0;

  n *= channels;
  if (lanes > 0 && n >= (gsize) lanes)
    {
      for (int k = 0; k < lanes; k++)
        {
          min[k] = ranges[k % channels].min;
          max[k] = ranges[k % channels].max;
        }
      for (; i + lanes <= n; i += lanes)
        for (int k = 0; k < lanes; k++)
          widen (&min[k], &max[k], values[i + k]);
      for (int k = 0; k < lanes; k++)
        ranges[k % channels] =
          mapping_range_union (ranges[k % channels], (MappingRange) { min[k], max[k] });
    }
  for (; i < n; i += channels)
    for (int k = 0; k < channels; k++)
      widen (&ranges[k].min, &ranges[k].max, values[i + k]);
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

/* 0 to 1 as a byte, as near as can be. */
static inline guint8
byte (float pixel)
{
  return (guint8) (int) (pixel * 255.0f + 0.5f);
}

/**
 * mapping_bytes:
 * @pixels: numbers between 0 and 1
 * @n: how many
 * @bytes: what an 8-bit image stores for them
 */
void
mapping_bytes (const float *pixels, gsize n, guint8 *bytes)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = byte (pixels[i]);
}

/* As scaled() and byte(), in floats: four times as fast, and no pixel is off by
 * more than what rounding does to it anyway. */
static inline guint8
scaled_byte (float value, float zero, float scale, float middle, float low)
{
  float x = (value - zero) * scale;

  x = x == x ? x : 0.0f;
  x = x < low ? low : x;
  x = x > 1.0f ? 1.0f : x;
  return byte (middle + (1.0f - middle) * x);
}

/**
 * mapping_apply_bytes:
 * @mapping: a mapping to grey that is not raw
 * @values: values of a map
 * @n: how many
 * @bytes: what an 8-bit image stores for what mapping_apply() makes of them
 */
void
mapping_apply_bytes (const Mapping *mapping, const float *values, gsize n, guint8 *bytes)
{
  gboolean is_signed = mapping->kind == MAPPING_SIGNED;
  float    zero      = (float) mapping->zero;
  float    scale     = (float) mapping->scale;
  float    middle    = is_signed ? 0.5f : 0.0f;
  float    low       = is_signed ? -1.0f : 0.0f;

  /* Where a difference of two values, or its inverse, is more than a float holds. */
  if (scale > G_MAXFLOAT || (scale > 0.0f && scale < 2.0f / G_MAXFLOAT))
    for (gsize i = 0; i < n; i++)
      bytes[i] = byte (middle + (1.0f - middle) * scaled (mapping, values[i], low));
  else
    for (gsize i = 0; i < n; i++)
      bytes[i] = scaled_byte (values[i], zero, scale, middle, low);
}

/**
 * mapping_needs_range:
 *
 * Returns: whether mapping_new() looks at the range of the values
 */
gboolean
mapping_needs_range (MappingKind kind)
{
  return kind != MAPPING_CLAMP && kind != MAPPING_RAW;
}
