/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "draft.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * CnnPresetsView:
 *
 * A button with the networks that come with the program and those that the person
 * has saved, each with what it makes of the picture; choosing one writes it into the
 * draft.
 */
#define CNN_TYPE_PRESETS_VIEW (cnn_presets_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnPresetsView, cnn_presets_view, CNN, PRESETS_VIEW, GtkBox)

GtkWidget *cnn_presets_view_new (CnnDraft *draft, CnnPicture *picture, const char *folder);

G_END_DECLS
