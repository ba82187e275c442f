/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clones.h"
#include "pool.h"
#include "quads.h"
#include "random.h"

/* Training of poolings in which one cell of each window wins: its number in the window is
 * kept, in a byte where that is enough, and it gets all of the derivative. */

/* A window's cells that a byte can tell apart, and one that is none. */
#define SMALL 255

typedef struct
{
  CnnTrainStep  step;
  CnnPoolStep   pool;
  CnnPoolChoose choose;
  guint64       seed;
  gboolean      small;
  gboolean      quads;   /* the largest of each 2×2, which do not overlap */
  gsize        *offsets; /* [SMALL]: floats from a window's first cell, where it is small */
  guint32      *winners; /* [out.width][channels] */
} WinnerStep;

/**
 * cnn_pool_columns:
 * @j: a column of the window
 * @run: (out): where its cells are in a row of the input; where they are neighbours, in one
 *   piece
 *
 * Returns: whether there are any; others lie in the padding
 */
gboolean
cnn_pool_columns (const CnnPoolStep *pool, int j, CnnPoolRun *run)
{
  gsize channels = pool->in.channels;
  int   first, n, x;

  cnn_pool_step_columns (pool, j, &first, &n, &x);
  if (n == 0)
    return FALSE;
  run->n = pool->stride.width == 1 ? 1 : (gsize) n;
  run->length = pool->stride.width == 1 ? n * channels : channels;
  run->step = pool->stride.width * channels;
  run->in = x * channels;
  run->out = first * channels;
  return TRUE;
}

/**
 * cnn_pool_run:
 * @y: a row of the output
 * @i: a row of the window
 * @j: a column of the window
 * @run: (out): where the cells are in the input
 *
 * Returns: whether there are any; others lie in the padding
 */
gboolean
cnn_pool_run (const CnnPoolStep *pool, int y, int i, int j, CnnPoolRun *run)
{
  int at_y = y * pool->stride.height - pool->pad.top + i * pool->dilation.height;

  if (at_y < 0 || at_y >= pool->in.height || !cnn_pool_columns (pool, j, run))
    return FALSE;
  run->in += (gsize) at_y * pool->in.width * pool->in.channels;
  return TRUE;
}

/* --- forward -------------------------------------------------------------------- */

/* Of several that are alike the first counts; what is no number, if there is any. @sign is −1
 * where the least is looked for. */
CNN_CLONES static void
take (const CnnPoolRun *run, float sign, guint32 place, const float *restrict in,
      float *restrict most, guint32 *restrict winners)
{
  for (gsize k = 0; k < run->n; k++, in += run->step, most += run->length, winners += run->length)
    for (gsize i = 0; i < run->length; i++)
      {
        gboolean more = (sign * in[i] > sign * most[i]) | (in[i] != in[i]);

        winners[i] = more ? place : winners[i];
        most[i] = more ? in[i] : most[i];
      }
}

static void
choose_extreme (const CnnPoolStep *pool, float sign, int y, const float *in, float *out,
                guint32 *winners)
{
  CnnPoolRun run;
  gsize      n = (gsize) pool->out.width * pool->out.channels;

  for (gsize i = 0; i < n; i++)
    {
      out[i] = -sign * INFINITY;
      winners[i] = CNN_POOL_NO_WINNER;
    }
  for (int i = 0; i < pool->size.height; i++)
    for (int j = 0; j < pool->size.width; j++)
      if (cnn_pool_run (pool, y, i, j, &run))
        take (&run, sign, (guint32) (i * pool->size.width + j), in + run.in, out + run.out,
              winners + run.out);
}

/** cnn_pool_choose_most: the #CnnPoolChoose of the largest value. */
void
cnn_pool_choose_most (const CnnPoolStep *pool, guint64 seed, int y, const float *in, float *out,
                      guint32 *winners)
{
  choose_extreme (pool, 1.0f, y, in, out, winners);
}

/** cnn_pool_choose_least: that of the smallest. */
void
cnn_pool_choose_least (const CnnPoolStep *pool, guint64 seed, int y, const float *in, float *out,
                       guint32 *winners)
{
  choose_extreme (pool, -1.0f, y, in, out, winners);
}

CNN_CLONES static void
make_bytes (gsize n, const guint32 *restrict numbers, guint8 *restrict bytes)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) numbers[i];
}

static gsize
place_size (const WinnerStep *step)
{
  return step->small ? sizeof (guint8) : sizeof (guint32);
}

static CnnQuads
quads_of (const CnnPoolStep *pool)
{
  gsize channels = pool->in.channels;

  return (CnnQuads) { pool->out.width, channels, channels, pool->in.width * channels, 1.0f, 0 };
}

static gboolean
winner_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const WinnerStep  *step = (WinnerStep *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              row = (gsize) pool->in.width * pool->in.channels;
  gsize              n = (gsize) pool->out.width * pool->out.channels;
  CnnQuads           quads = quads_of (pool);
  float             *out = pass->out;
  guint8            *kept = pass->kept;

  for (guint image = 0; image < pass->n; image++)
    {
      const float *in = pass->in[0] + image * pool->in.height * row;

      for (int y = 0; y < pool->out.height; y++, out += n, kept += n * place_size (step))
        {
          if (step->quads)
            {
              cnn_quads_choose (&quads, in + 2 * y * row, out, kept);
              continue;
            }
          step->choose (pool, cnn_random_bits (step->seed, pass->first + image), y, in, out,
                        step->winners);
          if (step->small)
            make_bytes (n, step->winners, kept);
          else
            memcpy (kept, step->winners, n * sizeof (guint32));
        }
    }
  return TRUE;
}

