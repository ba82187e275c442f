/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "placement.h"
#include "resample.h"

G_BEGIN_DECLS

/**
 * Coverage:
 * @size: of the picture
 * @bounds: the part of the picture that is selected; all of it where nothing
 *   is selected
 *
 * How much of each pixel of the picture counts: its alpha times how far it is
 * selected.
 */
typedef struct
{
  CnnSize     size;
  CnnRect     bounds;

  /*< private >*/
  GeglBuffer *pixels;    /* NULL where there is no alpha */
  const Babl *format;
  GeglBuffer *selection; /* NULL where nothing is selected */
  int         offset_x;
  int         offset_y;
} Coverage;

Coverage     *coverage_new        (GimpImage *image, GimpDrawable *drawable, GError **error);
Coverage     *coverage_new_unselected (GimpDrawable *drawable);
Coverage     *coverage_new_of     (GimpDrawable *drawable, const CnnRect *part, const float *mask,
                                   GError **error);
void          coverage_free       (Coverage *coverage);
gboolean      coverage_is_full    (const Coverage *coverage);
void          coverage_read       (const Coverage *coverage, const CnnRect *rect, float *values);
void          coverage_read_alpha (const Coverage *coverage, const CnnRect *rect, float *values);
void          coverage_read_selection (const Coverage *coverage, const CnnRect *rect,
                                       float *values);
ResampleAxis *coverage_cell_areas (const PlacementAxis *axis);
void          coverage_read_cells (const Coverage *coverage, const ResampleAxis *rows,
                                   const ResampleAxis *columns, const CnnRect *cells,
                                   float *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Coverage, coverage_free)

G_END_DECLS
