/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

/* Where a deep network's bands stop. Depth first, a band makes rows of every layer, and
 * at its edges more rows the deeper the network is: with dozens of windows one after
 * the other, most of a band is edge, and all of it together no longer fits a cache. Also a
 * last map of few rows gives few workers anything to do. Then it costs less to hold a few
 * maps in memory, small ones, and to begin anew there. */

/* A map is held if all that is made since the last one that is held is this many times as much. */
#define GAIN 8
/* Of work, what edges may take before it is worth it, and what may be missing for all
 * workers to have as much to do. */
#define EDGES 0.05
#define UNEVEN 0.3

/* Whether all that later nodes read of @node and those before it is @node, or the input,
 * which can be read again. */
static gboolean
is_narrow (const CnnPlan *plan, guint node)
{
  for (guint i = 1; i < node; i++)
    if (plan->nodes[i].needed && plan->nodes[i].last_use > node)
      return FALSE;
  return plan->nodes[node].needed;
}

/* Whether it is as well, or better, to hold what the only reader makes. */
static gboolean
becomes_smaller (const CnnPlan *plan, guint node)
{
  guint reader = 0, uses = 0;

  for (guint i = node + 1; i < plan->n; i++)
    for (guint j = 0; plan->nodes[i].needed && j < plan->nodes[i].node->n_in; j++)
      if (plan->nodes[i].node->in[j] == node)
        {
          reader = i;
          uses++;
        }
  return uses == 1 && cnn_shape_cells (plan->infos[reader].shape) <=
                        cnn_shape_cells (plan->infos[node].shape);
}

static gboolean
has_streams_after (const CnnPlan *plan, guint node)
{
  for (guint i = node + 1; i < plan->n; i++)
    if (plan->nodes[i].needed && cnn_node_reach (plan->nodes[i].node) != CNN_REACH_WHOLE)
      return TRUE;
  return FALSE;
}

/**
 * cnn_stops_choose:
 * @plan: (inout): a plan whose needed nodes are known
 * @most: bytes that a map may take to be held
 *
 * Marks the nodes whose maps shall be held, for the next phase to begin there. It
 * depends on the network and its maps alone.
 *
 * Returns: whether there are any
 */
gboolean
cnn_stops_choose (CnnPlan *plan, guint64 most)
{
  gint64   made = 0;
  gboolean any = FALSE;

  for (guint i = 1; i < plan->n; i++)
    {
      CnnPlanNode *node = &plan->nodes[i];
      gint64       cells = cnn_shape_cells (plan->infos[i].shape);

      if (!node->needed)
        continue;
      if (cnn_node_reach (node->node) == CNN_REACH_WHOLE)
        {
          made = 0;
          continue;
        }
      made += cells;
      if (cells > made / GAIN || (guint64) cells * sizeof (float) > most ||
          !is_narrow (plan, i) || becomes_smaller (plan, i) || !has_streams_after (plan, i))
        continue;
      node->stops = any = TRUE;
      made = 0;
    }
  return any;
}

/**
 * cnn_stops_pay:
 * @plan: a plan that has been cut up
 *
 * Returns: whether edges of its bands take so much of the work, or it is so unevenly
 *   spread, that bands should stop on the way
 */
gboolean
cnn_stops_pay (const CnnPlan *plan)
{
  double work = 0.0, least = 0.0, even = 0.0;

  for (guint number = 0; number < plan->n_phases; number++)
    {
      const CnnPhase *phase = &plan->phases[number];

      work += phase->work;
      even += phase->longest * cnn_phase_n_units (phase);
      for (guint k = 0; k < phase->n_nodes; k++)
        {
          CnnShape shape = plan->infos[phase->nodes[k]].shape;

          least += cnn_node_work (plan, phase->nodes[k], (gint64) shape.height * shape.width);
        }
    }
  return work > least * (1.0 + EDGES) || even > work * (1.0 + UNEVEN);
}
