/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog: GIMP's own for a procedure, with the editor in it. */

#include "dialog.h"

#include <string.h>

#include <libgimp/gimpui.h>

#include "drawable-picture.h"
#include "editor.h"
#include "i18n.h"
#include "make-layers.h"
#include "model.h"
#include "presets.h"
#include "procedure.h"
#include "request.h"

/* A check takes milliseconds, but not after each key of a fast typist. */
#define CHECK_DELAY_MS 60

/* The window's size at most, and what is left of the screen for its frame and some of
 * the image. */
#define MOST_WIDTH   1500
#define MOST_HEIGHT  1000
#define FRAME_WIDTH  40
#define FRAME_HEIGHT 40

typedef struct
{
  GtkWidget           *dialog;
  GtkWidget           *editor;
  GimpProcedure       *procedure;
  GimpProcedureConfig *config;
  GimpImage           *image;
  GimpLayer           *layer;
  CnnPicture          *picture;
  DrawablePicture     *source;
  guint                check_id;
  int                  encoding;
  gboolean             edits;   /* whether maps that are there change */
  gboolean             telling; /* one of config and editor what the other says */
} Dialog;

static const char *const editor_arguments[] = { "network", "stages", "maps", "mapping",
                                                "placement", "input-encoding", NULL };

/* --- the preset --------------------------------------------------------------- */

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

/* What counts here is the text. Where it is a preset's the argument says so. */
static void
network_changed (Dialog *self)
{
  g_autofree char *text = NULL;
  const CnnPreset *preset;

  g_object_get (self->config, "network", &text, NULL);
  preset = preset_with_text (text != NULL ? text : "");
  g_object_set (self->config, "preset", preset != NULL ? preset->name : "custom", NULL);
}

/* --- what it makes -------------------------------------------------------------- */

static char *
describe (const Dialog *self, const Request *request)
{
  g_autofree char *layers = g_strdup_printf (dngettext ("convolens", "%d layer", "%d layers",
                                                        request->n_layers),
                                             request->n_layers);
  g_autofree char *groups = g_strdup_printf (dngettext ("convolens", "%u group", "%u groups",
                                                        request->stages->len),
                                             request->stages->len);

  if (self->edits)
    /* Translators: a button, as in "Change to 9 layers in 1 group". */
    return g_strdup_printf (_("Ch_ange to %s in %s"), layers, groups);
  /* Translators: a button, as in "Add 9 layers in 1 group". */
  return g_strdup_printf (_("_Add %s in %s"), layers, groups);
}

