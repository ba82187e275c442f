/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preview.h"

G_BEGIN_DECLS

/**
 * CnnMapScale:
 *
 * What the shades of a map mean: a bar from the least value to the greatest with the
 * histogram over it, and the share of zeros.
 */
#define CNN_TYPE_MAP_SCALE (cnn_map_scale_get_type ())
G_DECLARE_FINAL_TYPE (CnnMapScale, cnn_map_scale, CNN, MAP_SCALE, GtkDrawingArea)

GtkWidget *cnn_map_scale_new (void);
void       cnn_map_scale_set (CnnMapScale *scale, const CnnMapStats *stats, MappingKind kind,
                              MappingRange shown);

G_END_DECLS
