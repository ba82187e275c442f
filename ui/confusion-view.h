/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "evaluate.h"

G_BEGIN_DECLS

/**
 * CnnConfusionView:
 *
 * How many images of each class (row) were taken for which (column).
 *
 * Signal "chosen" (int row, int column): a cell was clicked; −1, −1 where none is chosen any
 * more.
 */
#define CNN_TYPE_CONFUSION_VIEW (cnn_confusion_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnConfusionView, cnn_confusion_view, CNN, CONFUSION_VIEW, GtkDrawingArea)

GtkWidget *cnn_confusion_view_new  (void);
void       cnn_confusion_view_show (CnnConfusionView *view, const CnnEvaluation *evaluation,
                                    const char *const *names);

G_END_DECLS
