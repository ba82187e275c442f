/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "pool.h"

/* Poolings that oneDNN does not have, or not fast: a window's rows are put together first and
 * then its columns, so that the work grows with the sum of its sides and the loops run over
 * neighbouring values. */

/* --- by comparing ------------------------------------------------------------ */

typedef struct
{
  CnnPoolStep pool;
  CnnPoolTake take;
  float       start;
  float      *row; /* [in.width][channels]: over the rows of the window */
} FoldStep;

static void
fold_columns (const FoldStep *step, float *out)
{
  gsize channels = step->pool.in.channels;
  int   stride = step->pool.stride.width, first, n, x;

  for (gsize i = 0; i < step->pool.out.width * channels; i++)
    out[i] = step->start;
  for (int k = 0; k < step->pool.size.width; k++)
    {
      cnn_pool_step_columns (&step->pool, k, &first, &n, &x);
      if (stride == 1 && n > 0)
        step->take (n * channels, step->row + x * channels, out + first * channels);
      for (int i = 0; i < n && stride > 1; i++)
        step->take (channels, step->row + (x + i * stride) * channels,
                    out + (first + i) * channels);
    }
}

static gboolean
fold_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const FoldStep *step = (FoldStep *) base;
  gsize           row = (gsize) step->pool.in.width * step->pool.in.channels;

  for (int y = 0; y < step->pool.out.height; y++)
    {
      int first, n = cnn_pool_step_rows (&step->pool, y, &first);

      memcpy (step->row, in[0] + first * row, row * sizeof (float));
      for (int i = 1; i < n; i++)
        step->take (row, in[0] + (first + i * step->pool.dilation.height) * row, step->row);
      fold_columns (step, out + (gsize) y * step->pool.out.width * step->pool.out.channels);
    }
  return TRUE;
}

static void
fold_free (CnnStep *base)
{
  g_free (((FoldStep *) base)->row);
  g_free (base);
}

/**
 * cnn_pool_prepare_fold:
 * @take: how two values become one
 * @start: what it leaves any other value as it is with
 *
 * Returns: (transfer full): a step that makes one value of the cells of each window
 */
CnnStep *
cnn_pool_prepare_fold (const CnnTask *task, CnnPoolTake take, float start)
{
  FoldStep *step = g_new0 (FoldStep, 1);

  cnn_pool_step_init (&step->pool, task);
  step->pool.step.run = fold_run;
  step->pool.step.free = fold_free;
  step->take = take;
  step->start = start;
  step->row = g_new (float, (gsize) task->in[0].width * task->in[0].channels);
  return &step->pool.step;
}

/* --- what counts -------------------------------------------------------------- */

/* How many of a window's cells lie before @end, where padding, or what counts of it, ends. */
static int
count_before (int first, int size, int dilation, int end)
{
  return CLAMP ((end - first + dilation - 1) / dilation, 0, size);
}

/**
 * cnn_pool_count_rows:
 * @count_padding: whether what lies in the padding counts
 * @y: a row of the output
 *
 * Returns: how many rows of its windows count
 */
int
cnn_pool_count_rows (const CnnPoolStep *pool, gboolean count_padding, int y)
{
  int first;

  if (!count_padding)
    return cnn_pool_step_rows (pool, y, &first);
  return count_before (y * pool->stride.height - pool->pad.top, pool->size.height,
                       pool->dilation.height, pool->in.height + pool->past.height);
}

/**
 * cnn_pool_count_columns:
 * @columns: (out): how many columns of each window of a row count, [out.width]
 */
void
cnn_pool_count_columns (const CnnPoolStep *pool, gboolean count_padding, double *columns)
{
  for (int x = 0; x < pool->out.width; x++)
    {
      int left = x * pool->stride.width - pool->pad.left;
      int end = pool->in.width + (count_padding ? pool->past.width : 0);

      columns[x] = count_before (left, pool->size.width, pool->dilation.width, end);
      if (!count_padding && left < 0)
        columns[x] -= (pool->dilation.width - 1 - left) / pool->dilation.width;
    }
}

/* --- by adding up -------------------------------------------------------------- */

typedef struct
{
  CnnPoolStep pool;
  CnnPoolSums sums;
  int         power;
  gboolean    count_padding;
  double     *row;     /* [in.width][channels]: over the rows of the window */
  double     *all;     /* [out.width][channels]: over all of it */
  double     *columns; /* [out.width]: how many columns of the window count */
} SumStep;

static void
add_sums (gsize n, const double *restrict from, double *restrict to)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

static void
add_columns (const SumStep *step)
{
  const CnnPoolStep *pool = &step->pool;
  gsize              channels = pool->in.channels;
  int                stride = pool->stride.width, first, n, x;

  memset (step->all, 0, pool->out.width * channels * sizeof (double));
  for (int k = 0; k < pool->size.width; k++)
    {
      cnn_pool_step_columns (pool, k, &first, &n, &x);
      if (stride == 1 && n > 0)
        add_sums (n * channels, step->row + x * channels, step->all + first * channels);
      for (int i = 0; i < n && stride > 1; i++)
        add_sums (channels, step->row + (x + i * stride) * channels,
                  step->all + (first + i) * channels);
    }
}

static gboolean
sum_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const SumStep     *step = (SumStep *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              row = (gsize) pool->in.width * pool->in.channels;
  gsize              channels = pool->in.channels;

  for (int y = 0; y < pool->out.height; y++)
    {
      int first, n = cnn_pool_step_rows (pool, y, &first);
      int counted = cnn_pool_count_rows (pool, step->count_padding, y);

      memset (step->row, 0, row * sizeof (double));
      for (int i = 0; i < n; i++)
        step->sums.add (row, in[0] + (first + i * pool->dilation.height) * row, step->power,
                        step->row);
      add_columns (step);
      for (int x = 0; x < pool->out.width; x++, out += channels)
        step->sums.finish (channels, step->all + x * channels, counted * step->columns[x],
                           step->power, out);
    }
  return TRUE;
}

static void
sum_free (CnnStep *base)
{
  SumStep *step = (SumStep *) base;

  g_free (step->row);
  g_free (step->all);
  g_free (step->columns);
  g_free (step);
}

/**
 * cnn_pool_prepare_sums:
 * @sums: what is added up, and what becomes of it
 * @power: for @sums
 * @count_padding: whether the cells of a window that lie in the padding count
 *
 * Returns: (transfer full): a step that adds up the cells of each window in double
 */
CnnStep *
cnn_pool_prepare_sums (const CnnTask *task, const CnnPoolSums *sums, int power,
                       gboolean count_padding)
{
  SumStep *step = g_new0 (SumStep, 1);

  cnn_pool_step_init (&step->pool, task);
  step->pool.step.run = sum_run;
  step->pool.step.free = sum_free;
  step->sums = *sums;
  step->power = power;
  step->count_padding = count_padding;
  step->row = g_new (double, (gsize) task->in[0].width * task->in[0].channels);
  step->all = g_new (double, (gsize) task->out.width * task->out.channels);
  step->columns = g_new (double, task->out.width);
  cnn_pool_count_columns (&step->pool, count_padding, step->columns);
  return &step->pool.step;
}
