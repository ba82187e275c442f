/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A picture in a file, as GTK reads it: 8 bits, taken as sRGB. */

#include "file-picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "luminance.h"
#include "resample.h"

/* The weights of sRGB's primaries, ITU-R BT.709. */
static const double bt709[] = { 0.2126, 0.7152, 0.0722 };

typedef struct
{
  GdkPixbuf   *pixbuf;
  const guint8 *pixels;
  int           stride;
  int           bands;
  CnnLuminance *luminance;
} FilePicture;

typedef struct
{
  const FilePicture *picture;
  int                channels;
} Reading;

static void
read_pixels (const Reading *reading, const CnnRect *rect, float *values, gsize stride)
{
  const FilePicture *self = reading->picture;

  for (int y = 0; y < rect->height; y++)
    {
      const guint8 *row = self->pixels + (gsize) (rect->y + y) * self->stride +
                          (gsize) rect->x * self->bands;
      float        *to  = values + y * stride;

      if (reading->channels == 1)
        {
          cnn_luminance_convert (self->luminance, row, self->bands, rect->width, to);
          continue;
        }
      for (int x = 0; x < rect->width; x++, row += self->bands)
        for (int c = 0; c < 3; c++)
          *to++ = (float) row[c] / 255.0f;
    }
}

static void
read_strip (gpointer data, const CnnRect *rect, float *values)
{
  const Reading *reading = data;

  read_pixels (reading, rect, values, (gsize) rect->width * reading->channels);
}

static gboolean
file_read (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
           GCancellable *cancellable, GError **error)
{
  FilePicture *self    = data;
  Reading      reading = { self, input.channels };
  int          height  = gdk_pixbuf_get_height (self->pixbuf);
  int          width   = gdk_pixbuf_get_width (self->pixbuf);

  if (input.height == height && input.width == width)
    read_pixels (&reading, rect, values, stride);
  else
    {
      g_autoptr (ResampleAxis) rows    = resample_axis_scale (input.height, height);
      g_autoptr (ResampleAxis) columns = resample_axis_scale (input.width, width);

      resample_rect (rows, columns, rect, input.channels, read_strip, &reading, values, stride);
    }
  return TRUE;
}

static gboolean
file_show (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels, gsize stride,
           GCancellable *cancellable, GError **error)
{
  FilePicture          *self   = data;
  g_autoptr (GdkPixbuf) part   = gdk_pixbuf_new_subpixbuf (self->pixbuf, rect->x, rect->y,
                                                           rect->width, rect->height);
  g_autoptr (GdkPixbuf) scaled = gdk_pixbuf_scale_simple (part, width, height,
                                                          GDK_INTERP_BILINEAR);
  const guint8 *from;

  if (scaled == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, g_strerror (ENOMEM));
      return FALSE;
    }
  from = gdk_pixbuf_read_pixels (scaled);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint8 *rgb = from + (gsize) y * gdk_pixbuf_get_rowstride (scaled) +
                            (gsize) x * self->bands;

        ((guint32 *) (gpointer) (pixels + y * stride))[x] =
          (guint32) rgb[0] << 16 | (guint32) rgb[1] << 8 | rgb[2];
      }
  return TRUE;
}

static void
file_free (gpointer data)
{
  FilePicture *self = data;

  g_object_unref (self->pixbuf);
  cnn_luminance_free (self->luminance);
  g_free (self);
}

/**
 * file_picture_new:
 * @file: its name
 *
 * Returns: (transfer full): the picture, in colour; or %NULL with an error of GDK's set
 */
CnnPicture *
file_picture_new (const char *file, GError **error)
{
  static const CnnPictureClass klass  = { file_read, file_show, NULL, file_free };
  g_autoptr (GdkPixbuf)        pixbuf = gdk_pixbuf_new_from_file (file, error);
  FilePicture *self;
  CnnShape     shape;

  if (pixbuf == NULL)
    return NULL;
  self = g_new0 (FilePicture, 1);
  self->pixbuf = gdk_pixbuf_apply_embedded_orientation (pixbuf);
  /* This makes sure that nobody makes them writable, and so moves them, later. */
  self->pixels = gdk_pixbuf_get_pixels (self->pixbuf);
  self->stride = gdk_pixbuf_get_rowstride (self->pixbuf);
  self->bands = gdk_pixbuf_get_n_channels (self->pixbuf);
  self->luminance = cnn_luminance_new (8, FALSE, bt709, FALSE);
  shape = (CnnShape) { gdk_pixbuf_get_height (self->pixbuf), gdk_pixbuf_get_width (self->pixbuf),
                       3 };
  return cnn_picture_new (&klass, shape, self);
}
