/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What GIMP's own widgets for a training's arguments lack. */

#include "train-entries.h"

#include "dialog-parts.h"
#include "i18n.h"
#include "training-choice.h"

static void
prepare_numbers (GimpProcedureDialog *dialog, GimpProcedureConfig *config)
{
  static const struct
  {
    const char *argument;
    int         digits;
  } numbers[] = {
    { "validation", 2 }, { "epochs", 0 }, { "batch-size", 0 }, { "rate", 5 }, { "clip", 2 },
    { "patience", 0 }, { "seed", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    dialog_prepare_number (GTK_WIDGET (dialog), config, numbers[i].argument,
                           numbers[i].digits);
}

/* Texts say what may be written in them. */
static void
prepare_texts (GimpProcedureDialog *dialog, GimpProcedureConfig *config)
{
  static const struct
  {
    const char *argument;
    const char *example;
  } texts[] = {
    { "size", "32x32x3" }, { "augment", "shift=2 rotate=10 scale=0.9,1.1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GParamSpec      *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (config),
                                                            texts[i].argument);
      g_autofree char *bare = gimp_strip_uline (g_param_spec_get_nick (spec));
      GtkWidget       *text = gimp_procedure_dialog_get_widget (dialog, texts[i].argument,
                                                                GIMP_TYPE_LABEL_ENTRY);
      GtkWidget       *entry = gimp_label_entry_get_entry (GIMP_LABEL_ENTRY (text));

      gtk_entry_set_placeholder_text (GTK_ENTRY (entry), texts[i].example);
      atk_object_set_name (gtk_widget_get_accessible (entry), bare);
    }
}

static void
add_choice (GtkWidget *grid, int row, GimpProcedureConfig *config, const char *argument,
            GtkWidget *(*choice_new) (const char *name, const char *tooltip))
{
  GParamSpec      *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument);
  const char      *nick = g_param_spec_get_nick (spec);
  g_autofree char *bare = gimp_strip_uline (nick);
  GtkWidget       *choice = choice_new (bare, g_param_spec_get_blurb (spec));
  GtkWidget       *entry = cnn_training_choice_entry (choice);
  GtkWidget       *label = gtk_label_new_with_mnemonic (nick);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), choice, 1, row, 1, 1);
  g_object_bind_property (config, argument, entry, "text",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

/**
 * train_entries_choices:
 * @config: the arguments of a training
 *
 * Returns: (transfer floating): how it descends, and how fast, to be chosen or written
 */
GtkWidget *
train_entries_choices (GimpProcedureConfig *config)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  add_choice (grid, 0, config, "optimiser", cnn_optimiser_choice_new);
  add_choice (grid, 1, config, "schedule", cnn_schedule_choice_new);
  return grid;
}

/**
 * train_entries_prepare:
 * @dialog: the procedure's
 * @config: its arguments
 *
 * Makes the numbers and texts of a training; they are put into the dialog later.
 */
void
train_entries_prepare (GimpProcedureDialog *dialog, GimpProcedureConfig *config)
{
  prepare_numbers (dialog, config);
  prepare_texts (dialog, config);
}
