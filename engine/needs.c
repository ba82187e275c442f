/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include "border.h"
#include "reduce.h"

/* What a plan takes of memory. */

static guint64
map_bytes (CnnShape shape)
{
  return (guint64) cnn_shape_cells (shape) * sizeof (float);
}

/**
 * cnn_node_weight_bytes:
 *
 * Returns: what the node's weights take: the network's, and as a step likes them, where
 *   Winograd's 36 for each 3×3 are four times as many
 */
guint64
cnn_node_weight_bytes (const CnnPlan *plan, guint i)
{
  const CnnPlanNode *node = &plan->nodes[i];
  CnnWeight          list[CNN_MAX_WEIGHTS];
  guint              n = 0;
  guint64            bytes = 0;

  if (node->needed && i > 0)
    n = cnn_node_weights (node->node, plan->infos[node->node->in[0]].shape, list);
  for (guint j = 0; j < n; j++)
    {
      double size = ((node->grid.height > 1 ? 5.0 : 2.0) + node->folds) * sizeof (float);

      for (int d = 0; d < list[j].n_dims; d++)
        size *= list[j].dims[d];
      bytes += (guint64) MIN (size, 1e15);
    }
  return bytes;
}

/* A row of zeros for what lies around an input whose rows are planes. */
static guint64
zeros_bytes (const CnnPlan *plan, guint i)
{
  const CnnPlanNode *node = &plan->nodes[i];
  guint              in = cnn_plan_maker (plan, i)->in[0];

  if (!node->needed || node->in_place || node->absorbed || !plan->nodes[in].planes)
    return 0;
  return cnn_node_row_floats (plan, in, plan->infos[in].shape.width) * sizeof (float);
}

static guint64
weight_bytes (const CnnPlan *plan)
{
  guint64 bytes = 0;

  for (guint i = 1; i < plan->n; i++)
    bytes += cnn_node_weight_bytes (plan, i) + zeros_bytes (plan, i);
  return bytes;
}

/* Sums of a layer that makes one value of each map. */
static guint64
sums_bytes (const CnnPlan *plan, guint i)
{
  return cnn_reduce_length (plan->infos[plan->nodes[i].node->in[0]].shape) * sizeof (double);
}

/* Whether a held map of bands goes at the end of the phase; layers on whole maps let go of
 * theirs themselves. */
static gboolean
ends_with_phase (const CnnPlan *plan, guint i, guint phase)
{
  const CnnPlanNode *node = &plan->nodes[i];

  return node->needed && node->held && !node->whole && node->last_phase == phase &&
         node->phase < phase && !plan->nodes[node->last_use].whole;
}

/* The most that maps take at any moment: held ones, and a phase's bands. */
static guint64
map_memory (const CnnPlan *plan)
{
  guint64 held = 0, most = 0;

  for (guint number = 0; number < plan->n_phases; number++)
    {
      for (guint i = 0; i < plan->n; i++)
        if (plan->nodes[i].needed && plan->nodes[i].held && !plan->nodes[i].whole &&
            plan->nodes[i].phase == number)
          held += map_bytes (plan->infos[i].shape);
      for (guint i = 0; i < plan->n; i++)
        if (plan->nodes[i].reduces && plan->nodes[i].phase == number)
          held += sums_bytes (plan, i);
      most = MAX (most, held + plan->phases[number].bytes * plan->n_workers);
      for (guint i = 0; i < plan->n; i++)
        {
          const CnnPlanNode *node = &plan->nodes[i];
          guint64            extended = 0;

          if (!node->needed || !node->whole || node->phase != number)
            continue;
          if (node->extends)
            extended = map_bytes (cnn_border_shape (&node->window,
                                                    plan->infos[node->node->in[0]].shape));
          if (cnn_node_reduction (node->node) && !node->reduces)
            extended = sums_bytes (plan, i);
          if (!node->in_place)
            held += map_bytes (plan->infos[i].shape);
          most = MAX (most, held + extended);
          for (guint j = 0; j < i && !node->in_place; j++)
            if (plan->nodes[j].needed && plan->nodes[j].held && cnn_node_ends (plan, i, j))
              held -= map_bytes (plan->infos[j].shape);
          if (node->reduces)
            held -= sums_bytes (plan, i);
        }
      for (guint i = 0; i < plan->n; i++)
        if (ends_with_phase (plan, i, number))
          held -= map_bytes (plan->infos[i].shape);
    }
  return most;
}

/**
 * cnn_plan_needs:
 * @plan: a plan that has been cut up
 *
 * Returns: bytes that maps and weights take at most during a run
 */
guint64
cnn_plan_needs (const CnnPlan *plan)
{
  return weight_bytes (plan) + map_memory (plan);
}
