/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The short lists in which a person says which layers of a network and which
 * of their maps are wanted: "all", "last", "1,3-5,a", "2:1-3+7". */

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

/* --- stages ------------------------------------------------------------------- */

static void
stage_clear (gpointer data)
{
  ChooseStage *stage = data;

  g_clear_pointer (&stage->maps, g_array_unref);
}

/**
 * choose_stages_new:
 *
 * Returns: (transfer full) (element-type ChooseStage): nothing chosen yet
 */
GArray *
choose_stages_new (void)
{
  GArray *stages = g_array_new (FALSE, FALSE, sizeof (ChooseStage));

  g_array_set_clear_func (stages, stage_clear);
  return stages;
}

/**
 * choose_stages_add:
 * @stages: what is chosen so far
 * @layer: a layer greater than those in it, counted from 1
 * @maps: (nullable) (element-type ChooseRange): its maps, as in #ChooseStage
 */
void
choose_stages_add (GArray *stages, int layer, const GArray *maps)
{
  ChooseStage stage = { layer, NULL };

  if (maps != NULL)
    {
      stage.maps = g_array_new (FALSE, FALSE, sizeof (ChooseRange));
      g_array_append_vals (stage.maps, maps->data, maps->len);
    }
  g_array_append_val (stages, stage);
}

/* Which layers "3-5", "last", "all" or a name are. */
static gboolean
parse_layers (const char *text, int n_layers, ChooseFind find, gpointer data, ChooseRange *range,
              GError **error)
{
  *range = (ChooseRange) { n_layers, n_layers };
  if (strcmp (text, "all") == 0)
    range->first = 1;
  else if (strcmp (text, "last") != 0 && !parse_range (text, range))
    range->first = range->last = find (text, data);

  if (range->first < 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("stages: “%s” is not a layer; write a number from 1 to %d, a range, a "
                     "name given with as=, “last” or “all”"),
                   text, n_layers);
      return FALSE;
    }
  if (!check_order (*range, "stages", text, error))
    return FALSE;
  if (range->last > n_layers)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   dngettext ("convolens", "stages: there is no layer %d, the network has %d layer",
                              "stages: there is no layer %d, the network has %d layers", n_layers),
                   range->last, n_layers);
      return FALSE;
    }
  return TRUE;
}

/* Adds the maps after a stage's colon, "1-3+7" or "all", to those of @n layers. */
static gboolean
parse_own_maps (const char *text, const char *item, GArray **maps, int n, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, "+", -1);

  if (words[0] == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("stages: “%s”: no maps are chosen after the colon"), item);
      return FALSE;
    }
  for (guint i = 0; words[i] != NULL; i++)
    {
      ChooseRange range = { 1, G_MAXINT };

      g_strstrip (words[i]);
      if (strcmp (words[i], "all") != 0 && !parse_range (words[i], &range))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       _("stages: “%s”: the maps after the colon are numbers and ranges with + "
                         "between, like 1-3+7, or “all”"),
                       item);
          return FALSE;
        }
      if (!check_order (range, "stages", item, error))
        return FALSE;
      for (int k = 0; k < n; k++)
        {
          if (maps[k] == NULL)
            maps[k] = g_array_new (FALSE, FALSE, sizeof (ChooseRange));
          g_array_append_val (maps[k], range);
        }
    }
  return TRUE;
}

static gboolean
parse_stage (const char *item, int n_layers, ChooseFind find, gpointer data, gboolean *chosen,
             GArray **maps, GError **error)
{
  const char      *colon  = strchr (item, ':');
  g_autofree char *layers = colon != NULL ? g_strndup (item, colon - item) : g_strdup (item);
  ChooseRange      range;

  if (!parse_layers (g_strstrip (layers), n_layers, find, data, &range, error))
    return FALSE;
  for (int k = range.first; k <= range.last; k++)
    chosen[k] = TRUE;
  if (colon == NULL)
    return TRUE;

  colon++;
  while (g_ascii_isspace (*colon))
    colon++;
  return parse_own_maps (colon, item, maps + range.first, range.last - range.first + 1, error);
}

/**
 * choose_stages:
 * @text: "last", "all", or numbers, ranges and names with commas between; after a
 *   colon which maps of these, numbers and ranges with + between, or "all". What is
 *   said so of a layer anywhere counts: "all,2:1" is all layers, of layer 2 just map 1
 * @n_layers: layers there are, the input not counted
 * @find: looks a name up
 * @data: for @find
 *
 * Returns: (transfer full) (element-type ChooseStage): the chosen layers, each once,
 *   rising; or %NULL. Errors: %CNN_ERROR_SPEC
 */
