/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file-view.h"

#include <string.h>

#include "file-about.h"
#include "file-choose.h"
#include "file-jobs.h"
#include "i18n.h"
#include "notes.h"
#include "presets.h"

struct _CnnFileView
{
  GtkBox        parent;
  CnnDraft     *draft;
  CnnShape      picture;

  GtkWidget    *buttons;
  GtkWidget    *save;
  GtkWidget    *busy;     /* a row that turns while there is something to wait for */
  GtkWidget    *spinner;
  GtkWidget    *doing;
  GtkWidget    *stop;
  GtkWidget    *trouble;
  GtkWidget    *trouble_row;
  GtkWidget    *told;     /* a row of what was opened */
  GtkWidget    *name;
  GtkWidget    *line;
  GtkWidget    *popover;

  GCancellable *opening;  /* (nullable): of the latest that was asked for */
  CnnSaving    *saving;   /* (nullable) */
  GtkNativeDialog *dialog; /* (nullable): in which a file is being chosen */
  CnnModel     *model;    /* (nullable): what was opened last */
  char         *file;     /* its path */
  char         *folder;   /* (nullable): where a person was last */
};

G_DEFINE_FINAL_TYPE (CnnFileView, cnn_file_view, GTK_TYPE_BOX)

static guint opened_signal;

/* Where nothing is said there is no gap either. */
static void
show_rows (CnnFileView *view)
{
  gtk_widget_set_visible (GTK_WIDGET (view), gtk_widget_get_visible (view->busy) ||
                                               gtk_widget_get_visible (view->trouble_row) ||
                                               gtk_widget_get_visible (view->told));
}

static void
show_busy (CnnFileView *view, const char *format, const char *file)
{
  g_autofree char *name = file ? g_filename_display_basename (file) : NULL;
  g_autofree char *sentence = NULL;

  if (file != NULL)
    {
      sentence = g_strdup_printf (format, name);
      gtk_label_set_text (GTK_LABEL (view->doing), sentence);
      gtk_spinner_start (GTK_SPINNER (view->spinner));
    }
  else
    gtk_spinner_stop (GTK_SPINNER (view->spinner));
  gtk_widget_set_visible (view->busy, file != NULL);
  gtk_widget_set_visible (view->stop, view->opening != NULL);
  show_rows (view);
}

static void
show_trouble (CnnFileView *view, const char *sentence)
{
  note_set (view->trouble, sentence);
  gtk_widget_set_visible (view->trouble_row, sentence != NULL);
  show_rows (view);
}

/* --- what was opened ---------------------------------------------------------------------- */

/* Whether the draft is still the file's network, perhaps changed. */
static gboolean
is_of_model (CnnFileView *view)
{
  CnnNetwork      *network = cnn_draft_network (view->draft);
  g_autofree char *weights = network ? cnn_network_file_weights (network) : NULL;

  if (view->model == NULL)
    return FALSE;
  if (weights != NULL)
    return strcmp (weights, view->file) == 0;
  return strcmp (cnn_draft_text (view->draft), cnn_model_text (view->model)) == 0;
}

static void
draft_changed (CnnFileView *view)
{
  gtk_widget_set_visible (view->told, is_of_model (view));
  show_rows (view);
  gtk_widget_set_sensitive (view->save, view->saving == NULL &&
                                          cnn_draft_n_layers (view->draft) > 0);
}

static void
forget_model (CnnFileView *view)
{
  g_clear_pointer (&view->model, cnn_model_unref);
  g_clear_pointer (&view->file, g_free);
  gtk_widget_hide (view->told);
}

static void
tell (CnnFileView *view)
{
  const CnnModelInfo *info = cnn_model_info (view->model);
  g_autofree char    *name = g_filename_display_basename (view->file);
  g_autofree char    *line = cnn_file_about_line (info);
  GtkWidget          *page = gtk_bin_get_child (GTK_BIN (view->popover));

  if (page != NULL)
    gtk_widget_destroy (page);
  gtk_container_add (GTK_CONTAINER (view->popover), cnn_file_about_new (info, view->file));
  gtk_label_set_text (GTK_LABEL (view->name), name);
  gtk_label_set_text (GTK_LABEL (view->line), line);
  gtk_widget_set_tooltip_text (view->name, view->file);
  gtk_widget_set_tooltip_text (view->line, line);
}

