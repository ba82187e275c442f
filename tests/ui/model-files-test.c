/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model-files-test.h"

#include <glib/gstdio.h>

#include "onnx/save.h"

/* What tests of files in the editor share: a folder, models in it, an editor. */

char *model_files_folder;

/** model_files_run: runs the tests, with a folder that must be empty again at the end. */
int
model_files_run (void)
{
  int code;

  model_files_folder = g_dir_make_tmp ("cnn-models-XXXXXX", NULL);
  code = g_test_run ();
  g_assert_cmpint (g_rmdir (model_files_folder), ==, 0);
  g_free (model_files_folder);
  return code;
}

/** model_files_path: (transfer full): of a file in the folder */
char *
model_files_path (const char *name)
{
  return g_build_filename (model_files_folder, name, NULL);
}

/** model_files_write: (transfer full): the path of a model of the network in @text */
char *
model_files_write (const char *name, const char *text, GHashTable *metadata)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = preview_test_parse (text);
  char                  *file = model_files_path (name);

  cnn_model_save (network, (CnnShape) { 60, 90, 3 }, metadata, file, &error);
  g_assert_no_error (error);
  return file;
}

/** model_files_bench: an editor with MODEL_FILES_FIRST */
void
model_files_bench (Bench *bench)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 90, 3);

  bench_open (bench, picture, MODEL_FILES_FIRST, 1240, 680);
  bench_settle (bench);
}

/** model_files_idle: whether no file is being read or written. */
gboolean
model_files_idle (gpointer data)
{
  Bench     *bench = data;
  GtkWidget *spinner = ui_test_find (bench->editor->file, GTK_TYPE_SPINNER, NULL);

  return !gtk_widget_get_mapped (spinner);
}

/** model_files_do: opens or saves it, and waits; meanwhile that is said. */
void
model_files_do (Bench *bench, void (*what) (CnnFileView *view, const char *file),
                const char *file)
{
  what (CNN_FILE_VIEW (bench->editor->file), file);
  ui_test_lay_out (bench->window);
  g_assert_false (model_files_idle (bench));
  g_assert_true (ui_test_wait (model_files_idle, bench));
  ui_test_settle ();
}

/** model_files_text: (transfer none): the draft's */
const char *
model_files_text (Bench *bench)
{
  return cnn_draft_text (bench->editor->draft);
}

/** model_files_says: whether that is said of files. */
gboolean
model_files_says (Bench *bench, const char *sentence)
{
  return ui_test_says (bench->editor->file, sentence);
}
