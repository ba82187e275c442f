/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog: GIMP's own for a procedure, with a place to write the network
 * and a line that says at once what it makes. */

#include "dialog.h"

#include <string.h>

#include <libgimp/gimpui.h>

#include "i18n.h"
#include "presets.h"
#include "request.h"

/* A check takes milliseconds, but not after each key of a fast typist. */
#define CHECK_DELAY_MS 60

typedef struct
{
  GtkWidget           *dialog;
  GtkWidget           *blurb;
  GtkWidget           *icon;
  GtkWidget           *status;
  GimpProcedureConfig *config;
  GimpLayer           *layer;
  guint                check_id;
  gboolean             busy; /* a preset and its text are being set together */
} Dialog;

/* --- preset and text ------------------------------------------------------ */

static const CnnPreset *
preset_with_text (const char *text)
{
  g_autofree char *wanted = g_strchomp (g_strdup (text));
  const CnnPreset *presets;
  guint            n;

  presets = cnn_presets (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *has = g_strchomp (g_strdup (presets[i].text));

      if (strcmp (has, wanted) == 0)
        return &presets[i];
    }
  return NULL;
}

static const CnnPreset *
current_preset (Dialog *self)
{
  g_autofree char *name = NULL;

  g_object_get (self->config, "preset", &name, NULL);
  return name != NULL ? cnn_preset_find (name) : NULL;
}

static void
show_blurb (Dialog *self)
{
  const CnnPreset *preset = current_preset (self);

  gtk_label_set_text (GTK_LABEL (self->blurb),
                      preset != NULL ? dgettext ("convolens", preset->blurb)
                                     : _("A network of your own"));
}

static void
preset_changed (Dialog *self)
{
  const CnnPreset *preset = current_preset (self);

  if (preset != NULL && !self->busy)
    {
      self->busy = TRUE;
      g_object_set (self->config, "network", preset->text, NULL);
      self->busy = FALSE;
    }
  show_blurb (self);
}

/* A preset is shown exactly while its text stands there. */
static void
network_changed (Dialog *self)
{
  g_autofree char *text = NULL;
  const CnnPreset *preset;

  if (self->busy)
    return;
  g_object_get (self->config, "network", &text, NULL);
  preset = preset_with_text (text != NULL ? text : "");
  self->busy = TRUE;
  g_object_set (self->config, "preset", preset != NULL ? preset->name : "custom", NULL);
  self->busy = FALSE;
}

/* --- what it makes -------------------------------------------------------- */

static char *
describe (const Request *request)
{
  g_autofree char *layers = g_strdup_printf (dngettext ("convolens", "%d layer", "%d layers",
                                                        request->n_layers),
                                             request->n_layers);
  g_autofree char *groups = g_strdup_printf (dngettext ("convolens", "%u group", "%u groups",
                                                        request->stages->len),
                                             request->stages->len);

  /* Translators: as in "Makes 9 layers in 1 group". */
  return g_strdup_printf (_("Makes %s in %s"), layers, groups);
}

static gboolean
check (gpointer data)
{
  Dialog             *self    = data;
  g_autoptr (GError)  error   = NULL;
  g_autoptr (Request) request = request_new (self->config, self->layer, &error);
  g_autofree char    *text    = request != NULL ? describe (request) : request_sentence (error);

  self->check_id = 0;
  gtk_label_set_text (GTK_LABEL (self->status), text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                request != NULL ? GIMP_ICON_DIALOG_INFORMATION
                                                : GIMP_ICON_DIALOG_WARNING,
                                GTK_ICON_SIZE_BUTTON);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, request != NULL);
  return G_SOURCE_REMOVE;
}

static void
config_changed (Dialog *self)
{
  /* What stands there now has not been looked at yet. */
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, FALSE);
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_DELAY_MS, check, self);
}

/* --- widgets -------------------------------------------------------------- */

static GtkWidget *
left_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
  gtk_widget_show (label);
  return label;
}

static const char *
nick (Dialog *self, const char *property)
{
  return g_param_spec_get_nick (
    g_object_class_find_property (G_OBJECT_GET_CLASS (self->config), property));
}

