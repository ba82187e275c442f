/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include "i18n.h"

/* A layer that multiplies each map with a number and adds one, right after a convolution
 * that nobody else reads, costs nothing: both go into the kernels and their bias. The plan's
 * weights stay as the network says; those that are run with are its own. */

static void
fold_weights (const CnnPlanNode *node, const double *scale, const double *shift)
{
  const CnnTensor *weight = node->weights[0], *bias = node->weights[1];
  gsize            maps = (gsize) weight->dims[0], depth = cnn_tensor_length (weight) / maps;

  for (gsize map = 0; map < maps; map++)
    {
      double added = bias ? bias->values[map] * scale[map] : 0.0;

      for (gsize i = map * depth; i < (map + 1) * depth; i++)
        node->folded[0]->values[i] = (float) (weight->values[i] * scale[map]);
      node->folded[1]->values[map] = (float) (added + shift[map]);
    }
}

/**
 * cnn_plan_fold:
 * @plan: (inout): a plan with all weights
 * @i: a node that @folded says is done by the convolution before it
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set
 */
gboolean
cnn_plan_fold (CnnPlan *plan, guint i, GError **error)
{
  const CnnPlanNode   *node = &plan->nodes[i];
  CnnPlanNode         *conv = &plan->nodes[node->node->in[0]];
  const CnnTensor     *weight = conv->weights[0];
  g_autofree double   *scale = g_new (double, weight->dims[0]);
  g_autofree double   *shift = g_new (double, weight->dims[0]);

  conv->folded[0] = cnn_tensor_new (weight->n_dims, weight->dims);
  conv->folded[1] = cnn_tensor_new (1, weight->dims);
  if (conv->folded[0] == NULL || conv->folded[1] == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the "
                                                        "weights"));
      return FALSE;
    }
  node->node->op->affine (node->node, node->weights, weight->dims[0], scale, shift);
  fold_weights (conv, scale, shift);
  return TRUE;
}
