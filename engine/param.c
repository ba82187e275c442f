/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "number.h"

static const CnnParamKind *
param_kind (CnnParamType type)
{
  static const CnnParamKind *const kinds[] = {
    [CNN_PARAM_INT] = &cnn_param_int,
    [CNN_PARAM_FLOAT] = &cnn_param_float,
    [CNN_PARAM_BOOL] = &cnn_param_bool,
    [CNN_PARAM_CHOICE] = &cnn_param_choice,
    [CNN_PARAM_SIZE] = &cnn_param_size,
    [CNN_PARAM_SHAPE] = &cnn_param_shape,
    [CNN_PARAM_PAD] = &cnn_param_pad,
    [CNN_PARAM_NUMBERS] = &cnn_param_numbers,
    [CNN_PARAM_BIAS] = &cnn_param_bias,
    [CNN_PARAM_KERNELS] = &cnn_param_kernels,
    [CNN_PARAM_TEXT] = &cnn_param_text,
    [CNN_PARAM_RANGE] = &cnn_param_ranges,
    [CNN_PARAM_NODES] = &cnn_param_nodes,
  };

  return kinds[type];
}

/* Says what was found and what belongs there; always returns FALSE. */
gboolean
cnn_param_unexpected (const CnnParam *param, const char *found, GError **error)
{
  g_autofree char *expected = cnn_param_expect (param);

  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found “%s”, expected %s"), param->key,
               found, expected);
  return FALSE;
}

gboolean
cnn_param_in_range (const CnnParam *param, double value)
{
  return value >= param->min && value <= param->max;
}

/* The range in words: @format has a %s for either end. */
char *
cnn_param_range (const CnnParam *param, const char *format)
{
  g_autoptr (GString) min = g_string_new (NULL);
  g_autoptr (GString) max = g_string_new (NULL);

  cnn_number_append (min, param->min);
  cnn_number_append (max, param->max);
  return g_strdup_printf (format, min->str, max->str);
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

  ok = param_kind (param->type)->parse (param, text, cnn_param_field (char, param, params), &offset,
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

  param_kind (param->type)->print (param, (const char *) params + param->offset, text);
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
  return param_kind (param->type)->expect (param);
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
  if (param_kind (param->type)->clear)
    param_kind (param->type)->clear (cnn_param_field (char, param, params));
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
