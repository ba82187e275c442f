/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How curves are drawn. */

#include "curves-private.h"

#include <math.h>

#include "i18n.h"
#include "number-text.h"
#include "value-colour.h"

#define LEFT    52.0
#define RIGHT   12.0
#define TOP     24.0
#define BOTTOM  22.0
#define POINT   2.5

/* Points of a curve up to which each is to be seen. */
#define MOST_POINTS 40

/** curves_point_at: (transfer none) */
const CurvesPoint *
curves_point_at (const CnnCurvesView *self, guint i)
{
  return &g_array_index (self->points, CurvesPoint, i);
}

/** curves_value_at: of one of the two curves. */
double
curves_value_at (const CnnCurvesView *self, guint i, gboolean validation)
{
  return validation ? curves_point_at (self, i)->validation : curves_point_at (self, i)->value;
}

/** curves_has_validation: whether there are two curves. */
gboolean
curves_has_validation (const CnnCurvesView *self)
{
  return self->points->len > 0 && !isnan (curves_point_at (self, 0)->validation);
}

/* --- where things are ------------------------------------------------------------------------ */

/** curves_place_x: where the axis has that many epochs or seconds. */
double
curves_place_x (const CnnCurvesView *self, double x)
{
  return LEFT + curves_axis_share (&self->x, x) * (self->width - LEFT - RIGHT);
}

static double
place_y (const CnnCurvesView *self, double value)
{
  double share = curves_axis_share (&self->y, value);

  return self->height - BOTTOM - CLAMP (share, 0.0, 1.0) * (self->height - TOP - BOTTOM);
}

/* How long the axis is: to the end, unless most of it is far off; then it grows. */
static double
length_shown (const CnnCurvesView *self)
{
  double shown = self->kind == CNN_CURVES_PSNR ? 1.0 : 10.0;

  while (shown < self->at * 1.2)
    shown *= 2.0;
  if (self->end > 0.0)
    shown = MIN (shown, self->end);
  return MAX (shown, 1.0);
}

static void
stretch (double value, double *least, double *most)
{
  if (!isfinite (value))
    return;
  *least = MIN (*least, value);
  *most = MAX (*most, value);
}

static void
find_axes (CnnCurvesView *self)
{
  double least = G_MAXDOUBLE, most = -G_MAXDOUBLE;

  for (guint i = 0; i < self->points->len; i++)
    for (int validation = 0; validation < 2; validation++)
      stretch (curves_value_at (self, i, validation), &least, &most);
  for (guint i = 0; self->kind == CNN_CURVES_LOSS && i < self->trace.n; i++)
    stretch (self->trace.points[i], &least, &most);
  if (self->kind == CNN_CURVES_ACCURACY)
    stretch (self->now, &least, &most);
  stretch (self->level, &least, &most);
  self->x = curves_axis_new (0.0, length_shown (self), FALSE, 8);
  if (self->kind == CNN_CURVES_ACCURACY)
    self->y = curves_axis_new (least > most ? 0.0 : MIN (least, 0.98), 1.0, FALSE, 4);
  else if (least > most)
    self->y = curves_axis_new (0.0, self->kind == CNN_CURVES_PSNR ? 50.0 : 1.0, FALSE, 4);
  else if (self->kind == CNN_CURVES_PSNR)
    self->y = curves_axis_new (least - 1.0, most + 1.0, FALSE, 4);
  else
    self->y = curves_axis_new (self->log ? least : 0.0, most, self->log, 4);
}

/* --- drawing ---------------------------------------------------------------------------- */

/* Training's and validation's. */
static GdkRGBA
curve_colour (GtkWidget *widget, gboolean validation)
{
  gboolean dark = cnn_page_colour (widget).red < 0.5;

  if (validation)
    return dark ? (GdkRGBA) { 1.0, 0.66, 0.26, 1.0 } : (GdkRGBA) { 0.85, 0.42, 0.02, 1.0 };
  return dark ? (GdkRGBA) { 0.45, 0.68, 1.0, 1.0 } : (GdkRGBA) { 0.12, 0.38, 0.82, 1.0 };
}

static void
set_colour (cairo_t *cr, GdkRGBA colour, double alpha)
{
  cairo_set_source_rgba (cr, colour.red, colour.green, colour.blue, alpha);
}

