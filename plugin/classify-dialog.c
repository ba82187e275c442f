/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog: GIMP's own for a procedure, with what the network sees of the layer and what it
 * says of that beside the settings. */

#include "classify-dialog.h"

#include <libgimp/gimpui.h>

#include "classify-map.h"
#include "dialog-parts.h"
#include "i18n.h"
#include "input-view.h"
#include "probability-bars.h"
#include "procedure.h"

/* An answer runs the network; not after each key of a fast typist. */
#define CHECK_DELAY_MS 150

#define TEXT_COLUMNS 36

typedef struct
{
  GtkWidget           *dialog;
  GtkWidget           *input;
  GtkWidget           *bars;
  GtkWidget           *answer; /* the most likely class, in large letters */
  GtkWidget           *label;  /* how it came to be, or what is wrong */
  GimpProcedureConfig *config;
  GimpLayer           *layer;
  guint                check_id;
  gboolean             asking; /* a network, in a thread */
  gboolean             again;  /* things have changed since */
} Dialog;

static gboolean check (gpointer data);

/* --- what is said ----------------------------------------------------------------------------- */

static char *
describe (const ClassifyRequest *request)
{
  static const char *const inks[] = {
    [CNN_PAPER_BRIGHTER] =
      N_("The ink is darker than its paper. The network sees it on %d×%d cells."),
    [CNN_PAPER_DARKER] =
      N_("The ink is brighter than its paper. The network sees it on %d×%d cells."),
    [CNN_PAPER_NONE] =
      N_("The ink is what is opaque. The network sees it on %d×%d cells."),
  };
  const CnnClassifier *classifier = request->classifier;
  const char          *how;

  if (classifier->digit)
    how = dgettext ("convolens", inks[request->picture.paper]);
  else
    how = _("The network sees the picture in %d×%d pixels.");
  return g_strdup_printf (how, classifier->input.width, classifier->input.height);
}

/* What is wrong needs no room for an answer. */
static void
show_parts (Dialog *self, gboolean answered)
{
  gtk_widget_set_visible (self->input, answered);
  gtk_widget_set_visible (self->answer, answered);
  gtk_widget_set_visible (self->bars, answered);
}

static void
show_answer (Dialog *self, const ClassifyRequest *request)
{
  const CnnClassifier *classifier = request->classifier;
  g_autoptr (GPtrArray) labels    = g_ptr_array_new_with_free_func (g_free);
  g_autofree char      *text      = describe (request);

  for (guint i = 0; i < classifier->n_classes; i++)
    g_ptr_array_add (labels, cnn_classifier_label (classifier, i));
  gtk_label_set_text (GTK_LABEL (self->answer), labels->pdata[request->best]);
  gtk_label_set_text (GTK_LABEL (self->label), text);
  cnn_input_view_set (CNN_INPUT_VIEW (self->input), classifier->input, request->picture.seen);
  cnn_probability_bars_set (CNN_PROBABILITY_BARS (self->bars), classifier->n_classes,
                            request->probabilities, (const char *const *) labels->pdata);
  show_parts (self, TRUE);
}

static void
show_nothing (Dialog *self, const GError *error)
{
  g_autofree char *text = procedure_sentence (error);

  gtk_label_set_text (GTK_LABEL (self->answer), "");
  gtk_label_set_text (GTK_LABEL (self->label), text);
  cnn_input_view_set (CNN_INPUT_VIEW (self->input), (CnnShape) { 0, 0, 0 }, NULL);
  cnn_probability_bars_set (CNN_PROBABILITY_BARS (self->bars), 0, NULL, NULL);
  show_parts (self, FALSE);
}

static void
show (Dialog *self, const ClassifyRequest *request, const GError *error)
{
  if (request != NULL)
    show_answer (self, request);
  else
    show_nothing (self, error);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, request != NULL);
}

