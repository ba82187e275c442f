/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "editor-test.h"
#include "kernel-grid.h"

/* Whatever a person does with the editor, in any order, and when it goes away. */

#define TURNS  100
#define ROUNDS 24

/* --- hands -------------------------------------------------------------------------------- */

typedef struct
{
  GType      type;
  GPtrArray *found;
} Collection;

static void
collect (GtkWidget *widget, gpointer data)
{
  Collection *self = data;

  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget))
    return;
  if (g_type_is_a (G_OBJECT_TYPE (widget), self->type))
    g_ptr_array_add (self->found, widget);
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), collect, data);
}

/* (transfer none) (nullable): any of them that can be seen and used. */
static GtkWidget *
any (GtkWidget *root, GType type)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  Collection            self  = { type, found };

  collect (root, &self);
  return found->len > 0 ? found->pdata[g_test_rand_int_range (0, (int) found->len)] : NULL;
}

static guint
any_of (const guint *keys, guint n)
{
  return keys[g_test_rand_int_range (0, (int) n)];
}

#define ANY_OF(keys) any_of (keys, G_N_ELEMENTS (keys))

static void
say (const char *what, GtkWidget *widget)
{
  const char *name = widget != NULL ? atk_object_get_name (gtk_widget_get_accessible (widget))
                                    : NULL;

  g_test_message ("%s %s", what, name != NULL ? name : "");
}

static void
do_add (Bench *bench)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);
  const CnnOp        *op  = ops[g_test_rand_int_range (0, (int) n)];

  g_test_message ("add %s", op->name);
  bench_add (bench, op->label);
}

static void
do_select (Bench *bench)
{
  GtkWidget *row = any (bench->list, GTK_TYPE_LIST_BOX_ROW);

  say ("select", row);
  if (row != NULL)
    gtk_list_box_select_row (GTK_LIST_BOX (bench->list), GTK_LIST_BOX_ROW (row));
}

static void
do_card_key (Bench *bench)
{
  static const guint keys[] = { GDK_KEY_Delete, GDK_KEY_space, GDK_KEY_d, GDK_KEY_Up,
                                GDK_KEY_Down };
  guint              key    = ANY_OF (keys);
  GtkWidget         *card   = bench_card (bench, bench->editor->layer);

  say (gdk_keyval_name (key), card);
  if (gtk_widget_get_mapped (card))
    bench_card_key (bench, key, key == GDK_KEY_d ? GDK_CONTROL_MASK
                                : key == GDK_KEY_Up || key == GDK_KEY_Down ? GDK_MOD1_MASK
                                                                           : 0);
}

static void
do_switch (Bench *bench)
{
  GtkWidget *on = any (bench->list, GTK_TYPE_SWITCH);

  say ("switch", on);
  if (on != NULL)
    gtk_switch_set_active (GTK_SWITCH (on), !gtk_switch_get_active (GTK_SWITCH (on)));
}

static void
do_tick (Bench *bench)
{
  GtkWidget *tick = any (bench->list, GTK_TYPE_CHECK_BUTTON);

  say ("tick", tick);
  if (tick != NULL)
    gtk_button_clicked (GTK_BUTTON (tick));
}

static void
do_spin (Bench *bench)
{
  GtkWidget *spin = any (bench->editor->params, GTK_TYPE_SPIN_BUTTON);

  say ("spin", spin);
  if (spin != NULL)
    gtk_spin_button_spin (GTK_SPIN_BUTTON (spin),
                          g_test_rand_bit () ? GTK_SPIN_STEP_FORWARD : GTK_SPIN_STEP_BACKWARD, 0.0);
}

static void
do_choose (Bench *bench)
{
  GtkWidget *root  = g_test_rand_bit () ? bench->editor->params : bench->editor->output;
  GtkWidget *combo = any (root, GTK_TYPE_COMBO_BOX);
  int        n;

  say ("choose", combo);
  if (combo == NULL)
    return;
  n = gtk_tree_model_iter_n_children (gtk_combo_box_get_model (GTK_COMBO_BOX (combo)), NULL);
  if (n > 0)
    gtk_combo_box_set_active (GTK_COMBO_BOX (combo), g_test_rand_int_range (0, n));
}

