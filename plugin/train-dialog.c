/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog: GIMP's own for a procedure, with what to train on the left and the training on
 * the right. It stays open until the person closes it. */

#include "train-dialog.h"

#include <string.h>

#include <libgimp/gimpui.h>

#include "data-summary.h"
#include "dialog-parts.h"
#include "draft.h"
#include "i18n.h"
#include "path-row.h"
#include "picture-decoder.h"
#include "presets.h"
#include "procedure.h"
#include "text-editor.h"
#include "train-entries.h"
#include "train-run.h"
#include "train-settings.h"
#include "train-source.h"
#include "training-view.h"

/* Images are looked for when the person rests. */
#define LOOK_DELAY_MS 300

#define SETTINGS_WIDTH 400
#define WIDTH          1180
#define HEIGHT         860

enum
{
  DATA,
  LABELS,
  TEST,
  OUTPUT,
  CHECKPOINT,
  N_PATHS
};

static const struct
{
  const char *argument;
  const char *label;
  CnnPathKind kind;
} paths[] = {
  { "data", N_("Ima_ges"), CNN_PATH_OPEN_ANYTHING },
  { "labels", N_("_Labels"), CNN_PATH_OPEN },
  { "test-data", N_("_Test images"), CNN_PATH_OPEN_ANYTHING },
  { "output", N_("_Save as"), CNN_PATH_SAVE },
  { "checkpoint", N_("Chec_kpoint"), CNN_PATH_SAVE },
};

typedef struct
{
  GtkWidget           *dialog;
  GtkWidget           *settings;
  GtkWidget           *preset;
  GtkWidget           *summary;
  GtkWidget           *source;
  GtkWidget           *of_files;  /* what is said of files … */
  GtkWidget           *of_layers; /* … and of layers */
  GtkWidget           *rows[N_PATHS];
  GtkWidget           *view;
  GimpProcedureConfig *config;
  CnnDraft            *draft;
  guint                look_id;
  GimpImage           *learnt;  /* (nullable): whose layers the training was given */
  gboolean             telling; /* one of config and widgets what the other says */
  GtkWidget           *question; /* (nullable): whether what was learnt may be lost … */
  int                  asked;    /* … by this answer */
  gboolean             may_lose;
} Dialog;

/* --- the network ------------------------------------------------------------------------------ */

/* Networks that a training can end with: those that put out probabilities. */
static gboolean
can_train (const CnnPreset *preset)
{
  return strstr (preset->text, "softmax") != NULL;
}

static void
show_preset (Dialog *self)
{
  const CnnPreset *preset = cnn_train_settings_preset (cnn_draft_text (self->draft));

  gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->preset), preset ? preset->name : "custom");
}

static void
preset_chosen (Dialog *self)
{
  const char      *name = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->preset));
  const CnnPreset *preset = name ? cnn_preset_find (name) : NULL;

  if (preset && !self->telling)
    cnn_draft_set_text (self->draft, preset->text);
}

static void
draft_changed (Dialog *self)
{
  if (self->telling)
    return;
  self->telling = TRUE;
  g_object_set (self->config, "network", cnn_draft_text (self->draft), NULL);
  show_preset (self);
  self->telling = FALSE;
}

/* A preset tells as many classes apart as there are. */
static void
classes_found (Dialog *self, guint n_classes)
{
  const char      *text = cnn_draft_text (self->draft);
  g_autofree char *fitting = NULL;

  if (!cnn_train_settings_preset (text))
    return;
  fitting = cnn_train_settings_with_classes (text, n_classes);
  if (strcmp (fitting, text) != 0)
    cnn_draft_set_text (self->draft, fitting);
}

/* --- what the arguments say ------------------------------------------------------------- */

static void
path_changed (Dialog *self, CnnPathRow *row)
{
  const char       *path = cnn_path_row_path (row);
  g_autoptr (GFile) file = *path ? g_file_new_for_path (path) : NULL;

  if (self->telling)
    return;
  self->telling = TRUE;
  for (int i = 0; i < N_PATHS; i++)
    if (self->rows[i] == GTK_WIDGET (row))
      g_object_set (self->config, paths[i].argument, file, NULL);
  self->telling = FALSE;
}

