/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The picture, or a layer's maps: what is looked at, and where. How it is drawn and what
 * keys and pointer do is in files beside this one. */

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "maps-private.h"

/* A map in a grid is at least so large. */
#define LEAST_PANE 96

/* After so long without news, what is shown of before is shown paler. */
#define STALE_MS 300

enum
{
  HOVER,
  PIN,
  TICK,
  STEP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnMapsView, cnn_maps_view, GTK_TYPE_BOX)

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

static CnnSize
area_size (CnnMapsView *view)
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
    return cnn_maps_grid_single (area_size (view), cnn_maps_view_caption (view));
  return cnn_maps_grid (channels, area_size (view), cnn_maps_view_picture (view),
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
    pane.x = area_size (view).width - pane.x - pane.width;
  return pane;
}

/* Which maps can be seen. */
void
cnn_maps_view_visible (CnnMapsView *view, const CnnMapsGrid *grid, int *first, int *n)
{
  CnnSize size   = area_size (view);
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
  cnn_preview_want (view->preview, &want);
}

static void
show_zoom (CnnMapsView *view)
{
  GtkWidget       *entry = gtk_bin_get_child (GTK_BIN (view->zoom));
  g_autofree char *text  = view->fit ? g_strdup (_("Fit"))
                                     : g_strdup_printf (_("%d %%"),
                                                        (int) round (100 * view->port.scale));

  if (gtk_widget_has_focus (entry))
    return;
  view->updating = TRUE;
  gtk_entry_set_text (GTK_ENTRY (entry), text);
  view->updating = FALSE;
}

static void
update_scroll (CnnMapsView *view)
{
  CnnMapsGrid grid  = cnn_maps_view_grid (view);
  double      page  = MAX (area_size (view).height, 1);
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

static void
mark_dirty (CnnMapsView *view)
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

  if (view->preview == NULL || area_size (view).width <= 1)
    return;
  update_scroll (view);
  grid = cnn_maps_view_grid (view);
  if (view->fit)
    view->port = (CnnMapsPort) { 0.0, 0.0, cnn_maps_fit ((CnnSize) { grid.height, grid.width },
                                                         cnn_maps_view_picture (view)) };
  cnn_maps_port_clamp (&view->port, (CnnSize) { grid.height, grid.width },
                       cnn_maps_view_picture (view));
  cnn_maps_view_visible (view, &grid, &visible[0], &visible[1]);
  g_hash_table_foreach_remove (view->shots, is_out_of_sight, visible);
  mark_dirty (view);
  if (cnn_maps_view_shows_picture (view))
    want_picture (view);
  else
    want_maps (view);
  show_zoom (view);
  gtk_widget_queue_draw (view->area);
  gtk_widget_queue_draw (view->overview);
}

/* --- the chosen map in words and shades ----------------------------------------------- */

static char *
map_facts (CnnMapsView *view, const CnnMapStats *stats)
{
  if (stats == NULL)
    return g_strdup ("");
  if (stats->zeros == 1.0)
    return g_strdup (_("Dead: all values are 0"));
  return g_strdup_printf (_("%.1f %% are 0"), 100.0 * stats->zeros);
}

