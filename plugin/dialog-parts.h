/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

void       dialog_set_size       (GtkWidget *dialog, int width, int height);
GtkWidget *dialog_add_heading    (GtkWidget *box, const char *text);
GtkWidget *dialog_add_parts      (GtkWidget *dialog, GtkWidget *settings, int width,
                                  GtkWidget *view);
void       dialog_prepare_number (GtkWidget *dialog, GimpProcedureConfig *config,
                                  const char *argument, int digits);
void       dialog_prepare_choices (GtkWidget *dialog, GimpProcedureConfig *config, guint n,
                                   const char *const *arguments);

G_END_DECLS
