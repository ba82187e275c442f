/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack-view.h"

#include <dlfcn.h>
#include <gdk/gdkx.h>
#include <string.h>

#include "card.h"
#include "ui-test.h"

/* The stack of cards, used as a person uses it, and held against the draft. */

typedef struct
{
  CnnDraft     *draft;
  CnnStackView *view;
  GtkWidget    *window;
  GtkWidget    *list;
  int           n_selected; /* signals */
  int           selected;
} Stack;

static void
was_selected (CnnStackView *view, int layer, Stack *stack)
{
  stack->n_selected++;
  stack->selected = layer;
}

static void
stack_open (Stack *stack, const char *text, CnnPreview *preview)
{
  *stack = (Stack) { .draft = cnn_draft_new ((CnnShape) { 48, 64, 3 }), .selected = -5 };
  cnn_draft_set_text (stack->draft, text);
  stack->view = CNN_STACK_VIEW (cnn_stack_view_new (stack->draft, preview));
  g_signal_connect (stack->view, "selected", G_CALLBACK (was_selected), stack);
  stack->window = ui_test_show (GTK_WIDGET (stack->view), 340, 640);
  stack->list = ui_test_find (stack->window, GTK_TYPE_LIST_BOX, "Layers");
}

static void
stack_close (Stack *stack)
{
  gtk_widget_destroy (stack->window);
  ui_test_settle ();
  g_assert_cmpint (G_OBJECT (stack->draft)->ref_count, ==, 1);
  g_object_unref (stack->draft);
}

/* Row 0 is the picture's. */
static CnnCard *
card_at (Stack *stack, int layer)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (stack->list), layer + 1);

  return row != NULL ? CNN_CARD (row) : NULL;
}

/* Whether a label that can be seen says @part. */
typedef struct
{
  const char *part;
  gboolean    found;
} Saying;

static void
look (GtkWidget *widget, gpointer data)
{
  Saying *self = data;

  if (GTK_IS_LABEL (widget) && gtk_widget_is_visible (widget))
    {
      g_auto (GStrv)   islands = NULL;
      g_autofree char *text    = NULL;

      /* Without the marks around what is written from left to right. */
      islands = g_regex_split_simple ("[\u2066\u2069]", gtk_label_get_text (GTK_LABEL (widget)), 0,
                                      0);
      text = g_strjoinv ("", islands);
      self->found |= strstr (text, self->part) != NULL;
    }
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), look, data);
}

static gboolean
says (gpointer card, const char *part)
{
  Saying self = { part, FALSE };

  look (GTK_WIDGET (card), &self);
  return self.found;
}

/* Every layer has its card, in its place, with its name and what is wrong with it. */
static void
assert_cards (Stack *stack)
{
  guint n      = cnn_draft_n_layers (stack->draft);
  int   number = 0;

  for (guint i = 0; i < n; i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (stack->draft, i);
      CnnCard             *card  = card_at (stack, (int) i);
      g_autofree char     *name  = NULL;
      GtkWidget           *on;

      g_assert_nonnull (card);
      g_assert_cmpint (cnn_card_layer (card), ==, i);
      g_assert_cmpint (cnn_card_node (card), ==, layer->number);
      on = ui_test_find (GTK_WIDGET (card), GTK_TYPE_SWITCH, NULL);
      g_assert_cmpint (gtk_switch_get_active (GTK_SWITCH (on)), ==, layer->enabled);
      if (layer->op == NULL)
        continue;
      if (layer->op->group == CNN_GROUP_INPUT || !layer->enabled)
        name = g_strdup (layer->op->label);
      else
        name = g_strdup_printf ("%d %s", ++number, layer->op->label);
      g_assert_true (says (card, name));
      /* But for the layer's name before it. */
      if (layer->problem != NULL)
        {
          const char *colon = strchr (layer->problem, ':');

          g_assert_true (says (card, colon != NULL ? colon + 3 : layer->problem + 1));
        }
    }
  g_assert_null (card_at (stack, (int) n));
  g_assert_cmpint (cnn_stack_view_selected (stack->view), <, n);
}

static void
add (Stack *stack, const CnnOp *op)
{
  GtkWidget *button = ui_test_find (stack->window, GTK_TYPE_MENU_BUTTON, "Add layer");
  GtkWidget *menu   = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  GtkWidget *item   = ui_test_find (menu, GTK_TYPE_MODEL_BUTTON, op->label);

  g_assert_nonnull (item);
  gtk_button_clicked (GTK_BUTTON (item));
  ui_test_settle ();
}

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

  if (!pointer_open (&pointer))
    {
      g_test_skip ("there is no libXtst here");
      return;
    }
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

