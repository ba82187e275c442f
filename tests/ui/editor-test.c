/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor-test.h"

#include <glib/gi18n.h>

#include "card.h"
#include "stack-view.h"

/* What tests of the whole editor share: an editor in a window, and a person's hands. */

static void
on_progress (CnnPreview *preview, double fraction, Bench *bench)
{
  bench->progress = fraction;
}

static void
on_field (CnnEditor *editor, const CnnRect *field, Bench *bench)
{
  bench->n_fields++;
  bench->field = *field;
}

static void
on_sums (CnnEditor *editor, const char *network, Bench *bench)
{
  g_free (bench->sums);
  bench->sums = g_strdup (network);
}

/** bench_open: @bench holds no reference of @picture. */
void
bench_open (Bench *bench, CnnPicture *picture, const char *network, int width, int height)
{
  *bench = (Bench) { .editor = CNN_EDITOR (cnn_editor_new (picture, NULL)) };
  g_signal_connect (bench->editor->preview, "progress", G_CALLBACK (on_progress), bench);
  g_signal_connect (bench->editor, "select-field", G_CALLBACK (on_field), bench);
  g_signal_connect (bench->editor, "partial-sums", G_CALLBACK (on_sums), bench);
  g_object_set (bench->editor, "network", network, NULL);
  bench->window = ui_test_show (GTK_WIDGET (bench->editor), width, height);
  bench->area = bench_find (bench, GTK_TYPE_DRAWING_AREA, "Feature maps");
  bench->list = bench_find (bench, GTK_TYPE_LIST_BOX, "Layers");
}

/** bench_close: nothing of the editor stays. */
void
bench_close (Bench *bench)
{
  g_signal_handlers_disconnect_by_data (bench->editor->preview, bench);
  gtk_widget_destroy (bench->window);
  g_free (bench->sums);
}

static gboolean
is_done (gpointer data)
{
  return ((Bench *) data)->progress >= 1.0;
}

/** bench_settle: waits until nothing is computed any more. */
void
bench_settle (Bench *bench)
{
  ui_test_settle ();
  g_assert_true (ui_test_wait (is_done, bench));
  ui_test_settle ();
}

/** bench_find: (transfer none): which must be there; @name is what it is called in English. */
GtkWidget *
bench_find (Bench *bench, GType type, const char *name)
{
  GtkWidget *found = ui_test_find (GTK_WIDGET (bench->editor), type,
                                   name != NULL ? dgettext ("convolens", name) : NULL);

  if (found == NULL)
    g_error ("there is no %s “%s”", g_type_name (type), name);
  return found;
}

/** bench_press: a button that can be pressed. */
void
bench_press (Bench *bench, const char *name)
{
  GtkWidget *button = bench_find (bench, GTK_TYPE_BUTTON, name);

  g_assert_true (gtk_widget_is_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
  ui_test_settle ();
}

/** bench_key: presses a key on @widget, which gets the focus. */
void
bench_key (GtkWidget *widget, guint key, GdkModifierType state)
{
  gtk_widget_grab_focus (widget);
  ui_test_key (widget, key, state);
}

/** bench_add: a layer, from the menu. */
void
bench_add (Bench *bench, const char *label)
{
  GtkWidget *button = bench_find (bench, GTK_TYPE_MENU_BUTTON, "Add layer");
  GtkWidget *menu   = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  GtkWidget *item   = ui_test_find (menu, GTK_TYPE_MODEL_BUTTON, label);

  g_assert_nonnull (item);
  gtk_button_clicked (GTK_BUTTON (item));
  ui_test_settle ();
}

/** bench_card: (transfer none) (nullable): a layer's; -1 is the picture. */
GtkWidget *
bench_card (Bench *bench, int layer)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (bench->list), layer + 1));
}

/** bench_card_key: presses a key on the selected card, which may be gone after it. */
void
bench_card_key (Bench *bench, guint key, GdkModifierType state)
{
  gtk_widget_grab_focus (bench_card (bench, bench->editor->layer));
  ui_test_key (bench->list, key, state);
}

void
bench_select (Bench *bench, int layer)
{
  gtk_list_box_select_row (GTK_LIST_BOX (bench->list),
                           GTK_LIST_BOX_ROW (bench_card (bench, layer)));
  ui_test_settle ();
}

void
bench_tick_card (Bench *bench, int layer, gboolean on)
{
  GtkWidget *tick = ui_test_find (bench_card (bench, layer), GTK_TYPE_CHECK_BUTTON, NULL);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (tick), on);
  ui_test_settle ();
}

static const CnnExplained *
explained (Bench *bench)
{
  return cnn_arithmetic_view_explained (CNN_ARITHMETIC_VIEW (bench->editor->arithmetic));
}

static gboolean
is_explained (gpointer data)
{
  Bench              *bench = data;
  const CnnExplained *what  = explained (bench);

  return what != NULL && what->node == (guint) cnn_editor_node (bench->editor) &&
         what->map == bench->editor->hovered.map && what->y == bench->editor->hovered.y &&
         what->x == bench->editor->hovered.x &&
         what->network == cnn_draft_network (bench->editor->draft);
}

/** bench_point: (transfer none): keeps the keyboard's cell, and waits for its arithmetic. */
const CnnExplained *
bench_point (Bench *bench)
{
  bench_key (bench->area, GDK_KEY_space, 0);
  g_assert_true (ui_test_wait (is_explained, bench));
  return explained (bench);
}

/** bench_assert: a property's value. */
void
bench_assert (Bench *bench, const char *property, const char *expected)
{
  g_autofree char *is = NULL;

  g_object_get (bench->editor, property, &is, NULL);
  g_assert_cmpstr (is, ==, expected);
}

/** bench_check: cards, draft and property say the same, and so does the text alone. */
void
bench_check (Bench *bench)
{
  CnnDraft            *draft = bench->editor->draft;
  g_autoptr (CnnDraft) fresh = cnn_draft_new (cnn_picture_shape (bench->editor->picture));
  guint                n     = cnn_draft_n_layers (draft);
  GtkWidget           *focus = gtk_window_get_focus (GTK_WINDOW (bench->window));

  g_assert_true (focus == NULL || gtk_widget_get_toplevel (focus) == bench->window);
  bench_assert (bench, "network", cnn_draft_text (draft));
  cnn_draft_set_text (fresh, cnn_draft_text (draft));
  g_assert_cmpuint (cnn_draft_n_layers (fresh), ==, n);
  g_assert_cmpstr (cnn_draft_problem (fresh), ==, cnn_draft_problem (draft));
  for (guint i = 0; i < n; i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (fresh, i);
      CnnCard             *card  = CNN_CARD (bench_card (bench, (int) i));
      g_autofree char     *text  = g_strconcat (layer->enabled ? "" : "#off ", layer->text, NULL);
      GtkWidget           *on;

      g_assert_nonnull (card);
      g_assert_cmpint (cnn_card_layer (card), ==, i);
      g_assert_cmpint (cnn_card_node (card), ==, layer->number);
      g_assert_cmpstr (cnn_card_text (card), ==, text);
      on = ui_test_find (GTK_WIDGET (card), GTK_TYPE_SWITCH, NULL);
      g_assert_cmpint (gtk_switch_get_active (GTK_SWITCH (on)), ==, layer->enabled);
    }
  g_assert_null (bench_card (bench, (int) n));
  g_assert_cmpint (bench->editor->layer, ==,
                   cnn_stack_view_selected (CNN_STACK_VIEW (bench->editor->stack)));
  g_assert_cmpint (bench->editor->layer, <, (int) n);
}
