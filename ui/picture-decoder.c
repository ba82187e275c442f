/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Pictures for a data set, from all files that GdkPixbuf reads: 8 bits, taken as sRGB. */

#include "picture-decoder.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "error.h"
#include "i18n.h"
#include "luminance.h"
#include "resample.h"

/* Pixels of a picture: those of one more than this take gigabytes. */
#define MAX_PIXELS ((gint64) 1 << 28)

/* The weights of sRGB's primaries, ITU-R BT.709. */
static const double bt709[] = { 0.2126, 0.7152, 0.0722 };

typedef struct
{
  CnnLuminance *luminance;
  GHashTable   *endings;   /* of files' names, char * */
} Decoder;

/* --- reading pixels ------------------------------------------------------- */

typedef struct
{
  const Decoder *decoder;
  GdkPixbuf     *pixbuf;
  CnnRect        part;     /* of the picture */
  int            channels;
} Reading;

/* @rect of the part, into [rect.height][rect.width][channels]. */
static void
read_strip (gpointer data, const CnnRect *rect, float *values)
{
  const Reading *reading = data;
  int            bands = gdk_pixbuf_get_n_channels (reading->pixbuf);
  gsize          stride = (gsize) gdk_pixbuf_get_rowstride (reading->pixbuf);
  const guint8  *pixels = gdk_pixbuf_read_pixels (reading->pixbuf);

  for (int y = 0; y < rect->height; y++)
    {
      const guint8 *from = pixels + (gsize) (reading->part.y + rect->y + y) * stride +
                           (gsize) (reading->part.x + rect->x) * (gsize) bands;

      if (reading->channels == 1)
        {
          cnn_luminance_convert (reading->decoder->luminance, from, bands, (gsize) rect->width,
                                 values);
          values += rect->width;
          continue;
        }
      for (int x = 0; x < rect->width; x++, from += bands)
        for (int c = 0; c < 3; c++)
          *values++ = (float) from[c] / 255.0f;
    }
}

/* The largest part in the middle that has the wanted shape's proportions, of whole pixels. */
static CnnRect
middle (int width, int height, CnnShape wanted)
{
  gint64  across = (gint64) height * wanted.width, down = (gint64) width * wanted.height;
  CnnRect part = { 0, 0, width, height };

  if (down > across)
    part.width = (int) MAX ((across + wanted.height / 2) / wanted.height, 1);
  else
    part.height = (int) MAX ((down + wanted.width / 2) / wanted.width, 1);
  part.x = (width - part.width) / 2;
  part.y = (height - part.height) / 2;
  return part;
}

/* (transfer full) (nullable): the picture as a person sees it, on white where it is
 * transparent. */
static GdkPixbuf *
load (const char *file, GError **error)
{
  g_autoptr (GdkPixbuf) stored = NULL, upright = NULL;
  int                   width = 0, height = 0;

  gdk_pixbuf_get_file_info (file, &width, &height);
  if ((gint64) width * height > MAX_PIXELS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("it is too large: %d×%d pixels"), width,
                   height);
      return NULL;
    }
  stored = gdk_pixbuf_new_from_file (file, error);
  if (stored == NULL)
    return NULL;
  upright = gdk_pixbuf_apply_embedded_orientation (stored);
  if (gdk_pixbuf_get_has_alpha (upright))
    {
      GdkPixbuf *flat =
        gdk_pixbuf_composite_color_simple (upright, gdk_pixbuf_get_width (upright),
                                           gdk_pixbuf_get_height (upright), GDK_INTERP_NEAREST,
                                           255, 16, 0xffffff, 0xffffff);

      if (flat == NULL)
        {
          g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, g_strerror (ENOMEM));
          return NULL;
        }
      return flat;
    }
  return g_steal_pointer (&upright);
}

static gboolean
decode (gpointer data, const char *file, CnnShape wanted, float *values, GError **error)
{
  CnnRect                  whole = { 0, 0, wanted.width, wanted.height };
  Reading                  reading = { .decoder = data, .channels = wanted.channels };
  g_autoptr (GdkPixbuf)    pixbuf = NULL;
  g_autoptr (ResampleAxis) rows = NULL, columns = NULL;

  if (wanted.channels != 1 && wanted.channels != 3)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("a picture cannot have %d channels, but 1 (grey) or 3 (red, green, blue)"),
                   wanted.channels);
      return FALSE;
    }
  pixbuf = load (file, error);
  if (pixbuf == NULL)
    return FALSE;
  reading.pixbuf = pixbuf;
  reading.part = middle (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf), wanted);
  rows = resample_axis_scale (wanted.height, reading.part.height);
  columns = resample_axis_scale (wanted.width, reading.part.width);
  resample_rect (rows, columns, &whole, wanted.channels, read_strip, &reading, values,
                 (gsize) wanted.width * (gsize) wanted.channels);
  return TRUE;
}

/* --- names ---------------------------------------------------------------- */

static gboolean
takes (gpointer data, const char *name)
{
  const char      *dot = strrchr (name, '.');
  g_autofree char *ending = dot ? g_ascii_strdown (dot + 1, -1) : NULL;

  return ending && g_hash_table_contains (((Decoder *) data)->endings, ending);
}

static gpointer
make_decoder (gpointer unused)
{
  Decoder           *decoder = g_new0 (Decoder, 1);
  CnnPictureDecoder *made = g_new0 (CnnPictureDecoder, 1);
  GSList            *formats = gdk_pixbuf_get_formats ();

  decoder->luminance = cnn_luminance_new (8, FALSE, bt709, FALSE);
  decoder->endings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (GSList *link = formats; link; link = link->next)
    {
      g_auto (GStrv) endings = gdk_pixbuf_format_get_extensions (link->data);

      for (char **ending = endings; *ending; ending++)
        g_hash_table_add (decoder->endings, g_ascii_strdown (*ending, -1));
    }
  g_slist_free (formats);
  *made = (CnnPictureDecoder) { takes, decode, decoder };
  return made;
}

/**
 * cnn_picture_decoder:
 *
 * Reads what GdkPixbuf does, as a person sees it: upright as its camera says, on white where it
 * is transparent. The part in the middle that has the wanted proportions is scaled to the
 * wanted size, by averages where it becomes smaller; with one channel it is grey, as a drawable
 * of GIMP's is.
 *
 * Returns: (transfer none): the decoder, which stays for good
 */
const CnnPictureDecoder *
cnn_picture_decoder (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_decoder, NULL);
}
