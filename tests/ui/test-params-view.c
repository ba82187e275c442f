/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params-view.h"

#include <string.h>

#include "param-widgets.h"
#include "ui-test.h"

/* The parameters of a layer, as a person changes them. */

typedef struct
{
  CnnDraft  *draft;
  GtkWidget *view;
  GtkWidget *window;
} Fixture;

static Fixture
open_view (const char *text, int layer)
{
  Fixture    f = { cnn_draft_new ((CnnShape) { 64, 64, 3 }) };
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);

  cnn_draft_set_text (f.draft, text);
  f.view = cnn_params_view_new (f.draft);
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), layer);
  gtk_widget_show (f.view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), f.view);
  f.window = ui_test_show (scroller, 340, 700);
  return f;
}

static void
close_view (Fixture *f)
{
  gtk_widget_destroy (f->window);
  g_object_unref (f->draft);
}

/* --- acting as a person --------------------------------------------------- */

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
spin (Fixture *f, const char *name, double value)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find (f, GTK_TYPE_SPIN_BUTTON, name)), value);
  ui_test_settle ();
}

static void
choose (Fixture *f, const char *name, const char *key)
{
  g_assert_true (gtk_combo_box_set_active_id (
    GTK_COMBO_BOX (find (f, GTK_TYPE_COMBO_BOX, name)), key));
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

#define assert_text(f, text) g_assert_cmpstr (cnn_draft_text ((f).draft), ==, text)

/* Every parameter of every op has a widget that shows its initial value and can say it. */
static void
test_all_ops (void)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  for (guint i = 0; i < n; i++)
    {
      gpointer        params  = g_malloc0 (ops[i]->params_size + 1);
      CnnParamContext context = { 0 };

      for (const CnnParam *param = ops[i]->params; param->key; param++)
        {
          GtkWidget       *widget = g_object_ref_sink (cnn_param_widget_new (param));
          g_autofree char *text   = NULL;
          g_autofree char *said   = NULL;
          g_autoptr (GError) error = NULL;
          g_autofree char *initial = NULL;

          cnn_param_init (param, params);
          initial = cnn_param_print (param, params);
          cnn_param_widget_show (CNN_PARAM_WIDGET (widget), params, &context);
          text = cnn_param_widget_text (CNN_PARAM_WIDGET (widget));
          g_assert_true (cnn_param_parse (param, text, params, NULL, &error));
          g_assert_no_error (error);
          said = cnn_param_print (param, params);
          g_assert_cmpstr (said, ==, initial);
          g_assert_nonnull (atk_object_get_name (gtk_widget_get_accessible (
            cnn_param_widget_target (CNN_PARAM_WIDGET (widget)))));
          cnn_param_clear (param, params);
          gtk_widget_destroy (widget);
          g_object_unref (widget);
        }
      g_free (params);
    }
}

/* Each type of parameter: what a person does becomes text, undo shows what was. */
static void
test_int (void)
{
  Fixture f = open_view ("conv 8 3x3 # eight", 0);

  spin (&f, "Kernels", 12);
  assert_text (f, "conv 12 3x3 # eight");
  spin (&f, "Groups", 0);
  assert_text (f, "conv 12 3x3 groups=channels # eight");
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (find (&f, GTK_TYPE_SPIN_BUTTON, "Groups"))), ==,
                   "channels");
  press (&f, "Reset Groups");
  assert_text (f, "conv 12 3x3 # eight");
  cnn_draft_undo (f.draft);
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (find (&f, GTK_TYPE_SPIN_BUTTON, "Groups"))), ==,
                   "channels");
  close_view (&f);
}

static void
test_size (void)
{
  Fixture    f    = open_view ("maxpool 2", 0);
  GtkWidget *link = NULL;

  spin (&f, "Window size: rows", 3);
  assert_text (f, "maxpool 3x3");
  link = find (&f, GTK_TYPE_TOGGLE_BUTTON, "Window size: rows and columns alike");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (link), FALSE);
  spin (&f, "Window size: columns", 5);
  assert_text (f, "maxpool 3x5");
  /* One that is not said: both sides or none. */
  spin (&f, "Stride: columns", 2);
  assert_text (f, "maxpool 3x5 stride=2");
  spin (&f, "Stride: rows", 0);
  assert_text (f, "maxpool 3x5");
  close_view (&f);
}

