/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "explain-job.h"

G_BEGIN_DECLS

/**
 * CnnCurveView:
 *
 * A function of one number as a curve, with the point on it that is in question.
 */
#define CNN_TYPE_CURVE_VIEW (cnn_curve_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnCurveView, cnn_curve_view, CNN, CURVE_VIEW, GtkDrawingArea)

GtkWidget *cnn_curve_view_new (void);
void       cnn_curve_view_set (CnnCurveView *view, const CnnCurve *curve, double x, double y);

G_END_DECLS
