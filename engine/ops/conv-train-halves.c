/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

#include "i18n.h"
#include "quads.h"

/* Training a convolution of which only the largest of each 2×2 is kept: two rows of its maps
 * at a time, which never leave the nearest cache, on the way forward and on the way back. */

/**
 * HalvesStep:
 * @bias: (nullable): [maps]
 * @out: what is left: half the rows, half the columns
 * @cells: of an image of the input
 * @quads: two rows as @rows has them
 * @rows: [2][2 · out.width][maps, rounded up]; derivatives of lanes without a map stay 0
 */
typedef struct
{
  CnnTrainStep     step;
  CnnConvPart     *forward;
  CnnConvPart     *weights;
  const CnnTensor *weight;
  const CnnTensor *bias;
  CnnShape         out;
  gsize            cells;
  CnnQuads         quads;
  float           *rows;
  float           *d_rows;
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
      const float *image = cnn_conv_rows_image (step->forward, pass->in[0] + i * step->cells);

      for (int y = 0; y < step->out.height; y++, out += row, kept += row)
        {
          cnn_conv_rows_make (step->forward, image, 2 * y, step->rows);
          cnn_conv_rows_make (step->forward, image, 2 * y + 1, step->rows + step->quads.row);
          cnn_quads_choose (&step->quads, step->rows, out, kept);
        }
    }
  return TRUE;
}

static gboolean
halves_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const HalvesStep *step = (HalvesStep *) base;
  gsize             row = (gsize) step->out.width * step->out.channels;
  float            *d_bias = step->bias ? pass->d_weights[1] : NULL;
  const float      *d_out = pass->d_out;
  const guint8     *kept = pass->kept;

  if (pass->d_weights[0])
    cnn_conv_rows_begin (step->weights);
  for (guint i = 0; i < pass->n; i++)
    {
      const float *image = cnn_conv_rows_image (step->weights, pass->in[0] + i * step->cells);

      for (int y = 0; y < step->out.height; y++, d_out += row, kept += row)
        {
          if (d_bias)
            cnn_quads_sum (&step->quads, d_out, kept, d_bias);
          if (pass->d_weights[0] == NULL)
            continue;
          cnn_quads_give (&step->quads, d_out, kept, step->d_rows);
          cnn_conv_rows_add (step->weights, image, 2 * y, 2, step->d_rows);
        }
    }
  if (pass->d_weights[0])
    cnn_conv_rows_end (step->weights, pass->d_weights[0]);
  return TRUE;
}

static void
halves_free (CnnTrainStep *base)
{
  HalvesStep *step = (HalvesStep *) base;

  if (step->forward)
    step->forward->free (step->forward);
  if (step->weights)
    step->weights->free (step->weights);
  cnn_floats_free (step->rows);
  cnn_floats_free (step->d_rows);
  g_free (step);
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
  HalvesStep    *step = g_new0 (HalvesStep, 1);
  CnnConvWindows windows = cnn_conv_windows (task, conv);
  gsize          row = 0;

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
  step->out = task->out;
  step->cells = (gsize) cnn_shape_cells (task->in[0]);
  step->forward = cnn_conv_rows_new (&windows, CNN_CONV_FORWARD);
  step->weights = cnn_conv_rows_new (&windows, CNN_CONV_WEIGHTS);
  if (step->forward && step->weights)
    {
      gsize maps = cnn_conv_rows_maps (step->forward);

      row = (gsize) windows.out.width * maps;
      step->quads = (CnnQuads) {
        .n = task->out.width,
        .channels = task->out.channels,
        .next = maps,
        .row = row,
        .slope = task->then ? (float) task->then->op->slope (task->then) : 1.0f,
      };
      step->rows = cnn_floats_alloc (2 * row);
      step->d_rows = cnn_floats_alloc (2 * row);
    }
  if (step->rows && step->d_rows)
    {
      memset (step->d_rows, 0, 2 * row * sizeof (float));
      return &step->step;
    }
  halves_free (&step->step);
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
               CNN_SHAPE_ARGS (task->out));
  return NULL;
}
