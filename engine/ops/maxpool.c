/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "pool.h"
#include "writer.h"

static const CnnParam maxpool_params[] = {
  CNN_POOL_PARAMS,
  { .key = NULL },
};

static CnnStep *
maxpool_prepare (const CnnTask *task, GError **error)
{
  return cnn_pool_prepare_dnnl (task, dnnl_pooling_max, error);
}

static void
maxpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  CnnPart *part = cnn_pool_add_part (task, CNN_PART_WINNER, channel, FALSE, explanation);

  cnn_pool_explain (task, cells, y, x, channel, part);
  for (int i = 0; i < part->size.height * part->size.width; i++)
    if (!part->outside[i] && (part->winner < 0 || part->values[i] > part->values[part->winner]))
      part->winner = i;
  part->result = part->values[part->winner];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

static gboolean
maxpool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  CnnWindow   window;
  const char *made;

  if (!cnn_pool_write_window (writer, node, &window, error))
    return FALSE;
  made = cnn_writer_add (writer, "MaxPool", cnn_writer_map (writer, 0), NULL);
  cnn_writer_window (writer, &window);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_maxpool = {
  .name = "maxpool",
  .label = N_("Max pooling"),
  .blurb = N_("Keeps the largest value of each window"),
  .example = "2",
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .largest = TRUE,
  .params_size = sizeof (CnnPool),
  .params = maxpool_params,
  .check = cnn_pool_check,
  .window = cnn_pool_window,
  .prepare = maxpool_prepare,
  .explain = maxpool_explain,
  .write = maxpool_write,
};
