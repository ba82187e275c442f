/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "curves-view.h"

#include <math.h>

#include "curves-axis.h"
#include "i18n.h"
#include "number-text.h"
#include "value-colour.h"

#define WIDTH   300
#define HEIGHT  150
#define LEFT    52.0
#define RIGHT   12.0
#define TOP     24.0
#define BOTTOM  22.0
#define POINT   2.5

/* Epochs up to which each is a point of its own. */
#define MOST_POINTS 40

struct _CnnCurvesView
{
  GtkDrawingArea   parent_instance;
  CnnCurvesKind    kind;
  gboolean         log;

  /* Copies of what there is to show. */
  GArray          *history; /* of CnnTrainingEpoch */
  LossTrace        trace;
  double           now;     /* of the epoch that is not over; NaN: nothing */
  double           at;      /* epochs so far */
  guint            epochs;
  guint            batches;
  int              best;

  /* Of the picture that is being drawn. */
  CurvesAxis       x;
  CurvesAxis       y;
  double           width;
  double           height;
};

G_DEFINE_FINAL_TYPE (CnnCurvesView, cnn_curves_view, GTK_TYPE_DRAWING_AREA)

static double
value_of (const CnnCurvesView *self, const CnnTrainingEpoch *epoch, gboolean validation)
{
  if (self->kind == CNN_CURVES_LOSS)
    return validation ? epoch->validation_loss : epoch->loss;
  return validation ? epoch->validation_right : epoch->right;
}

static const CnnTrainingEpoch *
epoch_at (const CnnCurvesView *self, guint i)
{
  return &g_array_index (self->history, CnnTrainingEpoch, i);
}

static gboolean
has_validation (const CnnCurvesView *self)
{
  return self->history->len > 0 && !isnan (epoch_at (self, 0)->validation_loss);
}

/* --- where things are ------------------------------------------------------------------------ */

static double
place_x (const CnnCurvesView *self, double epoch)
{
  return LEFT + curves_axis_share (&self->x, epoch) * (self->width - LEFT - RIGHT);
}

static double
place_y (const CnnCurvesView *self, double value)
{
  double share = curves_axis_share (&self->y, value);

  return self->height - BOTTOM - CLAMP (share, 0.0, 1.0) * (self->height - TOP - BOTTOM);
}

/* How many epochs the axis has: all of them, unless most are far off; then it grows. */
static double
epochs_shown (const CnnCurvesView *self)
{
  double shown = 10.0;

  while (shown < self->at * 1.2)
    shown *= 2.0;
  return MAX (MIN (shown, self->epochs), 1.0);
}

static void
find_axes (CnnCurvesView *self)
{
  double least = G_MAXDOUBLE, most = -G_MAXDOUBLE;

  for (guint i = 0; i < self->history->len; i++)
    for (int validation = 0; validation < 2; validation++)
      {
        double value = value_of (self, epoch_at (self, i), validation);

        if (!isfinite (value))
          continue;
        least = MIN (least, value);
        most = MAX (most, value);
      }
  if (self->kind == CNN_CURVES_LOSS)
    for (guint i = 0; i < self->trace.n; i++)
      {
        least = MIN (least, (double) self->trace.points[i]);
        most = MAX (most, (double) self->trace.points[i]);
      }
  else if (isfinite (self->now))
    {
      least = MIN (least, self->now);
      most = MAX (most, self->now);
    }
  self->x = curves_axis_new (0.0, epochs_shown (self), FALSE, 8);
  if (self->kind == CNN_CURVES_ACCURACY)
    self->y = curves_axis_new (least > most ? 0.0 : MIN (least, 0.98), 1.0, FALSE, 4);
  else if (least > most)
    self->y = curves_axis_new (0.0, 1.0, FALSE, 4);
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

static char *
tick_text (const CnnCurvesView *self, double value)
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
      g_autofree char *text = tick_text (self, self->y.ticks[i]);

      set_colour (cr, ink, i == 0 ? 0.45 : 0.14);
      cairo_move_to (cr, LEFT, y);
      cairo_line_to (cr, self->width - RIGHT, y);
      cairo_stroke (cr);
      set_colour (cr, ink, 0.75);
      draw_text (self, cr, text, LEFT - 6, y, 1.0, 0.5);
    }
  for (guint i = 0; i < self->x.n_ticks; i++)
    if (self->x.ticks[i] == floor (self->x.ticks[i]))
      {
        double           x = floor (place_x (self, self->x.ticks[i])) + 0.5;
        g_autofree char *text = g_strdup_printf ("%.0f", self->x.ticks[i]);

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
    cairo_line_to (cr, place_x (self, ((double) i + 0.5) * (double) self->trace.every /
                                        self->batches),
                   place_y (self, self->trace.points[i]));
  cairo_stroke (cr);
}

