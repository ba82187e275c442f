/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "norm.h"
#include "ops.h"
#include "weights.h"
#include "writer.h"

typedef struct
{
  double     epsilon;
  CnnNumbers scale;
  CnnNumbers shift;
  CnnNumbers mean;
  CnnNumbers variance;
  double     momentum;
} BatchnormParams;

enum
{
  SCALE,
  SHIFT,
  MEAN,
  VARIANCE,
  N_WEIGHTS
};

static const CnnParam batchnorm_params[] = {
  CNN_NORM_EPSILON (BatchnormParams),
  CNN_NORM_SCALE (BatchnormParams),
  CNN_NORM_SHIFT (BatchnormParams),
  CNN_NORM_NUMBERS (BatchnormParams, mean, "0", -1e30, N_("Mean"),
                    N_("Mean of the values in training: one number, or one for each map")),
  CNN_NORM_NUMBERS (BatchnormParams, variance, "1", 0.0, N_("Variance"),
                    N_("Variance of the values in training: one number, or one for each map")),
  { .key = "momentum",
    .rare = TRUE,
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (BatchnormParams, momentum),
    .initial = "0.1",
    .min = 0.0,
    .max = 1.0,
    .label = N_("Momentum"),
    .tooltip = N_("How far each minibatch of the training moves the mean and the variance "
                  "towards its own") },
  { .key = NULL },
};

static gboolean
batchnorm_check (gconstpointer params, GError **error)
{
  const BatchnormParams *p = params;

  for (int i = 0; i < p->variance.n; i++)
    if (p->variance.values[i] + p->epsilon < FLT_MIN)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("variance and epsilon are both 0, which would divide by zero"));
        return FALSE;
      }
  return TRUE;
}

static gboolean
batchnorm_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                 GError **error)
{
  const BatchnormParams *p = node->params;

  *out = *in;
  return cnn_numbers_fit (&p->scale, "scale", in->channels, error) &&
         cnn_numbers_fit (&p->shift, "shift", in->channels, error) &&
         cnn_numbers_fit (&p->mean, "mean", in->channels, error) &&
         cnn_numbers_fit (&p->variance, "variance", in->channels, error);
}

static guint
batchnorm_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  weights[SCALE] = (CnnWeight) { "scale", 1, { in.channels }, TRUE };
  weights[SHIFT] = (CnnWeight) { "shift", 1, { in.channels }, TRUE };
  weights[MEAN] = (CnnWeight) { "mean", 1, { in.channels }, FALSE };
  weights[VARIANCE] = (CnnWeight) { "variance", 1, { in.channels }, FALSE };
  return N_WEIGHTS;
}

static gboolean
batchnorm_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
                GError **error)
{
  const BatchnormParams *p = node->params;

  cnn_weights_fill (weights[SCALE], &p->scale, 1.0);
  cnn_weights_fill (weights[SHIFT], &p->shift, 0.0);
  cnn_weights_fill (weights[MEAN], &p->mean, 0.0);
  cnn_weights_fill (weights[VARIANCE], &p->variance, 1.0);
  return TRUE;
}

static CnnStep *
batchnorm_prepare (const CnnTask *task, GError **error)
{
  static const int args[N_WEIGHTS] = { DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN,
                                       DNNL_ARG_VARIANCE };

  const BatchnormParams *p = task->node->params;
  dnnl_dims_t            dims = { task->out.channels };
  dnnl_memory_desc_t     maps = cnn_dnnl_maps (task->out);
  dnnl_memory_desc_t     vector;
  dnnl_primitive_attr_t  attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t  desc = NULL;
  CnnStep               *step = NULL;
  gboolean               ok;

  dnnl_memory_desc_create_with_tag (&vector, 1, dims, dnnl_f32, dnnl_a);
  if (cnn_dnnl_check (dnnl_batch_normalization_forward_primitive_desc_create (
                        &desc, cnn_dnnl_engine (), dnnl_forward_inference, maps, maps,
                        (float) p->epsilon,
                        dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift, attr),
                      task, error))
    step = cnn_dnnl_step_new (desc, task, error);
  ok = step != NULL && cnn_dnnl_step_bind_maps (step, task, error);
  for (int i = 0; ok && i < N_WEIGHTS; i++)
    ok = cnn_dnnl_step_weight (step, args[i], vector, task->weights[i], task, error);
  dnnl_memory_desc_destroy (maps);
  dnnl_memory_desc_destroy (vector);
  dnnl_primitive_attr_destroy (attr);
  if (!ok)
    g_clear_pointer (&step, cnn_step_free);
  return step;
}

/* --- training ------------------------------------------------------------------- */

/* With the mean and the variance of the minibatch. Source: Ioffe and Szegedy, "Batch
 * normalization" (2015), algorithm 1. */
