/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "spelling.h"

#define BLANKS " \t\r\n"

/**
 * cnn_settings_init:
 * @params: parameters, ending at a %NULL key
 * @settings: the struct they describe, all zeros
 *
 * Gives every field its initial value.
 */
void
cnn_settings_init (const CnnParam *params, gpointer settings)
{
  for (const CnnParam *param = params; param->key; param++)
    cnn_param_init (param, settings);
}

/** cnn_settings_clear: frees what the fields hold. */
void
cnn_settings_clear (const CnnParam *params, gpointer settings)
{
  for (const CnnParam *param = params; param->key; param++)
    cnn_param_clear (param, settings);
}

/**
 * cnn_settings_split:
 * @rest: (out): what comes after the first word
 *
 * Returns: (transfer full) (nullable): the first word of @text, or %NULL where there is none
 */
char *
cnn_settings_split (const char *text, const char **rest)
{
  gsize length;

  text += strspn (text, BLANKS);
  length = strcspn (text, BLANKS);
  *rest = text + length;
  return length > 0 ? g_strndup (text, length) : NULL;
}

static gboolean
fail_key (const char *title, const CnnParam *params, const char *key, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autofree char      *list = NULL;
  const char           *nearest;

  for (const CnnParam *param = params; param->key; param++)
    g_ptr_array_add (keys, (gpointer) param->key);
  g_ptr_array_add (keys, NULL);
  nearest = cnn_spelling_nearest (key, (const char *const *) keys->pdata);
  list = g_strjoinv (", ", (char **) keys->pdata);
  if (nearest)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("%s has no parameter “%s”; did you mean “%s”?"), title, key, nearest);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("%s has no parameter “%s”, expected one of: %s"), title, key, list);
  return FALSE;
}

static gboolean
read_keyed (const char *title, const CnnParam *params, char *word, char *equals, gpointer settings,
            guint64 *said, GError **error)
{
  const CnnParam *param = params;
  guint64         bit;

  *equals = '\0';
  while (param->key && strcmp (param->key, word) != 0)
    param++;
  if (param->key == NULL)
    return fail_key (title, params, word, error);
  if (equals[1] == '\0')
    {
      g_autofree char *expected = cnn_param_expect (param);

      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found nothing, expected %s"), word,
                   expected);
      return FALSE;
    }
  bit = (guint64) 1 << (param - params);
  if (*said & bit)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s is said twice"), word);
      return FALSE;
    }
  *said |= bit;
  return cnn_param_parse (param, equals + 1, settings, NULL, error);
}

static gboolean
read_placed (const char *title, const CnnParam *params, const char *word, gpointer settings,
             guint64 *said, GError **error)
{
  for (const CnnParam *param = params; param->key; param++)
    {
      guint64 bit = (guint64) 1 << (param - params);

      if (!param->positional || *said & bit)
        continue;
      *said |= bit;
      return cnn_param_parse (param, word, settings, NULL, error);
    }
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("%s: found “%s”, expected nothing more, or a parameter as key=value"), title,
               word);
  return FALSE;
}

/**
 * cnn_settings_read:
 * @title: what has these parameters, for errors
 * @params: fewer than 64 parameters, ending at a %NULL key
 * @text: values as words with blanks between
 * @settings: (inout): the struct, initialised; where @text is wrong, some of its fields may
 *   have changed
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_settings_read (const char *title, const CnnParam *params, const char *text, gpointer settings,
                   GError **error)
{
  guint64 said = 0;

  for (;;)
    {
      g_autofree char *word = cnn_settings_split (text, &text);
      char            *equals;
      gboolean         ok;

      if (word == NULL)
        return TRUE;
      equals = strchr (word, '=');
      ok = equals ? read_keyed (title, params, word, equals, settings, &said, error)
                  : read_placed (title, params, word, settings, &said, error);
      if (!ok)
        return FALSE;
    }
}

/**
 * cnn_settings_print:
 *
 * Appends what is not as it is initially, in words that cnn_settings_read() reads back to the
 * same; each with its key, and a blank before it unless @text is empty.
 */
void
cnn_settings_print (const CnnParam *params, gconstpointer settings, GString *text)
{
  for (const CnnParam *param = params; param->key; param++)
    if (!cnn_param_is_initial (param, settings))
      {
        g_autofree char *value = cnn_param_print (param, settings);

        g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", param->key, value);
      }
}

/** cnn_settings_find: the kind of that name, or %NULL. */
gconstpointer
cnn_settings_find (const CnnSettingsKinds *kinds, const char *name)
{
  for (guint i = 0; i < kinds->n; i++)
    {
      gconstpointer kind = (const guint8 *) kinds->kinds + i * kinds->size;

      if (strcmp (*(const char *const *) kind, name) == 0)
        return kind;
    }
  return NULL;
}

/**
 * cnn_settings_kind:
 * @text: a kind's name and its parameters
 * @rest: (out): what comes after the name
 *
 * Returns: (transfer none): the kind, or %NULL with %CNN_ERROR_SPEC set
 */
gconstpointer
cnn_settings_kind (const CnnSettingsKinds *kinds, const char *text, const char **rest,
                   GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char      *name  = cnn_settings_split (text, rest);
  g_autofree char      *list  = NULL;
  const char           *found = name ? name : "";
  gconstpointer         kind  = cnn_settings_find (kinds, found);
  const char           *nearest;

  if (kind)
    return kind;
  names = g_ptr_array_new ();
  for (guint i = 0; i < kinds->n; i++)
    g_ptr_array_add (names, *(gpointer *) ((guint8 *) kinds->kinds + i * kinds->size));
  g_ptr_array_add (names, NULL);
  nearest = cnn_spelling_nearest (found, (const char *const *) names->pdata);
  list = g_strjoinv (", ", (char **) names->pdata);
  if (nearest)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found “%s”; did you mean “%s”?"),
                 kinds->title, found, nearest);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found “%s”, expected one of: %s"),
                 kinds->title, found, list);
  return NULL;
}
