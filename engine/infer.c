/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"

#include "i18n.h"

/* More cells than any memory has room for, few enough that sums of products
 * of them do not overflow. */
#define MAX_CELLS ((gint64) 1 << 44)

static void
add_saturated (gint64 *sum, guint n, const int *factors)
{
  guint64 product = 1, total;

  for (guint i = 0; i < n; i++)
    if (!g_uint64_checked_mul (&product, product, factors[i]))
      product = G_MAXINT64;
  *sum = g_uint64_checked_add (&total, *sum, product) ? (gint64) MIN (total, G_MAXINT64)
                                                      : G_MAXINT64;
}

/* The only row (column) of an input that is read for all of the output's makes no cell
 * see more than its neighbour. */
static CnnReceptive
field_of (const CnnNodeInfo *input, CnnShape out)
{
  CnnReceptive field = input->receptive;

  if (input->shape.height == 1 && out.height > 1)
    field.jump.height = 0.0;
  if (input->shape.width == 1 && out.width > 1)
    field.jump.width = 0.0;
  return field;
}

static void
infer_field (const CnnNode *node, const CnnNodeInfo *infos, const CnnShape *in, CnnNodeInfo *info)
{
  CnnWindow window;

  info->receptive = infos[node->in[0]].receptive;
  if (node->op->broadcasts)
    info->receptive = field_of (&infos[node->in[0]], info->shape);
  for (guint i = 1; i < node->n_in; i++)
    info->receptive = cnn_receptive_union (info->receptive,
                                           node->op->broadcasts
                                             ? field_of (&infos[node->in[i]], info->shape)
                                             : infos[node->in[i]].receptive);
  if (cnn_node_reach (node) == CNN_REACH_WHOLE)
    info->receptive = cnn_receptive_whole (info->receptive,
                                           (CnnSize) { in[0].height, in[0].width });
  else if (cnn_node_window (node, in[0], &window, NULL))
    info->receptive = cnn_receptive_window (info->receptive, &window);
}

static gboolean
infer_node (const CnnNode *node, const CnnNodeInfo *infos, CnnNodeInfo *info, GError **error)
{
  CnnShape  in[CNN_MAX_INPUTS];
  CnnWeight weights[CNN_MAX_WEIGHTS];
  guint     n_weights;

  for (guint i = 0; i < node->n_in; i++)
    in[i] = infos[node->in[i]].shape;
  if (!cnn_node_shape (node, in, &info->shape, error))
    return FALSE;
  if ((double) info->shape.height * info->shape.width * info->shape.channels > MAX_CELLS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("an output of %d×%d×%d values is too large"),
                   CNN_SHAPE_ARGS (info->shape));
      return FALSE;
    }
  infer_field (node, infos, in, info);
  n_weights = cnn_node_weights (node, in[0], weights);
  for (guint i = 0; i < n_weights; i++)
    if (weights[i].trained)
      add_saturated (&info->parameters, weights[i].n_dims, weights[i].dims);
  if (node->op->macs)
    info->macs = node->op->macs (node, in[0], info->shape);
  return TRUE;
}

/**
 * cnn_network_infer_some:
 * @input: shape of the picture; where the network's input line says otherwise,
 *   that counts
 * @n_known: (out): of how many nodes, from the first, it could be worked out
 *
 * Works out what each node makes of a picture of that shape, up to the first that
 * cannot take what it is given.
 *
 * Returns: (transfer full) (array): what is known of each node,
 *   [cnn_network_n_nodes()], zeros from @n_known on, to be freed with g_free(). Where
 *   that is not all, %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT is set, its message about
 *   node @n_known without naming it
 */
CnnNodeInfo *
cnn_network_infer_some (const CnnNetwork *network, CnnShape input, guint *n_known, GError **error)
{
  CnnNodeInfo *infos = g_new0 (CnnNodeInfo, network->nodes->len);
  guint        n;

  infos[0].shape = cnn_network_input (network, input);
  infos[0].receptive = cnn_receptive_input ();
  for (n = 1; n < network->nodes->len; n++)
    if (!infer_node (network->nodes->pdata[n], infos, &infos[n], error))
      {
        infos[n] = (CnnNodeInfo) { 0 };
        break;
      }
  *n_known = n;
  return infos;
}

/**
 * cnn_network_infer:
 * @input: shape of the picture; where the network's input line says otherwise,
 *   that counts
 *
 * Works out what each node makes of a picture of that shape, without running
 * anything.
 *
 * Returns: (transfer full) (array): what is known of each node,
 *   [cnn_network_n_nodes()], to be freed with g_free(); or %NULL with
 *   %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT set, its message naming the layer
 */
CnnNodeInfo *
cnn_network_infer (const CnnNetwork *network, CnnShape input, GError **error)
{
  g_autofree CnnNodeInfo *infos = NULL;
  guint                   n_known;

  g_return_val_if_fail (input.height > 0 && input.width > 0 && input.channels > 0, NULL);

  infos = cnn_network_infer_some (network, input, &n_known, error);
  if (n_known < network->nodes->len)
    {
      const CnnNode *node = network->nodes->pdata[n_known];

      g_prefix_error (error, _("line %d, column %d: %s: "), node->line, node->column,
                      node->op->name);
      return NULL;
    }
  return g_steal_pointer (&infos);
}

/**
 * cnn_network_map_label:
 * @infos: what cnn_network_infer() returned
 * @node: number of the node
 * @map: number of the map, from 0
 *
 * A layer that treats each map by itself keeps the names of the maps before
 * it.
 *
 * Returns: (transfer full) (nullable): the map's name, for instance "sobel-x",
 *   or %NULL when it has none
 */
char *
cnn_network_map_label (const CnnNetwork *network, const CnnNodeInfo *infos, guint node, int map)
{
  while (node > 0)
    {
      const CnnNode *at = cnn_network_node (network, node);

      if (at->op->map_label)
        return at->op->map_label (at, map);
      if (at->n_in != 1 || cnn_node_reach (at) == CNN_REACH_WHOLE ||
          infos[node].shape.channels != infos[at->in[0]].shape.channels)
        return NULL;
      node = at->in[0];
    }
  return NULL;
}
