/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The row of buttons above the maps. */

#include <math.h>

#include "i18n.h"
#include "maps-private.h"

/* Says what the zoom is. */
void
cnn_maps_toolbar_update (CnnMapsView *view)
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

/* Zoom, grid or one map, what is shown, and help. */
GtkWidget *
cnn_maps_toolbar_new (CnnMapsView *view)
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

  button = add_button (bar, gtk_menu_button_new (), "dialog-question-symbolic",
                       _("Keys and pointer"), _("What keys and the pointer do here"));
  gtk_box_set_child_packing (GTK_BOX (bar), button, FALSE, FALSE, 0, GTK_PACK_END);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), help_popover ());
  return bar;
}
