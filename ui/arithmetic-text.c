/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The arithmetic behind a value as text: short for the eye, in full for the clipboard. */

#include "arithmetic-text.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "part-terms.h"

/* Terms of a sum that are written one by one. */
#define MOST_TERMS 10000

/* --- parts ---------------------------------------------------------------- */

static const CnnNode *
step_input (const CnnExplained *explained, const CnnExplainedStep *step, guint input, guint *number)
{
  const CnnNode *node = cnn_network_node (explained->network, step->node);

  *number = input < node->n_in ? node->in[input] : 0;
  return cnn_network_node (explained->network, *number);
}

/**
 * cnn_part_name:
 *
 * Returns: (transfer full): whose values a part takes: a colour, the name of a map, or
 *   its number
 */
char *
cnn_part_name (const CnnExplained *explained, const CnnExplainedStep *step, const CnnPart *part)
{
  const char *const colours[] = { _("Red"), _("Green"), _("Blue") };
  guint             number;
  g_autofree char  *label = NULL;

  if (part->channel < 0)
    return g_strdup (_("All values"));
  step_input (explained, step, part->input, &number);
  label = cnn_network_map_label (explained->network, explained->infos, number, part->channel);
  if (number == 0 && explained->infos[0].shape.channels == 3)
    return g_strdup (colours[part->channel]);
  if (label != NULL)
    /* Translators: a map of the layer before: its number and its name. */
    return g_strdup_printf (_("Channel %d · %s"), part->channel + 1, label);
  return g_strdup_printf (_("Channel %d"), part->channel + 1);
}

/**
 * cnn_part_value_name:
 * @index: of a value in the part's grid
 *
 * Returns: (transfer full): where the value comes from
 */
char *
cnn_part_value_name (const CnnExplained *explained, const CnnExplainedStep *step,
                     const CnnPart *part, int index)
{
  const CnnNode *node = cnn_network_node (explained->network, step->node);
  guint          number;
  CnnShape       shape;

  for (guint i = 0; i < step->origins->len; i++)
    {
      const CnnOrigin *origin = &g_array_index (step->origins, CnnOrigin, i);

      if (origin->index == index && origin->map >= 0)
        /* Translators: a cell: the number of its map, its row and its column. */
        return g_strdup_printf (_("map %d at %d, %d"), origin->map + 1, origin->y + 1,
                                origin->x + 1);
    }
  if (part->kind == CNN_PART_TERMS && part->size.height == 1 &&
      (part->size.width == (int) node->n_in || part->size.width == 1))
    {
      guint            input = part->size.width == 1 ? part->input : (guint) index;
      const CnnNode   *from  = step_input (explained, step, input, &number);
      g_autofree char *title = cnn_node_title (from);

      if (from->name != NULL)
        return g_strdup_printf ("%u %s “%s”", number, title, from->name);
      return g_strdup_printf ("%u %s", number, title);
    }
  step_input (explained, step, part->input, &number);
  shape = explained->infos[number].shape;
  if (part->channel < 0 && part->size.height > 1 && part->size.width == shape.channels)
    return g_strdup_printf (_("map %d at %d, %d"), index % shape.channels + 1,
                            index / shape.channels / shape.width + 1,
                            index / shape.channels % shape.width + 1);
  if (part->channel < 0 && part->size.height == 1)
    {
      g_autofree char *label = NULL;

      if (index < shape.channels)
        label = cnn_network_map_label (explained->network, explained->infos, number, index);
      return label != NULL ? g_steal_pointer (&label) : g_strdup_printf (_("value %d"), index + 1);
    }
  return g_strdup_printf (_("row %d, column %d"), index / part->size.width + 1,
                          index % part->size.width + 1);
}

/* --- titles --------------------------------------------------------------- */

/**
 * cnn_explained_title:
 *
 * Returns: (transfer full): the layer, the map and the cell, for instance
 *   "1 Convolution 3×3 · sobel-x · row 12, column 40"; rows, columns and maps are
 *   counted from 1
 */
char *
cnn_explained_title (const CnnExplained *explained, const CnnExplainedStep *step)
{
  const CnnNode    *node  = cnn_network_node (explained->network, step->node);
  CnnShape          shape = explained->infos[step->node].shape;
  GString          *title = g_string_new (NULL);
  g_autofree char  *label = NULL;
  CnnWindow         window = cnn_window_one ();

  if (step->node > 0)
    g_string_append_printf (title, "%u ", step->node);
  g_string_append (title, dgettext ("convolens", node->op->label));
  if (cnn_node_reach (node) == CNN_REACH_WINDOW &&
      cnn_node_window (node, explained->infos[node->in[0]].shape, &window, NULL))
    g_string_append_printf (title, " %d×%d", cnn_window_rows (&window).height,
                            cnn_window_rows (&window).width);
  label = cnn_network_map_label (explained->network, explained->infos, step->node, step->map);
  if (label != NULL)
    g_string_append_printf (title, " · %s", label);
  else if (shape.height == 1 && shape.width == 1)
    g_string_append_printf (title, _(" · value %d of %d"), step->map + 1, shape.channels);
  else
    g_string_append_printf (title, _(" · map %d"), step->map + 1);
  if (shape.height > 1 || shape.width > 1)
    g_string_append_printf (title, _(" · row %d, column %d"), step->y + 1, step->x + 1);
  return g_string_free (title, FALSE);
}

