/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog: GIMP's own for a procedure, with what the file says and what will come of
 * the picture below the settings. */

#include "apply-dialog.h"

#include <libgimp/gimpui.h>

#include "apply-request.h"
#include "dialog-parts.h"
#include "i18n.h"
#include "procedure.h"

/* A check opens the file and plans the run; not after each key of a fast typist. */
#define CHECK_DELAY_MS 150

#define TEXT_COLUMNS 60

typedef struct
{
  GtkWidget           *dialog;
  GtkWidget           *label;
  GtkWidget           *guess;
  GimpProcedureConfig *config;
  GimpLayer           *layer;
  ApplyRequest        *request; /* (nullable): of the last check */
  char                *shown;   /* (nullable): key of the file whose settings are shown */
  guint                check_id;
} Dialog;

/* --- what is said ----------------------------------------------------------------------------- */

static void
append_file (GString *text, const CnnModelInfo *info)
{
  if (*info->name != '\0')
    g_string_append_printf (text, "%s\n", info->name);
  if (*info->producer != '\0')
    {
      g_string_append_printf (text, _("Made by %s"), info->producer);
      g_string_append_c (text, '\n');
    }
  if (*info->description != '\0')
    g_string_append_printf (text, "%s\n", info->description);
}

static void
append_sizes (GString *text, const ApplyRequest *request)
{
  const CnnApplied *applied = request->applied;

  if (applied->own_size)
    g_string_append (text, _("The network runs at the picture's own size."));
  else
    g_string_append_printf (text,
                            _("The network takes %d×%d pixels: the picture is scaled to that, and "
                              "the result to the picture's size."),
                            applied->seen.width, applied->seen.height);
  g_string_append_c (text, '\n');
  if (apply_request_enlarges (request))
    g_string_append_printf (text, _("The result is a new image of %d×%d pixels."),
                            applied->output.width, applied->output.height);
  else
    g_string_append (text, _("The result is a new layer above the picture."));
  g_string_append_c (text, '\n');
  g_string_append (text, request->encoding == PIXELS_LINEAR
                           ? _("It works in numbers in proportion to the light.")
                           : _("It works in numbers as ordinary pictures store them."));
  g_string_append_c (text, '\n');
}

/* Whether it fits the memory is found out by planning. */
static gboolean
append_memory (GString *text, const ApplyRequest *request, GError **error)
{
  g_autoptr (CnnPlan) plan = apply_request_plan (request, NULL, error);
  g_autofree char    *size = NULL;

  if (plan == NULL)
    return FALSE;
  size = g_format_size_full (cnn_plan_memory (plan), G_FORMAT_SIZE_IEC_UNITS);
  g_string_append_printf (text,
                          request->applied->bounded
                            ? _("It takes %s of memory, hardly more for larger pictures.")
                            : _("It takes %s of memory; some of its layers need whole maps, so "
                                "that is more for larger pictures."),
                          size);
  return TRUE;
}

/* (transfer full) (nullable): the whole text, or an error. */
static char *
describe (const ApplyRequest *request, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (request->model != NULL)
    append_file (text, cnn_model_info (request->model));
  append_sizes (text, request);
  return append_memory (text, request, error) ? g_strdup (text->str) : NULL;
}

/* --- settings --------------------------------------------------------------------------------- */

/* What is remembered or guessed of another file is shown in the settings' own widgets. */
static gboolean
show_settings (Dialog *self)
{
  const char *key = self->request->key != NULL ? self->request->key : "";

  if (g_strcmp0 (self->shown, key) == 0)
    return FALSE;
  g_free (self->shown);
  self->shown = g_strdup (key);
  apply_request_show (self->config, &self->request->usual);
  return TRUE;
}

static void
say_automatic (Dialog *self)
{
  g_object_set (self->config, "input-range", "auto", "channel-order", "auto", "luma", "auto",
                "mean", "auto", "scale", "auto", NULL);
}

