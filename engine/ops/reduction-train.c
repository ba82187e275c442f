/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
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

CNN_CLONES static void
add_up (gsize n, const float *restrict in, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += in[i];
}

CNN_CLONES static void
scale (gsize n, const double *restrict sums, double by, float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (sums[i] * by);
}

CNN_CLONES static void
scale_back (gsize n, const float *restrict d_out, float by, float *restrict d_in)
{
  for (gsize i = 0; i < n; i++)
    d_in[i] = d_out[i] * by;
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
      memset (step->sums, 0, step->length * sizeof (double));
      for (gsize k = 0; k < step->n; k++, in += step->length)
        add_up (step->length, in, step->sums);
      scale (step->length, step->sums, share (step), out);
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
    for (gsize k = 0; k < step->n; k++, d_in += step->length)
      scale_back (step->length, d_out, (float) share (step), d_in);
  return TRUE;
}

/* --- the greatest -------------------------------------------------------------- */

/* Of several that are alike the first counts; what is no number, if there is any. */
CNN_CLONES static void
take_most (gsize n, const float *restrict in, guint32 place, float *restrict most,
           guint32 *restrict winners)
{
  for (gsize i = 0; i < n; i++)
    {
      gboolean more = (in[i] > most[i]) | (in[i] != in[i]);

      winners[i] = more ? place : winners[i];
      most[i] = more ? in[i] : most[i];
    }
}

CNN_CLONES static void
give_back (gsize n, const float *restrict d_out, guint32 place, const guint32 *restrict winners,
           float *restrict d_in)
{
  for (gsize i = 0; i < n; i++)
    d_in[i] = winners[i] == place ? d_out[i] : 0.0f;
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
      memcpy (out, in, step->length * sizeof (float));
      memset (winners, 0, step->length * sizeof (guint32));
      in += step->length;
      for (gsize k = 1; k < step->n; k++, in += step->length)
        take_most (step->length, in, (guint32) k, out, winners);
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

  for (gsize i = 0; d_in && i < pass->n * step->n_blocks; i++, d_out += step->length)
    {
      for (gsize k = 0; k < step->n; k++, d_in += step->length)
        give_back (step->length, d_out, (guint32) k, winners, d_in);
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
