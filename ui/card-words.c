/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A layer's parameters, and what is known of it, in a few words. */

#include "card-words.h"

#include <string.h>

#include "i18n.h"

/* Height comes before width in every language: an island from left to right. */
#define ISLAND     "\u2066"
#define END_ISLAND "\u2069"

/* Characters of one value; a matrix of numbers may have thousands. */
#define MAX_VALUE 40

/* "Any size, 1 channel"; what is not said is as the picture has it. */
static char *
shape_in_words (const CnnShape *shape)
{
  g_autofree char *size     = NULL;
  g_autofree char *channels = NULL;

  if (shape->height > 0 && shape->width > 0)
    size = g_strdup_printf (ISLAND "%d×%d" END_ISLAND, shape->height, shape->width);
  else if (shape->height > 0)
    size = g_strdup_printf (_("height %d"), shape->height);
  else if (shape->width > 0)
    size = g_strdup_printf (_("width %d"), shape->width);
  else
    size = g_strdup (_("any size"));
  if (shape->channels == 0)
    return g_steal_pointer (&size);
  channels = g_strdup_printf (dngettext ("convolens", "%d channel", "%d channels",
                                         (gulong) shape->channels), shape->channels);
  /* Translators: what a network takes: a size and a number of channels. */
  return g_strdup_printf (_("%s, %s"), size, channels);
}

/* By their names; of numbers how many there are. */
static char *
kernels_in_words (const GPtrArray *kernels)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; kernels != NULL && i < kernels->len; i++)
    {
      const CnnKernel *kernel = g_ptr_array_index (kernels, i);
      g_autofree char *size   = g_strdup_printf (ISLAND "%d×%d" END_ISLAND, kernel->size.height,
                                                 kernel->size.width);
      /* Translators: a kernel without a name: its rows and columns, as in "3×3 numbers". */
      g_autofree char *name   = kernel->kind != NULL ? cnn_kernel_print (kernel)
                                                     : g_strdup_printf (_("%s numbers"), size);

      g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", name);
    }
  return g_string_free (words, FALSE);
}

/* Whether one of them is in a file, and so has a name there. */
static gboolean
are_of_file (const GPtrArray *kernels)
{
  for (guint i = 0; kernels != NULL && i < kernels->len; i++)
    if (((const CnnKernel *) g_ptr_array_index (kernels, i))->ref.name != NULL)
      return TRUE;
  return FALSE;
}

/* Its name; in which folder it is needs more room than a card has. */
static char *
file_in_words (const char *path)
{
  return g_filename_display_basename (path);
}

static char *
value_in_words (const CnnParam *param, gconstpointer params, gboolean in_full)
{
  g_autofree char *written = cnn_param_print (param, params);
  GString         *words;

  if (param->type == CNN_PARAM_CHOICE)
    return g_strdup (
      dgettext ("convolens",
                param->choices[*cnn_param_field (const int, param, params)].label));
  if (param->type == CNN_PARAM_BOOL)
    return g_strdup (*cnn_param_field (const gboolean, param, params) ? _("yes") : _("no"));

  if (!in_full && param->type == CNN_PARAM_TEXT && strchr (written, '/') != NULL)
    return file_in_words (*cnn_param_field (char *const, param, params));
  if (param->type == CNN_PARAM_KERNELS && !in_full &&
      !are_of_file (*cnn_param_field (GPtrArray *const, param, params)))
    return kernels_in_words (*cnn_param_field (GPtrArray *const, param, params));
  if (param->type == CNN_PARAM_SHAPE && cnn_op_param (cnn_op_find ("input"), param->key) == param)
    return shape_in_words (cnn_param_field (const CnnShape, param, params));

  words = g_string_new (NULL);
  for (const char *c = written; *c != '\0'; c++)
    if (*c == 'x' && (param->type == CNN_PARAM_SIZE || param->type == CNN_PARAM_SHAPE))
      g_string_append (words, "×");
    else if (*c == ',')
      g_string_append (words, ", ");
    else if (*c != '"')
      g_string_append_c (words, *c);
  if (g_utf8_strlen (words->str, -1) > MAX_VALUE)
    {
      g_string_truncate (words, g_utf8_offset_to_pointer (words->str, MAX_VALUE - 1) - words->str);
      g_string_append (words, "…");
    }
  return g_string_free (words, FALSE);
}

/* Whether to say a parameter's value: a window's size always, other numbers where the
 * person wrote them. */
static gboolean
is_said (const CnnParam *param, gconstpointer params)
{
  return (param->positional && param->type != CNN_PARAM_INT) ||
         !cnn_param_is_initial (param, params);
}

/* A parameter on a card, or on a line of its own with its name. */
static char *
param_in_words (const CnnParam *param, const char *value, gboolean in_full, gboolean alone)
{
  const char *label = dgettext ("convolens", param->label);

  if (in_full)
    /* Translators: a parameter and its value, as in "Padding: same". */
    return g_strdup_printf (_("%s: %s"), label, value);
  if (param->type == CNN_PARAM_KERNELS || param->type == CNN_PARAM_SHAPE ||
      (param->positional && !alone))
    return g_strdup (value);
  return g_strdup_printf ("%s %s", label, value);
}

