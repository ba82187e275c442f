/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many large layers. A tile that is sent to GIMP costs two trips between the processes, most of
 * it waiting to be woken up; a file is written without waiting for anybody, and GIMP reads it in
 * a few goes. It is an XCF file, version 11, without compression, so that each tile's place is
 * known before its pixels are (GIMP, devel-docs/xcf.txt). It has no name: GIMP opens it through
 * /proc, and it goes away with the plug-in, however that ends. */

#include "layer-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "i18n.h"
#include "scratch-file.h"

/* Rows and columns of XCF's tiles. */
#define TILE 64

/* Bytes of pixels that GIMP is given at a time. */
#define AT_ONCE ((goffset) 16 << 20)

/* XCF's properties. */
enum
{
  PROP_END         = 0,
  PROP_COMPRESSION = 17,
  PROP_PARASITES   = 21
};

typedef struct
{
  GimpImageType type;
  CnnSize       size;
  int           step;   /* bytes of a pixel */
  goffset       start;  /* where it begins */
  goffset       pixels; /* where its first tile does */
} Entry;

struct _LayerFile
{
  GimpImage *image;
  int        file;
  GArray    *entries; /* of Entry */
  goffset    index;   /* where it is said where the layers begin */
  guint8     tile[TILE * TILE * 4];
};

static gboolean
failed (GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
               _("the layers cannot be kept in a file until GIMP takes them: %s"),
               g_strerror (errno));
  return FALSE;
}

/**
 * layer_file_new:
 * @image: what the layers are for
 * @folder: where there is room for them
 *
 * Returns: (transfer full) (nullable): a file without layers; %NULL where there can be none
 *   that GIMP could open
 */
LayerFile *
layer_file_new (GimpImage *image, const char *folder)
{
  g_autoptr (LayerFile) file = g_new0 (LayerFile, 1);

  file->image = image;
  file->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  file->file = g_file_test ("/proc/self/fd", G_FILE_TEST_IS_DIR) ? scratch_file_open (folder) : -1;
  return file->file >= 0 ? g_steal_pointer (&file) : NULL;
}

void
layer_file_free (LayerFile *file)
{
  if (file->file >= 0)
    close (file->file);
  g_array_unref (file->entries);
  g_free (file);
}

/**
 * layer_file_add:
 * @type: without a palette
 * @size: rows and columns
 *
 * Returns: the number of the layer, from 0, for layer_file_write()
 */
guint
layer_file_add (LayerFile *file, GimpImageType type, CnnSize size)
{
  Entry entry = { .type = type, .size = size };

  entry.step = (type == GIMP_RGB_IMAGE || type == GIMP_RGBA_IMAGE ? 3 : 1) +
               (type == GIMP_RGBA_IMAGE || type == GIMP_GRAYA_IMAGE ? 1 : 0);
  g_array_append_val (file->entries, entry);
  return file->entries->len - 1;
}

/* --- all but the pixels ------------------------------------------------------------------- */

static void
put_32 (GByteArray *bytes, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big, sizeof big);
}

static void
put_64 (GByteArray *bytes, guint64 value)
{
  guint64 big = GUINT64_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big, sizeof big);
}

static void
put_text (GByteArray *bytes, const char *text)
{
  put_32 (bytes, strlen (text) + 1);
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text) + 1);
}

static void
put_end (GByteArray *bytes)
{
  put_32 (bytes, PROP_END);
  put_32 (bytes, 0);
}

/* The same colours as the image's, or GIMP would convert the pixels. */
static void
put_profile (GByteArray *bytes, GimpImage *image)
{
  g_autoptr (GimpColorProfile) profile = gimp_image_get_color_profile (image);
  const char                  *name    = "icc-profile";
  const guint8                *icc;
  gsize                        size;

  if (profile == NULL)
    return;
  icc = gimp_color_profile_get_icc_profile (profile, &size);
  put_32 (bytes, PROP_PARASITES);
  put_32 (bytes, 3 * sizeof (guint32) + strlen (name) + 1 + size);
  put_text (bytes, name);
  put_32 (bytes, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE);
  put_32 (bytes, size);
  g_byte_array_append (bytes, icc, size);
}

