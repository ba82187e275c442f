/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layer-file.h"
#include "outcome.h"
#include "request.h"

G_BEGIN_DECLS

/**
 * Layers:
 *
 * GIMP layers that are not in the image yet. Freeing it deletes those that never
 * got there.
 */
typedef struct _Layers Layers;

Layers       *layers_new    (const Request *request, GPtrArray *frames, GimpLayer *source,
                             const RecipeKit *kit, const char *folder, GError **error);
void          layers_free   (Layers *layers);
GimpDrawable *layers_get    (const Layers *layers, guint stage, guint i);
LayerFile    *layers_file   (const Layers *layers, guint stage, guint i, guint *number);
gboolean      layers_finish (Layers *layers, GError **error);
GPtrArray    *layers_insert (Layers *layers, GError **error);
gboolean      layers_replace (Layers *layers, const Outcome *outcome, gboolean anew,
                              GError **error);
GimpImageType layers_type   (gboolean rgb, gboolean alpha);
gboolean      layers_insert_above (GimpImage *image, GimpLayer *layer, GimpLayer *below);
gboolean      layers_pdb_failed (GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layers, layers_free)

G_END_DECLS
