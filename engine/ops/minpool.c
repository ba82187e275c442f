/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "pool.h"

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
  .explain = minpool_explain,
};
