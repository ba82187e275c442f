/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The chosen map in words and shades. */

#include "i18n.h"
#include "maps-private.h"
#include "number-text.h"

static char *
map_facts (CnnMapsView *view, const CnnMapStats *stats)
{
  if (stats == NULL)
    return g_strdup ("");
  if (stats->zeros == 1.0)
    return g_strdup (_("Dead: all values are 0"));
  if (stats->zeros == 0.0)
    return g_strdup (_("No value is 0"));
  if (stats->zeros < 0.001)
    return g_strdup (_("Hardly any value is 0"));
  /* All but a few is not all. */
  return g_strdup_printf (_("%.3g %% are 0"), MIN (100.0 * stats->zeros, 99.9));
}

/* Puts the chosen map, and the cell that is pointed at, into words. */
void
cnn_maps_view_say (CnnMapsView *view)
{
  AtkObject        *accessible = gtk_widget_get_accessible (view->area);
  const CnnMapStats *stats;
  g_autofree char  *name = NULL, *title = NULL, *facts = NULL, *cell = NULL, *all = NULL;
  g_autofree char  *number = NULL, *largest = NULL;
  float             value;

  if (cnn_maps_view_shows_picture (view))
    {
      gtk_label_set_text (GTK_LABEL (view->title), _("Picture"));
      gtk_label_set_text (GTK_LABEL (view->facts), "");
      cnn_map_scale_set (CNN_MAP_SCALE (view->scale), NULL, view->kind, mapping_range_none ());
      atk_object_set_description (accessible, _("The picture"));
      return;
    }
  stats = cnn_preview_get_stats (view->preview, (guint) view->node, view->map);
  cnn_map_scale_set (CNN_MAP_SCALE (view->scale), stats, view->kind,
                     cnn_preview_get_range (view->preview, (guint) view->node, view->map,
                                            view->kind));
  name = cnn_network_map_label (view->network, view->infos, (guint) view->node, view->map);
  title = g_strdup_printf (name != NULL ? _("Map %d of %d: %s") : _("Map %d of %d"),
                           view->map + 1, cnn_maps_view_shape (view).channels, name);
  facts = map_facts (view, stats);
  if (view->hover_map >= 0)
    cell = g_strdup_printf (_("Row %d, column %d"), view->hover_y + 1, view->hover_x + 1);
  if (view->hover_map >= 0 &&
      cnn_preview_get_value (view->preview, (guint) view->node, view->hover_map, view->hover_y,
                             view->hover_x, &value))
    {
      g_autofree char *full = cnn_number_full (value);

      number = g_strconcat ("\342\200\216", full, NULL);
    }
  largest = cnn_maps_view_largest (view);
  all = g_strdup_printf ("%s\n%s\n%s%s%s", facts, cell != NULL ? cell : "",
                         number != NULL ? number : "", largest != NULL ? "\n" : "",
                         largest != NULL ? largest : "");
  gtk_label_set_text (GTK_LABEL (view->title), title);
  gtk_label_set_text (GTK_LABEL (view->facts), all);
  g_free (all);
  all = g_strdup_printf ("%s. %s%s%s%s%s%s", title, facts, cell != NULL ? ". " : "",
                         cell != NULL ? cell : "", number != NULL ? ": " : "",
                         number != NULL ? number : "",
                         cnn_maps_view_is_ticked (view, view->map) ? _(". Kept") : "");
  if (g_strcmp0 (atk_object_get_description (accessible), all) != 0)
    atk_object_set_description (accessible, all);
}