/* --- many edits, many layers ------------------------------------------------------------------ */

static void
edit (Stack *stack)
{
  guint               n_ops;
  const CnnOp *const *ops   = cnn_ops (&n_ops);
  int                 n     = (int) cnn_draft_n_layers (stack->draft);
  int                 layer = g_test_rand_int_range (-1, MAX (n, 1));
  CnnCard            *card;

  cnn_stack_view_select (stack->view, layer);
  card = card_at (stack, cnn_stack_view_selected (stack->view));
  gtk_widget_grab_focus (GTK_WIDGET (card));
  switch (g_test_rand_int_range (0, 11))
    {
    case 0:
    case 1:
    case 2:
      add (stack, ops[g_test_rand_int_range (0, n_ops)]);
      break;
    case 3:
      ui_test_key (stack->list, GDK_KEY_Delete, 0);
      break;
    case 4:
      ui_test_key (stack->list, GDK_KEY_Up, GDK_MOD1_MASK);
      break;
    case 5:
      ui_test_key (stack->list, GDK_KEY_Down, GDK_MOD1_MASK);
      break;
    case 6:
      ui_test_key (stack->list, GDK_KEY_d, GDK_CONTROL_MASK);
      break;
    case 7:
      ui_test_key (stack->list, GDK_KEY_space, 0);
      break;
    case 8:
      ui_test_key (stack->list, GDK_KEY_z, GDK_CONTROL_MASK);
      break;
    case 9:
      ui_test_key (stack->list, GDK_KEY_y, GDK_CONTROL_MASK);
      break;
    default:
      if (n > 0 && layer >= 0)
        cnn_draft_set_layer (stack->draft, layer, "conv 2 9x9 pad=nonsense");
    }
}

static void
test_random (void)
{
  Stack stack;

  stack_open (&stack, "conv 4 3x3; relu", NULL);
  for (int i = 0; i < 150; i++)
    {
      edit (&stack);
      assert_cards (&stack);
      g_assert_true (gtk_list_box_get_selected_row (GTK_LIST_BOX (stack.list)) ==
                     GTK_LIST_BOX_ROW (card_at (&stack, cnn_stack_view_selected (stack.view))));
    }
  stack_close (&stack);
}

static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree CnnCard **before = g_new (CnnCard *, 200);
  Stack stack;

  for (int i = 0; i < 200; i++)
    g_string_append (text, i % 2 ? "relu\n" : "conv 3 3x3 pad=same\n");
  stack_open (&stack, text->str, NULL);
  for (int i = 0; i < 200; i++)
    before[i] = card_at (&stack, i);
  gtk_widget_grab_focus (GTK_WIDGET (before[120]));
  cnn_stack_view_select (stack.view, 120);

  /* Another kernel size: the numbers of all that follow change, no card does. */
  g_assert_true (cnn_draft_set_param (stack.draft, 0, "size", "5x5", NULL));
  g_assert_true (says (before[0], "228 weights"));
  g_assert_true (says (before[199], "sees 203×203"));
  /* One in the middle goes, and comes back. */
  cnn_draft_remove (stack.draft, 60);
  g_assert_true (card_at (&stack, 119) == before[120]);
  g_assert_cmpint (stack.selected, ==, 119);
  cnn_draft_undo (stack.draft);
  for (int i = 0; i < 200; i++)
    g_assert_true (i == 60 || card_at (&stack, i) == before[i]);
  g_assert_cmpint (cnn_stack_view_selected (stack.view), ==, 120);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (stack.window)) == GTK_WIDGET (before[120]));
  assert_cards (&stack);
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
  g_test_add_func ("/stack-view/keys", test_keys);
  g_test_add_func ("/stack-view/drag", test_drag);
  g_test_add_func ("/stack-view/mistake", test_mistake);
  g_test_add_func ("/stack-view/input", test_input);
  g_test_add_func ("/stack-view/ticks", test_ticks);
  g_test_add_func ("/stack-view/random", test_random);
  g_test_add_func ("/stack-view/many", test_many);
  g_test_add_func ("/stack-view/looks", test_looks);
  return g_test_run ();
}
