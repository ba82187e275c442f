/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "model-files-test.h"
#include "model.h"
#include "presets.h"
#include "user-presets.h"

/* Networks that are opened from files and saved to them. */

/* --- opening ------------------------------------------------------------------------------ */

static void
test_open (void)
{
  Bench            bench;
  g_autofree char *file = model_files_write ("small.onnx", MODEL_FILES_SMALL, NULL);
  g_autofree char *opened = NULL;
  GtkWidget       *kernels, *save;

  model_files_bench (&bench);
  model_files_do (&bench, cnn_file_view_open, file);
  g_assert_cmpstr (cnn_draft_problem (bench.editor->draft), ==, NULL);
  g_assert_nonnull (strstr (model_files_text (&bench), file));
  g_assert_true (g_str_has_prefix (model_files_text (&bench), "input ?x?x3 weights=\""));
  g_assert_cmpuint (cnn_draft_n_layers (bench.editor->draft), ==, 7);
  bench_check (&bench);
  g_assert_true (model_files_says (&bench, "small.onnx"));
  g_assert_true (model_files_says (&bench, "convolens"));
  opened = g_strdup (model_files_text (&bench));

  /* The first layer's kernels are in the kernel editor, and all maps in the preview. */
  g_assert_cmpint (cnn_editor_node (bench.editor), ==, 1);
  kernels = bench_find (&bench, GTK_TYPE_FLOW_BOX, "Kernels of this layer");
  g_assert_nonnull (gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (kernels), 5));
  g_assert_null (gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (kernels), 6));
  for (int i = 0; i < 7; i++)
    {
      bench_select (&bench, i);
      bench_settle (&bench);
    }

  /* One step back, and forth. */
  bench_press (&bench, "Undo");
  g_assert_cmpstr (model_files_text (&bench), ==, MODEL_FILES_FIRST);
  g_assert_false (model_files_says (&bench, "small.onnx"));
  g_assert_false (cnn_draft_can_undo (bench.editor->draft));
  bench_press (&bench, "Redo");
  g_assert_cmpstr (model_files_text (&bench), ==, opened);
  g_assert_true (model_files_says (&bench, "small.onnx"));

  /* With a change it is still that file's. */
  bench_select (&bench, 6);
  bench_card_key (&bench, GDK_KEY_Delete, 0);
  g_assert_true (model_files_says (&bench, "small.onnx"));
  save = bench_find (&bench, GTK_TYPE_BUTTON, "Save to a file");
  g_assert_true (gtk_widget_is_sensitive (save));
  g_object_set (bench.editor, "network", "", NULL);
  ui_test_settle ();
  g_assert_false (gtk_widget_is_sensitive (save));
  g_assert_false (model_files_says (&bench, "small.onnx"));
  bench_close (&bench);
  g_remove (file);
}

/* What the file says of itself, on a page. */
static void
test_about (void)
{
  Bench                  bench;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (CnnModel)   again = NULL;
  g_autofree char       *file = NULL, *other = model_files_path ("other.onnx");
  GtkWidget             *about, *popover;

  g_hash_table_insert (metadata, (char *) "article", (char *) "How a cat is seen");
  file = model_files_write ("about.onnx", MODEL_FILES_SMALL, metadata);
  model_files_bench (&bench);
  model_files_do (&bench, cnn_file_view_open, file);
  about = bench_find (&bench, GTK_TYPE_MENU_BUTTON, "What is this file?");
  popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (about)));
  gtk_button_clicked (GTK_BUTTON (about));
  ui_test_settle ();
  g_assert_true (ui_test_says (popover, "How a cat is seen"));
  g_assert_true (ui_test_says (popover, "any size, 3 channels"));
  g_assert_true (ui_test_says (popover, "convolens"));
  g_assert_false (ui_test_says (popover, "conv 6 3x3"));
  ui_test_screenshot (bench.window, "model-about");
  gtk_popover_popdown (GTK_POPOVER (popover));

  /* It goes along into another file. */
  model_files_do (&bench, cnn_file_view_save, other);
  again = cnn_model_open (other, (CnnShape) { 60, 90, 3 }, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (g_hash_table_lookup (cnn_model_info (again)->metadata, "article"), ==,
                   "How a cat is seen");
  g_assert_null (g_hash_table_lookup (cnn_model_info (again)->metadata, "convolens.preset"));
  bench_close (&bench);
  g_remove (file);
  g_remove (other);
}

