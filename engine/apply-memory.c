/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply.h"

#include <errno.h>
#include <stdio.h>

#include <glib/gstdio.h>

#include "error.h"
#include "i18n.h"

/* What a person said of a file's numbers is remembered with the file: by what is in it, so
 * that it may be moved or copied. */

#define CHUNK ((gsize) 1 << 16)

static const char *const ranges[] = { "0..1", "-1..1", "0..255" };

static char *
memory_file (void)
{
  return g_build_filename (g_get_user_config_dir (), "convolens", "models.ini", NULL);
}

/**
 * cnn_apply_key:
 * @file: path of a model
 *
 * Returns: (transfer full): what its settings are remembered under; or %NULL.
 *   Errors: %CNN_ERROR_IO
 */
char *
cnn_apply_key (const char *file, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8    *chunk = g_malloc (CHUNK);
  FILE                 *stream = g_fopen (file, "rb");
  gsize                 n;
  gboolean              failed;

  if (stream)
    while ((n = fread (chunk, 1, CHUNK, stream)) > 0)
      g_checksum_update (sum, chunk, (gssize) n);
  failed = stream == NULL || ferror (stream);
  if (failed)
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be read: %s"), file,
                 g_strerror (errno));
  if (stream)
    fclose (stream);
  return failed ? NULL : g_strdup (g_checksum_get_string (sum));
}

static gboolean
recall_numbers (GKeyFile *file, const char *key, const char *name, double *numbers)
{
  g_autofree char *text = g_key_file_get_string (file, key, name, NULL);

  return text && cnn_apply_numbers (text, numbers, NULL);
}

/**
 * cnn_apply_recall:
 * @key: from cnn_apply_key()
 * @settings: (out): what is remembered
 *
 * Returns: whether anything is
 */
gboolean
cnn_apply_recall (const char *key, CnnApplySettings *settings)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char     *path = memory_file ();
  g_autofree char     *range = NULL;
  CnnApplySettings     found = cnn_apply_settings ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  range = g_key_file_get_string (file, key, "range", NULL);
  for (guint i = 0; range && i < G_N_ELEMENTS (ranges); i++)
    if (g_str_equal (range, ranges[i]))
      found.range = (CnnApplyRange) i;
  found.bgr = g_key_file_get_boolean (file, key, "bgr", NULL);
  found.luma = g_key_file_get_boolean (file, key, "luma", NULL);
  if (range == NULL || !recall_numbers (file, key, "mean", found.mean) ||
      !recall_numbers (file, key, "scale", found.scale) ||
      found.scale[0] * found.scale[1] * found.scale[2] == 0.0)
    return FALSE;
  *settings = found;
  return TRUE;
}

/**
 * cnn_apply_remember:
 * @key: from cnn_apply_key()
 * @settings: (nullable): what to remember; %NULL to forget
 *
 * Returns: whether it could be written. Errors: %CNN_ERROR_IO
 */
gboolean
cnn_apply_remember (const char *key, const CnnApplySettings *settings, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError)   reason = NULL;
  g_autofree char     *path = memory_file ();
  g_autofree char     *folder = g_path_get_dirname (path);

  /* There may be none yet. */
  g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
  if (settings == NULL)
    g_key_file_remove_group (file, key, NULL);
  else
    {
      g_autofree char *mean = cnn_apply_numbers_text (settings->mean);
      g_autofree char *scale = cnn_apply_numbers_text (settings->scale);

      g_key_file_set_string (file, key, "range", ranges[settings->range]);
      g_key_file_set_boolean (file, key, "bgr", settings->bgr);
      g_key_file_set_string (file, key, "mean", mean);
      g_key_file_set_string (file, key, "scale", scale);
      g_key_file_set_boolean (file, key, "luma", settings->luma);
    }
  g_mkdir_with_parents (folder, 0700);
  if (g_key_file_save_to_file (file, path, &reason))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be written: %s"), path,
               reason->message);
  return FALSE;
}
