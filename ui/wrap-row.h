/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * CnnWrapRow:
 *
 * Widgets side by side, each as wide as it wants to be; those for which there is no room
 * stand in the next line. From left to right in every script, as formulas do.
 */
#define CNN_TYPE_WRAP_ROW (cnn_wrap_row_get_type ())
G_DECLARE_FINAL_TYPE (CnnWrapRow, cnn_wrap_row, CNN, WRAP_ROW, GtkBox)

GtkWidget *cnn_wrap_row_new (void);

G_END_DECLS
