/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * CnnOutputView:
 *
 * What becomes layers, and how: values, placement, encoding; and a line that says what
 * will happen.
 *
 * Signals: "changed" (void)
 */
#define CNN_TYPE_OUTPUT_VIEW (cnn_output_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnOutputView, cnn_output_view, CNN, OUTPUT_VIEW, GtkBox)

GtkWidget *cnn_output_view_new (void);

G_END_DECLS
