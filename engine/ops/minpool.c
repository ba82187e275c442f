/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "pool.h"
#include "writer.h"

static const CnnParam minpool_params[] = {
  CNN_POOL_PARAMS,
  { .key = NULL },
};

/* oneDNN has no minimum pooling. The minimum is taken over the rows of a window
 * first and then over its columns, so that the work grows with the sum of its
 * sides and the loops run over neighbouring values. */
typedef struct
{
  CnnPoolStep pool;
  float      *least; /* [in.width][channels]: over the rows of the window */
} MinpoolStep;

static void
take_least (gsize n, const float *restrict values, float *restrict least)
{
  for (gsize i = 0; i < n; i++)
    least[i] = values[i] < least[i] ? values[i] : least[i];
}

static void
pool_columns (const MinpoolStep *step, float *out)
{
  gsize channels = step->pool.in.channels;
  int   stride = step->pool.stride.width, first, n, x;

  for (gsize i = 0; i < step->pool.out.width * channels; i++)
    out[i] = INFINITY;
  for (int k = 0; k < step->pool.size.width; k++)
    {
      cnn_pool_step_columns (&step->pool, k, &first, &n, &x);
      if (stride == 1 && n > 0)
        take_least (n * channels, step->least + x * channels, out + first * channels);
      for (int i = 0; i < n && stride > 1; i++)
        take_least (channels, step->least + (x + i * stride) * channels,
                    out + (first + i) * channels);
    }
}

static gboolean
minpool_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const MinpoolStep *step = (MinpoolStep *) base;
  gsize              row = (gsize) step->pool.in.width * step->pool.in.channels;

  for (int y = 0; y < step->pool.out.height; y++)
    {
      CnnRect cells = cnn_pool_step_cells (&step->pool, y, 0);

      memcpy (step->least, in[0] + cells.y * row, row * sizeof (float));
      for (int i = 1; i < cells.height; i++)
        take_least (row, in[0] + (cells.y + i) * row, step->least);
      pool_columns (step, out + (gsize) y * step->pool.out.width * step->pool.out.channels);
    }
  return TRUE;
}

static void
minpool_free (CnnStep *base)
{
  g_free (((MinpoolStep *) base)->least);
  g_free (base);
}

static CnnStep *
minpool_prepare (const CnnTask *task, GError **error)
{
  MinpoolStep *step = g_new0 (MinpoolStep, 1);

  cnn_pool_step_init (&step->pool, task);
  step->pool.step.run = minpool_run;
  step->pool.step.free = minpool_free;
  step->least = g_new (float, (gsize) task->in[0].width * task->in[0].channels);
  return &step->pool.step;
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
  static const char *const keys[] = { "kernel_shape", "strides", "pads", NULL };

  CnnWindow   window;
  const char *made;

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
  made = cnn_writer_call (writer, "MinPool", cnn_writer_map (writer, 0));
  cnn_writer_window (writer, &window);
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
  .explain = minpool_explain,
  .write = minpool_write,
};
