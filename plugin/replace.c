/* SPDX-License-Identifier: GPL-3.0-or-later */

/* New contents for a layer that stays what it is to a person: its name, its place, how it is
 * shown, its mask and its filters. */

#include "replace.h"

#include <string.h>

#include "layers.h"

/* GIMP makes names differ by a number at their end. */
static gboolean
is_name_as_made (const char *name, const char *made)
{
  gsize n = strlen (made);

  if (strncmp (name, made, n) != 0)
    return FALSE;
  name += n;
  if (*name == '\0')
    return TRUE;
  return g_str_has_prefix (name, " #") && name[2] != '\0' &&
         strspn (name + 2, "0123456789") == strlen (name + 2);
}

/**
 * replace_name:
 * @was: what it was called when it was made
 * @name: what it would be called now
 *
 * Gives the item its new name, but where a person gave it one.
 *
 * Returns: whether that was possible
 */
gboolean
replace_name (GimpItem *item, const char *was, const char *name)
{
  g_autofree char *is = NULL;

  if (strcmp (was, name) == 0)
    return TRUE;
  is = gimp_item_get_name (item);
  return !is_name_as_made (is, was) || gimp_item_set_name (item, name);
}

/* Pixels as they are stored, in rows of GIMP's tiles. */
static void
copy_pixels (GimpDrawable *from, GimpDrawable *to)
{
  GeglBuffer *source = gimp_drawable_get_buffer (from);
  GeglBuffer *target = gimp_drawable_get_buffer (to);
  const Babl *format = gegl_buffer_get_format (source);
  int         width  = gimp_drawable_get_width (from);
  int         height = gimp_drawable_get_height (from);
  int         band   = gimp_tile_height ();
  g_autofree guint8 *pixels = g_malloc ((gsize) band * width * babl_format_get_bytes_per_pixel (
                                                                 format));

  for (int y = 0; y < height; y += band)
    {
      GeglRectangle part = { 0, y, width, MIN (band, height - y) };

      gegl_buffer_get (source, &part, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_set (target, &part, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
    }
  gegl_buffer_flush (target);
  g_object_unref (source);
  g_object_unref (target);
}

/* Gives the layer a new, empty buffer of the size; GIMP keeps the old one for a step back. That
 * is what a change of size does, and one to the same size is none. */
static gboolean
renew_buffer (GimpLayer *layer, int width, int height, int x, int y)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);

  if (gimp_drawable_get_width (drawable) == width &&
      gimp_drawable_get_height (drawable) == height && x == 0 && y == 0)
    return gimp_layer_resize (layer, width + 1, height, 0, 0) &&
           gimp_layer_resize (layer, width, height, 0, 0);
  return gimp_layer_resize (layer, width, height, -x, -y);
}

static gboolean
is_same_part (const RecipePart *a, const RecipePart *b)
{
  return a->stage == b->stage && a->map == b->map && a->x == b->x && a->y == b->y &&
         strcmp (a->run, b->run) == 0 && strcmp (a->name, b->name) == 0;
}

/**
 * replace_layer:
 * @old: a layer in the image
 * @made: what is to be in it; stays as it is
 * @part: of @made
 * @rename: whether it is to be called what @part says, unless a person gave it a name
 *
 * Gives a layer new contents, within a group of undo steps. It stays where it is, but for what
 * another size or place on the picture changes.
 *
 * Returns: whether GIMP did. Errors: %CNN_ERROR_LIMIT
 */
gboolean
replace_layer (const OutcomeLayer *old, GimpLayer *made, const RecipePart *part, gboolean rename,
               GError **error)
{
  GimpDrawable *from   = GIMP_DRAWABLE (made);
  GimpDrawable *to     = GIMP_DRAWABLE (old->layer);
  gboolean      alpha  = gimp_drawable_has_alpha (from);
  int           width  = gimp_drawable_get_width (from);
  int           height = gimp_drawable_get_height (from);
  RecipePart    now    = *part;

  if (!rename)
    now.name = old->part->name;
  if (alpha != gimp_drawable_has_alpha (to) &&
      !(alpha ? gimp_layer_add_alpha (old->layer) : gimp_layer_flatten (old->layer)))
    return layers_pdb_failed (error);
  if (!renew_buffer (old->layer, width, height, now.x - old->part->x, now.y - old->part->y) ||
      !replace_name (GIMP_ITEM (old->layer), old->part->name, now.name) ||
      !(is_same_part (&now, old->part) || recipe_part_attach (&now, GIMP_ITEM (old->layer))))
    return layers_pdb_failed (error);
  copy_pixels (from, to);
  gimp_drawable_update (to, 0, 0, width, height);
  return TRUE;
}
