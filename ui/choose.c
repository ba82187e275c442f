/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The short lists in which a person says which layers of a network and which
 * of their maps are wanted: "all", "last", "1,3-5,a". */

#include <string.h>

#include "choose.h"
#include "error.h"
#include "i18n.h"

/* Reads "7" or "3-5"; FALSE without an error where it is neither. */
static gboolean
parse_range (const char *text, ChooseRange *range)
{
  guint64 first, last;
  char   *end;

  if (!g_ascii_isdigit (*text))
    return FALSE;

  first = last = g_ascii_strtoull (text, &end, 10);
  if (*end == '-')
    {
      const char *second = end + 1;

      if (!g_ascii_isdigit (*second))
        return FALSE;
      last = g_ascii_strtoull (second, &end, 10);
    }
  if (*end != '\0')
    return FALSE;

  range->first = MIN (first, G_MAXINT - 1);
  range->last = MIN (last, G_MAXINT - 1);
  return TRUE;
}

/* Splits at the commas; an empty list is a mistake, and so is an empty item. */
static char **
split (const char *text, const char *what, GError **error)
{
  char **items = g_strsplit (text, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    {
      g_strstrip (items[i]);
      if (*items[i] == '\0' && i == 0 && items[1] == NULL)
        {
          /* Translators: %s is the name of an argument, "stages" or "maps". */
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: nothing is chosen"), what);
          g_strfreev (items);
          return NULL;
        }
      if (*items[i] == '\0')
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: item %u of “%s” is empty"), what,
                       i + 1, text);
          g_strfreev (items);
          return NULL;
        }
    }
  if (items[0] == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: nothing is chosen"), what);
      g_clear_pointer (&items, g_strfreev);
    }
  return items;
}

static gboolean
check_order (ChooseRange range, const char *what, const char *item, GError **error)
{
  if (range.first < 1 || range.last < 1)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: “%s”: numbers are counted from 1"),
                   what, item);
      return FALSE;
    }
  if (range.last < range.first)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: the range “%s” runs backwards"), what,
                   item);
      return FALSE;
    }
  return TRUE;
}

/**
 * choose_stages:
 * @text: "last", "all", or numbers, ranges and names with commas between
 * @n_layers: layers there are, the input not counted
 * @find: looks a name up
 * @data: for @find
 *
 * Returns: (transfer full): the numbers (int) of the chosen layers, each once,
 *   rising; or %NULL. Errors: %CNN_ERROR_SPEC
 */
GArray *
choose_stages (const char *text, int n_layers, ChooseFind find, gpointer data, GError **error)
{
  g_auto (GStrv) items = split (text, "stages", error);
  g_autofree gboolean *chosen = NULL;
  GArray *stages;

  if (items == NULL)
    return NULL;
  if (n_layers < 1)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the network has no layers"));
      return NULL;
    }

  chosen = g_new0 (gboolean, n_layers + 1);
  for (guint i = 0; items[i] != NULL; i++)
    {
      ChooseRange range = { n_layers, n_layers };

      if (strcmp (items[i], "all") == 0)
        range.first = 1;
      else if (strcmp (items[i], "last") != 0 && !parse_range (items[i], &range))
        range.first = range.last = find (items[i], data);

      if (range.first < 0)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       _("stages: “%s” is not a layer; write a number from 1 to %d, a range, a "
                         "name given with as=, “last” or “all”"),
                       items[i], n_layers);
          return NULL;
        }
      if (!check_order (range, "stages", items[i], error))
        return NULL;
      if (range.last > n_layers)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       dngettext ("convolens",
                                  "stages: there is no layer %d, the network has %d layer",
                                  "stages: there is no layer %d, the network has %d layers",
                                  n_layers),
                       range.last, n_layers);
          return NULL;
        }
      for (int k = range.first; k <= range.last; k++)
        chosen[k] = TRUE;
    }

  stages = g_array_new (FALSE, FALSE, sizeof (int));
  for (int k = 1; k <= n_layers; k++)
    if (chosen[k])
      g_array_append_val (stages, k);
  return stages;
}

/**
 * choose_ranges:
 * @text: "all", or numbers and ranges with commas between
 *
 * Returns: (transfer full): what was said, as #ChooseRange; or %NULL. Errors:
 *   %CNN_ERROR_SPEC
 */
GArray *
choose_ranges (const char *text, GError **error)
{
  g_auto (GStrv) items = split (text, "maps", error);
  g_autoptr (GArray) ranges = NULL;

  if (items == NULL)
    return NULL;

  ranges = g_array_new (FALSE, FALSE, sizeof (ChooseRange));
  for (guint i = 0; items[i] != NULL; i++)
    {
      ChooseRange range = { 1, G_MAXINT };

      if (strcmp (items[i], "all") != 0 && !parse_range (items[i], &range))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       _("maps: “%s” is neither a number, nor a range like 3-5, nor “all”"),
                       items[i]);
          return NULL;
        }
      if (!check_order (range, "maps", items[i], error))
        return NULL;
      g_array_append_val (ranges, range);
    }
  return g_steal_pointer (&ranges);
}

/**
 * choose_numbers:
 * @ranges: what choose_ranges() returned
 * @n: how many there are to choose from
 *
 * Returns: (transfer full): the chosen ones of 0 to @n - 1 (int), counted from
 *   0, each once, rising; perhaps none
 */
GArray *
choose_numbers (const GArray *ranges, int n)
{
  g_autofree gboolean *chosen = g_new0 (gboolean, n);
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < ranges->len; i++)
    {
      const ChooseRange *range = &g_array_index (ranges, ChooseRange, i);

      for (int k = range->first; k <= MIN (range->last, n); k++)
        chosen[k - 1] = TRUE;
    }
  for (int k = 0; k < n; k++)
    if (chosen[k])
      g_array_append_val (numbers, k);
  return numbers;
}

/**
 * choose_last:
 *
 * Returns: the greatest number that was written, 0 when none was
 */
int
choose_last (const GArray *ranges)
{
  int greatest = 0;

  for (guint i = 0; i < ranges->len; i++)
    {
      const ChooseRange *range = &g_array_index (ranges, ChooseRange, i);

      if (range->last < G_MAXINT)
        greatest = MAX (greatest, range->last);
    }
  return greatest;
}
