/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** CnnPathKind: what may be named. */
typedef enum
{
  CNN_PATH_OPEN,          /* a file that is there */
  CNN_PATH_OPEN_ANYTHING, /* or a folder */
  CNN_PATH_SAVE           /* a file to be written */
} CnnPathKind;

/**
 * CnnPathRow:
 *
 * The path of a file or a folder, written or chosen.
 *
 * Signal "changed" (void): it is another.
 */
#define CNN_TYPE_PATH_ROW (cnn_path_row_get_type ())
G_DECLARE_FINAL_TYPE (CnnPathRow, cnn_path_row, CNN, PATH_ROW, GtkBox)

GtkWidget  *cnn_path_row_new   (CnnPathKind kind, const char *name, const char *tooltip);
const char *cnn_path_row_path  (CnnPathRow *row);
void        cnn_path_row_set   (CnnPathRow *row, const char *path);
GtkWidget  *cnn_path_row_entry (CnnPathRow *row);

G_END_DECLS
