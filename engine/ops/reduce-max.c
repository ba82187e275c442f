/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "reduction.h"
#include "writer.h"

static void
reduce_max_add (gsize n, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] = (values[i] > sums[i]) | (values[i] != values[i]) ? values[i] : sums[i];
}

static void
reduce_max_add_apart (gsize n, gsize step, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] = values[i * step] > sums[i] || isnan (values[i * step]) ? values[i * step] : sums[i];
}

static double
reduce_max_join (double a, double b)
{
  return a > b || isnan (a) ? a : b;
}

static float
reduce_max_result (double sum, gint64 n_cells)
{
  return (float) sum;
}

#define REDUCTION(all_)                                                                      \
  {                                                                                          \
    .start = -INFINITY, .add = reduce_max_add, .join = reduce_max_join,                      \
    .result = reduce_max_result,                                                             \
    .all_maps = all_                                                                         \
  }

static const CnnReducer reduce_max_reducer = {
  .map = REDUCTION (FALSE),
  .all = REDUCTION (TRUE),
  .kind = CNN_PART_WINNER,
  .add_apart = reduce_max_add_apart,
};

static const CnnReduction *
reduce_max_reduction_of (const CnnNode *node)
{
  return cnn_reduction_of (node, &reduce_max_reducer);
}

static CnnStep *
reduce_max_prepare (const CnnTask *task, GError **error)
{
  return cnn_reduction_prepare (task, &reduce_max_reducer, error);
}

static void
reduce_max_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                    CnnExplanation *explanation)
{
  cnn_reduction_explain (task, &reduce_max_reducer, cells, y, x, channel, explanation);
}

static gboolean
reduce_max_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_reduction_write (writer, node, "ReduceMax");
}

const CnnOp cnn_op_reduce_max = {
  .name = "reduce-max",
  .label = N_("Maximum over an extent"),
  .blurb = N_("The greatest value of each map, of the maps at each place, of the rows, "
              "of the columns, or of all"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params_size = sizeof (CnnReduceParams),
  .params = cnn_reduction_params,
  .shape = cnn_reduction_shape,
  .reach_of = cnn_reduction_reach,
  .window = cnn_reduction_window,
  .reduction_of = reduce_max_reduction_of,
  .map_label = cnn_reduction_label,
  .prepare = reduce_max_prepare,
  .explain = reduce_max_explain,
  .write = reduce_max_write,
};
