/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preview.h"

G_BEGIN_DECLS

/**
 * CnnMapStrip:
 *
 * The first maps of a layer, small, side by side.
 */
#define CNN_TYPE_MAP_STRIP (cnn_map_strip_get_type ())
G_DECLARE_FINAL_TYPE (CnnMapStrip, cnn_map_strip, CNN, MAP_STRIP, GtkDrawingArea)

GtkWidget *cnn_map_strip_new (CnnPreview *preview);
void       cnn_map_strip_set (CnnMapStrip *strip, int node, const CnnNodeInfo *info);

G_END_DECLS
