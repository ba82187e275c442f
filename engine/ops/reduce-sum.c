/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "reduction.h"
#include "writer.h"

static void
reduce_sum_add (gsize n, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i];
}

static void
reduce_sum_add_apart (gsize n, gsize step, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i * step];
}

static double
reduce_sum_join (double a, double b)
{
  return a + b;
}

static float
reduce_sum_result (double sum, gint64 n_cells)
{
  return (float) sum;
}

#define REDUCTION(all_)                                                                      \
  {                                                                                          \
    .start = 0.0, .add = reduce_sum_add, .join = reduce_sum_join, .result = reduce_sum_result, \
    .all_maps = all_                                                                         \
  }

static const CnnReducer reduce_sum_reducer = {
  .map = REDUCTION (FALSE),
  .all = REDUCTION (TRUE),
  .kind = CNN_PART_TERMS,
  .add_apart = reduce_sum_add_apart,
};

static const CnnReduction *
reduce_sum_reduction_of (const CnnNode *node)
{
  return cnn_reduction_of (node, &reduce_sum_reducer);
}

static CnnStep *
reduce_sum_prepare (const CnnTask *task, GError **error)
{
  return cnn_reduction_prepare (task, &reduce_sum_reducer, error);
}

static void
reduce_sum_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                    CnnExplanation *explanation)
{
  cnn_reduction_explain (task, &reduce_sum_reducer, cells, y, x, channel, explanation);
}

static gboolean
reduce_sum_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_reduction_write (writer, node, "ReduceSum");
}

const CnnOp cnn_op_reduce_sum = {
  .name = "reduce-sum",
  .label = N_("Sum over an extent"),
  .blurb = N_("The sum of each map, of the maps at each place, of the rows, of the "
              "columns, or of all values"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params_size = sizeof (CnnReduceParams),
  .params = cnn_reduction_params,
  .shape = cnn_reduction_shape,
  .reach_of = cnn_reduction_reach,
  .window = cnn_reduction_window,
  .reduction_of = reduce_sum_reduction_of,
  .map_label = cnn_reduction_label,
  .prepare = reduce_sum_prepare,
  .explain = reduce_sum_explain,
  .write = reduce_sum_write,
};
