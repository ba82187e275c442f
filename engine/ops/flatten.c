/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "ops.h"

/* The vector's order is row, column, map: the order in memory. */

static gboolean
flatten_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  return cnn_vector_shape ((double) cnn_shape_cells (*in), out, error);
}

static void
flatten_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int i,
                 CnnExplanation *explanation)
{
  CnnShape in = task->in[0];
  int      channel = i % in.channels;
  int      from_x = i / in.channels % in.width;
  int      from_y = i / in.channels / in.width;
  double   value = cells->read (cells->data, 0, from_y, from_x, channel);

  cnn_explanation_function (explanation, 0, channel, value, value);
}

const CnnOp cnn_op_flatten = {
  .name = "flatten",
  .label = N_("Flatten"),
  .blurb = N_("Lines all values up in one vector, row by row, the maps of a place side by side"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params = cnn_no_params,
  .shape = flatten_shape,
  .prepare = cnn_copy_prepare,
  .explain = flatten_explain,
};
