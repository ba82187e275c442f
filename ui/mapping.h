/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** MappingKind: how the values of a map become the values of pixels. */
typedef enum
{
  MAPPING_CLAMP,       /* 0 to 1 as they are */
  MAPPING_RANGE_MAP,   /* the map's least to its greatest */
  MAPPING_RANGE_STAGE, /* the same over all maps of the stage */
  MAPPING_SIGNED,      /* 0 is mid-grey */
  MAPPING_DIVERGING,   /* blue below 0, white, red above */
  MAPPING_RAW          /* as they are */
} MappingKind;

/** MappingRange: least and greatest of the finite values seen; %min > %max for none. */
typedef struct
{
  float min;
  float max;
} MappingRange;

/**
 * Mapping:
 *
 * A kind of mapping made ready for the range of values it is to show.
 */
typedef struct
{
  MappingKind kind;
  double      zero;  /* the value that becomes 0 */
  double      scale; /* what a difference of 1 becomes */
} Mapping;

MappingRange mapping_range_none  (void);
void         mapping_range_add   (MappingRange *range, const float *values, gsize n);
void         mapping_ranges_add  (MappingRange *ranges, int channels, const float *values,
                                  gsize n);
MappingRange mapping_range_union (MappingRange a, MappingRange b);

gboolean     mapping_needs_range (MappingKind kind);
Mapping      mapping_new         (MappingKind kind, MappingRange range);
void         mapping_apply       (const Mapping *mapping, const float *values, gsize n,
                                  int channels, float *pixels, gsize step);
void         mapping_bytes       (const float *pixels, gsize n, guint8 *bytes);
void         mapping_apply_bytes (const Mapping *mapping, const float *values, gsize n,
                                  guint8 *bytes);

G_END_DECLS
