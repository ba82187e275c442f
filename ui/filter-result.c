/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter-result.h"

#include "copy-menu.h"
#include "file-choose.h"
#include "filter-kernels.h"
#include "i18n.h"
#include "notes.h"
#include "user-presets.h"

struct _CnnFilterResultView
{
  GtkBox                 parent_instance;
  const CnnFilterHost   *host;
  GtkWidget             *kernels;
  GtkWidget             *copy;
  GtkWidget             *keep;
  GtkWidget             *live;
  GtkWidget             *save;
  GtkWidget             *note;   /* what came of a button */
  const CnnFilterResult *result; /* (nullable): the job's */
  GtkNativeDialog       *chooser;
  char                  *folder; /* (nullable): where something was saved last */
};

enum
{
  LIVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnFilterResultView, cnn_filter_result_view, GTK_TYPE_BOX)

static void
say (CnnFilterResultView *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->note), sentence);
}

/* --- what the buttons do ----------------------------------------------------------------- */

static void
copy (CnnFilterResultView *self)
{
  g_autofree char *text = cnn_filter_kernels_text (CNN_FILTER_KERNELS (self->kernels));

  if (text == NULL)
    return;
  cnn_copy_text (GTK_WIDGET (self), text);
  say (self, _("The kernel is copied; the kernel editor of Feature Maps takes it with Paste"));
}

/* (transfer full): a name that no preset has yet. */
static char *
free_name (const char *folder)
{
  char *name = g_strdup (_("Learnt filter"));

  for (int i = 2; user_presets_exists (folder, name); i++)
    {
      g_free (name);
      name = g_strdup_printf (_("Learnt filter %d"), i);
    }
  return name;
}

static void
keep (CnnFilterResultView *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *name = free_name (self->host->presets);
  g_autofree char   *text = cnn_network_print (self->result->network);
  g_autofree char   *sentence = NULL;

  if (user_presets_save (self->host->presets, name, text, &error))
    sentence = g_strdup_printf (_("“%s” is now among the presets of Feature Maps"), name);
  say (self, sentence ? sentence : error->message);
}

static void
make_live (CnnFilterResultView *self)
{
  g_signal_emit (self, signals[LIVE], 0);
}

static void
save_to (CnnFilterResultView *self, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *shown = g_filename_display_name (file);
  g_autofree char   *sentence = g_strdup_printf (_("Saved as “%s”"), shown);

  say (self, self->host->save (self->host->data, self->result, file, &error) ? sentence
                                                                              : error->message);
}

static void
chosen (CnnFilterResultView *self, int response)
{
  g_autofree char *file = NULL, *trouble = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = cnn_file_choose_file (self->chooser, &self->folder, &trouble);
  g_clear_object (&self->chooser);
  if (trouble)
    say (self, trouble);
  else if (file && self->result)
    save_to (self, file);
}

static void
ask_where (CnnFilterResultView *self)
{
  if (self->chooser || self->result == NULL)
    return;
  self->chooser = cnn_file_choose_new (GTK_WIDGET (self), TRUE, self->folder, _("filter.onnx"));
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen), self);
  gtk_native_dialog_show (self->chooser);
}

/* --- what is shown ----------------------------------------------------------------------- */

/**
 * cnn_filter_result_view_show:
 * @result: (nullable): what to show; it must stay until another is shown
 */
void
cnn_filter_result_view_show (CnnFilterResultView *self, const CnnFilterResult *result)
{
  self->result = result;
  say (self, "");
  cnn_filter_kernels_show (CNN_FILTER_KERNELS (self->kernels), result);
  gtk_widget_set_sensitive (self->copy, result && result->kernels);
  gtk_widget_set_sensitive (self->keep, result != NULL && self->host->presets != NULL);
  gtk_widget_set_sensitive (self->save, result != NULL);
  gtk_widget_set_sensitive (self->live, result &&
                                          self->host->can_live (self->host->data, result));
}

/* --- the object -------------------------------------------------------------------------- */

static void
cnn_filter_result_view_dispose (GObject *object)
{
  CnnFilterResultView *self = CNN_FILTER_RESULT_VIEW (object);

  if (self->chooser)
    gtk_native_dialog_destroy (self->chooser);
  g_clear_object (&self->chooser);
  self->result = NULL;
  G_OBJECT_CLASS (cnn_filter_result_view_parent_class)->dispose (object);
}

static void
cnn_filter_result_view_finalize (GObject *object)
{
  g_free (CNN_FILTER_RESULT_VIEW (object)->folder);
  G_OBJECT_CLASS (cnn_filter_result_view_parent_class)->finalize (object);
}

static void
cnn_filter_result_view_class_init (CnnFilterResultViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_filter_result_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_filter_result_view_finalize;
  signals[LIVE] = g_signal_new ("live", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
add_button (CnnFilterResultView *self, GtkWidget *box, const char *label, const char *tooltip,
            gpointer clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_container_add (GTK_CONTAINER (box), button);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), self);
  return button;
}

static void
cnn_filter_result_view_init (CnnFilterResultView *self)
{
  GtkWidget *parts = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->kernels = cnn_filter_kernels_new ();
  self->save = add_button (self, buttons, _("Save Net_work…"),
                           _("Into an .onnx file, which Apply Network puts on other pictures"),
                           ask_where);
  self->live = add_button (self, buttons, _("As Li_ve Filter"),
                           _("End here, with GIMP's own Convolution Matrix on the layer before; "
                             "for kernels of at most 5×5 that see one channel"),
                           make_live);
  self->keep = add_button (self, buttons, _("Keep for Feature Maps"),
                           _("Among the presets there, to see its maps and its arithmetic"), keep);
  self->copy = add_button (self, buttons, _("Copy Kernel"),
                           _("The numbers that are seen, for the kernel editor or a spreadsheet"),
                           copy);
  self->note = sentence_new ();
  gtk_box_pack_start (GTK_BOX (parts), self->kernels, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (parts), buttons, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), parts, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->note, FALSE, FALSE, 0);
  gtk_widget_show (self->kernels);
  gtk_widget_show_all (buttons);
  gtk_widget_show (parts);
  gtk_widget_show (self->note);
}

/**
 * cnn_filter_result_view_new:
 * @host: what can be done with a result; it must be good as long as the view
 *
 * Returns: (transfer floating): of nothing yet
 */
GtkWidget *
cnn_filter_result_view_new (const CnnFilterHost *host)
{
  CnnFilterResultView *view = g_object_new (CNN_TYPE_FILTER_RESULT_VIEW, NULL);

  view->host = host;
  cnn_filter_result_view_show (view, NULL);
  return GTK_WIDGET (view);
}