static char *
reads_in_words (const char *from, gboolean in_full)
{
  if (in_full)
    return g_strdup_printf (_("%s: %s"), _("Reads"), from);
  /* Translators: on a layer's card: the name of the earlier layer that it reads. */
  return g_strdup_printf (_("from %s"), from);
}

/**
 * cnn_card_words_params:
 * @node: a layer
 * @separator: (nullable): what to put between two parameters; %NULL for a line each, with
 *   the name of every one
 *
 * Returns: (transfer full): its name, where it has one, and its parameters that are not the
 *   initial ones; those of several that are known by their place, or by what they are, go
 *   without their names, as in "first · 8, 3×3, Padding same"; then which layer it reads,
 *   where that is not the one before. What a file calls the kernels comes last on a card
 */
char *
cnn_card_words_params (const CnnNode *node, const char *separator)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char      *kernels = NULL;
  g_autofree char      *all = NULL;
  gboolean              in_full = separator == NULL;
  int                   n_said = 0;

  if (node->name != NULL && in_full)
    g_ptr_array_add (parts, g_strdup_printf (_("%s: %s"), _("Name"), node->name));
  for (const CnnParam *param = node->op->params; param->key != NULL; param++)
    n_said += is_said (param, node->params);
  for (const CnnParam *param = node->op->params; param->key != NULL; param++)
    {
      g_autofree char *value = NULL;

      if (!is_said (param, node->params))
        continue;
      value = value_in_words (param, node->params, in_full);
      if (!in_full && *value == '@' && param->type == CNN_PARAM_KERNELS)
        kernels = g_steal_pointer (&value);
      /* Where other weights are there is no room for. */
      else if (*value != '\0' && (in_full || *value != '@'))
        g_ptr_array_add (parts, param_in_words (param, value, in_full, n_said == 1));
    }
  if (node->from != NULL)
    g_ptr_array_add (parts, reads_in_words (node->from, in_full));
  if (kernels != NULL)
    g_ptr_array_add (parts, g_steal_pointer (&kernels));
  g_ptr_array_add (parts, NULL);
  all = g_strjoinv (in_full ? "\n" : separator, (char **) parts->pdata);
  if (in_full || node->name == NULL)
    return g_steal_pointer (&all);
  return g_strconcat (node->name, *all != '\0' ? " · " : NULL, all, NULL);
}

/** cnn_card_words_shape: (transfer full): height × width × maps. */
char *
cnn_card_words_shape (CnnShape shape)
{
  return g_strdup_printf (ISLAND CNN_SHAPE_FORMAT END_ISLAND, CNN_SHAPE_ARGS (shape));
}

/**
 * cnn_card_words_facts:
 *
 * Returns: (transfer full): "sees 3×3 · 224 weights"
 */
char *
cnn_card_words_facts (const CnnNodeInfo *info)
{
  g_autofree char *number = g_strdup_printf ("%'" G_GINT64_FORMAT, info->parameters);
  CnnReceptive     field  = info->receptive;
  CnnSize          most   = cnn_receptive_size (&field);
  g_autofree char *size   = g_strdup_printf (ISLAND "%d×%d" END_ISLAND, most.height,
                                             most.width);
  GString         *words  = g_string_new (NULL);

  if (field.jump.height > 0 && field.jump.width > 0)
    /* Translators: of how many rows and columns of the picture a value depends, "5×5". */
    g_string_append_printf (words, _("sees %s"), size);
  else
    /* Translators: a value depends on all of the picture. */
    g_string_append (words, _("sees all"));
  if (info->parameters > 0)
    {
      g_string_append (words, " · ");
      g_string_append_printf (words,
                              dngettext ("convolens", "%s weight", "%s weights",
                                         (gulong) MIN (info->parameters, G_MAXINT)),
                              number);
    }
  return g_string_free (words, FALSE);
}

/**
 * cnn_card_words_problem:
 * @problem: what is wrong with a layer
 * @op: (nullable): its kind
 *
 * Returns: (transfer full): that as a sentence, which need not name the layer
 */
char *
cnn_card_words_problem (const char *problem, const CnnOp *op)
{
  gsize            name = op != NULL ? strlen (op->name) : 0;
  g_autofree char *first = NULL;
  g_autofree char *upper = NULL;

  if (op != NULL && strncmp (problem, op->name, name) == 0 &&
      strncmp (problem + name, ": ", 2) == 0)
    problem += name + 2;
  first = g_utf8_substring (problem, 0, MIN (g_utf8_strlen (problem, -1), 1));
  upper = g_utf8_strup (first, -1);
  return g_strconcat (upper, problem + strlen (first), NULL);
}
