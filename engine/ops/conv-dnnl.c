/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-kernels.h"
#include "dnnl-step.h"

/* The kernels' numbers as they lie, and as oneDNN likes them best. */
static void
describe_weights (const CnnTensor *weight, dnnl_dim_t groups, dnnl_memory_desc_t *have,
                  dnnl_memory_desc_t *any)
{
  dnnl_dim_t  maps = weight->dims[0], rows = weight->dims[1], columns = weight->dims[2];
  dnnl_dim_t  depth = weight->dims[3];
  dnnl_dims_t dims = { maps, depth, rows, columns };
  dnnl_dims_t order = { rows * columns * depth, 1, columns * depth, depth };
  dnnl_dims_t group_dims = { groups, maps / groups, depth, rows, columns };
  dnnl_dims_t group_order = { maps / groups * order[0], order[0], 1, order[2], order[3] };

  if (groups > 1)
    {
      dnnl_memory_desc_create_with_strides (have, 5, group_dims, dnnl_f32, group_order);
      dnnl_memory_desc_create_with_tag (any, 5, group_dims, dnnl_f32, dnnl_format_tag_any);
    }
  else
    {
      dnnl_memory_desc_create_with_strides (have, 4, dims, dnnl_f32, order);
      dnnl_memory_desc_create_with_tag (any, 4, dims, dnnl_f32, dnnl_format_tag_any);
    }
}

/**
 * cnn_conv_prepare_dnnl:
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_UNSUPPORTED or
 *   %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_conv_prepare_dnnl (const CnnTask *task, const CnnConvolution *conv, GError **error)
{
  dnnl_dims_t           strides = { conv->stride.height, conv->stride.width };
  dnnl_dims_t           dilates = { conv->dilation.height - 1, conv->dilation.width - 1 };
  dnnl_dims_t           before = { task->pad.top, task->pad.left };
  dnnl_dims_t           after = { task->pad.bottom, task->pad.right };
  dnnl_dims_t           bias_dims = { conv->weights->dims[0] };
  dnnl_memory_desc_t    in, out, any, have, bias = NULL;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  CnnStep              *step = NULL;
  gboolean              ok;

  if (task->then)
    cnn_dnnl_attr_then (attr, task->then);
  in = cnn_dnnl_maps (task->in[0]);
  out = cnn_dnnl_maps (task->out);
  describe_weights (conv->weights, conv->groups, &have, &any);
  if (conv->bias)
    dnnl_memory_desc_create_with_tag (&bias, 1, bias_dims, dnnl_f32, dnnl_a);
  ok = cnn_dnnl_check (dnnl_convolution_forward_primitive_desc_create (
                         &desc, cnn_dnnl_engine (), dnnl_forward_inference, dnnl_convolution_direct,
                         in, any, bias, out, strides, dilates, before, after, attr),
                       task, error);
  if (ok)
    step = cnn_dnnl_step_new (desc, task, error);
  ok = step != NULL && cnn_dnnl_step_bind_maps (step, task, error) &&
       cnn_dnnl_step_weight (step, DNNL_ARG_WEIGHTS, have, conv->weights, task, error) &&
       (bias == NULL || cnn_dnnl_step_weight (step, DNNL_ARG_BIAS, bias, conv->bias, task, error));
  if (!ok)
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (in);
  dnnl_memory_desc_destroy (out);
  dnnl_memory_desc_destroy (any);
  dnnl_memory_desc_destroy (have);
  if (bias)
    dnnl_memory_desc_destroy (bias);
  dnnl_primitive_attr_destroy (attr);
  return step;
}
