/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "train-job.h"

G_BEGIN_DECLS

/**
 * CnnTrainingView:
 *
 * A training while it runs, and what came of it. It trains in a thread of its own.
 *
 * Signal "changed" (void): it began, was paused or ended.
 *
 * Signal "image-chosen" (char *name): a person wants to see the image of that name, one of the
 * mistakes.
 */
#define CNN_TYPE_TRAINING_VIEW (cnn_training_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnTrainingView, cnn_training_view, CNN, TRAINING_VIEW, GtkBox)

GtkWidget     *cnn_training_view_new        (void);
void           cnn_training_view_start      (CnnTrainingView *view,
                                             const CnnTrainSettings *settings,
                                             const CnnPictureDecoder *decoder);
void           cnn_training_view_cancel     (CnnTrainingView *view);
gboolean       cnn_training_view_is_running (CnnTrainingView *view);
gboolean       cnn_training_view_is_unsaved (CnnTrainingView *view);
CnnTrainPhase  cnn_training_view_phase      (CnnTrainingView *view);
CnnTrainJob   *cnn_training_view_steal_job  (CnnTrainingView *view);

G_END_DECLS