static void
run_thread (GTask *task, gpointer source, gpointer request, GCancellable *cancellable)
{
  GError *error = NULL;

  if (classify_request_run (request, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
got_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Dialog            *self  = data;
  g_autoptr (GError) error = NULL;
  gboolean           ok    = g_task_propagate_boolean (G_TASK (result), &error);

  self->asking = FALSE;
  if (self->again)
    check (self);
  else
    show (self, ok ? g_task_get_task_data (G_TASK (result)) : NULL, error);
}

/* A large network takes its time: it is asked in a thread, one question after the other. */
static gboolean
check (gpointer data)
{
  Dialog             *self  = data;
  g_autoptr (GError)  error = NULL;
  g_autoptr (GTask)   task  = NULL;
  ClassifyRequest    *request;

  self->check_id = 0;
  self->again = self->asking;
  if (self->asking)
    return G_SOURCE_REMOVE;
  request = classify_request_new (self->config, self->layer, &error);
  if (request == NULL)
    {
      show (self, NULL, error);
      return G_SOURCE_REMOVE;
    }
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, FALSE);
  self->asking = TRUE;
  task = g_task_new (NULL, NULL, got_answer, self);
  g_task_set_task_data (task, request, (GDestroyNotify) classify_request_free);
  g_task_run_in_thread (task, run_thread);
  return G_SOURCE_REMOVE;
}

/* Without a map there is nothing to do any more but to close; with one, there is. */
static void
say_what_happens (Dialog *self)
{
  static const char *const verbs[] = {
    [CLASSIFY_MAP_NONE] = N_("Clos_e"),
    [CLASSIFY_MAP_LAYER] = N_("Add Lay_er"),
    [CLASSIFY_MAP_MASK] = N_("Add Mas_k"),
  };
  int kind = gimp_procedure_config_get_choice_id (self->config, "cam");

  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (self->dialog),
                                      dgettext ("convolens", verbs[kind]));
}

static void
config_changed (Dialog *self)
{
  /* What stands there now has not been looked at yet. */
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, FALSE);
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_DELAY_MS, check, self);
}

/* --- the window ------------------------------------------------------------------------------- */

static GtkWidget *
new_label (gboolean large)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), !large);
  gtk_label_set_width_chars (GTK_LABEL (label), large ? -1 : TEXT_COLUMNS);
  gtk_label_set_max_width_chars (GTK_LABEL (label), large ? 1 : TEXT_COLUMNS);
  if (large)
    {
      PangoAttrList *list = pango_attr_list_new ();

      pango_attr_list_insert (list, pango_attr_scale_new (2.0));
      pango_attr_list_insert (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
      gtk_label_set_attributes (GTK_LABEL (label), list);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      pango_attr_list_unref (list);
    }
  return label;
}

/* What is said of a map counts where there is one. */
static void
follow_map (Dialog *self)
{
  static const char *const settings[] = { "cam-class", "cam-layer" };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      GimpValueArray *none = gimp_value_array_new_from_types (NULL, G_TYPE_STRING, "none",
                                                              G_TYPE_NONE);

      gimp_procedure_dialog_set_sensitive_if_in (GIMP_PROCEDURE_DIALOG (self->dialog),
                                                 settings[i], NULL, "cam", none, FALSE);
    }
}

/* The settings stay on the left, where GIMP has them. */
static void
fill (Dialog *self)
{
  static const char *const choices[] = { "prepare", "framing", "input-encoding", "cam" };

  GtkWidget *settings;
  GtkWidget *answer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *row    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));

  dialog_prepare_choices (self->dialog, self->config, G_N_ELEMENTS (choices), choices);
  settings = gimp_procedure_dialog_fill_box (
    GIMP_PROCEDURE_DIALOG (self->dialog), "settings", "model", "network", "prepare", "framing",
    "input-encoding", "cam", "cam-class", "cam-layer", NULL);
  follow_map (self);
  self->input = cnn_input_view_new ();
  self->bars = cnn_probability_bars_new ();
  self->answer = new_label (TRUE);
  self->label = new_label (FALSE);
  atk_object_set_name (gtk_widget_get_accessible (self->answer), _("Answer"));
  gtk_widget_set_halign (self->input, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (answer), self->input, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (answer), self->answer, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (answer), self->label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (answer), self->bars, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), settings, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), answer, TRUE, TRUE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (row), 12);
  gtk_box_pack_start (GTK_BOX (content), row, TRUE, TRUE, 0);
  gtk_widget_show_all (row);
}

/**
 * classify_dialog_run:
 * @config: the arguments, as they were last; changed by what the person does
 * @layer: the picture
 *
 * Returns: whether to go on
 */
gboolean
classify_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpLayer *layer)
{
  Dialog   self = { .config = config, .layer = layer };
  gboolean ok;

  gimp_ui_init ("convolens");
  self.dialog = gimp_procedure_dialog_new (procedure, config, _("Classify"));
  fill (&self);
  g_signal_connect_swapped (config, "notify::cam", G_CALLBACK (say_what_happens), &self);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &self);
  say_what_happens (&self);
  check (&self);

  ok = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog));
  g_signal_handlers_disconnect_by_data (config, &self);
  g_clear_handle_id (&self.check_id, g_source_remove);
  for (self.again = FALSE; self.asking;)
    g_main_context_iteration (NULL, TRUE);
  gtk_widget_destroy (self.dialog);
  return ok;
}
