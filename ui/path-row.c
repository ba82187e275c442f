/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path-row.h"

#include "i18n.h"

struct _CnnPathRow
{
  GtkBox                parent_instance;
  CnnPathKind           kind;
  GtkWidget            *entry;
  GtkFileChooserNative *chooser; /* (nullable) */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnPathRow, cnn_path_row, GTK_TYPE_BOX)

/** cnn_path_row_path: (transfer none): what is written there, perhaps nothing. */
const char *
cnn_path_row_path (CnnPathRow *self)
{
  return gtk_entry_get_text (GTK_ENTRY (self->entry));
}

/** cnn_path_row_set: writes another there; %NULL is nothing. */
void
cnn_path_row_set (CnnPathRow *self, const char *path)
{
  if (g_strcmp0 (cnn_path_row_path (self), path ? path : "") != 0)
    gtk_entry_set_text (GTK_ENTRY (self->entry), path ? path : "");
}

/** cnn_path_row_entry: (transfer none): where it is written. */
GtkWidget *
cnn_path_row_entry (CnnPathRow *self)
{
  return self->entry;
}

/* --- choosing --------------------------------------------------------------------------- */

static void
chosen (CnnPathRow *self, int response)
{
  g_autofree char *file = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (self->chooser));

  if (response == GTK_RESPONSE_ACCEPT && file)
    cnn_path_row_set (self, file);
  g_clear_object (&self->chooser);
}

static void
choose (CnnPathRow *self, GtkFileChooserAction action, const char *title)
{
  GtkWidget       *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkFileChooser  *chooser;
  const char      *path = cnn_path_row_path (self);
  g_autofree char *name = NULL;

  if (self->chooser)
    return;
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (window), action, NULL, NULL);
  chooser = GTK_FILE_CHOOSER (self->chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
  if (*path && action == GTK_FILE_CHOOSER_ACTION_SAVE)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      name = g_path_get_basename (path);
      gtk_file_chooser_set_current_folder (chooser, folder);
      gtk_file_chooser_set_current_name (chooser, name);
    }
  else if (*path)
    gtk_file_chooser_set_filename (chooser, path);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
choose_file (CnnPathRow *self)
{
  if (self->kind == CNN_PATH_SAVE)
    choose (self, GTK_FILE_CHOOSER_ACTION_SAVE, _("Save as"));
  else
    choose (self, GTK_FILE_CHOOSER_ACTION_OPEN, _("Choose a File"));
}

static void
choose_folder (CnnPathRow *self)
{
  choose (self, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("Choose a Folder"));
}

static void
changed (CnnPathRow *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- the object ------------------------------------------------------------------------- */

static void
cnn_path_row_dispose (GObject *object)
{
  CnnPathRow *self = CNN_PATH_ROW (object);

  if (self->chooser)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  G_OBJECT_CLASS (cnn_path_row_parent_class)->dispose (object);
}

static void
cnn_path_row_class_init (CnnPathRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_path_row_dispose;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cnn_path_row_init (CnnPathRow *self)
{
  gtk_box_set_spacing (GTK_BOX (self), 4);
  self->entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->entry), 16);
  gtk_box_pack_start (GTK_BOX (self), self->entry, TRUE, TRUE, 0);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (changed), self);
}

static void
add_button (CnnPathRow *self, const char *icon, const char *name, gpointer clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_box_pack_start (GTK_BOX (self), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), self);
}

/**
 * cnn_path_row_new:
 * @kind: what may be named
 * @name: what it is of, for a screen reader
 * @tooltip: what it is, in a sentence
 *
 * Returns: (transfer full): a row with nothing in it
 */
GtkWidget *
cnn_path_row_new (CnnPathKind kind, const char *name, const char *tooltip)
{
  CnnPathRow *row = g_object_new (CNN_TYPE_PATH_ROW, NULL);

  row->kind = kind;
  gtk_widget_set_tooltip_text (row->entry, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (row->entry), name);
  if (kind == CNN_PATH_OPEN_ANYTHING)
    add_button (row, "folder-symbolic", _("Choose a Folder"), choose_folder);
  add_button (row, kind == CNN_PATH_SAVE ? "document-save-as-symbolic" : "document-open-symbolic",
              kind == CNN_PATH_SAVE ? _("Save as") : _("Choose a File"), choose_file);
  gtk_widget_show_all (GTK_WIDGET (row));
  return GTK_WIDGET (row);
}
