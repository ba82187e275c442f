/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What curves-view.c and curves-draw.c share. */

#include "curves-axis.h"
#include "curves-view.h"

G_BEGIN_DECLS

/* One of a curve, or of both; @validation is NaN where there is one curve only. */
typedef struct
{
  double x;     /* epochs or seconds */
  double value;
  double validation;
  int    model; /* CnnFilterModel; another begins another curve */
} CurvesPoint;

struct _CnnCurvesView
{
  GtkDrawingArea   parent_instance;
  CnnCurvesKind    kind;
  gboolean         log;

  /* Copies of what there is to show. */
  GArray          *points;  /* of CurvesPoint */
  LossTrace        trace;
  double           level;   /* what it is compared with; NaN: nothing */
  double           now;     /* of the epoch that is not over; NaN: nothing */
  double           at;      /* epochs or seconds so far */
  double           end;     /* how many there are to be; 0: nobody knows */
  guint            batches;
  int              best;

  /* Of the picture that is being drawn. */
  CurvesAxis       x;
  CurvesAxis       y;
  double           width;
  double           height;
};

const CurvesPoint *curves_point_at       (const CnnCurvesView *view, guint i);
double             curves_value_at       (const CnnCurvesView *view, guint i, gboolean validation);
gboolean           curves_has_validation (const CnnCurvesView *view);
double             curves_place_x        (const CnnCurvesView *view, double x);
char              *curves_tick_text      (const CnnCurvesView *view, double value);
const char        *curves_title          (CnnCurvesKind kind);
gboolean           curves_draw           (GtkWidget *widget, cairo_t *cr);

G_END_DECLS
