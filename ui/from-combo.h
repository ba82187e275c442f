/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *from_combo_new  (void);
void       from_combo_show (GtkWidget *combo, const char *from, const char *const *names);

G_END_DECLS
