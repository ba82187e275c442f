/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain-origins.h"

#include "explain-values.h"
#include "part-terms.h"

/* Where the values of a vector come from. */

/* Of how many terms of a long sum it is said. */
#define N_ORIGINS 16

static gboolean
is_vector (const CnnNodeInfo *info)
{
  return info->shape.height == 1 && info->shape.width == 1;
}

/* Goes back through layers that hand values on, to a map. */
static CnnOrigin
find_origin (const CnnPlan *plan, const CnnNetwork *network, const CnnNodeInfo *infos, guint node,
             int index)
{
  CnnOrigin origin = { index, 0, 0, index };

  while (node > 0 && is_vector (&infos[node]))
    {
      const CnnNode             *at = cnn_network_node (network, node);
      g_autoptr (CnnExplanation) explanation = NULL;
      CnnSurvey                  survey;

      if (cnn_node_reach (at) != CNN_REACH_POINT && at->op->group != CNN_GROUP_STRUCTURE)
        break;
      explanation = cnn_survey_explain (&survey, plan, node, 0, 0, origin.map);
      if (!cnn_survey_is_link (&survey, explanation))
        break;
      node = at->in[survey.input];
      origin = (CnnOrigin) { index, survey.y, survey.x, survey.channel };
    }
  if (is_vector (&infos[node]))
    origin.map = -1;
  return origin;
}

/**
 * cnn_explain_origins:
 * @plan: a plan with a tap that needs the step's layer
 * @infos: of the network on the picture
 * @step: a step with its explanation; takes the origins
 *
 * Finds out where the largest terms of a sum over a vector have been before.
 */
void
cnn_explain_origins (const CnnPlan *plan, const CnnNetwork *network, const CnnNodeInfo *infos,
                     CnnExplainedStep *step)
{
  const CnnPart     *part = cnn_explanation_get_part (step->explanation, 0);
  guint              from = cnn_network_node (network, step->node)->in[part->input];
  g_autoptr (GArray) strongest = NULL;

  if (part->kind != CNN_PART_PRODUCTS || part->channel >= 0 || !is_vector (&infos[from]))
    return;
  strongest = cnn_part_strongest (part, N_ORIGINS);
  for (guint i = 0; i < strongest->len; i++)
    {
      CnnOrigin origin = find_origin (plan, network, infos, from,
                                      g_array_index (strongest, int, i));

      g_array_append_val (step->origins, origin);
    }
}
