/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a grid looks like. */

#include <math.h>

#include "arithmetic-grid-private.h"
#include "number-text.h"
#include "value-colour.h"

/* Pixels a side that a grid of colours takes, of its largest and smallest. */
#define COLOURS_SIDE  88
#define COLOURS_LEAST 14
#define COLOURS_CELL  14

#define MARGIN 2

/** cnn_arithmetic_grid_n_cells: how many numbers it has. */
int
cnn_arithmetic_grid_n_cells (CnnArithmeticGrid *self)
{
  return self->size.height * self->size.width;
}

/** cnn_arithmetic_grid_has_numbers: whether they are few enough to be written. */
gboolean
cnn_arithmetic_grid_has_numbers (CnnArithmeticGrid *self)
{
  return self->size.height <= CNN_GRID_NUMBERS && self->size.width <= CNN_GRID_NUMBERS;
}

/* --- measures ------------------------------------------------------------- */

/* A layout with small figures. */
static PangoLayout *
ensure_layout (CnnArithmeticGrid *self)
{
  PangoAttrList *attrs;

  if (self->layout != NULL)
    return self->layout;
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  attrs = pango_attr_list_new ();
  pango_attr_list_insert (attrs, pango_attr_scale_new (0.75));
  pango_attr_list_insert (attrs, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (self->layout, attrs);
  pango_attr_list_unref (attrs);
  return self->layout;
}

static void
text_size (CnnArithmeticGrid *self, const char *text, int *width, int *height)
{
  PangoLayout *layout = ensure_layout (self);

  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, width, height);
}

/** cnn_arithmetic_grid_measure: works out the sizes, and asks for room. */
void
cnn_arithmetic_grid_measure (CnnArithmeticGrid *self)
{
  int width, height, caption, sign = 0;

  if (cnn_arithmetic_grid_has_numbers (self))
    {
      text_size (self, "88", &width, &height);
      self->cell_width = MAX (self->cell_width, width + 3.0);
      self->cell_height = height + 4;
      /* Wide enough for its numbers, and for those that there were before: a grid that
       * shrinks and grows while a pointer moves is hard to read. */
      for (int i = 0; i < cnn_arithmetic_grid_n_cells (self); i++)
        {
          g_autofree char *number = cnn_number_cell (self->values[i]);

          text_size (self, number, &width, &height);
          self->cell_width = MAX (self->cell_width, width + 3.0);
        }
    }
  else
    {
      double side = MIN ((double) COLOURS_CELL,
                         (double) COLOURS_SIDE / MAX (self->size.width, self->size.height));

      self->cell_width = MAX (side, (double) COLOURS_LEAST / self->size.width);
      self->cell_height = MAX (side, (double) COLOURS_LEAST / self->size.height);
    }
  if (self->sign != NULL)
    {
      text_size (self, self->sign, &sign, &height);
      sign += 4;
    }
  text_size (self, self->name, &caption, &height);
  self->left = MARGIN + sign;
  self->top = MARGIN + height;
  width = (int) ceil (MAX (self->cell_width * self->size.width, (double) caption));
  gtk_widget_set_size_request (GTK_WIDGET (self), self->left + width + MARGIN,
                               self->top + MARGIN +
                                 (int) ceil (self->cell_height * self->size.height));
}

/* --- drawing -------------------------------------------------------------- */

static void
set_colour (cairo_t *cr, const GdkRGBA *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, alpha);
}

static void
draw_text (CnnArithmeticGrid *self, cairo_t *cr, const char *text, double x, double y)
{
  pango_layout_set_text (ensure_layout (self), text, -1);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, self->layout);
}

