/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where on the picture a class is seen: over it in a layer, or as the mask of its own. */

#include "classify-map.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "layers.h"
#include "mapping.h"

/* So much of the layer covers what lies below where the class is seen most. */
#define OPACITY 70.0

/* Rows written at a time. */
#define STRIP 64

typedef struct
{
  int    width;
  float *values; /* from 0 to 1 */
} Map;

/* --- what is asked for ------------------------------------------------------------------------ */

/* The layer of that number or name, or −1. */
static int
find_layer (const CnnClassifier *classifier, const char *text)
{
  int    node = cnn_network_find (classifier->network, text);
  gint64 number;

  if (node > 0)
    return node;
  if (g_ascii_string_to_signed (text, 10, 1, classifier->output, &number, NULL))
    return (int) number;
  return -1;
}

/* The layer that is asked; 0 for the last with places. */
static gboolean
get_node (const CnnClassifier *classifier, GimpProcedureConfig *config, guint *node,
          GError **error)
{
  g_autofree char *text = NULL;
  int              found;

  *node = 0;
  g_object_get (config, "cam-layer", &text, NULL);
  if (text == NULL || *g_strstrip (text) == '\0')
    return TRUE;
  found = find_layer (classifier, text);
  if (found < 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("cam-layer: “%s” is not a layer; write a number from 1 to %u, or a name given "
                     "with as="),
                   text, classifier->output);
      return FALSE;
    }
  *node = (guint) found;
  if (classifier->infos[found].shape.height > 1 || classifier->infos[found].shape.width > 1)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("cam-layer: layer %d has a single place; choose one before the maps become a "
                 "vector"),
               found);
  return FALSE;
}

static gboolean
get_class (const ClassifyRequest *request, GimpProcedureConfig *config, guint *number,
           GError **error)
{
  int asked;

  g_object_get (config, "cam-class", &asked, NULL);
  *number = asked < 0 ? request->best : (guint) asked;
  if (*number < request->classifier->n_classes)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("cam-class: there is no class %u; the network knows %u, counted from 0"), *number,
               request->classifier->n_classes);
  return FALSE;
}

/* --- the map ---------------------------------------------------------------------------------- */

/* To 0 to 1. FALSE where there is nothing but 0. */
static gboolean
normalise (float *values, gsize n)
{
  float most = 0.0f;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, values[i]);
  for (gsize i = 0; i < n && most > 0.0f; i++)
    values[i] /= most;
  return most > 0.0f;
}

static void
read_map (gpointer data, const CnnRect *rect, float *values)
{
  const Map *map = data;

  for (int y = 0; y < rect->height; y++, values += rect->width)
    memcpy (values, map->values + (gsize) (rect->y + y) * map->width + rect->x,
            sizeof (float) * rect->width);
}

/* --- where it goes ---------------------------------------------------------------------------- */

static GimpLayer *
new_layer (const ClassifyRequest *request, GimpLayer *source, guint number, GError **error)
{
  GimpDrawable    *drawable = GIMP_DRAWABLE (source);
  GimpImage       *image    = gimp_item_get_image (GIMP_ITEM (source));
  const CnnRect   *bounds   = &request->coverage->bounds;
  g_autofree char *label    = cnn_classifier_label (request->classifier, number);
  /* Translators: a layer's name; %s is a class, such as a digit or “tabby cat”. */
  g_autofree char *name     = g_strdup_printf (_("Where “%s” is seen"), label);
  GimpLayer       *layer;
  int              x, y;

  layer = gimp_layer_new (image, name, bounds->width, bounds->height,
                          layers_type (gimp_drawable_is_rgb (drawable), TRUE), OPACITY,
                          gimp_image_get_default_new_layer_mode (image));
  if (layer == NULL)
    {
      layers_pdb_failed (error);
      return NULL;
    }
  gimp_drawable_get_offsets (drawable, &x, &y);
  gimp_layer_set_offsets (layer, x + bounds->x, y + bounds->y);
  return layer;
}

/* White, or white to red, and the more opaque the more the class is seen there. */
static void
paint_row (const Mapping *mapping, const float *values, int n, int channels, float *pixels)
{
  int step = channels + 1;

  if (channels == 3)
    mapping_apply (mapping, values, n, channels, pixels, step);
  for (int x = 0; x < n; x++)
    {
      if (channels == 1)
        pixels[x * step] = 1.0f;
      pixels[x * step + channels] = values[x];
    }
}

