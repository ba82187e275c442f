/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"

/**
 * cnn_node_print:
 * @value_of: (nullable): gives a parameter another value in the text notation (transfer full),
 *   or %NULL where it keeps its own
 * @text: where the layer is appended, a line
 */
void
cnn_node_print (const CnnNode *node, CnnNodeValue value_of, gpointer data, GString *text)
{
  g_string_append (text, node->op->name);
  for (const CnnParam *param = node->op->params; param->key; param++)
    {
      g_autofree char *value = value_of ? value_of (node, param, data) : NULL;

      if (value == NULL && cnn_param_is_initial (param, node->params))
        continue;
      if (value == NULL)
        value = cnn_param_print (param, node->params);
      if (param->positional)
        g_string_append_printf (text, " %s", value);
      else
        g_string_append_printf (text, " %s=%s", param->key, value);
    }
  if (node->from)
    g_string_append_printf (text, " from=%s", node->from);
  if (node->name)
    g_string_append_printf (text, " as=%s", node->name);
  g_string_append_c (text, '\n');
}

/** cnn_node_says_nothing: whether it may be left out, where it is an input. */
gboolean
cnn_node_says_nothing (const CnnNode *node)
{
  for (const CnnParam *param = node->op->params; param->key; param++)
    if (!cnn_param_is_initial (param, node->params))
      return FALSE;
  return node->name == NULL;
}

/**
 * cnn_network_print:
 *
 * Returns: (transfer full): the network in the text notation, a layer a line,
 *   without what has its initial value. cnn_network_parse() makes the same
 *   network of it.
 */
char *
cnn_network_print (const CnnNetwork *network)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < network->nodes->len; i++)
    {
      const CnnNode *node = network->nodes->pdata[i];

      /* An input that asks for nothing goes without saying. */
      if (i == 0 && cnn_node_says_nothing (node))
        continue;
      cnn_node_print (node, NULL, NULL, text);
    }
  return g_string_free (text, FALSE);
}
