/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"

#include <string.h>

#include "random.h"

static void
node_clear (gpointer data)
{
  CnnNode *node = data;

  for (const CnnParam *param = node->op->params; param->key; param++)
    cnn_param_clear (param, node->params);
  g_free (node->params);
  g_free (node->name);
  g_free (node->from);
}

/* (transfer full): a node with initial parameters and no inputs. Networks that begin
 * with the same layers share them. */
CnnNode *
cnn_node_new (const CnnOp *op)
{
  CnnNode *node = g_atomic_rc_box_new0 (CnnNode);

  node->op = op;
  node->params = g_malloc0 (MAX (op->params_size, 1));
  for (const CnnParam *param = op->params; param->key; param++)
    cnn_param_init (param, node->params);
  return node;
}

CnnNode *
cnn_node_ref (CnnNode *node)
{
  return g_atomic_rc_box_acquire (node);
}

void
cnn_node_unref (CnnNode *node)
{
  g_atomic_rc_box_release_full (node, node_clear);
}

/* (transfer full): a network without nodes. */
CnnNetwork *
cnn_network_new (void)
{
  CnnNetwork *network = g_new0 (CnnNetwork, 1);

  network->ref_count = 1;
  network->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_node_unref);
  return network;
}

/* Makes @node (transfer full) the network's last. (transfer none): the node. */
CnnNode *
cnn_network_add (CnnNetwork *network, CnnNode *node)
{
  g_ptr_array_add (network->nodes, node);
  return node;
}

/**
 * cnn_network_head:
 * @n_nodes: how many, from 1 to all
 *
 * Returns: (transfer full): a network of the first @n_nodes nodes, the same in all
 */
CnnNetwork *
cnn_network_head (CnnNetwork *network, guint n_nodes)
{
  CnnNetwork *head;

  g_return_val_if_fail (n_nodes >= 1 && n_nodes <= network->nodes->len, NULL);

  if (n_nodes == network->nodes->len)
    return cnn_network_ref (network);
  head = cnn_network_new ();
  if (network->bank)
    head->bank = cnn_bank_ref (network->bank);
  for (guint i = 0; i < n_nodes; i++)
    cnn_network_add (head, cnn_node_ref (network->nodes->pdata[i]));
  return head;
}

CnnNetwork *
cnn_network_ref (CnnNetwork *network)
{
  g_atomic_int_inc (&network->ref_count);
  return network;
}

void
cnn_network_unref (CnnNetwork *network)
{
  if (!g_atomic_int_dec_and_test (&network->ref_count))
    return;
  g_ptr_array_unref (network->nodes);
  g_clear_pointer (&network->bank, cnn_bank_unref);
  g_free (network);
}

/** cnn_network_bank: (transfer none) (nullable): the weights that its text refers to */
CnnBank *
cnn_network_bank (const CnnNetwork *network)
{
  return network->bank;
}

/**
 * cnn_network_n_nodes:
 *
 * Returns: number of nodes, the input among them
 */
guint
cnn_network_n_nodes (const CnnNetwork *network)
{
  return network->nodes->len;
}

/**
 * cnn_network_node:
 * @node: number of the node; 0 is the input
 *
 * Returns: (transfer none): the node
 */
const CnnNode *
cnn_network_node (const CnnNetwork *network, guint node)
{
  g_return_val_if_fail (node < network->nodes->len, NULL);

  return network->nodes->pdata[node];
}

/**
 * cnn_network_find:
 * @name: what as= calls a layer
 *
 * Returns: number of the node of that name, or −1
 */
int
cnn_network_find (const CnnNetwork *network, const char *name)
{
  for (guint i = 0; i < network->nodes->len; i++)
    if (g_strcmp0 (cnn_network_node (network, i)->name, name) == 0)
      return (int) i;
  return -1;
}

/**
 * cnn_network_input:
 * @offered: shape of the picture at hand
 *
 * Returns: the shape the picture must be brought to: what the network's input
 *   line says, and as offered where it says nothing
 */
CnnShape
cnn_network_input (const CnnNetwork *network, CnnShape offered)
{
  const CnnNode  *input = cnn_network_node (network, 0);
  const CnnParam *param = cnn_op_param (input->op, "shape");
  CnnShape        asked = *cnn_param_field (CnnShape, param, input->params);

  return (CnnShape) {
    .height = asked.height > 0 ? asked.height : offered.height,
    .width = asked.width > 0 ? asked.width : offered.width,
    .channels = asked.channels > 0 ? asked.channels : offered.channels,
  };
}

/* (nullable): the node's list of names of other nodes. */
GStrv *
cnn_node_references (const CnnNode *node)
{
  for (const CnnParam *param = node->op->params; param->key; param++)
    if (param->type == CNN_PARAM_NODES)
      return cnn_param_field (GStrv, param, node->params);
  return NULL;
}

/* Where layers without a parameter for it have their seeds from. */
#define OTHER_SEEDS G_GUINT64_CONSTANT (0x636f6e766f6c656e)

/* Gives each node a seed of its own; one that a parameter says is not changed by other layers
 * without weights. */
void
cnn_network_set_seeds (CnnNetwork *network)
{
  guint64 ordinal = 0;

  for (guint i = 0; i < network->nodes->len; i++)
    {
      CnnNode        *node = network->nodes->pdata[i];
      const CnnParam *seed = cnn_op_param (node->op, "seed");

      if (seed)
        node->seed = cnn_random_bits (*cnn_param_field (int, seed, node->params), ordinal++);
      else
        node->seed = cnn_random_bits (OTHER_SEEDS, i);
    }
}