typedef struct
{
  CnnTrainStep step;
  gsize        places;  /* of a map */
  gsize        channels;
  double       epsilon;
  double       momentum;
  CnnTensor   *weights[N_WEIGHTS]; /* [channels] each */
  float       *numbers; /* [3][channels] */
} BatchnormTrainStep;

/* @sums: [2][n]: the values' and their squares' */
CNN_CLONES static void
add_sums (gsize places, gsize n, const float *restrict in, double *restrict sums)
{
  double *restrict squares = sums + n; /* [n] */

  /* Few at a time, so that not every value waits for the sum of those before it. */
  for (; places >= 4; places -= 4, in += 4 * n)
    for (gsize c = 0; c < n; c++)
      {
        double x0 = in[c], x1 = in[n + c], x2 = in[2 * n + c], x3 = in[3 * n + c];

        sums[c] += (x0 + x1) + (x2 + x3);
        squares[c] += (x0 * x0 + x1 * x1) + (x2 * x2 + x3 * x3);
      }
  for (; places > 0; places--, in += n)
    for (gsize c = 0; c < n; c++)
      {
        sums[c] += in[c];
        squares[c] += (double) in[c] * in[c];
      }
}

/* @factors: [2][n]: what each value is multiplied with, after the mean was taken off, and what is
 * then added */
CNN_CLONES static void
put_values (gsize places, gsize n, const float *restrict in, const float *restrict mean,
            const float *restrict factors, float *restrict out)
{
  const float *restrict shift = factors + n; /* [n] */

  for (gsize i = 0; i < places; i++, in += n, out += n)
    for (gsize c = 0; c < n; c++)
      out[c] = (in[c] - mean[c]) * factors[c] + shift[c];
}

static void
batchnorm_measure (CnnTrainStep *base, const CnnPass *pass, double *sums)
{
  const BatchnormTrainStep *step = (BatchnormTrainStep *) base;

  add_sums (pass->n * step->places, step->channels, pass->in[0], sums);
}

/* Of map @c. In double, in which the difference of the squares keeps its digits. */
static void
find_moments (const BatchnormTrainStep *step, const CnnPass *pass, gsize c, double *mean,
              double *variance)
{
  double n = (double) pass->n_all * step->places;

  *mean = pass->sums[c] / n;
  *variance = MAX (0.0, pass->sums[step->channels + c] / n - *mean * *mean);
}

/* @pass->kept: [n][step.kept]: of each image [2][channels]: mean and 1 / √(variance + epsilon) */
static gboolean
batchnorm_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const BatchnormTrainStep *step = (BatchnormTrainStep *) base;
  gsize                     n = step->channels;
  float                    *kept = (float *) pass->kept; /* [2][channels] */

  for (gsize c = 0; c < n; c++)
    {
      double mean, variance, inverse;

      find_moments (step, pass, c, &mean, &variance);
      inverse = 1.0 / sqrt (variance + step->epsilon);
      kept[c] = (float) mean;
      kept[n + c] = (float) inverse;
      step->numbers[c] = (float) (step->weights[SCALE]->values[c] * inverse);
      step->numbers[n + c] = step->weights[SHIFT]->values[c];
    }
  for (gsize i = 1; i < pass->n; i++)
    memcpy (pass->kept + i * base->kept, kept, 2 * n * sizeof (float));
  put_values (pass->n * step->places, n, pass->in[0], kept, step->numbers, pass->out);
  return TRUE;
}

static void
batchnorm_measure_back (CnnTrainStep *base, const CnnPass *pass, double *sums)
{
  const BatchnormTrainStep *step = (BatchnormTrainStep *) base;
  const float              *mean = (const float *) pass->kept; /* [2][channels] */

  cnn_norm_back_sums (pass->n * step->places, step->channels, pass->in[0], pass->d_out, mean,
                      mean + step->channels, sums);
}

/* The sums are those of the whole minibatch: each image adds its share of them to the weights'
 * derivatives, which together is all of them. */
static gboolean
batchnorm_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const BatchnormTrainStep *step = (BatchnormTrainStep *) base;
  gsize                     n = step->channels;
  double                    share = (double) pass->n / pass->n_all;
  const float              *mean = (const float *) pass->kept; /* [2][channels] */

  for (gsize c = 0; c < n; c++)
    {
      if (pass->d_weights[SHIFT])
        pass->d_weights[SHIFT][c] += (float) (share * pass->sums[c]);
      if (pass->d_weights[SCALE])
        pass->d_weights[SCALE][c] += (float) (share * pass->sums[n + c]);
    }
  if (pass->d_in[0] == NULL)
    return TRUE;
  cnn_norm_back_factors (n, (double) pass->n_all * step->places, step->weights[SCALE]->values,
                         mean + n, pass->sums, step->numbers);
  cnn_norm_back_values (pass->n * step->places, n, pass->in[0], pass->d_out, mean, step->numbers,
                        pass->d_in[0]);
  return TRUE;
}

