/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "number.h"
#include "spelling.h"

/* What each type of parameter is in text and in memory: one row of a table. A
 * parser gets the whole value; a list's parser points at the item it stumbled
 * over. Quotes are the list parsers' own affair. */
typedef struct
{
  gboolean (*parse)  (const CnnParam *param, const char *text, gpointer field, gsize *offset,
                      GError **error);
  void     (*print)  (const CnnParam *param, gconstpointer field, GString *text);
  void     (*clear)  (gpointer field);
  char    *(*expect) (const CnnParam *param);
} ParamType;

static const ParamType *param_type (CnnParamType type);

static char *
print_number (double value)
{
  GString *text = g_string_new (NULL);

  cnn_number_append (text, value);
  return g_string_free (text, FALSE);
}

/* Says what was found and what belongs there; always returns FALSE. */
static gboolean
unexpected (const CnnParam *param, const char *found, GError **error)
{
  g_autofree char *expected = param_type (param->type)->expect (param);

  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found “%s”, expected %s"), param->key,
               found, expected);
  return FALSE;
}

static gboolean
in_range (const CnnParam *param, double value)
{
  return value >= param->min && value <= param->max;
}

/* --- int ------------------------------------------------------------------ */

static gboolean
int_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  double value;

  if (param->zero && strcmp (text, param->zero) == 0)
    value = 0;
  else if (strspn (text, "+-0123456789") != strlen (text) || !cnn_number_parse (text, -1, &value) ||
           !in_range (param, value))
    return unexpected (param, text, error);
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

  if (!cnn_number_parse (text, -1, &value) || !in_range (param, value))
    return unexpected (param, text, error);
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
  g_autofree char *min = print_number (param->min);
  g_autofree char *max = print_number (param->max);

  return g_strdup_printf (_("a number from %s to %s"), min, max);
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
  unexpected (param, found, error);
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
      !cnn_number_parse (second, -1, &width) || !in_range (param, height) ||
      !in_range (param, width))
    return unexpected (param, text, error);
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
    return unexpected (param, text, error);
  for (int i = 0; items[i]; i++)
    if (strcmp (items[i], "?") != 0 &&
        (strspn (items[i], "0123456789") != strlen (items[i]) ||
         !cnn_number_parse (items[i], -1, &extents[i]) || !in_range (param, extents[i])))
      return unexpected (param, text, error);
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
    if (!cnn_number_parse (g_strstrip (items[i]), -1, &values[i]) || !in_range (param, values[i]))
      {
        *offset = at;
        return unexpected (param, items[i], error);
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
  g_autofree char *min = print_number (param->min);
  g_autofree char *max = print_number (param->max);

  return g_strdup_printf (_("numbers from %s to %s with commas between"), min, max);
}

/* --- padding -------------------------------------------------------------- */

static gboolean
pad_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  CnnPad    *pad = field;
  CnnNumbers sides = { 0 };
  gboolean   ok;

  if (strcmp (text, "valid") == 0 || strcmp (text, "same") == 0)
    {
      *pad = (CnnPad) { .mode = *text == 'v' ? CNN_PAD_VALID : CNN_PAD_SAME };
      return TRUE;
    }
  ok = strspn (text, "0123456789, ") == strlen (text) &&
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
  return ok || unexpected (param, text, error);
}

static void
pad_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnPad   *pad = field;
  const CnnSides *s = &pad->sides;

  if (pad->mode != CNN_PAD_SIDES)
    g_string_append (text, pad->mode == CNN_PAD_VALID ? "valid" : "same");
  else if (s->top == s->right && s->top == s->bottom && s->top == s->left)
    g_string_append_printf (text, "%d", s->top);
  else
    g_string_append_printf (text, "%d,%d,%d,%d", s->top, s->right, s->bottom, s->left);
}

