/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack-toolbar.h"

#include "i18n.h"

/* The buttons above the cards. */

static GtkWidget *
icon_button (const char *icon, const char *name, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_show (button);
  return button;
}

static GtkWidget *
add_button (CnnAddFunc add, gpointer data)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *label  = gtk_label_new_with_mnemonic (_("A_dd layer"));

  gtk_box_pack_start (GTK_BOX (box),
                      gtk_image_new_from_icon_name ("list-add-symbolic", GTK_ICON_SIZE_BUTTON),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (button), box);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), button);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), cnn_add_menu_new (add, data));
  atk_object_set_name (gtk_widget_get_accessible (button), _("Add layer"));
  gtk_widget_set_tooltip_text (button, _("Add a layer below the selected one"));
  gtk_widget_show_all (button);
  return button;
}

/**
 * cnn_stack_toolbar_new:
 * @add: is called with the kind of layer that a person chooses
 * @data: for @add
 * @undo: (out) (transfer none): the button
 * @redo: (out) (transfer none): the button
 *
 * Returns: (transfer floating): a row of buttons
 */
GtkWidget *
cnn_stack_toolbar_new (CnnAddFunc add, gpointer data, GtkWidget **undo, GtkWidget **redo)
{
  GtkWidget *bar     = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *history = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  *undo = icon_button ("edit-undo-symbolic", _("Undo"), _("Undo (Ctrl+Z)"));
  *redo = icon_button ("edit-redo-symbolic", _("Redo"), _("Redo (Ctrl+Shift+Z, Ctrl+Y)"));
  gtk_style_context_add_class (gtk_widget_get_style_context (history), "linked");
  gtk_box_pack_start (GTK_BOX (history), *undo, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (history), *redo, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (bar), add_button (add, data), FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (bar), history, FALSE, FALSE, 0);
  gtk_widget_show (history);
  gtk_widget_show (bar);
  return bar;
}
