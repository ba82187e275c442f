/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a learnt filter makes of the layers it was learnt from, and what remains of the
 * difference. All layers are made before the first is inserted. */

#include "learn-result.h"

#include "apply-result.h"
#include "i18n.h"
#include "layers.h"

/* Rows of a layer that are worked on together. */
#define STRIP 64

/* --- what remains --------------------------------------------------------------------------- */

/* The numbers in which the image's pixels are stored. */
static PixelsEncoding
stored_encoding (GimpImage *image)
{
  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U32_LINEAR:
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_FLOAT_LINEAR:
    case GIMP_PRECISION_DOUBLE_LINEAR:
      return PIXELS_LINEAR;

    default:
      return PIXELS_PERCEPTUAL;
    }
}

/* How far @after is from @made, of pixels of @step numbers, the last of them alpha where @alpha.
 * Numbers that can be less than 0 say in which direction. */
static void
subtract (const float *after, const float *made, gsize n, int step, gboolean alpha,
          gboolean is_signed, float *difference)
{
  for (gsize i = 0; i < n * (gsize) step; i++)
    {
      float far = after[i] - made[i];

      if (alpha && i % (gsize) step == (gsize) step - 1)
        difference[i] = made[i];
      else
        difference[i] = is_signed || far > 0.0f ? far : -far;
    }
}

/* Draws |after − made|, of the part of @after that @made shows. */
static void
draw_difference (GimpDrawable *before, GimpDrawable *after, GimpDrawable *made,
                 GimpDrawable *difference)
{
  GimpImage             *image    = gimp_item_get_image (GIMP_ITEM (made));
  gboolean               alpha    = gimp_drawable_has_alpha (made);
  int                    channels = gimp_drawable_is_rgb (made) ? 3 : 1;
  int                    step     = channels + (alpha ? 1 : 0);
  int                    width    = gimp_drawable_get_width (made);
  int                    height   = gimp_drawable_get_height (made);
  const Babl            *format   = pixels_format (made, stored_encoding (image), channels, alpha);
  gsize                  n        = (gsize) width * STRIP * step;
  g_autofree float      *from     = g_new (float, n), *to = g_new (float, n);
  g_autoptr (GeglBuffer) wanted   = gimp_drawable_get_buffer (after);
  g_autoptr (GeglBuffer) is       = gimp_drawable_get_buffer (made);
  g_autoptr (GeglBuffer) drawn    = gimp_drawable_get_buffer (difference);
  int                    x, y, left, top;

  gimp_drawable_get_offsets (made, &x, &y);
  gimp_drawable_get_offsets (before, &left, &top);
  for (int row = 0; row < height; row += STRIP)
    {
      GeglRectangle strip = { 0, row, width, MIN (STRIP, height - row) };
      GeglRectangle there = { x - left, row + y - top, width, strip.height };

      gegl_buffer_get (wanted, &there, 1.0, format, to, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
      gegl_buffer_get (is, &strip, 1.0, format, from, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
      subtract (to, from, (gsize) width * strip.height, step, alpha, pixels_are_floats (image),
                from);
      pixels_write (drawn, &strip, format, from);
    }
  gegl_buffer_flush (drawn);
}

/* (transfer full) (nullable): a hidden layer, in no image's stack yet. */
static GimpLayer *
make_difference (GimpLayer *before, GimpLayer *after, GimpLayer *made, GError **error)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (made));
  GimpLayer *layer;
  int        x, y;

  layer = gimp_layer_new (image, _("Remaining difference"),
                          gimp_drawable_get_width (GIMP_DRAWABLE (made)),
                          gimp_drawable_get_height (GIMP_DRAWABLE (made)),
                          gimp_drawable_type (GIMP_DRAWABLE (made)), 100.0,
                          gimp_image_get_default_new_layer_mode (image));
  if (layer == NULL)
    {
      layers_pdb_failed (error);
      return NULL;
    }
  gimp_drawable_get_offsets (GIMP_DRAWABLE (made), &x, &y);
  gimp_layer_set_offsets (layer, x, y);
  gimp_item_set_visible (GIMP_ITEM (layer), FALSE);
  draw_difference (GIMP_DRAWABLE (before), GIMP_DRAWABLE (after), GIMP_DRAWABLE (made),
                   GIMP_DRAWABLE (layer));
  return layer;
}

