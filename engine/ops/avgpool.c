/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "pool.h"
#include "writer.h"

typedef struct
{
  CnnPool  pool;
  gboolean count_padding;
} AvgpoolParams;

static const CnnParam avgpool_params[] = {
  CNN_POOL_PARAMS,
  { .key = "count-padding",
    .rare = TRUE,
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (AvgpoolParams, count_padding),
    .initial = "no",
    .label = N_("Count padding"),
    .tooltip = N_("Whether padding counts as zeros in the average or not at all") },
  { .key = NULL },
};

static CnnStep *
avgpool_prepare (const CnnTask *task, GError **error)
{
  const AvgpoolParams *p = task->node->params;

  return cnn_pool_prepare_dnnl (task,
                                p->count_padding ? dnnl_pooling_avg_include_padding
                                                 : dnnl_pooling_avg_exclude_padding,
                                error);
}

static void
avgpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  const AvgpoolParams *p = task->node->params;
  CnnPart *part = cnn_pool_add_part (task, CNN_PART_WEIGHTED, channel, TRUE, explanation);
  int      n = part->size.height * part->size.width;
  int      inside = cnn_pool_explain (task, cells, y, x, channel, part);

  for (int i = 0; i < n; i++)
    {
      part->factors[i] = p->count_padding ? 1.0 / n : part->outside[i] ? 0.0 : 1.0 / inside;
      part->result += part->values[i] * part->factors[i];
      explanation->magnitude += fabs (part->values[i] * part->factors[i]);
    }
  explanation->value = part->result;
}

static gboolean
avgpool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const AvgpoolParams *p = node->params;
  CnnWindow            window;
  const char          *made;

  if (!cnn_pool_write_window (writer, node, &window, error))
    return FALSE;
  made = cnn_writer_add (writer, "AveragePool", cnn_writer_map (writer, 0), NULL);
  cnn_writer_window (writer, &window);
  if (p->count_padding)
    cnn_writer_int (writer, "count_include_pad", 1);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_avgpool = {
  .name = "avgpool",
  .label = N_("Average pooling"),
  .blurb = N_("Averages each window"),
  .example = "2",
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .params_size = sizeof (AvgpoolParams),
  .params = avgpool_params,
  .check = cnn_pool_check,
  .window = cnn_pool_window,
  .prepare = avgpool_prepare,
  .explain = avgpool_explain,
  .write = avgpool_write,
};
