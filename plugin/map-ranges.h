/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "request.h"

G_BEGIN_DECLS

/**
 * MapRanges:
 *
 * Least and greatest value of each map, as the request's mapping needs them.
 */
typedef struct _MapRanges MapRanges;

MapRanges *map_ranges_new     (const Request *request);
void       map_ranges_free    (MapRanges *ranges);
CnnSink    map_ranges_sink    (MapRanges *ranges, const CnnSink *next);
Mapping    map_ranges_mapping (const MapRanges *ranges, guint stage, guint map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MapRanges, map_ranges_free)

G_END_DECLS
