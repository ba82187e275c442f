/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of the picture or of maps is looked at, where it lies in the area, and asking the
 * preview for it. */

#include <math.h>

#include "maps-private.h"

/* A map in a grid is at least so large. */
#define LEAST_PANE 96

/* --- what is shown ---------------------------------------------------------------- */

gboolean
cnn_maps_view_shows_picture (CnnMapsView *view)
{
  return view->node <= 0 || view->infos == NULL;
}

CnnShape
cnn_maps_view_shape (CnnMapsView *view)
{
  return cnn_maps_view_shows_picture (view) ? (CnnShape) { 1, 1, 1 }
                                            : view->infos[view->node].shape;
}

/* Whether it is shown as bars: its maps are one cell each. */
gboolean
cnn_maps_view_is_vector (CnnMapsView *view)
{
  CnnShape shape = cnn_maps_view_shape (view);

  return !cnn_maps_view_shows_picture (view) && shape.height == 1 && shape.width == 1;
}

CnnSize
cnn_maps_view_picture (CnnMapsView *view)
{
  CnnShape shape = cnn_picture_shape (cnn_preview_picture (view->preview));

  return (CnnSize) { shape.height, shape.width };
}

CnnMapsPlace
cnn_maps_view_place (CnnMapsView *view)
{
  return cnn_maps_place (view->network, view->infos, (guint) view->node,
                         cnn_maps_view_picture (view));
}

/* What there is room for. */
CnnSize
cnn_maps_view_area (CnnMapsView *view)
{
  return (CnnSize) { gtk_widget_get_allocated_height (view->area),
                     gtk_widget_get_allocated_width (view->area) };
}

static int
line_height (CnnMapsView *view)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (view->area, "0");
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

/* Height of the line below a map. */
int
cnn_maps_view_caption (CnnMapsView *view)
{
  return cnn_maps_view_shows_picture (view) ? 0 : line_height (view) + 6;
}

/* Height of a bar with its label. */
int
cnn_maps_view_row_height (CnnMapsView *view)
{
  return line_height (view) + 8;
}

CnnMapsGrid
cnn_maps_view_grid (CnnMapsView *view)
{
  int channels = cnn_maps_view_shape (view).channels;

  if (cnn_maps_view_shows_picture (view) || view->single || channels == 1)
    return cnn_maps_grid_single (cnn_maps_view_area (view), cnn_maps_view_caption (view));
  return cnn_maps_grid (channels, cnn_maps_view_area (view), cnn_maps_view_picture (view),
                        cnn_maps_view_caption (view), LEAST_PANE);
}

/* How large each map's pane is. */
CnnSize
cnn_maps_view_pane_size (CnnMapsView *view)
{
  CnnMapsGrid grid = cnn_maps_view_grid (view);

  return (CnnSize) { grid.height, grid.width };
}

/* Where a map lies in the area now; the grid runs the way people read. */
CnnRect
cnn_maps_view_pane (CnnMapsView *view, const CnnMapsGrid *grid, int map)
{
  CnnRect pane = cnn_maps_grid_pane (grid, grid->n == 1 ? 0 : map);

  pane.y -= (int) gtk_adjustment_get_value (view->scroll);
  if (gtk_widget_get_direction (view->area) == GTK_TEXT_DIR_RTL)
    pane.x = cnn_maps_view_area (view).width - pane.x - pane.width;
  return pane;
}

/* Which maps can be seen. */
void
cnn_maps_view_visible (CnnMapsView *view, const CnnMapsGrid *grid, int *first, int *n)
{
  CnnSize size   = cnn_maps_view_area (view);
  int     scroll = (int) gtk_adjustment_get_value (view->scroll);

  if (cnn_maps_view_is_vector (view))
    {
      int row = cnn_maps_view_row_height (view);
      int all = cnn_maps_view_shape (view).channels;

      *first = CLAMP (scroll / row, 0, all - 1);
      *n = CLAMP (size.height / row + 2, 1, all - *first);
    }
  else if (grid->n == 1)
    {
      *first = view->map;
      *n = 1;
    }
  else
    cnn_maps_grid_visible (grid, scroll, size.height, first, n);
}

/* (transfer full): what a map is called. */
char *
cnn_maps_view_name (CnnMapsView *view, int map)
{
  char *label = cnn_network_map_label (view->network, view->infos, (guint) view->node, map);

  return label != NULL ? label : g_strdup_printf ("%d", map + 1);
}

gboolean
cnn_maps_view_is_ticked (CnnMapsView *view, int map)
{
  for (guint i = 0; i < view->ticks->len; i++)
    if (g_array_index (view->ticks, int, i) == map)
      return TRUE;
  return FALSE;
}

/* --- what is wanted ----------------------------------------------------------------- */

/* Asks for somewhat more than can be seen, so that a small step needs nothing new. */
static CnnRect
round_cells (const CnnRect *cells, int reduce, CnnShape shape)
{
  int     chunk  = 16 * reduce;
  int     left   = cells->x / chunk * chunk;
  int     top    = cells->y / chunk * chunk;
  int     right  = MIN ((cells->x + cells->width + chunk - 1) / chunk * chunk, shape.width);
  int     bottom = MIN ((cells->y + cells->height + chunk - 1) / chunk * chunk, shape.height);

  return (CnnRect) { left, top, right - left, bottom - top };
}