/* What the padding holds is no part of the map. */
static void
hatch (CnnArithmeticGrid *self, cairo_t *cr, double x, double y, const GdkRGBA *ink)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, self->cell_width, self->cell_height);
  cairo_clip (cr);
  set_colour (cr, ink, 0.28);
  cairo_set_line_width (cr, 1.0);
  for (double t = -self->cell_height; t < self->cell_width; t += 5.0)
    {
      cairo_move_to (cr, x + t, y + self->cell_height);
      cairo_line_to (cr, x + t + self->cell_height, y);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_numbers (CnnArithmeticGrid *self, cairo_t *cr)
{
  GdkRGBA page = cnn_page_colour (GTK_WIDGET (self));

  for (int i = 0; i < cnn_arithmetic_grid_n_cells (self); i++)
    {
      double           x      = self->left + i % self->size.width * self->cell_width;
      double           y      = self->top + i / self->size.width * self->cell_height;
      GdkRGBA          colour = cnn_value_colour_on (&page, self->values[i], self->scale);
      GdkRGBA          ink    = cnn_ink_colour (&colour);
      g_autofree char *number = cnn_number_cell (self->values[i]);
      int              width, height;

      set_colour (cr, &colour, 1.0);
      cairo_rectangle (cr, x, y, self->cell_width - 1, self->cell_height - 1);
      cairo_fill (cr);
      if (self->outside[i])
        hatch (self, cr, x, y, &ink);
      text_size (self, number, &width, &height);
      set_colour (cr, &ink, self->outside[i] ? 0.6 : 1.0);
      draw_text (self, cr, number, x + MAX ((self->cell_width - 1 - width) / 2, 0.0),
                 y + (self->cell_height - 1 - height) / 2);
    }
}

static void
ensure_colours (CnnArithmeticGrid *self)
{
  GdkRGBA page = cnn_page_colour (GTK_WIDGET (self));
  GdkRGBA ink  = cnn_ink_colour (&page);
  guint8 *pixels;
  int     stride;

  if (self->colours != NULL)
    return;
  self->colours = cairo_image_surface_create (CAIRO_FORMAT_RGB24, self->size.width,
                                              self->size.height);
  pixels = cairo_image_surface_get_data (self->colours);
  stride = cairo_image_surface_get_stride (self->colours);
  for (int i = 0; i < cnn_arithmetic_grid_n_cells (self); i++)
    {
      GdkRGBA colour = cnn_value_colour_on (&page, self->values[i], self->scale);

      if (self->outside[i])
        colour = cnn_mix_colours (&colour, &ink, 0.3);
      ((guint32 *) (pixels + i / self->size.width * stride))[i % self->size.width] =
        (guint32) (255.0 * colour.red) << 16 | (guint32) (255.0 * colour.green) << 8 |
        (guint32) (255.0 * colour.blue);
    }
  cairo_surface_mark_dirty (self->colours);
}

static void
draw_colours (CnnArithmeticGrid *self, cairo_t *cr)
{
  ensure_colours (self);
  cairo_save (cr);
  cairo_translate (cr, self->left, self->top);
  cairo_scale (cr, self->cell_width, self->cell_height);
  cairo_set_source_surface (cr, self->colours, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (cr), self->cell_width >= 1.0 ? CAIRO_FILTER_NEAREST
                                                                           : CAIRO_FILTER_GOOD);
  cairo_rectangle (cr, 0.0, 0.0, self->size.width, self->size.height);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
frame_cell (CnnArithmeticGrid *self, cairo_t *cr, int i, double width, const GdkRGBA *colour)
{
  double wide = MAX (self->cell_width, 4.0), high = MAX (self->cell_height, 4.0);

  if (i < 0 || i >= cnn_arithmetic_grid_n_cells (self))
    return;
  set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, width);
  cairo_rectangle (cr, self->left + i % self->size.width * self->cell_width - 0.5,
                   self->top + i / self->size.width * self->cell_height - 0.5, wide, high);
  cairo_stroke (cr);
}

/** cnn_arithmetic_grid_draw: as #GtkWidgetClass wants it. */
gboolean
cnn_arithmetic_grid_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnArithmeticGrid *self  = CNN_ARITHMETIC_GRID (widget);
  GtkStyleContext   *style = gtk_widget_get_style_context (widget);
  GdkRGBA            text, accent = { 0.95, 0.60, 0.0, 1.0 };
  int                width, height;

  if (self->values == NULL)
    return FALSE;
  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &text);
  set_colour (cr, &text, 0.7);
  draw_text (self, cr, self->name, self->left, 1);
  if (self->sign != NULL)
    {
      text_size (self, self->sign, &width, &height);
      set_colour (cr, &text, 1.0);
      draw_text (self, cr, self->sign, MARGIN,
                 self->top + (self->cell_height * self->size.height - height) / 2);
    }
  if (cnn_arithmetic_grid_has_numbers (self))
    draw_numbers (self, cr);
  else
    draw_colours (self, cr);
  set_colour (cr, &text, 0.35);
  cairo_set_line_width (cr, 1.0);
  cairo_rectangle (cr, self->left - 0.5, self->top - 0.5, self->cell_width * self->size.width,
                   self->cell_height * self->size.height);
  cairo_stroke (cr);
  frame_cell (self, cr, self->winner, 2.5, &accent);
  frame_cell (self, cr, self->cell, 1.5, &text);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (style, cr, 0, 0, gtk_widget_get_allocated_width (widget),
                      gtk_widget_get_allocated_height (widget));
  return FALSE;
}
