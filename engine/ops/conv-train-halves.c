/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "quads.h"

/* Training a convolution of which only the largest of each 2×2 is kept. Forward, two rows of
 * its maps at a time are in the nearest cache and go no further. On the way back three of four
 * cells have no part in the sums for the weights: each number of the image is put beside those
 * that the other cells of a 2×2 see in its place, and the one that counts is picked. */

/* Floats of an image with its numbers in fours: about what stays in the cache. */
#define FOURS (192 * 1024)

/**
 * HalvesStep:
 * @bias: (nullable): [maps]
 * @w: which numbers meet
 * @out: what is left: half the rows, half the columns
 * @quads: two rows as @rows has them
 * @rows: [2][2 · out.width][maps, rounded up]
 * @seen: rows and columns of the image with zeros around it that are first in a 2×2
 * @fours: for each number there, [4]
 * @d_weights: [window][maps], then [maps] of the bias
 */
typedef struct
{
  CnnTrainStep     step;
  CnnConvPart     *forward;
  const CnnTensor *weight;
  const CnnTensor *bias;
  CnnConvWindows   w;
  CnnShape         out;
  CnnQuads         quads;
  float           *rows;
  CnnSize          seen;
  float           *fours;
  CnnQuadsSums     sums;
  gsize           *numbers;
  float           *d_weights;
} HalvesStep;

static gboolean
halves_load (CnnTrainStep *base)
{
  const HalvesStep *step = (HalvesStep *) base;

  step->forward->load (step->forward, step->weight->values);
  return TRUE;
}

static gboolean
halves_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const HalvesStep *step = (HalvesStep *) base;
  gsize             row = (gsize) step->out.width * step->out.channels;
  float            *out = pass->out;
  guint8           *kept = pass->kept;

  cnn_conv_rows_bias (step->forward, step->bias ? step->bias->values : NULL);
  for (guint i = 0; i < pass->n; i++)
    {
      const float *image = pass->in[0] + i * cnn_shape_cells (step->w.in);

      image = cnn_conv_rows_image (step->forward, image, NULL);
      for (int y = 0; y < step->out.height; y++, out += row, kept += row)
        {
          cnn_conv_rows_make (step->forward, image, 2 * y, step->rows);
          cnn_conv_rows_make (step->forward, image, 2 * y + 1, step->rows + step->quads.row);
          cnn_quads_choose (&step->quads, step->rows, out, kept);
        }
    }
  return TRUE;
}

/* @across, @down: floats to the neighbour in a 2×2 */
CNN_CLONES static void
make_row (gsize n, const float *restrict in, gsize across, gsize down, float *restrict fours)
{
  for (gsize i = 0; i < n; i++)
    {
      fours[4 * i] = in[i];
      fours[4 * i + 1] = in[i + across];
      fours[4 * i + 2] = in[i + down];
      fours[4 * i + 3] = in[i + down + across];
    }
}

static void
make_fours (const HalvesStep *step, const float *in)
{
  gsize        row, depth = step->w.in.channels;
  const float *image = cnn_conv_rows_image (step->forward, in, &row);

  for (int y = 0; y < step->seen.height; y++)
    make_row (step->seen.width * depth, image + y * row, step->w.stride.width * depth,
              step->w.stride.height * row, step->fours + y * step->seen.width * depth * 4);
}

static gboolean
halves_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const HalvesStep *step = (HalvesStep *) base;
  gsize             cells = (gsize) cnn_shape_cells (step->out), maps = step->out.channels;
  gsize             n_numbers = step->sums.n_numbers;
  float            *d_weights = pass->d_weights[0];                     /* [maps][window] */
  float            *d_bias = step->bias ? pass->d_weights[1] : NULL;    /* [maps] */

  memset (step->d_weights, 0, (n_numbers + 1) * maps * sizeof (float));
  for (guint i = 0; i < pass->n; i++)
    {
      make_fours (step, pass->in[0] + i * cnn_shape_cells (step->w.in));
      cnn_quads_add (&step->quads, &step->sums, pass->d_out + i * cells, pass->kept + i * cells);
    }
  for (gsize m = 0; m < maps; m++)
    {
      for (gsize k = 0; d_weights && k < n_numbers; k++)
        d_weights[m * n_numbers + k] += step->d_weights[k * maps + m];
      if (d_bias)
        d_bias[m] += step->sums.all[m];
    }
  return TRUE;
}

