/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "filter-job.h"
#include "train-job.h"

G_BEGIN_DECLS

/** CnnCurvesKind: what the curves are of. */
typedef enum
{
  CNN_CURVES_LOSS,
  CNN_CURVES_ACCURACY,
  CNN_CURVES_PSNR /* of a filter */
} CnnCurvesKind;

/**
 * CnnCurvesView:
 *
 * How the loss, or the share of images that are told right, goes from epoch to epoch: of the
 * images that are learnt from and of those that are only looked at. The minibatches' losses
 * are a faint line behind. Or how good a filter is by the seconds, over a dotted line of what it
 * was before.
 */
#define CNN_TYPE_CURVES_VIEW (cnn_curves_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnCurvesView, cnn_curves_view, CNN, CURVES_VIEW, GtkDrawingArea)

GtkWidget *cnn_curves_view_new     (CnnCurvesKind kind);
void       cnn_curves_view_show    (CnnCurvesView *view, const CnnTrainSnapshot *snapshot);
void       cnn_curves_view_show_filter (CnnCurvesView *view, const CnnFilterSnapshot *snapshot);
void       cnn_curves_view_set_log (CnnCurvesView *view, gboolean log);

G_END_DECLS
