/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "picture.h"

G_BEGIN_DECLS

void        ui_test_init       (int *argc, char ***argv);
void        ui_test_settle     (void);
gboolean    ui_test_wait       (gboolean (*done) (gpointer data), gpointer data);
GtkWidget  *ui_test_show       (GtkWidget *widget, int width, int height);
GtkWidget  *ui_test_get        (GtkWidget *root, GType type, const char *accessible_name);
GtkWidget  *ui_test_find       (GtkWidget *root, GType type, const char *accessible_name);
gboolean    ui_test_says       (GtkWidget *widget, const char *sentence);
void        ui_test_click      (GtkWidget *widget, double x, double y);
void        ui_test_key        (GtkWidget *widget, guint keyval, GdkModifierType state);
void        ui_test_keys       (GtkWidget *widget, guint keyval, GdkModifierType state,
                                guint times);
void        ui_test_lay_out    (GtkWidget *widget);
void        ui_test_screenshot (GtkWidget *window, const char *name);
CnnPicture *ui_test_picture    (int height, int width, int channels);

G_END_DECLS
