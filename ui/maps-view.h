/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preview.h"

G_BEGIN_DECLS

/**
 * CnnMapsView:
 *
 * The picture, or the maps of a layer as a grid: zoom, pan, one map to fill the pane.
 *
 * Signals: "hover" (int map, int y, int x): the pointer, or the keyboard's cell, is on
 *   this cell of the map; map is -1 for none
 * "pin" (int map, int y, int x): a person clicked it
 * "tick" (int map, gboolean on): a person ticked whether to keep the map
 * "step" (int direction): the keyboard asks for the next (1) or last (-1) layer
 */
#define CNN_TYPE_MAPS_VIEW (cnn_maps_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnMapsView, cnn_maps_view, CNN, MAPS_VIEW, GtkBox)

GtkWidget *cnn_maps_view_new         (CnnPreview *preview);
void       cnn_maps_view_set_node    (CnnMapsView *view, CnnNetwork *network,
                                      const CnnNodeInfo *infos, int node);
void       cnn_maps_view_set_mapping (CnnMapsView *view, MappingKind kind);
void       cnn_maps_view_set_ticks   (CnnMapsView *view, const GArray *maps);
void       cnn_maps_view_set_outline (CnnMapsView *view, const CnnRect *field);
void       cnn_maps_view_set_pin     (CnnMapsView *view, int map, int y, int x);
void       cnn_maps_view_add_tool    (CnnMapsView *view, GtkWidget *button);
void       cnn_maps_view_zoom        (CnnMapsView *view, double scale);

G_END_DECLS
