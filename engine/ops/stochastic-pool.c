/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "pool.h"
#include "random.h"

/* Source: Zeiler and Fergus, "Stochastic pooling for regularization of deep
 * convolutional neural networks" (2013), equations 4 to 6. */

typedef struct
{
  CnnPool  pool;
  gboolean sample;
  int      seed;
} StochasticParams;

static const CnnParam stochastic_params[] = {
  CNN_POOL_PARAMS,
  { .key = "sample",
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (StochasticParams, sample),
    .initial = "no",
    .label = N_("Draw"),
    .tooltip = N_("Whether one cell of each window is drawn, or its expected value is given") },
  { .key = "seed",
    .type = CNN_PARAM_INT,
    .offset = offsetof (StochasticParams, seed),
    .initial = "0",
    .min = 0,
    .max = G_MAXINT,
    .label = N_("Seed"),
    .tooltip = N_("Another seed draws other cells") },
  { .key = NULL },
};

typedef struct
{
  CnnPoolStep pool;
  gboolean    sample;
  guint64     seed;
} StochasticStep;

/* The number that decides which cell of a window is drawn: of the place on the
 * whole map only, so that it does not matter how the map is cut into tiles. */
static double
draw (guint64 seed, int y, int x, int channel)
{
  guint64 row = cnn_random_bits (seed, (guint64) y);

  return cnn_random_uniform (cnn_random_bits (row, (guint64) x), (guint64) channel);
}

static float
pool_cells (const StochasticStep *step, const float *first, gsize row, const CnnRect *cells,
            double drawn)
{
  int    channels = step->pool.in.channels;
  double sum = 0.0, squares = 0.0, below = 0.0;
  float  last = 0.0f;

  for (int i = 0; i < cells->height; i++)
    for (int j = 0; j < cells->width; j++)
      {
        double value = MAX (first[i * row + j * channels], 0.0f);

        sum += value;
        squares += value * value;
      }
  if (sum <= 0.0)
    return 0.0f;
  if (!step->sample)
    return (float) (squares / sum);
  for (int i = 0; i < cells->height; i++)
    for (int j = 0; j < cells->width; j++)
      {
        float value = first[i * row + j * channels];

        if (value <= 0.0f)
          continue;
        last = value;
        below += value;
        if (below > drawn * sum)
          return value;
      }
  return last;
}

static gboolean
stochastic_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const StochasticStep *step = (StochasticStep *) base;
  int                   channels = step->pool.in.channels;
  gsize                 row = (gsize) step->pool.in.width * channels;

  for (int y = 0; y < step->pool.out.height; y++)
    for (int x = 0; x < step->pool.out.width; x++, out += channels)
      {
        CnnRect      cells = cnn_pool_step_cells (&step->pool, y, x);
        const float *first = in[0] + cells.y * row + (gsize) cells.x * channels;

        for (int c = 0; c < channels; c++)
          out[c] = pool_cells (step, first + c, row, &cells,
                               step->sample ? draw (step->seed, y0 + y, x0 + x, c) : 0.0);
      }
  return TRUE;
}

static CnnStep *
stochastic_prepare (const CnnTask *task, GError **error)
{
  const StochasticParams *p = task->node->params;
  StochasticStep         *step = g_new0 (StochasticStep, 1);

  cnn_pool_step_init (&step->pool, task);
  step->pool.step.run = stochastic_run;
  step->sample = p->sample;
  step->seed = task->node->seed;
  return &step->pool.step;
}

static void
stochastic_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                    CnnExplanation *explanation)
{
  const StochasticParams *p = task->node->params;
  CnnPart *part = cnn_pool_add_part (task, CNN_PART_WEIGHTED, channel, TRUE, explanation);
  int      n = part->size.height * part->size.width;
  double   sum = 0.0, below = 0.0;

  cnn_pool_explain (task, cells, y, x, channel, part);
  for (int i = 0; i < n; i++)
    sum += MAX (part->values[i], 0.0);
  for (int i = 0; i < n && sum > 0.0; i++)
    {
      part->factors[i] = MAX (part->values[i], 0.0) / sum;
      part->result += part->factors[i] * part->values[i];
    }
  if (p->sample && sum > 0.0)
    {
      double drawn = draw (task->node->seed, y, x, channel) * sum;

      for (int i = 0; i < n && below <= drawn; i++)
        if (part->values[i] > 0.0)
          {
            below += part->values[i];
            part->winner = i;
          }
      part->result = part->values[part->winner];
    }
  explanation->value = part->result;
  explanation->magnitude = part->result;
}

const CnnOp cnn_op_stochastic_pool = {
  .name = "stochastic-pool",
  .label = N_("Stochastic pooling"),
  .blurb = N_("A cell of each window wins with a probability that grows with its value"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .params_size = sizeof (StochasticParams),
  .params = stochastic_params,
  .check = cnn_pool_check,
  .window = cnn_pool_window,
  .prepare = stochastic_prepare,
  .explain = stochastic_explain,
};
