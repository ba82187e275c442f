/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"
#include "text-private.h"

#include <string.h>

#include "i18n.h"

/* Changes of what is written of one layer, which leave as much of it as can be. */

/* --- names ---------------------------------------------------------------- */

/**
 * cnn_text_without_name:
 * @words: one layer, right or wrong
 *
 * Returns: (transfer full): the same without the name that as= gives it
 */
char *
cnn_text_without_name (const char *words)
{
  const char *end    = words + strlen (words);
  const char *at     = words;
  GString    *result = g_string_new (NULL);

  while (at < end)
    {
      CnnToken    token = cnn_text_token (at, end, FALSE);
      const char *next  = token.end + strspn (token.end, " \t\r\n;#");

      if (at > words && g_str_has_prefix (at, "as="))
        while (strchr (" \t", result->str[result->len - 1]) != NULL)
          g_string_truncate (result, result->len - 1);
      else
        g_string_append_len (result, at, token.end - at);
      g_string_append_len (result, token.end, next - token.end);
      at = next;
    }
  g_strchomp (result->str);
  return g_string_free (result, FALSE);
}

/* --- parameters ----------------------------------------------------------- */

/**
 * Change:
 * @words: the layer as it is written
 * @uses: what its values are for
 * @param: the parameter to change
 * @value: its new value in the text notation, or %NULL where it is not to be said
 */
typedef struct
{
  const char     *words;
  GArray         *uses;
  const CnnParam *param;
  const char     *value;
} Change;

static const CnnTokenUse *
find_use (const GArray *uses, const CnnParam *param)
{
  for (guint i = 0; i < uses->len; i++)
    if (g_array_index (uses, CnnTokenUse, i).param == param)
      return &g_array_index (uses, CnnTokenUse, i);
  return NULL;
}

/* The words with @with (nullable) in place of the @length bytes from @start on. Of a value
 * that goes, the space before it goes too. */
static char *
splice (const char *words, gsize start, gsize length, const char *with)
{
  if (with == NULL)
    while (start > 0 && strchr (" \t\r\n", words[start - 1]) != NULL)
      {
        start--;
        length++;
      }
  return g_strdup_printf ("%.*s%s%s", (int) start, words, with ? with : "", words + start + length);
}

/* Whether @words, a candidate, say what is wanted: the same values for the same
 * parameters as before, but for the one that changes. */
static gboolean
says (const Change *change, const char *words)
{
  g_autoptr (GArray) uses = g_array_new (FALSE, FALSE, sizeof (CnnTokenUse));
  g_autofree char   *problem = NULL;
  CnnNode           *node = cnn_text_read_words (words, NULL, uses, &problem);
  const CnnTokenUse *now = find_use (uses, change->param);
  guint              n_same = 0;

  if (node == NULL)
    return FALSE;
  cnn_node_unref (node);
  if ((now != NULL) != (change->value != NULL))
    return FALSE;
  for (guint i = 0; i < uses->len; i++)
    {
      const CnnTokenUse *use = &g_array_index (uses, CnnTokenUse, i);
      const CnnTokenUse *old = find_use (change->uses, use->param);

      if (use->param == change->param)
        continue;
      if (old == NULL || old->token.length != use->token.length ||
          memcmp (change->words + old->token.start, words + use->token.start,
                  old->token.length) != 0)
        return FALSE;
      n_same++;
    }
  return n_same + (find_use (change->uses, change->param) != NULL) == change->uses->len;
}

/* Replaces what stands in the text. */
static char *
replace_value (const Change *change, const CnnTokenUse *use, gboolean keyed)
{
  g_autofree char *with = NULL;

  if (change->value && keyed)
    with = g_strdup_printf ("%s=%s", change->param->key, change->value);
  return splice (change->words, use->token.start, use->token.length,
                 change->value && !keyed ? change->value : with);
}