/* Puts the chosen map, and the cell that is pointed at, into words. */
void
cnn_maps_view_say (CnnMapsView *view)
{
  AtkObject        *accessible = gtk_widget_get_accessible (view->area);
  const CnnMapStats *stats;
  g_autofree char  *name = NULL, *title = NULL, *facts = NULL, *cell = NULL, *all = NULL;
  g_autofree char  *number = NULL;
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
  name = cnn_maps_view_name (view, view->map);
  title = g_strdup_printf (_("Map %d of %d: %s"), view->map + 1,
                           cnn_maps_view_shape (view).channels, name);
  facts = map_facts (view, stats);
  if (view->hover_map >= 0)
    cell = g_strdup_printf (_("Row %d, column %d"), view->hover_y, view->hover_x);
  if (view->hover_map >= 0 &&
      cnn_preview_get_value (view->preview, (guint) view->node, view->hover_map, view->hover_y,
                             view->hover_x, &value))
    number = g_strdup_printf ("%.7g", value);
  all = g_strdup_printf ("%s\n%s\n%s", facts, cell != NULL ? cell : "",
                         number != NULL ? number : "");
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

/* --- what a person does ----------------------------------------------------------------- */

/* (x, y), from the middle of a pane, stays where it is. */
void
cnn_maps_view_set_scale (CnnMapsView *view, double scale, double x, double y)
{
  CnnSize pane = cnn_maps_view_pane_size (view);
  double  fit  = cnn_maps_fit (pane, cnn_maps_view_picture (view));

  scale = CLAMP (scale, MIN (fit, 1.0), CNN_MAPS_MAX_SCALE);
  view->fit = FALSE;
  cnn_maps_port_zoom (&view->port, scale, x, y);
  cnn_maps_view_moved (view);
}

void
cnn_maps_view_set_fit (CnnMapsView *view)
{
  view->fit = TRUE;
  cnn_maps_view_moved (view);
}

/* Scrolls so that the chosen map can be seen. */
static void
scroll_to_map (CnnMapsView *view)
{
  CnnMapsGrid grid = cnn_maps_view_grid (view);
  int         row  = cnn_maps_view_row_height (view);
  CnnRect     pane = cnn_maps_grid_pane (&grid, grid.n == 1 ? 0 : view->map);

  update_scroll (view);
  if (cnn_maps_view_is_vector (view))
    gtk_adjustment_clamp_page (view->scroll, view->map * row, (view->map + 1) * row);
  else if (grid.n > 1)
    gtk_adjustment_clamp_page (view->scroll, pane.y - grid.gap,
                               pane.y + pane.height + grid.caption + grid.gap);
}

void
cnn_maps_view_set_single (CnnMapsView *view, gboolean single)
{
  view->single = single;
  view->updating = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (view->grid_toggle), !single);
  view->updating = FALSE;
  scroll_to_map (view);
  cnn_maps_view_moved (view);
}

void
cnn_maps_view_choose (CnnMapsView *view, int map)
{
  view->map = CLAMP (map, 0, cnn_maps_view_shape (view).channels - 1);
  scroll_to_map (view);
  cnn_maps_view_moved (view);
  cnn_maps_view_say (view);
}

void
cnn_maps_view_hover (CnnMapsView *view, int map, int y, int x)
{
  if (map == view->hover_map && y == view->hover_y && x == view->hover_x)
    return;
  view->hover_map = map;
  view->hover_y = y;
  view->hover_x = x;
  if (map >= 0)
    cnn_preview_want_value (view->preview, (guint) view->node, map, y, x);
  gtk_widget_queue_draw (view->area);
  cnn_maps_view_say (view);
  g_signal_emit (view, signals[HOVER], 0, map, y, x);
}

void
cnn_maps_view_pin (CnnMapsView *view)
{
  if (view->hover_map >= 0)
    g_signal_emit (view, signals[PIN], 0, view->hover_map, view->hover_y, view->hover_x);
}

void
cnn_maps_view_tick (CnnMapsView *view, int map)
{
  gboolean on = !cnn_maps_view_is_ticked (view, map);

  if (on)
    g_array_append_val (view->ticks, map);
  else
    for (guint i = view->ticks->len; i-- > 0;)
      if (g_array_index (view->ticks, int, i) == map)
        g_array_remove_index (view->ticks, i);
  gtk_widget_queue_draw (view->area);
  cnn_maps_view_say (view);
  g_signal_emit (view, signals[TICK], 0, map, on);
}

void
cnn_maps_view_step (CnnMapsView *view, int direction)
{
  g_signal_emit (view, signals[STEP], 0, direction);
}

/* --- news --------------------------------------------------------------------------------- */

static gboolean
on_stale (gpointer data)
{
  CnnMapsView *view = data;

  view->stale_id = 0;
  gtk_widget_queue_draw (view->area);
  return G_SOURCE_REMOVE;
}

/* What is shown is of before until there is news. */
static void
set_stale (CnnMapsView *view)
{
  GHashTableIter iter;
  gpointer       shot;

  g_hash_table_iter_init (&iter, view->shots);
  while (g_hash_table_iter_next (&iter, NULL, &shot))
    ((CnnMapsShot *) shot)->complete = FALSE;
  view->stale = g_get_monotonic_time ();
  if (view->stale_id == 0)
    view->stale_id = g_timeout_add (STALE_MS + 20, on_stale, view);
}

static void
on_updated (CnnPreview *preview, guint node, CnnMapsView *view)
{
  if ((int) node != view->node || cnn_maps_view_shows_picture (view))
    return;
  g_clear_pointer (&view->sentence, g_free);
  mark_dirty (view);
  gtk_widget_queue_draw (view->area);
  cnn_maps_view_say (view);
}

static void
on_picture (CnnPreview *preview, guint slot, CnnMapsView *view)
{
  gtk_widget_queue_draw (slot == CNN_MAPS_PANE_SLOT ? view->area : view->overview);
}

