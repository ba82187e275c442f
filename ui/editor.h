/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "picture.h"

G_BEGIN_DECLS

/**
 * CnnEditor:
 *
 * See a network, touch its numbers, watch every map. Knows no GIMP: its host gives it
 * the picture, does what its signals ask for and says what will come of it.
 *
 * Properties, all of them strings that hold what the procedure's arguments of the same
 * name hold: "network", "stages", "maps", "mapping", "placement", "input-encoding"
 *
 * Signals: "select-field" (CnnRect *): this part of the picture, in its pixels, is to
 *   become the selection
 * "partial-sums" (const char *network): all maps of the last layers of this network,
 *   the parts and their sum, are to become layers
 */
#define CNN_TYPE_EDITOR (cnn_editor_get_type ())
G_DECLARE_FINAL_TYPE (CnnEditor, cnn_editor, CNN, EDITOR, GtkBox)

GtkWidget *cnn_editor_new             (CnnPicture *picture, const char *presets_folder);
void       cnn_editor_open            (CnnEditor *editor, const char *file);
void       cnn_editor_verdict         (CnnEditor *editor, gboolean ok, const char *sentence);
void       cnn_editor_picture_changed (CnnEditor *editor);

G_END_DECLS
