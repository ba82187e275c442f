/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "reduction.h"
#include "writer.h"

static void
reduce_mean_add (gsize n, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i];
}

static void
reduce_mean_add_apart (gsize n, gsize step, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i * step];
}

static double
reduce_mean_join (double a, double b)
{
  return a + b;
}

static float
reduce_mean_result (double sum, gint64 n_cells)
{
  return (float) (sum / (double) n_cells);
}

#define REDUCTION(all_)                                                                      \
  {                                                                                          \
    .start = 0.0, .add = reduce_mean_add, .join = reduce_mean_join, .result = reduce_mean_result, \
    .all_maps = all_                                                                         \
  }

static const CnnReducer reduce_mean_reducer = {
  .map = REDUCTION (FALSE),
  .all = REDUCTION (TRUE),
  .kind = CNN_PART_WEIGHTED,
  .add_apart = reduce_mean_add_apart,
};

static const CnnReduction *
reduce_mean_reduction_of (const CnnNode *node)
{
  return cnn_reduction_of (node, &reduce_mean_reducer);
}

static CnnStep *
reduce_mean_prepare (const CnnTask *task, GError **error)
{
  return cnn_reduction_prepare (task, &reduce_mean_reducer, error);
}

static void
reduce_mean_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                     CnnExplanation *explanation)
{
  cnn_reduction_explain (task, &reduce_mean_reducer, cells, y, x, channel, explanation);
}

static gboolean
reduce_mean_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_reduction_write (writer, node, "ReduceMean");
}

const CnnOp cnn_op_reduce_mean = {
  .name = "reduce-mean",
  .label = N_("Mean over an extent"),
  .blurb = N_("The mean of each map, of the maps at each place, of the rows, of the "
              "columns, or of all values"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .params_size = sizeof (CnnReduceParams),
  .params = cnn_reduction_params,
  .shape = cnn_reduction_shape,
  .reach_of = cnn_reduction_reach,
  .window = cnn_reduction_window,
  .reduction_of = reduce_mean_reduction_of,
  .map_label = cnn_reduction_label,
  .prepare = reduce_mean_prepare,
  .explain = reduce_mean_explain,
  .write = reduce_mean_write,
};
