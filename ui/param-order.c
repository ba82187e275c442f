/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which of a layer's parameters matter, and which can wait behind a click. */

#include "param-order.h"

/** cnn_param_kernels_given: (nullable): the parameter that holds a layer's given kernels. */
const CnnParam *
cnn_param_kernels_given (const CnnNode *node)
{
  for (const CnnParam *param = node->op->params; param->key; param++)
    if (param->type == CNN_PARAM_KERNELS && !cnn_param_is_initial (param, node->params))
      return param;
  return NULL;
}

/** cnn_param_is_folded: whether it says nothing, and seldom will. */
gboolean
cnn_param_is_folded (const CnnNode *node, const CnnParam *param)
{
  return cnn_param_is_initial (param, node->params) &&
         (param->rare || (param->of_kernels && cnn_param_kernels_given (node)));
}

/** cnn_param_has_folded: whether a layer has such a parameter. */
gboolean
cnn_param_has_folded (const CnnNode *node)
{
  for (const CnnParam *param = node->op->params; param->key; param++)
    if (cnn_param_is_folded (node, param))
      return TRUE;
  return FALSE;
}
