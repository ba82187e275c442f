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
  CNN_POOL_MORE_PARAMS,
  { .key = "count-padding",
    .rare = TRUE,
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (AvgpoolParams, count_padding),
    .initial = "no",
    .label = N_("Count padding"),
    .tooltip = N_("Whether padding counts as zeros in the average or not at all") },
  { .key = NULL },
};

static void
add_values (gsize n, const float *restrict values, int power, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i];
}

static void
divide (gsize n, const double *restrict sums, double count, int power, float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (sums[i] / count);
}

/* oneDNN goes over a window with dilation cell by cell, and counts all padding or none. */
static CnnStep *
avgpool_prepare (const CnnTask *task, GError **error)
{
  static const CnnPoolSums average = { add_values, divide };

  const AvgpoolParams *p = task->node->params;

  if (cnn_pool_is_dilated (&p->pool) || (p->count_padding && p->pool.round == CNN_ROUND_UP))
    return cnn_pool_prepare_sums (task, &average, 1, p->count_padding);
  return cnn_pool_prepare_dnnl (task,
                                p->count_padding ? dnnl_pooling_avg_include_padding
                                                 : dnnl_pooling_avg_exclude_padding,
                                error);
}

static CnnTrainStep *
avgpool_train (const CnnTask *task, GError **error)
{
  const AvgpoolParams *p = task->node->params;

  return cnn_pool_train_average (task, p->count_padding);
}

static void
avgpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  const AvgpoolParams *p = task->node->params;
  CnnPart  *part = cnn_pool_add_part (task, CNN_PART_WEIGHTED, channel, TRUE, explanation);
  int       n = part->size.height * part->size.width;
  int       counted = cnn_pool_explain (task, cells, y, x, channel, part);
  CnnWindow window;

  /* Of what lies outside, the padding that was asked for may count, and no more. */
  cnn_node_window (task->node, task->in[0], &window, NULL);
  if (p->count_padding)
    counted = 0;
  for (int i = 0; i < n && p->count_padding; i++)
    {
      int at_y = y * window.stride.height - window.pad.top +
                 i / part->size.width * window.dilation.height;
      int at_x = x * window.stride.width - window.pad.left +
                 i % part->size.width * window.dilation.width;

      part->factors[i] = at_y - task->in[0].height <
                           cnn_pool_past_padding (&p->pool, p->pool.pad.sides.bottom) &&
                         at_x - task->in[0].width <
                           cnn_pool_past_padding (&p->pool, p->pool.pad.sides.right);
      counted += part->factors[i] > 0.0;
    }
  for (int i = 0; i < n; i++)
    {
      part->factors[i] = (p->count_padding ? part->factors[i] : !part->outside[i]) / counted;
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
  if (cnn_pool_is_dilated (&p->pool) || (p->count_padding && p->pool.round == CNN_ROUND_UP) ||
      !cnn_pool_fits_onnx (&window))
    {
      made = cnn_pool_write_sums (writer, cnn_writer_map (writer, 0), &window);
      made = cnn_writer_add (writer, "Div", made,
                             cnn_pool_write_counts (writer, &p->pool, &window, p->count_padding),
                             NULL);
      cnn_writer_give (writer, made, FALSE);
      return TRUE;
    }
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
  .train = avgpool_train,
  .explain = avgpool_explain,
  .write = avgpool_write,
};
