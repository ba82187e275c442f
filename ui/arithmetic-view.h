/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "explain-job.h"

G_BEGIN_DECLS

/**
 * CnnArithmeticView:
 *
 * The arithmetic behind one value, as a person would do it.
 *
 * Signals: "select-field" (void): a person wants the receptive field as the selection
 * "partial-sums" (void): a person wants the partial sums as layers, of the step
 *   cnn_arithmetic_view_sums()
 */
#define CNN_TYPE_ARITHMETIC_VIEW (cnn_arithmetic_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnArithmeticView, cnn_arithmetic_view, CNN, ARITHMETIC_VIEW, GtkBox)

GtkWidget              *cnn_arithmetic_view_new       (void);
void                    cnn_arithmetic_view_show      (CnnArithmeticView *view,
                                                       CnnExplained *explained);
void                    cnn_arithmetic_view_say       (CnnArithmeticView *view,
                                                       const char *sentence);
const CnnExplained     *cnn_arithmetic_view_explained (CnnArithmeticView *view);
const CnnExplainedStep *cnn_arithmetic_view_sums      (CnnArithmeticView *view);

G_END_DECLS
