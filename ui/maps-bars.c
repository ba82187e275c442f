/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Draws a vector: its values have no places, so they are bars with their names. */

#include <math.h>

#include "maps-private.h"
#include "number-text.h"

static void
draw_text (CnnMapsView *view, cairo_t *cr, const char *text, double x, double y, int width,
           PangoAlignment align)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (view->area, text);

  pango_layout_set_width (layout, MAX (width, 1) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment (layout, align);
  gtk_render_layout (gtk_widget_get_style_context (view->area), cr, x, y, layout);
}

/* Blue below 0, red above, as far as they are from it; a little pale for both themes. */
static void
draw_bar (cairo_t *cr, double zero, double end, double y, double height, gboolean negative)
{
  if (negative)
    cairo_set_source_rgb (cr, 0.29, 0.51, 0.86);
  else
    cairo_set_source_rgb (cr, 0.86, 0.36, 0.32);
  cairo_rectangle (cr, MIN (zero, end), y, MAX (fabs (end - zero), 1), height);
  cairo_fill (cr);
}

/* Draws the values that can be seen, one below the other. */
void
cnn_maps_draw_bars (CnnMapsView *view, cairo_t *cr)
{
  GtkStyleContext *context = gtk_widget_get_style_context (view->area);
  MappingRange     range   = cnn_preview_get_range (view->preview, (guint) view->node, 0,
                                                    MAPPING_RANGE_STAGE);
  int              width   = gtk_widget_get_allocated_width (view->area);
  int              row     = cnn_maps_view_row_height (view);
  gboolean         rtl     = gtk_widget_get_direction (view->area) == GTK_TEXT_DIR_RTL;
  int              label   = CLAMP (width / 4, 40, 160);
  int              check   = row;
  int              number  = 84;
  double           from    = rtl ? number + check + 12 : label + 12;
  double           length  = MAX (width - label - number - check - 24, 1);
  double           low     = MIN (range.min, 0.0f);
  double           high    = MAX (range.max, 0.0f);
  CnnMapsGrid      grid    = cnn_maps_view_grid (view);
  gboolean         fresh   = TRUE;
  int              first, n;
  double           zero;

  if (!(high > low))
    high = low + 1.0;
  zero = from + length * (rtl ? high : -low) / (high - low);
  cnn_maps_view_visible (view, &grid, &first, &n);
  for (int map = first; map < first + n; map++)
    {
      double           y    = map * row - gtk_adjustment_get_value (view->scroll);
      g_autofree char *name = cnn_maps_view_name (view, map);
      GdkRectangle     box;
      float            value;

      if (map == view->map)
        {
          gtk_style_context_save (context);
          gtk_style_context_set_state (context, gtk_style_context_get_state (context) |
                                                  GTK_STATE_FLAG_SELECTED);
          gtk_render_background (context, cr, 0, y, width, row);
        }
      draw_text (view, cr, name, rtl ? width - label - 4 : 4, y + 4, label,
                 rtl ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
      if (cnn_preview_get_value (view->preview, (guint) view->node, map, 0, 0, &value))
        {
          g_autofree char *brief = cnn_number_short (value);
          g_autofree char *text = g_strconcat ("\342\200\216", brief, NULL);
          double           part = CLAMP (value, low, high) / (high - low) * length;

          if (value == value)
            draw_bar (cr, zero, rtl ? zero - part : zero + part, y + 4, row - 8, value < 0.0f);
          draw_text (view, cr, text, rtl ? check + 4 : width - number - check - 4, y + 4,
                     number,
                     rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
        }
      else
        fresh = FALSE;
      box = cnn_maps_check (view, &(CnnRect) { 0, (int) y, width, row });
      cnn_maps_draw_check (view, cr, map, &box);
      if (map == view->map)
        gtk_style_context_restore (context);
    }
  if (fresh)
    view->stale = 0;
}