static gboolean
check (gpointer data)
{
  Dialog            *self  = data;
  g_autoptr (GError) error = NULL;
  g_autofree char   *text  = NULL;

  self->check_id = 0;
  g_clear_pointer (&self->request, apply_request_free);
  self->request = apply_request_new (self->config, self->layer, &error);
  if (self->request != NULL && show_settings (self))
    {
      g_clear_pointer (&self->request, apply_request_free);
      self->request = apply_request_new (self->config, self->layer, &error);
    }
  if (self->request != NULL)
    text = describe (self->request, &error);
  if (text == NULL)
    text = procedure_sentence (error);
  g_clear_handle_id (&self->check_id, g_source_remove);
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_widget_set_sensitive (self->guess, self->request != NULL && self->request->model != NULL);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, error == NULL);
  return G_SOURCE_REMOVE;
}

/* Settings of one file say nothing of another, whose own are shown when it is open. */
static void
model_changed (Dialog *self)
{
  g_clear_pointer (&self->shown, g_free);
  say_automatic (self);
}

static void
config_changed (Dialog *self)
{
  /* What stands there now has not been looked at yet. */
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, FALSE);
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_DELAY_MS, check, self);
}

/* Forgets what was said of the file, also where nothing can be forgotten. */
static void
guess (Dialog *self)
{
  if (self->request == NULL || self->request->key == NULL)
    return;
  cnn_apply_remember (self->request->key, NULL, NULL);
  g_clear_pointer (&self->shown, g_free);
  say_automatic (self);
  config_changed (self);
}

static void
remember (Dialog *self)
{
  const ApplyRequest *request = self->request;
  g_autoptr (GError)  error   = NULL;

  if (request == NULL || request->key == NULL ||
      cnn_apply_settings_equal (&request->settings, &request->usual))
    return;
  if (!cnn_apply_remember (request->key, &request->settings, &error))
    g_message ("%s", error->message);
}

/* --- the window ------------------------------------------------------------------------------- */

static void
fill (Dialog *self)
{
  static const char *const choices[] = { "input-range", "channel-order", "luma",
                                         "input-encoding" };

  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  GtkWidget *row     = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  dialog_prepare_choices (self->dialog, self->config, G_N_ELEMENTS (choices), choices);
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (self->dialog), "model", "network",
                              "input-range", "channel-order", "mean", "scale", "luma",
                              "input-encoding", "memory", NULL);
  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_selectable (GTK_LABEL (self->label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (self->label), TEXT_COLUMNS);
  gtk_label_set_max_width_chars (GTK_LABEL (self->label), TEXT_COLUMNS);
  self->guess = gtk_button_new_with_mnemonic (_("Guess _values"));
  gtk_widget_set_tooltip_text (self->guess,
                               _("Forget what was said of this model's numbers and guess them"));
  gtk_widget_set_valign (self->guess, GTK_ALIGN_START);
  g_signal_connect_swapped (self->guess, "clicked", G_CALLBACK (guess), self);
  gtk_box_pack_start (GTK_BOX (row), self->label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->guess, FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (row), 12);
  gtk_box_pack_end (GTK_BOX (content), row, FALSE, FALSE, 0);
  gtk_widget_show_all (row);
}

/**
 * apply_dialog_run:
 * @config: the arguments, as they were last; changed by what the person does
 * @layer: the picture
 *
 * Returns: whether to go on
 */
gboolean
apply_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpLayer *layer)
{
  Dialog   self = { .config = config, .layer = layer };
  gboolean ok;

  gimp_ui_init ("convolens");
  self.dialog = gimp_procedure_dialog_new (procedure, config, _("Apply Network"));
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (self.dialog), _("_Apply"));
  fill (&self);
  g_signal_connect_swapped (config, "notify::model", G_CALLBACK (model_changed), &self);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &self);
  check (&self);

  ok = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog));
  if (ok)
    {
      check (&self);
      remember (&self);
    }
  g_signal_handlers_disconnect_by_data (config, &self);
  g_clear_handle_id (&self.check_id, g_source_remove);
  g_clear_pointer (&self.request, apply_request_free);
  g_free (self.shown);
  gtk_widget_destroy (self.dialog);
  return ok;
}
