/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "reduction.h"

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

CNN_REDUCTION_FUNCTIONS (reduce_max, "ReduceMax")

const CnnOp cnn_op_reduce_max = {
  .name = "reduce-max",
  .label = N_("Maximum over an extent"),
  .blurb = N_("The greatest value of each map, of the maps at each place, of the rows, "
              "of the columns, or of all"),
  .exact = TRUE,
  CNN_REDUCTION_OP (reduce_max),
};