static gboolean
check (gpointer data)
{
  Dialog             *self    = data;
  g_autoptr (GError)  error   = NULL;
  g_autoptr (Request) request = request_new (self->config, self->layer, &error);
  GtkWidget          *ok      = gtk_dialog_get_widget_for_response (GTK_DIALOG (self->dialog),
                                                                    GTK_RESPONSE_OK);

  self->check_id = 0;
  if (request != NULL)
    {
      g_autofree char *text = describe (self, request);
      g_autofree char *bare = gimp_strip_uline (text);

      gtk_button_set_label (GTK_BUTTON (ok), text);
      cnn_editor_verdict (CNN_EDITOR (self->editor), TRUE, bare);
    }
  else
    {
      g_autofree char *sentence = procedure_sentence (error);

      gtk_button_set_label (GTK_BUTTON (ok), self->edits ? _("Ch_ange Layers") : _("_Add Layers"));
      cnn_editor_verdict (CNN_EDITOR (self->editor), FALSE, sentence);
    }
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

static void
encoding_changed (Dialog *self)
{
  int encoding = gimp_procedure_config_get_choice_id (self->config, "input-encoding");

  if (encoding == self->encoding)
    return;
  self->encoding = encoding;
  drawable_picture_set_encoding (self->source, encoding);
  cnn_editor_picture_changed (CNN_EDITOR (self->editor));
}

static void
copy_property (GObject *from, GObject *to, const char *name)
{
  g_autofree char *text = NULL;
  g_autofree char *has  = NULL;

  g_object_get (from, name, &text, NULL);
  g_object_get (to, name, &has, NULL);
  if (g_strcmp0 (text, has) != 0)
    g_object_set (to, name, text, NULL);
}

/* GIMP's buttons change many arguments at once and then tell of each, in any order; of
 * which layers are kept means nothing before the network is there. */
static void
show_config (Dialog *self)
{
  if (self->telling)
    return;
  self->telling = TRUE;
  for (guint i = 0; editor_arguments[i] != NULL; i++)
    copy_property (G_OBJECT (self->config), G_OBJECT (self->editor), editor_arguments[i]);
  self->telling = FALSE;
}

static void
editor_changed (Dialog *self, GParamSpec *spec)
{
  if (self->telling || !g_strv_contains (editor_arguments, spec->name))
    return;
  self->telling = TRUE;
  copy_property (G_OBJECT (self->editor), G_OBJECT (self->config), spec->name);
  self->telling = FALSE;
}

/* --- what the editor asks for -------------------------------------------------------- */

static void
say (Dialog *self, const GError *error)
{
  g_autofree char *sentence = procedure_sentence (error);

  cnn_editor_verdict (CNN_EDITOR (self->editor), FALSE, sentence);
}

static void
select_field (Dialog *self, const CnnRect *field)
{
  int x, y;

  if (!gimp_item_is_valid (GIMP_ITEM (self->layer)))
    return;
  gimp_drawable_get_offsets (GIMP_DRAWABLE (self->layer), &x, &y);
  gimp_image_select_rectangle (self->image, GIMP_CHANNEL_OP_REPLACE, field->x + x, field->y + y,
                               field->width, field->height);
  gimp_displays_flush ();
}

/* The parts and their sum are the last two layers of that network. */
static void
add_partial_sums (Dialog *self, const char *text)
{
  g_autoptr (GimpProcedureConfig) config  = gimp_procedure_create_config (self->procedure);
  g_autoptr (CnnNetwork)          network = cnn_network_parse (text, NULL);
  g_autoptr (GPtrArray)           groups  = NULL;
  g_autoptr (GError)              error   = NULL;
  g_autofree char *mapping   = NULL;
  g_autofree char *placement = NULL;
  g_autofree char *encoding  = NULL;
  g_autofree char *stages    = NULL;
  int              last;

  g_return_if_fail (network != NULL);

  last = (int) cnn_network_n_nodes (network) - 1;
  stages = g_strdup_printf ("%d-%d", last - 1, last);
  g_object_get (self->config, "mapping", &mapping, "placement", &placement, "input-encoding",
                &encoding, NULL);
  g_object_set (config, "preset", "custom", "network", text, "stages", stages, "maps", "all",
                "mapping", mapping, "placement", placement, "input-encoding", encoding, NULL);
  groups = make_layers (self->image, self->layer, config, &error);
  if (groups == NULL)
    say (self, error);
  else
    gimp_displays_flush ();
}

/* --- the window --------------------------------------------------------------------------- */

/* Most of the screen where that is small, and no more than there are things to see. */
static void
set_size (Dialog *self)
{
  GdkDisplay  *display = gtk_widget_get_display (self->dialog);
  GdkMonitor  *monitor = gdk_display_get_primary_monitor (display);
  GdkRectangle area    = { 0, 0, 1280, 720 };

  if (monitor == NULL)
    monitor = gdk_display_get_monitor (display, 0);
  if (monitor != NULL)
    gdk_monitor_get_workarea (monitor, &area);
  gtk_window_set_default_size (GTK_WINDOW (self->dialog),
                               MIN (area.width - FRAME_WIDTH, MOST_WIDTH),
                               MIN (area.height - FRAME_HEIGHT, MOST_HEIGHT));
}

static void
fill (Dialog *self)
{
  GtkWidget       *content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  g_autofree char *folder  = g_build_filename (gimp_directory (), "convolens", NULL);

  self->editor = cnn_editor_new (self->picture, folder);
  show_config (self);
  g_signal_connect_swapped (self->editor, "notify", G_CALLBACK (editor_changed), self);
  g_signal_connect_swapped (self->editor, "select-field", G_CALLBACK (select_field), self);
  g_signal_connect_swapped (self->editor, "partial-sums", G_CALLBACK (add_partial_sums), self);
  gtk_container_set_border_width (GTK_CONTAINER (self->editor), 6);
  gtk_box_pack_start (GTK_BOX (content), self->editor, TRUE, TRUE, 0);
  gtk_widget_show (self->editor);
  set_size (self);
}

/* A model that was asked for is shown as its text, which names the file; the editor saves
 * models itself. */
static void
show_model (Dialog *self)
{
  g_autofree char     *path  = procedure_model_path (self->config, "model", NULL);
  CnnShape             shape = { gimp_drawable_get_height (GIMP_DRAWABLE (self->layer)),
                                 gimp_drawable_get_width (GIMP_DRAWABLE (self->layer)),
                                 gimp_drawable_is_rgb (GIMP_DRAWABLE (self->layer)) ? 3 : 1 };
  g_autoptr (CnnModel) model = path != NULL ? cnn_model_open (path, shape, NULL) : NULL;

  if (model != NULL)
    g_object_set (self->config, "preset", "custom", "network", cnn_model_text (model), NULL);
  g_object_set (self->config, "model", NULL, "save-model", NULL, NULL);
}

/* A preset that was chosen last is shown as it is now. */
static void
show_preset (Dialog *self)
{
  g_autofree char *name = NULL;
  const CnnPreset *preset;

  g_object_get (self->config, "preset", &name, NULL);
  preset = name != NULL ? cnn_preset_find (name) : NULL;
  if (preset != NULL)
    g_object_set (self->config, "network", preset->text, NULL);
}

/**
 * feature_maps_dialog_run:
 * @config: the arguments, as they were last; changed by what the person does
 * @layer: the picture, in @image
 * @edits: whether maps that are there are to change
 *
 * Returns: whether to go on
 */
gboolean
feature_maps_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image,
                         GimpLayer *layer, gboolean edits)
{
  Dialog   self = { .procedure = procedure, .config = config, .image = image, .layer = layer,
                    .edits = edits };
  gboolean ok;

  gimp_ui_init ("convolens");
  self.encoding = gimp_procedure_config_get_choice_id (config, "input-encoding");
  self.picture = drawable_picture_new (GIMP_DRAWABLE (layer), self.encoding, &self.source);
  self.dialog = gimp_procedure_dialog_new (procedure, config,
                                           edits ? _("Edit These Maps") : _("Feature Maps"));
  show_model (&self);
  show_preset (&self);
  fill (&self);
  network_changed (&self);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (show_config), &self);
  g_signal_connect_swapped (config, "notify::network", G_CALLBACK (network_changed), &self);
  g_signal_connect_swapped (config, "notify::input-encoding", G_CALLBACK (encoding_changed),
                            &self);
  g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &self);
  check (&self);

  ok = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog));

  g_signal_handlers_disconnect_by_data (config, &self);
  g_clear_handle_id (&self.check_id, g_source_remove);
  gtk_widget_destroy (self.dialog);
  cnn_picture_unref (self.picture);
  return ok;
}