/* Only where it is another: what a person is writing is not handed over before a rest. */
static void
show_network (Dialog *self)
{
  g_autofree char *text = NULL;
  const CnnPreset *preset;

  if (self->telling)
    return;
  self->telling = TRUE;
  g_object_get (self->config, "network", &text, NULL);
  preset = text ? cnn_preset_find (text) : NULL;
  cnn_draft_set_text (self->draft, preset ? preset->text : text ? text : "");
  show_preset (self);
  self->telling = FALSE;
}

static void
show_paths (Dialog *self)
{
  if (self->telling)
    return;
  self->telling = TRUE;
  for (int i = 0; i < N_PATHS; i++)
    {
      g_autoptr (GFile) file = NULL;
      g_autofree char  *path = NULL;

      g_object_get (self->config, paths[i].argument, &file, NULL);
      path = file ? g_file_get_path (file) : NULL;
      cnn_path_row_set (CNN_PATH_ROW (self->rows[i]), path);
    }
  self->telling = FALSE;
}

static gboolean
look (gpointer data)
{
  Dialog                      *self = data;
  g_autoptr (GError)           error = NULL;
  g_autoptr (CnnTrainSettings) settings = train_settings (self->config, FALSE, &error);

  self->look_id = 0;
  if (settings)
    cnn_data_summary_look (CNN_DATA_SUMMARY (self->summary), settings, cnn_picture_decoder ());
  else
    {
      g_autofree char *sentence = procedure_sentence (error);

      cnn_data_summary_say (CNN_DATA_SUMMARY (self->summary), sentence);
    }
  return G_SOURCE_REMOVE;
}

static void
show_source (Dialog *self)
{
  g_autoptr (GimpImage) image = NULL;

  g_object_get (self->config, "image-of-classes", &image, NULL);
  gtk_widget_set_visible (self->of_files, image == NULL);
  gtk_widget_set_visible (self->of_layers, image != NULL);
}

static void
config_changed (Dialog *self)
{
  show_paths (self);
  show_source (self);
  g_clear_handle_id (&self->look_id, g_source_remove);
  self->look_id = g_timeout_add (LOOK_DELAY_MS, look, self);
}

/* --- training --------------------------------------------------------------------------- */

static void
training_changed (Dialog *self)
{
  gboolean runs = cnn_training_view_is_running (CNN_TRAINING_VIEW (self->view));
  gboolean done = cnn_training_view_phase (CNN_TRAINING_VIEW (self->view)) == CNN_TRAIN_DONE;

  gtk_widget_set_sensitive (self->settings, !runs);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, !runs);
  gtk_button_set_label (GTK_BUTTON (gtk_dialog_get_widget_for_response (
                          GTK_DIALOG (self->dialog), GTK_RESPONSE_CANCEL)),
                        done ? _("_Close") : _("_Cancel"));
}

static void
train (Dialog *self)
{
  g_autoptr (GError)           error = NULL;
  g_autoptr (CnnTrainSettings) settings = NULL;

  /* Asking for the text hands over what is being written. */
  cnn_draft_text (self->draft);
  g_clear_object (&self->learnt);
  g_object_get (self->config, "image-of-classes", &self->learnt, NULL);
  /* Only layers are read now, and may be many. */
  gimp_progress_init (_("Training"));
  settings = train_settings (self->config, TRUE, &error);
  gimp_progress_end ();
  if (settings)
    cnn_training_view_start (CNN_TRAINING_VIEW (self->view), settings, cnn_picture_decoder ());
  else
    gimp_message (error->message);
  training_changed (self);
}

/* Names of layers are unique in an image. */
static void
show_layer (Dialog *self, const char *name)
{
  GimpLayer *layer = NULL;

  if (self->learnt != NULL && gimp_image_is_valid (self->learnt))
    layer = gimp_image_get_layer_by_name (self->learnt, name);
  if (layer == NULL)
    return;
  gimp_image_set_selected_layers (self->learnt, (const GimpLayer *[]) { layer, NULL });
  gimp_displays_flush ();
}

