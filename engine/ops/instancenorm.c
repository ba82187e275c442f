/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "norm.h"
#include "ops.h"
#include "weights.h"
#include "writer.h"

/* Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016), equation 3; scale
 * and shift as in ONNX's InstanceNormalization-6. */

typedef struct
{
  CnnNumbers scale;
  CnnNumbers shift;
  double     epsilon;
} InstancenormParams;

enum
{
  SCALE,
  SHIFT,
  N_WEIGHTS
};

static const CnnParam instancenorm_params[] = {
  CNN_NORM_SCALE (InstancenormParams),
  CNN_NORM_SHIFT (InstancenormParams),
  CNN_NORM_EPSILON (InstancenormParams),
  { .key = NULL },
};

static gboolean
instancenorm_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                    GError **error)
{
  const InstancenormParams *p = node->params;

  *out = *in;
  return cnn_numbers_fit (&p->scale, "scale", in->channels, error) &&
         cnn_numbers_fit (&p->shift, "shift", in->channels, error);
}

static guint
instancenorm_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  weights[SCALE] = (CnnWeight) { "scale", 1, { in.channels }, TRUE };
  weights[SHIFT] = (CnnWeight) { "shift", 1, { in.channels }, TRUE };
  return N_WEIGHTS;
}

static gboolean
instancenorm_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
                   GError **error)
{
  const InstancenormParams *p = node->params;

  cnn_weights_fill (weights[SCALE], &p->scale, 1.0);
  cnn_weights_fill (weights[SHIFT], &p->shift, 0.0);
  return TRUE;
}

typedef struct
{
  CnnStep      step;
  gint64       places;
  gsize        channels;
  double       epsilon;
  const float *scale;
  const float *shift;
  double      *mean;   /* [channels] */
  double      *factor; /* [channels]: 1 / √(variance + epsilon), then that times scale */
} InstancenormStep;

static void
add_values (gsize n, const float *restrict in, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += in[i];
}

static void
add_squares (gsize n, const float *restrict in, const double *restrict mean, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += (in[i] - mean[i]) * (in[i] - mean[i]);
}

static void
put_values (gsize n, const float *in, const InstancenormStep *step, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) ((in[i] - step->mean[i]) * step->factor[i] + step->shift[i]);
}

/* The whole map is there, so that values are always added in the same order. */
static void
find_mean (const InstancenormStep *step, const float *in)
{
  gsize n = step->channels;

  memset (step->mean, 0, n * sizeof (double));
  memset (step->factor, 0, n * sizeof (double));
  for (gint64 i = 0; i < step->places; i++)
    add_values (n, in + i * n, step->mean);
  for (gsize c = 0; c < n; c++)
    step->mean[c] /= (double) step->places;
  for (gint64 i = 0; i < step->places; i++)
    add_squares (n, in + i * n, step->mean, step->factor);
  for (gsize c = 0; c < n; c++)
    step->factor[c] = 1.0 / sqrt (step->factor[c] / (double) step->places + step->epsilon);
}

static void
put_map (const InstancenormStep *step, const float *in, float *out)
{
  gsize n = step->channels;

  for (gsize c = 0; c < n; c++)
    step->factor[c] *= step->scale[c];
  for (gint64 i = 0; i < step->places; i++)
    put_values (n, in + i * n, step, out + i * n);
}

static gboolean
instancenorm_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const InstancenormStep *step = (InstancenormStep *) base;

  find_mean (step, in[0]);
  put_map (step, in[0], out);
  return TRUE;
}

static void
instancenorm_free (CnnStep *base)
{
  InstancenormStep *step = (InstancenormStep *) base;

  g_free (step->mean);
  g_free (step->factor);
  g_free (step);
}

static CnnStep *
instancenorm_prepare (const CnnTask *task, GError **error)
{
  const InstancenormParams *p = task->node->params;
  InstancenormStep         *step = g_new0 (InstancenormStep, 1);

  step->step = (CnnStep) { instancenorm_run, instancenorm_free };
  step->places = (gint64) task->out.height * task->out.width;
  step->channels = task->out.channels;
  step->epsilon = p->epsilon;
  step->scale = task->weights[SCALE]->values;
  step->shift = task->weights[SHIFT]->values;
  step->mean = g_new (double, step->channels);
  step->factor = g_new (double, step->channels);
  return &step->step;
}

/* --- training ------------------------------------------------------------------- */

typedef struct
{
  CnnTrainStep step;
  CnnStep     *run;     /* an InstancenormStep */
  double      *sums;    /* [2][channels] */
  float       *factors; /* [3][channels] */
} InstancenormTrainStep;

/* @pass->kept: [n][step.kept]: of each image [2][channels]: mean and 1 / √(variance + epsilon) */
static gboolean
instancenorm_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const InstancenormStep *run = (InstancenormStep *) ((InstancenormTrainStep *) base)->run;
  gsize                   n = run->channels, cells = (gsize) run->places * n;

  for (gsize i = 0; i < pass->n; i++)
    {
      float *kept = (float *) (pass->kept + i * base->kept); /* [2][channels] */

      find_mean (run, pass->in[0] + i * cells);
      for (gsize c = 0; c < n; c++)
        {
          kept[c] = (float) run->mean[c];
          kept[n + c] = (float) run->factor[c];
        }
      put_map (run, pass->in[0] + i * cells, pass->out + i * cells);
    }
  return TRUE;
}

