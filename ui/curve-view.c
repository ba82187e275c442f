/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "curve-view.h"

#include <math.h>
#include <string.h>

#include "arithmetic-text.h"
#include "i18n.h"
#include "value-colour.h"

#define HEIGHT 110
#define MARGIN 8

struct _CnnCurveView
{
  GtkDrawingArea parent_instance;
  CnnCurve       curve; /* its values are the view's own */
  double         x;
  double         y;

  /* Of the picture that is being drawn: what it shows, and where. */
  double         least;
  double         most;
  double         width;
  double         height;
};

G_DEFINE_FINAL_TYPE (CnnCurveView, cnn_curve_view, GTK_TYPE_DRAWING_AREA)

/* --- drawing -------------------------------------------------------------- */

static double
place_x (CnnCurveView *self, double x)
{
  return MARGIN + (x - self->curve.from) / (self->curve.to - self->curve.from) *
                    (self->width - 2 * MARGIN);
}

static double
place_y (CnnCurveView *self, double y)
{
  return self->height - MARGIN -
         (y - self->least) / (self->most - self->least) * (self->height - 2 * MARGIN);
}

static void
find_range (CnnCurveView *self)
{
  self->least = self->most = 0.0;
  for (int i = 0; i < self->curve.n; i++)
    if (isfinite (self->curve.values[i]))
      {
        self->least = MIN (self->least, self->curve.values[i]);
        self->most = MAX (self->most, self->curve.values[i]);
      }
  if (isfinite (self->y))
    {
      self->least = MIN (self->least, self->y);
      self->most = MAX (self->most, self->y);
    }
  if (!(self->most > self->least))
    {
      self->least -= 1.0;
      self->most += 1.0;
    }
}

static void
line (cairo_t *cr, double x0, double y0, double x1, double y1)
{
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
  cairo_stroke (cr);
}

static void
draw_number (CnnCurveView *self, cairo_t *cr, double value, double x, double y, double right,
             double down)
{
  g_autofree char        *number = cnn_number_short (value);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), number);
  PangoAttrList          *attrs  = pango_attr_list_new ();
  int                     width, height;

  pango_attr_list_insert (attrs, pango_attr_scale_new (0.75));
  pango_layout_set_attributes (layout, attrs);
  pango_attr_list_unref (attrs);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, CLAMP (x - width * right, 1.0, self->width - width - 1.0),
                 CLAMP (y - height * down, 0.0, self->height - height));
  pango_cairo_show_layout (cr, layout);
}

static void
draw_axes (CnnCurveView *self, cairo_t *cr, const GdkRGBA *text)
{
  double zero_x = floor (place_x (self, 0.0)) + 0.5, zero_y = floor (place_y (self, 0.0)) + 0.5;

  cairo_set_source_rgba (cr, text->red, text->green, text->blue, 0.45);
  cairo_set_line_width (cr, 1.0);
  line (cr, MARGIN, zero_y, self->width - MARGIN, zero_y);
  line (cr, zero_x, MARGIN, zero_x, self->height - MARGIN);
  cairo_set_source_rgba (cr, text->red, text->green, text->blue, 0.7);
  draw_number (self, cr, self->curve.from, MARGIN, zero_y, 0.0, 1.0);
  draw_number (self, cr, self->curve.to, self->width - MARGIN, zero_y, 1.0, 0.0);
  if (self->most > 0.0)
    draw_number (self, cr, self->most, zero_x - 3, MARGIN, 1.0, 0.5);
  if (self->least < 0.0)
    draw_number (self, cr, self->least, zero_x + 3, self->height - MARGIN, 0.0, 0.5);
}

static void
draw_curve (CnnCurveView *self, cairo_t *cr, const GdkRGBA *text)
{
  gboolean down = FALSE;

  gdk_cairo_set_source_rgba (cr, text);
  cairo_set_line_width (cr, 2.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (int i = 0; i < self->curve.n; i++)
    {
      double t = self->curve.from + (self->curve.to - self->curve.from) * i / (self->curve.n - 1);

      if (!isfinite (self->curve.values[i]))
        down = FALSE;
      else if (down)
        cairo_line_to (cr, place_x (self, t), place_y (self, self->curve.values[i]));
      else
        {
          cairo_move_to (cr, place_x (self, t), place_y (self, self->curve.values[i]));
          down = TRUE;
        }
    }
  cairo_stroke (cr);
}

/* The point, and where it lies on both axes. */
static void
draw_point (CnnCurveView *self, cairo_t *cr, const GdkRGBA *text)
{
  static const double dashes[] = { 3.0, 3.0 };

  double  x = place_x (self, self->x), y = place_y (self, self->y);
  double  scale  = MAX (self->most, -self->least);
  GdkRGBA colour = cnn_value_colour (GTK_WIDGET (self), self->y, scale);

  if (!isfinite (self->x) || !isfinite (self->y))
    return;
  cairo_set_source_rgba (cr, text->red, text->green, text->blue, 0.7);
  cairo_set_line_width (cr, 1.0);
  cairo_set_dash (cr, dashes, 2, 0.0);
  line (cr, x, y, x, place_y (self, 0.0));
  line (cr, x, y, place_x (self, 0.0), y);
  cairo_set_dash (cr, NULL, 0, 0.0);
  cairo_arc (cr, x, y, 5.0, 0.0, 2.0 * G_PI);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, text);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

static gboolean
cnn_curve_view_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnCurveView    *self  = CNN_CURVE_VIEW (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA          text;

  if (self->curve.values == NULL)
    return FALSE;
  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &text);
  self->width = gtk_widget_get_allocated_width (widget);
  self->height = gtk_widget_get_allocated_height (widget);
  find_range (self);
  draw_axes (self, cr, &text);
  draw_curve (self, cr, &text);
  draw_point (self, cr, &text);
  return FALSE;
}

/* --- the widget ------------------------------------------------------------ */

static void
cnn_curve_view_finalize (GObject *object)
{
  g_free (CNN_CURVE_VIEW (object)->curve.values);
  G_OBJECT_CLASS (cnn_curve_view_parent_class)->finalize (object);
}

static void
cnn_curve_view_class_init (CnnCurveViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_curve_view_finalize;
  GTK_WIDGET_CLASS (klass)->draw = cnn_curve_view_draw;
}

static void
cnn_curve_view_init (CnnCurveView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  AtkObject *atk    = gtk_widget_get_accessible (widget);

  gtk_widget_set_size_request (widget, 160, HEIGHT);
  gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  atk_object_set_role (atk, ATK_ROLE_IMAGE);
  atk_object_set_name (atk, _("Curve of the function"));
}

/** cnn_curve_view_new: (transfer floating): without a curve. */
GtkWidget *
cnn_curve_view_new (void)
{
  return g_object_new (CNN_TYPE_CURVE_VIEW, NULL);
}

/**
 * cnn_curve_view_set:
 * @curve: the function, which is copied
 * @x: what goes into it
 * @y: what comes out
 */
void
cnn_curve_view_set (CnnCurveView *self, const CnnCurve *curve, double x, double y)
{
  g_autofree char *from = cnn_number_short (x);
  g_autofree char *to   = cnn_number_short (y);
  g_autofree char *text = g_strdup_printf (_("%s becomes %s"), from, to);

  g_free (self->curve.values);
  self->curve = *curve;
  self->curve.values = g_memdup2 (curve->values, curve->n * sizeof (double));
  self->x = x;
  self->y = y;
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self)), text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
