/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "../test-model.h"
#include "card-words.h"
#include "kernel-editor.h"
#include "kernel-grid.h"
#include "kernel-param.h"
#include "params-view.h"
#include "partial.h"
#include "plan.h"
#include "ui-test.h"

/* Layers whose numbers are in a file are seen and changed as all others are. */

#define N_KERNELS 6
#define N_VALUES  (3 * 2 * 2)

typedef struct
{
  char      *folder;
  char      *path;
  char      *input; /* the first line of texts */
  float      weights[N_KERNELS * N_VALUES];
  CnnDraft  *draft;
  GtkWidget *window;
} Fixture;

/* A file of six kernels of 2×2 for three channels; @rest goes on after the line that names
 * it, and layer 1 is what is shown. */
static void
open_view (Fixture *f, const char *rest)
{
  float            biases[N_KERNELS] = { 1, 2, 3, 4, 5, 6 };
  g_autofree char *text = NULL;
  GtkWidget       *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget       *view;

  /* 0.1 and its like are no floats. */
  for (int i = 0; i < N_KERNELS * N_VALUES; i++)
    f->weights[i] = (float) (i - 20) / 10.0f;
  f->folder = g_dir_make_tmp ("cnn-weights-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "model.onnx", NULL);
  f->input = g_strdup_printf ("input ?x?x3 weights=\"%s\"\n", f->path);
  test_model_write (f->path, N_KERNELS, 3, 2, 2, f->weights, biases);
  f->draft = cnn_draft_new ((CnnShape) { 16, 16, 3 });
  text = g_strconcat (f->input, rest, NULL);
  cnn_draft_set_text (f->draft, text);
  cnn_draft_forget_steps (f->draft);
  view = cnn_params_view_new (f->draft);
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (view), 1);
  gtk_widget_show (view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  f->window = ui_test_show (scroller, 340, 700);
}

static void
close_view (Fixture *f)
{
  gtk_widget_destroy (f->window);
  g_object_unref (f->draft);
  g_remove (f->path);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->input);
}

static void
assert_rest (Fixture *f, const char *rest)
{
  const char *text = cnn_draft_text (f->draft);

  g_assert_true (g_str_has_prefix (text, f->input));
  g_assert_cmpstr (text + strlen (f->input), ==, rest);
}

static GtkWidget *
find (Fixture *f, GType type, const char *name)
{
  return ui_test_get (f->window, type, name);
}

static void
press (Fixture *f, const char *name)
{
  gtk_button_clicked (GTK_BUTTON (find (f, GTK_TYPE_BUTTON, name)));
  ui_test_settle ();
}

static void
type (Fixture *f, const char *name, const char *text)
{
  GtkWidget *entry = find (f, GTK_TYPE_ENTRY, name);

  gtk_widget_grab_focus (entry);
  gtk_entry_set_text (GTK_ENTRY (entry), text);
  gtk_widget_activate (entry);
  ui_test_settle ();
}

static void
choose_kernel (Fixture *f, int kernel)
{
  GtkFlowBox *list = GTK_FLOW_BOX (find (f, GTK_TYPE_FLOW_BOX, "Kernels of this layer"));

  gtk_flow_box_select_child (list, gtk_flow_box_get_child_at_index (list, kernel));
  ui_test_settle ();
}

static const GPtrArray *
kernels_of (Fixture *f)
{
  const CnnNode *node = cnn_network_node (cnn_draft_network (f->draft), 1);

  return *cnn_param_field (GPtrArray *, cnn_op_param (node->op, "kernels"), node->params);
}