/* Adds a value: one without a key after those without, one with a key before the names. */
static char *
add_value (const Change *change, gboolean keyed)
{
  gsize at = strcspn (change->words, " \t\r\n");
  g_autofree char *with = NULL;

  for (guint i = 0; i < change->uses->len; i++)
    {
      const CnnTokenUse *use = &g_array_index (change->uses, CnnTokenUse, i);
      gboolean           last   = use->param == cnn_text_from () && use->param != change->param;
      gboolean           before = keyed ? use->param != NULL && !last
                                        : !use->keyed && use->param < change->param;

      if (before)
        at = MAX (at, use->token.start + use->token.length);
    }
  with = keyed ? g_strdup_printf (" %s=%s", change->param->key, change->value)
               : g_strdup_printf (" %s", change->value);
  return splice (change->words, at, 0, with);
}

/* All values with their keys. */
static char *
write_anew (const Change *change, const CnnNode *node)
{
  GString *words = g_string_new (node->op->name);

  for (guint i = 0; i < change->uses->len; i++)
    {
      const CnnTokenUse *use = &g_array_index (change->uses, CnnTokenUse, i);

      if (use->param == change->param)
        continue;
      g_string_append_c (words, ' ');
      if (!use->keyed)
        g_string_append_printf (words, "%s=", use->param->key);
      g_string_append_len (words, change->words + use->token.start, (gssize) use->token.length);
    }
  if (change->value)
    g_string_append_printf (words, " %s=%s", change->param->key, change->value);
  return g_string_free (words, FALSE);
}

static char *
change_words (const Change *change, const CnnNode *node)
{
  const CnnTokenUse *use = find_use (change->uses, change->param);

  if (use == NULL && change->value == NULL)
    return g_strdup (change->words);
  for (int keyed = use ? use->keyed : !change->param->positional; keyed <= 1; keyed++)
    {
      g_autofree char *words = use ? replace_value (change, use, keyed) : add_value (change, keyed);

      if (says (change, words))
        return g_steal_pointer (&words);
    }
  return write_anew (change, node);
}

/**
 * cnn_text_set_param:
 * @words: one layer
 * @key: of the parameter; “from” for the name of the layer that it reads
 * @value: its new value in the text notation; empty for its initial one, or for the layer before
 *
 * Changes just the value of one parameter; says nothing of it where it is the initial
 * one. A value with spaces or line ends is written without them.
 *
 * Returns: (transfer full): the new words, or %NULL with %CNN_ERROR_SPEC set: the layer
 *   cannot be read, has no such parameter, or cannot have that value
 */
char *
cnn_text_set_param (const char *words, const char *key, const char *value, GError **error)
{
  g_autoptr (GArray) uses = g_array_new (FALSE, FALSE, sizeof (CnnTokenUse));
  g_autofree char   *problem = NULL;
  g_autofree char   *printed = NULL;
  g_autofree char   *result = NULL;
  Change             change = { .words = words, .uses = uses };
  CnnNode           *node = cnn_text_read_words (words, NULL, uses, &problem);

  if (node == NULL)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_SPEC, problem);
      return NULL;
    }
  change.param = cnn_op_param (node->op, key);
  if (cnn_text_takes_from (node->op) && strcmp (key, cnn_text_from ()->key) == 0)
    {
      change.param = cnn_text_from ();
      change.value = *value ? value : NULL;
      if (change.value == NULL || cnn_name_is_valid (value))
        result = change_words (&change, node);
      else
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("A name has letters, digits, - and _, and begins with a letter"));
    }
  else if (change.param == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s has no parameter “%s”"), node->op->name,
                 key);
  else if (cnn_param_parse (change.param, *value ? value : change.param->initial, node->params,
                            NULL, error) &&
           cnn_node_check (node, error))
    {
      if (!cnn_param_is_initial (change.param, node->params))
        change.value = printed = cnn_param_print (change.param, node->params);
      result = change_words (&change, node);
    }
  cnn_node_unref (node);
  return g_steal_pointer (&result);
}