/* The newest of what is asked for is what is opened, and a closed editor opens nothing. */
static void
test_newest (void)
{
  Bench            bench;
  g_autofree char *one = model_files_write ("one.onnx", "input ?x?x3\nconv 5 3x3\n", NULL);
  g_autofree char *two = model_files_write ("two.onnx", "input ?x?x3\nconv 3 3x3\nrelu\n", NULL);

  model_files_bench (&bench);
  cnn_editor_open (bench.editor, one);
  model_files_do (&bench, cnn_file_view_open, two);
  g_usleep (50000);
  ui_test_settle ();
  g_assert_nonnull (strstr (model_files_text (&bench), "two.onnx"));
  bench_press (&bench, "Undo");
  g_assert_cmpstr (model_files_text (&bench), ==, MODEL_FILES_FIRST);

  /* One that is not waited for does not come. */
  cnn_editor_open (bench.editor, one);
  ui_test_lay_out (bench.window);
  gtk_button_clicked (GTK_BUTTON (bench_find (&bench, GTK_TYPE_BUTTON, "Do not open")));
  g_assert_true (model_files_idle (&bench));
  g_usleep (50000);
  ui_test_settle ();
  g_assert_cmpstr (model_files_text (&bench), ==, MODEL_FILES_FIRST);

  cnn_editor_open (bench.editor, one);
  bench_close (&bench);
  ui_test_settle ();
  g_remove (one);
  g_remove (two);
}

/* --- there and back -------------------------------------------------------------------------- */

/* The layers, with tensors' names left out: a file that we write names its own. */
static char *
layers_of (Bench *bench)
{
  g_autoptr (GRegex) name = g_regex_new ("@[^ \n\\[]+", 0, 0, NULL);

  return g_regex_replace_literal (name, strchr (model_files_text (bench), '\n') + 1, -1, 0, "@", 0,
                                  NULL);
}

static void
test_round_trip (void)
{
  Bench                bench;
  g_autofree char     *file = model_files_path ("first.onnx");
  g_autofree char     *other = model_files_path ("second.onnx");
  g_autofree char     *third = model_files_path ("third.onnx");
  g_autofree char     *one = NULL, *two = NULL, *named = NULL;
  g_autoptr (CnnModel) model = NULL;

  model_files_bench (&bench);
  g_object_set (bench.editor, "network", MODEL_FILES_SMALL, NULL);
  model_files_do (&bench, cnn_file_view_save, file);
  g_assert_cmpstr (model_files_text (&bench), ==, MODEL_FILES_SMALL);
  model_files_do (&bench, cnn_file_view_open, file);
  g_assert_nonnull (strstr (model_files_text (&bench), file));
  g_assert_nonnull (strstr (model_files_text (&bench), "as=first"));
  one = layers_of (&bench);
  named = g_strdup (model_files_text (&bench));
  model_files_do (&bench, cnn_file_view_save, other);
  g_assert_cmpstr (model_files_text (&bench), ==, named);
  model_files_do (&bench, cnn_file_view_open, other);
  g_assert_nonnull (strstr (model_files_text (&bench), other));
  two = layers_of (&bench);
  g_assert_cmpstr (one, ==, two);

  /* From then on the names stay, too. */
  g_free (named);
  named = g_strdup (model_files_text (&bench));
  model_files_do (&bench, cnn_file_view_save, third);
  model_files_do (&bench, cnn_file_view_open, third);
  g_assert_cmpstr (strchr (model_files_text (&bench), '\n'), ==, strchr (named, '\n'));
  g_free (two);
  two = g_strdup (model_files_text (&bench));

  /* A preset of one's own keeps the text, and so where its weights are. */
  g_assert_true (user_presets_save (model_files_folder, "mine", two, NULL));
  g_free (one);
  one = user_presets_load (model_files_folder, "mine", NULL);
  g_assert_cmpstr (one, ==, two);
  user_presets_remove (model_files_folder, "mine", NULL);

  /* Of one that comes with the program the name. */
  g_object_set (bench.editor, "network", cnn_preset_find ("three-stages")->text, NULL);
  model_files_do (&bench, cnn_file_view_save, file);
  model = cnn_model_open (file, (CnnShape) { 60, 90, 3 }, NULL);
  g_assert_nonnull (model);
  g_assert_cmpstr (g_hash_table_lookup (cnn_model_info (model)->metadata, "convolens.preset"), ==,
                   "three-stages");
  bench_close (&bench);
  g_remove (file);
  g_remove (other);
  g_remove (third);
}