static void
want_picture (CnnMapsView *view)
{
  CnnMapsGrid grid    = cnn_maps_view_grid (view);
  CnnSize     picture = cnn_maps_view_picture (view);
  int         factor  = gtk_widget_get_scale_factor (view->area);
  CnnMapsPlace place  = { 0.0, 0.0, 1.0, 1.0 };
  CnnRect     rect    = cnn_maps_cells (&place, &view->port, (CnnSize) { grid.height, grid.width },
                                        (CnnShape) { picture.height, picture.width, 1 });
  double      scale   = MIN (view->port.scale * factor, 1.0);

  cnn_preview_want (view->preview, NULL);
  cnn_preview_want_picture (view->preview, CNN_MAPS_PANE_SLOT, &rect,
                            MAX ((int) ceil (rect.width * scale), 1),
                            MAX ((int) ceil (rect.height * scale), 1));
}

static void
want_maps (CnnMapsView *view)
{
  CnnMapsGrid    grid   = cnn_maps_view_grid (view);
  CnnShape       shape  = cnn_maps_view_shape (view);
  int            factor = gtk_widget_get_scale_factor (view->area);
  CnnPreviewView want   = { .node = (guint) view->node, .reduce = 1, .cells = { 0, 0, 1, 1 } };

  if (!cnn_maps_view_is_vector (view))
    {
      CnnMapsPlace place = cnn_maps_view_place (view);

      want.reduce = cnn_maps_reduce (&place, view->port.scale * factor);
      want.cells = cnn_maps_cells (&place, &view->port, (CnnSize) { grid.height, grid.width },
                                   shape);
      want.cells = round_cells (&want.cells, want.reduce, shape);
    }
  cnn_maps_view_visible (view, &grid, &want.first_map, &want.n_maps);
  if (cnn_maps_view_has_classes (view))
    {
      /* The largest may be any. */
      want.first_map = 0;
      want.n_maps = shape.channels;
    }
  cnn_preview_want (view->preview, &want);
}

/* What the scroll bar is for. */
void
cnn_maps_view_scroll (CnnMapsView *view)
{
  CnnMapsGrid grid  = cnn_maps_view_grid (view);
  double      page  = MAX (cnn_maps_view_area (view).height, 1);
  double      total = cnn_maps_view_is_vector (view)
                        ? (double) cnn_maps_view_row_height (view) *
                            cnn_maps_view_shape (view).channels
                        : grid.total;

  total = MAX (total, page);
  view->updating = TRUE;
  gtk_adjustment_configure (view->scroll,
                            CLAMP (gtk_adjustment_get_value (view->scroll), 0, total - page), 0,
                            total, page / 10, page * 0.9, page);
  view->updating = FALSE;
  /* It keeps its room, or there would be more of it without. */
  gtk_widget_set_opacity (view->scrollbar, total > page ? 1.0 : 0.0);
  gtk_widget_set_sensitive (view->scrollbar, total > page);
}

/* There may be more to see. */
void
cnn_maps_view_dirty (CnnMapsView *view)
{
  GHashTableIter iter;
  gpointer       shot;

  g_hash_table_iter_init (&iter, view->shots);
  while (g_hash_table_iter_next (&iter, NULL, &shot))
    ((CnnMapsShot *) shot)->dirty = TRUE;
}

/* Shots of maps that cannot be seen are drawn anew when they can. */
static gboolean
is_out_of_sight (gpointer key, gpointer value, gpointer data)
{
  const int *visible = data;
  int        map     = GPOINTER_TO_INT (key);

  return map < visible[0] || map >= visible[0] + visible[1];
}

/* After any change of what is looked at. */
void
cnn_maps_view_moved (CnnMapsView *view)
{
  CnnMapsGrid grid;
  int         visible[2];

  if (view->preview == NULL || cnn_maps_view_area (view).width <= 1)
    return;
  cnn_maps_view_scroll (view);
  grid = cnn_maps_view_grid (view);
  if (view->fit)
    view->port = (CnnMapsPort) { 0.0, 0.0, cnn_maps_fit ((CnnSize) { grid.height, grid.width },
                                                         cnn_maps_view_picture (view)) };
  cnn_maps_port_clamp (&view->port, (CnnSize) { grid.height, grid.width },
                       cnn_maps_view_picture (view));
  cnn_maps_view_visible (view, &grid, &visible[0], &visible[1]);
  g_hash_table_foreach_remove (view->shots, is_out_of_sight, visible);
  cnn_maps_view_dirty (view);
  if (cnn_maps_view_shows_picture (view))
    want_picture (view);
  else
    want_maps (view);
  cnn_maps_toolbar_update (view);
  gtk_widget_queue_draw (view->area);
  gtk_widget_queue_draw (view->overview);
}
