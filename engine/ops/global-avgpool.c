/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bins.h"
#include "i18n.h"
#include "ops.h"
#include "reduce.h"
#include "reduction.h"
#include "writer.h"

static gboolean
global_avgpool_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                      GError **error)
{
  *out = (CnnShape) { 1, 1, in->channels };
  return TRUE;
}

/* In double: a mean may be over millions of cells. */
static void
global_avgpool_add (gsize n, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i];
}

static double
global_avgpool_join (double a, double b)
{
  return a + b;
}

static float
global_avgpool_result (double sum, gint64 n_cells)
{
  return (float) (sum / (double) n_cells);
}

static const CnnReduction global_avgpool_reduction = {
  .start = 0.0,
  .add = global_avgpool_add,
  .join = global_avgpool_join,
  .result = global_avgpool_result,
};

static CnnTrainStep *
global_avgpool_train (const CnnTask *task, GError **error)
{
  CnnShape in = task->in[0];

  return cnn_reduction_train_blocks (CNN_PART_WEIGHTED, 1, (gsize) in.height * in.width,
                                     (gsize) in.channels);
}

static void
global_avgpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                        CnnExplanation *explanation)
{
  cnn_bins_explain (task, cells, 1, 0, channel, TRUE, explanation);
}

static gboolean
global_avgpool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const char *x = cnn_writer_map (writer, 0);

  cnn_writer_give (writer, cnn_writer_add (writer, "GlobalAveragePool", x, NULL), FALSE);
  return TRUE;
}

const CnnOp cnn_op_global_avgpool = {
  .name = "global-avgpool",
  .label = N_("Global average pooling"),
  .blurb = N_("Averages each map into one value"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .reduction = &global_avgpool_reduction,
  .params = cnn_no_params,
  .shape = global_avgpool_shape,
  .prepare = cnn_reduce_prepare,
  .train = global_avgpool_train,
  .explain = global_avgpool_explain,
  .write = global_avgpool_write,
};
