/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "number.h"
#include "spelling.h"

/* Parameters of one value. */

/* --- int ------------------------------------------------------------------ */

static gboolean
int_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  double value;

  if (param->zero && strcmp (text, param->zero) == 0)
    value = 0;
  else if (strspn (text, "+-0123456789") != strlen (text) || !cnn_number_parse (text, -1, &value) ||
           !cnn_param_in_range (param, value))
    return cnn_param_unexpected (param, text, error);
  *(int *) field = (int) value;
  return TRUE;
}

static void
int_print (const CnnParam *param, gconstpointer field, GString *text)
{
  int value = *(const int *) field;

  if (value == 0 && param->zero)
    g_string_append (text, param->zero);
  else
    g_string_append_printf (text, "%d", value);
}

static char *
int_expect (const CnnParam *param)
{
  if (param->zero)
    return g_strdup_printf (_("a whole number from %d to %d or “%s”"), (int) param->min,
                            (int) param->max, param->zero);
  return g_strdup_printf (_("a whole number from %d to %d"), (int) param->min, (int) param->max);
}

/* --- float ---------------------------------------------------------------- */

static gboolean
float_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  double value;

  if (!cnn_number_parse (text, -1, &value) || !cnn_param_in_range (param, value))
    return cnn_param_unexpected (param, text, error);
  *(double *) field = value;
  return TRUE;
}

static void
float_print (const CnnParam *param, gconstpointer field, GString *text)
{
  cnn_number_append (text, *(const double *) field);
}

static char *
float_expect (const CnnParam *param)
{
  return cnn_param_range (param, _("a number from %s to %s"));
}

/* --- choice and bool ------------------------------------------------------ */

static const CnnChoice yes_no[] = { { "no", N_("No") }, { "yes", N_("Yes") }, { NULL } };

static const CnnChoice *
choices (const CnnParam *param)
{
  return param->type == CNN_PARAM_BOOL ? yes_no : param->choices;
}

static gboolean
choice_unexpected (const CnnParam *param, const char *found, GError **error)
{
  const char *keys[16] = { NULL };
  const char *nearest;

  for (guint i = 0; i < G_N_ELEMENTS (keys) - 1 && choices (param)[i].key; i++)
    keys[i] = choices (param)[i].key;
  nearest = cnn_spelling_nearest (found, keys);
  cnn_param_unexpected (param, found, error);
  if (nearest && error)
    {
      char *message = g_strdup_printf (_("%s (did you mean “%s”?)"), (*error)->message, nearest);

      g_free ((*error)->message);
      (*error)->message = message;
    }
  return FALSE;
}

static gboolean
choice_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset,
              GError **error)
{
  for (const CnnChoice *choice = choices (param); choice->key; choice++)
    if (strcmp (choice->key, text) == 0)
      {
        *(int *) field = (int) (choice - choices (param));
        return TRUE;
      }
  return choice_unexpected (param, text, error);
}

static void
choice_print (const CnnParam *param, gconstpointer field, GString *text)
{
  g_string_append (text, choices (param)[*(const int *) field].key);
}

static char *
choice_expect (const CnnParam *param)
{
  GString *text = g_string_new (NULL);

  for (const CnnChoice *choice = choices (param); choice->key; choice++)
    {
      if (choice > choices (param))
        g_string_append (text, choice[1].key ? ", " : _(" or "));
      g_string_append (text, choice->key);
    }
  return g_string_free (text, FALSE);
}

/* --- size ----------------------------------------------------------------- */

static gboolean
size_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  CnnSize     *size = field;
  const char  *by = strchr (text, 'x');
  const char  *second = by ? by + 1 : text;
  gsize        first_length = by ? (gsize) (by - text) : strlen (text);
  double       height, width;

  if (*text == '\0')
    {
      *size = (CnnSize) { 0, 0 };
      return TRUE;
    }
  if (strspn (text, "0123456789") != first_length ||
      strspn (second, "0123456789") != strlen (second) ||
      !cnn_number_parse (text, (gssize) first_length, &height) ||
      !cnn_number_parse (second, -1, &width) || !cnn_param_in_range (param, height) ||
      !cnn_param_in_range (param, width))
    return cnn_param_unexpected (param, text, error);
  *size = (CnnSize) { (int) height, (int) width };
  return TRUE;
}

