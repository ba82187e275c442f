/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "recipe.h"

G_BEGIN_DECLS

/**
 * OutcomeLayer:
 * @layer: a layer of a result
 * @part: what it is there
 */
typedef struct
{
  GimpLayer  *layer;
  RecipePart *part;
} OutcomeLayer;

/**
 * OutcomeStage:
 * @group: (nullable): the group of a layer of the network; %NULL of a result that is one layer
 * @part: what the group says of itself
 * @layers: (element-type OutcomeLayer): what is in it, in any depth, and says that it is of it;
 *   as it lies, the upper first
 */
typedef struct
{
  GimpLayer  *group;
  RecipePart *part;
  GPtrArray  *layers;
} OutcomeStage;

/**
 * Outcome:
 * @image: where it is
 * @kit: how it was made
 * @stages: (element-type OutcomeStage): what is there of it
 *
 * What one run made, found again in an image.
 */
typedef struct
{
  GimpImage *image;
  RecipeKit *kit;
  GPtrArray *stages;
} Outcome;

OutcomeLayer *outcome_layer_new  (GimpLayer *layer, RecipePart *part);
void          outcome_layer_free (OutcomeLayer *layer);

GimpItem     *outcome_find      (GimpItem *item);
Outcome      *outcome_new       (GimpItem *item, GError **error);
void          outcome_free      (Outcome *outcome);
OutcomeStage *outcome_get_stage (const Outcome *outcome, guint i);
OutcomeLayer *outcome_stage_get (const OutcomeStage *stage, guint i);
gboolean      outcome_stage_has (const OutcomeStage *stage, int map);
OutcomeStage *outcome_find_stage (const Outcome *outcome, int number);
gboolean      outcome_has       (const Outcome *outcome, GimpItem *item);
GimpLayer    *outcome_picture   (const Outcome *outcome, gboolean *instead, GError **error);
gboolean      outcome_unlocked  (const Outcome *outcome, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

G_END_DECLS