static void
on_progress (CnnPreview *preview, double fraction, CnnMapsView *view)
{
  if (view->progress >= 1.0)
    view->busy = g_get_monotonic_time ();
  view->progress = fraction;
  gtk_widget_queue_draw (view->area);
}

static void
on_failed (CnnPreview *preview, const char *sentence, CnnMapsView *view)
{
  g_free (view->sentence);
  view->sentence = g_strdup (sentence);
  gtk_widget_queue_draw (view->area);
  atk_object_set_description (gtk_widget_get_accessible (view->area), sentence);
}

/* --- from outside ----------------------------------------------------------------------------- */

/**
 * cnn_maps_view_set_node:
 * @network: (nullable): what the preview computes; %NULL for the picture alone
 * @infos: (nullable): of the network on the picture; copied
 * @node: the layer to show; 0 or -1 for the picture
 *
 * To be called also after each change of the network, after cnn_preview_set_network().
 */
void
cnn_maps_view_set_node (CnnMapsView *view, CnnNetwork *network, const CnnNodeInfo *infos,
                        int node)
{
  CnnShape before = cnn_maps_view_shape (view);
  int      last   = view->node;
  guint    n      = network != NULL ? cnn_network_n_nodes (network) : 0;

  if (network != NULL)
    cnn_network_ref (network);
  g_clear_pointer (&view->network, cnn_network_unref);
  g_free (view->infos);
  view->network = network;
  view->infos = infos != NULL && network != NULL ? g_memdup2 (infos, n * sizeof *infos) : NULL;
  view->node = view->infos != NULL && node >= 0 && node < (int) n ? node : -1;
  g_clear_pointer (&view->sentence, g_free);

  if (view->node != last || !cnn_shape_equal (before, cnn_maps_view_shape (view)))
    {
      g_hash_table_remove_all (view->shots);
      view->map = MIN (view->map, cnn_maps_view_shape (view).channels - 1);
      if (view->hover_map >= 0)
        {
          view->hover_map = -1;
          g_signal_emit (view, signals[HOVER], 0, -1, 0, 0);
        }
    }
  set_stale (view);
  gtk_widget_set_sensitive (view->grid_toggle, cnn_maps_view_shape (view).channels > 1 &&
                                                 !cnn_maps_view_is_vector (view));
  scroll_to_map (view);
  cnn_maps_view_moved (view);
  cnn_maps_view_say (view);
}

/** cnn_maps_view_set_mapping: how values become pixels, as in the output. */
void
cnn_maps_view_set_mapping (CnnMapsView *view, MappingKind kind)
{
  view->kind = kind;
  mark_dirty (view);
  gtk_widget_queue_draw (view->area);
  cnn_maps_view_say (view);
}

/**
 * cnn_maps_view_set_ticks:
 * @maps: (element-type int): numbers of the maps to keep
 */
void
cnn_maps_view_set_ticks (CnnMapsView *view, const GArray *maps)
{
  g_array_set_size (view->ticks, 0);
  g_array_append_vals (view->ticks, maps->data, maps->len);
  gtk_widget_queue_draw (view->area);
  cnn_maps_view_say (view);
}

/**
 * cnn_maps_view_set_outline:
 * @field: (nullable): cells of the network's input to outline on the picture
 */
void
cnn_maps_view_set_outline (CnnMapsView *view, const CnnRect *field)
{
  view->has_outline = field != NULL;
  if (field != NULL)
    view->outline = *field;
  gtk_widget_queue_draw (view->overview);
  if (cnn_maps_view_shows_picture (view))
    gtk_widget_queue_draw (view->area);
}

/* --- the widget ----------------------------------------------------------------------------------- */

static void
on_scrolled (CnnMapsView *view)
{
  if (!view->updating)
    cnn_maps_view_moved (view);
}

static void
on_zoom_changed (GtkComboBox *combo, CnnMapsView *view)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (gtk_bin_get_child (GTK_BIN (combo))));
  double      percent;

  /* While a person types the number is not complete. */
  if (view->updating ||
      (gtk_widget_has_focus (gtk_bin_get_child (GTK_BIN (combo))) &&
       gtk_combo_box_get_active (combo) < 0))
    return;
  percent = g_strtod (text, NULL);
  if (percent > 0.0)
    cnn_maps_view_set_scale (view, percent / 100.0, 0.0, 0.0);
  else
    cnn_maps_view_set_fit (view);
}

