/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "number.h"

/* Parameters that are lists. */

/* --- numbers -------------------------------------------------------------- */

static void
numbers_clear (gpointer field)
{
  CnnNumbers *numbers = field;

  g_clear_pointer (&numbers->values, g_free);
  numbers->n = 0;
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
  items = g_strsplit (text, ",", -1);
  n = (int) g_strv_length (items);
  values = g_new (double, n);
  for (int i = 0, at = 0; i < n; at += (int) strlen (items[i]) + 1, i++)
    if (!cnn_number_parse (g_strstrip (items[i]), -1, &values[i]) || !cnn_param_in_range (param, values[i]))
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

  for (int i = 0; i < numbers->n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      cnn_number_append (text, numbers->values[i]);
    }
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

  if (bias->values.n > 0)
    numbers_print (param, &bias->values, text);
  else
    g_string_append (text, bias->used ? "yes" : "no");
}

static char *
bias_expect (const CnnParam *param)
{
  return g_strdup (_("yes, no, or numbers with commas between"));
}

/* --- kernels -------------------------------------------------------------- */

static void
kernels_clear (gpointer field)
{
  g_clear_pointer ((GPtrArray **) field, g_ptr_array_unref);
}

/* Length of the first item of a list: up to a comma that stands in no bracket
 * and no quotes. */
static gsize
item_length (const char *text)
{
  int      depth = 0;
  gboolean quoted = FALSE;
  gsize    i;

  for (i = 0; text[i] && !(text[i] == ',' && depth == 0 && !quoted); i++)
    {
      if (text[i] == '"')
        quoted = !quoted;
      else if (text[i] == '(' || text[i] == '[')
        depth++;
      else if ((text[i] == ')' || text[i] == ']') && depth > 0)
        depth--;
    }
  return i;
}

static gboolean
kernels_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset,
               GError **error)
{
  g_autoptr (GPtrArray) kernels = NULL;
  const char           *at = text;

  if (*text != '\0')
    {
      kernels = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_kernel_free);
      for (;;)
        {
          gsize           length = item_length (at);
          g_autofree char *item = g_strndup (at, length);
          CnnKernel       *kernel = cnn_kernel_parse (item, offset, error);

          if (kernel == NULL)
            {
              *offset += (gsize) (at - text);
              return FALSE;
            }
          g_ptr_array_add (kernels, kernel);
          if (at[length] == '\0')
            break;
          at += length + 1;
        }
    }
  kernels_clear (field);
  *(GPtrArray **) field = g_steal_pointer (&kernels);
  return TRUE;
}

static void
kernels_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const GPtrArray *kernels = *(GPtrArray *const *) field;

  for (guint i = 0; kernels && i < kernels->len; i++)
    {
      g_autofree char *item = cnn_kernel_print (kernels->pdata[i]);

      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append (text, item);
    }
}

static char *
kernels_expect (const CnnParam *param)
{
  return g_strdup (_("kernels by name or as \"[[…],[…]]\", with commas between"));
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
const CnnParamKind cnn_param_numbers = { numbers_parse, numbers_print, numbers_clear, numbers_expect };
const CnnParamKind cnn_param_bias = { bias_parse, bias_print, bias_clear, bias_expect };
const CnnParamKind cnn_param_kernels = { kernels_parse, kernels_print, kernels_clear, kernels_expect };
const CnnParamKind cnn_param_nodes = { nodes_parse, nodes_print, nodes_clear, nodes_expect };
