/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack-test.h"

#include <dlfcn.h>
#include <gdk/gdkx.h>
#include <string.h>

#include "ui-test.h"

/* The stack of cards, used as a person uses it, and held against the draft. */

/* --- every kind of layer ------------------------------------------------------------- */

static void
test_add (void)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);
  Stack               stack;

  for (guint i = 0; i < n; i++)
    {
      gboolean             after = ops[i]->after != NULL; /* maps are not what it takes */
      int                  at    = ops[i]->group == CNN_GROUP_INPUT ? 0 : after ? 3 : 2;
      const CnnDraftLayer *layer;

      stack_open (&stack, "conv 4 3x3 pad=same\nrelu # mine\nconv 4 1x1", NULL);
      cnn_stack_view_select (stack.view, 1);
      add (&stack, ops[i]);
      g_assert_cmpint (cnn_draft_n_layers (stack.draft), ==, after ? 5 : 4);
      g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, at);
      layer = cnn_draft_layer (stack.draft, at);
      g_assert_true (layer->op == ops[i]);
      /* It works at once, and is one step of undo. */
      g_assert_cmpstr (layer->problem, ==, NULL);
      g_assert_cmpint (layer->number, ==, at > 0 ? at + 1 : 0);
      assert_cards (&stack);
      ui_test_key (stack.list, GDK_KEY_z, GDK_CONTROL_MASK);
      g_assert_cmpstr (cnn_draft_text (stack.draft), ==,
                       "conv 4 3x3 pad=same\nrelu # mine\nconv 4 1x1");
      assert_cards (&stack);
      stack_close (&stack);
    }
}

static void
test_add_to_nothing (void)
{
  Stack stack;

  stack_open (&stack, "", NULL);
  g_assert_true (says (stack.view, "Add a layer"));
  add (&stack, cnn_op_find ("conv"));
  g_assert_false (says (stack.view, "Add a layer to"));
  g_assert_cmpint (stack.selected, ==, 0);
  g_assert_true (says (card_at (&stack, 0), "48×64×8"));
  /* 8 kernels of 3×3×3 and a bias each */
  g_assert_true (says (card_at (&stack, 0), "sees 3×3 · 224 weights"));
  g_assert_true (says (card_at (&stack, 0), "8, 3×3, Padding same"));
  stack_close (&stack);
}

/* A card says which layer it reads where that is not the one before. */
static void
test_from (void)
{
  Stack stack;

  stack_open (&stack, "relu as=r; conv 2 3x3 pad=same; conv 4 3x3 from=r; sigmoid from=r", NULL);
  g_assert_true (says (card_at (&stack, 2), "4, 3×3, from r"));
  g_assert_true (says (card_at (&stack, 3), "from r"));
  g_assert_false (says (card_at (&stack, 1), "from r"));
  stack_close (&stack);
}

/* --- the keyboard ---------------------------------------------------------------------- */