/* --- opening ------------------------------------------------------------------------------- */

static void
stop_opening (CnnFileView *view)
{
  if (view->opening == NULL)
    return;
  g_cancellable_cancel (view->opening);
  g_clear_object (&view->opening);
  show_busy (view, NULL, NULL);
}

static void
adopt (CnnFileView *view, CnnOpened *opened)
{
  forget_model (view);
  if (opened->model != NULL)
    {
      view->model = g_steal_pointer (&opened->model);
      view->file = g_steal_pointer (&opened->file);
      tell (view);
    }
  cnn_draft_set_text (view->draft, opened->text);
  /* The same text again is no change. */
  draft_changed (view);
  g_signal_emit (view, opened_signal, 0);
}

static void
read_done (GObject *owner, GAsyncResult *result, gpointer data)
{
  CnnFileView           *view = CNN_FILE_VIEW (owner);
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnOpened)  opened = cnn_opening_end (result, &error);

  /* The newest alone counts, and of a closed editor none. */
  if (view->opening == NULL || g_task_get_cancellable (G_TASK (result)) != view->opening)
    return;
  g_clear_object (&view->opening);
  show_busy (view, NULL, NULL);
  if (opened != NULL)
    adopt (view, opened);
  else
    show_trouble (view, error->message);
}

/**
 * cnn_file_view_open:
 * @file: an .onnx model, or a text in the notation
 *
 * Reads it in a thread, and makes it the draft's text as one step of undo. What is being
 * opened already is not waited for any more. Where it cannot be opened, the view says why.
 */
void
cnn_file_view_open (CnnFileView *view, const char *file)
{
  stop_opening (view);
  show_trouble (view, NULL);
  view->opening = g_cancellable_new ();
  show_busy (view, _("Opening “%s”…"), file);
  cnn_opening_begin (view, file, view->picture, view->opening, read_done);
}

/* --- saving -------------------------------------------------------------------------------- */

static void
saved (const GError *error, gpointer data)
{
  CnnFileView *view = data;

  view->saving = NULL;
  draft_changed (view);
  if (view->opening == NULL)
    show_busy (view, NULL, NULL);
  if (error != NULL)
    show_trouble (view, error->message);
}

/* What the file that was opened said of itself goes along with its network, and of a network
 * that comes with the program its name. */
static GHashTable *
metadata_of (CnnFileView *view)
{
  GHashTable      *metadata = NULL;
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);
  GHashTableIter   entries;
  gpointer         key, value;

  metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (is_of_model (view) && cnn_model_info (view->model)->metadata != NULL)
    {
      g_hash_table_iter_init (&entries, cnn_model_info (view->model)->metadata);
      while (g_hash_table_iter_next (&entries, &key, &value))
        g_hash_table_insert (metadata, g_strdup (key), g_strdup (value));
    }
  for (guint i = 0; i < n; i++)
    if (strcmp (presets[i].text, cnn_draft_text (view->draft)) == 0)
      g_hash_table_insert (metadata, g_strdup ("convolens.preset"), g_strdup (presets[i].name));
  return metadata;
}

/**
 * cnn_file_view_save:
 * @file: an .onnx model by its name, or else a text; is replaced
 *
 * Writes the draft in a thread. Where it cannot be saved, the view says why.
 */
