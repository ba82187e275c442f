/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "ops.h"
#include "weights.h"

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

static CnnStep *
prelu_prepare (const CnnTask *task, GError **error)
{
  const CnnTensor      *slope = task->weights[0]; /* [1] or [channels] */
  dnnl_dims_t           dims = { 1, slope->dims[0], 1, 1 };
  dnnl_memory_desc_t    maps = cnn_dnnl_maps (task->out);
  dnnl_memory_desc_t    have;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  CnnStep              *step = NULL;

  dnnl_memory_desc_create_with_tag (&have, 4, dims, dnnl_f32, dnnl_nhwc);
  if (cnn_dnnl_check (dnnl_prelu_forward_primitive_desc_create (&desc, cnn_dnnl_engine (),
                                                                dnnl_forward_inference, maps, have,
                                                                maps, attr),
                      task, error))
    step = cnn_dnnl_step_new (desc, task, error);
  if (step && (!cnn_dnnl_step_bind_maps (step, task, error) ||
               !cnn_dnnl_step_weight (step, DNNL_ARG_WEIGHTS, have, slope->values, task, error)))
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (maps);
  dnnl_memory_desc_destroy (have);
  dnnl_primitive_attr_destroy (attr);
  return step;
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
  .explain = prelu_explain,
};
