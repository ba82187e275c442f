/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog: GIMP's own for a procedure, with what to learn from on the left and the learning on
 * the right. */

#include "learn-dialog.h"

#include <libgimp/gimpui.h>

#include "dialog-parts.h"
#include "error.h"
#include "filter-view.h"
#include "i18n.h"
#include "learn-choose.h"
#include "learn-picture.h"
#include "path-row.h"
#include "procedure.h"

/* Layers are looked at when the person rests. */
#define LOOK_DELAY_MS 150

#define SETTINGS_WIDTH 360
#define WIDTH          1280
#define HEIGHT         860

typedef struct
{
  GtkWidget           *dialog;
  GtkWidget           *settings;
  GtkWidget           *choose;
  GtkWidget           *mask;
  GtkWidget           *counts;   /* what counts besides */
  GtkWidget           *output;
  GtkWidget           *view;
  GimpProcedureConfig *config;
  GimpImage           *image;
  GimpDrawable       **drawables;
  CnnFilterHost        host;
  LearnPicture        *picture;  /* (nullable): what is looked at */
  LearnRequest        *request;  /* (nullable): what was asked for when learning began … */
  LearnPairs          *pairs;    /* (nullable): … and the pixels */
  guint                look_id;
  gboolean             live;     /* it is to be a live filter, whatever the arguments say */
  gboolean             telling;  /* one of config and widgets what the other says */
} Dialog;

/* All there is of a result that is still the view's. */
static Learnt
learnt_of (Dialog *self, const CnnFilterResult *result)
{
  return (Learnt) { self->request, self->pairs, (CnnFilterResult *) result };
}

static gboolean
save (gpointer data, const CnnFilterResult *result, const char *file, GError **error)
{
  Learnt learnt = learnt_of (data, result);

  return learnt_save (&learnt, file, error);
}

static gboolean
can_live (gpointer data, const CnnFilterResult *result)
{
  Learnt learnt = learnt_of (data, result);

  return learnt_can_be_live (&learnt, NULL);
}

/* --- what is chosen ---------------------------------------------------------------------- */

/* The arguments say what the widgets of our own do. */
static void
hand_over (Dialog *self)
{
  g_autofree GimpLayer **before = NULL, **after = NULL;
  int                    mask = -1;

  self->telling = TRUE;
  learn_choose_get (LEARN_CHOOSE (self->choose), &before, &after);
  gimp_int_combo_box_get_active (GIMP_INT_COMBO_BOX (self->mask), &mask);
  learn_layers_say (self->config, before, after);
  g_object_set (self->config, "mask", mask > 0 ? gimp_drawable_get_by_id (mask) : NULL, NULL);
  self->telling = FALSE;
}

/* Another pair, or other numbers, are another picture; what was learnt of the last is forgotten. */
static void
show_picture (Dialog *self, const LearnRequest *request)
{
  LearnPicture *was = self->picture;

  self->picture = request ? learn_picture_new (request->layers, request->encoding) : NULL;
  cnn_filter_view_set_picture (CNN_FILTER_VIEW (self->view),
                               self->picture ? &self->picture->picture : NULL);
  g_clear_pointer (&was, learn_picture_free);
}

static void
say_what_counts (Dialog *self)
{
  gtk_label_set_text (GTK_LABEL (self->counts),
                      gimp_selection_is_empty (self->image)
                        ? _("All of the picture counts that is not transparent.")
                        : _("The selection counts, where it is not transparent."));
}

/* Says at once what is wrong. */
static gboolean
look (gpointer data)
{
  Dialog                  *self = data;
  g_autoptr (GError)       error = NULL;
  g_autoptr (LearnRequest) request = NULL;
  g_autofree char         *sentence = NULL;

  g_clear_handle_id (&self->look_id, g_source_remove);
  hand_over (self);
  say_what_counts (self);
  request = learn_request_new (self->config, self->image, self->drawables, &error);
  if (self->picture == NULL && request)
    show_picture (self, request);
  if (error == NULL && learn_picture_identical (self->picture))
    g_set_error (&error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the pictures before and after are the same: there is no filter to learn"));
  if (error)
    sentence = procedure_sentence (error);
  cnn_filter_view_set_trouble (CNN_FILTER_VIEW (self->view), sentence);
  return G_SOURCE_REMOVE;
}

static void
look_soon (Dialog *self)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  self->look_id = g_timeout_add (LOOK_DELAY_MS, look, self);
}

