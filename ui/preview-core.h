/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preview-job.h"

G_BEGIN_DECLS

/**
 * CnnNodeFacts:
 * @strip: (nullable): small maps, whole
 * @strip_maps: how many of them were asked for
 * @strip_size: how large
 * @stats: (nullable): [n_stats], never changed, only replaced
 * @failed: a run for them cannot be had
 *
 * What is known of the whole maps of a layer.
 */
typedef struct
{
  CnnMapBlock *strip;
  int          strip_maps;
  int          strip_size;
  CnnMapStats *stats;
  int          n_stats;
  gboolean     failed;
} CnnNodeFacts;

/** CnnStripWant: a strip that a card wants; none where @n_maps is 0. */
typedef struct
{
  int n_maps;
  int size;
} CnnStripWant;

/** CnnShow: a part of the picture, wanted or had. */
typedef struct
{
  gboolean         wanted;
  CnnRect          rect;
  CnnSize          size;
  cairo_surface_t *surface;  /* what there is, of */
  CnnRect          surface_rect;
} CnnShow;

/** CnnPreviewRole: what a thread is for: a cell that a person points at waits for no sweep. */
typedef enum
{
  CNN_PREVIEW_MAPS,
  CNN_PREVIEW_CELLS,
  CNN_PREVIEW_N_ROLES
} CnnPreviewRole;

/**
 * CnnPreviewCore:
 *
 * What the preview's threads share. Lives as long as one of them does: none waits for
 * another. All of it under the lock.
 */
typedef struct
{
  gint         ref_count;
  GMutex       lock;
  GCond        wake;
  CnnPicture  *picture;
  gboolean     closed;
  gint64       changed;    /* when what is wanted changed last */
  gboolean     stopped;    /* by a person, until something changes */

  CnnNetwork  *network;
  CnnNodeInfo *infos;
  GStrv        keys;       /* of each node */
  guint        era;        /* how often the picture has changed: part of the keys */
  guint        n_nodes;
  guint64      memory;

  gboolean       has_view;
  CnnPreviewView view;
  gboolean       view_failed;
  gboolean       has_point;
  guint          point_node;
  int            point_map;
  int            point_y;
  int            point_x;
  GArray        *strips;   /* CnnStripWant of each node */
  gboolean       one_by_one;

  GQueue       blocks;     /* CnnMapBlock, the last used first */
  GHashTable  *facts;      /* key → CnnNodeFacts */
  GPtrArray   *retired;    /* stats that somebody may still look at */

  CnnPreviewJob *running[CNN_PREVIEW_N_ROLES];

  CnnShow       shows[CNN_PREVIEW_SLOTS];
  GCancellable *showing;

  GSource     *source;     /* tells the main thread */
  gint64       told;
  GArray      *updated;    /* guint node */
  guint        pictures;   /* a bit for each slot */
  double       progress;
  gboolean     has_progress;
  char        *sentence;
} CnnPreviewCore;

struct _CnnPreview
{
  GObject         parent;
  CnnPreviewCore *core;
  CnnPicture     *picture;
  GSource        *source;
};

CnnPreviewCore *cnn_preview_core_new         (CnnPicture *picture, GSource *source);
void            cnn_preview_core_close       (CnnPreviewCore *core);
void            cnn_preview_core_set_network (CnnPreviewCore *core, CnnNetwork *network);
void            cnn_preview_core_changed     (CnnPreviewCore *core);
void            cnn_preview_core_tell        (CnnPreviewCore *core, gboolean now);
void            cnn_preview_core_show        (CnnPreviewCore *core, guint slot);

CnnNodeFacts   *cnn_preview_core_facts       (CnnPreviewCore *core, const char *key);
gboolean        cnn_preview_core_is_vector   (const CnnPreviewCore *core, guint node);

/* preview-next.c */
CnnPreviewJob  *cnn_preview_core_next        (CnnPreviewCore *core, CnnPreviewRole role,
                                              gint64 *wait_until);
gboolean        cnn_preview_core_wants       (CnnPreviewCore *core, const CnnPreviewJob *job);
void            cnn_preview_core_done        (CnnPreviewCore *core, const CnnPreviewJob *job,
                                              const GError *error);
GStrv           cnn_preview_keys             (const CnnNetwork *network);

G_END_DECLS
