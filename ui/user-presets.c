/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "user-presets.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "i18n.h"
#include "network.h"

/* A person's own networks: each a file NAME.cnn with its text, in one folder. */

#define SUFFIX ".cnn"

/* Bytes that a file's name may have on the systems there are, less what is put behind it while
 * it is written. */
#define MAX_FILE_NAME (255 - 7)

static char *
file_of (const char *folder, const char *name)
{
  g_autofree char *base = g_strconcat (name, SUFFIX, NULL);

  return g_build_filename (folder, base, NULL);
}

static gboolean G_GNUC_PRINTF (2, 3)
fail (GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list          args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_IO, sentence);
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  g_autofree char *first  = g_utf8_collate_key_for_filename (*(char *const *) a, -1);
  g_autofree char *second = g_utf8_collate_key_for_filename (*(char *const *) b, -1);

  return strcmp (first, second);
}

/**
 * user_presets_list:
 * @folder: the folder; it need not be there
 *
 * Returns: (transfer full) (element-type utf8): the names of the presets in it, in the
 *   order of a menu; or %NULL with %CNN_ERROR_IO set
 */
GPtrArray *
user_presets_list (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError)    cause = NULL;
  g_autoptr (GDir)      dir = g_dir_open (folder, 0, &cause);
  const char           *file;

  if (dir == NULL && g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return g_steal_pointer (&names);
  if (dir == NULL)
    {
      fail (error, _("your own presets cannot be listed: %s"), cause->message);
      return NULL;
    }
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = NULL;

      if (*file == '.' || !g_str_has_suffix (file, SUFFIX) || !g_utf8_validate (file, -1, NULL))
        continue;
      name = g_strndup (file, strlen (file) - strlen (SUFFIX));
      if (*name != '\0')
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

/**
 * user_presets_name:
 * @typed: what a person typed
 *
 * Any name will do that can be a file's.
 *
 * Returns: (transfer full): the name, without spaces around it; or %NULL with %CNN_ERROR_SPEC
 *   set and the reason why it cannot be one
 */
char *
user_presets_name (const char *typed, GError **error)
{
  g_autofree char *name = g_utf8_normalize (typed, -1, G_NORMALIZE_NFC);
  const char      *reason = NULL;

  if (name != NULL)
    g_strstrip (name);
  if (name == NULL || *name == '\0')
    reason = _("Please type a name");
  else if (*name == '.')
    reason = _("A name cannot begin with a dot");
  else if (strchr (name, '/') != NULL)
    reason = _("A name cannot contain “/”");
#ifdef G_OS_WIN32
  else if (strpbrk (name, "\\:*?\"<>|") != NULL)
    reason = _("A name cannot contain any of \\ : * ? \" < > |");
#endif
  else if (strlen (name) + strlen (SUFFIX) > MAX_FILE_NAME)
    reason = _("This name is too long for a file");
  for (const char *c = name; reason == NULL && *c; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      reason = _("A name cannot contain line ends or other control characters");
  if (reason == NULL)
    return g_steal_pointer (&name);
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_SPEC, reason);
  return NULL;
}

/** user_presets_exists: whether there is a preset of that name. */
gboolean
user_presets_exists (const char *folder, const char *name)
{
  g_autofree char *file = file_of (folder, name);

  return g_file_test (file, G_FILE_TEST_EXISTS);
}

/**
 * user_presets_load:
 *
 * Returns: (transfer full): the preset's text, UTF-8, right or wrong as a network; or %NULL
 *   with %CNN_ERROR_IO set
 */
char *
user_presets_load (const char *folder, const char *name, GError **error)
{
  g_autofree char   *file = file_of (folder, name);
  g_autofree char   *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize              length;
  GStatBuf           info;

  /* Before it is read: what has the name may be anything. */
  if (g_stat (file, &info) == 0 && !S_ISREG (info.st_mode))
    fail (error, _("“%s” cannot be read: it is not a file"), name);
  else if (g_stat (file, &info) == 0 && info.st_size > CNN_MAX_TEXT_BYTES)
    fail (error, _("“%s” cannot be read: it is larger than the text of any network"), name);
  else if (!g_file_get_contents (file, &text, &length, &cause))
    fail (error, _("“%s” cannot be read: %s"), name, cause->message);
  else if (!g_utf8_validate (text, (gssize) length, NULL))
    fail (error, _("“%s” cannot be read: it is not text in UTF-8"), name);
  else
    return g_steal_pointer (&text);
  return NULL;
}

/**
 * user_presets_save:
 * @folder: is made where it is not there
 * @name: from user_presets_name()
 * @text: the network
 *
 * Replaces the preset of that name, or leaves it as it was.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_IO set
 */
gboolean
user_presets_save (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char   *file = file_of (folder, name);
  g_autoptr (GError) cause = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (error, _("“%s” cannot be saved: the folder “%s” cannot be made: %s"), name, folder,
                 g_strerror (errno));
  if (!g_file_set_contents (file, text, -1, &cause))
    return fail (error, _("“%s” cannot be saved: %s"), name, cause->message);
  return TRUE;
}

/**
 * user_presets_rename:
 * @to: from user_presets_name(); a preset of that name is replaced
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_IO set
 */
gboolean
user_presets_rename (const char *folder, const char *name, const char *to, GError **error)
{
  g_autofree char *from_file = file_of (folder, name);
  g_autofree char *to_file = file_of (folder, to);

  if (g_rename (from_file, to_file) != 0)
    return fail (error, _("“%s” cannot be renamed: %s"), name, g_strerror (errno));
  return TRUE;
}

/**
 * user_presets_remove:
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_IO set
 */
gboolean
user_presets_remove (const char *folder, const char *name, GError **error)
{
  g_autofree char *file = file_of (folder, name);

  if (g_unlink (file) != 0)
    return fail (error, _("“%s” cannot be deleted: %s"), name, g_strerror (errno));
  return TRUE;
}