static void
test_keys (void)
{
  Stack    stack;
  CnnCard *relu;

  stack_open (&stack, "conv 4 3x3; relu; maxpool 2", NULL);
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 2);
  relu = card_at (&stack, 1);
  gtk_widget_grab_focus (GTK_WIDGET (relu));
  cnn_stack_view_select (stack.view, 1);
  g_assert_cmpint (stack.selected, ==, 1);

  ui_test_key (stack.list, GDK_KEY_Up, GDK_MOD1_MASK);
  g_assert_cmpstr (cnn_draft_text (stack.draft), ==, "relu; conv 4 3x3; maxpool 2");
  /* The card itself has moved, with selection and focus. */
  g_assert_true (card_at (&stack, 0) == relu);
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 0);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (stack.window)) == GTK_WIDGET (relu));
  assert_cards (&stack);
  ui_test_key (stack.list, GDK_KEY_Up, GDK_MOD1_MASK);
  g_assert_true (card_at (&stack, 0) == relu);

  ui_test_key (stack.list, GDK_KEY_Down, GDK_MOD1_MASK);
  ui_test_key (stack.list, GDK_KEY_Down, GDK_MOD1_MASK);
  g_assert_true (card_at (&stack, 2) == relu);
  assert_cards (&stack);

  ui_test_key (stack.list, GDK_KEY_space, 0);
  g_assert_false (cnn_draft_layer (stack.draft, 2)->enabled);
  g_assert_true (says (relu, "switched off"));
  assert_cards (&stack);
  ui_test_key (stack.list, GDK_KEY_space, 0);
  g_assert_true (cnn_draft_layer (stack.draft, 2)->enabled);

  ui_test_key (stack.list, GDK_KEY_d, GDK_CONTROL_MASK);
  g_assert_cmpint (cnn_draft_n_layers (stack.draft), ==, 4);
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 3);
  g_assert_true (card_at (&stack, 2) == relu);
  assert_cards (&stack);

  ui_test_key (stack.list, GDK_KEY_Delete, 0);
  g_assert_cmpint (cnn_draft_n_layers (stack.draft), ==, 3);
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 2);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (stack.window)) == GTK_WIDGET (relu));
  assert_cards (&stack);

  for (int i = 0; i < 4; i++)
    ui_test_key (stack.list, GDK_KEY_z, GDK_CONTROL_MASK);
  g_assert_cmpint (cnn_draft_n_layers (stack.draft), ==, 3);
  g_assert_false (gtk_widget_get_sensitive (ui_test_find (stack.window, GTK_TYPE_BUTTON, "Redo")) &&
                  !cnn_draft_can_redo (stack.draft));
  ui_test_key (stack.list, GDK_KEY_Z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  ui_test_key (stack.list, GDK_KEY_y, GDK_CONTROL_MASK);
  assert_cards (&stack);
  stack_close (&stack);
}

/* --- dragging ------------------------------------------------------------------------------ */

/* A drag asks the screen where the pointer is and what it does: its own one is needed. */
typedef struct
{
  Display *display;
  int    (*motion) (Display *display, int screen, int x, int y, unsigned long delay);
  int    (*button) (Display *display, unsigned int button, int press, unsigned long delay);
} Pointer;

static gboolean
pointer_open (Pointer *pointer)
{
  void *library = dlopen ("libXtst.so.6", RTLD_LAZY);

  if (library == NULL)
    return FALSE;
  pointer->display = gdk_x11_display_get_xdisplay (gdk_display_get_default ());
  *(void **) &pointer->motion = dlsym (library, "XTestFakeMotionEvent");
  *(void **) &pointer->button = dlsym (library, "XTestFakeButtonEvent");
  return pointer->motion != NULL && pointer->button != NULL;
}

static void
pointer_press (Pointer *pointer, gboolean press)
{
  pointer->button (pointer->display, 1, press, 0);
  gdk_display_sync (gdk_display_get_default ());
  for (int i = 0; i < 5; i++)
    ui_test_settle ();
}

/* To the middle of the widget's width, and a share of its height. */
static void
pointer_move (Pointer *pointer, GtkWidget *widget, double share)
{
  GtkWidget *window = gtk_widget_get_toplevel (widget);
  int        x, y, left, top;

  gdk_window_get_origin (gtk_widget_get_window (window), &left, &top);
  gtk_widget_translate_coordinates (widget, window, gtk_widget_get_allocated_width (widget) / 2,
                                    (int) (gtk_widget_get_allocated_height (widget) * share), &x,
                                    &y);
  pointer->motion (pointer->display, -1, left + x, top + y, 0);
  gdk_display_sync (gdk_display_get_default ());
  ui_test_settle ();
}