static void
draw_curve (CnnCurvesView *self, cairo_t *cr, gboolean validation)
{
  GdkRGBA colour = curve_colour (GTK_WIDGET (self), validation);
  guint   n = self->history->len;

  set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, 2.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < n; i++)
    cairo_line_to (cr, place_x (self, i + 1.0),
                   place_y (self, value_of (self, epoch_at (self, i), validation)));
  cairo_stroke (cr);
  for (guint i = 0; i < n && n <= MOST_POINTS; i++)
    {
      cairo_arc (cr, place_x (self, i + 1.0),
                 place_y (self, value_of (self, epoch_at (self, i), validation)), POINT, 0.0,
                 2.0 * G_PI);
      cairo_fill (cr);
    }
}

/* The epoch of the best weights, which are kept. */
static void
draw_best (CnnCurvesView *self, cairo_t *cr)
{
  if (self->best < 0 || self->best >= (int) self->history->len)
    return;
  set_colour (cr, curve_colour (GTK_WIDGET (self), has_validation (self)), 1.0);
  cairo_set_line_width (cr, 1.5);
  cairo_arc (cr, place_x (self, self->best + 1.0),
             place_y (self, value_of (self, epoch_at (self, (guint) self->best),
                                      has_validation (self))),
             POINT + 3.5, 0.0, 2.0 * G_PI);
  cairo_stroke (cr);
}

/* Where the epoch that is not over stands. */
static void
draw_now (CnnCurvesView *self, cairo_t *cr)
{
  static const double dashes[] = { 3.0, 3.0 };

  guint n = self->history->len;

  if (!isfinite (self->now) || self->kind == CNN_CURVES_LOSS)
    return;
  set_colour (cr, curve_colour (GTK_WIDGET (self), FALSE), 0.8);
  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, dashes, 2, 0.0);
  if (n > 0)
    cairo_line_to (cr, place_x (self, n), place_y (self, value_of (self, epoch_at (self, n - 1),
                                                                   FALSE)));
  cairo_line_to (cr, place_x (self, self->at), place_y (self, self->now));
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
  cairo_arc (cr, place_x (self, self->at), place_y (self, self->now), POINT, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
}

static void
draw_legend (CnnCurvesView *self, cairo_t *cr, GdkRGBA ink)
{
  const char *names[] = { _("Training"), _("Validation") };
  double      x = self->width - RIGHT;

  set_colour (cr, ink, 1.0);
  draw_text (self, cr, self->kind == CNN_CURVES_LOSS ? _("Loss") : _("Told right"), 6.0, 2.0, 0.0,
             0.0);
  for (int validation = has_validation (self); validation >= 0; validation--)
    {
      set_colour (cr, ink, 0.85);
      x -= draw_text (self, cr, names[validation], x, 2.0, 1.0, 0.0) + 6.0;
      set_colour (cr, curve_colour (GTK_WIDGET (self), validation), 1.0);
      cairo_set_line_width (cr, 2.5);
      cairo_move_to (cr, x, 10.0);
      cairo_line_to (cr, x - 16.0, 10.0);
      cairo_stroke (cr);
      x -= 30.0;
    }
}