/* A layer of its own shows the selected part; a mask has 0 beside it. */
static void
write_map (const ClassifyRequest *request, Map *map, CnnSize size, GimpDrawable *drawable,
           int channels)
{
  const CnnRect             *bounds  = &request->coverage->bounds;
  const CnnFrame            *frame   = &request->picture.frame;
  g_autoptr (ResampleAxis)   rows    = cnn_frame_axis_map (&frame->rows, size.height,
                                                           bounds->height);
  g_autoptr (ResampleAxis)   columns = cnn_frame_axis_map (&frame->columns, size.width,
                                                           bounds->width);
  g_autoptr (GeglBuffer)     buffer  = gimp_drawable_get_buffer (drawable);
  Mapping                    mapping = mapping_new (MAPPING_DIVERGING, (MappingRange) { 0, 1 });
  gboolean                   mask    = channels == 0;
  int                        step    = channels + 1;
  const Babl                *format  = mask ? babl_format ("Y float")
                                            : pixels_format (drawable, PIXELS_PERCEPTUAL, channels,
                                                             TRUE);
  g_autofree float          *values  = g_new (float, (gsize) STRIP * bounds->width);
  g_autofree float          *pixels  = g_new (float, (gsize) STRIP * bounds->width * step);

  for (int y = 0; y < bounds->height; y += STRIP)
    {
      CnnRect       part  = { 0, y, bounds->width, MIN (STRIP, bounds->height - y) };
      GeglRectangle place = { mask ? bounds->x : 0, (mask ? bounds->y : 0) + y, part.width,
                              part.height };

      resample_rect (rows, columns, &part, 1, read_map, map, values, part.width);
      for (int i = 0; i < part.height && !mask; i++)
        paint_row (&mapping, values + (gsize) i * part.width, part.width, channels,
                   pixels + (gsize) i * part.width * step);
      pixels_write (buffer, &place, format, mask ? values : pixels);
    }
  gegl_buffer_flush (buffer);
}

static GimpDrawable *
add_layer (const ClassifyRequest *request, Map *map, CnnSize size, GimpLayer *source,
           guint number, GError **error)
{
  GimpImage                *image    = gimp_item_get_image (GIMP_ITEM (source));
  g_autofree GimpLayer    **selected = gimp_image_get_selected_layers (image);
  GimpLayer                *layer    = new_layer (request, source, number, error);
  gboolean                  inserted;

  if (layer == NULL)
    return NULL;
  write_map (request, map, size, GIMP_DRAWABLE (layer),
             gimp_drawable_is_rgb (GIMP_DRAWABLE (source)) ? 3 : 1);
  gimp_image_undo_group_start (image);
  inserted = gimp_image_insert_layer (image, layer,
                                      GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (source))),
                                      gimp_image_get_item_position (image, GIMP_ITEM (source)));
  /* What is selected stays selected, so that the next run works on the picture too. */
  gimp_image_set_selected_layers (image, (const GimpLayer **) selected);
  gimp_image_undo_group_end (image);
  if (inserted)
    return GIMP_DRAWABLE (layer);
  layers_pdb_failed (error);
  gimp_item_delete (GIMP_ITEM (layer));
  return NULL;
}

static GimpDrawable *
add_mask (const ClassifyRequest *request, Map *map, CnnSize size, GimpLayer *layer,
          GError **error)
{
  GimpLayerMask *mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_BLACK);

  if (mask == NULL)
    {
      layers_pdb_failed (error);
      return NULL;
    }
  write_map (request, map, size, GIMP_DRAWABLE (mask), 0);
  if (gimp_layer_add_mask (layer, mask))
    return GIMP_DRAWABLE (mask);
  layers_pdb_failed (error);
  gimp_item_delete (GIMP_ITEM (mask));
  return NULL;
}

/**
 * classify_map_add:
 * @request: what was classified
 * @config: the procedure's arguments
 * @layer: the picture
 * @added: (out) (transfer none) (nullable): the new layer or mask; %NULL where none is asked
 *   for
 *
 * Adds what @config asks for, in one undo step.
 *
 * Returns: whether that went well; otherwise the image is as it was. Errors: those of
 *   cnn_class_map(), %CNN_ERROR_SPEC
 */
gboolean
classify_map_add (const ClassifyRequest *request, GimpProcedureConfig *config, GimpLayer *layer,
                  GimpDrawable **added, GError **error)
{
  ClassifyMapKind   kind   = gimp_procedure_config_get_choice_id (config, "cam");
  g_autofree float *values = NULL;
  CnnSize           size;
  guint             node, number;
  Map               map;

  *added = NULL;
  if (kind == CLASSIFY_MAP_NONE)
    return TRUE;
  if (kind == CLASSIFY_MAP_MASK && gimp_layer_get_mask (layer) != NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the layer has a mask already; apply or delete it first"));
      return FALSE;
    }
  if (!get_node (request->classifier, config, &node, error) ||
      !get_class (request, config, &number, error))
    return FALSE;
  values = cnn_classifier_map (request->classifier, request->values, node, number, &size, error);
  if (values == NULL)
    return FALSE;
  if (!normalise (values, (gsize) size.height * size.width))
    {
      g_autofree char *label = cnn_classifier_label (request->classifier, number);

      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("no place of the picture speaks for “%s”; choose another class or another "
                     "layer of the network"),
                   label);
      return FALSE;
    }
  map = (Map) { size.width, values };
  *added = kind == CLASSIFY_MAP_LAYER ? add_layer (request, &map, size, layer, number, error)
                                      : add_mask (request, &map, size, layer, error);
  return *added != NULL;
}