static void
size_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnSize *size = field;

  if (size->height == 0)
    return;
  /* Where it stands without its key, a single number could be something else. */
  if (size->height == size->width && !param->positional)
    g_string_append_printf (text, "%d", size->height);
  else
    g_string_append_printf (text, "%dx%d", size->height, size->width);
}

static char *
size_expect (const CnnParam *param)
{
  return g_strdup_printf (_("a size such as 3x3 or 3, each number from %d to %d"), (int) param->min,
                          (int) param->max);
}

/* --- shape ---------------------------------------------------------------- */

static gboolean
shape_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  g_auto (GStrv) items = g_strsplit (text, "x", -1);
  double         extents[3] = { 0 };

  if (*text != '\0' && g_strv_length (items) != 3)
    return cnn_param_unexpected (param, text, error);
  for (int i = 0; items[i]; i++)
    if (strcmp (items[i], "?") != 0 &&
        (strspn (items[i], "0123456789") != strlen (items[i]) ||
         !cnn_number_parse (items[i], -1, &extents[i]) || !cnn_param_in_range (param, extents[i])))
      return cnn_param_unexpected (param, text, error);
  *(CnnShape *) field = (CnnShape) { (int) extents[0], (int) extents[1], (int) extents[2] };
  return TRUE;
}

static void
shape_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnShape *shape = field;
  int             extents[] = { shape->height, shape->width, shape->channels };

  if (extents[0] == 0 && extents[1] == 0 && extents[2] == 0)
    return;
  for (int i = 0; i < 3; i++)
    {
      if (i > 0)
        g_string_append_c (text, 'x');
      if (extents[i] > 0)
        g_string_append_printf (text, "%d", extents[i]);
      else
        g_string_append_c (text, '?');
    }
}

static char *
shape_expect (const CnnParam *param)
{
  return g_strdup_printf (_("height x width x channels such as 28x28x1 or ?x?x1, "
                            "each number from 1 to %d"), (int) param->max);
}

/* --- text ------------------------------------------------------------------ */

static gboolean
text_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  gsize length = strlen (text);
  char *value = NULL;

  if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
    value = g_strndup (text + 1, length - 2);
  else
    value = g_strdup (text);
  if (strpbrk (value, "\"\n"))
    {
      g_free (value);
      return cnn_param_unexpected (param, text, error);
    }
  g_free (*(char **) field);
  *(char **) field = *value ? value : NULL;
  if (*value == '\0')
    g_free (value);
  return TRUE;
}

static void
text_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const char *value = *(char *const *) field;

  if (value)
    g_string_append_printf (text, "\"%s\"", value);
}

static void
text_clear (gpointer field)
{
  g_clear_pointer ((char **) field, g_free);
}

static char *
text_expect (const CnnParam *param)
{
  return g_strdup (_("words in quotes, on one line"));
}

const CnnParamKind cnn_param_int = { int_parse, int_print, NULL, int_expect };
const CnnParamKind cnn_param_float = { float_parse, float_print, NULL, float_expect };
const CnnParamKind cnn_param_bool = { choice_parse, choice_print, NULL, choice_expect };
const CnnParamKind cnn_param_choice = { choice_parse, choice_print, NULL, choice_expect };
const CnnParamKind cnn_param_size = { size_parse, size_print, NULL, size_expect };
const CnnParamKind cnn_param_shape = { shape_parse, shape_print, NULL, shape_expect };
const CnnParamKind cnn_param_text = { text_parse, text_print, text_clear, text_expect };
