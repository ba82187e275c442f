/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "weights.h"
#include "writer.h"

typedef struct
{
  CnnNumbers slope;
} PreluParams;

static const CnnParam prelu_params[] = {
  { .key = "slope",
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (PreluParams, slope),
    .initial = "0.25",
    .min = -1e6,
    .max = 1e6,
    .label = N_("Slope"),
    .tooltip = N_("What negative values are multiplied with: one number, or one for each map") },
  { .key = NULL },
};

static gboolean
prelu_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const PreluParams *p = node->params;

  *out = *in;
  return cnn_numbers_fit (&p->slope, "slope", in->channels, error);
}

static guint
prelu_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const PreluParams *p = node->params;

  weights[0] = (CnnWeight) { "slope", 1, { p->slope.n }, TRUE };
  return 1;
}

static gboolean
prelu_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
            GError **error)
{
  const PreluParams *p = node->params;

  cnn_weights_fill (weights[0], &p->slope, 0.25);
  return TRUE;
}

/* By hand: oneDNN's primitive does not promise to run in place, and with one
 * slope for all maps takes a hundred times as long as its ReLU. */
typedef struct
{
  CnnStep step;
  gsize   n;
  gsize   n_lanes;
  float   slopes[]; /* [n_lanes]: those of the maps, again and again */
} PreluStep;

/* Here and below both values are computed, so that no branch keeps the loop out of vectors. */
CNN_CLONES static void
prelu_lanes (gsize n, const float *restrict slopes, float *restrict values)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = slopes[i] * values[i];

      values[i] = values[i] > 0.0f ? values[i] : part;
    }
}

static gboolean
prelu_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const PreluStep *step = (PreluStep *) base;

  for (gsize i = 0; i < step->n; i += step->n_lanes)
    {
      gsize n = MIN (step->n_lanes, step->n - i);

      if (out != in[0])
        memcpy (out + i, in[0] + i, n * sizeof (float));
      prelu_lanes (n, step->slopes, out + i);
    }
  return TRUE;
}

static void
prelu_free (CnnStep *base)
{
  g_free (base);
}

static CnnStep *
prelu_prepare (const CnnTask *task, GError **error)
{
  const CnnTensor *slope = task->weights[0]; /* [1] or [channels] */
  gsize            n_lanes = cnn_lanes (slope->dims[0]);
  PreluStep       *step = g_malloc0 (sizeof (PreluStep) + n_lanes * sizeof (float));

  step->step.run = prelu_run;
  step->step.free = prelu_free;
  step->n = (gsize) cnn_shape_cells (task->out);
  step->n_lanes = n_lanes;
  for (gsize i = 0; i < n_lanes; i++)
    step->slopes[i] = slope->values[i % slope->dims[0]];
  return &step->step;
}

/* --- training ------------------------------------------------------------------- */

typedef struct
{
  CnnTrainStep     step;
  gsize            cells;  /* of an image */
  gsize            n_lanes;
  const CnnTensor *slope;  /* [1] or [channels] */
  float           *slopes; /* [n_lanes]: those of the maps, again and again */
  double          *sums;   /* [n_lanes] */
} PreluTrainStep;

static gboolean
prelu_load (CnnTrainStep *base)
{
  PreluTrainStep *step = (PreluTrainStep *) base;

  for (gsize i = 0; i < step->n_lanes; i++)
    step->slopes[i] = step->slope->values[i % step->slope->dims[0]];
  return TRUE;
}

static gboolean
prelu_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const PreluTrainStep *step = (PreluTrainStep *) base;

  for (gsize i = 0; i < pass->n * step->cells; i += step->cells)
    {
      memcpy (pass->out + i, pass->in[0] + i, step->cells * sizeof (float));
      for (gsize k = 0; k < step->cells; k += step->n_lanes)
        prelu_lanes (MIN (step->n_lanes, step->cells - k), step->slopes, pass->out + i + k);
    }
  return TRUE;
}

