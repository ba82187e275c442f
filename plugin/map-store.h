/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "request.h"

G_BEGIN_DECLS

/**
 * MapStore:
 *
 * What a plan has computed, in a file that nobody else sees, to be had again.
 */
typedef struct _MapStore MapStore;

MapStore *map_store_new    (const Request *request, const char *folder, GError **error);
void      map_store_free   (MapStore *store);
CnnSink   map_store_sink   (MapStore *store);
gboolean  map_store_replay (MapStore *store, const CnnSink *sink, CnnProgressFunc progress,
                            gpointer progress_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MapStore, map_store_free)

G_END_DECLS
