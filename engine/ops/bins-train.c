/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "bins.h"
#include "clones.h"

/* Training of pooling into bins. Bins may overlap. */

typedef struct
{
  CnnTrainStep step;
  CnnShape     in;
  gboolean     average;
  guint        n_bins;
  CnnRect     *bins; /* [n_bins] */
  double      *sums; /* [channels] */
} BinsStep;

CNN_CLONES static void
add_up (gsize n, const float *restrict in, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += in[i];
}

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
add_share (gsize n, const float *restrict d_out, float share, float *restrict d_in)
{
  for (gsize i = 0; i < n; i++)
    d_in[i] += d_out[i] * share;
}

static void
average_bin (const BinsStep *step, const CnnRect *bin, const float *in, float *out)
{
  gsize channels = step->in.channels;

  memset (step->sums, 0, channels * sizeof (double));
  for (int y = bin->y; y < bin->y + bin->height; y++)
    for (int x = bin->x; x < bin->x + bin->width; x++)
      add_up (channels, in + ((gsize) y * step->in.width + x) * channels, step->sums);
  for (gsize c = 0; c < channels; c++)
    out[c] = (float) (step->sums[c] / ((double) bin->width * bin->height));
}

/* @winners: their places on the map, row · width + column, [channels] */
static void
largest_of_bin (const BinsStep *step, const CnnRect *bin, const float *in, float *out,
                guint32 *winners)
{
  gsize channels = step->in.channels;

  for (gsize c = 0; c < channels; c++)
    {
      out[c] = -INFINITY;
      winners[c] = (guint32) (bin->y * step->in.width + bin->x);
    }
  for (int y = bin->y; y < bin->y + bin->height; y++)
    for (int x = bin->x; x < bin->x + bin->width; x++)
      {
        gsize place = (gsize) y * step->in.width + x;

        take_most (channels, in + place * channels, (guint32) place, out, winners);
      }
}

static gboolean
bins_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const BinsStep *step = (BinsStep *) base;
  gsize           channels = step->in.channels;
  const float    *in = pass->in[0];
  float          *out = pass->out;
  guint32        *winners = (guint32 *) pass->kept;

  for (guint image = 0; image < pass->n; image++, in += cnn_shape_cells (step->in))
    for (guint i = 0; i < step->n_bins; i++, out += channels)
      if (step->average)
        average_bin (step, &step->bins[i], in, out);
      else
        {
          largest_of_bin (step, &step->bins[i], in, out, winners);
          winners += channels;
        }
  return TRUE;
}

static void
average_back (const BinsStep *step, const CnnRect *bin, const float *d_out, float *d_in)
{
  gsize channels = step->in.channels;
  float share = (float) (1.0 / ((double) bin->width * bin->height));

  for (int y = bin->y; y < bin->y + bin->height; y++)
    for (int x = bin->x; x < bin->x + bin->width; x++)
      add_share (channels, d_out, share, d_in + ((gsize) y * step->in.width + x) * channels);
}

static gboolean
bins_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const BinsStep *step = (BinsStep *) base;
  gsize           channels = step->in.channels, cells = (gsize) cnn_shape_cells (step->in);
  const float    *d_out = pass->d_out;
  const guint32  *winners = (const guint32 *) pass->kept;
  float          *d_in = pass->d_in[0];

  for (guint image = 0; image < pass->n && d_in; image++, d_in += cells)
    {
      memset (d_in, 0, cells * sizeof (float));
      for (guint i = 0; i < step->n_bins; i++, d_out += channels)
        if (step->average)
          average_back (step, &step->bins[i], d_out, d_in);
        else
          {
            for (gsize c = 0; c < channels; c++)
              d_in[winners[c] * channels + c] += d_out[c];
            winners += channels;
          }
    }
  return TRUE;
}

static void
bins_train_free (CnnTrainStep *base)
{
  BinsStep *step = (BinsStep *) base;

  g_free (step->bins);
  g_free (step->sums);
  g_free (step);
}

/**
 * cnn_bins_train:
 * @levels: how many bins to a side, for each level
 * @average: whether a bin is averaged; otherwise its largest value counts
 *
 * Returns: (transfer full): the step for training of such a layer
 */
CnnTrainStep *
cnn_bins_train (const CnnTask *task, const CnnNumbers *levels, gboolean average)
{
  BinsStep *step = g_new0 (BinsStep, 1);

  step->step.forward = bins_forward;
  step->step.backward = bins_backward;
  step->step.free = bins_train_free;
  step->step.kept = average ? 0 : (gsize) cnn_shape_cells (task->out) * sizeof (guint32);
  step->in = task->in[0];
  step->average = average;
  step->bins = g_new (CnnRect, cnn_shape_cells (task->out) / task->in[0].channels);
  step->sums = g_new (double, task->in[0].channels);
  for (int i = 0; i < levels->n; i++)
    for (int bin = 0; bin < (int) levels->values[i] * (int) levels->values[i]; bin++)
      step->bins[step->n_bins++] = cnn_bins_rect (bin, (int) levels->values[i], step->in);
  return &step->step;
}