void
cnn_file_view_save (CnnFileView *view, const char *file)
{
  CnnFileDraft *draft;
  CnnNetwork   *network;

  if (view->saving != NULL)
    return;
  show_trouble (view, NULL);
  draft = g_new0 (CnnFileDraft, 1);
  draft->text = g_strdup (cnn_draft_text (view->draft));
  draft->problem = g_strdup (cnn_draft_problem (view->draft));
  network = cnn_draft_network (view->draft);
  draft->network = network ? cnn_network_ref (network) : NULL;
  draft->picture = view->picture;
  draft->metadata = metadata_of (view);
  gtk_widget_set_sensitive (view->save, FALSE);
  show_busy (view, _("Saving “%s”…"), file);
  view->saving = cnn_saving_begin (draft, file, saved, view);
}

/* --- choosing a file ------------------------------------------------------------------------ */

static void
chosen (GtkNativeDialog *dialog, int response, gpointer data)
{
  CnnFileView     *view = data;
  gboolean         saves = cnn_file_choose_saves (dialog);
  g_autofree char *file = NULL;
  g_autofree char *trouble = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = cnn_file_choose_file (dialog, &view->folder, &trouble);
  g_clear_object (&view->dialog);
  if (trouble != NULL)
    show_trouble (view, trouble);
  else if (file != NULL && saves)
    cnn_file_view_save (view, file);
  else if (file != NULL)
    cnn_file_view_open (view, file);
}

static void
choose (CnnFileView *view, gboolean save)
{
  g_autofree char *name = NULL;

  if (view->dialog != NULL)
    return;
  /* Beside the file that holds the weights, which stays what it is. */
  if (save && is_of_model (view))
    {
      g_autofree char *base = g_path_get_basename (view->file);

      name = g_strdup_printf ("%.*s-2.onnx", (int) (strlen (base) - strlen (".onnx")), base);
    }
  view->dialog = cnn_file_choose_new (GTK_WIDGET (view), save, view->folder, name);
  g_signal_connect (view->dialog, "response", G_CALLBACK (chosen), view);
  gtk_native_dialog_show (view->dialog);
}

static void
open_clicked (CnnFileView *view)
{
  choose (view, FALSE);
}

static void
save_clicked (CnnFileView *view)
{
  choose (view, TRUE);
}

/* --- its parts -------------------------------------------------------------------------------- */

static GtkWidget *
icon_button (GtkWidget *button, const char *icon, const char *name, const char *tooltip)
{
  gtk_button_set_image (GTK_BUTTON (button),
                        gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON));
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

static GtkWidget *
flat (GtkWidget *button)
{
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  return button;
}

static void
add_buttons (CnnFileView *view)
{
  GtkWidget *open = icon_button (gtk_button_new (), "document-open-symbolic", _("Open a file"),
                                 _("Open another network: an .onnx model, or a text"));

  view->save = icon_button (gtk_button_new (), "document-save-as-symbolic", _("Save to a file"),
                            _("Save this network: as an .onnx model, or as a text"));
  view->buttons = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_style_context_add_class (gtk_widget_get_style_context (view->buttons), "linked");
  gtk_box_pack_start (GTK_BOX (view->buttons), open, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (view->buttons), view->save, FALSE, FALSE, 0);
  g_signal_connect_swapped (open, "clicked", G_CALLBACK (open_clicked), view);
  g_signal_connect_swapped (view->save, "clicked", G_CALLBACK (save_clicked), view);
  gtk_widget_show_all (view->buttons);
}

/* A row that is not there until it has something to say. */
static GtkWidget *
add_row (CnnFileView *view)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_pack_start (GTK_BOX (view), row, FALSE, FALSE, 0);
  return row;
}

static GtkWidget *
one_line (gboolean dim)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), dim ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  if (dim)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  return label;
}

static void
add_busy (CnnFileView *view)
{
  view->busy = add_row (view);
  view->spinner = gtk_spinner_new ();
  view->doing = one_line (FALSE);
  view->stop = flat (icon_button (gtk_button_new (), "process-stop-symbolic", _("Do not open"),
                                  _("Do not wait for this file")));
  gtk_box_pack_start (GTK_BOX (view->busy), view->spinner, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (view->busy), view->doing, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (view->busy), view->stop, FALSE, FALSE, 0);
  gtk_widget_show (view->spinner);
  gtk_widget_show (view->doing);
  gtk_widget_show_all (view->stop);
  g_signal_connect_swapped (view->stop, "clicked", G_CALLBACK (stop_opening), view);
}