static void
test_pad (void)
{
  Fixture f = open_view ("conv 8 3x3; relu", 0);

  choose (&f, "Padding", "same");
  assert_text (f, "conv 8 3x3 pad=same; relu");
  choose (&f, "Padding", "sides");
  assert_text (f, "conv 8 3x3 pad=1; relu");
  spin (&f, "Padding: Right", 2);
  assert_text (f, "conv 8 3x3 pad=1,2,1,1; relu");
  spin (&f, "Padding: Top", 0);
  spin (&f, "Padding: Bottom", 3);
  spin (&f, "Padding: Left", 4);
  assert_text (f, "conv 8 3x3 pad=0,2,3,4; relu");
  choose (&f, "Border", "reflect");
  assert_text (f, "conv 8 3x3 pad=0,2,3,4 border=reflect; relu");
  ui_test_screenshot (f.window, "params-padding");
  close_view (&f);
}

static void
test_numbers (void)
{
  Fixture f = open_view ("prelu", 0);

  type (&f, "Slope", "0.5, 0.25,0");
  assert_text (f, "prelu slope=0.5,0.25,0");
  type (&f, "Slope", "0.5,x");
  assert_text (f, "prelu slope=0.5,0.25,0");
  g_assert_true (ui_test_says (f.window, "found “x”"));
  ui_test_screenshot (f.window, "params-mistake");
  type (&f, "Slope", "2");
  assert_text (f, "prelu slope=2");
  g_assert_false (ui_test_says (f.window, "found “x”"));
  close_view (&f);
}

static void
test_bias (void)
{
  Fixture f = open_view ("conv 2 3x3", 0);

  choose (&f, "Bias", "no");
  assert_text (f, "conv 2 3x3 bias=no");
  choose (&f, "Bias", "numbers");
  assert_text (f, "conv 2 3x3 bias=0");
  type (&f, "Bias", "0.5,-1");
  assert_text (f, "conv 2 3x3 bias=0.5,-1");
  close_view (&f);
}

static void
test_bool_float (void)
{
  Fixture f = open_view ("avgpool 2; dropout; batchnorm", 0);

  gtk_switch_set_active (GTK_SWITCH (find (&f, GTK_TYPE_SWITCH, NULL)), TRUE);
  assert_text (f, "avgpool 2 count-padding=yes; dropout; batchnorm");
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 1);
  spin (&f, "Rate", 0.3);
  assert_text (f, "avgpool 2 count-padding=yes; dropout 0.3; batchnorm");
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 2);
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (find (&f, GTK_TYPE_SPIN_BUTTON, "Epsilon"))), ==,
                   "1e-05");
  close_view (&f);
}

static void
test_shape (void)
{
  Fixture f = open_view ("input ?x?x1; relu", 0);

  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (find (&f, GTK_TYPE_SPIN_BUTTON, "Height"))), ==,
                   "?");
  spin (&f, "Height", 28);
  assert_text (f, "input 28x?x1; relu");
  spin (&f, "Width", 20);
  assert_text (f, "input 28x20x1; relu");
  ui_test_screenshot (f.window, "params-input");
  close_view (&f);
}

