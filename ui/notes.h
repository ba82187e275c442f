/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *sentence_new (void);
GtkWidget *note_add     (GtkWidget *page);
void       note_set     (GtkWidget *note, const char *sentence);
GtkWidget *answers_add  (GtkWidget *page, const char *style, GCallback cancelled, GCallback done,
                         gpointer data);

G_END_DECLS