/* A text stays as it is written, with its mistakes. */
static void
test_texts (void)
{
  const char       words[] = "conv 4 3x3 # ü\r\n\r\nnonsense 3; #off relu";
  Bench            bench;
  g_autofree char *file = model_files_path ("words.txt");
  g_autofree char *is = NULL;

  model_files_bench (&bench);
  g_object_set (bench.editor, "network", words, NULL);
  model_files_do (&bench, cnn_file_view_save, file);
  g_assert_true (g_file_get_contents (file, &is, NULL, NULL));
  g_assert_cmpstr (is, ==, words);
  g_object_set (bench.editor, "network", "relu", NULL);
  model_files_do (&bench, cnn_file_view_open, file);
  g_assert_cmpstr (model_files_text (&bench), ==, words);
  g_assert_false (model_files_says (&bench, "words.txt"));
  bench_check (&bench);
  bench_close (&bench);
  g_remove (file);
}

/* The last thing that is done before the window closes is done. */
static void
test_save_and_close (void)
{
  Bench            bench;
  g_autofree char *file = model_files_path ("last.onnx");

  model_files_bench (&bench);
  /* Some millions of weights, which take a while. */
  g_object_set (bench.editor, "network", "conv 300 3x3 stride=8\nconv 900 3x3\n", NULL);
  cnn_file_view_save (CNN_FILE_VIEW (bench.editor->file), file);
  bench_close (&bench);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_remove (file), ==, 0);
}

/* --- what goes wrong -------------------------------------------------------------------------- */

static void
assert_refused (Bench *bench, void (*what) (CnnFileView *view, const char *file), const char *name,
                const char *sentence)
{
  g_autofree char *file = model_files_path (name);
  g_autofree char *before = g_strdup (model_files_text (bench));

  model_files_do (bench, what, file);
  if (!model_files_says (bench, sentence))
    g_error ("it does not say “%s” of %s", sentence, name);
  g_assert_cmpstr (model_files_text (bench), ==, before);
}