static void
put_image (GByteArray *bytes, const LayerFile *file)
{
  g_byte_array_append (bytes, (const guint8 *) "gimp xcf v011", sizeof "gimp xcf v011");
  put_32 (bytes, gimp_image_get_width (file->image));
  put_32 (bytes, gimp_image_get_height (file->image));
  put_32 (bytes, gimp_image_get_base_type (file->image));
  put_32 (bytes, gimp_image_get_precision (file->image));
  put_32 (bytes, PROP_COMPRESSION);
  put_32 (bytes, 1);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  put_profile (bytes, file->image);
  put_end (bytes);
}

static goffset
entry_bytes (const Entry *entry)
{
  return (goffset) entry->size.width * entry->size.height * entry->step;
}

static int
tiles_across (const Entry *entry)
{
  return (entry->size.width + TILE - 1) / TILE;
}

static int
tiles_down (const Entry *entry)
{
  return (entry->size.height + TILE - 1) / TILE;
}

/* All but the last of a row or column are whole. */
static CnnRect
tile_rect (const Entry *entry, int tx, int ty)
{
  return (CnnRect) { tx * TILE, ty * TILE, MIN (TILE, entry->size.width - tx * TILE),
                     MIN (TILE, entry->size.height - ty * TILE) };
}

/* Tiles lie one after the other, row by row. */
static goffset
tile_place (const Entry *entry, const CnnRect *tile)
{
  return entry->pixels + ((goffset) tile->y * entry->size.width +
                          (goffset) tile->x * tile->height) * entry->step;
}

/* The layer, its only hierarchy, of which GIMP reads only the first level, and that level;
 * @start is where @bytes will stand in the file. */
static void
put_layer (GByteArray *bytes, Entry *entry, goffset start)
{
  gsize n_tiles = (gsize) tiles_across (entry) * tiles_down (entry);

  put_32 (bytes, entry->size.width);
  put_32 (bytes, entry->size.height);
  put_32 (bytes, entry->type);
  put_text (bytes, "map");
  put_end (bytes);
  put_64 (bytes, start + bytes->len + 2 * sizeof (guint64));
  put_64 (bytes, 0); /* no mask */

  put_32 (bytes, entry->size.width);
  put_32 (bytes, entry->size.height);
  put_32 (bytes, entry->step);
  put_64 (bytes, start + bytes->len + 2 * sizeof (guint64));
  put_64 (bytes, 0);

  put_32 (bytes, entry->size.width);
  put_32 (bytes, entry->size.height);
  entry->pixels = start + bytes->len + (n_tiles + 1) * sizeof (guint64);
  for (int ty = 0; ty < tiles_down (entry); ty++)
    for (int tx = 0; tx < tiles_across (entry); tx++)
      {
        CnnRect tile = tile_rect (entry, tx, ty);

        put_64 (bytes, tile_place (entry, &tile));
      }
  put_64 (bytes, 0);
}

/**
 * layer_file_begin:
 *
 * To be called when all layers are added, and before their pixels come.
 *
 * Returns: whether it could be written, and there is room for the pixels
 */
gboolean
layer_file_begin (LayerFile *file)
{
  g_autoptr (GByteArray) head = g_byte_array_new ();
  goffset                start;

  put_image (head, file);
  file->index = head->len;
  start = file->index + (file->entries->len + 2) * sizeof (guint64);
  for (guint i = 0; i < file->entries->len; i++)
    {
      Entry                 *entry = &g_array_index (file->entries, Entry, i);
      g_autoptr (GByteArray) layer = g_byte_array_new ();

      entry->start = start;
      put_layer (layer, entry, start);
      if (!scratch_file_write (file->file, layer->data, layer->len, start))
        return FALSE;
      start += layer->len + entry_bytes (entry);
    }
  return scratch_file_write (file->file, head->data, head->len, 0) &&
         posix_fallocate (file->file, 0, start) == 0;
}

/* --- pixels -------------------------------------------------------------------------------- */