/* Of other layers nothing is known yet. */
static void
layers_changed (Dialog *self)
{
  if (self->telling)
    return;
  show_picture (self, NULL);
  look (self);
}

static void
mask_changed (GtkWidget *combo, gpointer data)
{
  layers_changed (data);
}

static void
show_output (Dialog *self)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char  *path = NULL;

  if (self->telling)
    return;
  self->telling = TRUE;
  g_object_get (self->config, "output", &file, NULL);
  path = file ? g_file_get_path (file) : NULL;
  cnn_path_row_set (CNN_PATH_ROW (self->output), path);
  self->telling = FALSE;
}

static void
output_changed (Dialog *self)
{
  const char       *path = cnn_path_row_path (CNN_PATH_ROW (self->output));
  g_autoptr (GFile) file = *path ? g_file_new_for_path (path) : NULL;

  if (self->telling)
    return;
  self->telling = TRUE;
  g_object_set (self->config, "output", file, NULL);
  self->telling = FALSE;
}

static void
config_changed (Dialog *self, GParamSpec *spec)
{
  if (self->telling)
    return;
  show_output (self);
  if (g_str_equal (spec->name, "encoding"))
    show_picture (self, NULL);
  look_soon (self);
}

/* --- learning ---------------------------------------------------------------------------- */

static void
learning_changed (Dialog *self)
{
  gboolean               runs = cnn_filter_view_is_running (CNN_FILTER_VIEW (self->view));
  const CnnFilterResult *result = cnn_filter_view_result (CNN_FILTER_VIEW (self->view));
  gboolean               good = result && result->found;

  gtk_widget_set_sensitive (self->settings, !runs);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK, good);
  if (good)
    gtk_widget_grab_focus (gtk_dialog_get_widget_for_response (GTK_DIALOG (self->dialog),
                                                               GTK_RESPONSE_OK));
}

static void
learn (Dialog *self)
{
  g_autoptr (GError)       error = NULL;
  g_autoptr (LearnRequest) request = NULL;
  g_autoptr (LearnPairs)   pairs = NULL;
  g_autofree char         *sentence = NULL;

  look (self);
  request = learn_request_new (self->config, self->image, self->drawables, &error);
  if (request)
    pairs = learn_pairs_new (request->layers, request->encoding, &error);
  if (error)
    {
      sentence = procedure_sentence (error);
      cnn_filter_view_set_trouble (CNN_FILTER_VIEW (self->view), sentence);
      return;
    }
  cnn_filter_view_forget (CNN_FILTER_VIEW (self->view));
  g_clear_pointer (&self->request, learn_request_free);
  g_clear_pointer (&self->pairs, learn_pairs_free);
  self->request = g_steal_pointer (&request);
  self->pairs = g_steal_pointer (&pairs);
  cnn_filter_view_start (CNN_FILTER_VIEW (self->view), cnn_filter_learner_default (),
                         self->pairs->pairs, self->pairs->n, &self->request->options);
}

/* What is to be added to the image. */
static LearnAdd
wanted (Dialog *self)
{
  return self->live ? LEARN_ADD_FILTER
                    : (LearnAdd) gimp_procedure_config_get_choice_id (self->config, "result");
}

static void
make_live (Dialog *self)
{
  self->live = TRUE;
  gtk_dialog_response (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK);
}

