/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training-choice.h"

#include "i18n.h"
#include "learning-rate.h"
#include "optimiser.h"

enum
{
  WORD,
  LABEL,
  N_COLUMNS
};

/* Whether a text says one of them; with an error set, what is wrong with it. */
typedef gboolean (*CheckFunc) (const char *text, GError **error);

static gboolean
check_optimiser (const char *text, GError **error)
{
  CnnOptimiser optimiser;

  return cnn_optimiser_parse (text, &optimiser, error);
}

static gboolean
check_schedule (const char *text, GError **error)
{
  CnnSchedule schedule;

  return cnn_schedule_parse (text, &schedule, error);
}

/* Says at once what cannot be. */
static void
entry_changed (GtkWidget *entry, gpointer check)
{
  g_autoptr (GError) error = NULL;
  gboolean           ok = ((CheckFunc) check) (gtk_entry_get_text (GTK_ENTRY (entry)), &error);

  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (entry), GTK_ENTRY_ICON_SECONDARY,
                                     ok ? NULL : "dialog-warning-symbolic");
  if (!ok)
    gtk_entry_set_icon_tooltip_text (GTK_ENTRY (entry), GTK_ENTRY_ICON_SECONDARY, error->message);
}

static GtkListStore *
add_list (GtkWidget *choice)
{
  GtkListStore    *list = gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING);
  GtkCellRenderer *label = gtk_cell_renderer_text_new ();

  gtk_combo_box_set_model (GTK_COMBO_BOX (choice), GTK_TREE_MODEL (list));
  gtk_combo_box_set_entry_text_column (GTK_COMBO_BOX (choice), WORD);
  g_object_set (label, "xpad", 6, NULL);
  gtk_cell_layout_pack_end (GTK_CELL_LAYOUT (choice), label, FALSE);
  gtk_cell_layout_add_attribute (GTK_CELL_LAYOUT (choice), label, "text", LABEL);
  g_object_unref (list);
  return list;
}

static GtkWidget *
choice_new (const char *name, const char *tooltip, CheckFunc check, GtkListStore **list)
{
  GtkWidget *choice = gtk_combo_box_new_with_entry ();
  GtkWidget *entry = cnn_training_choice_entry (choice);

  *list = add_list (choice);
  gtk_widget_set_hexpand (choice, TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 16);
  gtk_widget_set_tooltip_text (entry, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (entry), name);
  g_signal_connect (entry, "changed", G_CALLBACK (entry_changed), check);
  return choice;
}

static void
add_kind (GtkListStore *list, const char *name, const char *label)
{
  gtk_list_store_insert_with_values (list, NULL, -1, WORD, name, LABEL, _(label), -1);
}

/**
 * cnn_optimiser_choice_new:
 * @name: what it is of, for a screen reader
 * @tooltip: what it is, in a sentence
 *
 * Returns: (transfer floating): the words of all optimisers, and what is written
 */
GtkWidget *
cnn_optimiser_choice_new (const char *name, const char *tooltip)
{
  guint                          n;
  const CnnOptimiserKind *const *kinds = cnn_optimisers (&n);
  GtkListStore                  *list;
  GtkWidget                     *choice = choice_new (name, tooltip, check_optimiser, &list);

  for (guint i = 0; i < n; i++)
    add_kind (list, kinds[i]->name, kinds[i]->label);
  return choice;
}

/**
 * cnn_schedule_choice_new:
 * @name: what it is of, for a screen reader
 * @tooltip: what it is, in a sentence
 *
 * Returns: (transfer floating): the words of all schedules, and what is written
 */
GtkWidget *
cnn_schedule_choice_new (const char *name, const char *tooltip)
{
  guint                         n;
  const CnnScheduleKind *const *kinds = cnn_schedule_kinds (&n);
  GtkListStore                 *list;
  GtkWidget                    *choice = choice_new (name, tooltip, check_schedule, &list);

  for (guint i = 0; i < n; i++)
    add_kind (list, kinds[i]->name, kinds[i]->label);
  return choice;
}

/** cnn_training_choice_entry: (transfer none): where it is written. */
GtkWidget *
cnn_training_choice_entry (GtkWidget *choice)
{
  return gtk_bin_get_child (GTK_BIN (choice));
}
