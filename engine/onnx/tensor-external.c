/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "i18n.h"

/* Numbers that lie in a file beside the model's: only inside of its folder, whatever
 * names and links say. */

static gboolean
stays_inside (const char *location)
{
  g_auto (GStrv) parts = NULL;

  if (!*location || g_path_is_absolute (location) || strchr (location, '\\'))
    return FALSE;
  parts = g_strsplit (location, "/", -1);
  return !g_strv_contains ((const char *const *) parts, "..");
}

/* Returns the path with all links followed, if that is inside of the folder. */
static char *
find (CnnOnnxReader  *reader,
      const char     *location,
      const char     *what,
      GError        **error)
{
  g_autofree char *shown = g_utf8_make_valid (location, -1);
  g_autofree char *path = g_build_filename (reader->folder, location, NULL);
  char            *folder = realpath (reader->folder, NULL);
  char            *real = realpath (path, NULL);
  char            *found = NULL;
  gsize            n = folder ? strlen (folder) : 0;

  /* The root folder's name ends with its slash. */
  if (n == 1)
    n = 0;
  if (!folder || !real)
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
                 _("%s: its numbers should be in the file “%s”, which is not there"), what, shown);
  else if (strncmp (real, folder, n) != 0 || real[n] != '/')
    g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                 _("%s: its numbers' file “%s” is outside of the model's folder"), what, shown);
  else
    found = g_strdup (real);
  free (folder);
  free (real);
  return found;
}

static const char *
entry (const Onnx__TensorProto *proto,
       const char              *key)
{
  for (gsize i = 0; i < proto->n_external_data; i++)
    if (g_strcmp0 (proto->external_data[i]->key, key) == 0)
      return proto->external_data[i]->value;
  return NULL;
}

/* A new file of external data widens the budget once, not for each tensor in it. */
static void
count_side (CnnOnnxReader *reader,
            const char    *path,
            guint64        size)
{
  if (g_hash_table_add (reader->sides, g_strdup (path)))
    reader->budget->limit += CNN_ONNX_BUDGET_TIMES * (gsize) size;
}

/**
 * cnn_onnx_external_bytes:
 * @proto: a tensor whose data are external
 * @what: the tensor in words, for errors
 * @n: how many bytes its extents ask for
 *
 * Returns: (transfer full): [n], counted in the budget; %NULL with CNN_ERROR_FORMAT,
 *   UNSUPPORTED, LIMIT or IO set
 */
guint8 *
cnn_onnx_external_bytes (CnnOnnxReader            *reader,
                         const Onnx__TensorProto  *proto,
                         const char               *what,
                         gsize                     n,
                         GError                  **error)
{
  const char        *location = entry (proto, "location");
  const char        *offset_text = entry (proto, "offset");
  const char        *length_text = entry (proto, "length");
  g_autofree char   *path = NULL;
  g_autofree guint8 *bytes = NULL;
  guint64            offset = 0, length = n, size;
  gboolean           good;
  int                fd;

  if (!reader->folder)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("%s: its numbers are in another file, but the model comes from none"), what);
      return NULL;
    }
  if (!location || !stays_inside (location))
    {
      g_autofree char *shown = g_utf8_make_valid (location ? location : "", -1);

      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%s: its numbers' file “%s” is outside of the model's folder"), what, shown);
      return NULL;
    }
  if ((offset_text && !g_ascii_string_to_unsigned (offset_text, 10, 0, G_MAXINT64, &offset, NULL))
      || (length_text && !g_ascii_string_to_unsigned (length_text, 10, 0, G_MAXINT64, &length,
                                                      NULL)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%s: where its numbers are in their file is not a number"), what);
      return NULL;
    }
  if (length != n)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%s: there are %zu bytes of numbers where its extents ask for %zu"), what,
                   (gsize) length, n);
      return NULL;
    }

  path = find (reader, location, what, error);
  if (!path || (fd = cnn_onnx_file_open (path, &size, error)) < 0)
    return NULL;
  if (offset > size || n > size - offset)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%s: its numbers would be past the end of their file"), what);
      close (fd);
      return NULL;
    }
  if (size > CNN_ONNX_MAX_SIDE)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%s: its numbers' file is too large"),
                   what);
      close (fd);
      return NULL;
    }
  count_side (reader, path, size);
  good = cnn_onnx_budget_take (reader->budget, n, error);
  if (good && !(bytes = g_try_malloc (n + 1)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%s: there is not enough memory"), what);
      good = FALSE;
    }
  good = good && cnn_onnx_file_part (fd, path, offset, n, bytes, error);
  close (fd);
  return good ? g_steal_pointer (&bytes) : NULL;
}
