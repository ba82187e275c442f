/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** CnnCopyFunc: (transfer full): what @widget shows, as text. */
typedef char *(*CnnCopyFunc) (GtkWidget *widget);

void cnn_copy_text     (GtkWidget *widget, const char *text);
void cnn_copy_menu_add (GtkWidget *widget, CnnCopyFunc copy);
void cnn_menu_popup    (GtkMenu *menu, GtkWidget *widget, GdkGravity widget_anchor,
                        GdkGravity menu_anchor);

G_END_DECLS
