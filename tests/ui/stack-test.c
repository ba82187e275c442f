/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack-test.h"

#include <string.h>

#include "ui-test.h"

static void
was_selected (CnnStackView *view, int layer, Stack *stack)
{
  stack->n_selected++;
  stack->selected = layer;
}

/** stack_open: a window with the cards of the layers of @text. */
void
stack_open (Stack *stack, const char *text, CnnPreview *preview)
{
  *stack = (Stack) { .draft = cnn_draft_new ((CnnShape) { 48, 64, 3 }), .selected = -5 };
  cnn_draft_set_text (stack->draft, text);
  stack->view = CNN_STACK_VIEW (cnn_stack_view_new (stack->draft, preview));
  g_signal_connect (stack->view, "selected", G_CALLBACK (was_selected), stack);
  stack->window = ui_test_show (GTK_WIDGET (stack->view), 340, 640);
  stack->list = ui_test_find (stack->window, GTK_TYPE_LIST_BOX, "Layers");
}

/** stack_close: and nobody keeps the draft. */
void
stack_close (Stack *stack)
{
  gtk_widget_destroy (stack->window);
  ui_test_settle ();
  g_assert_cmpint (G_OBJECT (stack->draft)->ref_count, ==, 1);
  g_object_unref (stack->draft);
}

/** card_at: (nullable) (transfer none): the card of a layer; row 0 is the picture's. */
CnnCard *
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

/** says: whether a label of the card that can be seen does. */
gboolean
says (gpointer card, const char *part)
{
  Saying self = { part, FALSE };

  look (GTK_WIDGET (card), &self);
  return self.found;
}

/** assert_cards: every layer has its card, in its place, with its name and what is wrong
 * with it. */
void
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

/** add: a person chooses a layer from the menu. */
void
add (Stack *stack, const CnnOp *op)
{
  GtkWidget *button = ui_test_find (stack->window, GTK_TYPE_MENU_BUTTON, "Add layer");
  GtkWidget *menu   = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  GtkWidget *item   = ui_test_find (menu, GTK_TYPE_MODEL_BUTTON, op->label);

  g_assert_nonnull (item);
  gtk_button_clicked (GTK_BUTTON (item));
  ui_test_settle ();
}
