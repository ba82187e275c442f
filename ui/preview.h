/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mapping.h"
#include "network.h"
#include "picture.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * CnnMapStats:
 * @range: least and greatest value
 * @zeros: share of the values that are 0, from 0 to 1
 * @histogram: how many values lie in each of 64 equal parts of @range
 *
 * What is known of all values of one map.
 */
#define CNN_MAP_BINS 64
typedef struct
{
  MappingRange range;
  double       zeros;
  guint        histogram[CNN_MAP_BINS];
} CnnMapStats;

/**
 * CnnPreview:
 *
 * Computes maps of a network on a picture, away from the main thread. What was asked
 * for last is done first; what nobody wants any more is dropped. Values are exactly
 * those that a run of the whole network gives. The main thread alone calls it, and is
 * told by signals:
 *
 * "updated" (guint node): more of that node's values, or of its stats, can be had
 * "progress" (double fraction): of what is being computed; 1 when all is done
 * "failed" (const char *sentence)
 */
#define CNN_TYPE_PREVIEW (cnn_preview_get_type ())
G_DECLARE_FINAL_TYPE (CnnPreview, cnn_preview, CNN, PREVIEW, GObject)

/**
 * CnnPreviewView:
 * @node: the layer
 * @cells: its cells that can be seen
 * @reduce: how many cells a side are averaged into one value; 1 for the cells themselves
 * @first_map: of the maps that can be seen
 * @n_maps: how many
 */
typedef struct
{
  guint   node;
  CnnRect cells;
  int     reduce;
  int     first_map;
  int     n_maps;
} CnnPreviewView;

CnnPreview        *cnn_preview_new         (CnnPicture *picture);
CnnPicture        *cnn_preview_picture     (CnnPreview *preview);
void               cnn_preview_set_network (CnnPreview *preview, CnnNetwork *network);
void               cnn_preview_set_memory  (CnnPreview *preview, guint64 bytes);

void               cnn_preview_want        (CnnPreview *preview, const CnnPreviewView *view);
void               cnn_preview_want_strip  (CnnPreview *preview, guint node, int n_maps, int size);
gboolean           cnn_preview_get_value   (CnnPreview *preview, guint node, int map, int y, int x,
                                            float *value);
gboolean           cnn_preview_get_pixels  (CnnPreview *preview, guint node, int map,
                                            const CnnRect *cells, int reduce, MappingKind kind,
                                            guint8 *pixels, gsize stride);
cairo_surface_t   *cnn_preview_get_strip   (CnnPreview *preview, guint node, int map,
                                            MappingKind kind);
const CnnMapStats *cnn_preview_get_stats   (CnnPreview *preview, guint node, int map);

G_END_DECLS
