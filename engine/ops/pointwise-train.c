/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ops.h"

/* Training of layers that put every value into the same function. */

/* Values that are copied and computed while they are in the nearest cache. */
#define BLOCK 2048

typedef struct
{
  CnnTrainStep  step;
  gsize         cells;    /* of an image */
  CnnPointwise  function; /* or */
  CnnStep      *run;      /* that of a run, of one image */
  CnnDerivative derivative;
  float         a;
  float         b;
} PointwiseStep;

static gboolean
pointwise_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const PointwiseStep *step = (PointwiseStep *) base;
  const float         *in = pass->in[0]; /* [n · cells] */
  gsize                n_all = pass->n * step->cells;

  if (step->run)
    return cnn_run_each (step->run, pass, step->cells, step->cells);
  for (gsize i = 0; i < n_all; i += BLOCK)
    {
      gsize n = MIN (BLOCK, n_all - i);

      if (pass->out != in)
        memcpy (pass->out + i, in + i, n * sizeof (float));
      step->function (n, step->a, step->b, pass->out + i);
    }
  return TRUE;
}

static gboolean
pointwise_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const PointwiseStep *step = (PointwiseStep *) base;
  const float         *values = step->step.needs_in ? pass->in[0] : pass->out; /* [n · cells] */
  float               *d_in = pass->d_in[0];                                   /* [n · cells] */
  gsize                n_all = d_in ? pass->n * step->cells : 0;

  for (gsize i = 0; i < n_all; i += BLOCK)
    {
      gsize n = MIN (BLOCK, n_all - i);

      if (d_in != pass->d_out)
        memcpy (d_in + i, pass->d_out + i, n * sizeof (float));
      step->derivative (n, step->a, step->b, values + i, d_in + i);
    }
  return TRUE;
}

static void
pointwise_free (CnnTrainStep *base)
{
  cnn_step_free (((PointwiseStep *) base)->run);
  g_free (base);
}

/**
 * cnn_pointwise_train:
 * @function: (nullable): what every value is put into; %NULL: the step of a run does it
 * @derivative: the function's derivative
 * @a: the first number of both
 * @b: their second number
 * @from_out: whether @derivative is given what came out, and not what came in; the layer can
 *   then run in place
 *
 * Makes the step for training of a layer that puts every value into the same function.
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_UNSUPPORTED or
 *   %CNN_ERROR_LIMIT set
 */
CnnTrainStep *
cnn_pointwise_train (const CnnTask *task, CnnPointwise function, CnnDerivative derivative, float a,
                     float b, gboolean from_out, GError **error)
{
  CnnTask        one = *task;
  CnnStep       *run = NULL;
  PointwiseStep *step;

  one.batch = 1;
  if (function == NULL)
    {
      run = task->node->op->prepare (&one, error);
      if (run == NULL)
        return NULL;
    }
  step = g_new0 (PointwiseStep, 1);
  step->step.needs_in = !from_out;
  step->step.needs_out = from_out;
  step->step.in_place = from_out;
  step->step.forward = pointwise_forward;
  step->step.backward = pointwise_backward;
  step->step.free = pointwise_free;
  step->cells = (gsize) cnn_shape_cells (task->out);
  step->function = function;
  step->run = run;
  step->derivative = derivative;
  step->a = a;
  step->b = b;
  return &step->step;
}

/**
 * cnn_run_each:
 * @step: a step for one image, of a layer with one input
 * @pass: images to put through it
 * @cells_in: values of an image that goes in
 * @cells_out: values of what comes out
 *
 * Runs the layer on each image.
 *
 * Returns: whether it could
 */
gboolean
cnn_run_each (CnnStep *step, const CnnPass *pass, gsize cells_in, gsize cells_out)
{
  for (gsize i = 0; i < pass->n; i++)
    {
      const float *in = pass->in[0] + i * cells_in; /* [cells_in] */

      if (!step->run (step, &in, pass->out + i * cells_out, 0, 0))
        return FALSE;
    }
  return TRUE;
}
