/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include "border.h"
#include "i18n.h"

static gboolean
region_fits (const CnnRect *region, CnnShape map)
{
  return region->x >= 0 && region->y >= 0 && region->width > 0 && region->height > 0 &&
         region->width <= map.width - region->x && region->height <= map.height - region->y;
}

static void
plan_mark_needed (CnnPlan *plan)
{
  for (guint i = plan->n; i-- > 0;)
    {
      CnnPlanNode *node = &plan->nodes[i];

      node->needed = node->needed || node->tap >= 0;
      if (!node->needed)
        continue;
      for (guint j = 0; j < node->node->n_in; j++)
        {
          CnnPlanNode *in = &plan->nodes[node->node->in[j]];

          in->needed = TRUE;
          in->last_use = MAX (in->last_use, i);
        }
    }
}

/* Fills @task with the node's work on its whole input. */
void
cnn_plan_whole_task (const CnnPlan *plan, guint i, CnnTask *task)
{
  const CnnPlanNode *node = &plan->nodes[i];

  *task = (CnnTask) {
    .node = node->node,
    .weights = node->weights,
    .store = node->store,
    .n_in = node->node->n_in,
    .out = plan->infos[i].shape,
    .whole = plan->infos[node->node->n_in > 0 ? node->node->in[0] : i].shape,
  };
  for (guint j = 0; j < task->n_in; j++)
    task->in[j] = plan->infos[node->node->in[j]].shape;
  if (node->extends)
    task->in[0] = cnn_border_shape (&node->window, task->in[0]);
  else if (!node->node->op->seeks)
    task->pad = node->window.pad;
}

static gboolean
plan_make_weights (CnnPlan *plan, CnnPlanNode *node, GError **error)
{
  CnnShape  in = plan->infos[node->node->in[0]].shape;
  CnnWeight list[CNN_MAX_WEIGHTS];
  guint     n = cnn_node_weights (node->node, in, list);

  for (; node->n_weights < n; node->n_weights++)
    {
      const CnnWeight *weight = &list[node->n_weights];

      node->weights[node->n_weights] = cnn_tensor_new (weight->n_dims, weight->dims);
      if (node->weights[node->n_weights] == NULL)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the "
                                                            "weights"));
          return FALSE;
        }
    }
  return n == 0 || node->node->op->init (node->node, in, node->node->seed, node->weights, error);
}

static gboolean
plan_prepare (CnnPlan *plan, GError **error)
{
  plan->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_worker_free);
  for (guint i = 1; i < plan->n; i++)
    {
      CnnPlanNode *node = &plan->nodes[i];

      if (node->needed && !plan_make_weights (plan, node, error))
        {
          g_prefix_error (error, _("line %d, column %d: %s: "), node->node->line,
                          node->node->column, node->node->op->name);
          return FALSE;
        }
    }
  for (guint i = 1; i < plan->n; i++)
    if (plan->nodes[i].fused && plan->nodes[i].node->op->affine && !cnn_plan_fold (plan, i, error))
      return FALSE;
  for (guint i = 0; i < plan->n_workers; i++)
    g_ptr_array_add (plan->workers, cnn_worker_new (plan));
  return TRUE;
}

/**
 * cnn_plan_new:
 * @network: the network
 * @input: shape of the picture, as for cnn_network_infer()
 * @n_taps: how many taps there are, at least 1
 * @taps: numbers of the nodes whose output is wanted, each once
 * @options: (nullable): what the caller decides
 *
 * Prepares a network for one input shape. Works everything out and allocates
 * the weights, but no map. Within the memory allowed it chooses how the picture
 * is cut up; cnn_plan_memory() says what a run will take.
 *
 * Returns: (transfer full): the plan, or %NULL with %CNN_ERROR_SHAPE or
 *   %CNN_ERROR_LIMIT set
 */
