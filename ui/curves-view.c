/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "curves-private.h"

#include <math.h>

#include "filter-words.h"
#include "i18n.h"

#define WIDTH  300
#define HEIGHT 150

G_DEFINE_FINAL_TYPE (CnnCurvesView, cnn_curves_view, GTK_TYPE_DRAWING_AREA)

/* --- what the pointer is at ------------------------------------------------------------- */

static char *
point_text (const CnnCurvesView *self, guint i)
{
  const CurvesPoint *point = curves_point_at (self, i);
  g_autofree char   *train = curves_tick_text (self, point->value);
  g_autofree char   *validation = NULL;

  /* Translators: seconds, a model's name, and how good it was then. */
  if (self->kind == CNN_CURVES_PSNR)
    return g_strdup_printf (_("%.1f s: %s, %.1f dB"), point->x,
                            cnn_filter_model_name ((CnnFilterModel) point->model), point->value);
  if (!curves_has_validation (self))
    return g_strdup_printf (_("Epoch %u: %s"), i + 1, train);
  validation = curves_tick_text (self, point->validation);
  return g_strdup_printf (_("Epoch %u: training %s, validation %s"), i + 1, train, validation);
}

/* The point at @x that is nearest; −1: there is none near. */
static int
nearest_point (const CnnCurvesView *self, double x)
{
  double least = MAX (self->width / 20.0, 24.0);
  int    nearest = -1;

  for (guint i = 0; i < self->points->len; i++)
    if (fabs (curves_place_x (self, curves_point_at (self, i)->x) - x) < least)
      {
        least = fabs (curves_place_x (self, curves_point_at (self, i)->x) - x);
        nearest = (int) i;
      }
  return nearest;
}

static gboolean
curves_view_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  CnnCurvesView   *self = CNN_CURVES_VIEW (widget);
  int              i = nearest_point (self, x);
  g_autofree char *text = NULL;

  if (i < 0)
    return FALSE;
  text = point_text (self, (guint) i);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* --- the object ------------------------------------------------------------------------- */

/* After what there is to show has changed. */
static void
shown_anew (CnnCurvesView *self)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));

  if (self->points->len > 0)
    {
      g_autofree char *text = point_text (self, self->points->len - 1);

      atk_object_set_description (accessible, text);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * cnn_curves_view_show:
 * @snapshot: what there is to be seen of a training; copied
 */
void
cnn_curves_view_show (CnnCurvesView *self, const CnnTrainSnapshot *snapshot)
{
  gboolean loss = self->kind == CNN_CURVES_LOSS;

  g_array_set_size (self->points, 0);
  for (guint i = 0; i < snapshot->history->len; i++)
    {
      const CnnTrainingEpoch *epoch = &g_array_index (snapshot->history, CnnTrainingEpoch, i);
      CurvesPoint             point = { .x = i + 1.0 };

      point.value = loss ? epoch->loss : epoch->right;
      point.validation = loss ? epoch->validation_loss : epoch->validation_right;
      g_array_append_val (self->points, point);
    }
  self->trace = snapshot->trace;
  self->end = MAX (snapshot->epochs, snapshot->history->len);
  self->batches = snapshot->batches;
  self->best = snapshot->state.best;
  self->at = snapshot->batches > 0 ? (double) snapshot->state.step / snapshot->batches : 0.0;
  self->now = snapshot->batches > 0 ? snapshot->state.right : NAN;
  shown_anew (self);
}

/**
 * cnn_curves_view_show_filter:
 * @snapshot: what there is to be seen of learning a filter; copied
 */
void
cnn_curves_view_show_filter (CnnCurvesView *self, const CnnFilterSnapshot *snapshot)
{
  double best = -INFINITY;

  g_array_set_size (self->points, 0);
  self->best = -1;
  for (guint i = 0; i < snapshot->course->len; i++)
    {
      const CnnFilterMark *mark = &g_array_index (snapshot->course, CnnFilterMark, i);
      CurvesPoint          point = { mark->point.seconds, mark->point.psnr, NAN, mark->model };

      if (!isfinite (point.value))
        continue;
      if (point.value > best)
        self->best = (int) self->points->len;
      best = MAX (best, point.value);
      g_array_append_val (self->points, point);
    }
  self->level = snapshot->started ? snapshot->state.identity : NAN;
  self->end = snapshot->limit;
  self->at = snapshot->started ? snapshot->state.seconds : 0.0;
  shown_anew (self);
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
  g_array_unref (CNN_CURVES_VIEW (object)->points);
  G_OBJECT_CLASS (cnn_curves_view_parent_class)->finalize (object);
}

static void
cnn_curves_view_class_init (CnnCurvesViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_curves_view_finalize;
  GTK_WIDGET_CLASS (klass)->draw = curves_draw;
  GTK_WIDGET_CLASS (klass)->query_tooltip = curves_view_query_tooltip;
}

static void
cnn_curves_view_init (CnnCurvesView *self)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (CurvesPoint));
  self->level = NAN;
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
  atk_object_set_name (accessible, curves_title (kind));
  return GTK_WIDGET (view);
}