GArray *
choose_stages (const char *text, int n_layers, ChooseFind find, gpointer data, GError **error)
{
  g_auto (GStrv) items = split (text, "stages", error);
  g_autofree gboolean *chosen = NULL;
  g_autofree GArray  **maps   = NULL;
  GArray  *stages;
  gboolean good = TRUE;

  if (items == NULL)
    return NULL;
  if (n_layers < 1)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the network has no layers"));
      return NULL;
    }

  chosen = g_new0 (gboolean, n_layers + 1);
  maps = g_new0 (GArray *, n_layers + 1);
  for (guint i = 0; good && items[i] != NULL; i++)
    good = parse_stage (items[i], n_layers, find, data, chosen, maps, error);

  stages = choose_stages_new ();
  for (int k = 1; k <= n_layers; k++)
    {
      if (good && chosen[k])
        choose_stages_add (stages, k, maps[k]);
      g_clear_pointer (&maps[k], g_array_unref);
    }
  if (!good)
    g_clear_pointer (&stages, g_array_unref);
  return stages;
}

/* --- back to text --------------------------------------------------------------- */

static void
print_range (GString *text, int first, int last)
{
  if (last > first)
    g_string_append_printf (text, "%d-%d", first, last);
  else
    g_string_append_printf (text, "%d", first);
}

static gboolean
same_maps (const GArray *a, const GArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (ChooseRange)) == 0;
}

static void
print_maps (GString *text, const GArray *maps)
{
  for (guint i = 0; i < maps->len; i++)
    {
      const ChooseRange *range = &g_array_index (maps, ChooseRange, i);

      g_string_append_c (text, i == 0 ? ':' : '+');
      if (range->first == 1 && range->last == G_MAXINT)
        g_string_append (text, "all");
      else
        print_range (text, range->first, range->last);
    }
}

/**
 * choose_print:
 * @stages: (element-type ChooseStage): what choose_stages() returned
 * @n_layers: layers there are; 0 to name layers by number only, not as "last" or "all"
 *
 * Returns: (transfer full): the shortest text that choose_stages() reads so; empty
 *   where nothing is chosen
 */
char *
choose_print (const GArray *stages, int n_layers)
{
  GString *text = g_string_new (NULL);
  guint    end;

  for (guint i = 0; i < stages->len; i = end)
    {
      const ChooseStage *first = &g_array_index (stages, ChooseStage, i);
      const ChooseStage *last  = first;

      for (end = i + 1; end < stages->len; end++, last++)
        if (last[1].layer != last->layer + 1 || !same_maps (last[1].maps, first->maps))
          break;

      if (i > 0)
        g_string_append_c (text, ',');
      if (first->layer == n_layers && last == first)
        g_string_append (text, "last");
      else if (first->layer == 1 && last->layer == n_layers)
        g_string_append (text, "all");
      else
        print_range (text, first->layer, last->layer);
      if (first->maps != NULL)
        print_maps (text, first->maps);
    }
  return g_string_free (text, FALSE);
}

/* --- maps ----------------------------------------------------------------------- */

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
 * choose_pack:
 * @numbers: (element-type int): as choose_numbers() returns them
 * @n: how many there are to choose from
 *
 * Returns: (transfer full) (element-type ChooseRange): the fewest ranges that say the
 *   same; where they are all, one that says so of any @n
 */
GArray *
choose_pack (const GArray *numbers, int n)
{
  GArray *ranges = g_array_new (FALSE, FALSE, sizeof (ChooseRange));

  for (guint i = 0; i < numbers->len; i++)
    {
      int          number = g_array_index (numbers, int, i) + 1;
      ChooseRange  range  = { number, number };
      ChooseRange *last   = NULL;

      if (ranges->len > 0)
        last = &g_array_index (ranges, ChooseRange, ranges->len - 1);
      if (last != NULL && last->last == number - 1)
        last->last = number;
      else
        g_array_append_val (ranges, range);
    }
  if (numbers->len > 0 && (int) numbers->len == n)
    g_array_index (ranges, ChooseRange, 0).last = G_MAXINT;
  return ranges;
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