/* --- back --------------------------------------------------------------------- */

/* Cells that are left over at the right and below are in no window. */
static void
back_quads (const WinnerStep *step, const guint8 *kept, const float *d_out, float *d_in)
{
  const CnnPoolStep *pool = &step->pool;
  gsize              channels = pool->in.channels;
  gsize              row = pool->in.width * channels, n = pool->out.width * channels;
  gsize              covered = 2 * n;
  CnnQuads           quads = quads_of (pool);

  for (int y = 0; y < pool->out.height; y++, d_out += n, kept += n)
    {
      cnn_quads_give (&quads, d_out, kept, d_in);
      for (int i = 0; i < 2; i++, d_in += row)
        memset (d_in + covered, 0, (row - covered) * sizeof (float));
    }
  memset (d_in, 0, (pool->in.height - 2 * pool->out.height) * row * sizeof (float));
}

static gsize
offset_of (const CnnPoolStep *pool, gsize place)
{
  gsize i = place / pool->size.width, j = place % pool->size.width;

  return (i * pool->dilation.height * pool->in.width + j * pool->dilation.width) *
         pool->in.channels;
}

/* To the winners of a window; its first cell, which may lie in the padding, is float @first of
 * the map. */
static void
give_window (const WinnerStep *step, const guint8 *kept, gint64 first, const float *d_out,
             float *d_in)
{
  for (gsize c = 0; c < (gsize) step->pool.out.channels; c++)
    {
      guint32 winner;

      if (step->small)
        winner = kept[c];
      else
        memcpy (&winner, kept + c * sizeof winner, sizeof winner);
      if (winner != (step->small ? SMALL : CNN_POOL_NO_WINNER))
        d_in[first + (gint64) c + (gint64) (step->small ? step->offsets[winner]
                                                        : offset_of (&step->pool, winner))] +=
          d_out[c];
    }
}

static gboolean
winner_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const WinnerStep  *step = (WinnerStep *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              channels = pool->in.channels, cells = (gsize) cnn_shape_cells (pool->in);
  const float       *d_out = pass->d_out;
  const guint8      *kept = pass->kept;
  float             *d_in = pass->d_in[0];

  for (guint image = 0; image < pass->n && d_in; image++, d_in += cells)
    {
      if (step->quads)
        {
          back_quads (step, kept, d_out, d_in);
          kept += cnn_shape_cells (pool->out);
          d_out += cnn_shape_cells (pool->out);
          continue;
        }
      memset (d_in, 0, cells * sizeof (float));
      for (int y = 0; y < pool->out.height; y++)
        for (int x = 0; x < pool->out.width; x++)
          {
            gint64 top = (gint64) y * pool->stride.height - pool->pad.top;
            gint64 left = (gint64) x * pool->stride.width - pool->pad.left;

            give_window (step, kept, (top * pool->in.width + left) * (gint64) channels, d_out,
                         d_in);
            kept += channels * place_size (step);
            d_out += channels;
          }
    }
  return TRUE;
}

/* -------------------------------------------------------------------------- */

static void
winner_free (CnnTrainStep *base)
{
  WinnerStep *step = (WinnerStep *) base;

  g_free (step->offsets);
  g_free (step->winners);
  g_free (step);
}

static gboolean
are_quads (const CnnPoolStep *pool)
{
  return pool->size.height == 2 && pool->size.width == 2 && pool->stride.height == 2 &&
         pool->stride.width == 2 && pool->dilation.height == 1 && pool->dilation.width == 1 &&
         pool->pad.top == 0 && pool->pad.left == 0 && 2 * pool->out.height <= pool->in.height &&
         2 * pool->out.width <= pool->in.width;
}

/**
 * cnn_pool_train_winner:
 * @choose: which cell of a window wins
 *
 * Returns: (transfer full): a step for training of a pooling that gives the value of the cell
 *   that wins
 */
CnnTrainStep *
cnn_pool_train_winner (const CnnTask *task, CnnPoolChoose choose)
{
  WinnerStep *step = g_new0 (WinnerStep, 1);
  gsize       n;

  cnn_pool_step_init (&step->pool, task);
  n = (gsize) step->pool.size.height * step->pool.size.width;
  step->small = n <= SMALL;
  step->quads = choose == cnn_pool_choose_most && are_quads (&step->pool);
  step->step.kept = (gsize) cnn_shape_cells (task->out) * place_size (step);
  step->step.forward = winner_forward;
  step->step.backward = winner_backward;
  step->step.free = winner_free;
  step->choose = choose;
  step->seed = task->node->seed;
  step->winners = g_new (guint32, (gsize) task->out.width * task->out.channels);
  step->offsets = g_new0 (gsize, SMALL);
  for (gsize i = 0; i < n && step->small; i++)
    step->offsets[i] = offset_of (&step->pool, i);
  return &step->step;
}
