/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "number.h"

/* Parameters that are lists, but for those of kernels. */

/* --- numbers -------------------------------------------------------------- */

static void
numbers_clear (gpointer field)
{
  CnnNumbers *numbers = field;

  g_clear_pointer (&numbers->values, g_free);
  g_clear_pointer (&numbers->ref, g_free);
  numbers->n = 0;
}

static gboolean
numbers_parse_ref (const char *text, CnnNumbers *numbers, gsize *offset, GError **error)
{
  CnnRef ref;

  if (!cnn_ref_parse (text, &ref, offset, error))
    return FALSE;
  cnn_ref_clear (&ref);
  numbers_clear (numbers);
  numbers->ref = g_strdup (text);
  return TRUE;
}

static gboolean
numbers_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset,
               GError **error)
{
  g_auto (GStrv)      items = NULL;
  g_autofree double  *values = NULL;
  CnnNumbers         *numbers = field;
  int                 n;

  if (*text == '\0')
    {
      numbers_clear (numbers);
      return TRUE;
    }
  if (*text == '@')
    return numbers_parse_ref (text, numbers, offset, error);
  items = g_strsplit (text, ",", -1);
  n = (int) g_strv_length (items);
  values = g_new (double, n);
  for (int i = 0, at = 0; i < n; at += (int) strlen (items[i]) + 1, i++)
    if (!cnn_number_parse (g_strstrip (items[i]), -1, &values[i]) ||
        !cnn_param_in_range (param, values[i]))
      {
        *offset = at;
        return cnn_param_unexpected (param, items[i], error);
      }
  numbers_clear (numbers);
  numbers->n = n;
  numbers->values = g_steal_pointer (&values);
  return TRUE;
}

static void
numbers_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnNumbers *numbers = field;

  if (numbers->ref)
    g_string_append (text, numbers->ref);
  for (int i = 0; i < numbers->n && numbers->ref == NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      cnn_number_append (text, numbers->values[i]);
    }
}

static gboolean
numbers_is_open (gconstpointer field)
{
  const CnnNumbers *numbers = field;

  return numbers->ref != NULL && numbers->values == NULL;
}

/* All numbers of the items that are meant, however many dimensions these have. */
static gboolean
numbers_resolve (const CnnParam *param, const char *text, gpointer field, const CnnBank *bank,
                 gsize *offset, GError **error)
{
  CnnNumbers         *numbers = field;
  g_autofree double  *values = NULL;
  const CnnTensor    *tensor;
  CnnRef              ref;
  int                 items;
  gsize               each, n;

  if (!cnn_ref_parse (numbers->ref, &ref, offset, error))
    return FALSE;
  tensor = cnn_ref_find (&ref, bank, &items, error);
  cnn_ref_clear (&ref);
  if (tensor == NULL)
    return FALSE;
  each = cnn_tensor_length (tensor) / (gsize) tensor->dims[0];
  n = (gsize) items * each;
  if (n > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("“%s” has too many numbers"), numbers->ref);
      return FALSE;
    }
  values = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    {
      values[i] = tensor->values[(gsize) ref.first * each + i];
      if (!cnn_param_in_range (param, values[i]))
        {
          g_autoptr (GString) found = g_string_new (NULL);

          cnn_number_append (found, values[i]);
          return cnn_param_unexpected (param, found->str, error);
        }
    }
  numbers->n = (int) n;
  numbers->values = g_steal_pointer (&values);
  return TRUE;
}

static char *
numbers_expect (const CnnParam *param)
{
  return cnn_param_range (param, _("numbers from %s to %s with commas between"));
}

/* --- padding -------------------------------------------------------------- */

static const char *const pad_words[] = {
  [CNN_PAD_VALID] = "valid",
  [CNN_PAD_SAME] = "same",
  [CNN_PAD_SAME_LOWER] = "same-lower",
};

static gboolean
pad_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  CnnPad    *pad = field;
  CnnNumbers sides = { 0 };
  gboolean   ok;

  for (guint i = 0; i < G_N_ELEMENTS (pad_words); i++)
    if (pad_words[i] && strcmp (text, pad_words[i]) == 0)
      {
        *pad = (CnnPad) { .mode = (CnnPadMode) i };
        return TRUE;
      }
  ok = strspn (text, param->min < 0.0 ? "-0123456789, " : "0123456789, ") == strlen (text) &&
       numbers_parse (param, text, &sides, offset, NULL) && (sides.n == 1 || sides.n == 4);
  if (ok)
    {
      const double *v = sides.values;

      pad->mode = CNN_PAD_SIDES;
      pad->sides = sides.n == 1 ? (CnnSides) { (int) v[0], (int) v[0], (int) v[0], (int) v[0] }
                                : (CnnSides) { (int) v[0], (int) v[1], (int) v[2], (int) v[3] };
    }
  numbers_clear (&sides);
  *offset = 0;
  return ok || cnn_param_unexpected (param, text, error);
}

