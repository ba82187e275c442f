/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the editor's parts stand, and how much room each gets. */

#include "editor-private.h"

#include "arithmetic-view.h"
#include "file-view.h"
#include "i18n.h"
#include "maps-view.h"
#include "output-view.h"
#include "params-view.h"
#include "presets-view.h"
#include "stack-view.h"
#include "text-editor.h"

/* The cards take no more than this, in pixels, and leave the rest to the parameters,
 * until a person wants it otherwise. */
#define LAYERS_LEAST 150
#define LAYERS_MOST  290

/* Between two parts. */
#define GAP 6

static GtkWidget *
scrolled (GtkWidget *child, int least)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window), least);
  gtk_container_add (GTK_CONTAINER (window), child);
  gtk_widget_show (child);
  gtk_widget_show (window);
  return window;
}

/** cnn_editor_fit_layers: a few layers leave the parameters more room than many do. */
void
cnn_editor_fit_layers (CnnEditor *self)
{
  int now = gtk_paned_get_position (GTK_PANED (self->layers));
  int height;

  /* A person has moved it. */
  if (self->layers_height >= 0 && now != self->layers_height)
    return;
  gtk_widget_get_preferred_height (self->stack, NULL, &height);
  self->layers_height = CLAMP (height, LAYERS_LEAST, LAYERS_MOST);
  gtk_paned_set_position (GTK_PANED (self->layers), self->layers_height);
}

/* Themes give the switch's buttons more room than their words need. */
static void
make_narrow (GtkWidget *button, gpointer data)
{
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();

  gtk_css_provider_load_from_data (css, "button { min-width: 0; padding: 4px 8px; }", -1, NULL);
  gtk_style_context_add_provider (gtk_widget_get_style_context (button),
                                  GTK_STYLE_PROVIDER (css),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* The layers and the selected one's parameters; or the whole as text. */
static GtkWidget *
left_side (CnnEditor *self, const char *presets_folder)
{
  GtkWidget *box      = gtk_box_new (GTK_ORIENTATION_VERTICAL, GAP);
  GtkWidget *top      = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, GAP);
  GtkWidget *presets  = cnn_presets_view_new (self->draft, self->picture, presets_folder);
  GtkWidget *pages    = gtk_stack_new ();
  GtkWidget *switcher = gtk_stack_switcher_new ();
  GtkWidget *text     = cnn_text_editor_new (self->draft);

  self->file = cnn_file_view_new (self->draft, cnn_picture_shape (self->picture));
  self->layers = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  self->stack = cnn_stack_view_new (self->draft, self->preview);
  self->params = cnn_params_view_new (self->draft);
  gtk_widget_set_margin_top (self->params, GAP);
  gtk_paned_pack1 (GTK_PANED (self->layers), self->stack, FALSE, FALSE);
  gtk_paned_pack2 (GTK_PANED (self->layers), scrolled (self->params, 120), TRUE, FALSE);
  gtk_stack_add_titled (GTK_STACK (pages), self->layers, "layers", _("Layers"));
  gtk_stack_add_titled (GTK_STACK (pages), text, "text", _("Text"));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (pages));
  gtk_container_foreach (GTK_CONTAINER (switcher), make_narrow, NULL);
  gtk_box_pack_start (GTK_BOX (top), presets, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (top), cnn_file_view_buttons (CNN_FILE_VIEW (self->file)), FALSE,
                      FALSE, 0);
  gtk_box_pack_end (GTK_BOX (top), switcher, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), top, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->file, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), pages, TRUE, TRUE, 0);
  gtk_widget_set_size_request (box, 340, -1);
  gtk_widget_set_margin_end (box, GAP);
  gtk_widget_show_all (top);
  gtk_widget_show (self->stack);
  gtk_widget_show (text);
  gtk_widget_show (self->layers);
  gtk_stack_set_visible_child (GTK_STACK (pages), self->layers);
  gtk_widget_show (pages);
  gtk_widget_show (box);
  return box;
}

/* Its arithmetic can go, to leave the maps its room. */
static GtkWidget *
right_side (CnnEditor *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);

  self->maps = cnn_maps_view_new (self->preview);
  self->arithmetic = cnn_arithmetic_view_new ();
  self->arithmetic_toggle = gtk_toggle_button_new_with_mnemonic (_("Arith_metic"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->arithmetic_toggle), TRUE);
  gtk_widget_set_tooltip_text (self->arithmetic_toggle,
                               _("Show how the value of a cell comes about, beside the maps"));
  cnn_maps_view_add_tool (CNN_MAPS_VIEW (self->maps), self->arithmetic_toggle);
  gtk_paned_set_wide_handle (GTK_PANED (paned), TRUE);
  gtk_paned_pack1 (GTK_PANED (paned), self->maps, TRUE, FALSE);
  gtk_paned_pack2 (GTK_PANED (paned), self->arithmetic, FALSE, FALSE);
  gtk_widget_set_size_request (self->maps, 260, 240);
  gtk_widget_set_size_request (self->arithmetic, 300, -1);
  gtk_widget_set_margin_start (self->maps, GAP);
  gtk_widget_set_margin_end (self->maps, GAP);
  gtk_widget_set_margin_start (self->arithmetic, GAP);
  gtk_widget_show (self->maps);
  gtk_widget_show (self->arithmetic);
  gtk_widget_show (paned);
  return paned;
}

/** cnn_editor_fill: makes the parts and puts them side by side. */
void
cnn_editor_fill (CnnEditor *self, const char *presets_folder)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);

  self->output = cnn_output_view_new ();
  gtk_paned_set_wide_handle (GTK_PANED (paned), TRUE);
  gtk_paned_pack1 (GTK_PANED (paned), left_side (self, presets_folder), FALSE, FALSE);
  gtk_paned_pack2 (GTK_PANED (paned), right_side (self), TRUE, FALSE);
  gtk_widget_show (self->output);
  gtk_widget_show (paned);
  gtk_box_pack_start (GTK_BOX (self), paned, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->output, FALSE, FALSE, 0);
}
