/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data-summary.h"

#include "i18n.h"

struct _CnnDataSummary
{
  GtkBox        parent_instance;
  GtkWidget    *label;
  GtkWidget    *warning;
  GCancellable *cancellable; /* (nullable): of the look that counts */
};

enum
{
  FOUND,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnDataSummary, cnn_data_summary, GTK_TYPE_BOX)

typedef struct
{
  CnnTrainSettings  *settings;
  CnnPictureDecoder  decoder;
} Look;

typedef struct
{
  char  *text;
  char  *warning; /* (nullable) */
  guint  n_classes;
} Found;

static void
look_free (gpointer data)
{
  Look *look = data;

  cnn_train_settings_free (look->settings);
  g_free (look);
}

static void
found_free (gpointer data)
{
  Found *found = data;

  g_free (found->text);
  g_free (found->warning);
  g_free (found);
}

static void
look_at_data (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Look              *look = task_data;
  g_autoptr (CnnNetwork)   network = NULL;
  g_autoptr (CnnTrainData) data = NULL;
  GError                  *error = NULL;
  CnnShape                 input;

  network = cnn_train_settings_network (look->settings, &input, &error);
  if (network)
    data = cnn_train_data_open (look->settings, input, &look->decoder, cancellable, &error);
  if (data)
    {
      Found *found = g_new (Found, 1);

      *found = (Found) { cnn_train_data_describe (data), cnn_train_data_warn (data),
                         cnn_dataset_n_classes (data->images) };
      g_task_return_pointer (task, found, found_free);
    }
  else
    g_task_return_error (task, error);
}

/* @warning: (nullable) */
static void
show (CnnDataSummary *self, const char *text, const char *warning)
{
  g_autofree char *marked = warning ? g_strconcat ("⚠ ", warning, NULL) : NULL;

  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_label_set_text (GTK_LABEL (self->warning), marked ? marked : "");
  gtk_widget_set_visible (self->warning, warning != NULL);
}

static void
say (GObject *source, GAsyncResult *result, gpointer data)
{
  CnnDataSummary    *self = CNN_DATA_SUMMARY (source);
  g_autoptr (GError) error = NULL;
  Found             *found = g_task_propagate_pointer (G_TASK (result), &error);

  /* Another look has begun since, or the window is closed. */
  if (g_task_get_cancellable (G_TASK (result)) == self->cancellable && self->label)
    {
      show (self, found ? found->text : error->message, found ? found->warning : NULL);
      if (found)
        g_signal_emit (self, signals[FOUND], 0, found->n_classes);
    }
  g_clear_pointer (&found, found_free);
}

/**
 * cnn_data_summary_say:
 * @text: why there are no images to look at
 */
void
cnn_data_summary_say (CnnDataSummary *self, const char *text)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  show (self, text, NULL);
}

/**
 * cnn_data_summary_look:
 * @settings: which images; copied
 * @decoder: reads pictures from files
 *
 * Looks for them, and says what was found when that is known. Pictures are not read for it.
 */
void
cnn_data_summary_look (CnnDataSummary *self, const CnnTrainSettings *settings,
                       const CnnPictureDecoder *decoder)
{
  g_autoptr (GTask) task = NULL;
  Look             *look = g_new0 (Look, 1);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  look->settings = cnn_train_settings_copy (settings);
  look->settings->refuse = TRUE;
  look->decoder = *decoder;
  task = g_task_new (self, self->cancellable, say, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, look, look_free);
  g_task_run_in_thread (task, look_at_data);
}

/* --- the object ------------------------------------------------------------------------- */

static void
cnn_data_summary_dispose (GObject *object)
{
  CnnDataSummary *self = CNN_DATA_SUMMARY (object);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->label = self->warning = NULL;
  G_OBJECT_CLASS (cnn_data_summary_parent_class)->dispose (object);
}

static void
cnn_data_summary_class_init (CnnDataSummaryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_data_summary_dispose;
  signals[FOUND] = g_signal_new ("found", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static GtkWidget *
add_label (CnnDataSummary *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), 36);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_box_pack_start (GTK_BOX (self), label, TRUE, TRUE, 0);
  return label;
}

static void
cnn_data_summary_init (CnnDataSummary *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  self->label = add_label (self);
  self->warning = add_label (self);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->label), "dim-label");
  gtk_widget_show (self->label);
}

/** cnn_data_summary_new: (transfer full): nothing is said yet. */
GtkWidget *
cnn_data_summary_new (void)
{
  return g_object_new (CNN_TYPE_DATA_SUMMARY, NULL);
}
