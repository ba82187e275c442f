/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "card.h"
#include "editor-test.h"
#include "file-view.h"
#include "model.h"
#include "onnx/save.h"
#include "presets.h"
#include "stack-view.h"
#include "user-presets.h"

/* Networks that are opened from files and saved to them. */

#define FIRST "conv 2 3x3 pad=same # mine\n"

/* A branch, names, and weights that are drawn. */
#define SMALL "input ?x?x3\n"                                        \
              "conv 6 3x3 stride=2 pad=1 bias=0.5,-1,0,0,2,0.25 as=first\n" \
              "relu\n"                                               \
              "conv 6 1x1 as=left\n"                                 \
              "conv 6 3x3 pad=1 from=first as=right\n"               \
              "add left from=right\n"                                \
              "maxpool 2\n"

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A model of the network in the folder; its path. */
static char *
write_model (const char *name, const char *text, GHashTable *metadata)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = preview_test_parse (text);
  char                  *file = in_folder (name);

  cnn_model_save (network, (CnnShape) { 60, 90, 3 }, metadata, file, &error);
  g_assert_no_error (error);
  return file;
}

static void
open_bench (Bench *bench)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 90, 3);

  bench_open (bench, picture, FIRST, 1240, 680);
  bench_settle (bench);
}

static gboolean
is_idle (gpointer data)
{
  Bench     *bench = data;
  GtkWidget *spinner = ui_test_find (bench->editor->file, GTK_TYPE_SPINNER, NULL);

  return !gtk_widget_get_mapped (spinner);
}

/* Opens or saves it, and waits. */
static void
do_file (Bench *bench, void (*what) (CnnFileView *view, const char *file), const char *file)
{
  what (CNN_FILE_VIEW (bench->editor->file), file);
  ui_test_lay_out (bench->window);
  g_assert_false (is_idle (bench));
  g_assert_true (ui_test_wait (is_idle, bench));
  ui_test_settle ();
}

static const char *
text_of (Bench *bench)
{
  return cnn_draft_text (bench->editor->draft);
}

static gboolean
says (Bench *bench, const char *sentence)
{
  return ui_test_says (bench->editor->file, sentence);
}

/* --- opening ------------------------------------------------------------------------------ */

static void
test_open (void)
{
  Bench            bench;
  g_autofree char *file = write_model ("small.onnx", SMALL, NULL);
  g_autofree char *opened = NULL;
  GtkWidget       *kernels, *save;

  open_bench (&bench);
  do_file (&bench, cnn_file_view_open, file);
  g_assert_cmpstr (cnn_draft_problem (bench.editor->draft), ==, NULL);
  g_assert_nonnull (strstr (text_of (&bench), file));
  g_assert_true (g_str_has_prefix (text_of (&bench), "input ?x?x3 weights=\""));
  g_assert_cmpuint (cnn_draft_n_layers (bench.editor->draft), ==, 7);
  bench_check (&bench);
  g_assert_true (says (&bench, "small.onnx"));
  g_assert_true (says (&bench, "convolens"));
  opened = g_strdup (text_of (&bench));

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
  g_assert_cmpstr (text_of (&bench), ==, FIRST);
  g_assert_false (says (&bench, "small.onnx"));
  g_assert_false (cnn_draft_can_undo (bench.editor->draft));
  bench_press (&bench, "Redo");
  g_assert_cmpstr (text_of (&bench), ==, opened);
  g_assert_true (says (&bench, "small.onnx"));

  /* With a change it is still that file's. */
  bench_select (&bench, 6);
  bench_card_key (&bench, GDK_KEY_Delete, 0);
  g_assert_true (says (&bench, "small.onnx"));
  save = bench_find (&bench, GTK_TYPE_BUTTON, "Save");
  g_assert_true (gtk_widget_is_sensitive (save));
  g_object_set (bench.editor, "network", "", NULL);
  ui_test_settle ();
  g_assert_false (gtk_widget_is_sensitive (save));
  g_assert_false (says (&bench, "small.onnx"));
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
  g_autofree char       *file = NULL, *other = in_folder ("other.onnx");
  GtkWidget             *about, *popover;

  g_hash_table_insert (metadata, (char *) "article", (char *) "How a cat is seen");
  file = write_model ("about.onnx", SMALL, metadata);
  open_bench (&bench);
  do_file (&bench, cnn_file_view_open, file);
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
  do_file (&bench, cnn_file_view_save, other);
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
  g_autofree char *one = write_model ("one.onnx", "input ?x?x3\nconv 5 3x3\n", NULL);
  g_autofree char *two = write_model ("two.onnx", "input ?x?x3\nconv 3 3x3\nrelu\n", NULL);

  open_bench (&bench);
  cnn_editor_open (bench.editor, one);
  do_file (&bench, cnn_file_view_open, two);
  g_usleep (50000);
  ui_test_settle ();
  g_assert_nonnull (strstr (text_of (&bench), "two.onnx"));
  bench_press (&bench, "Undo");
  g_assert_cmpstr (text_of (&bench), ==, FIRST);

  /* One that is not waited for does not come. */
  cnn_editor_open (bench.editor, one);
  ui_test_lay_out (bench.window);
  gtk_button_clicked (GTK_BUTTON (bench_find (&bench, GTK_TYPE_BUTTON, "Do not open")));
  g_assert_true (is_idle (&bench));
  g_usleep (50000);
  ui_test_settle ();
  g_assert_cmpstr (text_of (&bench), ==, FIRST);

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

  return g_regex_replace_literal (name, strchr (text_of (bench), '\n') + 1, -1, 0, "@", 0, NULL);
}