/* Text at (x, y), which is its share @right from the left and @down from the top. */
static int
draw_text (CnnCurvesView *self, cairo_t *cr, const char *text, double x, double y, double right,
           double down)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  PangoAttrList          *attrs = pango_attr_list_new ();
  int                     width, height;

  pango_attr_list_insert (attrs, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attrs);
  pango_attr_list_unref (attrs);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, CLAMP (x - width * right, 1.0, MAX (self->width - width - 1.0, 1.0)),
                 y - height * down);
  pango_cairo_show_layout (cr, layout);
  return width;
}

/** curves_tick_text: (transfer full): a value in words. */
char *
curves_tick_text (const CnnCurvesView *self, double value)
{
  if (self->kind == CNN_CURVES_ACCURACY)
    {
      g_autofree char *number = cnn_number_short (value * 100.0);

      /* Translators: a share in percent. */
      return g_strdup_printf (_("%s %%"), number);
    }
  return cnn_number_short (value);
}

static void
draw_axes (CnnCurvesView *self, cairo_t *cr, GdkRGBA ink)
{
  cairo_set_line_width (cr, 1.0);
  for (guint i = 0; i < self->y.n_ticks; i++)
    {
      double           y = floor (place_y (self, self->y.ticks[i])) + 0.5;
      g_autofree char *text = curves_tick_text (self, self->y.ticks[i]);

      set_colour (cr, ink, i == 0 ? 0.45 : 0.14);
      cairo_move_to (cr, LEFT, y);
      cairo_line_to (cr, self->width - RIGHT, y);
      cairo_stroke (cr);
      set_colour (cr, ink, 0.75);
      draw_text (self, cr, text, LEFT - 6, y, 1.0, 0.5);
    }
  for (guint i = 0; i < self->x.n_ticks; i++)
    if (self->kind == CNN_CURVES_PSNR || self->x.ticks[i] == floor (self->x.ticks[i]))
      {
        double           x = floor (curves_place_x (self, self->x.ticks[i])) + 0.5;
        g_autofree char *text = cnn_number_short (self->x.ticks[i]);

        set_colour (cr, ink, 0.45);
        cairo_move_to (cr, x, self->height - BOTTOM);
        cairo_line_to (cr, x, self->height - BOTTOM + 4);
        cairo_stroke (cr);
        set_colour (cr, ink, 0.75);
        draw_text (self, cr, text, x, self->height - BOTTOM + 5, 0.5, 0.0);
      }
}

static void
draw_trace (CnnCurvesView *self, cairo_t *cr)
{
  set_colour (cr, curve_colour (GTK_WIDGET (self), FALSE), 0.35);
  cairo_set_line_width (cr, 1.0);
  for (guint i = 0; i < self->trace.n; i++)
    cairo_line_to (cr, curves_place_x (self, ((double) i + 0.5) * (double) self->trace.every /
                                        self->batches),
                   place_y (self, self->trace.points[i]));
  cairo_stroke (cr);
}

static void
draw_curve (CnnCurvesView *self, cairo_t *cr, gboolean validation)
{
  GdkRGBA colour = curve_colour (GTK_WIDGET (self), validation);
  guint   n = self->points->len;

  set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, 2.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < n; i++)
    {
      if (i > 0 && curves_point_at (self, i)->model != curves_point_at (self, i - 1)->model)
        cairo_new_sub_path (cr);
      cairo_line_to (cr, curves_place_x (self, curves_point_at (self, i)->x),
                     place_y (self, curves_value_at (self, i, validation)));
    }
  cairo_stroke (cr);
  for (guint i = 0; i < n && n <= MOST_POINTS; i++)
    {
      cairo_arc (cr, curves_place_x (self, curves_point_at (self, i)->x),
                 place_y (self, curves_value_at (self, i, validation)), POINT, 0.0, 2.0 * G_PI);
      cairo_fill (cr);
    }
}

