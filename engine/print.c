/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"

static void
print_node (const CnnNode *node, GString *text)
{
  g_string_append (text, node->op->name);
  for (const CnnParam *param = node->op->params; param->key; param++)
    {
      g_autofree char *value = NULL;

      if (cnn_param_is_initial (param, node->params))
        continue;
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

static gboolean
says_nothing (const CnnNode *node)
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
      if (i == 0 && says_nothing (node))
        continue;
      print_node (node, text);
    }
  return g_string_free (text, FALSE);
}