static void
on_zoom_entered (GtkEntry *entry, CnnMapsView *view)
{
  double percent = g_strtod (gtk_entry_get_text (entry), NULL);

  gtk_widget_grab_focus (view->area);
  if (percent > 0.0)
    cnn_maps_view_set_scale (view, percent / 100.0, 0.0, 0.0);
  else
    cnn_maps_view_set_fit (view);
}

static void
on_zoom_out (CnnMapsView *view)
{
  cnn_maps_view_set_scale (view, view->port.scale / G_SQRT2, 0.0, 0.0);
}

static void
on_zoom_in (CnnMapsView *view)
{
  cnn_maps_view_set_scale (view, view->port.scale * G_SQRT2, 0.0, 0.0);
}

static void
on_grid_toggled (GtkToggleButton *button, CnnMapsView *view)
{
  if (!view->updating)
    cnn_maps_view_set_single (view, !gtk_toggle_button_get_active (button));
}

static GtkWidget *
add_button (GtkWidget *box, GtkWidget *button, const char *icon, const char *name,
            const char *tooltip)
{
  gtk_container_add (GTK_CONTAINER (button),
                     gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON));
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_container_add (GTK_CONTAINER (box), button);
  return button;
}

static GtkWidget *
help_popover (void)
{
  GtkWidget *popover = gtk_popover_new (NULL);
  GtkWidget *label   = gtk_label_new (
    _("Click a map to fill the pane; in it, click a cell to keep looking at it.\n"
      "Drag to move, Ctrl and the wheel to zoom.\n\n"
      "Arrow keys: other maps\n"
      "Page Up, Page Down: other layers\n"
      "Shift and arrow keys: from cell to cell\n"
      "Enter: one map or all, Escape: all\n"
      "Space: keep looking at the cell\n"
      "T: tick the map, to keep it\n"
      "+ and −: zoom, 0: fit, 1: 100 %"));

  g_object_set (label, "margin", 10, "xalign", 0.0, NULL);
  gtk_widget_show (label);
  gtk_container_add (GTK_CONTAINER (popover), label);
  return popover;
}

static GtkWidget *
make_toolbar (CnnMapsView *view)
{
  static const char *const zooms[] = { "25 %", "50 %", "100 %", "200 %", "400 %", "800 %",
                                       "1600 %" };
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *button, *entry;

  button = add_button (bar, gtk_button_new (), "zoom-out-symbolic", _("Zoom out"), _("Zoom out"));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_zoom_out), view);
  view->zoom = gtk_combo_box_text_new_with_entry ();
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (view->zoom), _("Fit"));
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (view->zoom), zooms[i]);
  entry = gtk_bin_get_child (GTK_BIN (view->zoom));
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 6);
  gtk_entry_set_text (GTK_ENTRY (entry), _("Fit"));
  atk_object_set_name (gtk_widget_get_accessible (entry), _("Zoom"));
  atk_object_set_name (gtk_widget_get_accessible (view->zoom), _("Zoom"));
  gtk_widget_set_tooltip_text (view->zoom, _("Pixels of the screen for one of the picture"));
  g_signal_connect (view->zoom, "changed", G_CALLBACK (on_zoom_changed), view);
  g_signal_connect (entry, "activate", G_CALLBACK (on_zoom_entered), view);
  gtk_container_add (GTK_CONTAINER (bar), view->zoom);
  button = add_button (bar, gtk_button_new (), "zoom-in-symbolic", _("Zoom in"), _("Zoom in"));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_zoom_in), view);

  view->grid_toggle = add_button (bar, gtk_toggle_button_new (), "view-grid-symbolic",
                                  _("All maps"), _("All maps of the layer, or one (Enter)"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (view->grid_toggle), TRUE);
  g_signal_connect (view->grid_toggle, "toggled", G_CALLBACK (on_grid_toggled), view);

  view->title = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (view->title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (view->title), 0.0);
  gtk_box_pack_start (GTK_BOX (bar), view->title, TRUE, TRUE, 4);

  button = add_button (bar, gtk_menu_button_new (), "help-about-symbolic",
                       _("Keys and pointer"), _("What keys and the pointer do here"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), help_popover ());
  return bar;
}

