/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep.h"

#include <string.h>

#include "choose.h"

typedef struct
{
  char     *text; /* the layer's words, to know it again */
  gboolean  on;
  GArray   *maps; /* of ChooseRange; NULL for all */
} Kept;

struct _CnnKeep
{
  CnnDraft *draft;
  GArray   *layers; /* of Kept, one for each layer of the draft */
  gboolean  last;   /* the last layer, whichever it is */
};

static void
kept_clear (gpointer data)
{
  Kept *kept = data;

  g_clear_pointer (&kept->text, g_free);
  g_clear_pointer (&kept->maps, g_array_unref);
}

static GArray *
kept_list_new (void)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (Kept));

  g_array_set_clear_func (list, kept_clear);
  return list;
}

static Kept *
kept_at (GArray *layers, guint i)
{
  return &g_array_index (layers, Kept, i);
}

/**
 * cnn_keep_new:
 * @draft: lives longer than this
 *
 * Returns: (transfer full): what is kept at first: the last layer
 */
CnnKeep *
cnn_keep_new (CnnDraft *draft)
{
  CnnKeep *keep = g_new0 (CnnKeep, 1);

  keep->draft = draft;
  keep->layers = kept_list_new ();
  keep->last = TRUE;
  cnn_keep_follow (keep);
  return keep;
}

void
cnn_keep_free (CnnKeep *keep)
{
  g_array_unref (keep->layers);
  g_free (keep);
}

/* --- ticks go with their layers ------------------------------------------------ */

static gboolean
is_same (const Kept *kept, const CnnDraftLayer *layer)
{
  return strcmp (kept->text, layer->text) == 0;
}

static void
hand_over (Kept *to, Kept *from)
{
  to->on = from->on;
  to->maps = g_steal_pointer (&from->maps);
  from->on = FALSE;
}

/* Of the layers between those that are the same before and after, the ones with the
 * same words; where as many came as went, the others in their order: they were
 * edited. */
static void
match_middle (GArray *before, guint first, guint n_before, GArray *after, guint n_after)
{
  g_autofree gboolean *known = g_new0 (gboolean, n_before + 1);
  g_autofree gboolean *found = g_new0 (gboolean, n_after + 1);

  for (guint i = 0; i < n_after; i++)
    for (guint k = 0; k < n_before && !found[i]; k++)
      if (!known[k] && strcmp (kept_at (before, first + k)->text,
                               kept_at (after, first + i)->text) == 0)
        {
          hand_over (kept_at (after, first + i), kept_at (before, first + k));
          known[k] = found[i] = TRUE;
        }
  for (guint i = 0; i < n_after && n_before == n_after; i++)
    if (!found[i] && !known[i])
      hand_over (kept_at (after, first + i), kept_at (before, first + i));
}

static gboolean
any_is_on (GArray *layers)
{
  for (guint i = 0; i < layers->len; i++)
    if (kept_at (layers, i)->on)
      return TRUE;
  return FALSE;
}

/**
 * cnn_keep_follow:
 *
 * To be called when the draft has changed.
 */
void
cnn_keep_follow (CnnKeep *keep)
{
  guint    n_after = cnn_draft_n_layers (keep->draft), n_before = keep->layers->len;
  guint    first = 0, end = 0;
  GArray  *after = kept_list_new ();
  gboolean were = any_is_on (keep->layers);

  g_array_set_size (after, n_after);
  for (guint i = 0; i < n_after; i++)
    kept_at (after, i)->text = g_strdup (cnn_draft_layer (keep->draft, i)->text);

  while (first < MIN (n_before, n_after) &&
         is_same (kept_at (keep->layers, first), cnn_draft_layer (keep->draft, first)))
    {
      hand_over (kept_at (after, first), kept_at (keep->layers, first));
      first++;
    }
  while (end < MIN (n_before, n_after) - first &&
         is_same (kept_at (keep->layers, n_before - 1 - end),
                  cnn_draft_layer (keep->draft, n_after - 1 - end)))
    {
      hand_over (kept_at (after, n_after - 1 - end), kept_at (keep->layers, n_before - 1 - end));
      end++;
    }
  match_middle (keep->layers, first, n_before - first - end, after, n_after - first - end);
  /* Of another network altogether it is the last layer again. */
  if (were && !any_is_on (after))
    keep->last = TRUE;
  g_array_unref (keep->layers);
  keep->layers = after;
}

