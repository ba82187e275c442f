/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The layers for the maps. All are made and drawn before the first is inserted:
 * whatever goes wrong until then, GIMP's killing of a cancelled plug-in included,
 * the image has not changed. */

#include "error.h"
#include "i18n.h"
#include "layers-private.h"
#include "map-frame.h"

/* From so many bytes on, layers go to GIMP in a file. */
#define LARGE ((gint64) 32 << 20)

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

/* Layer @k of stage @i, and what it is. */
OutcomeLayer *
layers_get_made (const Layers *layers, guint i, guint k)
{
  return g_ptr_array_index ((GPtrArray *) g_ptr_array_index (layers->stages, i), k);
}

/* A part of a stage, of which more is to be said. */
static RecipePart *
part_new (const Layers *layers, guint i, int map)
{
  RecipePart *part = g_new0 (RecipePart, 1);

  part->run = g_strdup (layers->kit != NULL ? layers->kit->recipe->run : "");
  part->stage = (int) request_get_stage (layers->request, i)->node;
  part->map = map;
  return part;
}

/* What layer @k of stage @i is; where one layer holds all maps, no map of its own. */
static RecipePart *
layer_part (const Layers *layers, const MapFrame *frame, guint i, guint k)
{
  const RequestStage *stage = request_get_stage (layers->request, i);
  gboolean            one   = stage->vector ||
                              layers->request->placement == REQUEST_CONTACT_SHEET;
  RecipePart         *part  = part_new (layers, i, one ? -1 : g_array_index (stage->maps, int, k));

  part->x = frame->x;
  part->y = frame->y;
  part->name = layer_name (layers->request, i, k);
  return part;
}

static void
place_layer (const Layers *layers, const MapFrame *frame, GimpLayer *layer)
{
  int x, y;

  gimp_drawable_get_offsets (GIMP_DRAWABLE (layers->source), &x, &y);
  gimp_layer_set_offsets (layer, x + frame->x, y + frame->y);
}

/**
 * layers_insert_above:
 * @layer: a new layer
 * @below: one in the image
 *
 * Puts the one above the other. What is selected stays selected, so that the next run works on
 * the picture too.
 *
 * Returns: whether it could be
 */
gboolean
layers_insert_above (GimpImage *image, GimpLayer *layer, GimpLayer *below)
{
  g_autofree GimpLayer **selected = gimp_image_get_selected_layers (image);
  GimpLayer *parent   = GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (below)));
  int        position = gimp_image_get_item_position (image, GIMP_ITEM (below));
  gboolean   inserted;

  gimp_image_undo_group_start (image);
  inserted = gimp_image_insert_layer (image, layer, parent, position);
  gimp_image_set_selected_layers (image, (const GimpLayer **) selected);
  gimp_image_undo_group_end (image);
  return inserted;
}

