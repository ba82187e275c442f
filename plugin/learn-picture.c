/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-picture.h"

#include <string.h>

#include "drawable-source.h"
#include "error.h"
#include "i18n.h"

/* Rows that are compared together. */
#define STRIP 64

static gboolean
read_part (gpointer data, guint alternative, gboolean after, const CnnRect *rect, float *values,
           GError **error)
{
  LearnPicture               *self  = data;
  GimpDrawable               *layer = self->layers[after];
  g_autoptr (DrawableSource)  source = NULL;
  CnnSource                   reading;

  /* The image does not wait for the dialog. */
  if (!gimp_item_is_valid (GIMP_ITEM (layer)) ||
      gimp_drawable_get_width (layer) != self->picture.shape.width ||
      gimp_drawable_get_height (layer) != self->picture.shape.height)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("The layer is no longer there, or has another size"));
      return FALSE;
    }
  source = drawable_source_new (layer, self->picture.shape, self->encodings[alternative]);
  reading = drawable_source_get (source);
  return reading.read (reading.data, rect, values,
                       (gsize) rect->width * self->picture.shape.channels, error);
}

static void
stored (gpointer data, guint alternative, const float *values, gsize n, float *to)
{
  const LearnPicture *self = data;

  babl_process (self->fishes[alternative], values, to, (long) n);
}

/**
 * learn_picture_new:
 * @layers: the first pair of them is looked at
 * @encoding: in which numbers the filter is looked for
 *
 * Returns: (transfer full): what reads them, with the alternatives that learn_pairs_new() has
 */
LearnPicture *
learn_picture_new (const LearnLayers *layers, LearnEncoding encoding)
{
  LearnPicture *self = g_new0 (LearnPicture, 1);
  guint         n    = 0;

  self->layers[FALSE] = g_ptr_array_index (layers->before, 0);
  self->layers[TRUE] = g_ptr_array_index (layers->after, 0);
  if (encoding != LEARN_ENCODING_LINEAR)
    self->encodings[n++] = PIXELS_PERCEPTUAL;
  if (encoding != LEARN_ENCODING_PERCEPTUAL)
    self->encodings[n++] = PIXELS_LINEAR;
  for (guint i = 0; i < n; i++)
    self->fishes[i] = babl_fish (pixels_format (self->layers[FALSE], self->encodings[i],
                                                layers->channels, FALSE),
                                 pixels_format (self->layers[FALSE], PIXELS_PERCEPTUAL,
                                                layers->channels, FALSE));
  self->picture = (CnnFilterPicture) {
    { gimp_drawable_get_height (self->layers[FALSE]), gimp_drawable_get_width (self->layers[FALSE]),
      layers->channels },
    n, read_part, stored, self
  };
  return self;
}

void
learn_picture_free (LearnPicture *picture)
{
  g_free (picture);
}

/** learn_picture_identical: whether both layers have the same pixels; looks no further than to the
 * first that differ. */
gboolean
learn_picture_identical (LearnPicture *self)
{
  CnnShape          shape  = self->picture.shape;
  gsize             n      = (gsize) STRIP * shape.width * shape.channels;
  g_autofree float *before = g_new (float, n), *after = g_new (float, n);

  for (int y = 0; y < shape.height; y += STRIP)
    {
      CnnRect rect = { 0, y, shape.width, MIN (STRIP, shape.height - y) };

      if (!read_part (self, 0, FALSE, &rect, before, NULL) ||
          !read_part (self, 0, TRUE, &rect, after, NULL) ||
          memcmp (before, after,
                  (gsize) rect.height * shape.width * shape.channels * sizeof *before) != 0)
        return FALSE;
    }
  return TRUE;
}