CNN_CLONES static void
prelu_lanes_back (gsize n, const float *restrict slopes, const float *restrict in,
                  float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = slopes[i] * d[i];

      d[i] = in[i] > 0.0f ? d[i] : part;
    }
}

CNN_CLONES static void
prelu_lanes_sum (gsize n, const float *restrict in, const float *restrict d,
                 double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    {
      float part = in[i] > 0.0f ? 0.0f : in[i];

      sums[i] += part * d[i];
    }
}

static gboolean
prelu_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const PreluTrainStep *step = (PreluTrainStep *) base;
  float                *d_in = pass->d_in[0];         /* [n][cells] */
  float                *d_slope = pass->d_weights[0]; /* [1] or [channels] */

  memset (step->sums, 0, step->n_lanes * sizeof (double));
  for (gsize i = 0; i < pass->n * step->cells; i += step->cells)
    for (gsize k = 0; k < step->cells; k += step->n_lanes)
      {
        gsize        n = MIN (step->n_lanes, step->cells - k);
        const float *in = pass->in[0] + i + k, *d = pass->d_out + i + k; /* [n] */

        if (d_slope)
          prelu_lanes_sum (n, in, d, step->sums);
        if (d_in == NULL)
          continue;
        memcpy (d_in + i + k, d, n * sizeof (float));
        prelu_lanes_back (n, step->slopes, in, d_in + i + k);
      }
  if (d_slope)
    {
      gsize n_slopes = step->slope->dims[0];

      for (gsize i = n_slopes; i < step->n_lanes; i++)
        step->sums[i % n_slopes] += step->sums[i];
      for (gsize i = 0; i < n_slopes; i++)
        d_slope[i] += (float) step->sums[i];
    }
  return TRUE;
}

static void
prelu_train_free (CnnTrainStep *base)
{
  PreluTrainStep *step = (PreluTrainStep *) base;

  g_free (step->slopes);
  g_free (step->sums);
  g_free (step);
}

static CnnTrainStep *
prelu_train (const CnnTask *task, GError **error)
{
  PreluTrainStep *step = g_new0 (PreluTrainStep, 1);

  step->step.needs_in = TRUE;
  step->step.load = prelu_load;
  step->step.forward = prelu_forward;
  step->step.backward = prelu_backward;
  step->step.free = prelu_train_free;
  step->cells = (gsize) cnn_shape_cells (task->out);
  step->slope = task->weights[0];
  step->n_lanes = cnn_lanes (step->slope->dims[0]);
  step->slopes = g_new (float, step->n_lanes);
  step->sums = g_new (double, step->n_lanes);
  return &step->step;
}

/* Source: He et al., "Delving deep into rectifiers" (2015), equation 1. */
static void
prelu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
               CnnExplanation *explanation)
{
  const CnnTensor *slope = task->weights[0];
  double           a = slope->values[slope->dims[0] == 1 ? 0 : channel];
  double           value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            MAX (0.0, value) + a * MIN (0.0, value));
}

static gboolean
prelu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  CnnTensor *const *weights = cnn_writer_weights (writer);
  gboolean          vector = cnn_writer_is_vector (writer, 0);
  gint64            dims[] = { weights ? weights[0]->dims[0] : 0, 1, 1 };
  const char       *slope;

  if (weights == NULL)
    return FALSE;
  slope = cnn_writer_floats (writer, "slope", vector ? 1 : 3, dims, weights[0]->values);
  cnn_writer_give_same (writer, cnn_writer_add (writer, "PRelu", cnn_writer_value (writer, 0),
                                                slope, NULL));
  return TRUE;
}

const CnnOp cnn_op_prelu = {
  .name = "prelu",
  .label = N_("PReLU"),
  .blurb = N_("A leaky ReLU whose slope is learned: max (0, x) + slope · min (0, x)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (PreluParams),
  .params = prelu_params,
  .shape = prelu_shape,
  .weights = prelu_weights,
  .init = prelu_init,
  .prepare = prelu_prepare,
  .train = prelu_train,
  .explain = prelu_explain,
  .write = prelu_write,
};