static gboolean
add_layer (Layers *layers, const MapFrame *frame, guint i, guint map, GError **error)
{
  gboolean         rgb  = gimp_drawable_is_rgb (GIMP_DRAWABLE (layers->source));
  GimpImageType    type = layers_type (rgb, !frame->opaque);
  RecipePart      *part = layer_part (layers, frame, i, map);
  CnnSize          size = { sheet_height (&frame->sheet), sheet_width (&frame->sheet) };
  GimpLayer       *layer;

  if (layers->file)
    {
      layer_file_add (layers->file, type, size);
      size = (CnnSize) { 1, 1 };
    }
  layer = gimp_layer_new (layers->image, part->name, size.width, size.height, type, 100.0,
                          gimp_image_get_default_new_layer_mode (layers->image));
  g_ptr_array_add (g_ptr_array_index (layers->stages, i), outcome_layer_new (layer, part));
  if (layer == NULL)
    return layers_pdb_failed (error);
  place_layer (layers, frame, layer);
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

/* Whether they are large, and their pixels bytes. */
static gboolean
want_file (const Layers *layers)
{
  const Request *request = layers->request;
  gboolean       linear  = request->encoding == PIXELS_LINEAR;
  int            step    = gimp_drawable_is_rgb (GIMP_DRAWABLE (layers->source)) ? 3 : 1;
  gint64         bytes   = 0;

  if (request->mapping == MAPPING_RAW || request->placement == REQUEST_CONTACT_SHEET ||
      gimp_image_get_precision (layers->image) !=
        (linear ? GIMP_PRECISION_U8_LINEAR : GIMP_PRECISION_U8_NON_LINEAR))
    return FALSE;
  for (guint i = 0; i < request->stages->len; i++)
    {
      const MapFrame *frame = g_ptr_array_index (layers->frames, i);

      bytes += (gint64) frame->size.height * frame->size.width * step *
               request_n_layers (request, i);
    }
  return bytes >= LARGE;
}

static gboolean
add_stages (Layers *layers, GError **error)
{
  for (guint i = 0; i < layers->request->stages->len; i++)
    if (!add_stage (layers, g_ptr_array_index (layers->frames, i), i, error))
      return FALSE;
  return TRUE;
}

static void
delete_stages (Layers *layers)
{
  for (guint i = 0; i < layers->stages->len; i++)
    {
      GPtrArray *stage = g_ptr_array_index (layers->stages, i);

      for (guint k = 0; k < stage->len; k++)
        {
          OutcomeLayer *made = g_ptr_array_index (stage, k);

          if (made->layer != NULL)
            gimp_item_delete (GIMP_ITEM (made->layer));
        }
    }
  g_ptr_array_set_size (layers->stages, 0);
}

/**
 * layers_new:
 * @request: what is asked for; to outlive the layers
 * @frames: (element-type MapFrame): of its stages; the same
 * @source: the picture
 * @kit: (nullable): what is to travel with them; to outlive the layers
 * @folder: where there is room for large layers
 *
 * Returns: (transfer full): all layers, with nothing drawn in them; or %NULL.
 *   Errors: %CNN_ERROR_LIMIT
 */
Layers *
layers_new (const Request *request, GPtrArray *frames, GimpLayer *source, const RecipeKit *kit,
            const char *folder, GError **error)
{
  g_autoptr (Layers) layers = g_new0 (Layers, 1);

  layers->request = request;
  layers->frames = frames;
  layers->image = gimp_item_get_image (GIMP_ITEM (source));
  layers->source = source;
  layers->kit = kit;
  layers->stages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  if (want_file (layers))
    layers->file = layer_file_new (layers->image, folder);
  if (!add_stages (layers, error))
    return NULL;
  if (layers->file == NULL || layer_file_begin (layers->file))
    return g_steal_pointer (&layers);

  /* No room: GIMP takes them tile by tile, into its own memory. */
  g_clear_pointer (&layers->file, layer_file_free);
  delete_stages (layers);
  return add_stages (layers, error) ? g_steal_pointer (&layers) : NULL;
}

/**
 * layers_get:
 * @stage: which of the request's stages
 * @i: which of its layers, request_n_layers()
 *
 * Returns: (transfer none): the layer; before layers_finish() perhaps one of a single pixel, of
 *   the same kind
 */
GimpDrawable *
layers_get (const Layers *layers, guint stage, guint i)
{
  return GIMP_DRAWABLE (layers_get_made (layers, stage, i)->layer);
}

/**
 * layers_file:
 * @stage: which of the request's stages
 * @i: which of its layers
 * @number: (out): the number of the layer in the file
 *
 * Returns: (transfer none) (nullable): the file that its pixels, which are bytes, go into; %NULL
 *   where they go into the layer itself
 */
LayerFile *
layers_file (const Layers *layers, guint stage, guint i, guint *number)
{
  *number = i;
  for (guint k = 0; k < stage; k++)
    *number += request_n_layers (layers->request, k);
  return layers->file;
}

/* Those of the file take the places of theirs. */
static gboolean
take_file (Layers *layers, GError **error)
{
  g_autoptr (GPtrArray) loaded = layer_file_load (layers->file, error);
  guint                 n      = 0;

  if (loaded == NULL)
    return FALSE;
  for (guint i = 0; i < layers->stages->len; i++)
    {
      GPtrArray *stage = g_ptr_array_index (layers->stages, i);

      for (guint k = 0; k < stage->len; k++)
        {
          OutcomeLayer *made = g_ptr_array_index (stage, k);

          gimp_item_delete (GIMP_ITEM (made->layer));
          made->layer = g_ptr_array_index (loaded, n++);
          gimp_item_set_name (GIMP_ITEM (made->layer), made->part->name);
          gimp_layer_set_mode (made->layer, gimp_image_get_default_new_layer_mode (layers->image));
          place_layer (layers, g_ptr_array_index (layers->frames, i), made->layer);
        }
    }
  g_clear_pointer (&layers->file, layer_file_free);
  return TRUE;
}

/**
 * layers_finish:
 *
 * To be called when all pixels are drawn. Returns: %TRUE; or %FALSE with %CNN_ERROR_IO or
 * %CNN_ERROR_LIMIT set.
 */
gboolean
layers_finish (Layers *layers, GError **error)
{
  if (layers->file != NULL && !take_file (layers, error))
    return FALSE;
  for (guint i = 0; i < layers->stages->len && layers->kit != NULL; i++)
    for (guint k = 0; k < request_n_layers (layers->request, i); k++)
      {
        const OutcomeLayer *made = layers_get_made (layers, i, k);

        if (!recipe_part_attach (made->part, GIMP_ITEM (made->layer)))
          return layers_pdb_failed (error);
      }
  return TRUE;
}

void
layers_free (Layers *layers)
{
  if (!layers->inserted)
    delete_stages (layers);
  g_clear_pointer (&layers->file, layer_file_free);
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
  part = part_new (layers, i, -1);
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

  if (group == NULL || !layers_attach (layers, i, group) ||
      !gimp_image_insert_layer (layers->image, group, parent, position))
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