/* --- in words ------------------------------------------------------------------- */

static int
n_stages (const CnnKeep *keep)
{
  CnnNetwork *network = cnn_draft_network (keep->draft);

  return network != NULL ? (int) cnn_network_n_nodes (network) - 1 : 0;
}

/* The layer that is number @stage of the network; or -1. */
static int
layer_of (const CnnKeep *keep, int stage)
{
  return stage > 0 ? cnn_draft_find (keep->draft, (guint) stage) : -1;
}

static int
find_node (const char *name, gpointer network)
{
  return cnn_network_find (network, name);
}

static GArray *
copy_ranges (const GArray *ranges)
{
  GArray *copy = NULL;

  if (ranges != NULL)
    {
      copy = g_array_new (FALSE, FALSE, sizeof (ChooseRange));
      g_array_append_vals (copy, ranges->data, ranges->len);
    }
  return copy;
}

static gboolean
is_all (const GArray *ranges)
{
  const ChooseRange *range = (const ChooseRange *) (gpointer) ranges->data;

  return ranges->len == 1 && range->first == 1 && range->last == G_MAXINT;
}

/**
 * cnn_keep_read:
 * @stages: as the procedure's argument of that name
 * @maps: likewise; counts for layers that @stages says no maps of
 *
 * What cannot be read as the draft is now changes nothing.
 */
void
cnn_keep_read (CnnKeep *keep, const char *stages, const char *maps)
{
  g_autoptr (GArray) chosen = NULL;
  g_autoptr (GArray) ranges = NULL;
  int n = n_stages (keep);

  if (n > 0)
    chosen = choose_stages (stages, n, find_node, cnn_draft_network (keep->draft), NULL);
  ranges = choose_ranges (maps, NULL);
  if (chosen == NULL || ranges == NULL)
    return;

  keep->last = strcmp (stages, "last") == 0 && is_all (ranges);
  for (guint i = 0; i < keep->layers->len; i++)
    {
      kept_at (keep->layers, i)->on = FALSE;
      g_clear_pointer (&kept_at (keep->layers, i)->maps, g_array_unref);
    }
  for (guint i = 0; i < chosen->len && !keep->last; i++)
    {
      const ChooseStage *stage = &g_array_index (chosen, ChooseStage, i);
      const GArray      *own   = stage->maps != NULL ? stage->maps : ranges;
      int                layer = layer_of (keep, stage->layer);

      if (layer < 0)
        continue;
      kept_at (keep->layers, layer)->on = TRUE;
      kept_at (keep->layers, layer)->maps = is_all (own) ? NULL : copy_ranges (own);
    }
}

static int
n_maps_of (const CnnKeep *keep, guint layer)
{
  int stage = cnn_draft_layer (keep->draft, layer)->number;

  return stage > 0 ? cnn_draft_infos (keep->draft)[stage].shape.channels : 0;
}

/* The chosen maps of a layer, without those that it no longer has; %NULL for all, also
 * where none is left. */
static GArray *
maps_there_are (const CnnKeep *keep, guint layer)
{
  int                n       = n_maps_of (keep, layer);
  g_autoptr (GArray) numbers = NULL;

  if (kept_at (keep->layers, layer)->maps == NULL)
    return NULL;
  numbers = choose_numbers (kept_at (keep->layers, layer)->maps, n);
  return numbers->len > 0 && (int) numbers->len < n ? choose_pack (numbers, n) : NULL;
}

/**
 * cnn_keep_stages:
 *
 * Returns: (transfer full): the procedure's argument "stages", with "maps" being
 *   "all"; empty where nothing is kept
 */
