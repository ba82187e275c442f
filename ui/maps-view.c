/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The picture, or a layer's maps: what is looked at, and where. How it is drawn and what
 * keys and pointer do is in files beside this one. */

#include "i18n.h"
#include "maps-private.h"

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

  cnn_maps_view_scroll (view);
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
  cnn_preview_want_value (view->preview, (guint) MAX (view->node, 0), map, y, x);
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
  cnn_maps_view_dirty (view);
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
          cnn_preview_want_value (view->preview, 0, -1, 0, 0);
          g_signal_emit (view, signals[HOVER], 0, -1, 0, 0);
        }
    }
  set_stale (view);
  /* Nobody needs the picture beside the picture. */
  gtk_widget_set_visible (view->side, !cnn_maps_view_shows_picture (view));
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
  cnn_maps_view_dirty (view);
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

/**
 * cnn_maps_view_set_pin:
 * @map: whose cell is marked until another is; -1 for none
 */
void
cnn_maps_view_set_pin (CnnMapsView *view, int map, int y, int x)
{
  view->pin_map = map;
  view->pin_y = y;
  view->pin_x = x;
  gtk_widget_queue_draw (view->area);
}

/** cnn_maps_view_add_tool: puts a button of the host's into the row above the maps. */
void
cnn_maps_view_add_tool (CnnMapsView *view, GtkWidget *button)
{
  gtk_box_pack_end (GTK_BOX (view->bar), button, FALSE, FALSE, 0);
  gtk_widget_show (button);
}

/**
 * cnn_maps_view_zoom:
 * @scale: pixels of the screen for one of the picture; 0 to fit the picture into a pane
 */
void
cnn_maps_view_zoom (CnnMapsView *view, double scale)
{
  if (scale > 0.0)
    cnn_maps_view_set_scale (view, scale, 0.0, 0.0);
  else
    cnn_maps_view_set_fit (view);
}

/* --- the widget ----------------------------------------------------------------------- */

static void
on_scrolled (CnnMapsView *view)
{
  if (!view->updating)
    cnn_maps_view_moved (view);
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
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (view), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (view), 6);
  view->node = -1;
  view->fit = TRUE;
  view->port.scale = 1.0;
  view->hover_map = view->pin_map = -1;
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

  view->bar = cnn_maps_toolbar_new (view);
  gtk_container_add (GTK_CONTAINER (view), view->bar);
  gtk_widget_show_all (view->bar);
  gtk_box_pack_start (GTK_BOX (row), view->area, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (row), view->scrollbar);
  view->side = make_side (view);
  gtk_container_add (GTK_CONTAINER (row), view->side);
  gtk_box_pack_start (GTK_BOX (view), row, TRUE, TRUE, 0);
  gtk_widget_show_all (row);
  gtk_widget_hide (view->side);
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