static void
test_names (void)
{
  Fixture f = open_view ("relu as=a\ntanh\nrelu\nadd a", 3);

  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 1);
  type (&f, "Name", "b");
  assert_text (f, "relu as=a\ntanh as=b\nrelu\nadd a");
  type (&f, "Name", "a");
  g_assert_true (ui_test_says (f.window, "Layer 1 already has the name “a”"));
  type (&f, "Name", "1 2");
  g_assert_true (ui_test_says (f.window, "begins with a letter"));
  assert_text (f, "relu as=a\ntanh as=b\nrelu\nadd a");

  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 3);
  gtk_toggle_button_set_active (
    GTK_TOGGLE_BUTTON (find (&f, GTK_TYPE_CHECK_BUTTON, "Layers: b")), TRUE);
  assert_text (f, "relu as=a\ntanh as=b\nrelu\nadd a,b");
  for (int i = 0; i < 2; i++)
    g_assert_true (gtk_toggle_button_get_active (
      GTK_TOGGLE_BUTTON (find (&f, GTK_TYPE_CHECK_BUTTON, i == 0 ? "Layers: a" : "Layers: b"))));
  ui_test_screenshot (f.window, "params-add");

  /* Those that refer to a layer keep doing so. */
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 0);
  type (&f, "Name", "first");
  assert_text (f, "relu as=first\ntanh as=b\nrelu\nadd first,b");
  cnn_draft_undo (f.draft);
  assert_text (f, "relu as=a\ntanh as=b\nrelu\nadd a,b");
  close_view (&f);
}

/* The layer that is read: offered where there are names, and followed when it is renamed. */
static void
test_from (void)
{
  Fixture       f     = open_view ("relu as=r\ntanh as=t\n#off elu as=o\nsigmoid # s\nadd r", 0);
  GtkWidget    *combo = find (&f, GTK_TYPE_COMBO_BOX, "Reads");
  GtkTreeModel *model;

  g_assert_false (gtk_widget_get_visible (combo));
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 3);
  combo = find (&f, GTK_TYPE_COMBO_BOX, "Reads");
  g_assert_true (gtk_widget_get_visible (combo));
  model = gtk_combo_box_get_model (GTK_COMBO_BOX (combo));
  g_assert_cmpint (gtk_tree_model_iter_n_children (model, NULL), ==, 3);
  g_assert_cmpstr (gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo)), ==, "");
  choose (&f, "Reads", "r");
  assert_text (f, "relu as=r\ntanh as=t\n#off elu as=o\nsigmoid from=r # s\nadd r");
  g_assert_cmpuint (cnn_network_node (cnn_draft_network (f.draft), 3)->in[0], ==, 1);
  ui_test_screenshot (f.window, "params-from");

  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 0);
  type (&f, "Name", "first");
  assert_text (f, "relu as=first\ntanh as=t\n#off elu as=o\nsigmoid from=first # s\nadd first");
  cnn_draft_undo (f.draft);
  assert_text (f, "relu as=r\ntanh as=t\n#off elu as=o\nsigmoid from=r # s\nadd r");

  /* Of a layer that is switched off the mistake says so. */
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 3);
  cnn_draft_set_enabled (f.draft, 0, FALSE);
  ui_test_settle ();
  g_assert_cmpstr (cnn_draft_layer (f.draft, 3)->problem, ==,
                   "sigmoid: the layer named “r” is switched off");
  g_assert_true (ui_test_says (f.window, "The layer named “r” is switched off"));
  cnn_draft_undo (f.draft);
  ui_test_settle ();
  combo = find (&f, GTK_TYPE_COMBO_BOX, "Reads");
  g_assert_cmpstr (gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo)), ==, "r");
  choose (&f, "Reads", "");
  assert_text (f, "relu as=r\ntanh as=t\n#off elu as=o\nsigmoid # s\nadd r");
  close_view (&f);
}

/* A list of kernels says how many there are and how large they are: what else the layer
 * says of that goes along, in one step. */
static void
test_kernels (void)
{
  Fixture f = open_view ("conv 8 5x5 pad=same", 0);

  press (&f, "Write numbers");
  assert_text (f, "conv 5x5 pad=same kernels=sobel-x");
  press (&f, "Add a kernel");
  assert_text (f, "conv 5x5 pad=same kernels=sobel-x,\"[[0,0,0,0,0],[0,0,0,0,0],[0,0,1,0,0],"
                  "[0,0,0,0,0],[0,0,0,0,0]]\"");
  spin (&f, "Rows of the kernel", 7);
  g_assert_true (g_str_has_prefix (cnn_draft_text (f.draft), "conv 7x5 pad=same kernels=sobel-x,"));
  g_assert_null (cnn_draft_problem (f.draft));
  cnn_draft_undo (f.draft);
  cnn_draft_undo (f.draft);
  assert_text (f, "conv 5x5 pad=same kernels=sobel-x");
  press (&f, "Reset Kernel values");
  assert_text (f, "conv 1 5x5 pad=same");
  cnn_draft_undo (f.draft);
  cnn_draft_undo (f.draft);
  assert_text (f, "conv 8 5x5 pad=same");
  close_view (&f);
}

