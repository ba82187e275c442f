/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

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
 * @padded: cells of a row of the image as the windows see it, and rows
 * @fours: [padded][depth][4]
 * @sums: as there
 * @d_weights: [window][maps]
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
  CnnSize          padded;
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

      image = cnn_conv_rows_image (step->forward, image);
      for (int y = 0; y < step->out.height; y++, out += row, kept += row)
        {
          cnn_conv_rows_make (step->forward, image, 2 * y, step->rows);
          cnn_conv_rows_make (step->forward, image, 2 * y + 1, step->rows + step->quads.row);
          cnn_quads_choose (&step->quads, step->rows, out, kept);
        }
    }
  return TRUE;
}

/* Puts a row of numbers of the image where number @place of the fours is meant, in front of
 * which are @skipped cells that are 0. */
static void
put_row (const HalvesStep *step, const float *from, int skipped, int place, float *to)
{
  gsize depth = step->w.in.channels;
  int   first = MAX (-skipped, 0);
  int   end = MIN (step->w.in.width, step->padded.width - skipped);

  from += first * depth;
  to += (first + skipped) * (gsize) depth * 4 + place;
  for (gsize i = 0; first < end && i < (end - first) * depth; i++)
    to[4 * i] = from[i];
}

/* What lies outside of the image was 0 from the beginning. */
static void
make_fours (const HalvesStep *step, const float *image)
{
  const CnnConvWindows *w = &step->w;
  gsize                 row = (gsize) w->in.width * w->in.channels;

  for (int place = 0; place < 4; place++)
    {
      int top = w->top - place / 2 * w->stride.height;
      int left = w->left - place % 2 * w->stride.width;

      for (int y = MAX (-top, 0); y < w->in.height && y + top < step->padded.height; y++)
        put_row (step, image + y * row, left, place,
                 step->fours + (gsize) (y + top) * step->padded.width * w->in.channels * 4);
    }
}

static gboolean
halves_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const HalvesStep *step = (HalvesStep *) base;
  gsize             cells = (gsize) cnn_shape_cells (step->out), maps = step->out.channels;
  gsize             n_numbers = step->sums.n_numbers;
  float            *d_weights = pass->d_weights[0];                       /* [maps][window] */
  float            *d_bias = step->bias ? pass->d_weights[1] : NULL;

  memset (step->d_weights, 0, n_numbers * maps * sizeof (float));
  for (guint i = 0; i < pass->n; i++)
    {
      const float  *d_out = pass->d_out + i * cells;
      const guint8 *kept = pass->kept + i * cells;

      if (d_bias)
        cnn_quads_sum (&step->quads, step->out.height, d_out, kept, d_bias);
      if (d_weights == NULL)
        continue;
      make_fours (step, pass->in[0] + i * cnn_shape_cells (step->w.in));
      cnn_quads_add (&step->quads, &step->sums, d_out, kept);
    }
  for (gsize m = 0; d_weights && m < maps; m++)
    for (gsize k = 0; k < n_numbers; k++)
      d_weights[m * n_numbers + k] += step->d_weights[k * maps + m];
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

/* Rows and columns of the image that windows see, with zeros around it. */
static CnnSize
padded_size (const CnnConvWindows *w)
{
  return (CnnSize) {
    (w->out.height - 1) * w->stride.height + (w->kernel.height - 1) * w->dilation.height + 1,
    (w->out.width - 1) * w->stride.width + (w->kernel.width - 1) * w->dilation.width + 1,
  };
}

static gsize
n_fours (const CnnConvWindows *w)
{
  CnnSize padded = padded_size (w);

  return (gsize) padded.height * padded.width * w->in.channels * 4 + CNN_QUADS_ROOM;
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
  gsize                 row = step->padded.width * cell, n = 0;

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
  };
}

static gboolean
set_up (HalvesStep *step, const CnnTask *task)
{
  gsize row, n = cnn_tensor_length (step->weight);

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
  step->padded = padded_size (&step->w);
  step->fours = cnn_floats_alloc (n_fours (&step->w));
  step->d_weights = cnn_floats_alloc (n);
  if (!step->rows || !step->fours || !step->d_weights)
    return FALSE;
  memset (step->fours, 0, n_fours (&step->w) * sizeof (float));
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