/* --- a pair's layers ------------------------------------------------------------------------ */

typedef struct
{
  ApplyRequest *request;
  ApplyResult  *made;
  GimpLayer    *difference;
  gboolean      inserted;
} PairResult;

static void
pair_result_free (PairResult *pair)
{
  g_clear_pointer (&pair->made, apply_result_free);
  g_clear_pointer (&pair->request, apply_request_free);
  if (pair->difference != NULL && !pair->inserted)
    gimp_item_delete (GIMP_ITEM (pair->difference));
  g_free (pair);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PairResult, pair_result_free)

static PairResult *
make_pair (const Learnt *learnt, guint i, RunningProgress *progress, GError **error)
{
  const LearnLayers     *layers = learnt->request->layers;
  GimpLayer             *before = g_ptr_array_index (layers->before, i);
  g_autoptr (PairResult) pair   = g_new0 (PairResult, 1);

  pair->request = apply_request_new_of (learnt->result->network, _("Learned filter"),
                                        learnt_encoding (learnt), before, error);
  if (pair->request == NULL)
    return NULL;
  pair->made = apply_result_new (pair->request, layers->image, before, progress, error);
  if (pair->made == NULL)
    return NULL;
  pair->difference = make_difference (before, g_ptr_array_index (layers->after, i),
                                      apply_result_layer (pair->made), error);
  return pair->difference != NULL ? g_steal_pointer (&pair) : NULL;
}

static gboolean
insert_pair (PairResult *pair, GimpLayer *before, GError **error)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (before));
  GimpLayer *made  = apply_result_layer (pair->made);

  if (!apply_result_insert (pair->made, before, error))
    return FALSE;
  pair->inserted = layers_insert_above (image, pair->difference, made);
  if (pair->inserted)
    return TRUE;
  layers_pdb_failed (error);
  gimp_image_remove_layer (image, made);
  return FALSE;
}

static gboolean
insert_all (const LearnLayers *layers, GPtrArray *pairs, GError **error)
{
  for (guint i = 0; i < pairs->len; i++)
    if (!insert_pair (g_ptr_array_index (pairs, i), g_ptr_array_index (layers->before, i), error))
      {
        while (i-- > 0)
          {
            PairResult *pair = g_ptr_array_index (pairs, i);

            gimp_image_remove_layer (layers->image, pair->difference);
            gimp_image_remove_layer (layers->image, apply_result_layer (pair->made));
          }
        return FALSE;
      }
  return TRUE;
}

/**
 * learn_result_add:
 * @progress: how GIMP's bar goes on meanwhile; it ends here
 *
 * Adds, above each layer before the filter, what the learnt filter makes of it, cut to the
 * selection and as opaque as the layer; and above that, hidden, how far it is from the layer
 * after. That is a number without a sign where the image stores none below 0. One undo step.
 *
 * Returns: (transfer none): the first of the results; or %NULL and an untouched image. Errors:
 *   those of apply_result_new()
 */
GimpLayer *
learn_result_add (const Learnt *learnt, RunningProgress *progress, GError **error)
{
  const LearnLayers    *layers = learnt->request->layers;
  g_autoptr (GPtrArray) pairs  = g_ptr_array_new_with_free_func ((GDestroyNotify) pair_result_free);
  RunningProgress       part   = *progress;
  PairResult           *first;
  gboolean              ok;

  part.share /= layers->before->len;
  for (guint i = 0; i < layers->before->len; i++)
    {
      PairResult *pair = make_pair (learnt, i, &part, error);

      if (pair == NULL)
        return NULL;
      g_ptr_array_add (pairs, pair);
      part.from += part.share;
    }

  /* From here on it cannot be cancelled. */
  gimp_progress_end ();
  gimp_image_undo_group_start (layers->image);
  ok = insert_all (layers, pairs, error);
  gimp_image_undo_group_end (layers->image);
  first = g_ptr_array_index (pairs, 0);
  return ok ? apply_result_layer (first->made) : NULL;
}
