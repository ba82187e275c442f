/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *cnn_param_spin_new   (double min, double max, gboolean whole, const char *zero);
void       cnn_param_spin_set   (GtkWidget *spin, double value);
int        cnn_param_spin_whole (GtkWidget *spin);
char      *cnn_param_spin_text  (GtkWidget *spin);

G_END_DECLS
