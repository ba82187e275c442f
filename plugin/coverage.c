/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The alpha that result layers get: the picture's own, times the selection. */

#include "coverage.h"
#include "error.h"
#include "i18n.h"
#include "pixels.h"

/**
 * coverage_new_unselected:
 * @drawable: the picture
 *
 * Returns: (transfer full): what counts by its alpha alone, whatever is selected
 */
Coverage *
coverage_new_unselected (GimpDrawable *drawable)
{
  Coverage *coverage = g_new0 (Coverage, 1);

  coverage->size.width = gimp_drawable_get_width (drawable);
  coverage->size.height = gimp_drawable_get_height (drawable);
  coverage->bounds = (CnnRect) { 0, 0, coverage->size.width, coverage->size.height };
  gimp_drawable_get_offsets (drawable, &coverage->offset_x, &coverage->offset_y);

  if (gimp_drawable_has_alpha (drawable))
    {
      coverage->pixels = gimp_drawable_get_buffer (drawable);
      coverage->format = pixels_format (drawable, PIXELS_LINEAR, 1, TRUE);
    }
  return coverage;
}

/**
 * coverage_new:
 * @image: the image
 * @drawable: the picture
 *
 * Returns: (transfer full): what counts; or %NULL where the selection leaves
 *   nothing of the picture. Errors: %CNN_ERROR_SPEC
 */
Coverage *
coverage_new (GimpImage *image, GimpDrawable *drawable, GError **error)
{
  CnnRect   bounds;
  Coverage *coverage;

  if (!gimp_drawable_mask_intersect (drawable, &bounds.x, &bounds.y, &bounds.width,
                                      &bounds.height))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the selection does not touch the layer; select a part of it, or nothing"));
      return NULL;
    }
  coverage = coverage_new_unselected (drawable);
  coverage->bounds = bounds;
  if (!gimp_selection_is_empty (image))
    coverage->selection =
      gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  return coverage;
}

/**
 * coverage_new_of:
 * @drawable: the picture
 * @part: (nullable): a part of it, in its pixels; %NULL for all of it
 * @mask: (nullable): how far each pixel of @part counts, [part.height][part.width]; %NULL for
 *   wholly
 *
 * Whatever is selected now.
 *
 * Returns: (transfer full): what counts; or %NULL where the picture has no such part.
 *   Errors: %CNN_ERROR_SPEC
 */
Coverage *
coverage_new_of (GimpDrawable *drawable, const CnnRect *part, const float *mask, GError **error)
{
  g_autoptr (Coverage) coverage = coverage_new_unselected (drawable);
  GeglRectangle        bounds   = { 0, 0, coverage->size.width, coverage->size.height };
  GeglRectangle        place;
  float                one      = 1.0f;

  if (part == NULL)
    return g_steal_pointer (&coverage);
  place = (GeglRectangle) { part->x, part->y, part->width, part->height };
  if (!gegl_rectangle_intersect (&bounds, &bounds, &place))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the part of the picture that was selected is not there any more"));
      return NULL;
    }
  coverage->bounds = (CnnRect) { bounds.x, bounds.y, bounds.width, bounds.height };
  place.x += coverage->offset_x;
  place.y += coverage->offset_y;
  coverage->selection = gegl_buffer_new (&place, babl_format ("Y float"));
  if (mask != NULL)
    gegl_buffer_set (coverage->selection, &place, 0, babl_format ("Y float"), mask,
                     GEGL_AUTO_ROWSTRIDE);
  else
    gegl_buffer_set_color_from_pixel (coverage->selection, &place, &one, babl_format ("Y float"));
  return g_steal_pointer (&coverage);
}

void
coverage_free (Coverage *coverage)
{
  g_clear_object (&coverage->pixels);
  g_clear_object (&coverage->selection);
  g_free (coverage);
}

/**
 * coverage_is_full:
 *
 * Returns: whether every pixel counts in full, so that no alpha is needed
 */
gboolean
coverage_is_full (const Coverage *coverage)
{
  return coverage->pixels == NULL && coverage->selection == NULL;
}

/**
 * coverage_read_alpha:
 * @rect: pixels of the picture
 * @values: where it goes, [rect.height][rect.width]: how opaque they are
 */
void
coverage_read_alpha (const Coverage *coverage, const CnnRect *rect, float *values)
{
  gsize             n = (gsize) rect->width * rect->height;
  g_autofree float *pixels = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = 1.0f;
  if (coverage->pixels == NULL)
    return;
  pixels = g_new (float, 2 * n);
  gegl_buffer_get (coverage->pixels,
                   GEGL_RECTANGLE (rect->x, rect->y, rect->width, rect->height), 1.0,
                   coverage->format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    values[i] = pixels[2 * i + 1];
}

/**
 * coverage_read_selection:
 * @rect: pixels of the picture
 * @values: where it goes, [rect.height][rect.width]: how far they are selected
 */
void
coverage_read_selection (const Coverage *coverage, const CnnRect *rect, float *values)
{
  gsize n = (gsize) rect->width * rect->height;

  for (gsize i = 0; i < n; i++)
    values[i] = 1.0f;
  if (coverage->selection != NULL)
    gegl_buffer_get (coverage->selection,
                     GEGL_RECTANGLE (rect->x + coverage->offset_x, rect->y + coverage->offset_y,
                                     rect->width, rect->height),
                     1.0, babl_format ("Y float"), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

/**
 * coverage_read:
 * @rect: pixels of the picture
 * @values: where it goes, [rect.height][rect.width]
 */
void
coverage_read (const Coverage *coverage, const CnnRect *rect, float *values)
{
  coverage_read_alpha (coverage, rect, values);
  if (coverage->selection != NULL)
    {
      gsize             n        = (gsize) rect->width * rect->height;
      g_autofree float *selected = g_new (float, n);

      coverage_read_selection (coverage, rect, selected);
      for (gsize i = 0; i < n; i++)
        values[i] *= selected[i];
    }
}

static void
read_strip (gpointer data, const CnnRect *rect, float *values)
{
  coverage_read (data, rect, values);
}

/**
 * coverage_cell_areas:
 * @axis: how the cells of a map lie along one side of the picture
 *
 * Returns: (transfer full): their places, for coverage_read_cells()
 */
ResampleAxis *
coverage_cell_areas (const PlacementAxis *axis)
{
  return resample_axis_area (axis->cells, (double) axis->start / axis->unit,
                             (double) axis->step / axis->unit, axis->pixels);
}

/**
 * coverage_read_cells:
 * @rows: the places of the cells over the picture's rows
 * @columns: and over its columns
 * @cells: the cells wanted
 * @values: where it goes, [cells.height][cells.width]: the mean over each
 *   cell's place, 0 for cells that lie outside
 */
void
coverage_read_cells (const Coverage *coverage, const ResampleAxis *rows,
                     const ResampleAxis *columns, const CnnRect *cells, float *values)
{
  resample_rect (rows, columns, cells, 1, read_strip, (gpointer) coverage, values, cells->width);
}
