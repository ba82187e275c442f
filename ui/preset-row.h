/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget  *preset_row_new           (const char *name, const char *title, const char *blurb,
                                      const char *text);
void        preset_row_add_button    (GtkWidget *row, const char *icon, const char *label,
                                      GCallback clicked, gpointer data);
void        preset_row_set_thumbnail (GtkWidget *row, cairo_surface_t *surface);
const char *preset_row_name          (GtkWidget *widget);
const char *preset_row_text          (GtkWidget *row);

G_END_DECLS
