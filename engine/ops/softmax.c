/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"

typedef struct
{
  int axis;
} SoftmaxParams;

enum
{
  AXIS_CHANNELS,
  AXIS_MAP,
  AXIS_ALL
};

static const CnnChoice axes[] = {
  [AXIS_CHANNELS] = { "channels", N_("Channels at each place") },
  [AXIS_MAP] = { "map", N_("Each map") },
  [AXIS_ALL] = { "all", N_("All values") },
  { NULL },
};

static const CnnParam softmax_params[] = {
  { .key = "axis",
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (SoftmaxParams, axis),
    .initial = "channels",
    .choices = axes,
    .label = N_("Over"),
    .tooltip = N_("Which values add up to 1") },
  { .key = NULL },
};

/* oneDNN's softmax runs over one extent, so the maps are shown to it as a
 * matrix or, over each map, as cells × channels with the cells as that extent. */
static CnnStep *
softmax_prepare (const CnnTask *task, GError **error)
{
  const SoftmaxParams  *p = task->node->params;
  dnnl_dim_t            cells = (dnnl_dim_t) task->out.height * task->out.width;
  dnnl_dims_t           dims = { cells, task->out.channels };
  dnnl_memory_desc_t    maps;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  CnnStep              *step = NULL;

  if (p->axis == AXIS_ALL)
    {
      dims[0] = 1;
      dims[1] = cells * task->out.channels;
    }
  dnnl_memory_desc_create_with_tag (&maps, 2, dims, dnnl_f32, dnnl_ab);
  if (cnn_dnnl_check (dnnl_softmax_forward_primitive_desc_create (
                        &desc, cnn_dnnl_engine (), dnnl_forward_inference, dnnl_softmax_accurate,
                        maps, maps, p->axis == AXIS_MAP ? 0 : 1, attr),
                      task, error))
    step = cnn_dnnl_step_new (desc, task, error);
  if (step && !cnn_dnnl_step_bind_maps (step, task, error))
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (maps);
  dnnl_primitive_attr_destroy (attr);
  return step;
}

static void
softmax_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  const SoftmaxParams *p = task->node->params;
  CnnShape             in = task->in[0];
  gboolean             over_place = p->axis != AXIS_CHANNELS, over_channels = p->axis != AXIS_MAP;
  int                  places = over_place ? in.height * in.width : 1;
  int                  channels = over_channels ? in.channels : 1;
  int                  n = places * channels;
  CnnPart             *part = cnn_explanation_add_part (explanation, CNN_PART_EXPONENTIALS, 0,
                                                        over_channels ? -1 : channel,
                                                        (CnnSize) { places, channels }, TRUE);
  double               most = -INFINITY;

  for (int i = 0; i < n; i++)
    {
      int place = i / channels;

      part->values[i] = cells->read (cells->data, 0, over_place ? place / in.width : y,
                                     over_place ? place % in.width : x,
                                     over_channels ? i % channels : channel);
      most = MAX (most, part->values[i]);
    }
  /* Taking the largest off all of them changes no quotient and keeps the
   * exponentials finite. */
  for (int i = 0; i < n; i++)
    {
      part->factors[i] = exp (part->values[i] - most);
      part->result += part->factors[i];
    }
  part->winner = (over_place ? (y * in.width + x) * channels : 0) + (over_channels ? channel : 0);
  explanation->value = part->factors[part->winner] / part->result;
  explanation->magnitude = explanation->value;
}

const CnnOp cnn_op_softmax = {
  .name = "softmax",
  .label = N_("Softmax"),
  .blurb = N_("Turns values into probabilities that add up to 1: eˣ divided by the sum of all eˣ"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_WHOLE,
  .params_size = sizeof (SoftmaxParams),
  .params = softmax_params,
  .prepare = softmax_prepare,
  .explain = softmax_explain,
};
