/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "crew.h"
#include "plan-private.h"

G_BEGIN_DECLS

/* What batch.c, which works out how a plan runs on batches, and batch-chunk.c,
 * which does it, share. */

/**
 * CnnBatchNode:
 * @runs: it has a step of its own; it is not done by the layer before
 * @many: its step takes all images of a chunk
 * @then: (nullable): the layer that its step does to the output
 * @root: the node in whose memory its output is
 * @stretch: layers that do as many images at a time have the same number, up to
 *   the first that does not
 * @wide: of a root: there is room for all images of a chunk
 * @cells: of the output
 */
typedef struct
{
  gboolean       runs;
  gboolean       many;
  const CnnNode *then;
  guint          root;
  guint          stretch;
  gboolean       wide;
  gsize          cells;
} CnnBatchNode;

typedef struct
{
  CnnStep **one;      /* [n] */
  CnnStep **many;     /* [n] */
  float    *arena;
  float   **maps;     /* [n]: of roots, within the arena */
  float    *extended; /* a map with its border, within the arena */
  GError   *error;
} CnnBatchMember;

struct _CnnBatch
{
  const CnnPlan *plan;
  guint          most;      /* images of a run */
  guint          chunk;
  gsize          floats;    /* of an arena */
  CnnBatchNode     *nodes;     /* [n] */
  guint          n_members;
  CnnBatchMember   *members;   /* [n_members] */
  CnnCrew       *crew;      /* from the first run on */

  /* Of a run: */
  guint          n;
  guint          per;       /* images that a member takes at a time */
  const float   *in;
  float *const  *out;
  GCancellable  *cancellable;
  gint           next;      /* chunk to be taken */
  gint           stop;
};

/** CnnBatchChunk: some images of the run, as one member does them. */
typedef struct
{
  const CnnBatch *batch;
  CnnBatchMember    *member;
  guint           first;
  guint           n;
} CnnBatchChunk;

gsize    cnn_batch_map_floats     (const CnnBatch *batch, guint node);
gboolean cnn_batch_has_memory     (const CnnBatch *batch, guint node);

gboolean cnn_batch_member_prepare (const CnnBatch *batch, CnnBatchMember *member, GError **error);
void     cnn_batch_member_clear   (CnnBatchMember *member, guint n);
gboolean cnn_batch_run_chunk      (const CnnBatchChunk *chunk);

G_END_DECLS
