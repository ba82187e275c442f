/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The layers for the maps. All are made and drawn before the first is inserted:
 * whatever goes wrong until then, GIMP's killing of a cancelled plug-in included,
 * the image has not changed. */

#include "error.h"
#include "i18n.h"
#include "layers.h"
#include "layers-private.h"
#include "map-frame.h"

/**
 * layers_pdb_failed:
 *
 * Says what GIMP said last. Errors: %CNN_ERROR_LIMIT
 *
 * Returns: %FALSE
 */
gboolean
layers_pdb_failed (GError **error)
{
  const char *reason = gimp_pdb_get_last_error (gimp_get_pdb ());

  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("GIMP could not make a layer: %s"),
               reason != NULL && *reason != '\0' ? reason : _("it did not say why"));
  return FALSE;
}

static char *
layer_name (const Request *request, guint i, guint map)
{
  const RequestStage *stage = request_get_stage (request, i);
  int                 index = g_array_index (stage->maps, int, map);
  char               *label;

  if (request->placement == REQUEST_CONTACT_SHEET)
    {
      g_autofree char *name = request_stage_name (request, i);

      /* Translators: the name of a layer with all maps of "2 maxpool 2×2 · 14×14×32". */
      return g_strdup_printf (_("%s · contact sheet"), name);
    }
  if (stage->vector)
    /* Translators: the name of a layer that holds a row of numbers. */
    return g_strdup (_("values"));

  label = cnn_network_map_label (request->network, request->infos, stage->node, index);
  /* Translators: the name of a layer, a feature map without a name of its own. */
  return label != NULL ? label : g_strdup_printf (_("map %d"), index + 1);
}

/** layers_type: the type of a layer of an image in colours, or in grey */
GimpImageType
layers_type (gboolean rgb, gboolean alpha)
{
  if (rgb)
    return alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;
  return alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;
}

/* Whether one layer holds all maps of the stage. */
static gboolean
is_one (const Request *request, guint i)
{
  return request_get_stage (request, i)->vector || request->placement == REQUEST_CONTACT_SHEET;
}

/* Layer @k of stage @i, and what it is. */
OutcomeLayer *
layers_get_made (const Layers *layers, guint i, guint k)
{
  return g_ptr_array_index ((GPtrArray *) g_ptr_array_index (layers->stages, i), k);
}

/* A part of a stage, of which more is to be said. */
RecipePart *
layers_part (const Layers *layers, guint i, int map)
{
  RecipePart *part = g_new0 (RecipePart, 1);

  part->run = g_strdup (layers->kit != NULL ? layers->kit->recipe->run : "");
  part->stage = (int) request_get_stage (layers->request, i)->node;
  part->map = map;
  return part;
}

static gboolean
add_layer (Layers *layers, const MapFrame *frame, guint i, guint map, GError **error)
{
  gboolean         rgb  = gimp_drawable_is_rgb (GIMP_DRAWABLE (layers->source));
  g_autofree char *name = layer_name (layers->request, i, map);
  GimpLayer       *layer;
  RecipePart      *part;
  int              x, y;

  layer = gimp_layer_new (layers->image, name, sheet_width (&frame->sheet),
                          sheet_height (&frame->sheet), layers_type (rgb, !frame->opaque), 100.0,
                          gimp_image_get_default_new_layer_mode (layers->image));
  if (layer == NULL)
    return layers_pdb_failed (error);
  part = layers_part (layers, i,
                      is_one (layers->request, i)
                        ? -1
                        : g_array_index (request_get_stage (layers->request, i)->maps, int, map));
  part->x = frame->x;
  part->y = frame->y;
  part->name = g_steal_pointer (&name);
  g_ptr_array_add (g_ptr_array_index (layers->stages, i), outcome_layer_new (layer, part));
  if (layers->kit != NULL && !recipe_part_attach (part, GIMP_ITEM (layer)))
    return layers_pdb_failed (error);
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layers->source), &x, &y);
  gimp_layer_set_offsets (layer, x + frame->x, y + frame->y);
  return frame->sheet.n == 1 ||
         gimp_drawable_fill (GIMP_DRAWABLE (layer), GIMP_FILL_TRANSPARENT) ||
         layers_pdb_failed (error);
}

static gboolean
add_stage (Layers *layers, const MapFrame *frame, guint i, GError **error)
{
  guint n = request_n_layers (layers->request, i);

  g_ptr_array_add (layers->stages,
                   g_ptr_array_new_with_free_func ((GDestroyNotify) outcome_layer_free));
  for (guint k = 0; k < n; k++)
    if (!add_layer (layers, frame, i, k, error))
      return FALSE;
  return TRUE;
}

