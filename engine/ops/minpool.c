/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "pool.h"
#include "writer.h"

static const CnnParam minpool_params[] = {
  CNN_POOL_PARAMS,
  CNN_POOL_MORE_PARAMS,
  { .key = NULL },
};

static void
take_least (gsize n, const float *restrict values, float *restrict least)
{
  for (gsize i = 0; i < n; i++)
    least[i] = values[i] < least[i] ? values[i] : least[i];
}

static CnnStep *
minpool_prepare (const CnnTask *task, GError **error)
{
  return cnn_pool_prepare_fold (task, take_least, INFINITY);
}

static CnnTrainStep *
minpool_train (const CnnTask *task, GError **error)
{
  return cnn_pool_train_winner (task, cnn_pool_choose_least);
}

static void
minpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  CnnPart *part = cnn_pool_add_part (task, CNN_PART_WINNER, channel, FALSE, explanation);

  cnn_pool_explain (task, cells, y, x, channel, part);
  for (int i = 0; i < part->size.height * part->size.width; i++)
    if (!part->outside[i] && (part->winner < 0 || part->values[i] < part->values[part->winner]))
      part->winner = i;
  part->result = part->values[part->winner];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

static gboolean
minpool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  static const char *const keys[] = { "kernel_shape", "strides", "pads", "dilations", NULL };

  gint64      dilations[] = { 1, 1 };
  CnnWindow   window;
  const char *made, *x;

  if (!cnn_pool_write_window (writer, node, &window, error))
    return FALSE;
  if (cnn_writer_function (writer, "MinPool", keys))
    {
      /* The least value is the opposite of the largest opposite. */
      made = cnn_writer_add (writer, "MaxPool", cnn_writer_add (writer, "Neg", "x", NULL), NULL);
      for (int i = 0; keys[i]; i++)
        cnn_writer_pass_on (writer, keys[i], TRUE);
      cnn_writer_end (writer, cnn_writer_add (writer, "Neg", made, NULL));
    }
  x = cnn_pool_write_map (writer, &window, INFINITY);
  made = cnn_writer_call (writer, "MinPool", x);
  cnn_writer_window (writer, &window);
  /* A function's attributes have no initial values. */
  if (!cnn_pool_is_dilated (node->params))
    cnn_writer_list (writer, "dilations", 2, dilations);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_minpool = {
  .name = "minpool",
  .label = N_("Min pooling"),
  .blurb = N_("Keeps the smallest value of each window"),
  .example = "2",
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .params_size = sizeof (CnnPool),
  .params = minpool_params,
  .check = cnn_pool_check,
  .window = cnn_pool_window,
  .prepare = minpool_prepare,
  .train = minpool_train,
  .explain = minpool_explain,
  .write = minpool_write,
};
