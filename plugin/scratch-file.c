/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files without a name, for what may be far more than fits the memory. What does fit never
 * leaves the system's cache. */

#include "scratch-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/**
 * scratch_file_open:
 * @folder: where it is to be
 *
 * Returns: an empty file to close(); or −1, and errno says why
 */
int
scratch_file_open (const char *folder)
{
  g_autofree char *name = g_build_filename (folder, "convolens-XXXXXX", NULL);
  int              file = g_mkstemp (name);

  /* It goes away with the process, however that ends. */
  if (file >= 0)
    g_unlink (name);
  return file;
}

/** scratch_file_write: writes all of @size bytes; or returns %FALSE, and errno says why. */
gboolean
scratch_file_write (int file, gconstpointer from, gsize size, goffset at)
{
  while (size > 0)
    {
      gssize n = pwrite (file, from, size, at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      from = (const char *) from + n;
      at += n;
      size -= n;
    }
  return TRUE;
}

/** scratch_file_read: reads all of @size bytes; or returns %FALSE, and errno says why. */
gboolean
scratch_file_read (int file, gpointer to, gsize size, goffset at)
{
  while (size > 0)
    {
      gssize n = pread (file, to, size, at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      to = (char *) to + n;
      at += n;
      size -= n;
    }
  return TRUE;
}