static void
do_entry (Bench *bench)
{
  static const char *const words[] = { "a", "", "3", "2x5", "1/2", "b1", "-1", "x y", "sobel-x" };
  GtkWidget               *entry   = any (bench->editor->params, GTK_TYPE_ENTRY);

  say ("type into", entry);
  if (entry == NULL)
    return;
  gtk_widget_grab_focus (entry);
  gtk_entry_set_text (GTK_ENTRY (entry), words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
  gtk_widget_activate (entry);
}

/* A menu has the pointer and the keys until it is closed: a person closes it. */
static void
close_menu (void)
{
  GtkWidget *grab;

  ui_test_settle ();
  grab = gtk_grab_get_current ();
  if (GTK_IS_MENU_SHELL (grab))
    gtk_menu_shell_cancel (GTK_MENU_SHELL (grab));
  ui_test_settle ();
}

/* Also kernels' own: rotate, flip, add, remove. */
static void
do_button (Bench *bench)
{
  GtkWidget *button = any (bench->editor->params, GTK_TYPE_BUTTON);

  say ("press", button);
  if (button != NULL && !GTK_IS_COLOR_BUTTON (button) && !GTK_IS_FILE_CHOOSER_BUTTON (button) &&
      gtk_widget_get_ancestor (button, GTK_TYPE_COMBO_BOX) == NULL)
    {
      gtk_button_clicked (GTK_BUTTON (button));
      close_menu ();
    }
}

static void
do_kernel (Bench *bench)
{
  static const guint keys[] = { GDK_KEY_Left, GDK_KEY_Right, GDK_KEY_Up, GDK_KEY_Down,
                                GDK_KEY_Delete, GDK_KEY_7, GDK_KEY_minus };
  GtkWidget *grid = any (bench->editor->params, CNN_TYPE_KERNEL_GRID);
  GtkWidget *area, *entry;

  say ("kernel", grid);
  if (grid == NULL)
    return;
  area = ui_test_find (grid, GTK_TYPE_DRAWING_AREA, NULL);
  bench_key (area, ANY_OF (keys), g_test_rand_bit () ? GDK_CONTROL_MASK : 0);
  entry = any (grid, GTK_TYPE_ENTRY);
  if (entry != NULL && g_test_rand_bit ())
    ui_test_key (entry, g_test_rand_bit () ? GDK_KEY_Return : GDK_KEY_Escape, 0);
}

static void
do_text (Bench *bench)
{
  static const char *const pieces[] = {
    "relu\n", "\nconv 2 3x3 pad=same\n", "; maxpool 2", "\n#off tanh\n", "x", " as=a", " ", "\r\n",
    "\nadd a\n", "ü🙂", "conv kernels=\"[[0,1,0],[1,-4,1],[0,1,0]]\"\n", "flatten; dense 4\n", "=",
    "\"", "input 20x24x1\n",
  };
  GtkWidget     *view   = bench_find (bench, GTK_TYPE_TEXT_VIEW, NULL);
  GtkWidget     *stack  = gtk_widget_get_ancestor (view, GTK_TYPE_STACK);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  int            n      = gtk_text_buffer_get_char_count (buffer);
  const char    *piece  = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];
  GtkTextIter    from, to;

  gtk_stack_set_visible_child_name (GTK_STACK (stack), "text");
  ui_test_settle ();
  gtk_widget_grab_focus (view);
  gtk_text_buffer_get_iter_at_offset (buffer, &from, g_test_rand_int_range (0, n + 1));
  gtk_text_buffer_place_cursor (buffer, &from);
  if (g_test_rand_int_range (0, 3) > 0)
    {
      g_test_message ("insert “%s”", piece);
      gtk_text_buffer_insert_interactive_at_cursor (buffer, piece, -1, TRUE);
    }
  else
    {
      g_test_message ("delete text");
      to = from;
      gtk_text_iter_forward_chars (&to, g_test_rand_int_range (1, 12));
      gtk_text_buffer_delete_interactive (buffer, &from, &to, TRUE);
    }
  /* Back before what was typed has been taken, or after it. */
  if (g_test_rand_bit ())
    for (int i = 0; i < 12; i++)
      ui_test_settle ();
  gtk_stack_set_visible_child_name (GTK_STACK (stack), "layers");
}

static void
do_undo (Bench *bench)
{
  const char *name   = g_test_rand_int_range (0, 3) > 0 ? "Undo" : "Redo";
  GtkWidget  *button = bench_find (bench, GTK_TYPE_BUTTON, name);

  say ("", button);
  if (gtk_widget_is_sensitive (button))
    gtk_button_clicked (GTK_BUTTON (button));
}

static void
do_maps (Bench *bench)
{
  static const guint keys[] = { GDK_KEY_Left, GDK_KEY_Right, GDK_KEY_Up, GDK_KEY_Down,
                                GDK_KEY_space, GDK_KEY_space, GDK_KEY_Return, GDK_KEY_Escape,
                                GDK_KEY_plus, GDK_KEY_minus, GDK_KEY_0, GDK_KEY_1, GDK_KEY_t,
                                GDK_KEY_Page_Up, GDK_KEY_Page_Down, GDK_KEY_Home, GDK_KEY_End };

  for (int i = g_test_rand_int_range (1, 4); i > 0; i--)
    {
      guint key = ANY_OF (keys);

      g_test_message ("maps: %s", gdk_keyval_name (key));
      bench_key (bench->area, key, key < GDK_KEY_space || key > GDK_KEY_Down ? 0
                                   : g_test_rand_bit () ? GDK_SHIFT_MASK : 0);
    }
}