static gboolean
curves_view_draw (GtkWidget *widget, cairo_t *cr)
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
  draw_curve (self, cr, FALSE);
  if (has_validation (self))
    draw_curve (self, cr, TRUE);
  draw_now (self, cr);
  draw_best (self, cr);
  return FALSE;
}

/* --- what the pointer is at ------------------------------------------------------------- */

static char *
epoch_text (const CnnCurvesView *self, guint i)
{
  const CnnTrainingEpoch *epoch = epoch_at (self, i);
  g_autofree char        *train = tick_text (self, value_of (self, epoch, FALSE));
  g_autofree char        *validation = NULL;

  if (!has_validation (self))
    return g_strdup_printf (_("Epoch %u: %s"), i + 1, train);
  validation = tick_text (self, value_of (self, epoch, TRUE));
  return g_strdup_printf (_("Epoch %u: training %s, validation %s"), i + 1, train, validation);
}

static gboolean
curves_view_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  CnnCurvesView   *self = CNN_CURVES_VIEW (widget);
  double           share = (x - LEFT) / (self->width - LEFT - RIGHT);
  int              i = (int) floor (share * self->x.to + 0.5) - 1;
  g_autofree char *text = NULL;

  if (i < 0 || i >= (int) self->history->len)
    return FALSE;
  text = epoch_text (self, (guint) i);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* --- the object ------------------------------------------------------------------------- */

/**
 * cnn_curves_view_show:
 * @snapshot: what there is to be seen; copied
 */
void
cnn_curves_view_show (CnnCurvesView *self, const CnnTrainSnapshot *snapshot)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));

  g_array_set_size (self->history, 0);
  if (snapshot->history->len > 0)
    g_array_append_vals (self->history, snapshot->history->data, snapshot->history->len);
  self->trace = snapshot->trace;
  self->epochs = MAX (snapshot->epochs, snapshot->history->len);
  self->batches = snapshot->batches;
  self->best = snapshot->state.best;
  self->at = snapshot->batches > 0 ? (double) snapshot->state.step / snapshot->batches : 0.0;
  self->now = snapshot->batches > 0 ? snapshot->state.right : NAN;
  if (self->history->len > 0)
    {
      g_autofree char *text = epoch_text (self, self->history->len - 1);

      atk_object_set_description (accessible, text);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/** cnn_curves_view_set_log: whether the axis of the values is logarithmic; of a loss. */
void
cnn_curves_view_set_log (CnnCurvesView *self, gboolean log)
{
  self->log = log;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cnn_curves_view_finalize (GObject *object)
{
  g_array_unref (CNN_CURVES_VIEW (object)->history);
  G_OBJECT_CLASS (cnn_curves_view_parent_class)->finalize (object);
}

static void
cnn_curves_view_class_init (CnnCurvesViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_curves_view_finalize;
  GTK_WIDGET_CLASS (klass)->draw = curves_view_draw;
  GTK_WIDGET_CLASS (klass)->query_tooltip = curves_view_query_tooltip;
}

static void
cnn_curves_view_init (CnnCurvesView *self)
{
  self->history = g_array_new (FALSE, FALSE, sizeof (CnnTrainingEpoch));
  self->now = NAN;
  self->best = -1;
  loss_trace_init (&self->trace);
  gtk_widget_set_size_request (GTK_WIDGET (self), WIDTH, HEIGHT);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

/** cnn_curves_view_new: (transfer full): empty axes. */
GtkWidget *
cnn_curves_view_new (CnnCurvesKind kind)
{
  CnnCurvesView *view = g_object_new (CNN_TYPE_CURVES_VIEW, NULL);
  AtkObject     *accessible = gtk_widget_get_accessible (GTK_WIDGET (view));

  view->kind = kind;
  atk_object_set_name (accessible, kind == CNN_CURVES_LOSS ? _("Loss") : _("Told right"));
  return GTK_WIDGET (view);
}
