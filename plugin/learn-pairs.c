/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Layers as what a filter is learned from: which are meant, whether they go together, and
 * their pixels with how much each counts. */

#include "learn-pairs.h"

#include "coverage.h"
#include "drawable-source.h"
#include "error.h"
#include "i18n.h"
#include "procedure.h"

/* Rows of a layer that are looked at together. */
#define STRIP 64

/* --- which layers ----------------------------------------------------------------------------- */

/* How far down in the image a layer is: those of the groups above count too. */
static gboolean
find_depth (GimpItem **items, GimpItem *wanted, int *depth)
{
  for (int i = 0; items[i] != NULL; i++)
    {
      (*depth)++;
      if (items[i] == wanted)
        return TRUE;
      if (gimp_item_is_group (items[i]))
        {
          g_autofree GimpItem **children = gimp_item_get_children (items[i]);

          if (find_depth (children, wanted, depth))
            return TRUE;
        }
    }
  return FALSE;
}

static int
depth_of (GimpImage *image, GimpItem *item)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);
  int                    depth  = 0;

  find_depth ((GimpItem **) layers, item, &depth);
  return depth;
}

/* Of two selected layers the lower one is before, the upper one after. */
static gboolean
take_selected (LearnLayers *layers, GimpDrawable **drawables, GError **error)
{
  int      n     = gimp_core_object_array_get_length ((GObject **) drawables);
  gboolean lower;

  if (n != 2)
    {
      if (n == 0)
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("a filter is learned from two layers, and none is selected: the lower one is "
                       "before the filter, the upper one the same after it"));
      else if (n == 1)
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("a filter is learned from two layers, and one is selected; select the "
                       "picture after the filter, above, as well"));
      else
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     dngettext ("convolens",
                                "a filter is learned from two layers, and %d is selected; say which "
                                "are before and which are after",
                                "a filter is learned from two layers, and %d are selected; say "
                                "which are before and which are after", n),
                     n);
      return FALSE;
    }
  for (int i = 0; i < 2; i++)
    if (!GIMP_IS_LAYER (drawables[i]) || GIMP_IS_LAYER_MASK (drawables[i]))
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("a filter is learned from layers; a channel or a layer mask is selected"));
        return FALSE;
      }
  lower = depth_of (layers->image, GIMP_ITEM (drawables[1])) >
          depth_of (layers->image, GIMP_ITEM (drawables[0]));
  g_ptr_array_add (layers->before, drawables[lower]);
  g_ptr_array_add (layers->after, drawables[!lower]);
  return TRUE;
}

/* (transfer full) (nullable) (element-type GimpItem): what an argument says, by numbers: GIMP
 * 3.0 lets no argument that is an array of layers be left out. */
static GPtrArray *
get_items (GimpProcedureConfig *config, const char *argument, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  GimpArray            *array = NULL;
  const gint32         *ids;
  gsize                 n     = 0;

  g_object_get (config, argument, &array, NULL);
  ids = gimp_int32_array_get_values (array, &n);
  for (gsize i = 0; i < n && items != NULL; i++)
    {
      GimpItem *item = gimp_item_get_by_id (ids[i]);

      g_ptr_array_add (items, item);
      if (item == NULL || !GIMP_IS_LAYER (item) || GIMP_IS_LAYER_MASK (item))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: there is no layer with number %d"),
                       argument, ids[i]);
          g_clear_pointer (&items, g_ptr_array_unref);
        }
    }
  gimp_array_free (array);
  return g_steal_pointer (&items);
}

/* Those that the arguments name, or else those that are selected. */
static gboolean
take_layers (LearnLayers *layers, GimpProcedureConfig *config, GimpDrawable **drawables,
             GError **error)
{
  layers->before = get_items (config, "before", error);
  if (layers->before == NULL)
    return FALSE;
  layers->after = get_items (config, "after", error);
  if (layers->after == NULL)
    return FALSE;
  if (layers->before->len == 0 && layers->after->len == 0)
    return take_selected (layers, drawables, error);
  if (layers->before->len == layers->after->len)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("each layer before the filter needs its other after it; there are %u before and "
                 "%u after"), layers->before->len, layers->after->len);
  return FALSE;
}