static void
test_round_trip (void)
{
  Bench                bench;
  g_autofree char     *file = in_folder ("first.onnx"), *other = in_folder ("second.onnx");
  g_autofree char     *third = in_folder ("third.onnx");
  g_autofree char     *one = NULL, *two = NULL, *named = NULL;
  g_autoptr (CnnModel) model = NULL;

  open_bench (&bench);
  g_object_set (bench.editor, "network", SMALL, NULL);
  do_file (&bench, cnn_file_view_save, file);
  g_assert_cmpstr (text_of (&bench), ==, SMALL);
  do_file (&bench, cnn_file_view_open, file);
  g_assert_nonnull (strstr (text_of (&bench), file));
  g_assert_nonnull (strstr (text_of (&bench), "as=first"));
  one = layers_of (&bench);
  named = g_strdup (text_of (&bench));
  do_file (&bench, cnn_file_view_save, other);
  g_assert_cmpstr (text_of (&bench), ==, named);
  do_file (&bench, cnn_file_view_open, other);
  g_assert_nonnull (strstr (text_of (&bench), other));
  two = layers_of (&bench);
  g_assert_cmpstr (one, ==, two);

  /* From then on the names stay, too. */
  g_free (named);
  named = g_strdup (text_of (&bench));
  do_file (&bench, cnn_file_view_save, third);
  do_file (&bench, cnn_file_view_open, third);
  g_assert_cmpstr (strchr (text_of (&bench), '\n'), ==, strchr (named, '\n'));
  g_free (two);
  two = g_strdup (text_of (&bench));

  /* A preset of one's own keeps the text, and so where its weights are. */
  g_assert_true (user_presets_save (folder, "mine", two, NULL));
  g_free (one);
  one = user_presets_load (folder, "mine", NULL);
  g_assert_cmpstr (one, ==, two);
  user_presets_remove (folder, "mine", NULL);

  /* Of one that comes with the program the name. */
  g_object_set (bench.editor, "network", cnn_preset_find ("three-stages")->text, NULL);
  do_file (&bench, cnn_file_view_save, file);
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
  g_autofree char *file = in_folder ("words.txt");
  g_autofree char *is = NULL;

  open_bench (&bench);
  g_object_set (bench.editor, "network", words, NULL);
  do_file (&bench, cnn_file_view_save, file);
  g_assert_true (g_file_get_contents (file, &is, NULL, NULL));
  g_assert_cmpstr (is, ==, words);
  g_object_set (bench.editor, "network", "relu", NULL);
  do_file (&bench, cnn_file_view_open, file);
  g_assert_cmpstr (text_of (&bench), ==, words);
  g_assert_false (says (&bench, "words.txt"));
  bench_check (&bench);
  bench_close (&bench);
  g_remove (file);
}

