/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "moves.h"
#include "writer.h"

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

static gboolean
flatten_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  CnnShape    in = cnn_writer_in (writer, 0);
  const char *x = cnn_writer_value (writer, 0);
  gboolean    plain = (in.height == 1 && in.width == 1) || in.channels == 1;

  cnn_writer_fixed (writer);
  if (cnn_writer_is_vector (writer, 0))
    cnn_writer_give_same (writer, x);
  else if (plain)
    cnn_writer_give (writer, cnn_writer_add (writer, "Flatten", x, NULL), TRUE);
  else if (cnn_writer_for_dense (writer))
    /* The form that others expect: the weights change places instead. */
    cnn_writer_give_channels_first (writer, cnn_writer_add (writer, "Flatten", x, NULL), in);
  else
    {
      x = cnn_writer_add (writer, "Transpose", x, NULL);
      cnn_writer_list (writer, "perm", 4, (gint64[]) { 0, 2, 3, 1 });
      cnn_writer_give (writer, cnn_writer_add (writer, "Flatten", x, NULL), TRUE);
    }
  return TRUE;
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
  .train = cnn_copy_train,
  .explain = flatten_explain,
  .write = flatten_write,
};
