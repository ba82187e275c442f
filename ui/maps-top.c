/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a classifier says: the largest of its values, where they have names. */

#include "i18n.h"
#include "maps-private.h"
#include "number-text.h"

#define N_TOP 5

/* Names of more than that are no classes. */
#define MOST 65536

/* Whether the values have names, and there are enough to choose from. */
gboolean
cnn_maps_view_has_classes (CnnMapsView *view)
{
  g_autofree char *label = NULL;
  int              n;

  if (!cnn_maps_view_is_vector (view))
    return FALSE;
  n = cnn_maps_view_shape (view).channels;
  if (n < N_TOP || n > MOST)
    return FALSE;
  label = cnn_network_map_label (view->network, view->infos, (guint) view->node, 0);
  return label != NULL;
}

/* (transfer full) (nullable): the largest values, a line each; %NULL where they have no
 * names or are not known yet. */
char *
cnn_maps_view_largest (CnnMapsView *view)
{
  int                 top[N_TOP];
  float               values[N_TOP];
  int                 n_top = 0, n;
  g_autoptr (GString) text  = NULL;

  if (!cnn_maps_view_has_classes (view))
    return NULL;
  n = cnn_maps_view_shape (view).channels;
  for (int map = 0; map < n; map++)
    {
      float value;
      int   at;

      if (!cnn_preview_get_value (view->preview, (guint) view->node, map, 0, 0, &value))
        return NULL;
      for (at = n_top; at > 0 && value > values[at - 1]; at--)
        if (at < N_TOP)
          {
            top[at] = top[at - 1];
            values[at] = values[at - 1];
          }
      if (at == N_TOP)
        continue;
      top[at] = map;
      values[at] = value;
      n_top = MIN (n_top + 1, N_TOP);
    }
  text = g_string_new (_("Largest values"));
  for (int i = 0; i < n_top; i++)
    {
      g_autofree char *name   = cnn_maps_view_name (view, top[i]);
      g_autofree char *number = cnn_number_short (values[i]);

      g_string_append_printf (text, "\n%s  \342\200\216%s", name, number);
    }
  return g_strdup (text->str);
}
