/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clones.h"
#include "pool.h"

/* Training of average pooling: a window's rows are added up first and then its columns, and
 * derivatives go back in the same way, so that the work grows with the sum of its sides. */

typedef struct
{
  CnnTrainStep step;
  CnnPoolStep  pool;
  float       *shares; /* [out.height][out.width]: of each cell in its window's average */
  float       *row;    /* [in.width][channels] */
  float       *scaled; /* [out.width][channels] */
} AverageStep;

CNN_CLONES static void
add (gsize n, const float *restrict from, float *restrict to)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

/* A column of all windows of a row. */
CNN_CLONES static void
add_run (const CnnPoolRun *run, const float *restrict in, float *restrict out)
{
  for (gsize k = 0; k < run->n; k++, in += run->step, out += run->length)
    for (gsize i = 0; i < run->length; i++)
      out[i] += in[i];
}

CNN_CLONES static void
spread_run (const CnnPoolRun *run, const float *restrict out, float *restrict in)
{
  for (gsize k = 0; k < run->n; k++, in += run->step, out += run->length)
    for (gsize i = 0; i < run->length; i++)
      in[i] += out[i];
}

/* May be done in place. */
CNN_CLONES static void
scale (gsize n, gsize channels, const float *shares, const float *from, float *to)
{
  for (gsize k = 0; k < n; k++, from += channels, to += channels)
    for (gsize i = 0; i < channels; i++)
      to[i] = from[i] * shares[k];
}

static gboolean
average_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const AverageStep *step = (AverageStep *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              row = (gsize) pool->in.width * pool->in.channels;
  gsize              n = (gsize) pool->out.width * pool->out.channels;
  float             *out = pass->out;

  for (guint image = 0; image < pass->n; image++)
    for (int y = 0; y < pool->out.height; y++, out += n)
      {
        const float *in = pass->in[0] + image * pool->in.height * row;
        int          first, rows = cnn_pool_step_rows (pool, y, &first);

        memcpy (step->row, in + first * row, row * sizeof (float));
        for (int i = 1; i < rows; i++)
          add (row, in + (first + i * pool->dilation.height) * row, step->row);
        memset (out, 0, n * sizeof (float));
        for (int j = 0; j < pool->size.width; j++)
          {
            CnnPoolRun run;

            if (cnn_pool_columns (pool, j, &run))
              add_run (&run, step->row + run.in, out + run.out);
          }
        scale (pool->out.width, pool->out.channels, step->shares + y * pool->out.width, out, out);
      }
  return TRUE;
}

static gboolean
average_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const AverageStep *step = (AverageStep *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              row = (gsize) pool->in.width * pool->in.channels;
  gsize              n = (gsize) pool->out.width * pool->out.channels;
  const float       *d_out = pass->d_out;
  float             *d_in = pass->d_in[0];

  for (guint image = 0; image < pass->n && d_in; image++, d_in += pool->in.height * row)
    {
      memset (d_in, 0, pool->in.height * row * sizeof (float));
      for (int y = 0; y < pool->out.height; y++, d_out += n)
        {
          int first, rows = cnn_pool_step_rows (pool, y, &first);

          scale (pool->out.width, pool->out.channels, step->shares + y * pool->out.width, d_out,
                 step->scaled);
          memset (step->row, 0, row * sizeof (float));
          for (int j = 0; j < pool->size.width; j++)
            {
              CnnPoolRun run;

              if (cnn_pool_columns (pool, j, &run))
                spread_run (&run, step->scaled + run.out, step->row + run.in);
            }
          for (int i = 0; i < rows; i++)
            add (row, step->row, d_in + (first + i * pool->dilation.height) * row);
        }
    }
  return TRUE;
}

static void
average_free (CnnTrainStep *base)
{
  AverageStep *step = (AverageStep *) base;

  g_free (step->shares);
  g_free (step->row);
  g_free (step->scaled);
  g_free (step);
}

/**
 * cnn_pool_train_average:
 * @count_padding: whether the cells of a window that lie in the padding count
 *
 * Returns: (transfer full): the step for training of average pooling
 */
CnnTrainStep *
cnn_pool_train_average (const CnnTask *task, gboolean count_padding)
{
  AverageStep       *step = g_new0 (AverageStep, 1);
  CnnShape           out = task->out;
  g_autofree double *columns = g_new (double, out.width);

  cnn_pool_step_init (&step->pool, task);
  step->step.forward = average_forward;
  step->step.backward = average_backward;
  step->step.free = average_free;
  step->row = g_new (float, (gsize) task->in[0].width * task->in[0].channels);
  step->scaled = g_new (float, (gsize) out.width * out.channels);
  step->shares = g_new (float, (gsize) out.height * out.width);
  cnn_pool_count_columns (&step->pool, count_padding, columns);
  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      step->shares[y * out.width + x] =
        (float) (1.0 / (cnn_pool_count_rows (&step->pool, count_padding, y) * columns[x]));
  return &step->step;
}
