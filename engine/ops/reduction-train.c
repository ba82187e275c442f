/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clones.h"
#include "reduction.h"

/* What makes one value of several, in training. The input is blocks; each of @n times @length
 * values makes @length of them. */

typedef struct
{
  CnnTrainStep step;
  CnnPartKind  kind;
  gsize        n_blocks;
  gsize        n;
  gsize        length;
  double      *sums; /* [length] */
} ReduceTrain;

/* --- what adds up ------------------------------------------------------------- */

/* Neighbouring values, several at a time. */
static inline double
add_neighbours (gsize n, const float *in)
{
  double sums[8] = { 0.0 }, sum = 0.0;
  gsize  k = 0;

  for (; k + 8 <= n; k += 8)
    for (int i = 0; i < 8; i++)
      sums[i] += in[k + i];
  for (; k < n; k++)
    sum += in[k];
  for (int i = 0; i < 8; i++)
    sum += sums[i];
  return sum;
}

/* @in: [n][length]; @sums: [length] */
CNN_CLONES static void
add_up (gsize n, gsize length, const float *restrict in, double *restrict sums)
{
  if (length == 1)
    {
      sums[0] = add_neighbours (n, in);
      return;
    }
  for (gsize i = 0; i < length; i++)
    sums[i] = in[i];
  for (gsize k = 1; k < n; k++)
    for (gsize i = 0; i < length; i++)
      sums[i] += in[k * length + i];
}

CNN_CLONES static void
scale (gsize n, const double *restrict sums, double by, float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (sums[i] * by);
}

/* @d_out: [length]; @d_in: [n][length] */
CNN_CLONES static void
scale_back (gsize n, gsize length, const float *restrict d_out, float by, float *restrict d_in)
{
  if (length == 1)
    for (gsize k = 0; k < n; k++)
      d_in[k] = d_out[0] * by;
  else
    for (gsize k = 0; k < n; k++)
      for (gsize i = 0; i < length; i++)
        d_in[k * length + i] = d_out[i] * by;
}

/* What a sum is multiplied with. */
static double
share (const ReduceTrain *step)
{
  return step->kind == CNN_PART_WEIGHTED ? 1.0 / (double) step->n : 1.0;
}

static gboolean
sums_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const ReduceTrain *step = (ReduceTrain *) base;
  const float       *in = pass->in[0];
  float             *out = pass->out;

  for (gsize i = 0; i < pass->n * step->n_blocks; i++, out += step->length)
    {
      add_up (step->n, step->length, in, step->sums);
      scale (step->length, step->sums, share (step), out);
      in += step->n * step->length;
    }
  return TRUE;
}

static gboolean
sums_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const ReduceTrain *step = (ReduceTrain *) base;
  const float       *d_out = pass->d_out;
  float             *d_in = pass->d_in[0];

  for (gsize i = 0; d_in && i < pass->n * step->n_blocks; i++, d_out += step->length)
    {
      scale_back (step->n, step->length, d_out, (float) share (step), d_in);
      d_in += step->n * step->length;
    }
  return TRUE;
}

/* --- the greatest -------------------------------------------------------------- */

/* Of several that are alike the first counts; what is no number, if there is any.
 * @in: [n][length]; @most: [length]; @winners: [length] */
CNN_CLONES static void
take_most (gsize n, gsize length, const float *restrict in, float *restrict most,
           guint32 *restrict winners)
{
  for (gsize i = 0; i < length; i++)
    {
      most[i] = in[i];
      winners[i] = 0;
    }
  for (gsize k = 1; k < n; k++)
    for (gsize i = 0; i < length; i++)
      {
        float    value = in[k * length + i];
        gboolean more = (value > most[i]) | (value != value);

        winners[i] = more ? (guint32) k : winners[i];
        most[i] = more ? value : most[i];
      }
}

static gboolean
most_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const ReduceTrain *step = (ReduceTrain *) base;
  const float       *in = pass->in[0];
  float             *out = pass->out;
  guint32           *winners = (guint32 *) pass->kept;

  for (gsize i = 0; i < pass->n * step->n_blocks; i++, out += step->length)
    {
      take_most (step->n, step->length, in, out, winners);
      in += step->n * step->length;
      winners += step->length;
    }
  return TRUE;
}

static gboolean
most_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const ReduceTrain *step = (ReduceTrain *) base;
  const float       *d_out = pass->d_out;
  const guint32     *winners = (const guint32 *) pass->kept;
  float             *d_in = pass->d_in[0];

  if (d_in == NULL)
    return TRUE;
  memset (d_in, 0, pass->n * step->n_blocks * step->n * step->length * sizeof (float));
  for (gsize i = 0; i < pass->n * step->n_blocks; i++)
    {
      for (gsize k = 0; k < step->length; k++)
        d_in[winners[k] * step->length + k] = d_out[k];
      d_in += step->n * step->length;
      d_out += step->length;
      winners += step->length;
    }
  return TRUE;
}

/* -------------------------------------------------------------------------- */

static void
reduce_train_free (CnnTrainStep *base)
{
  g_free (((ReduceTrain *) base)->sums);
  g_free (base);
}

/**
 * cnn_reduction_train_blocks:
 * @kind: a sum, an average or a winner
 * @n_blocks: blocks of the input
 * @n: how many values become one
 * @length: values of a block that stand next to each other, and do not become one
 *
 * Returns: (transfer full): a step for training that makes of each block of [n][length] values
 *   [length] of them
 */
CnnTrainStep *
cnn_reduction_train_blocks (CnnPartKind kind, gsize n_blocks, gsize n, gsize length)
{
  gboolean     most = kind == CNN_PART_WINNER;
  ReduceTrain *step = g_new0 (ReduceTrain, 1);

  step->step.forward = most ? most_forward : sums_forward;
  step->step.backward = most ? most_backward : sums_backward;
  step->step.free = reduce_train_free;
  step->step.kept = most ? n_blocks * length * sizeof (guint32) : 0;
  step->kind = kind;
  step->n_blocks = n_blocks;
  step->n = n;
  step->length = length;
  step->sums = most ? NULL : g_new (double, length);
  return &step->step;
}