char *
cnn_keep_stages (CnnKeep *keep)
{
  g_autoptr (GArray) stages = choose_stages_new ();
  int n = n_stages (keep);

  if (keep->last)
    return g_strdup ("last");
  for (int stage = 1; stage <= n; stage++)
    {
      int layer = layer_of (keep, stage);

      if (layer >= 0 && kept_at (keep->layers, layer)->on)
        {
          g_autoptr (GArray) maps = maps_there_are (keep, (guint) layer);

          choose_stages_add (stages, stage, maps);
        }
    }
  return choose_print (stages, n);
}

/* --- ticks ------------------------------------------------------------------------ */

static int
last_layer (const CnnKeep *keep)
{
  return layer_of (keep, n_stages (keep));
}

/**
 * cnn_keep_layer:
 *
 * Returns: whether maps of that layer are kept
 */
gboolean
cnn_keep_layer (CnnKeep *keep, guint layer)
{
  if (keep->last)
    return (int) layer == last_layer (keep);
  return layer < keep->layers->len && kept_at (keep->layers, layer)->on;
}

/* From here on the layers themselves are meant. */
static void
be_definite (CnnKeep *keep)
{
  int last = last_layer (keep);

  if (keep->last && last >= 0)
    kept_at (keep->layers, last)->on = TRUE;
  keep->last = FALSE;
}

/* All of the last layer and nothing else is how it is at first. */
static void
be_brief (CnnKeep *keep)
{
  int last = last_layer (keep);

  for (guint i = 0; i < keep->layers->len; i++)
    if (kept_at (keep->layers, i)->on != ((int) i == last) || kept_at (keep->layers, i)->maps)
      return;
  if (last >= 0)
    {
      kept_at (keep->layers, last)->on = FALSE;
      keep->last = TRUE;
    }
}

/**
 * cnn_keep_set_layer:
 * @layer: a layer of the draft
 * @on: whether to keep its maps; all of them, where none was
 */
void
cnn_keep_set_layer (CnnKeep *keep, guint layer, gboolean on)
{
  g_return_if_fail (layer < keep->layers->len);

  be_definite (keep);
  kept_at (keep->layers, layer)->on = on;
  if (!on)
    g_clear_pointer (&kept_at (keep->layers, layer)->maps, g_array_unref);
  be_brief (keep);
}

/**
 * cnn_keep_maps:
 *
 * Returns: (transfer full) (element-type int): the maps of that layer that are kept,
 *   counted from 0
 */
GArray *
cnn_keep_maps (CnnKeep *keep, guint layer)
{
  const ChooseRange  every  = { 1, G_MAXINT };
  g_autoptr (GArray) ranges = NULL;

  if (!cnn_keep_layer (keep, layer))
    return g_array_new (FALSE, FALSE, sizeof (int));
  ranges = maps_there_are (keep, layer);
  if (ranges == NULL)
    {
      ranges = g_array_new (FALSE, FALSE, sizeof (ChooseRange));
      g_array_append_val (ranges, every);
    }
  return choose_numbers (ranges, n_maps_of (keep, layer));
}

/**
 * cnn_keep_set_map:
 * @layer: a layer of the draft
 * @map: one of its maps, counted from 0
 * @on: whether to keep it
 */
void
cnn_keep_set_map (CnnKeep *keep, guint layer, int map, gboolean on)
{
  g_autoptr (GArray) maps = cnn_keep_maps (keep, layer);
  g_autoptr (GArray) now  = g_array_new (FALSE, FALSE, sizeof (int));
  int   n = n_maps_of (keep, layer);
  Kept *kept;

  for (int k = 0; k < n; k++)
    {
      gboolean was = FALSE;

      for (guint i = 0; i < maps->len && !was; i++)
        was = g_array_index (maps, int, i) == k;
      if (k == map ? on : was)
        g_array_append_val (now, k);
    }

  be_definite (keep);
  kept = kept_at (keep->layers, layer);
  g_clear_pointer (&kept->maps, g_array_unref);
  kept->on = now->len > 0;
  if (kept->on && (int) now->len < n)
    kept->maps = choose_pack (now, n);
  be_brief (keep);
}