static char *
pad_expect (const CnnParam *param)
{
  return g_strdup_printf (_("valid, same, a whole number from 0 to %d, "
                            "or four of them: top,right,bottom,left"),
                          (int) param->max);
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
        return unexpected (param, text, error);
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
            return unexpected (param, names[i], error);
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

/* --- the table ------------------------------------------------------------ */

static const ParamType *
param_type (CnnParamType type)
{
  static const ParamType types[] = {
    [CNN_PARAM_INT] = { int_parse, int_print, NULL, int_expect },
    [CNN_PARAM_FLOAT] = { float_parse, float_print, NULL, float_expect },
    [CNN_PARAM_BOOL] = { choice_parse, choice_print, NULL, choice_expect },
    [CNN_PARAM_CHOICE] = { choice_parse, choice_print, NULL, choice_expect },
    [CNN_PARAM_SIZE] = { size_parse, size_print, NULL, size_expect },
    [CNN_PARAM_SHAPE] = { shape_parse, shape_print, NULL, shape_expect },
    [CNN_PARAM_PAD] = { pad_parse, pad_print, NULL, pad_expect },
    [CNN_PARAM_NUMBERS] = { numbers_parse, numbers_print, numbers_clear, numbers_expect },
    [CNN_PARAM_BIAS] = { bias_parse, bias_print, bias_clear, bias_expect },
    [CNN_PARAM_KERNELS] = { kernels_parse, kernels_print, kernels_clear, kernels_expect },
    [CNN_PARAM_NODES] = { nodes_parse, nodes_print, nodes_clear, nodes_expect },
  };

  return &types[type];
}

/**
 * cnn_param_parse:
 * @text: a value in the text notation
 * @params: (inout): the op's parameter struct, initialised; its field is
 *   replaced when @text is right and left alone when it is not
 * @error_offset: (out) (optional): byte of @text that the error is at
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_param_parse (const CnnParam *param, const char *text, gpointer params, gsize *error_offset,
                 GError **error)
{
  gsize    offset = 0;
  gboolean ok;

  ok = param_type (param->type)->parse (param, text, cnn_param_field (char, param, params), &offset,
                                        error);
  if (error_offset)
    *error_offset = offset;
  return ok;
}

/**
 * cnn_param_print:
 *
 * Returns: (transfer full): the value in the text notation; empty when it is
 *   one that was not said
 */
char *
cnn_param_print (const CnnParam *param, gconstpointer params)
{
  GString *text = g_string_new (NULL);

  param_type (param->type)->print (param, (const char *) params + param->offset, text);
  return g_string_free (text, FALSE);
}

/**
 * cnn_param_expect:
 *
 * Returns: (transfer full): words for what the parameter takes
 */
char *
cnn_param_expect (const CnnParam *param)
{
  return param_type (param->type)->expect (param);
}

/** cnn_param_init: gives the field, which is all zeros, its initial value. */
void
cnn_param_init (const CnnParam *param, gpointer params)
{
  g_autoptr (GError) error = NULL;

  if (!cnn_param_parse (param, param->initial, params, NULL, &error))
    g_error ("parameter %s: %s", param->key, error->message);
}

/** cnn_param_clear: frees what the field holds. */
void
cnn_param_clear (const CnnParam *param, gpointer params)
{
  if (param_type (param->type)->clear)
    param_type (param->type)->clear (cnn_param_field (char, param, params));
}

/**
 * cnn_param_is_initial:
 *
 * Returns: whether the field has the value it has when it is not said
 */
gboolean
cnn_param_is_initial (const CnnParam *param, gconstpointer params)
{
  CnnParam         initial = *param;
  double           room[4] = { 0 }; /* for a field of any type */
  g_autofree char *now = cnn_param_print (param, params);
  g_autofree char *then = NULL;

  G_STATIC_ASSERT (sizeof room >= sizeof (CnnPad) && sizeof room >= sizeof (CnnBias));
  initial.offset = 0;
  cnn_param_init (&initial, room);
  then = cnn_param_print (&initial, room);
  cnn_param_clear (&initial, room);
  return strcmp (now, then) == 0;
}