static gboolean
instancenorm_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const InstancenormTrainStep *step = (InstancenormTrainStep *) base;
  const InstancenormStep      *run = (InstancenormStep *) step->run;
  gsize                        n = run->channels, cells = (gsize) run->places * n;
  float                       *d_scale = pass->d_weights[SCALE]; /* [channels] */
  float                       *d_shift = pass->d_weights[SHIFT]; /* [channels] */

  for (gsize i = 0; i < pass->n; i++)
    {
      const float *mean = (const float *) (pass->kept + i * base->kept), *inverse = mean + n;
      const float *in = pass->in[0] + i * cells, *d_out = pass->d_out + i * cells;

      memset (step->sums, 0, 2 * n * sizeof (double));
      cnn_norm_back_sums ((gsize) run->places, n, in, d_out, mean, inverse, step->sums);
      for (gsize c = 0; c < n; c++)
        {
          if (d_shift)
            d_shift[c] += (float) step->sums[c];
          if (d_scale)
            d_scale[c] += (float) step->sums[n + c];
        }
      if (pass->d_in[0] == NULL)
        continue;
      cnn_norm_back_factors (n, (double) run->places, run->scale, inverse, step->sums,
                             step->factors);
      cnn_norm_back_values ((gsize) run->places, n, in, d_out, mean, step->factors,
                            pass->d_in[0] + i * cells);
    }
  return TRUE;
}

static void
instancenorm_train_free (CnnTrainStep *base)
{
  InstancenormTrainStep *step = (InstancenormTrainStep *) base;

  cnn_step_free (step->run);
  g_free (step->sums);
  g_free (step->factors);
  g_free (step);
}

static CnnTrainStep *
instancenorm_train (const CnnTask *task, GError **error)
{
  InstancenormTrainStep *step = g_new0 (InstancenormTrainStep, 1);
  gsize                  n = task->out.channels;

  step->step.kept = cnn_norm_kept (n);
  step->step.needs_in = TRUE;
  step->step.forward = instancenorm_forward;
  step->step.backward = instancenorm_backward;
  step->step.free = instancenorm_train_free;
  step->run = instancenorm_prepare (task, error);
  step->sums = g_new (double, 2 * n);
  step->factors = g_new (float, 3 * n);
  return &step->step;
}

/* --- the arithmetic --------------------------------------------------------------- */

/* Adds a part with the mean of something of each row: of its values, or of the squares of what
 * they differ from @from. */
static double
explain_mean (const CnnCells *cells, CnnShape in, int channel, const double *from,
              CnnExplanation *explanation)
{
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_WEIGHTED, 0, channel,
                                            (CnnSize) { in.height, 1 }, TRUE);

  for (int y = 0; y < in.height; y++)
    {
      for (int x = 0; x < in.width; x++)
        {
          double value = cells->read (cells->data, 0, y, x, channel);

          part->values[y] += from ? (value - *from) * (value - *from) : value;
        }
      part->values[y] /= in.width;
      part->factors[y] = 1.0 / in.height;
      part->result += part->values[y] * part->factors[y];
    }
  return part->result;
}

/* The mean of the values' sizes: of what the mean, which may be 0, is made. */
static double
explain_size (const CnnCells *cells, CnnShape in, int channel)
{
  double sum = 0.0;

  for (int y = 0; y < in.height; y++)
    for (int x = 0; x < in.width; x++)
      sum += fabs (cells->read (cells->data, 0, y, x, channel));
  return sum / ((double) in.height * in.width);
}

/* The mean, the variance, and scale · (x − mean) / √(variance + epsilon) + shift. */
static void
instancenorm_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                      CnnExplanation *explanation)
{
  const InstancenormParams *p = task->node->params;
  double value = cells->read (cells->data, 0, y, x, channel);
  double mean = explain_mean (cells, task->in[0], channel, NULL, explanation);
  double variance = explain_mean (cells, task->in[0], channel, &mean, explanation);
  double shift = task->weights[SHIFT]->values[channel];
  double scale = task->weights[SCALE]->values[channel] / sqrt (variance + p->epsilon);
  double size = explain_size (cells, task->in[0], channel);

  cnn_explanation_function (explanation, 0, channel, value, scale * (value - mean) + shift);
  explanation->magnitude = fabs (scale * value) + fabs (scale) * size + fabs (shift);
}

static gboolean
instancenorm_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const InstancenormParams *p = node->params;
  const char               *made = cnn_norm_write (writer, "InstanceNormalization", N_WEIGHTS,
                                                   p->epsilon);

  if (made == NULL)
    return FALSE;
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_instancenorm = {
  .name = "instancenorm",
  .label = N_("Instance normalisation"),
  .blurb = N_("Brings each map of a picture to mean 0 and variance 1: "
              "scale · (x − mean) / √(variance + epsilon) + shift"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WHOLE,
  .params_size = sizeof (InstancenormParams),
  .params = instancenorm_params,
  .shape = instancenorm_shape,
  .weights = instancenorm_weights,
  .init = instancenorm_init,
  .prepare = instancenorm_prepare,
  .train = instancenorm_train,
  .explain = instancenorm_explain,
  .write = instancenorm_write,
};