static void
do_toolbar (Bench *bench)
{
  GtkWidget *root   = g_test_rand_bit () ? bench->editor->maps : bench->editor->arithmetic;
  GtkWidget *button = any (root, GTK_TYPE_BUTTON);

  say ("press", button);
  if (button != NULL && !GTK_IS_MENU_BUTTON (button) &&
      gtk_widget_get_ancestor (button, GTK_TYPE_COMBO_BOX) == NULL)
    {
      gtk_button_clicked (GTK_BUTTON (button));
      close_menu ();
    }
}

static void
do_stop (Bench *bench)
{
  GtkWidget *stop = bench_find (bench, GTK_TYPE_BUTTON, "Stop");

  say ("", stop);
  if (gtk_widget_is_sensitive (stop))
    gtk_button_clicked (GTK_BUTTON (stop));
}

static void (*const deeds[]) (Bench *bench) = {
  do_add, do_add, do_select, do_select, do_select, do_card_key, do_card_key, do_switch, do_tick,
  do_spin, do_spin, do_choose, do_entry, do_button, do_kernel, do_kernel, do_text, do_undo, do_maps,
  do_maps, do_toolbar, do_stop,
};

/* A few events, or as many as come. */
static void
let_happen (void)
{
  if (g_test_rand_bit ())
    for (int i = g_test_rand_int_range (0, 20); i > 0 && gtk_events_pending (); i--)
      gtk_main_iteration ();
  else
    ui_test_settle ();
}

static void
test_anything (void)
{
  static const char *const networks[] = {
    "conv 4 3x3; relu; maxpool 2",
    "input ?x?x1\nconv kernels=sobel-x,sobel-y pad=same # mine\nrelu\n",
    "input 28x28x1; conv 4 5x5; maxpool 2; flatten; dense 10; softmax",
  };
  g_autoptr (CnnPicture) picture = ui_test_picture (90, 120, 3);

  const char *network = networks[g_test_rand_int_range (0, G_N_ELEMENTS (networks))];
  Bench       bench;

  bench_open (&bench, picture, network, 1200, 640);
  for (int turn = 0; turn < TURNS; turn++)
    {
      g_autofree char *text = g_strescape (cnn_draft_text (bench.editor->draft), NULL);

      g_test_message ("%d: %s", turn, text);
      deeds[g_test_rand_int_range (0, G_N_ELEMENTS (deeds))](&bench);
      let_happen ();
      bench_check (&bench);
    }
  bench_settle (&bench);
  bench_check (&bench);

  /* All of it can be taken back. */
  for (int undo = 0; cnn_draft_can_undo (bench.editor->draft) && undo < 4 * TURNS; undo++)
    cnn_draft_undo (bench.editor->draft);
  bench_check (&bench);
  bench_assert (&bench, "network", network);
  bench_close (&bench);
}

/* --- the end --------------------------------------------------------------------------------- */

static gboolean
is_freed (gpointer data)
{
  return g_atomic_int_get (&((Gate *) data)->freed);
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* In the middle of everything: nothing waits for it, and nothing of it stays. */
static void
test_destroy (void)
{
  static const char *const networks[] = {
    "conv 8 5x5; relu; conv 8 5x5; maxpool 2",
    "conv 2 3x3; flatten; dense 5",
    "input 28x28x1; conv 8 5x5; maxpool 2; flatten; dense 10; softmax",
    "conv 4 3x3; relo",
  };

  for (int round = 0; round < ROUNDS; round++)
    {
      Gate       *gate;
      CnnPicture *picture = preview_test_gate_picture (400, 500, 3, &gate);
      gpointer    editor;
      Bench       bench;

      gate->nap = (gulong) g_test_rand_int_range (0, 5) * 1000;
      bench_open (&bench, picture, networks[round % G_N_ELEMENTS (networks)], 900, 500);
      cnn_picture_unref (picture);
      editor = bench.editor;
      g_object_add_weak_pointer (G_OBJECT (editor), &editor);
      for (int turn = g_test_rand_int_range (0, 4); turn > 0; turn--)
        {
          do_maps (&bench);
          let_happen ();
        }
      bench_key (bench.area, GDK_KEY_space, 0);
      if (round % 5 == 0)
        preview_test_gate_set (gate, TRUE);
      bench_close (&bench);
      preview_test_gate_set (gate, FALSE);
      g_assert_true (ui_test_wait (is_gone, &editor));
      g_assert_true (ui_test_wait (is_freed, gate));
    }
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/editor-life/anything", test_anything);
  g_test_add_func ("/editor-life/destroy", test_destroy);
  return g_test_run ();
}