/* @part of the tile, whose first pixel in @pixels is at @from, @stride bytes a row. */
static gboolean
write_part (LayerFile *file, const Entry *entry, const CnnRect *tile, const CnnRect *part,
            const guint8 *from, gsize stride)
{
  gsize   row = (gsize) part->width * entry->step;
  goffset to  = tile_place (entry, tile);

  if (part->width == tile->width)
    {
      for (int y = 0; y < part->height; y++)
        memcpy (file->tile + y * row, from + y * stride, row);
      return scratch_file_write (file->file, file->tile, part->height * row,
                                 to + (part->y - tile->y) * row);
    }
  to += ((goffset) (part->y - tile->y) * tile->width + part->x - tile->x) * entry->step;
  for (int y = 0; y < part->height; y++)
    if (!scratch_file_write (file->file, from + y * stride, row,
                             to + (goffset) y * tile->width * entry->step))
      return FALSE;
  return TRUE;
}

/**
 * layer_file_write:
 * @layer: its number
 * @rect: which pixels, inside of it
 * @pixels: these, [height][width][bytes of a pixel]
 *
 * Returns: %TRUE; or %FALSE with %CNN_ERROR_IO set
 */
gboolean
layer_file_write (LayerFile *file, guint layer, const CnnRect *rect, const guint8 *pixels,
                  GError **error)
{
  const Entry *entry  = &g_array_index (file->entries, Entry, layer);
  gsize        stride = (gsize) rect->width * entry->step;

  for (int ty = rect->y / TILE; ty * TILE < rect->y + rect->height; ty++)
    for (int tx = rect->x / TILE; tx * TILE < rect->x + rect->width; tx++)
      {
        CnnRect tile = tile_rect (entry, tx, ty);
        CnnRect part = tile;

        cnn_rect_intersect (&part, rect);
        if (!write_part (file, entry, &tile, &part,
                         pixels + (part.y - rect->y) * stride +
                           (gsize) (part.x - rect->x) * entry->step,
                         stride))
          return failed (error);
      }
  return TRUE;
}

/* Says that there are the layers from @first to before @end. */
static gboolean
show_layers (const LayerFile *file, guint first, guint end)
{
  g_autoptr (GByteArray) index = g_byte_array_new ();

  for (guint i = first; i < end; i++)
    put_64 (index, g_array_index (file->entries, Entry, i).start);
  put_64 (index, 0); /* no more layers */
  put_64 (index, 0); /* no channels */
  return scratch_file_write (file->file, index->data, index->len, file->index);
}

/* Puts the layers from @first to before @end into their places in @layers. */
static gboolean
load_layers (const LayerFile *file, guint first, guint end, GPtrArray *layers)
{
  g_autofree char       *path   = g_strdup_printf ("/proc/%d/fd/%d", (int) getpid (), file->file);
  g_autoptr (GFile)      name   = g_file_new_for_path (path);
  g_autofree GimpLayer **loaded = NULL;
  guint                  n      = 0;

  if (show_layers (file, first, end))
    loaded = gimp_file_load_layers (GIMP_RUN_NONINTERACTIVE, file->image, name);
  for (; loaded != NULL && loaded[n] != NULL; n++)
    if (n < end - first)
      layers->pdata[first + n] = loaded[n];
    else
      gimp_item_delete (GIMP_ITEM (loaded[n]));
  return n == end - first;
}

/**
 * layer_file_load:
 *
 * To be called when all pixels are there, once. The last layers go first, and the file ends
 * before them when GIMP has them: what they took is free for the tiles of the next ones, and only
 * few pixels are twice in memory, which the system has to find and clear.
 *
 * Returns: (transfer container) (element-type GimpLayer): the layers, not in the image yet, in
 *   their order; or %NULL with %CNN_ERROR_IO set
 */
GPtrArray *
layer_file_load (LayerFile *file, GError **error)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();
  gboolean              ok     = TRUE;

  g_ptr_array_set_size (layers, file->entries->len);
  for (guint end = file->entries->len, first = end; ok && end > 0; end = first)
    {
      const Entry *entry;
      goffset      bytes = 0;

      do
        {
          entry = &g_array_index (file->entries, Entry, --first);
          bytes += entry_bytes (entry);
        }
      while (first > 0 && bytes < AT_ONCE);
      ok = load_layers (file, first, end, layers) && ftruncate (file->file, entry->start) == 0;
    }
  if (ok)
    return g_steal_pointer (&layers);
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_IO,
                       _("GIMP could not read the layers from the file they were kept in"));
  for (guint i = 0; i < layers->len; i++)
    if (layers->pdata[i] != NULL)
      gimp_item_delete (layers->pdata[i]);
  return NULL;
}