static void
answered (Dialog *self, int answer)
{
  g_clear_pointer (&self->question, gtk_widget_destroy);
  if (answer != GTK_RESPONSE_OK)
    return;
  self->may_lose = TRUE;
  gtk_dialog_response (GTK_DIALOG (self->dialog), self->asked);
  self->may_lose = FALSE;
}

/* Asks, where what was learnt is in no file; with consent, @answer is given once more. */
static gboolean
may_go_on (Dialog *self, int answer)
{
  if (self->may_lose || !cnn_training_view_is_unsaved (CNN_TRAINING_VIEW (self->view)))
    return TRUE;
  self->asked = answer;
  self->question = gtk_message_dialog_new (GTK_WINDOW (self->dialog), GTK_DIALOG_MODAL,
                                           GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE,
                                           _("The trained network is not saved."));
  gtk_dialog_add_buttons (GTK_DIALOG (self->question), _("_Go Back"), GTK_RESPONSE_CANCEL,
                          answer == GTK_RESPONSE_OK ? _("_Train without Saving")
                                                    : _("Close _without Saving"),
                          GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (self->question), GTK_RESPONSE_CANCEL);
  g_signal_connect_swapped (self->question, "response", G_CALLBACK (answered), self);
  gtk_widget_show (self->question);
  return FALSE;
}

/* Before GIMP's dialog hears of it, which would end with each answer. */
static void
response (Dialog *self, int answer)
{
  gboolean ends = answer == GTK_RESPONSE_CANCEL || answer == GTK_RESPONSE_DELETE_EVENT;

  if (!ends && answer != GTK_RESPONSE_OK)
    return;
  if (cnn_training_view_is_running (CNN_TRAINING_VIEW (self->view)))
    cnn_training_view_cancel (CNN_TRAINING_VIEW (self->view));
  else if (may_go_on (self, answer))
    {
      if (ends)
        return;
      train (self);
    }
  g_signal_stop_emission_by_name (self->dialog, "response");
}

/* --- the window ------------------------------------------------------------------------- */

static void
add_network (Dialog *self, GtkWidget *box)
{
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);
  GtkWidget       *editor = cnn_text_editor_new (self->draft);

  dialog_add_heading (box, _("Network"));
  self->preset = gtk_combo_box_text_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->preset), _("Preset"));
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->preset), "custom", _("As written below"));
  for (guint i = 0; i < n; i++)
    if (can_train (&presets[i]))
      gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->preset), presets[i].name,
                                 _(presets[i].label));
  g_signal_connect_swapped (self->preset, "changed", G_CALLBACK (preset_chosen), self);
  gtk_widget_set_size_request (editor, -1, 170);
  gtk_box_pack_start (GTK_BOX (box), self->preset, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), editor, FALSE, FALSE, 0);
}

/* Rows of paths, labels and rows in columns. */
static GtkWidget *
make_paths (Dialog *self, int first, int last)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  for (int i = first; i <= last; i++)
    {
      GParamSpec      *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (self->config),
                                                            paths[i].argument);
      GtkWidget       *label = gtk_label_new_with_mnemonic (_(paths[i].label));
      g_autofree char *bare = gimp_strip_uline (_(paths[i].label));

      self->rows[i] = cnn_path_row_new (paths[i].kind, bare, g_param_spec_get_blurb (spec));
      gtk_label_set_xalign (GTK_LABEL (label), 0.0);
      gtk_label_set_mnemonic_widget (GTK_LABEL (label),
                                     cnn_path_row_entry (CNN_PATH_ROW (self->rows[i])));
      gtk_widget_set_hexpand (self->rows[i], TRUE);
      gtk_grid_attach (GTK_GRID (grid), label, 0, i - first, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), self->rows[i], 1, i - first, 1, 1);
      g_signal_connect_swapped (self->rows[i], "changed", G_CALLBACK (path_changed), self);
    }
  return grid;
}