CnnPlan *
cnn_plan_new (CnnNetwork *network, CnnShape input, guint n_taps, const guint *taps,
              const CnnPlanOptions *options, GError **error)
{
  g_autoptr (CnnPlan) plan = g_new0 (CnnPlan, 1);

  g_return_val_if_fail (n_taps > 0, NULL);

  plan->network = cnn_network_ref (network);
  plan->infos = cnn_network_infer (network, input, error);
  if (plan->infos == NULL)
    return NULL;
  plan->n = cnn_network_n_nodes (network);
  plan->nodes = g_new0 (CnnPlanNode, plan->n);
  for (guint i = 0; i < plan->n; i++)
    {
      plan->nodes[i].node = cnn_network_node (network, i);
      plan->nodes[i].by = i;
      plan->nodes[i].tap = -1;
      plan->nodes[i].region = (CnnRect) { 0, 0, plan->infos[i].shape.width,
                                          plan->infos[i].shape.height };
      plan->nodes[i].store = cnn_store_new ();
    }
  for (guint i = 0; i < n_taps; i++)
    {
      g_return_val_if_fail (taps[i] < plan->n && plan->nodes[taps[i]].tap < 0, NULL);
      plan->nodes[taps[i]].tap = (int) i;
      if (options && options->regions)
        plan->nodes[taps[i]].region = options->regions[i];
      g_return_val_if_fail (region_fits (&plan->nodes[taps[i]].region, plan->infos[taps[i]].shape),
                            NULL);
    }
  plan_mark_needed (plan);
  if (!cnn_schedule (plan, options, error))
    return NULL;
  if (options && options->batch > 0)
    {
      plan->batch = cnn_batch_new (plan, (guint) options->batch, error);
      if (plan->batch == NULL)
        return NULL;
    }
  if (!plan_prepare (plan, error))
    return NULL;
  return g_steal_pointer (&plan);
}

/* Frees (nullable) @phases. */
void
cnn_phases_free (CnnPhase *phases, guint n)
{
  for (guint i = 0; phases && i < n; i++)
    {
      g_free (phases[i].nodes);
      g_free (phases[i].rows);
      g_free (phases[i].columns);
    }
  g_free (phases);
}

void
cnn_plan_free (CnnPlan *plan)
{
  g_clear_pointer (&plan->batch, cnn_batch_free);
  g_clear_pointer (&plan->workers, g_ptr_array_unref);
  for (guint i = 0; plan->nodes && i < plan->n; i++)
    {
      for (guint j = 0; j < CNN_MAX_WEIGHTS; j++)
        g_clear_pointer (&plan->nodes[i].weights[j], cnn_tensor_unref);
      for (guint j = 0; j < G_N_ELEMENTS (plan->nodes[i].folded); j++)
        g_clear_pointer (&plan->nodes[i].folded[j], cnn_tensor_unref);
      g_clear_pointer (&plan->nodes[i].store, cnn_store_free);
    }
  cnn_phases_free (plan->phases, plan->n_phases);
  g_free (plan->nodes);
  g_free (plan->infos);
  cnn_network_unref (plan->network);
  g_free (plan);
}

/**
 * cnn_plan_info:
 *
 * Returns: (transfer none): what is known of node number @node
 */
const CnnNodeInfo *
cnn_plan_info (const CnnPlan *plan, guint node)
{
  g_return_val_if_fail (node < plan->n, NULL);

  return &plan->infos[node];
}

/**
 * cnn_plan_weights:
 * @n_weights: (out): how many there are
 *
 * Returns: (transfer none): the weights of node number @node, as its op lists
 *   them; none for a node that no tap needs
 */
CnnTensor *const *
cnn_plan_weights (const CnnPlan *plan, guint node, guint *n_weights)
{
  g_return_val_if_fail (node < plan->n, NULL);

  *n_weights = plan->nodes[node].n_weights;
  return plan->nodes[node].weights;
}

/**
 * cnn_plan_memory:
 *
 * Returns: bytes that maps and weights take at most during a run
 */
guint64
cnn_plan_memory (const CnnPlan *plan)
{
  return plan->memory;
}

/**
 * cnn_plan_explain:
 * @node: number of a node that a tap needs
 * @cells: where to read the node's inputs; for node 0, the picture
 * @y: row of the cell
 * @x: column of the cell
 * @channel: its map
 * @explanation: an explanation without parts, to be filled
 *
 * Works out one value of a node's output step by step, in double precision.
 */
void
cnn_plan_explain (const CnnPlan *plan, guint node, const CnnCells *cells, int y, int x, int channel,
                  CnnExplanation *explanation)
{
  CnnTask task;

  g_return_if_fail (node < plan->n && plan->nodes[node].needed);

  cnn_plan_whole_task (plan, node, &task);
  for (guint i = 0; i < task.n_in; i++)
    task.in[i] = plan->infos[plan->nodes[node].node->in[i]].shape;
  task.node->op->explain (&task, cells, y, x, channel, explanation);
}
