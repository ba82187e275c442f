/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "network.h"

G_BEGIN_DECLS

/**
 * CnnPlan:
 *
 * A network prepared for one input shape and a choice of taps.
 */
typedef struct _CnnPlan CnnPlan;

/**
 * CnnSource:
 * @read: writes the cells of @rect, which lies inside the input, to @values,
 *   [rect.height][rect.width][channels]; @stride is the number of floats from
 *   one row to the next. Returns %FALSE with an error set when it cannot.
 * @data: for @read
 * @memory: (nullable): the whole input, [height][width][channels], where it is
 *   in memory already; then it is read from there and @read is not called
 *
 * Where a run gets its input. Called only by the thread that runs the plan.
 */
typedef struct
{
  gboolean (*read) (gpointer data, const CnnRect *rect, float *values, gsize stride,
                    GError **error);
  gpointer     data;
  const float *memory;
} CnnSource;

/**
 * CnnSink:
 * @write: takes the cells of @rect of tap number @tap (in the order in which
 *   the taps were given), [rect.height][rect.width][channels of the tap];
 *   @stride is the number of floats from one row to the next. Rectangles do
 *   not overlap and together cover the map, or the region that was asked for;
 *   their order is not fixed. Returns %FALSE with an error set when it cannot.
 * @data: for @write
 * @memory: (nullable): for each tap, room for all of its output, or of the
 *   region asked for, [height][width][channels]; then that is written and
 *   @write is not called
 *
 * Where a run puts its output. Called only by the thread that runs the plan.
 */
typedef struct
{
  gboolean (*write) (gpointer data, guint tap, const CnnRect *rect, const float *values,
                     gsize stride, GError **error);
  gpointer      data;
  float *const *memory;
} CnnSink;

/**
 * CnnProgressFunc:
 * @fraction: share of the work done, 0 to 1, never falling
 * @data: what was given with it
 *
 * Called now and then during a run, by the thread that runs the plan.
 */
typedef void (*CnnProgressFunc) (double fraction, gpointer data);

/**
 * CnnPlanOptions:
 * @memory: bytes the run may take for maps and weights; 0 for half of what
 *   the machine has
 * @workers: threads that compute; 0 for as many as there are processors
 * @band_rows: rows of the coarsest output that are made at a time; 0 for what
 *   fits the cache
 * @strip_columns: columns that are made at a time; 0 for what fits the cache
 * @regions: (nullable): for each tap, the part of its map that is wanted, in cells
 *   of that map, not empty; %NULL for all of every map. What lies far apart in
 *   several taps costs what is between it too
 * @batch: images that cnn_plan_run_batch() takes at most; 0 counts as 1
 *
 * What a caller may decide about a run; none of it changes a value. All zeros is
 * a good choice.
 */
typedef struct
{
  guint64        memory;
  int            workers;
  int            band_rows;
  int            strip_columns;
  const CnnRect *regions;
  int            batch;
} CnnPlanOptions;

CnnPlan           *cnn_plan_new    (CnnNetwork *network, CnnShape input, guint n_taps,
                                    const guint *taps, const CnnPlanOptions *options,
                                    GError **error);
void               cnn_plan_free   (CnnPlan *plan);
const CnnNodeInfo *cnn_plan_info   (const CnnPlan *plan, guint node);
CnnTensor *const  *cnn_plan_weights (const CnnPlan *plan, guint node, guint *n_weights);
guint64            cnn_plan_memory (const CnnPlan *plan);
gboolean           cnn_plan_run    (CnnPlan *plan, const CnnSource *source, const CnnSink *sink,
                                    CnnProgressFunc progress, gpointer progress_data,
                                    GCancellable *cancellable, GError **error);
gboolean           cnn_plan_run_batch (CnnPlan *plan, guint n, const float *in, float *const *out,
                                       GCancellable *cancellable, GError **error);
void               cnn_plan_explain (const CnnPlan *plan, guint node, const CnnCells *cells, int y,
                                    int x, int channel, CnnExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnPlan, cnn_plan_free)

G_END_DECLS