/* The last thing that is done before the window closes is done. */
static void
test_save_and_close (void)
{
  Bench            bench;
  g_autofree char *file = in_folder ("last.onnx");

  open_bench (&bench);
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
  g_autofree char *file = in_folder (name);
  g_autofree char *before = g_strdup (text_of (bench));

  do_file (bench, what, file);
  if (!says (bench, sentence))
    g_error ("it does not say “%s” of %s", sentence, name);
  g_assert_cmpstr (text_of (bench), ==, before);
}

static void
test_refused (void)
{
  Bench            bench;
  g_autofree char *broken = in_folder ("broken.onnx"), *bytes = in_folder ("bytes.txt");
  g_autofree char *file = write_model ("small.onnx", SMALL, NULL);
  g_autofree char *was = NULL, *is = NULL;
  gsize            n_was, n_is;

  g_assert_true (g_file_set_contents (broken, "this is no model", -1, NULL));
  g_assert_true (g_file_set_contents (bytes, "\x08\x00\xff", 3, NULL));
  open_bench (&bench);
  assert_refused (&bench, cnn_file_view_open, "gone.onnx", "gone.onnx");
  ui_test_screenshot (bench.window, "model-refused");
  bench_press (&bench, "Close the message");
  g_assert_false (says (&bench, "gone.onnx"));
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
  do_file (&bench, cnn_file_view_open, file);
  g_assert_false (says (&bench, "cannot"));
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
  g_autofree char *file = write_model ("small.onnx", SMALL, NULL);
  g_autofree char *text = NULL, *other = NULL;
  CnnDraft        *draft;

  open_bench (&bench);
  draft = bench.editor->draft;
  do_file (&bench, cnn_file_view_open, file);
  text = g_strdup (text_of (&bench));

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
  g_assert_cmpstr (text_of (&bench), ==, text);

  /* With other layers under the same name. */
  g_free (file);
  file = write_model ("small.onnx", "input ?x?x3\nconv 2 5x5 as=other\nrelu\n", NULL);
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

/* --- a person's hands --------------------------------------------------------------------------- */

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
  return find_dialog () == NULL && is_idle (bench);
}

static void
test_dialogs (void)
{
  Bench            bench;
  g_autofree char *file = write_model ("small.onnx", SMALL, NULL);
  g_autofree char *saved = in_folder ("copy.onnx"), *copy = in_folder ("copy");

  open_bench (&bench);
  bench_press (&bench, "Open");
  g_assert_nonnull (find_dialog ());
  gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (find_dialog ()), file);
  g_assert_true (ui_test_wait (is_chosen, file));
  gtk_dialog_response (GTK_DIALOG (find_dialog ()), GTK_RESPONSE_ACCEPT);
  g_assert_true (ui_test_wait (is_answered, &bench));
  ui_test_settle ();
  g_assert_nonnull (strstr (text_of (&bench), file));

  /* A name without an ending gets that of a model. */
  bench_press (&bench, "Save");
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (find_dialog ()), folder);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (find_dialog ()), "copy");
  g_assert_true (ui_test_wait (is_chosen, copy));
  gtk_dialog_response (GTK_DIALOG (find_dialog ()), GTK_RESPONSE_ACCEPT);
  g_assert_true (ui_test_wait (is_answered, &bench));
  g_assert_true (g_file_test (saved, G_FILE_TEST_EXISTS));

  /* Which is not replaced without a question. */
  bench_press (&bench, "Save");
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (find_dialog ()), folder);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (find_dialog ()), "copy");
  g_assert_true (ui_test_wait (is_chosen, copy));
  gtk_dialog_response (GTK_DIALOG (find_dialog ()), GTK_RESPONSE_ACCEPT);
  g_assert_true (ui_test_wait (is_answered, &bench));
  ui_test_settle ();
  g_assert_true (says (&bench, "There is a file “copy.onnx” already"));
  bench_press (&bench, "Open");
  bench_close (&bench);
  g_remove (file);
  g_remove (saved);
}

static void
give_uri (GtkClipboard *clipboard, GtkSelectionData *data, guint kind, gpointer uri)
{
  char *uris[] = { uri, NULL };

  gtk_selection_data_set_uris (data, uris);
}

