/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "op.h"

#include <string.h>

#include "i18n.h"
#include "ops.h"

/**
 * cnn_ops:
 * @n_ops: (out): how many there are
 *
 * Returns: (transfer none): every kind of layer, in the order in which a menu
 *   shows them; the first is the input
 */
const CnnOp *const *
cnn_ops (guint *n_ops)
{
  static const CnnOp *const ops[] = {
#define CNN_OP(name) &cnn_op_##name,
#include "op-list.h"
  };

  *n_ops = G_N_ELEMENTS (ops);
  return ops;
}

/**
 * cnn_op_find:
 *
 * Returns: (transfer none) (nullable): the op of that name
 */
const CnnOp *
cnn_op_find (const char *name)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  for (guint i = 0; i < n; i++)
    if (strcmp (ops[i]->name, name) == 0)
      return ops[i];
  return NULL;
}

/**
 * cnn_op_param:
 *
 * Returns: (transfer none) (nullable): the parameter of that key
 */
const CnnParam *
cnn_op_param (const CnnOp *op, const char *key)
{
  for (const CnnParam *param = op->params; param->key; param++)
    if (strcmp (param->key, key) == 0)
      return param;
  return NULL;
}

/**
 * cnn_node_check:
 *
 * Returns: whether a layer's parameters fit together; they are taken to where some are in a
 *   file that was not looked into. Otherwise %CNN_ERROR_SPEC is set
 */
gboolean
cnn_node_check (const CnnNode *node, GError **error)
{
  for (const CnnParam *param = node->op->params; param->key; param++)
    if (cnn_param_is_open (param, node->params))
      return TRUE;
  return node->op->check == NULL || node->op->check (node->params, error);
}

/**
 * cnn_node_reach:
 *
 * Returns: which part of its input an output cell of the layer needs
 */
CnnReach
cnn_node_reach (const CnnNode *node)
{
  return node->op->reach_of ? node->op->reach_of (node) : node->op->reach;
}

/**
 * cnn_node_reduction:
 *
 * Returns: (transfer none) (nullable): how the layer takes in its input bit by bit
 */
const CnnReduction *
cnn_node_reduction (const CnnNode *node)
{
  return node->op->reduction_of ? node->op->reduction_of (node) : node->op->reduction;
}

/**
 * cnn_node_window:
 * @in: shape of the first input
 * @window: (out): the window, its padding worked out
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE set
 */
gboolean
cnn_node_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  *window = cnn_window_one ();
  if (cnn_node_reach (node) != CNN_REACH_WINDOW)
    return TRUE;
  return node->op->window (node, in, window, error);
}

/**
 * cnn_node_shape:
 * @in: shapes of its inputs, [node->n_in]
 * @out: (out): shape of its output
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT set
 */
gboolean
cnn_node_shape (const CnnNode *node, const CnnShape *in, CnnShape *out, GError **error)
{
  CnnWindow window;
  CnnSize   size;

  if (node->op->shape)
    return node->op->shape (node, node->n_in, in, out, error);
  if (!cnn_node_window (node, in[0], &window, error))
    return FALSE;
  size = cnn_window_output (&window, (CnnSize) { in[0].height, in[0].width });
  *out = (CnnShape) { size.height, size.width, in[0].channels };
  return TRUE;
}

/**
 * cnn_node_weights:
 * @in: shape of the first input
 * @weights: (out): room for %CNN_MAX_WEIGHTS descriptions
 *
 * Returns: how many weights the layer has
 */
guint
cnn_node_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  return node->op->weights ? node->op->weights (node, in, weights) : 0;
}

/* The window's size, where the text leaves it to the layer. */
static char *
own_size (const CnnNode *node)
{
  CnnShape  roomy = { 1 << 20, 1 << 20, 1 };
  CnnWindow window;

  if (cnn_node_reach (node) != CNN_REACH_WINDOW || !cnn_node_window (node, roomy, &window, NULL))
    return g_strdup ("");
  return g_strdup_printf ("%dx%d", window.kernel.height, window.kernel.width);
}

/**
 * cnn_node_title:
 *
 * Returns: (transfer full): the layer in a few words, for instance
 *   "maxpool 2×2"
 */
char *
cnn_node_title (const CnnNode *node)
{
  GString *title = g_string_new (node->op->name);

  for (const CnnParam *param = node->op->params; param->key; param++)
    {
      g_autofree char *value = NULL;

      if (!param->positional)
        continue;
      if (param->type == CNN_PARAM_INT && cnn_param_is_initial (param, node->params))
        continue;
      value = cnn_param_print (param, node->params);
      if (param->type == CNN_PARAM_SIZE && *value == '\0')
        {
          g_free (value);
          value = own_size (node);
        }
      if (*value == '\0')
        continue;
      g_string_append_c (title, ' ');
      for (const char *c = value; *c; c++)
        if (*c == 'x' && param->type != CNN_PARAM_NODES && param->type != CNN_PARAM_TEXT)
          g_string_append (title, "×");
        else
          g_string_append_c (title, *c);
    }
  return g_string_free (title, FALSE);
}

/** cnn_step_free: frees a step; %NULL is fine. */
void
cnn_step_free (CnnStep *step)
{
  if (step)
    step->free (step);
}

/** cnn_train_step_free: frees a step; %NULL is fine. */
void
cnn_train_step_free (CnnTrainStep *step)
{
  if (step)
    step->free (step);
}
