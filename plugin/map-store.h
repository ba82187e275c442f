/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "plan.h"
#include "request.h"

G_BEGIN_DECLS

/**
 * MapStore:
 *
 * The chosen maps of a request, while and after a plan computes them.
 */
typedef struct _MapStore MapStore;

MapStore    *map_store_new   (const Request *request);
void         map_store_free  (MapStore *store);
CnnSink      map_store_sink  (MapStore *store);
void         map_store_read  (const MapStore *store, guint stage, guint map, const CnnRect *rect,
                              float *values);
MappingRange map_store_range (const MapStore *store, guint stage, int map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MapStore, map_store_free)

G_END_DECLS