static void
test_refused (void)
{
  Bench            bench;
  g_autofree char *broken = model_files_path ("broken.onnx");
  g_autofree char *bytes = model_files_path ("bytes.txt");
  g_autofree char *file = model_files_write ("small.onnx", MODEL_FILES_SMALL, NULL);
  g_autofree char *was = NULL, *is = NULL;
  gsize            n_was, n_is;

  g_assert_true (g_file_set_contents (broken, "this is no model", -1, NULL));
  g_assert_true (g_file_set_contents (bytes, "\x08\x00\xff", 3, NULL));
  model_files_bench (&bench);
  assert_refused (&bench, cnn_file_view_open, "gone.onnx", "gone.onnx");
  ui_test_screenshot (bench.window, "model-refused");
  bench_press (&bench, "Close the message");
  g_assert_false (model_files_says (&bench, "gone.onnx"));
  assert_refused (&bench, cnn_file_view_open, "broken.onnx",
                  "“broken.onnx” cannot be opened: this is not an ONNX file");
  assert_refused (&bench, cnn_file_view_open, "bytes.txt",
                  "“bytes.txt” cannot be read: it is neither a text nor");
  assert_refused (&bench, cnn_file_view_open, "gone.txt", "“gone.txt” cannot be read");
  assert_refused (&bench, cnn_file_view_open, ".", "it is not a file");
  assert_refused (&bench, cnn_file_view_save, "no/such.onnx", "cannot be written");
  assert_refused (&bench, cnn_file_view_save, "no/such.txt", "“such.txt” cannot be saved");

  g_object_set (bench.editor, "network", "conv 4 3x3\nnonsense", NULL);
  assert_refused (&bench, cnn_file_view_save, "mistake.onnx", "the network has a mistake: line 2");
  g_object_set (bench.editor, "network", "# nothing yet\ninput ?x?x3\n", NULL);
  assert_refused (&bench, cnn_file_view_save, "mistake.onnx", "cannot be saved: the network has ");

  /* The weights that its text names. */
  model_files_do (&bench, cnn_file_view_open, file);
  g_assert_false (model_files_says (&bench, "cannot"));
  g_assert_true (g_file_get_contents (file, &was, &n_was, NULL));
  assert_refused (&bench, cnn_file_view_save, "small.onnx", "it holds the weights");
  g_assert_true (g_file_get_contents (file, &is, &n_is, NULL));
  g_assert_cmpmem (is, n_is, was, n_was);
  bench_close (&bench);
  g_remove (broken);
  g_remove (bytes);
  g_remove (file);
}

/* A text whose file is gone, or another by now: that is said, and all else goes on. */
static void
test_gone (void)
{
  Bench            bench;
  g_autofree char *file = model_files_write ("small.onnx", MODEL_FILES_SMALL, NULL);
  g_autofree char *text = NULL, *other = NULL;
  CnnDraft        *draft;

  model_files_bench (&bench);
  draft = bench.editor->draft;
  model_files_do (&bench, cnn_file_view_open, file);
  text = g_strdup (model_files_text (&bench));

  g_assert_cmpint (g_remove (file), ==, 0);
  cnn_draft_set_text (draft, "relu");
  cnn_draft_set_text (draft, text);
  ui_test_settle ();
  g_assert_nonnull (strstr (cnn_draft_problem (draft), "small.onnx” cannot be read"));
  g_assert_true (ui_test_says (bench.list, "cannot be read"));
  bench_check (&bench);
  ui_test_screenshot (bench.window, "model-gone");
  bench_add (&bench, "ReLU");
  bench_check (&bench);
  bench_press (&bench, "Undo");
  g_assert_cmpstr (model_files_text (&bench), ==, text);

  /* With other layers under the same name. */
  g_free (file);
  file = model_files_write ("small.onnx", "input ?x?x3\nconv 2 5x5 as=other\nrelu\n", NULL);
  cnn_draft_set_text (draft, "relu");
  cnn_draft_set_text (draft, text);
  ui_test_settle ();
  g_assert_nonnull (cnn_draft_problem (draft));
  bench_check (&bench);
  for (int i = -1; i < (int) cnn_draft_n_layers (draft); i++)
    if (gtk_widget_get_mapped (bench_card (&bench, i)))
      bench_select (&bench, i);
  bench_press (&bench, "Undo");
  bench_settle (&bench);
  g_assert_cmpstr (cnn_draft_problem (draft), ==, NULL);
  bench_close (&bench);
  g_remove (file);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/model-files/open", test_open);
  g_test_add_func ("/model-files/about", test_about);
  g_test_add_func ("/model-files/newest", test_newest);
  g_test_add_func ("/model-files/round-trip", test_round_trip);
  g_test_add_func ("/model-files/texts", test_texts);
  g_test_add_func ("/model-files/save-and-close", test_save_and_close);
  g_test_add_func ("/model-files/refused", test_refused);
  g_test_add_func ("/model-files/gone", test_gone);
  return model_files_run ();
}