static void
say_items (GimpProcedureConfig *config, const char *argument, GimpLayer **layers)
{
  int                n     = gimp_core_object_array_get_length ((GObject **) layers);
  g_autofree gint32 *ids   = g_new (gint32, n);
  GimpArray         *array = NULL;

  for (int i = 0; i < n; i++)
    ids[i] = gimp_item_get_id (GIMP_ITEM (layers[i]));
  if (n > 0)
    array = gimp_array_new ((const guint8 *) ids, n * sizeof (gint32), FALSE);
  g_object_set (config, argument, array, NULL);
  g_clear_pointer (&array, gimp_array_free);
}

/**
 * learn_layers_say:
 * @config: the procedure's arguments
 * @before: (nullable) (array zero-terminated=1): what they are to say is before the filter; %NULL
 *   where that is what is selected
 * @after: (nullable) (array zero-terminated=1): the same after it
 */
void
learn_layers_say (GimpProcedureConfig *config, GimpLayer **before, GimpLayer **after)
{
  say_items (config, "before", before);
  say_items (config, "after", after);
}

/* --- whether they go together ----------------------------------------------------------------- */

static gboolean
check_layer (const LearnLayers *layers, GimpLayer *layer, GError **error)
{
  g_autofree char *name = NULL;

  if (!procedure_check_layer (layers->image, layer, error))
    return FALSE;
  if (!gimp_item_is_group (GIMP_ITEM (layer)))
    return TRUE;
  name = gimp_item_get_name (GIMP_ITEM (layer));
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("“%s” is a layer group; choose layers, or make one of the group first"), name);
  return FALSE;
}

static gboolean
check_pair (const LearnLayers *layers, guint i, GError **error)
{
  GimpLayer       *before = g_ptr_array_index (layers->before, i);
  GimpLayer       *after  = g_ptr_array_index (layers->after, i);
  g_autofree char *before_name = NULL, *after_name = NULL;
  CnnSize          from, to;

  if (!check_layer (layers, before, error) || !check_layer (layers, after, error))
    return FALSE;
  before_name = gimp_item_get_name (GIMP_ITEM (before));
  after_name = gimp_item_get_name (GIMP_ITEM (after));
  from = (CnnSize) { gimp_drawable_get_height (GIMP_DRAWABLE (before)),
                     gimp_drawable_get_width (GIMP_DRAWABLE (before)) };
  to = (CnnSize) { gimp_drawable_get_height (GIMP_DRAWABLE (after)),
                   gimp_drawable_get_width (GIMP_DRAWABLE (after)) };
  if (before == after)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“%s” is both before and after; choose two layers"), before_name);
  else if (from.width != to.width || from.height != to.height)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“%s” has %d×%d pixels and “%s” has %d×%d; a filter is learned from layers of "
                   "the same size"),
                 before_name, from.width, from.height, after_name, to.width, to.height);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_mask (const LearnLayers *layers, GError **error)
{
  if (gimp_item_is_valid (GIMP_ITEM (layers->mask)) &&
      gimp_item_get_image (GIMP_ITEM (layers->mask)) == layers->image)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the mask is not in the image"));
  return FALSE;
}

/**
 * learn_layers_new:
 * @image: the image
 * @config: the procedure's arguments, of which “before”, “after” and “mask” count
 * @drawables: (array zero-terminated=1): what is selected, which counts where neither “before” nor
 *   “after” says anything
 *
 * Returns: (transfer full): the layers to learn from; or %NULL where they do not go together:
 *   not two, of other sizes, indexed, groups, the same. Errors: %CNN_ERROR_SPEC
 */
LearnLayers *
learn_layers_new (GimpImage *image, GimpProcedureConfig *config, GimpDrawable **drawables,
                  GError **error)
{
  g_autoptr (LearnLayers) layers = g_new0 (LearnLayers, 1);

  layers->image = image;
  layers->channels = gimp_image_get_base_type (image) == GIMP_GRAY ? 1 : 3;
  g_object_get (config, "mask", &layers->mask, NULL);
  if (!take_layers (layers, config, drawables, error))
    return NULL;
  for (guint i = 0; i < layers->before->len; i++)
    if (!check_pair (layers, i, error))
      return NULL;
  if (layers->mask != NULL && !check_mask (layers, error))
    return NULL;
  return g_steal_pointer (&layers);
}

