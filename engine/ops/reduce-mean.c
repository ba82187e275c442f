/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "reduction.h"

static float
reduce_mean_result (double sum, gint64 n_cells)
{
  return (float) (sum / (double) n_cells);
}

#define REDUCTION(all_)                                                                          \
  {                                                                                              \
    .start = 0.0, .add = cnn_reduction_add, .join = cnn_reduction_join,                          \
    .result = reduce_mean_result, .all_maps = all_                                               \
  }

static const CnnReducer reduce_mean_reducer = {
  .map = REDUCTION (FALSE),
  .all = REDUCTION (TRUE),
  .kind = CNN_PART_WEIGHTED,
  .add_apart = cnn_reduction_add_apart,
};

CNN_REDUCTION_FUNCTIONS (reduce_mean, "ReduceMean")

const CnnOp cnn_op_reduce_mean = {
  .name = "reduce-mean",
  .label = N_("Mean over an extent"),
  .blurb = N_("The mean of each map, of the maps at each place, of the rows, of the "
              "columns, or of all values"),
  CNN_REDUCTION_OP (reduce_mean),
};
