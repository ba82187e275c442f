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
  DrawableSource *source = g_new0 (DrawableSource, 1);
  int             width  = gimp_drawable_get_width (drawable);
  int             height = gimp_drawable_get_height (drawable);

  source->buffer = gimp_drawable_get_buffer (drawable);
  source->format = pixels_format (drawable, encoding, input.channels, FALSE);
  source->channels = input.channels;
  if (width != input.width || height != input.height)
    {
      source->rows = resample_axis_scale (input.height, height);
      source->columns = resample_axis_scale (input.width, width);
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
 * drawable_source_get:
 *
 * Returns: what a plan reads from, as long as @source lives
 */
CnnSource
drawable_source_get (DrawableSource *source)
{
  return (CnnSource) { read_rect, source };
}