static void
test_drop (void)
{
  GtkTargetEntry    target = { (char *) "text/uri-list", 0, 0 };
  GtkClipboard     *clipboard = gtk_clipboard_get (GDK_SELECTION_CLIPBOARD);
  Bench             bench;
  g_autofree char  *file = write_model ("a small one.onnx", SMALL, NULL);
  g_autofree char  *uri = g_filename_to_uri (file, NULL, NULL);
  GtkSelectionData *data;

  open_bench (&bench);
  g_assert_true (gtk_target_list_find (gtk_drag_dest_get_target_list (GTK_WIDGET (bench.editor)),
                                       gdk_atom_intern ("text/uri-list", FALSE), NULL));
  /* What is dropped comes as what is pasted does. */
  gtk_clipboard_set_with_data (clipboard, &target, 1, give_uri, NULL, uri);
  data = gtk_clipboard_wait_for_contents (clipboard, gdk_atom_intern ("text/uri-list", FALSE));
  g_signal_emit_by_name (bench.editor, "drag-data-received", NULL, 10, 10, data, 0, 0);
  gtk_selection_data_free (data);
  g_assert_true (ui_test_wait (is_idle, &bench));
  ui_test_settle ();
  g_assert_nonnull (strstr (text_of (&bench), file));
  gtk_clipboard_clear (clipboard);
  bench_close (&bench);
  g_remove (file);
}

/* --- large networks ---------------------------------------------------------------------------- */

/* Of many kernels some are shown, and all can be reached. */
static void
test_many_kernels (void)
{
  Bench            bench;
  g_autofree char *file = write_model ("many.onnx", "input ?x?x3\nconv 150 3x3 as=many\nrelu\n",
                                       NULL);
  GtkFlowBox      *list;
  GtkFlowBoxChild *child;
  const CnnNode   *node;
  const GPtrArray *kernels;

  open_bench (&bench);
  do_file (&bench, cnn_file_view_open, file);
  list = GTK_FLOW_BOX (bench_find (&bench, GTK_TYPE_FLOW_BOX, "Kernels of this layer"));
  g_assert_nonnull (gtk_flow_box_get_child_at_index (list, 63));
  g_assert_null (gtk_flow_box_get_child_at_index (list, 64));
  g_assert_false (gtk_widget_get_visible (bench_find (&bench, GTK_TYPE_BUTTON,
                                                      "Kernels before these")));
  bench_press (&bench, "Kernels after these");
  bench_press (&bench, "Kernels after these");
  child = gtk_flow_box_get_child_at_index (list, 0);
  g_assert_true (gtk_flow_box_child_is_selected (child));
  g_assert_cmpstr (atk_object_get_name (gtk_widget_get_accessible (GTK_WIDGET (child))), ==,
                   "Kernel 129: 3×3");
  g_assert_nonnull (gtk_flow_box_get_child_at_index (list, 21));
  g_assert_null (gtk_flow_box_get_child_at_index (list, 22));
  g_assert_false (gtk_widget_get_visible (bench_find (&bench, GTK_TYPE_BUTTON,
                                                      "Kernels after these")));
  ui_test_screenshot (bench.window, "model-many-kernels");

  /* What is done is done to the one that is chosen. */
  gtk_flow_box_select_child (list, gtk_flow_box_get_child_at_index (list, 2));
  ui_test_settle ();
  bench_press (&bench, "Flip left and right");
  node = cnn_network_node (cnn_draft_network (bench.editor->draft), 1);
  kernels = *cnn_param_field (GPtrArray *, cnn_op_param (node->op, "kernels"), node->params);
  g_assert_cmpuint (kernels->len, ==, 150);
  g_assert_nonnull (strstr (text_of (&bench), "[0:130],\"["));
  bench_press (&bench, "Kernels before these");
  child = gtk_flow_box_get_child_at_index (list, 63);
  g_assert_true (gtk_flow_box_child_is_selected (child));
  bench_close (&bench);
  g_remove (file);
}

