/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A result, found again: whatever a person did with its groups and layers, each says of
 * itself what it is. What does not is not ours to touch. */

#include "outcome.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/** outcome_layer_new: (transfer full): @layer and what it is; takes @part */
OutcomeLayer *
outcome_layer_new (GimpLayer *layer, RecipePart *part)
{
  OutcomeLayer *made = g_new (OutcomeLayer, 1);

  made->layer = layer;
  made->part = part;
  return made;
}

void
outcome_layer_free (OutcomeLayer *layer)
{
  g_clear_pointer (&layer->part, recipe_part_free);
  g_free (layer);
}

static void
stage_free (gpointer data)
{
  OutcomeStage *stage = data;

  g_clear_pointer (&stage->part, recipe_part_free);
  g_ptr_array_unref (stage->layers);
  g_free (stage);
}

void
outcome_free (Outcome *outcome)
{
  g_clear_pointer (&outcome->kit, recipe_kit_free);
  g_clear_pointer (&outcome->stages, g_ptr_array_unref);
  g_free (outcome);
}

/** outcome_get_stage: (transfer none): stage @i */
OutcomeStage *
outcome_get_stage (const Outcome *outcome, guint i)
{
  return g_ptr_array_index (outcome->stages, i);
}

/** outcome_stage_get: (transfer none): layer @i of a stage */
OutcomeLayer *
outcome_stage_get (const OutcomeStage *stage, guint i)
{
  return g_ptr_array_index (stage->layers, i);
}

/** outcome_stage_has: whether there is a layer of the map */
gboolean
outcome_stage_has (const OutcomeStage *stage, int map)
{
  for (guint i = 0; i < stage->layers->len; i++)
    if (outcome_stage_get (stage, i)->part->map == map)
      return TRUE;
  return FALSE;
}

/* --- finding it ------------------------------------------------------------------------------- */

/**
 * outcome_find:
 * @item: what is selected
 *
 * Returns: (transfer none) (nullable): the result that it is, or is in
 */
GimpItem *
outcome_find (GimpItem *item)
{
  if (GIMP_IS_LAYER_MASK (item))
    item = GIMP_ITEM (gimp_layer_from_mask (GIMP_LAYER_MASK (item)));
  while (item != NULL && !recipe_is_on (item))
    item = gimp_item_get_parent (item);
  return item;
}

/* A person may have put some of them into groups of their own. */
static void
take_children (OutcomeStage *stage, GimpItem *group)
{
  g_autofree GimpItem **items = gimp_item_get_children (group);

  for (guint i = 0; items != NULL && items[i] != NULL; i++)
    {
      g_autofree char *name = NULL;
      RecipePart      *part;

      if (recipe_is_on (items[i]))
        continue;
      if (gimp_item_is_group (items[i]))
        {
          take_children (stage, items[i]);
          continue;
        }
      part = GIMP_IS_LAYER (items[i]) ? recipe_part_read (items[i]) : NULL;
      if (part == NULL)
        continue;
      if (strcmp (part->run, stage->part->run) == 0 && part->stage == stage->part->stage)
        g_ptr_array_add (stage->layers, outcome_layer_new (GIMP_LAYER (items[i]), part));
      else
        recipe_part_free (part);
    }
}

/** outcome_find_stage: (transfer none) (nullable): what is there of the network's layer */
OutcomeStage *
outcome_find_stage (const Outcome *outcome, int number)
{
  for (guint i = 0; i < outcome->stages->len; i++)
    {
      OutcomeStage *stage = outcome_get_stage (outcome, i);

      if (stage->part->stage == number)
        return stage;
    }
  return NULL;
}

/* @part: (transfer full) */
static void
take_stage (Outcome *outcome, GimpItem *item, RecipePart *part)
{
  OutcomeStage *stage = g_new0 (OutcomeStage, 1);

  stage->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) outcome_layer_free);
  stage->part = part;
  if (gimp_item_is_group (item))
    {
      stage->group = GIMP_LAYER (item);
      take_children (stage, item);
    }
  else
    g_ptr_array_add (stage->layers,
                     outcome_layer_new (GIMP_LAYER (item), recipe_part_read (item)));
  g_ptr_array_add (outcome->stages, stage);
}

/* What was made together lies together. Of copies, the one that is selected counts, and of the
 * others the upper. */
static void
take_siblings (Outcome *outcome, GimpItem *item)
{
  GimpItem             *parent = gimp_item_get_parent (item);
  g_autofree GimpItem **items  = NULL;

  items = parent != NULL ? gimp_item_get_children (parent)
                         : (GimpItem **) gimp_image_get_layers (outcome->image);
  for (guint i = 0; items != NULL && items[i] != NULL; i++)
    {
      RecipePart *part = items[i] != item && recipe_is_on (items[i]) ? recipe_part_read (items[i])
                                                                     : NULL;

      if (part == NULL)
        continue;
      if (gimp_item_is_group (items[i]) && strcmp (part->run, outcome->kit->recipe->run) == 0 &&
          outcome_find_stage (outcome, part->stage) == NULL)
        take_stage (outcome, items[i], part);
      else
        recipe_part_free (part);
    }
}

/**
 * outcome_new:
 * @item: what is selected: a result, or a layer in one
 *
 * Returns: (transfer full): all that was made together with it and is still beside it; or %NULL.
 *   Errors: %CNN_ERROR_SPEC where it is no result, and those of recipe_kit_read()
 */