static void
test_weights (void)
{
  Fixture f = open_view ("global-avgpool; dense 2", 1);

  press (&f, "Write numbers");
  assert_text (f, "global-avgpool; dense weights=\"[[0,0,0],[0,0,0]]\"");
  spin (&f, "Rows of the kernel", 3);
  assert_text (f, "global-avgpool; dense weights=\"[[0,0,0],[0,0,0],[0,0,0]]\"");
  g_assert_null (cnn_draft_problem (f.draft));
  ui_test_screenshot (f.window, "params-dense");
  press (&f, "Reset Weights");
  assert_text (f, "global-avgpool; dense 3");
  close_view (&f);
}

static void
send_key (GtkWidget *widget, GdkEventType type, guint keyval)
{
  GdkEvent     *event  = gdk_event_new (type);
  GdkKeymapKey *keys   = NULL;
  int           n_keys = 0;

  /* Bindings look at the key rather than what it means. */
  g_assert_true (gdk_keymap_get_entries_for_keyval (
    gdk_keymap_get_for_display (gtk_widget_get_display (widget)), keyval, &keys, &n_keys));
  event->key.hardware_keycode = (guint16) keys[0].keycode;
  g_free (keys);
  event->key.window = g_object_ref (gtk_widget_get_window (widget));
  event->key.keyval = keyval;
  event->key.send_event = TRUE;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (
    gtk_widget_get_display (widget))));
  gtk_main_do_event (event);
  gdk_event_free (event);
}

/* What a key that is held down does is one step. */
static void
test_held (void)
{
  Fixture    f    = open_view ("conv 8 3x3", 0);
  GtkWidget *seed = find (&f, GTK_TYPE_SPIN_BUTTON, "Seed");

  gtk_widget_grab_focus (seed);
  for (int i = 0; i < 5; i++)
    send_key (seed, GDK_KEY_PRESS, GDK_KEY_Up);
  send_key (seed, GDK_KEY_RELEASE, GDK_KEY_Up);
  ui_test_settle ();
  assert_text (f, "conv 8 3x3 seed=5");
  cnn_draft_undo (f.draft);
  assert_text (f, "conv 8 3x3");

  /* Also when the view turns to another layer meanwhile. */
  send_key (seed, GDK_KEY_PRESS, GDK_KEY_Up);
  cnn_draft_insert (f.draft, 1, "relu");
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 1);
  g_assert_true (cnn_draft_can_undo (f.draft));
  close_view (&f);
}

/* What another part of the editor does to the draft is seen. */
static void
test_follows (void)
{
  Fixture f = open_view ("conv 8 3x3; relu", 0);

  cnn_draft_set_text (f.draft, "conv 16 3x3 stride=2; relu");
  g_assert_cmpfloat (gtk_spin_button_get_value (
    GTK_SPIN_BUTTON (find (&f, GTK_TYPE_SPIN_BUTTON, "Kernels"))), ==, 16);
  cnn_draft_set_text (f.draft, "maxpool 3");
  find (&f, GTK_TYPE_SPIN_BUTTON, "Window size: rows");
  g_assert_null (ui_test_find (f.window, GTK_TYPE_SPIN_BUTTON, "Kernels"));
  cnn_draft_set_text (f.draft, "maxpol 3");
  g_assert_true (ui_test_says (f.window, "did you mean “maxpool”"));
  cnn_draft_set_text (f.draft, "");
  g_assert_true (ui_test_says (f.window, "Choose a layer"));
  cnn_draft_undo (f.draft);
  close_view (&f);
}

