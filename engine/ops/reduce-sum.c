/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "reduction.h"

static float
reduce_sum_result (double sum, gint64 n_cells)
{
  return (float) sum;
}

#define REDUCTION(all_)                                                                          \
  {                                                                                              \
    .start = 0.0, .add = cnn_reduction_add, .join = cnn_reduction_join,                          \
    .result = reduce_sum_result, .all_maps = all_                                                \
  }

static const CnnReducer reduce_sum_reducer = {
  .map = REDUCTION (FALSE),
  .all = REDUCTION (TRUE),
  .kind = CNN_PART_TERMS,
  .add_apart = cnn_reduction_add_apart,
};

CNN_REDUCTION_FUNCTIONS (reduce_sum, "ReduceSum")

const CnnOp cnn_op_reduce_sum = {
  .name = "reduce-sum",
  .label = N_("Sum over an extent"),
  .blurb = N_("The sum of each map, of the maps at each place, of the rows, of the "
              "columns, or of all values"),
  .exact = TRUE,
  CNN_REDUCTION_OP (reduce_sum),
};
