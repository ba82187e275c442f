/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a classifier is shown of a layer: the part that is selected, or the ink in it. */

#include "classify-picture.h"

#include "digit.h"
#include "drawable-source.h"

/* Handwriting becomes 28 cells by 28: more pixels than these say nothing more. */
#define MOST_PIXELS 1024

typedef struct
{
  CnnSource       source;
  const Coverage *coverage;
  GeglBuffer     *mask;     /* (nullable): the layer's, where it counts */
  int             channels;
} Reading;

/* Pixels of the selected part. */
static CnnRect
in_layer (const Reading *reading, const CnnRect *rect)
{
  return (CnnRect) { rect->x + reading->coverage->bounds.x, rect->y + reading->coverage->bounds.y,
                     rect->width, rect->height };
}

static void
read_colours (gpointer data, const CnnRect *rect, float *values)
{
  Reading *reading = data;
  CnnRect  pixels  = in_layer (reading, rect);

  /* It has nothing to fail at. */
  reading->source.read (reading->source.data, &pixels, values,
                        (gsize) rect->width * reading->channels, NULL);
}

static void
read_alpha (gpointer data, const CnnRect *rect, float *values)
{
  const Reading *reading = data;
  CnnRect        pixels  = in_layer (reading, rect);

  coverage_read_alpha (reading->coverage, &pixels, values);
  if (reading->mask != NULL)
    {
      gsize             n    = (gsize) rect->width * rect->height;
      g_autofree float *mask = g_new (float, n);

      gegl_buffer_get (reading->mask,
                       GEGL_RECTANGLE (pixels.x, pixels.y, pixels.width, pixels.height), 1.0,
                       babl_format ("Y float"), mask, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        values[i] *= mask[i];
    }
}

static void
read_selection (gpointer data, const CnnRect *rect, float *values)
{
  const Reading *reading = data;
  CnnRect        pixels  = in_layer (reading, rect);

  coverage_read_selection (reading->coverage, &pixels, values);
}

/* What is transparent is seen on white paper. */
static void
read_on_white (gpointer data, const CnnRect *rect, float *values)
{
  const Reading    *reading = data;
  gsize             n       = (gsize) rect->width * rect->height;
  g_autofree float *alpha   = g_new (float, n);

  read_colours (data, rect, values);
  read_alpha (data, rect, alpha);
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < reading->channels; c++)
      {
        float *value = &values[i * reading->channels + c];

        *value = 1.0f + (*value - 1.0f) * alpha[i];
      }
}

/* All of a part, made smaller. (transfer full) */
static float *
read_small (Reading *reading, const CnnFrame *small, CnnSize size, int channels, ResampleRead read)
{
  float *values = g_new (float, (gsize) small->rows.cells * small->columns.cells * channels);

  cnn_frame_read (small, size, channels, read, reading, 0.0f, values);
  return values;
}

static gboolean
read_digit (Reading *reading, CnnSize size, CnnSize input, ClassifyPicture *picture,
            GError **error)
{
  double             less     = MAX (1.0, MAX (size.height, size.width) / (double) MOST_PIXELS);
  CnnSize            reduced  = { MAX ((int) (size.height / less), 1),
                                  MAX ((int) (size.width / less), 1) };
  CnnFrame           small    = cnn_frame_new (CNN_FRAMING_STRETCH, size, reduced);
  CnnShape           shape    = { reduced.height, reduced.width, reading->channels };
  g_autofree float  *colours  = read_small (reading, &small, size, shape.channels, read_colours);
  g_autofree float  *alpha    = read_small (reading, &small, size, 1, read_alpha);
  g_autofree float  *selected = read_small (reading, &small, size, 1, read_selection);
  g_autoptr (CnnInk) ink      = cnn_ink_find (shape, colours, alpha, selected, error);

  if (ink == NULL)
    return FALSE;
  picture->paper = ink->paper;
  picture->frame = cnn_digit_read (ink, input, picture->seen);
  picture->frame.rows.start *= small.rows.step;
  picture->frame.rows.step *= small.rows.step;
  picture->frame.columns.start *= small.columns.step;
  picture->frame.columns.step *= small.columns.step;
  return TRUE;
}

/* (transfer full) (nullable): the mask of a layer, where it hides anything. */
static GeglBuffer *
get_mask (GimpDrawable *drawable)
{
  GimpLayerMask *mask = GIMP_IS_LAYER (drawable) ? gimp_layer_get_mask (GIMP_LAYER (drawable))
                                                 : NULL;

  return mask != NULL && gimp_layer_get_apply_mask (GIMP_LAYER (drawable))
           ? gimp_drawable_get_buffer (GIMP_DRAWABLE (mask))
           : NULL;
}

/**
 * classify_picture_read:
 * @drawable: the layer
 * @coverage: of it
 * @input: of the network that is to see it, with 1 or 3 channels
 * @digit: whether it is shown the ink rather than the picture
 * @framing: how pictures of another form are brought to the input's
 * @encoding: how light becomes numbers
 * @picture: (out caller-allocates): what is seen; its @seen is to be freed
 *
 * Returns: whether there is anything to see. Errors: those of cnn_ink_find()
 */
gboolean
classify_picture_read (GimpDrawable *drawable, const Coverage *coverage, CnnShape input,
                       gboolean digit, CnnFraming framing, PixelsEncoding encoding,
                       ClassifyPicture *picture, GError **error)
{
  CnnSize  cells    = { input.height, input.width };
  CnnSize  size     = { coverage->bounds.height, coverage->bounds.width };
  int      channels = !digit ? input.channels : gimp_drawable_is_rgb (drawable) ? 3 : 1;
  CnnShape whole    = { coverage->size.height, coverage->size.width, channels };
  g_autoptr (DrawableSource) source = drawable_source_new (drawable, whole, encoding);
  g_autoptr (GeglBuffer)     mask   = get_mask (drawable);
  Reading  reading  = { drawable_source_get (source), coverage, mask, channels };

  *picture = (ClassifyPicture) { g_new (float, cnn_shape_cells (input)) };
  if (digit)
    {
      if (!read_digit (&reading, size, cells, picture, error))
        {
          g_clear_pointer (&picture->seen, g_free);
          return FALSE;
        }
      /* Ink in all channels, where a network of colours is asked; from behind, in place. */
      for (int i = cells.height * cells.width - 1; i >= 0; i--)
        for (int c = input.channels - 1; c >= 0; c--)
          picture->seen[i * input.channels + c] = picture->seen[i];
      return TRUE;
    }
  picture->frame = cnn_frame_new (framing, size, cells);
  cnn_frame_read (&picture->frame, size, channels, read_on_white, &reading, 0.5f, picture->seen);
  return TRUE;
}
