/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mapping.h"
#include "types.h"

G_BEGIN_DECLS

/**
 * CnnMapBlock:
 * @key: what the layer computes, see cnn_preview_keys()
 * @shape: of the layer's output
 * @vector: whether it has no places: then its range is that of all its values
 * @cells: the cells that the block covers; where @reduce is more than 1 they begin at
 *   multiples of it and end at such or at the map's edge
 * @reduce: cells a side that are averaged into one value
 * @first_map: of the maps it holds
 * @n_maps: how many it holds
 * @size: rows and columns of values
 * @values: [n_maps][size.height][size.width]; a value counts once it is @known
 * @known: [size.height][size.width]
 * @n_missing: cells that have not come yet
 * @ranges: [n_ranges] of all cells that have come, for all maps of the layer
 * @zeros: [n_ranges], how many of them were 0
 * @n_ranges: 1 for a vector, else the layer's channels
 *
 * A part of a layer's maps, put together from what a run writes. One thread writes;
 * others may read, holding the mutex that the writer is given, what @known, @n_missing,
 * @ranges and @zeros say, and values that are known. Reference-counted.
 */
typedef struct
{
  char         *key;
  CnnShape      shape;
  gboolean      vector;
  CnnRect       cells;
  int           reduce;
  int           first_map;
  int           n_maps;
  CnnSize       size;
  float        *values;
  guint8       *known;
  gint64        n_missing;
  MappingRange *ranges;
  gint64       *zeros;
  int           n_ranges;

  /*< private >*/
  guint        *left; /* of each value, cells that have not come */
  double       *sums; /* of a row of values */
  MappingRange *new_ranges;
  gint64       *new_zeros;
  gint          ref_count;
} CnnMapBlock;

CnnMapBlock *cnn_map_block_new      (const char *key, CnnShape shape, gboolean vector,
                                     const CnnRect *cells, int reduce, int first_map, int n_maps);
CnnMapBlock *cnn_map_block_ref      (CnnMapBlock *block);
void         cnn_map_block_unref    (CnnMapBlock *block);
CnnRect      cnn_map_block_align    (const CnnRect *cells, int reduce, CnnShape shape);

void         cnn_map_block_write    (CnnMapBlock *block, GMutex *lock, const CnnRect *rect,
                                     const float *values, gsize stride);

gsize        cnn_map_block_bytes    (const CnnMapBlock *block);
gboolean     cnn_map_block_is_whole (const CnnMapBlock *block);
gboolean     cnn_map_block_covers   (const CnnMapBlock *block, const CnnRect *cells, int reduce,
                                     int first_map, int n_maps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnMapBlock, cnn_map_block_unref)

G_END_DECLS
