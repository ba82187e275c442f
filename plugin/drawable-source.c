/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A drawable as a network's input. The network sees the whole drawable, also
 * where something is selected: what lies beside the selection is the
 * neighbourhood of its edge. */

#include "drawable-source.h"
#include "resample.h"

struct _DrawableSource
{
  GeglBuffer   *buffer;
  const Babl   *format;
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
  g_object_unref (source->buffer);
  g_free (source);
}

static void
read_pixels (DrawableSource *source, const CnnRect *rect, float *values, gsize stride)
{
  gegl_buffer_get (source->buffer, GEGL_RECTANGLE (rect->x, rect->y, rect->width, rect->height),
                   1.0, source->format, values, stride * sizeof (float), GEGL_ABYSS_CLAMP);
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