Outcome *
outcome_new (GimpItem *item, GError **error)
{
  g_autoptr (Outcome) outcome = g_new0 (Outcome, 1);
  g_autofree char    *name    = gimp_item_get_name (item);
  GimpItem           *found   = outcome_find (item);
  RecipePart         *part;

  if (found == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("“%s” does not say how it was made; select a layer group of Feature Maps, or "
                     "a layer that a network made"),
                   name);
      return NULL;
    }
  outcome->image = gimp_item_get_image (found);
  outcome->stages = g_ptr_array_new_with_free_func (stage_free);
  outcome->kit = recipe_kit_read (found, error);
  if (outcome->kit == NULL)
    return NULL;
  part = recipe_part_read (found);
  if (part == NULL || strcmp (part->run, outcome->kit->recipe->run) != 0)
    {
      g_clear_pointer (&part, recipe_part_free);
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("what “%s” says of how it was made is damaged; please make it anew"), name);
      return NULL;
    }
  take_stage (outcome, found, part);
  if (gimp_item_is_group (found))
    take_siblings (outcome, found);
  return g_steal_pointer (&outcome);
}

/* --- what it was made from -------------------------------------------------------------------- */

/** outcome_has: whether the item is of the result, or in it */
gboolean
outcome_has (const Outcome *outcome, GimpItem *item)
{
  for (; item != NULL; item = gimp_item_get_parent (item))
    for (guint i = 0; i < outcome->stages->len; i++)
      {
        OutcomeStage *stage = outcome_get_stage (outcome, i);

        if (stage->group != NULL ? item == GIMP_ITEM (stage->group)
                                 : item == GIMP_ITEM (outcome_stage_get (stage, 0)->layer))
          return TRUE;
      }
  return FALSE;
}

static GimpItem *
first_item (const Outcome *outcome)
{
  OutcomeStage *stage = outcome_get_stage (outcome, 0);

  return GIMP_ITEM (stage->group != NULL ? stage->group : outcome_stage_get (stage, 0)->layer);
}

/* The layer below all of it, within the same group. */
static GimpLayer *
layer_below (const Outcome *outcome)
{
  GimpItem             *item   = first_item (outcome);
  GimpItem             *parent = gimp_item_get_parent (item);
  GimpItem             *below  = NULL;
  g_autofree GimpItem **items  = NULL;

  items = parent != NULL ? gimp_item_get_children (parent)
                         : (GimpItem **) gimp_image_get_layers (outcome->image);
  for (guint i = 0; items != NULL && items[i] != NULL; i++)
    if (outcome_has (outcome, items[i]))
      below = NULL;
    else if (below == NULL && !recipe_is_on (items[i]))
      below = items[i];
  return below != NULL && GIMP_IS_LAYER (below) ? GIMP_LAYER (below) : NULL;
}

static gboolean
is_called (GimpItem *item, const char *name)
{
  g_autofree char *has = gimp_item_get_name (item);

  return strcmp (has, name) == 0;
}

/**
 * outcome_picture:
 * @instead: (out): whether the layer is not the one that it was made from, but lies below it
 *
 * The layer that has the number that GIMP gave to the picture, or else its name, counts as the
 * picture; in another image that number may be anybody's, so there the name counts.
 *
 * Returns: (transfer none): the layer that the result was made from; or %NULL.
 *   Errors: %CNN_ERROR_SPEC
 */
GimpLayer *
outcome_picture (const Outcome *outcome, gboolean *instead, GError **error)
{
  const Recipe *recipe = outcome->kit->recipe;
  GimpLayer    *number = NULL, *name, *below;

  *instead = FALSE;
  if (recipe->tattoo != 0)
    number = gimp_image_get_layer_by_tattoo (outcome->image, recipe->tattoo);
  if (number != NULL && outcome_has (outcome, GIMP_ITEM (number)))
    number = NULL;
  if (number != NULL && is_called (GIMP_ITEM (number), recipe->picture))
    return number;
  name = gimp_image_get_layer_by_name (outcome->image, recipe->picture);
  if (name != NULL && !outcome_has (outcome, GIMP_ITEM (name)))
    return name;
  below = layer_below (outcome);
  /* One that was given another name, where it was. */
  if (number != NULL && number == below)
    return number;
  *instead = TRUE;
  if (below != NULL)
    return below;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("the layer “%s” that it was made from is not in the image, and no other layer is "
                 "below"),
               recipe->picture);
  return NULL;
}

/* --- whether it may be changed ---------------------------------------------------------------- */

static gboolean
is_unlocked (GimpItem *item, GError **error)
{
  g_autofree char *name = NULL;

  if (!gimp_item_get_lock_content (item) && !gimp_item_get_lock_position (item))
    return TRUE;
  name = gimp_item_get_name (item);
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("the layer “%s” is locked; unlock its pixels and its position first"), name);
  return FALSE;
}

/**
 * outcome_unlocked:
 *
 * Returns: whether all of it may be changed. Errors: %CNN_ERROR_SPEC
 */
gboolean
outcome_unlocked (const Outcome *outcome, GError **error)
{
  for (guint i = 0; i < outcome->stages->len; i++)
    {
      OutcomeStage *stage = outcome_get_stage (outcome, i);
      GimpItem     *group = GIMP_ITEM (stage->group);

      for (; group != NULL; group = gimp_item_get_parent (group))
        if (!is_unlocked (group, error))
          return FALSE;
      for (guint k = 0; k < stage->layers->len; k++)
        {
          GimpItem *item = GIMP_ITEM (outcome_stage_get (stage, k)->layer);

          for (; item != NULL && item != GIMP_ITEM (stage->group);
               item = gimp_item_get_parent (item))
            if (!is_unlocked (item, error))
              return FALSE;
        }
    }
  return TRUE;
}
