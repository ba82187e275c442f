/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "explain-job.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * CnnEditor:
 *
 * See a network, touch its numbers, watch every map. Knows no GIMP: its host gives it
 * the picture and does what its signals ask for.
 *
 * Properties, all of them what the procedure's arguments of the same name hold:
 * "network" (text), "stages" (which layers and maps to keep), "mapping", "placement",
 * "input-encoding" (names of choices)
 *
 * Signals: "select-field" (CnnRect *): the receptive field, in the picture's pixels, is
 *   to become the selection
 * "partial-sums" (const char *network): layers are to be made with this network
 */
#define CNN_TYPE_EDITOR (cnn_editor_get_type ())
G_DECLARE_FINAL_TYPE (CnnEditor, cnn_editor, CNN, EDITOR, GtkBox)

GtkWidget  *cnn_editor_new         (CnnPicture *picture, const char *presets_folder);
gboolean    cnn_editor_is_runnable (CnnEditor *editor);

G_END_DECLS
