/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "explain-job.h"

G_BEGIN_DECLS

/**
 * CnnArithmeticStep:
 *
 * One layer's share in a value: its parts, and what they come to together.
 */
#define CNN_TYPE_ARITHMETIC_STEP (cnn_arithmetic_step_get_type ())
G_DECLARE_FINAL_TYPE (CnnArithmeticStep, cnn_arithmetic_step, CNN, ARITHMETIC_STEP, GtkBox)

GtkWidget *cnn_arithmetic_step_new (void);
void       cnn_arithmetic_step_set (CnnArithmeticStep *view, const CnnExplained *explained,
                                    const CnnExplainedStep *step);

G_END_DECLS
