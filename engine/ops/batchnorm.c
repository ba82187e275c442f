/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>

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
  .explain = batchnorm_explain,
  .write = batchnorm_write,
};
