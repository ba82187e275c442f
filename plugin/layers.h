/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "map-store.h"
#include "request.h"

G_BEGIN_DECLS

/**
 * Layers:
 *
 * Finished GIMP layers that are not in the image yet. Freeing it deletes those
 * that never got there.
 */
typedef struct _Layers Layers;

Layers    *layers_new    (const Request *request, const MapStore *store, GPtrArray *frames,
                          GimpLayer *source, CnnProgressFunc progress, gpointer progress_data,
                          GError **error);
void       layers_free   (Layers *layers);
GPtrArray *layers_insert (Layers *layers, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layers, layers_free)

G_END_DECLS