/* --- all of it ------------------------------------------------------------ */

static void G_GNUC_PRINTF (2, 3)
add_line (GString *text, const char *how, ...)
{
  va_list args;

  va_start (args, how);
  g_string_append_vprintf (text, how, args);
  va_end (args);
  g_string_append_c (text, '\n');
}

static void
add_grid (GString *text, const char *name, CnnSize size, const double *values)
{
  g_autofree char *rows = cnn_numbers_rows (size, values);

  add_line (text, "%s", name);
  g_string_append (text, rows);
}

/* Each term in a line, the strongest ones where they are very many, and the rest. */
static void
add_terms (GString *text, const CnnExplained *explained, const CnnExplainedStep *step,
           const CnnPart *part)
{
  int                n         = part->size.height * part->size.width;
  g_autoptr (GArray) strongest = n > MOST_TERMS ? cnn_part_strongest (part, MOST_TERMS) : NULL;
  double             rest      = part->result;

  for (int k = 0; k < MIN (n, MOST_TERMS); k++)
    {
      int              i     = strongest != NULL ? g_array_index (strongest, int, k) : k;
      g_autofree char *name  = cnn_part_value_name (explained, step, part, i);
      g_autofree char *value = cnn_number_full (part->values[i]);
      g_autofree char *sum   = cnn_number_full (cnn_part_term (part, i));

      rest -= cnn_part_term (part, i);
      if (part->kind == CNN_PART_EXPONENTIALS)
        add_line (text, "%s\texp(x − max), x =\t%s\t=\t%s", name, value, sum);
      else if (part->factors != NULL)
        {
          g_autofree char *factor = cnn_number_full (part->factors[i]);

          add_line (text, "%s\t%s\t×\t%s\t=\t%s", name, value, factor, sum);
        }
      else
        add_line (text, "%s\t%s", name, sum);
    }
  if (n > MOST_TERMS)
    {
      g_autofree char *sum = cnn_number_full (rest);

      add_line (text, _("the other %d together\t%s"), n - MOST_TERMS, sum);
    }
}

static void
add_part (GString *text, const CnnExplained *explained, const CnnExplainedStep *step,
          const CnnPart *part)
{
  int              n      = part->size.height * part->size.width;
  g_autofree char *name   = cnn_part_name (explained, step, part);
  g_autofree char *result = cnn_number_full (part->result);

  if (part->kind == CNN_PART_FUNCTION)
    {
      g_autofree char *value = cnn_number_full (part->values[0]);
      const CnnNode   *node  = cnn_network_node (explained->network, step->node);

      add_line (text, "%s (%s) = %s", node->op->name, value, result);
      return;
    }
  add_line (text, "%s", name);
  switch (part->kind)
    {
    case CNN_PART_WINNER:
      add_grid (text, _("window"), part->size, part->values);
      add_line (text, _("winner = %s"), result);
      return;
    case CNN_PART_PRODUCTS:
    case CNN_PART_WEIGHTED:
      if (part->channel < 0 || n > MOST_TERMS)
        add_terms (text, explained, step, part);
      else
        {
          g_autofree double *products = g_new (double, n);

          for (int i = 0; i < n; i++)
            products[i] = cnn_part_term (part, i);
          add_grid (text, _("window"), part->size, part->values);
          add_grid (text, part->kind == CNN_PART_PRODUCTS ? _("kernel") : _("weights"), part->size,
                    part->factors);
          add_grid (text, _("products"), part->size, products);
        }
      if (part->kind == CNN_PART_WEIGHTED && part->winner >= 0)
        {
          add_line (text, _("drawn = %s"), result);
          return;
        }
      break;
    default:
      add_terms (text, explained, step, part);
      break;
    }
  add_line (text, _("sum = %s"), result);
}

static void
add_total (GString *text, const CnnExplanation *explanation)
{
  g_autofree char *value = cnn_number_full (explanation->value);

  if (cnn_explanation_get_part (explanation, 0)->kind != CNN_PART_PRODUCTS ||
      (explanation->parts->len == 1 && !explanation->has_bias))
    return;
  for (guint i = 0; i < explanation->parts->len; i++)
    {
      g_autofree char *sum = cnn_number_full (cnn_explanation_get_part (explanation, i)->result);

      g_string_append_printf (text, "%s%s", i > 0 ? " + " : "", sum);
    }
  if (explanation->has_bias)
    {
      g_autofree char *bias = cnn_number_full (explanation->bias);

      g_string_append_printf (text, _(" + bias %s"), bias);
    }
  add_line (text, " = %s", value);
}

/**
 * cnn_explained_to_text:
 *
 * Returns: (transfer full): the whole arithmetic, in full precision, as a person would
 *   do it with a pencil: matrices as lines with tabs between the numbers
 */
char *
cnn_explained_to_text (const CnnExplained *explained)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < explained->steps->len; i++)
    {
      const CnnExplainedStep *step  = cnn_explained_step (explained, i);
      g_autofree char        *title = cnn_explained_title (explained, step);

      if (i > 0)
        g_string_append_c (text, '\n');
      add_line (text, "%s", title);
      for (guint k = 0; k < step->explanation->parts->len; k++)
        add_part (text, explained, step, cnn_explanation_get_part (step->explanation, k));
      add_total (text, step->explanation);
    }
  return g_string_free (text, FALSE);
}