static void
test_drag (void)
{
  Pointer  pointer;
  Stack    stack;
  CnnCard *conv;

  /* It comes with at-spi2-core, which the tests need anyhow. */
  if (!pointer_open (&pointer))
    g_error ("there is no libXtst here");
  stack_open (&stack, "conv 4 3x3; relu; maxpool 2; tanh", NULL);
  conv = card_at (&stack, 0);
  pointer_move (&pointer, cnn_card_handle (conv), 0.5);
  pointer_press (&pointer, TRUE);
  for (int i = 1; i < 10; i++)
    pointer_move (&pointer, GTK_WIDGET (card_at (&stack, 1)), i / 10.0);
  for (int i = 1; i < 9; i++)
    pointer_move (&pointer, GTK_WIDGET (card_at (&stack, 2)), i / 10.0);
  ui_test_screenshot (stack.window, "stack-drag");
  pointer_press (&pointer, FALSE);
  g_assert_cmpstr (cnn_draft_text (stack.draft), ==, "relu; maxpool 2; conv 4 3x3; tanh");
  g_assert_true (card_at (&stack, 2) == conv);
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 2);
  assert_cards (&stack);
  stack_close (&stack);
}

/* --- mistakes ----------------------------------------------------------------------------- */

static void
test_mistake (void)
{
  Stack    stack;
  CnnCard *pool;

  stack_open (&stack, "conv 4 3x3; maxpool 2; relu", NULL);
  pool = card_at (&stack, 1);
  g_assert_true (says (pool, "23×31×4"));
  cnn_draft_set_layer (stack.draft, 1, "maxpool 99");
  ui_test_settle ();
  g_assert_true (card_at (&stack, 1) == pool);
  g_assert_nonnull (cnn_draft_layer (stack.draft, 1)->problem);
  assert_cards (&stack);
  g_assert_true (says (pool, "99"));
  g_assert_true (says (card_at (&stack, 0), "46×62×4"));
  g_assert_true (says (card_at (&stack, 2), "waits for the layers above"));
  ui_test_screenshot (stack.window, "stack-mistake");
  cnn_draft_set_layer (stack.draft, 1, "maxpool 2");
  ui_test_settle ();
  g_assert_true (says (pool, "23×31×4"));
  g_assert_null (cnn_draft_layer (stack.draft, 1)->problem);
  g_assert_false (says (pool, "window"));
  stack_close (&stack);
}

/* --- the input ------------------------------------------------------------------------------ */

static void
test_input (void)
{
  Stack stack;

  stack_open (&stack, "relu", NULL);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (card_at (&stack, -1))));
  g_assert_true (says (card_at (&stack, -1), "48×64×3"));
  cnn_stack_view_select (stack.view, -1);
  cnn_draft_insert (stack.draft, 0, "input 28x28x1");
  ui_test_settle ();
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (card_at (&stack, -1))));
  g_assert_true (says (card_at (&stack, 0), "28×28×1"));
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 0);
  g_assert_cmpint (stack.selected, ==, 0);
  cnn_draft_remove (stack.draft, 0);
  ui_test_settle ();
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (card_at (&stack, -1))));
  assert_cards (&stack);
  stack_close (&stack);
}

/* --- ticks ------------------------------------------------------------------------------------ */

static guint    ticked_layer;
static gboolean ticked_on;
static int      n_ticks;

static void
was_ticked (CnnStackView *view, guint layer, gboolean on)
{
  ticked_layer = layer;
  ticked_on = on;
  n_ticks++;
}

static GtkToggleButton *
tick_of (Stack *stack, int layer)
{
  return GTK_TOGGLE_BUTTON (ui_test_find (GTK_WIDGET (card_at (stack, layer)),
                                          GTK_TYPE_CHECK_BUTTON, "Keep as layers"));
}

