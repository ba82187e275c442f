/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers.h"
#include "map-frame.h"
#include "map-ranges.h"

G_BEGIN_DECLS

/**
 * Painter:
 *
 * Draws maps into layers while they are computed.
 */
typedef struct _Painter Painter;

Painter *painter_new    (const Request *request, GPtrArray *frames, const Layers *layers,
                         const MapRanges *ranges);
void     painter_free   (Painter *painter);
CnnSink  painter_sink   (Painter *painter);
void     painter_finish (Painter *painter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Painter, painter_free)

G_END_DECLS
