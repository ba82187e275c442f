/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "map-block.h"
#include "plan.h"
#include "picture.h"
#include "preview.h"

G_BEGIN_DECLS

/**
 * CnnPreviewTap:
 * @node: the layer
 * @block: (transfer full): takes its values in
 * @stats: (nullable) (transfer full): [block.n_ranges], with the ranges; their histograms
 *   are counted, and nothing is written to @block
 */
typedef struct
{
  guint        node;
  CnnMapBlock *block;
  CnnMapStats *stats;
} CnnPreviewTap;

typedef enum
{
  CNN_PREVIEW_VIEW,     /* what can be seen */
  CNN_PREVIEW_POINT,    /* cells around one */
  CNN_PREVIEW_SWEEP,    /* whole maps: strips, ranges and zeros */
  CNN_PREVIEW_HISTOGRAM /* whole maps once more: histograms */
} CnnPreviewKind;

/**
 * CnnPreviewJob:
 * @kind: what for
 * @network: the network
 * @picture: what it runs on
 * @memory: bytes the run may take; 0 for the engine's own limit
 * @n_taps: how many layers
 * @taps: what is wanted of them, of each layer once
 * @lock: held while values become known
 * @arrived: called when values of the tap have become known, without the lock
 * @progress: called with the share that is done, without the lock
 * @data: for both
 * @cancellable: ends it
 *
 * One run of a network for the preview.
 */
typedef struct
{
  CnnPreviewKind   kind;
  CnnNetwork      *network;
  CnnPicture      *picture;
  guint64          memory;
  guint            n_taps;
  CnnPreviewTap   *taps;
  GMutex          *lock;
  void           (*arrived)  (const CnnPreviewTap *tap, gpointer data);
  CnnProgressFunc  progress;
  gpointer         data;
  GCancellable    *cancellable;
} CnnPreviewJob;

CnnPreviewJob *cnn_preview_job_new  (CnnPreviewKind kind, CnnNetwork *network, CnnPicture *picture,
                                     guint n_taps);
void           cnn_preview_job_free (CnnPreviewJob *job);
gboolean       cnn_preview_job_run  (CnnPreviewJob *job, GError **error);
void           cnn_preview_count    (CnnMapStats *stats, const float *values, gsize n, gsize step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnPreviewJob, cnn_preview_job_free)

G_END_DECLS
