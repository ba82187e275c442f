/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-grid-private.h"

#include "kernel-paint.h"
#include "value-colour.h"

/* How a matrix of numbers looks. */

/* Pixels a side from which on numbers have room, lines between cells too. */
#define CELL_NUMBER 26
#define CELL_LINES  7

static void
draw_number (CnnKernelGrid *self, cairo_t *cr, PangoLayout *layout, int row, int column,
             double strength)
{
  CnnRect cell   = cnn_kernel_grid_cell (self, row, column);
  double  value  = *kernel_grid_value (self, row, column);
  GdkRGBA ground = cnn_value_colour (self->area, value, strength);
  GdkRGBA ink    = cnn_ink_colour (&ground);
  int     width, height;

  /* As many digits as there is room for. */
  for (int digits = 4; digits > 0; digits--)
    {
      g_autofree char *text = cnn_kernel_short (value, digits);

      pango_layout_set_text (layout, text, -1);
      pango_layout_get_pixel_size (layout, &width, &height);
      if (width <= cell.width - 3)
        break;
    }
  if (width > cell.width)
    return;
  gdk_cairo_set_source_rgba (cr, &ink);
  cairo_move_to (cr, cell.x + (cell.width - width) / 2.0, cell.y + (cell.height - height) / 2.0);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_lines (CnnKernelGrid *self, cairo_t *cr, int side)
{
  GtkStyleContext *style = gtk_widget_get_style_context (self->area);
  GdkRGBA          line  = { 0.5, 0.5, 0.5, 1.0 };
  int              height = side * self->size.height, width = side * self->size.width;

  gtk_style_context_lookup_color (style, "borders", &line);
  gdk_cairo_set_source_rgba (cr, &line);
  cairo_set_line_width (cr, 1.0);
  for (int x = 0; x <= self->size.width; x += side < CELL_LINES ? self->size.width : 1)
    {
      cairo_move_to (cr, x * side + 0.5, 0.0);
      cairo_line_to (cr, x * side + 0.5, height);
    }
  for (int y = 0; y <= self->size.height; y += side < CELL_LINES ? self->size.height : 1)
    {
      cairo_move_to (cr, 0.0, y * side + 0.5);
      cairo_line_to (cr, width, y * side + 0.5);
    }
  cairo_stroke (cr);
}

static void
draw_focus (CnnKernelGrid *self, cairo_t *cr)
{
  GtkStyleContext *style   = gtk_widget_get_style_context (self->area);
  CnnRect          cell    = cnn_kernel_grid_cell (self, self->row, self->column);
  gboolean         focused = gtk_widget_has_visible_focus (self->area) ||
                             gtk_widget_has_focus (self->area);
  GdkRGBA          ground, colour;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &colour);
  if (focused)
    {
      /* Two rings, so that one of them shows on every ground. */
      ground = cnn_ink_colour (&colour);
      gdk_cairo_set_source_rgba (cr, &ground);
      cairo_set_line_width (cr, 4.0);
      cairo_rectangle (cr, cell.x + 0.5, cell.y + 0.5, cell.width, cell.height);
      cairo_stroke (cr);
    }
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, focused ? 2.0 : 1.0);
  cairo_rectangle (cr, cell.x + 0.5, cell.y + 0.5, cell.width, cell.height);
  cairo_stroke (cr);
}

/** kernel_grid_draw: draws the matrix; a handler of "draw". */
gboolean
kernel_grid_draw (GtkWidget *area, cairo_t *cr, CnnKernelGrid *self)
{
  int    side     = kernel_grid_side (self);
  gsize  n        = (gsize) self->size.height * self->size.width;
  double strength = cnn_kernel_strength (self->values, n);

  cairo_save (cr);
  cairo_translate (cr, MARGIN, MARGIN);
  cnn_kernel_paint (area, cr, self->values, self->size, strength, side);
  draw_lines (self, cr, side);
  cairo_restore (cr);
  if (side >= CELL_NUMBER)
    {
      g_autoptr (PangoLayout)  layout = gtk_widget_create_pango_layout (area, NULL);
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_scale_new (side >= 36 ? 1.0 : 0.85));
      pango_layout_set_attributes (layout, attributes);
      for (int y = 0; y < self->size.height; y++)
        for (int x = 0; x < self->size.width; x++)
          draw_number (self, cr, layout, y, x, strength);
    }
  draw_focus (self, cr);
  return FALSE;
}