static void
trouble_seen (CnnFileView *view)
{
  show_trouble (view, NULL);
}

static void
add_trouble (CnnFileView *view)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *close = flat (icon_button (gtk_button_new (), "window-close-symbolic",
                                        _("Close the message"), _("Close the message")));

  view->trouble_row = add_row (view);
  view->trouble = note_add (column);
  gtk_label_set_width_chars (GTK_LABEL (view->trouble), 24);
  gtk_widget_set_valign (close, GTK_ALIGN_START);
  gtk_box_pack_start (GTK_BOX (view->trouble_row), column, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (view->trouble_row), close, FALSE, FALSE, 0);
  gtk_widget_show (column);
  gtk_widget_show_all (close);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (trouble_seen), view);
}

static void
add_told (CnnFileView *view)
{
  GtkWidget *about = flat (icon_button (gtk_menu_button_new (), "help-about-symbolic",
                                        _("What is this file?"), _("What is this file?")));

  view->told = add_row (view);
  view->name = one_line (FALSE);
  view->line = one_line (TRUE);
  view->popover = gtk_popover_new (about);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (about), view->popover);
  gtk_box_pack_start (GTK_BOX (view->told), about, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (view->told), view->name, FALSE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (view->told), view->line, TRUE, TRUE, 0);
  gtk_widget_show_all (about);
  gtk_widget_show (view->name);
  gtk_widget_show (view->line);
}

/* --- life ------------------------------------------------------------------------------ */

static void
cnn_file_view_dispose (GObject *object)
{
  CnnFileView *view = CNN_FILE_VIEW (object);

  if (view->opening != NULL)
    g_cancellable_cancel (view->opening);
  g_clear_object (&view->opening);
  /* So that nothing is lost with the editor. */
  g_clear_pointer (&view->saving, cnn_saving_wait);
  if (view->dialog != NULL)
    gtk_native_dialog_destroy (view->dialog);
  g_clear_object (&view->dialog);
  if (view->draft != NULL)
    g_signal_handlers_disconnect_by_data (view->draft, view);
  g_clear_object (&view->draft);
  g_clear_object (&view->buttons);
  G_OBJECT_CLASS (cnn_file_view_parent_class)->dispose (object);
}

static void
cnn_file_view_finalize (GObject *object)
{
  CnnFileView *view = CNN_FILE_VIEW (object);

  g_clear_pointer (&view->model, cnn_model_unref);
  g_free (view->file);
  g_free (view->folder);
  G_OBJECT_CLASS (cnn_file_view_parent_class)->finalize (object);
}

static void
cnn_file_view_class_init (CnnFileViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_file_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_file_view_finalize;
  opened_signal = g_signal_new ("opened", CNN_TYPE_FILE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
cnn_file_view_init (CnnFileView *view)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (view), GTK_ORIENTATION_VERTICAL);
  add_buttons (view);
  add_busy (view);
  add_trouble (view);
  add_told (view);
}

/**
 * cnn_file_view_new:
 * @draft: what is opened into, and saved
 * @picture: shape of the picture
 *
 * Returns: (transfer floating): a place for what is said of files, empty at first
 */
GtkWidget *
cnn_file_view_new (CnnDraft *draft, CnnShape picture)
{
  CnnFileView *view = g_object_new (CNN_TYPE_FILE_VIEW, NULL);

  view->draft = g_object_ref (draft);
  view->picture = picture;
  g_signal_connect_swapped (draft, "changed", G_CALLBACK (draft_changed), view);
  draft_changed (view);
  return GTK_WIDGET (view);
}

/** cnn_file_view_buttons: (transfer none): “Open” and “Save”, to be put beside others */
GtkWidget *
cnn_file_view_buttons (CnnFileView *view)
{
  return view->buttons;
}
