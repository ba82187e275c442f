/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How a network learns, chosen from what there is or written, with parameters. */

GtkWidget *cnn_optimiser_choice_new  (const char *name, const char *tooltip);
GtkWidget *cnn_schedule_choice_new   (const char *name, const char *tooltip);
GtkWidget *cnn_training_choice_entry (GtkWidget *choice);

G_END_DECLS