/**
 * layers_new:
 * @request: what is asked for; to outlive the layers
 * @frames: (element-type MapFrame): of its stages
 * @source: the picture
 * @kit: (nullable): what is to travel with them; to outlive the layers
 *
 * Returns: (transfer full): all layers, with nothing drawn in them; or %NULL.
 *   Errors: %CNN_ERROR_LIMIT
 */
Layers *
layers_new (const Request *request, GPtrArray *frames, GimpLayer *source, const RecipeKit *kit,
            GError **error)
{
  g_autoptr (Layers) layers = g_new0 (Layers, 1);

  layers->request = request;
  layers->image = gimp_item_get_image (GIMP_ITEM (source));
  layers->source = source;
  layers->kit = kit;
  layers->stages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < request->stages->len; i++)
    if (!add_stage (layers, g_ptr_array_index (frames, i), i, error))
      return NULL;
  return g_steal_pointer (&layers);
}

/**
 * layers_get:
 * @stage: which of the request's stages
 * @i: which of its layers, request_n_layers()
 *
 * Returns: (transfer none): the layer
 */
GimpDrawable *
layers_get (const Layers *layers, guint stage, guint i)
{
  return GIMP_DRAWABLE (layers_get_made (layers, stage, i)->layer);
}

void
layers_free (Layers *layers)
{
  for (guint i = 0; i < layers->stages->len && !layers->inserted; i++)
    {
      GPtrArray *stage = g_ptr_array_index (layers->stages, i);

      for (guint k = 0; k < stage->len; k++)
        {
          OutcomeLayer *made = g_ptr_array_index (stage, k);

          if (made->layer != NULL)
            gimp_item_delete (GIMP_ITEM (made->layer));
        }
    }
  g_ptr_array_unref (layers->stages);
  g_free (layers);
}

/* Says how it was made. */
gboolean
layers_attach (const Layers *layers, guint i, GimpLayer *group)
{
  RecipePart *part;
  gboolean    attached;

  if (layers->kit == NULL)
    return TRUE;
  part = layers_part (layers, i, -1);
  part->name = request_stage_name (layers->request, i);
  attached = recipe_part_attach (part, GIMP_ITEM (group)) &&
             recipe_kit_attach (layers->kit, GIMP_ITEM (group));
  recipe_part_free (part);
  return attached;
}

GimpLayer *
layers_insert_stage (Layers *layers, guint i, GimpLayer *parent, int position)
{
  GPtrArray       *stage = g_ptr_array_index (layers->stages, i);
  g_autofree char *name  = request_stage_name (layers->request, i);
  GimpLayer       *group = GIMP_LAYER (gimp_group_layer_new (layers->image, name));

  if (group == NULL || !layers_attach (layers, i, group) || !gimp_image_insert_layer (layers->image, group, parent, position))
    return NULL;
  /* Each on top of the one before: at the bottom, GIMP takes far longer for each
   * layer that is there already. */
  for (guint k = stage->len; k-- > 0;)
    if (!gimp_image_insert_layer (layers->image, layers_get_made (layers, i, k)->layer, group, 0))
      return NULL;
  gimp_item_set_expanded (GIMP_ITEM (group), FALSE);
  return group;
}

/**
 * layers_insert:
 *
 * Puts the layers into the image above the picture, a group for each stage,
 * the last on top, in one undo step. What is selected stays selected, so that
 * the next run works on the picture too.
 *
 * Returns: (transfer container) (element-type GimpGroupLayer): the groups in
 *   the network's order; or %NULL. Errors: %CNN_ERROR_LIMIT
 */
GPtrArray *
layers_insert (Layers *layers, GError **error)
{
  g_autoptr (GPtrArray)  groups   = g_ptr_array_new ();
  g_autofree GimpLayer **selected = gimp_image_get_selected_layers (layers->image);
  GimpLayer *parent   = GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (layers->source)));
  int        position = gimp_image_get_item_position (layers->image, GIMP_ITEM (layers->source));

  layers->inserted = TRUE;
  gimp_image_undo_group_start (layers->image);
  for (guint i = 0; i < layers->stages->len; i++)
    {
      GimpLayer *group = layers_insert_stage (layers, i, parent, position);

      if (group == NULL)
        {
          layers_pdb_failed (error);
          for (guint k = 0; k < groups->len; k++)
            gimp_image_remove_layer (layers->image, g_ptr_array_index (groups, k));
          g_clear_pointer (&groups, g_ptr_array_unref);
          break;
        }
      g_ptr_array_add (groups, group);
    }
  gimp_image_set_selected_layers (layers->image, (const GimpLayer **) selected);
  gimp_image_undo_group_end (layers->image);
  return g_steal_pointer (&groups);
}