/* What is changed of one kernel is that kernel's; the others stay in the file. */
static void
test_kernels (void)
{
  Fixture          f;
  const GPtrArray *kernels;
  GtkWidget       *area;

  open_view (&f, "conv kernels=@c.weight bias=@c.bias\nrelu\n");
  g_assert_cmpstr (cnn_draft_problem (f.draft), ==, NULL);
  g_assert_cmpuint (kernels_of (&f)->len, ==, N_KERNELS);
  choose_kernel (&f, 2);
  ui_test_screenshot (f.window, "params-file-weights");
  assert_rest (&f, "conv kernels=@c.weight bias=@c.bias\nrelu\n");

  press (&f, "Flip left and right");
  assert_rest (&f, "conv kernels=@c.weight[0:2],\"[[[0.5,0.4],[0.7,0.6]],[[0.9,0.8],[1.1,1]],"
                   "[[1.3,1.2],[1.5,1.4]]]\",@c.weight[3:6] bias=@c.bias\nrelu\n");
  g_assert_cmpstr (cnn_draft_problem (f.draft), ==, NULL);
  kernels = kernels_of (&f);
  g_assert_cmpuint (kernels->len, ==, N_KERNELS);
  for (int k = 0; k < N_KERNELS; k++)
    for (int i = 0; i < N_VALUES; i++)
      g_assert_cmpfloat ((float) cnn_kernel_value (kernels->pdata[k], i), ==,
                         f.weights[k * N_VALUES + (k == 2 ? i ^ 1 : i)]);
  press (&f, "Flip left and right");
  press (&f, "Remove this kernel");
  assert_rest (&f, "conv kernels=@c.weight[0:2],@c.weight[3:6] bias=@c.bias\nrelu\n");
  for (int i = 0; i < 3; i++)
    cnn_draft_undo (f.draft);
  assert_rest (&f, "conv kernels=@c.weight bias=@c.bias\nrelu\n");
  g_assert_false (cnn_draft_can_undo (f.draft));

  /* One number that is changed in the grid. */
  choose_kernel (&f, 0);
  area = ui_test_find (find (&f, CNN_TYPE_KERNEL_GRID, NULL), GTK_TYPE_DRAWING_AREA, NULL);
  gtk_widget_grab_focus (area);
  ui_test_key (area, GDK_KEY_Delete, 0);
  ui_test_settle ();
  assert_rest (&f, "conv kernels=\"[[[0,-1.9],[-1.8,-1.7]],[[-1.6,-1.5],[-1.4,-1.3]],"
                   "[[-1.2,-1.1],[-1,-0.9]]]\",@c.weight[1:6] bias=@c.bias\nrelu\n");
  cnn_draft_undo (f.draft);

  /* The count that an imported layer says goes along. */
  cnn_draft_set_layer (f.draft, 1, "conv 6 2x2 kernels=@c.weight");
  ui_test_settle ();
  choose_kernel (&f, 2);
  press (&f, "Duplicate this kernel");
  assert_rest (&f, "conv 2x2 kernels=@c.weight[0:3],@c.weight[2:6]\nrelu\n");
  g_assert_cmpstr (cnn_draft_problem (f.draft), ==, NULL);
  close_view (&f);
}

/* What a layer says of its kernels follows those of the file. */
static void
test_set (void)
{
  Fixture            f;
  const CnnParam    *param;
  g_autoptr (GError) error = NULL;

  open_view (&f, "conv 2 1x1 pad=same");
  param = cnn_op_param (cnn_draft_layer (f.draft, 1)->op, "kernels");
  g_assert_true (kernel_param_set (f.draft, 1, param, "@c.weight[1:4]", &error));
  g_assert_no_error (error);
  assert_rest (&f, "conv 2x2 pad=same kernels=@c.weight[1:4]");
  g_assert_cmpstr (cnn_draft_problem (f.draft), ==, NULL);
  g_assert_false (kernel_param_set (f.draft, 1, param, "@c.weight[1:7]", &error));
  g_assert_nonnull (strstr (error->message, "has 6 items"));
  assert_rest (&f, "conv 2x2 pad=same kernels=@c.weight[1:4]");
  close_view (&f);
}

/* Lists of numbers are seen by their name, which stays until a person writes something else. */
static void
test_numbers (void)
{
  Fixture    f;
  GtkWidget *entry;

  open_view (&f, "conv kernels=@c.weight bias=@c.bias");
  entry = find (&f, GTK_TYPE_ENTRY, "Bias");
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (entry)), ==, "@c.bias");
  gtk_widget_grab_focus (entry);
  gtk_widget_grab_focus (find (&f, GTK_TYPE_SPIN_BUTTON, "Rows of the kernel"));
  ui_test_settle ();
  assert_rest (&f, "conv kernels=@c.weight bias=@c.bias");
  type (&f, "Bias", "@c.bias[3]");
  assert_rest (&f, "conv kernels=@c.weight bias=@c.bias[3]");
  g_assert_cmpstr (cnn_draft_problem (f.draft), ==, NULL);
  type (&f, "Bias", "1,2");
  assert_rest (&f, "conv kernels=@c.weight bias=1,2");
  cnn_draft_undo (f.draft);
  cnn_draft_undo (f.draft);
  assert_rest (&f, "conv kernels=@c.weight bias=@c.bias");
  close_view (&f);
}

/* A layer that is switched off has its numbers too, and a card says where they are from. */
static void
test_off (void)
{
  Fixture          f;
  g_autofree char *words = NULL;

  open_view (&f, "conv kernels=@c.weight[1:3] bias=@c.bias[0]\nrelu");
  words = cnn_card_words_params (cnn_draft_layer (f.draft, 1)->node, " · ");
  g_assert_cmpstr (words, ==, "@c.weight[1:3]");
  g_free (words);
  words = cnn_card_words_params (cnn_draft_layer (f.draft, 1)->node, NULL);
  g_assert_nonnull (strstr (words, "Bias: @c.bias[0]"));
  cnn_draft_set_enabled (f.draft, 1, FALSE);
  ui_test_settle ();
  assert_rest (&f, "#off conv kernels=@c.weight[1:3] bias=@c.bias[0]\nrelu");
  press (&f, "Remove this kernel");
  assert_rest (&f, "#off conv kernels=@c.weight[2] bias=@c.bias[0]\nrelu");
  close_view (&f);
}