/* What a screen reader says, and what tests look for: the label. */
static void
set_accessible_name (Dialog *self, GtkWidget *widget, const char *property)
{
  g_autofree char *name = gimp_strip_uline (nick (self, property));

  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

/* GIMP's own widget for an argument, of the kind that has a label. */
static GtkWidget *
argument (Dialog *self, const char *property, GType type)
{
  GtkWidget *widget = gimp_procedure_dialog_get_widget (GIMP_PROCEDURE_DIALOG (self->dialog),
                                                        property, type);

  if (GIMP_IS_LABEL_STRING_WIDGET (widget))
    set_accessible_name (
      self, gimp_label_string_widget_get_widget (GIMP_LABEL_STRING_WIDGET (widget)), property);
  else if (GIMP_IS_LABEL_ENTRY (widget))
    set_accessible_name (self, gimp_label_entry_get_entry (GIMP_LABEL_ENTRY (widget)), property);
  gtk_widget_show (widget);
  return widget;
}

/* GIMP's own text view has no label, which it complains about itself. */
static GtkWidget *
network_editor (Dialog *self)
{
  GtkWidget     *box    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget     *window = gtk_scrolled_window_new (NULL, NULL);
  GtkTextBuffer *buffer = gimp_prop_text_buffer_new (G_OBJECT (self->config), "network", -1);
  GtkWidget     *view   = gtk_text_view_new_with_buffer (buffer);
  GtkWidget     *label  = gtk_label_new_with_mnemonic (nick (self, "network"));
  GParamSpec    *spec   = g_object_class_find_property (G_OBJECT_GET_CLASS (self->config),
                                                        "network");

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), view);

  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 6);
  gimp_help_set_help_data (view, g_param_spec_get_blurb (spec), NULL);
  set_accessible_name (self, view, "network");

  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window), GTK_SHADOW_IN);
  gtk_widget_set_size_request (window, 520, 190);
  gtk_container_add (GTK_CONTAINER (window), view);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), window, TRUE, TRUE, 0);
  gtk_widget_show_all (box);
  g_object_unref (buffer);
  return box;
}

static GtkWidget *
status_line (Dialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->icon = gtk_image_new ();
  self->status = left_label ("");
  gtk_widget_set_valign (self->icon, GTK_ALIGN_START);
  gtk_label_set_yalign (GTK_LABEL (self->status), 0.0);
  /* Two lines of room: the dialog does not jump while a person types. */
  gtk_widget_set_size_request (self->status, -1, 40);
  gtk_box_pack_start (GTK_BOX (box), self->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->status, TRUE, TRUE, 0);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_show_all (box);
  return box;
}

static void
fill (Dialog *self)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  GtkBox    *box     = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));
  GType      choice  = GTK_TYPE_COMBO_BOX;

  self->blurb = left_label ("");
  gtk_style_context_add_class (gtk_widget_get_style_context (self->blurb), "dim-label");
  gtk_widget_set_margin_bottom (self->blurb, 6);

  gtk_box_pack_start (box, argument (self, "preset", choice), FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->blurb, FALSE, FALSE, 0);
  gtk_box_pack_start (box, network_editor (self), TRUE, TRUE, 0);
  gtk_box_pack_start (box, status_line (self), FALSE, FALSE, 0);
  gtk_box_pack_start (box, argument (self, "stages", G_TYPE_NONE), FALSE, FALSE, 0);
  gtk_box_pack_start (box, argument (self, "maps", G_TYPE_NONE), FALSE, FALSE, 0);
  gtk_box_pack_start (box, argument (self, "mapping", choice), FALSE, FALSE, 0);
  gtk_box_pack_start (box, argument (self, "placement", choice), FALSE, FALSE, 0);
  gtk_box_pack_start (box, argument (self, "input-encoding", choice), FALSE, FALSE, 0);

  gtk_widget_show (GTK_WIDGET (box));
  gtk_box_pack_start (GTK_BOX (content), GTK_WIDGET (box), TRUE, TRUE, 0);
}

/**
 * feature_maps_dialog_run:
 * @config: the arguments, as they were last; changed by what the person does
 * @layer: the picture
 *
 * Returns: whether to go on
 */
gboolean
feature_maps_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpLayer *layer)
{
  Dialog   self = { .config = config, .layer = layer };
  gboolean ok;

  gimp_ui_init ("convolens");
  self.dialog = gimp_procedure_dialog_new (procedure, config, _("Feature Maps"));
  fill (&self);

  /* The text of a preset may have changed since it was last used. */
  preset_changed (&self);
  network_changed (&self);
  show_blurb (&self);
  g_signal_connect_swapped (config, "notify::preset", G_CALLBACK (preset_changed), &self);
  g_signal_connect_swapped (config, "notify::network", G_CALLBACK (network_changed), &self);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &self);
  check (&self);

  ok = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog));

  g_signal_handlers_disconnect_by_data (config, &self);
  g_clear_handle_id (&self.check_id, g_source_remove);
  gtk_widget_destroy (self.dialog);
  return ok;
}