/* As long and as wide as SqueezeNet 1.1 (Iandola and others, 2016). */
static char *
squeeze_text (void)
{
  static const int squeeze[] = { 16, 16, 32, 32, 48, 48, 64, 64 };
  GString         *text = g_string_new ("input ?x?x3\nconv 64 3x3 stride=2\nrelu\n");

  for (guint i = 0; i < G_N_ELEMENTS (squeeze); i++)
    {
      if (i == 0 || i == 2 || i == 4)
        g_string_append (text, "maxpool 3 stride=2\n");
      g_string_append_printf (text,
                              "conv %d 1x1\nrelu as=fire%u-squeeze\n"
                              "conv %d 1x1\nrelu as=fire%u-expand1x1\n"
                              "conv %d 3x3 pad=1 from=fire%u-squeeze\nrelu as=fire%u-expand3x3\n"
                              "concat fire%u-expand3x3 from=fire%u-expand1x1\n",
                              squeeze[i], i + 2, 4 * squeeze[i], i + 2, 4 * squeeze[i], i + 2,
                              i + 2, i + 2, i + 2);
    }
  g_string_append (text, "conv 1000 1x1\nrelu\nglobal-avgpool\nsoftmax\n");
  return g_string_free (text, FALSE);
}

typedef struct
{
  GtkWidget *card;
  int        n;
} Inside;

/* What is on a card is inside it. */
static void
check_inside (GtkWidget *widget, gpointer data)
{
  Inside *inside = data;
  int     x, y;

  if (!gtk_widget_get_mapped (widget))
    return;
  gtk_widget_translate_coordinates (widget, inside->card, 0, 0, &x, &y);
  g_assert_cmpint (x, >=, 0);
  g_assert_cmpint (y, >=, 0);
  g_assert_cmpint (x + gtk_widget_get_allocated_width (widget), <=,
                   gtk_widget_get_allocated_width (inside->card));
  g_assert_cmpint (y + gtk_widget_get_allocated_height (widget), <=,
                   gtk_widget_get_allocated_height (inside->card));
  inside->n++;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), check_inside, data);
}

static void
test_long (void)
{
  Bench            bench;
  g_autofree char *text = squeeze_text ();
  g_autofree char *file = write_model ("squeezenet.onnx", text, NULL);
  int              n, bottom = 0;

  open_bench (&bench);
  do_file (&bench, cnn_file_view_open, file);
  g_assert_cmpstr (cnn_draft_problem (bench.editor->draft), ==, NULL);
  n = (int) cnn_draft_n_layers (bench.editor->draft);
  g_assert_cmpint (n, >=, 66);
  bench_check (&bench);
  for (int i = 0; i < n; i++)
    {
      GtkWidget    *card = bench_card (&bench, i);
      Inside        inside = { card, 0 };
      GtkAllocation place;

      gtk_widget_get_allocation (card, &place);
      g_assert_cmpint (place.y, >=, bottom);
      g_assert_cmpint (place.height, >, 30);
      bottom = place.y + place.height;
      gtk_container_forall (GTK_CONTAINER (card), check_inside, &inside);
      g_assert_cmpint (inside.n, >, 6);
    }
  g_assert_true (ui_test_says (bench.list, "fire2-squeeze"));
  g_assert_true (ui_test_says (bench.list, "fire9-expand3x3"));
  cnn_stack_view_select (CNN_STACK_VIEW (bench.editor->stack), 10);
  bench_settle (&bench);
  ui_test_screenshot (bench.window, "model-opened");
  cnn_stack_view_select (CNN_STACK_VIEW (bench.editor->stack), n - 1);
  bench_settle (&bench);
  ui_test_screenshot (bench.window, "model-classes");
  bench_close (&bench);
  g_remove (file);
}

int
main (int argc, char **argv)
{
  int code;

  ui_test_init (&argc, &argv);
  folder = g_dir_make_tmp ("cnn-models-XXXXXX", NULL);
  g_test_add_func ("/model-files/open", test_open);
  g_test_add_func ("/model-files/about", test_about);
  g_test_add_func ("/model-files/newest", test_newest);
  g_test_add_func ("/model-files/round-trip", test_round_trip);
  g_test_add_func ("/model-files/texts", test_texts);
  g_test_add_func ("/model-files/save-and-close", test_save_and_close);
  g_test_add_func ("/model-files/refused", test_refused);
  g_test_add_func ("/model-files/gone", test_gone);
  g_test_add_func ("/model-files/dialogs", test_dialogs);
  g_test_add_func ("/model-files/drop", test_drop);
  g_test_add_func ("/model-files/many-kernels", test_many_kernels);
  g_test_add_func ("/model-files/long", test_long);
  code = g_test_run ();
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  return code;
}