/* Without the file nothing is lost of what the text says. */
static void
test_no_file (void)
{
  Fixture f;

  open_view (&f, "#off conv kernels=@c.weight bias=@c.bias\nconv kernels=@c.weight\nrelu");
  g_assert_cmpint (g_remove (f.path), ==, 0);
  cnn_draft_set_text (f.draft, "input weights=\"gone.onnx\"\nconv kernels=@c.weight[1:4]\nrelu");
  ui_test_settle ();
  g_assert_nonnull (strstr (cnn_draft_problem (f.draft), "“gone.onnx” cannot be read"));
  g_assert_nonnull (cnn_draft_layer (f.draft, 0)->node);
  g_assert_true (ui_test_says (f.window, "in a file that cannot be read"));
  g_assert_false (gtk_widget_get_mapped (find (&f, GTK_TYPE_FLOW_BOX, "Kernels of this layer")));
  choose_kernel (&f, 0);
  g_assert_cmpstr (cnn_draft_text (f.draft), ==,
                   "input weights=\"gone.onnx\"\nconv kernels=@c.weight[1:4]\nrelu");
  close_view (&f);
}

/* A matrix too large to be shown is not copied, and stays what it is. */
static void
test_large (void)
{
  g_autoptr (CnnBank)    bank = cnn_bank_new ();
  g_autoptr (CnnTensor)  tensor = cnn_tensor_new (2, (const int[]) { 300, 400 });
  const CnnParam         param = { .key = "weights", .type = CNN_PARAM_KERNELS, .initial = "" };
  const CnnKernelLayer   layer = { .size = { 300, 400 }, .matrix = TRUE };
  g_autoptr (GPtrArray)  kernels = NULL;
  g_autofree char       *text = NULL;
  GtkWidget             *editor = cnn_kernel_editor_new ();
  GtkWidget             *window;

  memset (tensor->values, 0, cnn_tensor_length (tensor) * sizeof (float));
  cnn_bank_add (bank, "m", tensor);
  g_assert_true (cnn_param_parse (&param, "@m", &kernels, NULL, NULL));
  g_assert_true (cnn_param_resolve (&param, "@m", &kernels, bank, NULL, NULL));
  cnn_kernel_editor_set_kernels (CNN_KERNEL_EDITOR (editor), kernels, &layer);
  window = ui_test_show (editor, 340, 560);
  g_assert_true (ui_test_says (window, "300×400 numbers, too many to be shown"));
  text = cnn_kernel_editor_get (CNN_KERNEL_EDITOR (editor));
  g_assert_cmpstr (text, ==, "@m");
  gtk_widget_destroy (window);
}

/* A kernel of a file taken apart: the sums are those of the layer. */
static void
test_partial (void)
{
  static const float     values[3] = { 1, 10, 100 };
  Fixture                f;
  g_autofree char       *apart = NULL;
  g_autoptr (CnnNetwork) network = NULL;
  g_autoptr (CnnPlan)    plan = NULL;
  g_autoptr (GError)     error = NULL;
  g_autofree float      *sum = g_new (float, 1);
  guint                  last;
  double                 expected = 5;

  open_view (&f, "conv 1x1 kernels=\"[[[1]],[[0]],[[0]]]\",\"[[[0]],[[1]],[[0]]]\","
                 "\"[[[0]],[[0]],[[1]]]\"\n"
                 "conv kernels=@c.weight bias=@c.bias pad=0,1,1,0");
  g_assert_cmpstr (cnn_draft_problem (f.draft), ==, NULL);
  apart = cnn_partial_sums (cnn_draft_network (f.draft), (CnnShape) { 1, 1, 3 }, 2, 4, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (apart, f.input));
  network = cnn_network_parse (apart, &error);
  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, (CnnShape) { 1, 1, 3 }, 1, &last, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_run (plan, &(CnnSource) { .memory = values }, &(CnnSink) { .memory = &sum }, NULL, NULL,
                NULL, &error);
  g_assert_no_error (error);
  /* Only the first number of each matrix meets a cell. */
  for (int c = 0; c < 3; c++)
    expected += (double) values[c] * (double) f.weights[4 * N_VALUES + 4 * c];
  g_assert_cmpfloat_with_epsilon (sum[0], expected, 1e-4);
  close_view (&f);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/file-weights/kernels", test_kernels);
  g_test_add_func ("/file-weights/set", test_set);
  g_test_add_func ("/file-weights/numbers", test_numbers);
  g_test_add_func ("/file-weights/off", test_off);
  g_test_add_func ("/file-weights/no-file", test_no_file);
  g_test_add_func ("/file-weights/large", test_large);
  g_test_add_func ("/file-weights/partial", test_partial);
  return g_test_run ();
}