static void
halves_free (CnnTrainStep *base)
{
  HalvesStep *step = (HalvesStep *) base;

  if (step->forward)
    step->forward->free (step->forward);
  cnn_floats_free (step->rows);
  cnn_floats_free (step->fours);
  cnn_floats_free (step->d_weights);
  g_free (step->numbers);
  g_free (step);
}

/* Rows and columns that are first in a 2×2. */
static CnnSize
seen_size (const CnnConvWindows *w)
{
  return (CnnSize) {
    (w->out.height - 2) * w->stride.height + (w->kernel.height - 1) * w->dilation.height + 1,
    (w->out.width - 2) * w->stride.width + (w->kernel.width - 1) * w->dilation.width + 1,
  };
}

static gsize
n_fours (const CnnConvWindows *w)
{
  CnnSize seen = seen_size (w);

  return (gsize) seen.height * seen.width * w->in.channels * 4 + CNN_QUADS_ROOM;
}

/**
 * cnn_conv_halves_suit:
 * @windows: of a convolution in groups of 1
 *
 * Returns: whether images are small enough for cnn_conv_halves_new()
 */
gboolean
cnn_conv_halves_suit (const CnnConvWindows *windows)
{
  return n_fours (windows) <= FOURS;
}

static void
set_sums (HalvesStep *step)
{
  const CnnConvWindows *w = &step->w;
  gsize                 depth = w->in.channels, cell = depth * 4;
  gsize                 row = step->seen.width * cell, n = 0;

  step->numbers = g_new (gsize, (gsize) w->kernel.height * w->kernel.width * depth);
  for (int i = 0; i < w->kernel.height; i++)
    for (int j = 0; j < w->kernel.width; j++)
      for (gsize d = 0; d < depth; d++)
        step->numbers[n++] = i * w->dilation.height * row + j * w->dilation.width * cell + d * 4;
  step->sums = (CnnQuadsSums) {
    .rows = step->out.height,
    .fours = step->fours,
    .next = 2 * w->stride.width * cell,
    .row = 2 * w->stride.height * row,
    .numbers = step->numbers,
    .n_numbers = n,
    .sums = step->d_weights,
    .all = step->d_weights + n * step->out.channels,
  };
}

static gboolean
set_up (HalvesStep *step, const CnnTask *task)
{
  gsize row, n = cnn_tensor_length (step->weight) + task->out.channels;

  step->forward = cnn_conv_rows_new (&step->w, CNN_CONV_FORWARD);
  if (step->forward == NULL)
    return FALSE;
  row = (gsize) step->w.out.width * cnn_conv_rows_maps (step->forward);
  step->quads = (CnnQuads) {
    .n = task->out.width,
    .channels = task->out.channels,
    .next = cnn_conv_rows_maps (step->forward),
    .row = row,
    .slope = task->then ? (float) task->then->op->slope (task->then) : 1.0f,
  };
  step->rows = cnn_floats_alloc (2 * row);
  step->seen = seen_size (&step->w);
  step->fours = cnn_floats_alloc (n_fours (&step->w));
  step->d_weights = cnn_floats_alloc (n);
  if (!step->rows || !step->fours || !step->d_weights)
    return FALSE;
  memset (step->fours, 0, n_fours (&step->w) * sizeof (float)); /* the room behind them, too */
  set_sums (step);
  return TRUE;
}

/**
 * cnn_conv_halves_new:
 * @task: a convolution on whole maps that is halved, as cnn_conv_train_halves() allows
 * @conv: what it does
 *
 * Makes the step for training it where derivatives by its input are not wanted.
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnTrainStep *
cnn_conv_halves_new (const CnnTask *task, const CnnConvolution *conv, GError **error)
{
  HalvesStep *step = g_new0 (HalvesStep, 1);

  step->step = (CnnTrainStep) {
    .kept = (gsize) cnn_shape_cells (task->out),
    .needs_in = TRUE,
    .load = halves_load,
    .forward = halves_forward,
    .backward = halves_backward,
    .free = halves_free,
  };
  step->weight = task->weights[0];
  step->bias = task->weights[1];
  step->w = cnn_conv_windows (task, conv);
  step->out = task->out;
  if (set_up (step, task))
    return &step->step;
  halves_free (&step->step);
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
               CNN_SHAPE_ARGS (task->out));
  return NULL;
}