static void
pad_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnPad   *pad = field;
  const CnnSides *s = &pad->sides;

  if (pad->mode != CNN_PAD_SIDES)
    g_string_append (text, pad_words[pad->mode]);
  else if (s->top == s->right && s->top == s->bottom && s->top == s->left)
    g_string_append_printf (text, "%d", s->top);
  else
    g_string_append_printf (text, "%d,%d,%d,%d", s->top, s->right, s->bottom, s->left);
}

static char *
pad_expect (const CnnParam *param)
{
  return g_strdup_printf (_("valid, same, same-lower, a whole number from %d to %d, "
                            "or four of them: top,right,bottom,left"),
                          (int) param->min, (int) param->max);
}

/* --- bias ----------------------------------------------------------------- */

static void
bias_clear (gpointer field)
{
  numbers_clear (&((CnnBias *) field)->values);
}

static gboolean
bias_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  CnnBias *bias = field;

  if (strcmp (text, "yes") != 0 && strcmp (text, "no") != 0)
    {
      if (*text == '\0')
        return cnn_param_unexpected (param, text, error);
      if (!numbers_parse (param, text, &bias->values, offset, error))
        return FALSE;
      bias->used = TRUE;
      return TRUE;
    }
  bias_clear (bias);
  bias->used = *text == 'y';
  return TRUE;
}

static void
bias_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnBias *bias = field;

  if (bias->values.n > 0 || bias->values.ref)
    numbers_print (param, &bias->values, text);
  else
    g_string_append (text, bias->used ? "yes" : "no");
}

static gboolean
bias_is_open (gconstpointer field)
{
  return numbers_is_open (&((const CnnBias *) field)->values);
}

static gboolean
bias_resolve (const CnnParam *param, const char *text, gpointer field, const CnnBank *bank,
              gsize *offset, GError **error)
{
  return numbers_resolve (param, text, &((CnnBias *) field)->values, bank, offset, error);
}

static char *
bias_expect (const CnnParam *param)
{
  return g_strdup (_("yes, no, or numbers with commas between"));
}

/* --- names of other nodes ------------------------------------------------- */

static void
nodes_clear (gpointer field)
{
  g_clear_pointer ((GStrv *) field, g_strfreev);
}

/**
 * cnn_name_is_valid:
 *
 * Returns: whether @name can be given with as=: letters, digits, - and _,
 *   beginning with a letter
 */
gboolean
cnn_name_is_valid (const char *name)
{
  if (!g_ascii_isalpha (*name))
    return FALSE;
  for (; *name; name++)
    if (!g_ascii_isalnum (*name) && *name != '-' && *name != '_')
      return FALSE;
  return TRUE;
}

static gboolean
nodes_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (*text != '\0')
    {
      names = g_strsplit (text, ",", -1);
      for (int i = 0, at = 0; names[i]; at += (int) strlen (names[i]) + 1, i++)
        if (!cnn_name_is_valid (names[i]))
          {
            *offset = at;
            return cnn_param_unexpected (param, names[i], error);
          }
    }
  nodes_clear (field);
  *(GStrv *) field = g_steal_pointer (&names);
  return TRUE;
}

static void
nodes_print (const CnnParam *param, gconstpointer field, GString *text)
{
  GStrv names = *(const GStrv *) field;

  if (names)
    {
      g_autofree char *list = g_strjoinv (",", names);

      g_string_append (text, list);
    }
}

static char *
nodes_expect (const CnnParam *param)
{
  return g_strdup (_("names given to earlier layers with as=, with commas between"));
}

const CnnParamKind cnn_param_pad = { pad_parse, pad_print, NULL, pad_expect };
const CnnParamKind cnn_param_numbers = { numbers_parse, numbers_print, numbers_clear,
                                         numbers_expect, numbers_is_open, numbers_resolve };
const CnnParamKind cnn_param_bias = { bias_parse, bias_print, bias_clear, bias_expect,
                                      bias_is_open, bias_resolve };
const CnnParamKind cnn_param_nodes = { nodes_parse, nodes_print, nodes_clear, nodes_expect };
