/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "model-files-test.h"

/* The dialogs in which a person chooses a file. */

static GtkWidget *
find_dialog (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l; l = l->next)
    if (GTK_IS_FILE_CHOOSER (l->data) && gtk_widget_get_mapped (l->data))
      return l->data;
  return NULL;
}

static gboolean
is_chosen (gpointer file)
{
  g_autofree char *is = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (find_dialog ()));

  return g_strcmp0 (is, file) == 0;
}

static gboolean
is_answered (gpointer bench)
{
  return find_dialog () == NULL && model_files_idle (bench);
}

static void
test_dialogs (void)
{
  Bench            bench;
  g_autofree char *file = model_files_write ("small.onnx", MODEL_FILES_SMALL, NULL);
  g_autofree char *saved = model_files_path ("copy.onnx"), *copy = model_files_path ("copy");

  model_files_bench (&bench);
  bench_press (&bench, "Open a file");
  g_assert_nonnull (find_dialog ());
  gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (find_dialog ()), file);
  g_assert_true (ui_test_wait (is_chosen, file));
  gtk_dialog_response (GTK_DIALOG (find_dialog ()), GTK_RESPONSE_ACCEPT);
  g_assert_true (ui_test_wait (is_answered, &bench));
  ui_test_settle ();
  g_assert_nonnull (strstr (model_files_text (&bench), file));

  /* A name without an ending gets that of a model. */
  bench_press (&bench, "Save to a file");
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (find_dialog ()), model_files_folder);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (find_dialog ()), "copy");
  g_assert_true (ui_test_wait (is_chosen, copy));
  gtk_dialog_response (GTK_DIALOG (find_dialog ()), GTK_RESPONSE_ACCEPT);
  g_assert_true (ui_test_wait (is_answered, &bench));
  g_assert_true (g_file_test (saved, G_FILE_TEST_EXISTS));

  /* Which is not replaced without a question. */
  bench_press (&bench, "Save to a file");
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (find_dialog ()), model_files_folder);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (find_dialog ()), "copy");
  g_assert_true (ui_test_wait (is_chosen, copy));
  gtk_dialog_response (GTK_DIALOG (find_dialog ()), GTK_RESPONSE_ACCEPT);
  g_assert_true (ui_test_wait (is_answered, &bench));
  ui_test_settle ();
  g_assert_true (model_files_says (&bench, "There is a file “copy.onnx” already"));
  bench_press (&bench, "Open a file");
  bench_close (&bench);
  g_remove (file);
  g_remove (saved);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/file-dialogs/open-and-save", test_dialogs);
  return model_files_run ();
}