static void
add_images (Dialog *self, GtkWidget *box)
{
  GimpProcedureDialog *dialog = GIMP_PROCEDURE_DIALOG (self->dialog);

  dialog_add_heading (box, _("Images"));
  self->source = train_source_new (self->config);
  self->of_files = make_paths (self, DATA, LABELS);
  self->of_layers = gimp_procedure_dialog_fill_box (dialog, "layers-box", "hidden-layers",
                                                    "prepare", "framing", NULL);
  self->summary = cnn_data_summary_new ();
  g_signal_connect_swapped (self->summary, "found", G_CALLBACK (classes_found), self);
  gtk_box_pack_start (GTK_BOX (box), self->source, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->of_files, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->summary, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->of_layers, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_paths (self, TEST, TEST), FALSE, FALSE, 0);
}

/* Images may be opened and closed meanwhile. */
static void
activated (Dialog *self)
{
  if (gtk_window_is_active (GTK_WINDOW (self->dialog)))
    train_source_refresh (self->source);
}

static GtkWidget *
make_settings (Dialog *self)
{
  static const char *const choices[] = { "prepare", "framing", "broken" };

  GimpProcedureDialog *dialog = GIMP_PROCEDURE_DIALOG (self->dialog);
  GtkWidget           *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  train_entries_prepare (dialog, self->config);
  dialog_prepare_choices (self->dialog, self->config, G_N_ELEMENTS (choices), choices);
  add_network (self, box);
  add_images (self, box);
  gtk_box_pack_start (GTK_BOX (box),
                      gimp_procedure_dialog_fill_box (dialog, "images-box", "size", "broken",
                                                      "augment", "validation", NULL),
                      FALSE, FALSE, 0);
  dialog_add_heading (box, _("Learning"));
  gtk_box_pack_start (GTK_BOX (box), train_entries_choices (self->config), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box),
                      gimp_procedure_dialog_fill_box (dialog, "learning-box", "epochs",
                                                      "batch-size", "rate", "clip",
                                                      "patience", "seed", NULL),
                      FALSE, FALSE, 0);
  dialog_add_heading (box, _("Files"));
  gtk_box_pack_start (GTK_BOX (box), make_paths (self, OUTPUT, CHECKPOINT), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box),
                      gimp_procedure_dialog_fill_box (dialog, "files-box", "continue", NULL),
                      FALSE, FALSE, 0);
  return box;
}

static void
fill (Dialog *self)
{
  GtkWidget *settings = make_settings (self);

  self->view = cnn_training_view_new ();
  self->settings = dialog_add_parts (self->dialog, settings, SETTINGS_WIDTH, self->view);
  dialog_set_size (self->dialog, WIDTH, HEIGHT);
}

/**
 * train_dialog_run:
 * @config: the arguments, as they were last; changed by what the person does
 *
 * Returns: (transfer full) (nullable): the training that was done last; %NULL where there is
 *   none
 */
CnnTrainJob *
train_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config)
{
  Dialog       self = { .config = config };
  CnnTrainJob *job;

  gimp_ui_init ("convolens");
  self.draft = cnn_draft_new ((CnnShape) { 28, 28, 1 });
  self.dialog = gimp_procedure_dialog_new (procedure, config, _("Train Classifier"));
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (self.dialog), _("T_rain"));
  fill (&self);
  g_signal_connect_swapped (self.draft, "changed", G_CALLBACK (draft_changed), &self);
  g_signal_connect_swapped (config, "notify::network", G_CALLBACK (show_network), &self);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &self);
  g_signal_connect_swapped (self.view, "changed", G_CALLBACK (training_changed), &self);
  g_signal_connect_swapped (self.view, "image-chosen", G_CALLBACK (show_layer), &self);
  g_signal_connect_swapped (self.dialog, "notify::is-active", G_CALLBACK (activated), &self);
  g_signal_connect_swapped (self.dialog, "response", G_CALLBACK (response), &self);
  show_network (&self);
  config_changed (&self);

  gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog));

  job = cnn_training_view_steal_job (CNN_TRAINING_VIEW (self.view));
  g_signal_handlers_disconnect_by_data (config, &self);
  g_signal_handlers_disconnect_by_data (self.draft, &self);
  g_clear_handle_id (&self.look_id, g_source_remove);
  gtk_widget_destroy (self.dialog);
  g_object_unref (self.draft);
  g_clear_object (&self.learnt);
  return job;
}
