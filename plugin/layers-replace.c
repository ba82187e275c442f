/* SPDX-License-Identifier: GPL-3.0-or-later */

/* New maps for a result that is there. A layer whose map is made again keeps all that a person
 * did with it and gets new contents; the others come and go. */

#include "layers-private.h"
#include "replace.h"

typedef struct
{
  Layers        *layers;
  const Outcome *outcome;
  OutcomeStage **old;     /* [stages of the request]: which they replace; NULL for a new group */
  GPtrArray     *removed; /* of GimpItem */
} Replacing;

/* --- which takes whose place ------------------------------------------------------------------ */

static gboolean
is_taken (const Replacing *self, const OutcomeStage *stage)
{
  for (guint i = 0; i < self->layers->request->stages->len; i++)
    if (self->old[i] == stage)
      return TRUE;
  return FALSE;
}

/* The group of the same layer of the network, or else the next that nobody wants. */
static void
match_stages (Replacing *self)
{
  const Request *request = self->layers->request;
  guint          next    = 0;

  for (guint i = 0; i < request->stages->len; i++)
    self->old[i] = outcome_find_stage (self->outcome, (int) request_get_stage (request, i)->node);
  for (guint i = 0; i < request->stages->len; i++)
    {
      if (self->old[i] != NULL)
        continue;
      while (next < self->outcome->stages->len &&
             is_taken (self, outcome_get_stage (self->outcome, next)))
        next++;
      if (next < self->outcome->stages->len)
        self->old[i] = outcome_get_stage (self->outcome, next);
    }
}

static gboolean
makes (const Replacing *self, guint i, int map)
{
  for (guint k = 0; k < request_n_layers (self->layers->request, i); k++)
    if (layers_get_made (self->layers, i, k)->part->map == map)
      return TRUE;
  return FALSE;
}

/* --- one group -------------------------------------------------------------------------------- */

/* Below the one that came before it, or on top. */
static gboolean
insert_map (Replacing *self, guint i, OutcomeLayer *made, GimpLayer *before, GError **error)
{
  GimpImage *image    = self->layers->image;
  GimpLayer *parent   = self->old[i]->group;
  int        position = 0;

  if (before != NULL)
    {
      parent = GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (before)));
      position = gimp_image_get_item_position (image, GIMP_ITEM (before)) + 1;
    }
  if (!gimp_image_insert_layer (image, made->layer, parent, position))
    return layers_pdb_failed (error);
  return TRUE;
}

/* Copies of a layer are all renewed. */
static gboolean
replace_map (Replacing *self, guint i, OutcomeLayer *made, GimpLayer **before, gboolean anew,
             GError **error)
{
  OutcomeStage *old   = self->old[i];
  GimpLayer    *first = NULL;

  for (guint k = 0; k < old->layers->len; k++)
    {
      OutcomeLayer *layer = outcome_stage_get (old, k);

      if (layer->part->map != made->part->map)
        continue;
      if (!replace_layer (layer, made->layer, made->part, anew, error))
        return FALSE;
      if (first == NULL)
        first = layer->layer;
    }
  if (first == NULL)
    {
      if (!insert_map (self, i, made, *before, error))
        return FALSE;
      first = g_steal_pointer (&made->layer);
    }
  *before = first;
  return TRUE;
}

static gboolean
remove_layer (Replacing *self, GimpLayer *layer, GError **error)
{
  g_ptr_array_add (self->removed, layer);
  return gimp_image_remove_layer (self->layers->image, layer) || layers_pdb_failed (error);
}

static gboolean
replace_stage (Replacing *self, guint i, gboolean anew, GError **error)
{
  OutcomeStage    *old    = self->old[i];
  GimpLayer       *before = NULL;
  g_autofree char *name   = request_stage_name (self->layers->request, i);

  if (anew && (!replace_name (GIMP_ITEM (old->group), old->part->name, name) ||
               !layers_attach (self->layers, i, old->group)))
    return layers_pdb_failed (error);
  for (guint k = 0; k < request_n_layers (self->layers->request, i); k++)
    if (!replace_map (self, i, layers_get_made (self->layers, i, k), &before, anew, error))
      return FALSE;
  for (guint k = 0; k < old->layers->len; k++)
    {
      OutcomeLayer *layer = outcome_stage_get (old, k);

      if (!makes (self, i, layer->part->map) && !remove_layer (self, layer->layer, error))
        return FALSE;
    }
  return TRUE;
}