/* Where a widget is in the view, from its top; -1 where it cannot be seen. */
static int
height_of (Fixture *f, GType type, const char *name)
{
  GtkWidget *widget = find (f, type, name);
  int        x, y;

  if (!gtk_widget_get_mapped (widget) ||
      !gtk_widget_translate_coordinates (widget, f->view, 0, 0, &x, &y))
    return -1;
  return y;
}

/* Kernels that are given come first; what is rarely set waits behind a click, but not
 * where it is set. */
static void
test_order (void)
{
  Fixture    f = open_view ("conv 8 3x3 pad=same; conv kernels=sobel-x,box groups=1; "
                            "conv 2 3x3 dilation=2; relu", 0);
  GtkWidget *more;

  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Kernels"), >=, 0);
  g_assert_cmpint (height_of (&f, GTK_TYPE_COMBO_BOX, "Padding"), >=, 0);
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Seed"), ==, -1);
  g_assert_cmpint (height_of (&f, GTK_TYPE_ENTRY, "Name"), ==, -1);

  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 1);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_COMBO_BOX, "Kind of kernel"), >=, 0);
  g_assert_cmpint (height_of (&f, GTK_TYPE_COMBO_BOX, "Kind of kernel"), <,
                   height_of (&f, GTK_TYPE_SPIN_BUTTON, "Stride: rows"));
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Kernels"), ==, -1);

  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 2);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Dilation: rows"), >=, 0);
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Groups"), ==, -1);

  /* What is set elsewhere is seen. */
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 0);
  cnn_draft_set_param (f.draft, 0, "groups", "1", NULL);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Seed"), ==, -1);
  cnn_draft_set_param (f.draft, 0, "seed", "7", NULL);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Seed"), >=, 0);

  /* What a person opened stays open, also in another layer. */
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 2);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Groups"), ==, -1);
  more = find (&f, GTK_TYPE_EXPANDER, NULL);
  gtk_widget_activate (more);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Groups"), >=, 0);
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 1);
  ui_test_settle ();
  g_assert_cmpint (height_of (&f, GTK_TYPE_SPIN_BUTTON, "Kernels"), >=, 0);

  /* There is no click where nothing waits behind it. */
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 3);
  ui_test_settle ();
  g_assert_null (ui_test_find (f.window, GTK_TYPE_EXPANDER, NULL));
  g_assert_cmpint (height_of (&f, GTK_TYPE_ENTRY, "Name"), >=, 0);
  close_view (&f);
}

static void
test_pictures (void)
{
  Fixture f = open_view ("conv 5x5 kernels=sobel-x,gaussian(1.4),\"[[0,1,0],[1,-4,1],[0,1,0]]\" "
                         "pad=same border=reflect as=a; conv 8 3x3; softmax", 0);

  ui_test_screenshot (f.window, "params-conv");
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 1);
  ui_test_screenshot (f.window, "params-random");
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 2);
  ui_test_screenshot (f.window, "params-softmax");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), 0);
  ui_test_screenshot (f.window, "params-rtl");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  /* It fits a narrow pane. */
  g_assert_cmpint (gtk_widget_get_allocated_width (f.window), <=, 344);
  close_view (&f);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/params-view/all-ops", test_all_ops);
  g_test_add_func ("/params-view/int", test_int);
  g_test_add_func ("/params-view/size", test_size);
  g_test_add_func ("/params-view/pad", test_pad);
  g_test_add_func ("/params-view/numbers", test_numbers);
  g_test_add_func ("/params-view/bias", test_bias);
  g_test_add_func ("/params-view/bool-float", test_bool_float);
  g_test_add_func ("/params-view/shape", test_shape);
  g_test_add_func ("/params-view/names", test_names);
  g_test_add_func ("/params-view/from", test_from);
  g_test_add_func ("/params-view/kernels", test_kernels);
  g_test_add_func ("/params-view/weights", test_weights);
  g_test_add_func ("/params-view/held", test_held);
  g_test_add_func ("/params-view/follows", test_follows);
  g_test_add_func ("/params-view/order", test_order);
  g_test_add_func ("/params-view/pictures", test_pictures);
  return g_test_run ();
}
