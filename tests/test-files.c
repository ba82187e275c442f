/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-files.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

static char *folder;

void
test_files_begin (void)
{
  folder = g_dir_make_tmp ("cnn-test-XXXXXX", NULL);
  g_assert_nonnull (folder);
}

static void
remove_all (const char *file)
{
  g_autoptr (GDir) dir = g_dir_open (file, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *inner = g_build_filename (file, name, NULL);

      remove_all (inner);
    }
  g_remove (file);
}

void
test_files_end (void)
{
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
}

/* (transfer none): the folder. */
const char *
test_files (void)
{
  return folder;
}

/* (transfer full): where a file of that name is. */
char *
path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

void
write_file (const char *name, gconstpointer bytes, gsize n)
{
  g_autofree char   *file = path (name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, bytes, (gssize) n, &error);
  g_assert_no_error (error);
}

/* Packed with gzip; only the first @keep bytes of that. */
void
write_packed (const char *name, gconstpointer bytes, gsize n, gsize keep)
{
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GConverter)    gzip =
    G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, gzip);
  g_autoptr (GError)        error = NULL;
  gsize                     length;

  g_output_stream_write_all (stream, bytes, n, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
  length = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory));
  write_file (name, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)),
              MIN (length, keep));
}

void
make_folder (const char *name)
{
  g_autofree char *made = path (name);

  g_assert_cmpint (g_mkdir_with_parents (made, 0700), ==, 0);
}