/* --- groups that come and go ------------------------------------------------------------------ */

/* Above the group of the stage before it, or below that of the one behind it. */
static GimpLayer *
insert_stage (Replacing *self, guint i, GimpLayer *before, GError **error)
{
  GimpImage *image = self->layers->image;
  GimpItem  *beside = GIMP_ITEM (before);
  int        lower  = 0;
  GimpLayer *group;

  for (guint k = i + 1; beside == NULL && k < self->layers->request->stages->len; k++)
    if (self->old[k] != NULL)
      {
        beside = GIMP_ITEM (self->old[k]->group);
        lower = 1;
      }
  group = layers_insert_stage (self->layers, i, GIMP_LAYER (gimp_item_get_parent (beside)),
                               gimp_image_get_item_position (image, beside) + lower);
  for (guint k = 0; k < request_n_layers (self->layers->request, i); k++)
    layers_get_made (self->layers, i, k)->layer = NULL;
  if (group == NULL)
    layers_pdb_failed (error);
  return group;
}

/* A group goes with its maps, but not with what a person put into it. */
static gboolean
remove_stage (Replacing *self, const OutcomeStage *stage, GError **error)
{
  g_autofree GimpItem **rest = NULL;

  /* A person has emptied it, and may want it. */
  if (stage->layers->len == 0)
    return TRUE;
  for (guint k = 0; k < stage->layers->len; k++)
    if (!remove_layer (self, outcome_stage_get (stage, k)->layer, error))
      return FALSE;
  rest = gimp_item_get_children (GIMP_ITEM (stage->group));
  if (rest == NULL || rest[0] == NULL)
    return remove_layer (self, stage->group, error);
  return (gimp_item_detach_parasite (GIMP_ITEM (stage->group), RECIPE_PARASITE) &&
          gimp_item_detach_parasite (GIMP_ITEM (stage->group), RECIPE_PART_PARASITE)) ||
         layers_pdb_failed (error);
}

/* --- all of it -------------------------------------------------------------------------------- */

static gboolean
replace_all (Replacing *self, gboolean anew, GError **error)
{
  GimpLayer *before = NULL;

  for (guint i = 0; i < self->layers->request->stages->len; i++)
    {
      if (self->old[i] == NULL)
        before = insert_stage (self, i, before, error);
      else
        before = replace_stage (self, i, anew, error) ? self->old[i]->group : NULL;
      if (before == NULL)
        return FALSE;
    }
  for (guint i = 0; i < self->outcome->stages->len; i++)
    {
      OutcomeStage *stage = outcome_get_stage (self->outcome, i);

      if (!is_taken (self, stage) && !remove_stage (self, stage, error))
        return FALSE;
    }
  return TRUE;
}

/* What is selected stays selected, but for what is gone. */
static void
select_again (const Replacing *self, GimpLayer **selected)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  for (guint i = 0; selected[i] != NULL; i++)
    if (!g_ptr_array_find (self->removed, selected[i], NULL))
      g_ptr_array_add (rest, selected[i]);
  g_ptr_array_add (rest, NULL);
  if (rest->len > 1)
    gimp_image_set_selected_layers (self->layers->image, (const GimpLayer **) rest->pdata);
}

/**
 * layers_replace:
 * @layers: layers that are drawn, of the image of @outcome
 * @outcome: the result whose place they take
 * @anew: whether they were made in another way than the result says
 *
 * Puts the maps into the groups and layers of a result that is there, to be called within a
 * group of undo steps. Layers of maps that are not made any more are removed, those of new ones
 * are added.
 *
 * Returns: whether GIMP did. Errors: %CNN_ERROR_LIMIT
 */
gboolean
layers_replace (Layers *layers, const Outcome *outcome, gboolean anew, GError **error)
{
  g_autofree GimpLayer    **selected = gimp_image_get_selected_layers (layers->image);
  g_autofree OutcomeStage **old      = g_new0 (OutcomeStage *, layers->request->stages->len);
  g_autoptr (GPtrArray)     removed  = g_ptr_array_new ();
  Replacing                 self     = { layers, outcome, old, removed };
  gboolean                  replaced;

  match_stages (&self);
  replaced = replace_all (&self, anew, error);
  select_again (&self, selected);
  return replaced;
}
