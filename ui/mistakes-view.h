/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "evaluate.h"

G_BEGIN_DECLS

/**
 * CnnMistakesView:
 *
 * Images that were told wrong, the worst first, with what they were taken for.
 *
 * Signal "chosen" (char *name): a person wants to see the image of that name.
 */
#define CNN_TYPE_MISTAKES_VIEW (cnn_mistakes_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnMistakesView, cnn_mistakes_view, CNN, MISTAKES_VIEW, GtkBox)

GtkWidget *cnn_mistakes_view_new    (void);
void       cnn_mistakes_view_show   (CnnMistakesView *view, CnnDataset *images,
                                     const CnnEvaluation *evaluation);
void       cnn_mistakes_view_choose (CnnMistakesView *view, int label, int answer);

G_END_DECLS
