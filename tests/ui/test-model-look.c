/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "model-files-test.h"
#include "stack-view.h"

/* A file that is dropped; and what large networks look like. */

/* --- a person's hands ------------------------------------------------------------------ */

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
  g_autofree char  *file = model_files_write ("a small one.onnx", MODEL_FILES_SMALL, NULL);
  g_autofree char  *uri = g_filename_to_uri (file, NULL, NULL);
  GtkSelectionData *data;

  model_files_bench (&bench);
  g_assert_true (gtk_target_list_find (gtk_drag_dest_get_target_list (GTK_WIDGET (bench.editor)),
                                       gdk_atom_intern ("text/uri-list", FALSE), NULL));
  /* What is dropped comes as what is pasted does. */
  gtk_clipboard_set_with_data (clipboard, &target, 1, give_uri, NULL, uri);
  data = gtk_clipboard_wait_for_contents (clipboard, gdk_atom_intern ("text/uri-list", FALSE));
  g_signal_emit_by_name (bench.editor, "drag-data-received", NULL, 10, 10, data, 0, 0);
  gtk_selection_data_free (data);
  g_assert_true (ui_test_wait (model_files_idle, &bench));
  ui_test_settle ();
  g_assert_nonnull (strstr (model_files_text (&bench), file));
  gtk_clipboard_clear (clipboard);
  bench_close (&bench);
  g_remove (file);
}

/* --- large networks -------------------------------------------------------------------- */

/* Of many kernels some are shown, and all can be reached. */
static void
test_many_kernels (void)
{
  Bench            bench;
  g_autofree char *file = model_files_write ("many.onnx",
                                             "input ?x?x3\nconv 150 3x3 as=many\nrelu\n", NULL);
  GtkFlowBox      *list;
  GtkFlowBoxChild *child;
  const CnnNode   *node;
  const GPtrArray *kernels;

  model_files_bench (&bench);
  model_files_do (&bench, cnn_file_view_open, file);
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
  g_assert_nonnull (strstr (model_files_text (&bench), "[0:130],\"["));
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
  g_autofree char *file = model_files_write ("squeezenet.onnx", text, NULL);
  int              n, bottom = 0, n_names = 0;

  model_files_bench (&bench);
  model_files_do (&bench, cnn_file_view_open, file);
  g_assert_cmpstr (cnn_draft_problem (bench.editor->draft), ==, NULL);
  n = (int) cnn_draft_n_layers (bench.editor->draft);
  g_assert_cmpint (n, >=, 66);
  bench_check (&bench);
  for (int i = 0; i < n; i++)
    {
      GtkWidget    *card = bench_card (&bench, i);
      Inside        inside = { card, 0 };
      const char   *name = cnn_draft_layer (bench.editor->draft, (guint) i)->node->name;
      GtkAllocation place;

      gtk_widget_get_allocation (card, &place);
      g_assert_cmpint (place.y, >=, bottom);
      g_assert_cmpint (place.height, >, 30);
      bottom = place.y + place.height;
      gtk_container_forall (GTK_CONTAINER (card), check_inside, &inside);
      g_assert_cmpint (inside.n, >, 6);
      if (name == NULL)
        continue;
      g_assert_true (g_str_has_prefix (name, "fire"));
      g_assert_true (ui_test_says (card, name));
      n_names++;
    }
  g_assert_cmpint (n_names, >=, 16);
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
  ui_test_init (&argc, &argv);
  g_test_add_func ("/model-look/drop", test_drop);
  g_test_add_func ("/model-look/many-kernels", test_many_kernels);
  g_test_add_func ("/model-look/long", test_long);
  return model_files_run ();
}
