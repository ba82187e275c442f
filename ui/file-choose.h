/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkNativeDialog *cnn_file_choose_new   (GtkWidget *over, gboolean save, const char *folder,
                                        const char *name);
gboolean         cnn_file_choose_saves (GtkNativeDialog *dialog);
char            *cnn_file_choose_file  (GtkNativeDialog *dialog, char **folder,
                                        char **trouble);

G_END_DECLS
