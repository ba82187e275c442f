/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "softmax.h"

/* Training of softmax and its logarithm. With y what came out and sums over the values that
 * belong together: dx = y · (dy − Σ (dy · y)), and of the logarithm dx = dy − eʸ · Σ dy. */

typedef struct
{
  CnnTrainStep step;
  gboolean     logarithm;
  gsize        cells;  /* of an image */
  gsize        n;      /* values of a stretch: an image, or the channels of a place */
  gsize        n_sets; /* of values that belong together, which take turns in a stretch */
  CnnStep     *run;    /* of one image */
  double      *sums;   /* [n_sets] */
} SoftmaxTrainStep;

static gboolean
softmax_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const SoftmaxTrainStep *step = (SoftmaxTrainStep *) base;

  return cnn_run_each (step->run, pass, step->cells, step->cells);
}

/* @out, @d_out and @d_in: [n] */
static void
stretch_back (const SoftmaxTrainStep *step, const float *out, const float *d_out, float *d_in)
{
  memset (step->sums, 0, step->n_sets * sizeof (double));
  for (gsize i = 0; i < step->n; i += step->n_sets)
    for (gsize k = 0; k < step->n_sets; k++)
      step->sums[k] += step->logarithm ? d_out[i + k] : (double) d_out[i + k] * out[i + k];
  for (gsize i = 0; i < step->n; i += step->n_sets)
    for (gsize k = 0; k < step->n_sets; k++)
      if (step->logarithm)
        d_in[i + k] = d_out[i + k] - expf (out[i + k]) * (float) step->sums[k];
      else
        d_in[i + k] = out[i + k] * (float) (d_out[i + k] - step->sums[k]);
}

static gboolean
softmax_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const SoftmaxTrainStep *step = (SoftmaxTrainStep *) base;

  for (gsize i = 0; pass->d_in[0] && i < pass->n * step->cells; i += step->n)
    stretch_back (step, pass->out + i, pass->d_out + i, pass->d_in[0] + i);
  return TRUE;
}

static void
softmax_free (CnnTrainStep *base)
{
  SoftmaxTrainStep *step = (SoftmaxTrainStep *) base;

  cnn_step_free (step->run);
  g_free (step->sums);
  g_free (step);
}

/**
 * cnn_softmax_train:
 * @logarithm: whether it is the logarithm of softmax
 *
 * Returns: (transfer full): the step for training a layer with #CnnSoftmaxParams, or %NULL
 *   with %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnTrainStep *
cnn_softmax_train (const CnnTask *task, gboolean logarithm, GError **error)
{
  const CnnSoftmaxParams *p = task->node->params;
  SoftmaxTrainStep       *step;
  CnnTask                 one = *task;
  CnnStep                *run;

  one.batch = 1;
  run = cnn_softmax_prepare (&one, logarithm, error);
  if (run == NULL)
    return NULL;
  step = g_new0 (SoftmaxTrainStep, 1);
  step->step.needs_out = TRUE;
  step->step.in_place = TRUE;
  step->step.forward = softmax_forward;
  step->step.backward = softmax_backward;
  step->step.free = softmax_free;
  step->logarithm = logarithm;
  step->cells = (gsize) cnn_shape_cells (task->out);
  step->n = p->axis == CNN_SOFTMAX_CHANNELS ? (gsize) task->out.channels : step->cells;
  step->n_sets = p->axis == CNN_SOFTMAX_MAP ? (gsize) task->out.channels : 1;
  step->run = run;
  step->sums = g_new (double, step->n_sets);
  return &step->step;
}