static void
test_ticks (void)
{
  Stack stack;

  stack_open (&stack, "relu; sigmoid; tanh", NULL);
  g_signal_connect (stack.view, "tick", G_CALLBACK (was_ticked), NULL);
  cnn_stack_view_set_tick (stack.view, 2, TRUE);
  g_assert_cmpint (n_ticks, ==, 0);
  gtk_toggle_button_set_active (tick_of (&stack, 1), TRUE);
  g_assert_cmpint (n_ticks, ==, 1);
  g_assert_cmpint (ticked_layer, ==, 1);
  g_assert_true (ticked_on);
  /* They stay with their layers. */
  cnn_draft_move (stack.draft, 0, 2);
  cnn_draft_insert (stack.draft, 0, "relu");
  g_assert_false (gtk_toggle_button_get_active (tick_of (&stack, 0)));
  g_assert_true (gtk_toggle_button_get_active (tick_of (&stack, 1)));
  g_assert_true (gtk_toggle_button_get_active (tick_of (&stack, 2)));
  g_assert_false (gtk_toggle_button_get_active (tick_of (&stack, 3)));
  g_assert_cmpint (n_ticks, ==, 1);
  stack_close (&stack);
}

/* --- how it looks --------------------------------------------------------------------- */

static gboolean
is_done (gpointer data)
{
  return *(double *) data >= 1.0;
}

static void
progress (CnnPreview *preview, double fraction, double *done)
{
  *done = fraction;
}

static void
test_looks (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (192, 256, 3);
  CnnPreview *preview = cnn_preview_new (picture);
  double      done    = 0.0;
  Stack       stack   = { 0 };
  GtkWidget  *add_button;

  stack.draft = cnn_draft_new (cnn_picture_shape (picture));
  cnn_draft_set_text (stack.draft,
                      "conv 5x5 kernels=sobel-x,gaussian(1.4),laplacian,emboss,sharpen,line-h "
                      "pad=same border=reflect\n"
                      "relu\nmaxpool 2\nconv 16 3x3 stride=2 pad=same as=a\n"
                      "#off leaky-relu slope=0.1\nadd a\nflatten\ndense 10; softmax");
  cnn_preview_set_network (preview, cnn_draft_network (stack.draft));
  stack.view = CNN_STACK_VIEW (cnn_stack_view_new (stack.draft, preview));
  g_signal_connect (preview, "progress", G_CALLBACK (progress), &done);
  stack.window = ui_test_show (GTK_WIDGET (stack.view), 340, 700);
  stack.list = ui_test_find (stack.window, GTK_TYPE_LIST_BOX, "Layers");
  g_object_set (stack.view, "margin", 6, NULL);
  cnn_stack_view_select (stack.view, 0);
  cnn_stack_view_set_tick (stack.view, 2, TRUE);
  ui_test_settle ();
  g_assert_true (ui_test_wait (is_done, &done));
  ui_test_screenshot (stack.window, "stack");
  for (int i = -1; i < (int) cnn_draft_n_layers (stack.draft); i++)
    g_assert_cmpint (gtk_widget_get_allocated_height (GTK_WIDGET (card_at (&stack, i))), <=, 64);
  g_assert_cmpint (gtk_widget_get_allocated_width (GTK_WIDGET (stack.view)), <=, 340);

  add_button = ui_test_find (stack.window, GTK_TYPE_MENU_BUTTON, "Add layer");
  gtk_button_clicked (GTK_BUTTON (add_button));
  ui_test_settle ();
  ui_test_screenshot (
    GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (add_button))), "stack-add");
  gtk_popover_popdown (gtk_menu_button_get_popover (GTK_MENU_BUTTON (add_button)));

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  ui_test_settle ();
  ui_test_screenshot (stack.window, "stack-rtl");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  stack_close (&stack);
  g_object_unref (preview);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/stack-view/add", test_add);
  g_test_add_func ("/stack-view/add-to-nothing", test_add_to_nothing);
  g_test_add_func ("/stack-view/from", test_from);
  g_test_add_func ("/stack-view/keys", test_keys);
  g_test_add_func ("/stack-view/drag", test_drag);
  g_test_add_func ("/stack-view/mistake", test_mistake);
  g_test_add_func ("/stack-view/input", test_input);
  g_test_add_func ("/stack-view/ticks", test_ticks);
  g_test_add_func ("/stack-view/looks", test_looks);
  return g_test_run ();
}
