/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The picture, small, beside its maps: which part of it can be seen, and what a cell sees
 * of it. What would be too small to be seen is shown with its surroundings only. */

#include <math.h>

#include "maps-private.h"

/* An outline is no smaller than this part of the overview. */
#define LEAST_PART 0.08

/* And then it is this part. */
#define GOOD_PART 0.25

/* Black beside white can be seen on everything. */
void
cnn_maps_draw_outline (cairo_t *cr, double x, double y, double width, double height)
{
  cairo_set_line_width (cr, 3);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_rectangle (cr, floor (x) - 0.5, floor (y) - 0.5, round (width) + 1, round (height) + 1);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1);
  cairo_set_source_rgb (cr, 1, 0.85, 0.2);
  cairo_stroke (cr);
}

/* What the outline covers of the picture, in its pixels. */
static void
get_field (CnnMapsView *view, double *x, double *y, double *width, double *height)
{
  CnnSize picture = cnn_maps_view_picture (view);
  double  across  = (double) picture.width / view->infos[0].shape.width;
  double  down    = (double) picture.height / view->infos[0].shape.height;

  *x = view->outline.x * across;
  *y = view->outline.y * down;
  *width = view->outline.width * across;
  *height = view->outline.height * down;
}

/* Which part of the picture to show. */
static CnnRect
overview_rect (CnnMapsView *view)
{
  CnnSize picture = cnn_maps_view_picture (view);
  CnnRect rect    = { 0, 0, picture.width, picture.height };
  double  x, y, width, height, part, wide, high;

  if (!view->has_outline || view->infos == NULL)
    return rect;
  get_field (view, &x, &y, &width, &height);
  part = MAX (width / picture.width, height / picture.height);
  if (part >= LEAST_PART)
    return rect;
  wide = MAX (picture.width * part / GOOD_PART, MIN (8, picture.width));
  high = MAX (picture.height * part / GOOD_PART, MIN (8, picture.height));
  rect.width = MIN ((int) ceil (wide), picture.width);
  rect.height = MIN ((int) ceil (high), picture.height);
  rect.x = (int) CLAMP (x + width / 2 - wide / 2, 0, picture.width - rect.width);
  rect.y = (int) CLAMP (y + height / 2 - high / 2, 0, picture.height - rect.height);
  return rect;
}

static void
draw_port (CnnMapsView *view, cairo_t *cr, double scale, GtkStyleContext *context)
{
  CnnSize pane    = cnn_maps_view_pane_size (view);
  CnnSize picture = cnn_maps_view_picture (view);
  double  width   = pane.width / view->port.scale;
  double  height  = pane.height / view->port.scale;
  GdkRGBA color;

  if (cnn_maps_view_is_vector (view) || (width >= picture.width && height >= picture.height))
    return;
  if (!gtk_style_context_lookup_color (context, "theme_selected_bg_color", &color))
    gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, 2 / scale);
  cairo_rectangle (cr, MAX (view->port.x - width / 2, 0), MAX (view->port.y - height / 2, 0),
                   MIN (width, picture.width), MIN (height, picture.height));
  cairo_stroke (cr);
}

/* The draw signal of the overview. */
gboolean
cnn_maps_draw_overview (GtkWidget *area, cairo_t *cr, CnnMapsView *view)
{
  GtkStyleContext *context = gtk_widget_get_style_context (area);
  int              width   = gtk_widget_get_allocated_width (area);
  int              height  = gtk_widget_get_allocated_height (area);
  int              factor  = gtk_widget_get_scale_factor (area);
  CnnRect          want    = overview_rect (view), rect;
  double           scale   = MIN ((double) width / want.width, (double) height / want.height);
  cairo_surface_t *surface;

  cnn_preview_want_picture (view->preview, CNN_MAPS_OVERVIEW_SLOT, &want,
                            CLAMP ((int) ceil (want.width * scale * factor), 1, want.width),
                            CLAMP ((int) ceil (want.height * scale * factor), 1, want.height));
  surface = cnn_preview_get_picture (view->preview, CNN_MAPS_OVERVIEW_SLOT, &rect);

  cairo_save (cr);
  cairo_translate (cr, (width - want.width * scale) / 2, (height - want.height * scale) / 2);
  cairo_rectangle (cr, 0, 0, want.width * scale, want.height * scale);
  cairo_clip (cr);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -want.x, -want.y);
  if (surface != NULL)
    {
      double across = (double) rect.width / cairo_image_surface_get_width (surface);

      cairo_save (cr);
      cairo_translate (cr, rect.x, rect.y);
      cairo_rectangle (cr, 0, 0, rect.width, rect.height);
      cairo_scale (cr, across, (double) rect.height / cairo_image_surface_get_height (surface));
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), across * scale < 1.0
                                                         ? CAIRO_FILTER_GOOD
                                                         : CAIRO_FILTER_NEAREST);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      cairo_fill (cr);
      cairo_restore (cr);
      cairo_surface_destroy (surface);
    }
  draw_port (view, cr, scale, context);
  cairo_restore (cr);

  if (view->has_outline && view->infos != NULL)
    {
      double x, y, w, h;

      get_field (view, &x, &y, &w, &h);
      cairo_save (cr);
      cairo_translate (cr, (width - want.width * scale) / 2, (height - want.height * scale) / 2);
      cairo_rectangle (cr, 0, 0, want.width * scale, want.height * scale);
      cairo_clip (cr);
      cnn_maps_draw_outline (cr, (x - want.x) * scale, (y - want.y) * scale, w * scale, h * scale);
      cairo_restore (cr);
    }
  return FALSE;
}
