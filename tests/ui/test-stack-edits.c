/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack-test.h"
#include "ui-test.h"

/* Many edits of a stack of cards, and many cards. */

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

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/stack-edits/random", test_random);
  g_test_add_func ("/stack-edits/many", test_many);
  return g_test_run ();
}
