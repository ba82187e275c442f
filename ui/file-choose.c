/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file-choose.h"

#include <string.h>

#include "i18n.h"

/* The dialog in which a person chooses a network's file. */

static GtkFileFilter *
add_filter (GtkFileChooser *chooser, const char *name, const char *const *patterns)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (; *patterns; patterns++)
    gtk_file_filter_add_pattern (filter, *patterns);
  gtk_file_chooser_add_filter (chooser, filter);
  return filter;
}

/**
 * cnn_file_choose_new:
 * @over: a widget of the window that it belongs to
 * @save: to save a network, or else to open one
 * @folder: (nullable): where to begin
 * @name: (nullable): what to call a file that is saved
 *
 * Returns: (transfer full): the dialog, which waits to be shown
 */
GtkNativeDialog *
cnn_file_choose_new (GtkWidget *over, gboolean save, const char *folder, const char *name)
{
  GtkWidget            *window = gtk_widget_get_toplevel (over);
  GtkFileChooserNative *dialog;
  GtkFileChooser       *chooser;
  GtkFileFilter        *models;

  dialog = gtk_file_chooser_native_new (save ? _("Save This Network") : _("Open a Network"),
                                        GTK_IS_WINDOW (window) ? GTK_WINDOW (window) : NULL,
                                        save ? GTK_FILE_CHOOSER_ACTION_SAVE
                                             : GTK_FILE_CHOOSER_ACTION_OPEN,
                                        save ? _("_Save") : _("_Open"), NULL);
  chooser = GTK_FILE_CHOOSER (dialog);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (!save)
    add_filter (chooser, _("Networks (.onnx, .txt)"),
                (const char *[]) { "*.[oO][nN][nN][xX]", "*.[tT][xX][tT]", "*.cnn", NULL });
  models = add_filter (chooser, _("ONNX models (.onnx)"),
                       (const char *[]) { "*.[oO][nN][nN][xX]", NULL });
  add_filter (chooser, _("Texts (.txt)"), (const char *[]) { "*.[tT][xX][tT]", "*.cnn", NULL });
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (chooser, folder);
  if (save)
    {
      gtk_file_chooser_set_filter (chooser, models);
      gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
      gtk_file_chooser_set_current_name (chooser, name ? name : _("network.onnx"));
    }
  return GTK_NATIVE_DIALOG (dialog);
}

/** cnn_file_choose_saves: whether it is one to save a network. */
gboolean
cnn_file_choose_saves (GtkNativeDialog *dialog)
{
  return gtk_file_chooser_get_action (GTK_FILE_CHOOSER (dialog)) == GTK_FILE_CHOOSER_ACTION_SAVE;
}

/* With the ending of what it is saved as, where the name has none of a network. */
static char *
with_ending (GtkFileChooser *chooser, char *file)
{
  GtkFileFilter   *filter = gtk_file_chooser_get_filter (chooser);
  g_autofree char *given = file;
  g_autofree char *name = g_path_get_basename (file);
  gboolean         text = filter && strstr (gtk_file_filter_get_name (filter), ".txt") != NULL;

  if (strrchr (name, '.') != NULL)
    return g_steal_pointer (&given);
  return g_strconcat (given, text ? ".txt" : ".onnx", NULL);
}

/**
 * cnn_file_choose_file:
 * @folder: (inout): where the person was
 * @trouble: (out): why the file cannot be had, where it cannot
 *
 * Returns: (transfer full) (nullable): the file that was chosen
 */
char *
cnn_file_choose_file (GtkNativeDialog *dialog, char **folder, char **trouble)
{
  GtkFileChooser  *chooser = GTK_FILE_CHOOSER (dialog);
  char            *file = gtk_file_chooser_get_filename (chooser);
  g_autofree char *asked = g_strdup (file);
  g_autofree char *name = NULL;

  if (file == NULL)
    {
      *trouble = g_strdup (_("This place is not a folder of this computer"));
      return NULL;
    }
  g_free (*folder);
  *folder = g_path_get_dirname (file);
  if (!cnn_file_choose_saves (dialog))
    return file;
  file = with_ending (chooser, file);
  /* The dialog asked about the name without its ending. */
  if (strcmp (file, asked) == 0 || !g_file_test (file, G_FILE_TEST_EXISTS))
    return file;
  name = g_filename_display_basename (file);
  *trouble = g_strdup_printf (_("There is a file “%s” already; to replace it, please choose it"),
                              name);
  g_free (file);
  return NULL;
}
