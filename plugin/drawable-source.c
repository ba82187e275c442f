/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A drawable as a network's input. The network sees the whole drawable, also
 * where something is selected: what lies beside the selection is the
 * neighbourhood of its edge. */

#include "drawable-source.h"

#include "luminance.h"
#include "resample.h"

struct _DrawableSource
{
  GeglBuffer   *buffer;
  const Babl   *format;
  CnnLuminance *luminance; /* (nullable): of the colours that are read as @format */
  int           channels;
  ResampleAxis *rows;    /* NULL where nothing is scaled */
  ResampleAxis *columns;
};

/**
 * drawable_source_new:
 * @drawable: the picture
 * @input: what the network takes; 1 channel of a colour picture is its
 *   luminance, 3 of a grey one are three times the same, and a picture of
 *   another size is scaled
 * @encoding: how light becomes numbers
 *
 * Returns: (transfer full): the source
 */
DrawableSource *
drawable_source_new (GimpDrawable *drawable, CnnShape input, PixelsEncoding encoding)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  CnnSize                size   = { gimp_drawable_get_height (drawable),
                                    gimp_drawable_get_width (drawable) };

  return drawable_source_new_for_buffer (buffer, size, input, encoding);
}

/* babl has several ways from colours to grey, and takes the one that is fastest at the
 * moment, so that the last digits of the same picture differ from one time to the next.
 * Colours that are stored as whole numbers along sRGB's curve are ours to convert. */
static void
set_luminance (DrawableSource *source, const Babl *own, PixelsEncoding encoding)
{
  const Babl *space = babl_format_get_space (own);
  const Babl *type  = babl_format_get_type (own, 0);
  const Babl *curves[3];
  double      weights[3];
  int         bits   = type == babl_type ("u8") ? 8 : type == babl_type ("u16") ? 16 : 0;
  gboolean    linear = (babl_get_model_flags (own) & BABL_MODEL_FLAG_LINEAR) != 0;
  gboolean    tilde  = (babl_get_model_flags (own) & BABL_MODEL_FLAG_PERCEPTUAL) != 0;
  g_autofree char *name = NULL;

  if (source->channels != 1 || bits == 0 || babl_format_get_n_components (own) < 3)
    return;
  babl_space_get (space, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &curves[0], &curves[1],
                  &curves[2]);
  for (int i = 0; i < 3; i++)
    if (curves[i] != babl_trc ("sRGB"))
      return;
  babl_space_get_rgb_luminance (space, &weights[0], &weights[1], &weights[2]);
  source->luminance = cnn_luminance_new (bits, linear, weights, encoding == PIXELS_LINEAR);
  /* As they are stored, but for alpha. */
  name = g_strdup_printf ("%s u%d", linear ? "RGB" : tilde ? "R~G~B~" : "R'G'B'", bits);
  source->format = babl_format_with_space (name, space);
}

/**
 * drawable_source_new_for_buffer:
 * @buffer: the pixels of a drawable, in its own format
 * @size: of the drawable
 *
 * As drawable_source_new(); calls nothing of GIMP unless @buffer does.
 *
 * Returns: (transfer full): the source
 */
DrawableSource *
drawable_source_new_for_buffer (GeglBuffer *buffer, CnnSize size, CnnShape input,
                                PixelsEncoding encoding)
{
  DrawableSource *source = g_new0 (DrawableSource, 1);

  source->buffer = g_object_ref (buffer);
  source->format = pixels_format_of (gegl_buffer_get_format (buffer), encoding, input.channels,
                                     FALSE);
  source->channels = input.channels;
  set_luminance (source, gegl_buffer_get_format (buffer), encoding);
  if (size.width != input.width || size.height != input.height)
    {
      source->rows = resample_axis_scale (input.height, size.height);
      source->columns = resample_axis_scale (input.width, size.width);
    }
  return source;
}

void
drawable_source_free (DrawableSource *source)
{
  g_clear_pointer (&source->rows, resample_axis_free);
  g_clear_pointer (&source->columns, resample_axis_free);
  g_clear_pointer (&source->luminance, cnn_luminance_free);
  g_object_unref (source->buffer);
  g_free (source);
}

static void
read_pixels (DrawableSource *source, const CnnRect *rect, float *values, gsize stride)
{
  const GeglRectangle *part = GEGL_RECTANGLE (rect->x, rect->y, rect->width, rect->height);

  if (source->luminance == NULL)
    gegl_buffer_get (source->buffer, part, 1.0, source->format, values, stride * sizeof (float),
                     GEGL_ABYSS_CLAMP);
  else
    {
      gsize              row  = (gsize) rect->width *
                                babl_format_get_bytes_per_pixel (source->format);
      g_autofree guint8 *rows = g_malloc (rect->height * row);

      gegl_buffer_get (source->buffer, part, 1.0, source->format, rows, (int) row,
                       GEGL_ABYSS_CLAMP);
      for (int y = 0; y < rect->height; y++)
        cnn_luminance_convert (source->luminance, rows + y * row, 3, rect->width,
                               values + y * stride);
    }
}

static void
read_strip (gpointer data, const CnnRect *rect, float *values)
{
  DrawableSource *source = data;

  read_pixels (source, rect, values, (gsize) rect->width * source->channels);
}

static gboolean
read_rect (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  DrawableSource *source = data;

  if (source->rows != NULL)
    resample_rect (source->rows, source->columns, rect, source->channels, read_strip, source,
                   values, stride);
  else
    read_pixels (source, rect, values, stride);
  return TRUE;
}

/**
 * drawable_source_needs:
 * @rect: cells of the network's input
 *
 * Returns: the pixels of the drawable they are made of
 */
CnnRect
drawable_source_needs (const DrawableSource *source, const CnnRect *rect)
{
  return source->rows != NULL ? resample_needs (source->rows, source->columns, rect) : *rect;
}

/**
 * drawable_source_get:
 *
 * Returns: what a plan reads from, as long as @source lives
 */
CnnSource
drawable_source_get (DrawableSource *source)
{
  return (CnnSource) { read_rect, source };
}
