/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "draft.h"

G_BEGIN_DECLS

/**
 * CnnFileView:
 *
 * Opens files as networks, and saves networks as files; what is said of that, between the
 * buttons and the cards. Nothing is read or written in the main thread.
 *
 * Signals: "opened" (): the draft is a file's network now
 */
#define CNN_TYPE_FILE_VIEW (cnn_file_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnFileView, cnn_file_view, CNN, FILE_VIEW, GtkBox)

GtkWidget *cnn_file_view_new     (CnnDraft *draft, CnnShape picture);
GtkWidget *cnn_file_view_buttons (CnnFileView *view);
void       cnn_file_view_open    (CnnFileView *view, const char *file);
void       cnn_file_view_save    (CnnFileView *view, const char *file);

G_END_DECLS
