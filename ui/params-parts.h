/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Labels of the parameters' view. */

GtkWidget *params_sentence (const char *text, const char *style);
GtkWidget *params_blurb    (const char *text);
GtkWidget *params_error    (void);
GtkWidget *params_label    (const char *text, const char *key, const char *tooltip,
                            GtkWidget *target, GString *taken);
GtkWidget *params_grid     (void);

G_END_DECLS