void
learn_layers_free (LearnLayers *layers)
{
  g_clear_pointer (&layers->before, g_ptr_array_unref);
  g_clear_pointer (&layers->after, g_ptr_array_unref);
  g_clear_object (&layers->mask);
  g_free (layers);
}

/* --- their pixels ----------------------------------------------------------------------------- */

/* One pair while it is read. */
typedef struct
{
  DrawableSource *before;
  DrawableSource *after;
  Coverage       *covered;  /* of before, and what is selected */
  Coverage       *opaque;   /* of after */
  GeglBuffer     *mask;     /* (nullable) */
  const Babl     *mask_format;
  int             mask_x;   /* of the layer's first pixel in the mask */
  int             mask_y;
  int             channels;
} Reader;

static void
reader_clear (Reader *reader)
{
  g_clear_pointer (&reader->before, drawable_source_free);
  g_clear_pointer (&reader->after, drawable_source_free);
  g_clear_pointer (&reader->covered, coverage_free);
  g_clear_pointer (&reader->opaque, coverage_free);
  g_clear_object (&reader->mask);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

/* Beside the mask nothing counts, nor where it is transparent. */
static void
count_mask (const Reader *reader, const CnnRect *rect, float *counts)
{
  gsize             n    = (gsize) rect->width * rect->height;
  g_autofree float *grey = g_new (float, 2 * n);

  gegl_buffer_get (reader->mask,
                   GEGL_RECTANGLE (rect->x + reader->mask_x, rect->y + reader->mask_y,
                                   rect->width, rect->height),
                   1.0, reader->mask_format, grey, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    counts[i] *= CLAMP (grey[2 * i] * grey[2 * i + 1], 0.0f, 1.0f);
}

static gboolean
read_pair (gpointer data, const CnnRect *rect, float *before, float *after, float *counts,
           GError **error)
{
  Reader           *reader = data;
  gsize             n      = (gsize) rect->width * rect->height;
  gsize             stride = (gsize) rect->width * reader->channels;
  g_autofree float *opaque = g_new (float, n);
  CnnSource         sources[] = { drawable_source_get (reader->before),
                                  drawable_source_get (reader->after) };

  if (!sources[0].read (sources[0].data, rect, before, stride, error) ||
      !sources[1].read (sources[1].data, rect, after, stride, error))
    return FALSE;
  coverage_read (reader->covered, rect, counts);
  coverage_read_alpha (reader->opaque, rect, opaque);
  for (gsize i = 0; i < n; i++)
    counts[i] *= opaque[i];
  if (reader->mask != NULL)
    count_mask (reader, rect, counts);
  return TRUE;
}

static gboolean
reader_init (Reader *reader, const LearnLayers *layers, guint i, PixelsEncoding encoding,
             GError **error)
{
  GimpDrawable *before = g_ptr_array_index (layers->before, i);
  GimpDrawable *after  = g_ptr_array_index (layers->after, i);
  CnnShape      shape  = { gimp_drawable_get_height (before), gimp_drawable_get_width (before),
                           layers->channels };

  reader->channels = layers->channels;
  reader->covered = coverage_new (layers->image, before, error);
  if (reader->covered == NULL)
    return FALSE;
  reader->opaque = coverage_new_unselected (after);
  reader->before = drawable_source_new (before, shape, encoding);
  reader->after = drawable_source_new (after, shape, encoding);
  if (layers->mask != NULL)
    {
      int x, y;

      gimp_drawable_get_offsets (layers->mask, &x, &y);
      reader->mask = gimp_drawable_get_buffer (layers->mask);
      /* Channels and masks store how far; of a layer it is what one sees. */
      reader->mask_format = pixels_format (layers->mask, GIMP_IS_CHANNEL (layers->mask)
                                                           ? PIXELS_LINEAR : PIXELS_PERCEPTUAL,
                                           1, TRUE);
      reader->mask_x = reader->covered->offset_x - x;
      reader->mask_y = reader->covered->offset_y - y;
    }
  return TRUE;
}

static gboolean
is_transparent (const Coverage *coverage)
{
  gsize             n     = (gsize) coverage->size.width * STRIP;
  g_autofree float *alpha = NULL;

  if (coverage->pixels == NULL)
    return FALSE;
  alpha = g_new (float, n);
  for (int y = 0; y < coverage->size.height; y += STRIP)
    {
      CnnRect strip = { 0, y, coverage->size.width, MIN (STRIP, coverage->size.height - y) };

      coverage_read_alpha (coverage, &strip, alpha);
      for (gsize i = 0; i < (gsize) strip.width * strip.height; i++)
        if (alpha[i] > 0.0f)
          return FALSE;
    }
  return TRUE;
}

static gboolean
check_opaque (GimpLayer *layer, const Coverage *coverage, GError **error)
{
  g_autofree char *name = NULL;

  if (!is_transparent (coverage))
    return TRUE;
  name = gimp_item_get_name (GIMP_ITEM (layer));
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("“%s” is empty: all of it is transparent"), name);
  return FALSE;
}

/* What an eye compares is perceptual. */
static void
stored (const float *values, gsize n, float *to, gpointer to_perceptual)
{
  babl_process (to_perceptual, values, to, (long) n);
}

static CnnPairs *
read_pairs (const LearnLayers *layers, PixelsEncoding encoding, GError **error)
{
  GimpDrawable        *like  = g_ptr_array_index (layers->before, 0);
  const Babl          *fish  = babl_fish (pixels_format (like, encoding, layers->channels, FALSE),
                                          pixels_format (like, PIXELS_PERCEPTUAL,
                                                         layers->channels, FALSE));
  g_autoptr (CnnPairs) pairs = cnn_pairs_new (layers->channels, stored, (gpointer) fish, NULL);

  for (guint i = 0; i < layers->before->len; i++)
    {
      GimpLayer       *before = g_ptr_array_index (layers->before, i);
      GimpLayer       *after  = g_ptr_array_index (layers->after, i);
      g_autofree char *from   = gimp_item_get_name (GIMP_ITEM (before));
      g_autofree char *to     = gimp_item_get_name (GIMP_ITEM (after));
      /* Translators: the names of a layer before a filter and of that after it. */
      g_autofree char *name   = g_strdup_printf (_("%s → %s"), from, to);
      g_auto (Reader)  reader = { NULL };
      CnnPairReader    pair   = { read_pair, &reader };

      if (!reader_init (&reader, layers, i, encoding, error) ||
          !check_opaque (before, reader.covered, error) ||
          !check_opaque (after, reader.opaque, error) ||
          !cnn_pairs_add (pairs, name, reader.covered->size, &pair, error))
        return NULL;
    }
  return g_steal_pointer (&pairs);
}

/**
 * learn_pairs_new:
 * @layers: which
 * @encoding: in which numbers
 *
 * Reads the pixels. A pixel counts as far as it is opaque in both layers, selected and white in
 * the mask. What is compared in the end are perceptual numbers, whatever the filter works in.
 *
 * Returns: (transfer full): what to learn from; or %NULL. Errors: %CNN_ERROR_SPEC where a layer
 *   is transparent or the selection beside it, and those of cnn_pairs_add()
 */
LearnPairs *
learn_pairs_new (const LearnLayers *layers, LearnEncoding encoding, GError **error)
{
  g_autoptr (LearnPairs) pairs = g_new0 (LearnPairs, 1);

  if (encoding != LEARN_ENCODING_LINEAR)
    pairs->encodings[pairs->n++] = PIXELS_PERCEPTUAL;
  if (encoding != LEARN_ENCODING_PERCEPTUAL)
    pairs->encodings[pairs->n++] = PIXELS_LINEAR;
  for (guint i = 0; i < pairs->n; i++)
    {
      pairs->pairs[i] = read_pairs (layers, pairs->encodings[i], error);
      if (pairs->pairs[i] == NULL)
        return NULL;
    }
  return g_steal_pointer (&pairs);
}

void
learn_pairs_free (LearnPairs *pairs)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs->pairs); i++)
    g_clear_pointer (&pairs->pairs[i], cnn_pairs_unref);
  g_free (pairs);
}
