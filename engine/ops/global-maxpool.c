/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "bins.h"
#include "i18n.h"
#include "ops.h"
#include "reduce.h"
#include "reduction.h"
#include "writer.h"

static gboolean
global_maxpool_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                      GError **error)
{
  *out = (CnnShape) { 1, 1, in->channels };
  return TRUE;
}

static void
global_maxpool_add (gsize n, const float *restrict values, double *restrict most)
{
  for (gsize i = 0; i < n; i++)
    most[i] = values[i] > most[i] ? values[i] : most[i];
}

static double
global_maxpool_join (double a, double b)
{
  return MAX (a, b);
}

static float
global_maxpool_result (double most, gint64 n_cells)
{
  return (float) most;
}

static const CnnReduction global_maxpool_reduction = {
  .start = -INFINITY,
  .add = global_maxpool_add,
  .join = global_maxpool_join,
  .result = global_maxpool_result,
};

static CnnTrainStep *
global_maxpool_train (const CnnTask *task, GError **error)
{
  CnnShape in = task->in[0];

  return cnn_reduction_train_blocks (CNN_PART_WINNER, 1, (gsize) in.height * in.width,
                                     (gsize) in.channels);
}

static void
global_maxpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                        CnnExplanation *explanation)
{
  cnn_bins_explain (task, cells, 1, 0, channel, FALSE, explanation);
}

static gboolean
global_maxpool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const char *x = cnn_writer_map (writer, 0);

  cnn_writer_give (writer, cnn_writer_add (writer, "GlobalMaxPool", x, NULL), FALSE);
  return TRUE;
}

const CnnOp cnn_op_global_maxpool = {
  .name = "global-maxpool",
  .label = N_("Global max pooling"),
  .blurb = N_("Keeps the largest value of each map"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .reduction = &global_maxpool_reduction,
  .params = cnn_no_params,
  .shape = global_maxpool_shape,
  .prepare = cnn_reduce_prepare,
  .train = global_maxpool_train,
  .explain = global_maxpool_explain,
  .write = global_maxpool_write,
};