static GtkWidget *
make_side (CnnMapsView *view)
{
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  view->overview = gtk_drawing_area_new ();
  gtk_widget_set_size_request (view->overview, 172, 140);
  atk_object_set_name (gtk_widget_get_accessible (view->overview), _("Overview of the picture"));
  gtk_widget_set_tooltip_text (view->overview,
                               _("The picture, with what the cell sees of it; a small "
                                 "receptive field is shown enlarged with what is around it"));
  g_signal_connect (view->overview, "draw", G_CALLBACK (cnn_maps_draw_overview), view);
  view->scale = cnn_map_scale_new ();
  view->facts = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (view->facts), 0.0);
  gtk_label_set_selectable (GTK_LABEL (view->facts), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (view->facts), PANGO_ELLIPSIZE_END);
  /* As wide as the overview, whatever it says. */
  gtk_label_set_width_chars (GTK_LABEL (view->facts), 1);
  gtk_label_set_max_width_chars (GTK_LABEL (view->facts), 1);
  gtk_container_add (GTK_CONTAINER (side), view->overview);
  gtk_container_add (GTK_CONTAINER (side), view->scale);
  gtk_container_add (GTK_CONTAINER (side), view->facts);
  return side;
}

static void
cnn_maps_view_init (CnnMapsView *view)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *bar;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (view), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (view), 4);
  view->node = -1;
  view->fit = TRUE;
  view->port.scale = 1.0;
  view->hover_map = -1;
  view->progress = 1.0;
  view->ticks = g_array_new (FALSE, FALSE, sizeof (int));
  view->shots = g_hash_table_new_full (NULL, NULL, NULL, cnn_maps_shot_free);

  view->scroll = g_object_ref_sink (gtk_adjustment_new (0, 0, 1, 1, 1, 1));
  g_signal_connect_swapped (view->scroll, "value-changed", G_CALLBACK (on_scrolled), view);
  view->area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (view->area, 200, 150);
  gtk_widget_set_can_focus (view->area, TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (view->area), GTK_STYLE_CLASS_VIEW);
  atk_object_set_name (gtk_widget_get_accessible (view->area), _("Feature maps"));
  g_signal_connect (view->area, "draw", G_CALLBACK (cnn_maps_draw), view);
  g_signal_connect_swapped (view->area, "size-allocate", G_CALLBACK (cnn_maps_view_moved), view);
  view->scrollbar = gtk_scrollbar_new (GTK_ORIENTATION_VERTICAL, view->scroll);

  bar = make_toolbar (view);
  gtk_container_add (GTK_CONTAINER (view), bar);
  gtk_widget_show_all (bar);
  gtk_box_pack_start (GTK_BOX (row), view->area, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (row), view->scrollbar);
  view->side = make_side (view);
  gtk_container_add (GTK_CONTAINER (row), view->side);
  gtk_box_pack_start (GTK_BOX (view), row, TRUE, TRUE, 0);
  gtk_widget_show_all (row);
  cnn_maps_connect_input (view);
}

static void
cnn_maps_view_dispose (GObject *object)
{
  CnnMapsView *view = CNN_MAPS_VIEW (object);

  g_clear_handle_id (&view->stale_id, g_source_remove);
  g_clear_object (&view->preview);
  G_OBJECT_CLASS (cnn_maps_view_parent_class)->dispose (object);
}

static void
cnn_maps_view_finalize (GObject *object)
{
  CnnMapsView *view = CNN_MAPS_VIEW (object);

  g_clear_pointer (&view->network, cnn_network_unref);
  g_free (view->infos);
  g_free (view->sentence);
  g_array_unref (view->ticks);
  g_hash_table_unref (view->shots);
  g_object_unref (view->scroll);
  G_OBJECT_CLASS (cnn_maps_view_parent_class)->finalize (object);
}

static void
cnn_maps_view_class_init (CnnMapsViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType         type         = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = cnn_maps_view_dispose;
  object_class->finalize = cnn_maps_view_finalize;
  signals[HOVER] = g_signal_new ("hover", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);
  signals[PIN] = g_signal_new ("pin", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                               3, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);
  signals[TICK] = g_signal_new ("tick", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_INT, G_TYPE_BOOLEAN);
  signals[STEP] = g_signal_new ("step", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_INT);
}

/**
 * cnn_maps_view_new:
 * @preview: computes what is shown
 */
GtkWidget *
cnn_maps_view_new (CnnPreview *preview)
{
  CnnMapsView *view = g_object_new (CNN_TYPE_MAPS_VIEW, NULL);

  view->preview = g_object_ref (preview);
  g_signal_connect_object (preview, "updated", G_CALLBACK (on_updated), view, 0);
  g_signal_connect_object (preview, "picture", G_CALLBACK (on_picture), view, 0);
  g_signal_connect_object (preview, "progress", G_CALLBACK (on_progress), view, 0);
  g_signal_connect_object (preview, "failed", G_CALLBACK (on_failed), view, 0);
  cnn_maps_view_say (view);
  return GTK_WIDGET (view);
}
