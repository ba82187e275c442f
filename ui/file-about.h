/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "model.h"

G_BEGIN_DECLS

char      *cnn_file_about_line (const CnnModelInfo *info);
GtkWidget *cnn_file_about_new  (const CnnModelInfo *info, const char *file);

G_END_DECLS