/* Before GIMP's dialog hears of it: what was learnt is not thrown away for nothing. */
static void
response (Dialog *self, int answer)
{
  const CnnFilterResult *result = cnn_filter_view_result (CNN_FILTER_VIEW (self->view));
  g_autoptr (GError)     error = NULL;

  if (answer != GTK_RESPONSE_OK)
    return;
  if (result && wanted (self) == LEARN_ADD_FILTER)
    {
      Learnt learnt = learnt_of (self, result);

      learnt_can_be_live (&learnt, &error);
    }
  if (error)
    {
      g_autofree char *sentence = procedure_sentence (error);

      cnn_filter_view_set_trouble (CNN_FILTER_VIEW (self->view), sentence);
    }
  if (result && error == NULL)
    return;
  self->live = FALSE;
  g_signal_stop_emission_by_name (self->dialog, "response");
}

/* (transfer full) (nullable): what was learnt, to be added as the arguments say now. */
static Learnt *
take_result (Dialog *self)
{
  CnnFilterResult *result = cnn_filter_view_steal_result (CNN_FILTER_VIEW (self->view));

  if (result == NULL)
    return NULL;
  self->request->add = wanted (self);
  g_free (self->request->output);
  self->request->output = procedure_model_path (self->config, "output", NULL);
  return learnt_new (g_steal_pointer (&self->request), g_steal_pointer (&self->pairs), result);
}

/* --- the window -------------------------------------------------------------------------- */

static GtkWidget *
add_row (GtkWidget *grid, int row, const char *text, GtkWidget *widget, GtkWidget *focus)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), focus);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), widget, 1, row, 1, 1);
  return label;
}

static GtkWidget *
make_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  return grid;
}

static void
add_layers (Dialog *self, GtkWidget *box)
{
  GtkWidget *grid = make_grid ();

  dialog_add_heading (box, _("Pictures"));
  self->choose = learn_choose_new (self->image);
  learn_choose_suggest (LEARN_CHOOSE (self->choose), self->drawables);
  gtk_box_pack_start (GTK_BOX (box), self->choose, FALSE, FALSE, 0);

  self->mask = learn_combo_new (self->image, TRUE);
  gtk_widget_set_tooltip_text (self->mask, _("What counts is where this is white"));
  atk_object_set_name (gtk_widget_get_accessible (self->mask), _("Mask"));
  self->telling = TRUE;
  gimp_int_combo_box_connect (GIMP_INT_COMBO_BOX (self->mask), -1, G_CALLBACK (mask_changed),
                              self, NULL);
  self->telling = FALSE;
  add_row (grid, 0, _("Mas_k"), self->mask, self->mask);
  gtk_box_pack_start (GTK_BOX (box), grid, FALSE, FALSE, 0);
  self->counts = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->counts), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (self->counts), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->counts), 40);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->counts), "dim-label");
  gtk_box_pack_start (GTK_BOX (box), self->counts, FALSE, FALSE, 0);
}

/* (transfer full): @other may be %NULL. */
static GimpValueArray *
names (const char *one, const char *other)
{
  if (other == NULL)
    return gimp_value_array_new_from_types (NULL, G_TYPE_STRING, one, G_TYPE_NONE);
  return gimp_value_array_new_from_types (NULL, G_TYPE_STRING, one, G_TYPE_STRING, other,
                                          G_TYPE_NONE);
}

static void
add_how (Dialog *self, GtkWidget *box)
{
  static const char *const choices[] = { "model", "channels", "symmetry", "loss", "encoding",
                                         "result" };
  static const char *const of_kernel[] = { "kernel-size", "channels" };
  static const char *const of_networks[] = { "symmetry", "loss", "seed" };

  GimpProcedureDialog *dialog = GIMP_PROCEDURE_DIALOG (self->dialog);

  dialog_prepare_choices (self->dialog, self->config, G_N_ELEMENTS (choices), choices);
  dialog_prepare_number (self->dialog, self->config, "kernel-size", 0);
  dialog_prepare_number (self->dialog, self->config, "seconds", 0);
  dialog_prepare_number (self->dialog, self->config, "seed", 0);
  /* Of the one kernel, and of networks. */
  for (guint i = 0; i < G_N_ELEMENTS (of_kernel); i++)
    gimp_procedure_dialog_set_sensitive_if_in (dialog, of_kernel[i], NULL, "model",
                                               names ("small", "deep"), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (of_networks); i++)
    gimp_procedure_dialog_set_sensitive_if_in (dialog, of_networks[i], NULL, "model",
                                               names ("kernel", NULL), FALSE);
  dialog_add_heading (box, _("Filter"));
  gtk_box_pack_start (GTK_BOX (box),
                      gimp_procedure_dialog_fill_box (dialog, "filter-box", "model", "kernel-size",
                                                      "channels", "symmetry", "loss", "encoding",
                                                      "seconds", "seed", NULL),
                      FALSE, FALSE, 0);
}