/* Of a run it is the variance of all values that there are that counts, not just of these. */
static void
batchnorm_settle (CnnTrainStep *base, const CnnPass *pass)
{
  const BatchnormTrainStep *step = (BatchnormTrainStep *) base;
  double                    n = (double) pass->n_all * step->places;
  float                    *means = step->weights[MEAN]->values;         /* [channels] */
  float                    *variances = step->weights[VARIANCE]->values; /* [channels] */

  for (gsize c = 0; c < step->channels; c++)
    {
      double mean, variance;

      find_moments (step, pass, c, &mean, &variance);
      variance *= n / MAX (1.0, n - 1.0);
      means[c] = (float) (means[c] + step->momentum * (mean - means[c]));
      variances[c] = (float) (variances[c] + step->momentum * (variance - variances[c]));
    }
}

static void
batchnorm_train_free (CnnTrainStep *base)
{
  g_free (((BatchnormTrainStep *) base)->numbers);
  g_free (base);
}

static CnnTrainStep *
batchnorm_train (const CnnTask *task, GError **error)
{
  const BatchnormParams *p = task->node->params;
  BatchnormTrainStep    *step = g_new0 (BatchnormTrainStep, 1);

  step->channels = task->out.channels;
  step->step.kept = cnn_norm_kept (step->channels);
  step->step.needs_in = TRUE;
  step->step.n_sums = 2 * (guint) step->channels;
  step->step.n_back_sums = 2 * (guint) step->channels;
  step->step.measure = batchnorm_measure;
  step->step.forward = batchnorm_forward;
  step->step.measure_back = batchnorm_measure_back;
  step->step.backward = batchnorm_backward;
  step->step.settle = batchnorm_settle;
  step->step.free = batchnorm_train_free;
  step->places = (gsize) task->out.height * task->out.width;
  step->epsilon = p->epsilon;
  step->momentum = p->momentum;
  for (int i = 0; i < N_WEIGHTS; i++)
    step->weights[i] = task->weights[i];
  step->numbers = g_new (float, 3 * step->channels);
  return &step->step;
}

/* --- the arithmetic --------------------------------------------------------------- */

/* Source: Ioffe and Szegedy, "Batch normalization" (2015), algorithm 2. */
static void
batchnorm_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                   CnnExplanation *explanation)
{
  const BatchnormParams *p = task->node->params;
  double                 value = cells->read (cells->data, 0, y, x, channel);
  double                 mean = task->weights[MEAN]->values[channel];
  double                 variance = task->weights[VARIANCE]->values[channel];
  double                 shift = task->weights[SHIFT]->values[channel];
  double                 scale = task->weights[SCALE]->values[channel] /
                                 sqrt (variance + p->epsilon);

  cnn_explanation_function (explanation, 0, channel, value, scale * (value - mean) + shift);
  explanation->magnitude = fabs (scale * value) + fabs (scale * mean) + fabs (shift);
}

static void
batchnorm_affine (const CnnNode *node, CnnTensor *const *weights, int n, double *scale,
                  double *shift)
{
  const BatchnormParams *p = node->params;

  for (int i = 0; i < n; i++)
    {
      scale[i] = weights[SCALE]->values[i] / sqrt (weights[VARIANCE]->values[i] + p->epsilon);
      shift[i] = weights[SHIFT]->values[i] - scale[i] * weights[MEAN]->values[i];
    }
}

static gboolean
batchnorm_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const BatchnormParams *p = node->params;
  const char            *made = cnn_norm_write (writer, "BatchNormalization", N_WEIGHTS,
                                                p->epsilon);

  if (made == NULL)
    return FALSE;
  /* ONNX's is the share that stays; of 0.9 it need not be said. */
  if (p->momentum != 0.1)
    cnn_writer_float (writer, "momentum", 1.0 - p->momentum);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_batchnorm = {
  .name = "batchnorm",
  .label = N_("Batch normalisation"),
  .blurb = N_("Brings each map to the scale it had in training: "
              "scale · (x − mean) / √(variance + epsilon) + shift"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (BatchnormParams),
  .params = batchnorm_params,
  .check = batchnorm_check,
  .shape = batchnorm_shape,
  .weights = batchnorm_weights,
  .init = batchnorm_init,
  .affine = batchnorm_affine,
  .prepare = batchnorm_prepare,
  .train = batchnorm_train,
  .explain = batchnorm_explain,
  .write = batchnorm_write,
};