/* What it was before anything was learnt. */
static void
draw_level (CnnCurvesView *self, cairo_t *cr, GdkRGBA ink)
{
  static const double dots[] = { 2.0, 4.0 };

  double y = floor (place_y (self, self->level)) + 0.5;

  set_colour (cr, ink, 0.8);
  cairo_set_line_width (cr, 2.0);
  cairo_set_dash (cr, dots, 2, 0.0);
  cairo_move_to (cr, LEFT, y);
  cairo_line_to (cr, self->width - RIGHT, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
}

/* The point of the best weights, which are kept. */
static void
draw_best (CnnCurvesView *self, cairo_t *cr)
{
  guint best = (guint) self->best;

  if (self->best < 0 || best >= self->points->len)
    return;
  set_colour (cr, curve_colour (GTK_WIDGET (self), curves_has_validation (self)), 1.0);
  cairo_set_line_width (cr, 1.5);
  cairo_arc (cr, curves_place_x (self, curves_point_at (self, best)->x),
             place_y (self, curves_value_at (self, best, curves_has_validation (self))),
             POINT + 3.5, 0.0, 2.0 * G_PI);
  cairo_stroke (cr);
}

/* Where the epoch that is not over stands. */
static void
draw_now (CnnCurvesView *self, cairo_t *cr)
{
  static const double dashes[] = { 3.0, 3.0 };

  guint n = self->points->len;

  if (!isfinite (self->now) || self->kind != CNN_CURVES_ACCURACY)
    return;
  set_colour (cr, curve_colour (GTK_WIDGET (self), FALSE), 0.8);
  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, dashes, 2, 0.0);
  if (n > 0)
    cairo_line_to (cr, curves_place_x (self, n),
                   place_y (self, curves_value_at (self, n - 1, FALSE)));
  cairo_line_to (cr, curves_place_x (self, self->at), place_y (self, self->now));
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
  cairo_arc (cr, curves_place_x (self, self->at), place_y (self, self->now), POINT, 0.0,
             2.0 * G_PI);
  cairo_fill (cr);
}

/** curves_title: what the curves are of. */
const char *
curves_title (CnnCurvesKind kind)
{
  switch (kind)
    {
    case CNN_CURVES_LOSS:
      return _("Loss");
    case CNN_CURVES_ACCURACY:
      return _("Told right");
    case CNN_CURVES_PSNR:
    default:
      return _("PSNR in dB, by seconds");
    }
}

/* An entry of the legend, which ends at @x; returns where the one before it ends. */
static double
draw_entry (CnnCurvesView *self, cairo_t *cr, const char *name, double x, GdkRGBA ink,
            GdkRGBA colour, gboolean dotted)
{
  static const double dots[] = { 2.0, 4.0 };

  set_colour (cr, ink, 0.85);
  x -= draw_text (self, cr, name, x, 2.0, 1.0, 0.0) + 6.0;
  set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, 2.5);
  cairo_set_dash (cr, dots, dotted ? 2 : 0, 0.0);
  cairo_move_to (cr, x - 16.0, 10.0);
  cairo_line_to (cr, x, 10.0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
  return x - 30.0;
}

static void
draw_legend (CnnCurvesView *self, cairo_t *cr, GdkRGBA ink)
{
  GdkRGBA colours[] = { curve_colour (GTK_WIDGET (self), FALSE),
                        curve_colour (GTK_WIDGET (self), TRUE) };
  double  x = self->width - RIGHT;

  set_colour (cr, ink, 1.0);
  draw_text (self, cr, curves_title (self->kind), 6.0, 2.0, 0.0, 0.0);
  if (self->kind == CNN_CURVES_PSNR)
    {
      x = draw_entry (self, cr, _("Learnt"), x, ink, colours[0], FALSE);
      draw_entry (self, cr, _("Before"), x, ink, ink, TRUE);
      return;
    }
  if (curves_has_validation (self))
    x = draw_entry (self, cr, _("Validation"), x, ink, colours[1], FALSE);
  draw_entry (self, cr, _("Training"), x, ink, colours[0], FALSE);
}

/** curves_draw: all of it, as GtkWidget's draw. */
gboolean
curves_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnCurvesView   *self = CNN_CURVES_VIEW (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA          page = cnn_page_colour (widget), ink;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &ink);
  self->width = gtk_widget_get_allocated_width (widget);
  self->height = gtk_widget_get_allocated_height (widget);
  find_axes (self);
  gdk_cairo_set_source_rgba (cr, &page);
  cairo_rectangle (cr, LEFT, TOP, self->width - LEFT - RIGHT, self->height - TOP - BOTTOM);
  cairo_fill (cr);
  draw_axes (self, cr, ink);
  draw_legend (self, cr, ink);
  if (self->kind == CNN_CURVES_LOSS && self->batches > 0)
    draw_trace (self, cr);
  if (isfinite (self->level))
    draw_level (self, cr, ink);
  draw_curve (self, cr, FALSE);
  if (curves_has_validation (self))
    draw_curve (self, cr, TRUE);
  draw_now (self, cr);
  draw_best (self, cr);
  return FALSE;
}
