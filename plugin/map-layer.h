/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "coverage.h"
#include "map-store.h"

G_BEGIN_DECLS

/**
 * MapFrame:
 * @size: of each layer
 * @x: where its left column lies, in the picture's columns
 * @y: where its upper row lies, in the picture's rows
 *
 * What the layers of one stage have in common: their rectangle, which cell
 * each of their pixels shows, and their alpha.
 */
typedef struct
{
  CnnSize     size;
  int         x;
  int         y;

  /*< private >*/
  int        *rows;    /* [size.height]: the cell's row */
  int        *columns; /* [size.width]: the cell's column */
  GeglBuffer *alpha;   /* NULL where all is opaque */
} MapFrame;

MapFrame *map_frame_new       (const Request *request, guint stage, const Coverage *coverage,
                               GError **error);
void      map_frame_free      (MapFrame *frame);
gboolean  map_frame_is_opaque (const MapFrame *frame);
void      map_frame_draw      (const MapFrame *frame, const MapStore *store, guint stage,
                               guint map, const Mapping *mapping, GimpDrawable *drawable,
                               const Babl *format, int channels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MapFrame, map_frame_free)

G_END_DECLS
