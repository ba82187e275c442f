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
 * @counted: whether @histogram is known yet; it comes later than the rest
 * @histogram: how many values lie in each of 64 equal parts of @range
 *
 * What is known of all values of one map; of all maps where these are one cell each
 * that sees all of the picture: then they are a vector.
 */
#define CNN_MAP_BINS 64
typedef struct
{
  MappingRange range;
  double       zeros;
  gboolean     counted;
  guint        histogram[CNN_MAP_BINS];
} CnnMapStats;

/**
 * CnnPreview:
 *
 * Computes maps of a network on a picture, away from the main thread. What was asked
 * for last is done first; what nobody wants any more is dropped. What can be seen comes
 * before strips, these before the ranges and histograms of whole maps. Values are exactly
 * those that a run of the whole network gives. What was computed is kept, within limits,
 * also for layers that an edit does not change. The main thread alone calls it, and is
 * told by signals:
 *
 * "updated" (guint node): more of that node's values, or of its stats, can be had
 * "picture" (guint slot): so can the part of the picture
 * "progress" (double fraction): of what is being computed; 1 when all is done
 * "failed" (const char *sentence): what can be seen cannot be computed
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

/** Parts of the picture that can be wanted at the same time. */
#define CNN_PREVIEW_SLOTS 2

CnnPreview        *cnn_preview_new          (CnnPicture *picture);
CnnPicture        *cnn_preview_picture      (CnnPreview *preview);
void               cnn_preview_set_network  (CnnPreview *preview, CnnNetwork *network);
void               cnn_preview_forget       (CnnPreview *preview);
void               cnn_preview_set_memory   (CnnPreview *preview, guint64 bytes);

void               cnn_preview_want         (CnnPreview *preview, const CnnPreviewView *view);
void               cnn_preview_stop         (CnnPreview *preview);
void               cnn_preview_want_value   (CnnPreview *preview, guint node, int map, int y,
                                             int x);
void               cnn_preview_want_strip   (CnnPreview *preview, guint node, int n_maps,
                                             int size);
void               cnn_preview_want_picture (CnnPreview *preview, guint slot, const CnnRect *rect,
                                             int width, int height);

gboolean           cnn_preview_get_value    (CnnPreview *preview, guint node, int map, int y,
                                             int x, float *value);
gboolean           cnn_preview_get_means    (CnnPreview *preview, guint node, int map,
                                             const CnnRect *cells, int reduce, float *values);
gboolean           cnn_preview_get_pixels   (CnnPreview *preview, guint node, int map,
                                             const CnnRect *cells, int reduce, MappingKind kind,
                                             guint8 *pixels, gsize stride);
cairo_surface_t   *cnn_preview_get_strip    (CnnPreview *preview, guint node, int map,
                                             MappingKind kind);
const CnnMapStats *cnn_preview_get_stats    (CnnPreview *preview, guint node, int map);
MappingRange       cnn_preview_get_range    (CnnPreview *preview, guint node, int map,
                                             MappingKind kind);
cairo_surface_t   *cnn_preview_get_picture  (CnnPreview *preview, guint slot, CnnRect *rect);

G_END_DECLS