static void
add_results (Dialog *self, GtkWidget *box)
{
  GtkWidget  *grid = make_grid ();
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (self->config), "output");
  const char *label = g_param_spec_get_nick (spec);
  g_autofree char *bare = gimp_strip_uline (label);

  dialog_add_heading (box, _("What comes of it"));
  gtk_box_pack_start (GTK_BOX (box),
                      gimp_procedure_dialog_fill_box (GIMP_PROCEDURE_DIALOG (self->dialog),
                                                      "result-box", "result", NULL),
                      FALSE, FALSE, 0);
  self->output = cnn_path_row_new (CNN_PATH_SAVE, bare, g_param_spec_get_blurb (spec));
  add_row (grid, 0, label, self->output, cnn_path_row_entry (CNN_PATH_ROW (self->output)));
  gtk_box_pack_start (GTK_BOX (box), grid, FALSE, FALSE, 0);
}

static GtkWidget *
make_settings (Dialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  add_layers (self, box);
  add_how (self, box);
  add_results (self, box);
  return box;
}

static void
fill (Dialog *self)
{
  GtkWidget *settings = make_settings (self);

  self->view = cnn_filter_view_new (&self->host);
  self->settings = dialog_add_parts (self->dialog, settings, SETTINGS_WIDTH, self->view);
  dialog_set_size (self->dialog, WIDTH, HEIGHT);
}

static void
listen (Dialog *self)
{
  g_signal_connect_swapped (self->choose, "changed", G_CALLBACK (layers_changed), self);
  g_signal_connect_swapped (self->output, "changed", G_CALLBACK (output_changed), self);
  g_signal_connect_swapped (self->config, "notify", G_CALLBACK (config_changed), self);
  g_signal_connect_swapped (self->view, "learn", G_CALLBACK (learn), self);
  g_signal_connect_swapped (self->view, "changed", G_CALLBACK (learning_changed), self);
  g_signal_connect_swapped (self->view, "live", G_CALLBACK (make_live), self);
  g_signal_connect_swapped (self->dialog, "response", G_CALLBACK (response), self);
}

/**
 * learn_dialog_run:
 * @config: the arguments, as they were last; changed by what the person does. No layers are left
 *   in them, as those of now are not those of another time
 * @image: the image
 * @drawables: (array zero-terminated=1): what is selected in it
 *
 * Returns: (transfer full) (nullable): what was learnt, and a person wants to have; %NULL where
 *   nothing is wanted
 */
Learnt *
learn_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image,
                  GimpDrawable **drawables)
{
  g_autofree char *presets = g_build_filename (gimp_directory (), "convolens", NULL);
  Dialog           self = { .config = config, .image = image, .drawables = drawables };
  Learnt          *learnt = NULL;

  gimp_ui_init ("convolens");
  self.host = (CnnFilterHost) { save, can_live, presets, &self };
  self.dialog = gimp_procedure_dialog_new (procedure, config, _("Learn Filter from Layers"));
  fill (&self);
  listen (&self);
  show_output (&self);
  learning_changed (&self);
  look (&self);

  if (gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self.dialog)))
    learnt = take_result (&self);
  g_signal_handlers_disconnect_by_data (config, &self);
  g_clear_handle_id (&self.look_id, g_source_remove);
  gtk_widget_destroy (self.dialog);
  g_clear_pointer (&self.picture, learn_picture_free);
  g_clear_pointer (&self.request, learn_request_free);
  g_clear_pointer (&self.pairs, learn_pairs_free);
  learn_layers_say (config, NULL, NULL);
  g_object_set (config, "mask", NULL, NULL);
  return learnt;
}
