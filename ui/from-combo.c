/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "from-combo.h"

#include "i18n.h"

/* The choice of the layer that another one reads: what from= says. */

/**
 * from_combo_new:
 *
 * Returns: (transfer floating): a combo box; its active id is the chosen layer's name, empty
 *   for the layer before
 */
GtkWidget *
from_combo_new (void)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  gtk_widget_set_hexpand (combo, TRUE);
  gtk_widget_set_tooltip_text (combo, _("Which layer this one reads"));
  atk_object_set_name (gtk_widget_get_accessible (combo), _("Reads"));
  return combo;
}

/**
 * from_combo_show:
 * @from: (nullable): the name of the layer that is read
 * @names: those that there are; @from need not be among them
 *
 * Shows what there is to choose, and what is chosen.
 */
void
from_combo_show (GtkWidget *combo, const char *from, const char *const *names)
{
  GtkComboBoxText *box = GTK_COMBO_BOX_TEXT (combo);

  gtk_combo_box_text_remove_all (box);
  gtk_combo_box_text_append (box, "", _("Layer before"));
  if (from != NULL && !g_strv_contains (names, from))
    gtk_combo_box_text_append (box, from, from);
  for (guint i = 0; names[i] != NULL; i++)
    gtk_combo_box_text_append (box, names[i], names[i]);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (box), from != NULL ? from : "");
}
