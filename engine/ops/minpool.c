/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "pool.h"

static const CnnParam minpool_params[] = {
  CNN_POOL_PARAMS,
  { .key = NULL },
};

/* oneDNN has no minimum pooling. */
static gboolean
minpool_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const CnnPoolStep *step = (CnnPoolStep *) base;
  int                channels = step->in.channels;

  for (int y = 0; y < step->out.height; y++)
    for (int x = 0; x < step->out.width; x++, out += channels)
      {
        CnnRect      cells = cnn_pool_step_cells (step, y, x);
        const float *first = in[0] + ((gsize) cells.y * step->in.width + cells.x) * channels;

        for (int c = 0; c < channels; c++)
          out[c] = first[c];
        for (int i = 0; i < cells.height; i++)
          for (int j = 0; j < cells.width; j++)
            {
              const float *cell = first + ((gsize) i * step->in.width + j) * channels;

              for (int c = 0; c < channels; c++)
                out[c] = cell[c] < out[c] ? cell[c] : out[c];
            }
      }
  return TRUE;
}

static CnnStep *
minpool_prepare (const CnnTask *task, GError **error)
{
  CnnPoolStep *step = g_new0 (CnnPoolStep, 1);

  cnn_pool_step_init (step, task);
  step->step.run = minpool_run;
  return &step->step;
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
