/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "train-job.h"

G_BEGIN_DECLS

/**
 * CnnTrainingResult:
 *
 * What came of a training: how much is told right, what is taken for what, the worst mistakes,
 * and where the network is; it can be saved under another name.
 *
 * Signal "image-chosen" (char *name): a person wants to see the image of that name.
 */
#define CNN_TYPE_TRAINING_RESULT (cnn_training_result_get_type ())
G_DECLARE_FINAL_TYPE (CnnTrainingResult, cnn_training_result, CNN, TRAINING_RESULT, GtkBox)

GtkWidget *cnn_training_result_new   (void);
void       cnn_training_result_show  (CnnTrainingResult *view, CnnTrainResult *result);
gboolean   cnn_training_result_saved (CnnTrainingResult *view);

G_END_DECLS
