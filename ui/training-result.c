/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training-result.h"

#include <string.h>

#include "confusion-view.h"
#include "i18n.h"
#include "mistakes-view.h"
#include "network-file.h"
#include "training-words.h"

struct _CnnTrainingResult
{
  GtkBox                parent_instance;
  GtkWidget            *title;
  GtkWidget            *about;
  GtkWidget            *where;
  GtkWidget            *save;
  GtkWidget            *confusion;
  GtkWidget            *mistakes;
  CnnTrainResult       *result;   /* (nullable): the job's */
  GtkFileChooserNative *chooser;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnTrainingResult, cnn_training_result, GTK_TYPE_BOX)

/* --- in words --------------------------------------------------------------------------- */

static char *
title_text (const CnnTrainResult *result)
{
  const CnnEvaluation *evaluation = result->evaluation;
  double               percent;

  if (evaluation == NULL)
    return g_strdup (_("The network is trained. No images were held back to test it with."));
  percent = 100.0 * (double) evaluation->n_right / (double) MAX (evaluation->n, 1);
  return g_strdup_printf (result->is_test ? _("%.2f %% of %u test images are told right")
                                          : _("%.2f %% of %u validation images are told right"),
                          percent, (guint) evaluation->n);
}

static char *
about_text (const CnnTrainResult *result)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char    *time = cnn_training_time_text (result->seconds);

  g_string_append_printf (text, dngettext ("convolens", "%u epoch", "%u epochs", result->epochs),
                          result->epochs);
  g_string_append_printf (text, " · %s", time);
  if (result->evaluation)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, _("loss %.4g"), result->evaluation->loss);
    }
  return g_strdup (text->str);
}

static void
say_where (CnnTrainingResult *self)
{
  g_autofree char *shown = NULL, *text = NULL;

  if (self->result && self->result->saved)
    {
      shown = g_filename_display_name (self->result->saved);
      text = g_strdup_printf (_("Saved as “%s”"), shown);
    }
  else
    text = g_strdup (_("Not saved yet"));
  gtk_label_set_text (GTK_LABEL (self->where), text);
}

/* --- saving ----------------------------------------------------------------------------- */

static void
save_to (CnnTrainingResult *self, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *path = cnn_network_file_is_model (file) ? g_strdup (file)
                                                             : g_strconcat (file, ".onnx", NULL);

  if (cnn_train_result_save (self->result, path, &error))
    say_where (self);
  else
    gtk_label_set_text (GTK_LABEL (self->where), error->message);
}

static void
chosen (CnnTrainingResult *self, int response)
{
  g_autofree char *file = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (self->chooser));

  if (response == GTK_RESPONSE_ACCEPT && file && self->result)
    save_to (self, file);
  g_clear_object (&self->chooser);
}

static void
ask_where (CnnTrainingResult *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (self->chooser || self->result == NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_("Save the Network"), GTK_WINDOW (window),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), _("network.onnx"));
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- the object ------------------------------------------------------------------------- */

static void
cell_chosen (CnnTrainingResult *self, int row, int column)
{
  cnn_mistakes_view_choose (CNN_MISTAKES_VIEW (self->mistakes), row, column);
}

static void
image_chosen (CnnTrainingResult *self, const char *name)
{
  g_signal_emit (self, signals[CHOSEN], 0, name);
}

/** cnn_training_result_saved: whether the network is in a file. */
gboolean
cnn_training_result_saved (CnnTrainingResult *self)
{
  return self->result == NULL || self->result->saved != NULL;
}

/**
 * cnn_training_result_show:
 * @result: (nullable): what to show; it must stay until another is shown
 */
void
cnn_training_result_show (CnnTrainingResult *self, CnnTrainResult *result)
{
  const CnnEvaluation *evaluation = result ? result->evaluation : NULL;
  const char *const   *names = evaluation ? cnn_dataset_class_names (result->tried) : NULL;
  g_autofree char     *title = result ? title_text (result) : NULL;
  g_autofree char     *about = result ? about_text (result) : NULL;

  self->result = result;
  gtk_label_set_text (GTK_LABEL (self->title), title ? title : "");
  gtk_label_set_text (GTK_LABEL (self->about), about ? about : "");
  cnn_confusion_view_show (CNN_CONFUSION_VIEW (self->confusion), evaluation, names);
  cnn_mistakes_view_show (CNN_MISTAKES_VIEW (self->mistakes), result ? result->tried : NULL,
                          evaluation);
  say_where (self);
}

static void
cnn_training_result_dispose (GObject *object)
{
  CnnTrainingResult *self = CNN_TRAINING_RESULT (object);

  if (self->chooser)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  self->result = NULL;
  G_OBJECT_CLASS (cnn_training_result_parent_class)->dispose (object);
}

static void
cnn_training_result_class_init (CnnTrainingResultClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_training_result_dispose;
  signals[CHOSEN] = g_signal_new ("image-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
add_label (GtkWidget *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  return label;
}

static void
cnn_training_result_init (CnnTrainingResult *self)
{
  GtkWidget     *parts = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget     *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget     *table = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget     *heading = gtk_label_new (_("Rows: what it is. Columns: what it was taken for."));
  PangoAttrList *attrs = pango_attr_list_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);
  self->title = add_label (GTK_WIDGET (self));
  pango_attr_list_insert (attrs, pango_attr_scale_new (PANGO_SCALE_LARGE));
  pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (self->title), attrs);
  pango_attr_list_unref (attrs);
  self->about = add_label (GTK_WIDGET (self));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->about), "dim-label");

  self->confusion = cnn_confusion_view_new ();
  self->mistakes = cnn_mistakes_view_new ();
  gtk_label_set_xalign (GTK_LABEL (heading), 0.0);
  gtk_box_pack_start (GTK_BOX (table), heading, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (table), self->confusion, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (parts), table, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (parts), self->mistakes, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), parts, TRUE, TRUE, 0);
  g_signal_connect_swapped (self->confusion, "chosen", G_CALLBACK (cell_chosen), self);
  g_signal_connect_swapped (self->mistakes, "chosen", G_CALLBACK (image_chosen), self);

  self->where = add_label (row);
  gtk_label_set_ellipsize (GTK_LABEL (self->where), PANGO_ELLIPSIZE_MIDDLE);
  self->save = gtk_button_new_with_mnemonic (_("Save _Network…"));
  gtk_box_pack_end (GTK_BOX (row), self->save, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (self), row, FALSE, FALSE, 0);
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (ask_where), self);
  gtk_widget_show_all (parts);
  gtk_widget_show_all (row);
  gtk_widget_show (self->title);
  gtk_widget_show (self->about);
}

/** cnn_training_result_new: (transfer full): nothing yet. */
GtkWidget *
cnn_training_result_new (void)
{
  return g_object_new (CNN_TYPE_TRAINING_RESULT, NULL);
}
