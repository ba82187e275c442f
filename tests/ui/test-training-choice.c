/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "optimiser.h"
#include "training-choice.h"
#include "ui-test.h"

/* How a network learns, chosen or written. */

static void
test_optimiser (void)
{
  GtkWidget     *choice = cnn_optimiser_choice_new ("Optimiser", "How it descends");
  GtkEntry      *entry = GTK_ENTRY (cnn_training_choice_entry (choice));
  GtkWidget     *window = ui_test_show (choice, 300, 60);
  GtkTreeModel  *list = gtk_combo_box_get_model (GTK_COMBO_BOX (choice));
  CnnOptimiser   optimiser;
  guint          n;

  cnn_optimisers (&n);
  g_assert_cmpint (gtk_tree_model_iter_n_children (list, NULL), ==, n);
  for (guint i = 0; i < n; i++)
    {
      gtk_combo_box_set_active (GTK_COMBO_BOX (choice), (int) i);
      g_assert_true (cnn_optimiser_parse (gtk_entry_get_text (entry), &optimiser, NULL));
      g_assert_true (optimiser.kind == cnn_optimisers (&n)[i]);
    }
  /* Parameters can be written, and what cannot be is said. */
  gtk_entry_set_text (entry, "momentum momentum=0.5");
  g_assert_null (gtk_entry_get_icon_name (entry, GTK_ENTRY_ICON_SECONDARY));
  gtk_entry_set_text (entry, "momentun");
  g_assert_nonnull (gtk_entry_get_icon_name (entry, GTK_ENTRY_ICON_SECONDARY));
  g_assert_nonnull (strstr (gtk_entry_get_icon_tooltip_text (entry, GTK_ENTRY_ICON_SECONDARY),
                            "momentun"));
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/training-choice/optimiser", test_optimiser);
  return g_test_run ();
}
