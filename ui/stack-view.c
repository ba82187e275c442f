/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack-view.h"

#include "add-layer.h"
#include "card.h"
#include "copy-menu.h"
#include "i18n.h"
#include "stack-drag.h"
#include "stack-edit.h"
#include "stack-match.h"
#include "stack-toolbar.h"

struct _CnnStackView
{
  GtkBox      parent;
  CnnDraft   *draft;
  CnnPreview *preview;

  GtkWidget  *list;
  GtkWidget  *scroller;
  GtkWidget  *hint;
  GtkWidget  *undo;
  GtkWidget  *redo;
  CnnCard    *picture;
  GPtrArray  *cards;    /* of CnnCard, a layer each, in their order */

  int         selected; /* layer; -1 is the picture */
  gboolean    syncing;
  guint       reveal;   /* source */
};

G_DEFINE_FINAL_TYPE (CnnStackView, cnn_stack_view, GTK_TYPE_BOX)

enum
{
  SELECTED,
  TICK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static CnnCard *
get_card (CnnStackView *view, int layer)
{
  return layer >= 0 && layer < (int) view->cards->len ? g_ptr_array_index (view->cards, layer)
                                                      : view->picture;
}

static gboolean
has_focus_inside (GtkWidget *widget)
{
  GtkWidget *window = gtk_widget_get_toplevel (widget);
  GtkWidget *focus  = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window)) : NULL;

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* --- what is selected ------------------------------------------------------------------- */

/* Scrolls so that a card can be seen; its place is known when it has been laid out. */
static gboolean
reveal (gpointer data)
{
  CnnStackView  *view = data;
  CnnCard       *card = get_card (view, view->selected);
  GtkAllocation  place;

  view->reveal = 0;
  gtk_widget_get_allocation (GTK_WIDGET (card), &place);
  gtk_adjustment_clamp_page (
    gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (view->scroller)), place.y,
    place.y + place.height);
  return G_SOURCE_REMOVE;
}

static void
select_layer (CnnStackView *view, int layer, gboolean focus)
{
  int      before = view->selected;
  CnnCard *card;

  layer = CLAMP (layer, cnn_stack_has_input (view->draft) ? 0 : -1, (int) view->cards->len - 1);
  card = get_card (view, layer);
  view->selected = layer;
  gtk_list_box_select_row (GTK_LIST_BOX (view->list), GTK_LIST_BOX_ROW (card));
  if (focus)
    gtk_widget_grab_focus (GTK_WIDGET (card));
  if (layer != before)
    {
      if (view->reveal == 0)
        view->reveal = g_idle_add_full (G_PRIORITY_LOW, reveal, view, NULL);
      g_signal_emit (view, signals[SELECTED], 0, layer);
    }
}

static void
row_selected (GtkListBox *list, GtkListBoxRow *row, CnnStackView *view)
{
  int layer;

  if (view->syncing || row == NULL)
    return;
  layer = cnn_card_layer (CNN_CARD (row));
  if (layer == view->selected)
    return;
  view->selected = layer;
  g_signal_emit (view, signals[SELECTED], 0, layer);
}

/* --- what a person does ------------------------------------------------------------------- */

static void
add_layer (const CnnOp *op, gpointer data)
{
  CnnStackView *view  = data;
  guint         n     = view->cards->len;
  guint         at    = op->group == CNN_GROUP_INPUT ? 0 : (guint) (view->selected + 1);
  guint         layer = cnn_add_layer (view->draft, op, at);

  if (view->cards->len > n)
    select_layer (view, (int) layer, TRUE);
}

static void
edit_layer (CnnStackEdit edit, gpointer data)
{
  CnnStackView *view = data;

  select_layer (view, cnn_stack_edit (view->draft, view->selected, edit), TRUE);
}

static void
dropped (CnnCard *card, int gap, gpointer data)
{
  CnnStackView *view  = data;
  int           to    = gap - 1; /* the picture's card is a row too */
  int           layer;

  /* It may be of another list, or gone since it was taken. */
  if (!g_ptr_array_find (view->cards, card, NULL))
    return;
  layer = cnn_card_layer (card);
  select_layer (view, cnn_stack_move (view->draft, layer, to > layer ? to - 1 : to), TRUE);
}

static void
card_switched (CnnCard *card, gboolean on, CnnStackView *view)
{
  cnn_draft_set_enabled (view->draft, cnn_card_layer (card), on);
}

static void
card_ticked (CnnCard *card, gboolean on, CnnStackView *view)
{
  g_signal_emit (view, signals[TICK], 0, (guint) cnn_card_layer (card), on);
}

static GtkMenu *
make_menu (CnnStackView *view)
{
  GtkWidget *menu = cnn_stack_menu_new (view->draft, view->selected, edit_layer, view);

  gtk_menu_attach_to_widget (GTK_MENU (menu), view->list, NULL);
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  return GTK_MENU (menu);
}

static void
card_menu (CnnCard *card, GtkWidget *at, CnnStackView *view)
{
  select_layer (view, cnn_card_layer (card), FALSE);
  cnn_menu_popup (make_menu (view), at, GDK_GRAVITY_SOUTH_EAST, GDK_GRAVITY_NORTH_EAST);
}

static gboolean
keyboard_menu (GtkWidget *list, CnnStackView *view)
{
  GtkWidget *card = GTK_WIDGET (get_card (view, view->selected));

  if (view->selected < 0)
    return FALSE;
  cnn_menu_popup (make_menu (view), card, GDK_GRAVITY_CENTER, GDK_GRAVITY_NORTH);
  return TRUE;
}

static gboolean
pressed (GtkWidget *list, GdkEventButton *event, CnnStackView *view)
{
  GtkListBoxRow *row;

  if (!gdk_event_triggers_context_menu ((GdkEvent *) event))
    return FALSE;
  row = gtk_list_box_get_row_at_y (GTK_LIST_BOX (list), (int) event->y);
  if (row == NULL || cnn_card_layer (CNN_CARD (row)) < 0)
    return FALSE;
  select_layer (view, cnn_card_layer (CNN_CARD (row)), TRUE);
  gtk_menu_popup_at_pointer (make_menu (view), (GdkEvent *) event);
  return TRUE;
}

static gboolean
list_key (GtkWidget *list, GdkEventKey *event, CnnStackView *view)
{
  CnnStackEdit edit;

  if (view->selected < 0 || !cnn_stack_edit_key (event, &edit))
    return FALSE;
  edit_layer (edit, view);
  return TRUE;
}

static gboolean
view_key (GtkWidget *widget, GdkEventKey *event, CnnStackView *view)
{
  GdkModifierType state = event->state & gtk_accelerator_get_default_mod_mask ();
  guint           key   = gdk_keyval_to_lower (event->keyval);

  if (state == GDK_CONTROL_MASK && key == GDK_KEY_z)
    cnn_draft_undo (view->draft);
  else if ((state == (GDK_CONTROL_MASK | GDK_SHIFT_MASK) && key == GDK_KEY_z) ||
           (state == GDK_CONTROL_MASK && key == GDK_KEY_y))
    cnn_draft_redo (view->draft);
  else
    return FALSE;
  return TRUE;
}

/* --- cards as the draft is -------------------------------------------------------------------- */

static char *
layer_text (CnnStackView *view, guint layer)
{
  const CnnDraftLayer *is = cnn_draft_layer (view->draft, layer);

  return g_strconcat (is->enabled ? "" : "#off ", is->text, NULL);
}

static void
insert_card (CnnStackView *view, guint at)
{
  GtkWidget *card = cnn_card_new (view->preview);

  g_signal_connect (card, "switched", G_CALLBACK (card_switched), view);
  g_signal_connect (card, "ticked", G_CALLBACK (card_ticked), view);
  g_signal_connect (card, "menu", G_CALLBACK (card_menu), view);
  cnn_stack_drag_card (CNN_CARD (card));
  gtk_widget_show (card);
  gtk_list_box_insert (GTK_LIST_BOX (view->list), card, (int) at + 1);
  g_ptr_array_insert (view->cards, (int) at, card);
}

static void
remove_card (CnnStackView *view, guint at)
{
  gtk_widget_destroy (g_ptr_array_steal_index (view->cards, at));
}

/* Cards of layers that did not change stay what they are, wherever these are now; so
 * that the selection, the focus and the ticks stay with them. */
static void
match_cards (CnnStackView *view, char **texts, guint n)
{
  g_autofree const char **before = g_new (const char *, view->cards->len + 1);
  CnnStackMatch           match;

  for (guint i = 0; i < view->cards->len; i++)
    before[i] = cnn_card_text (g_ptr_array_index (view->cards, i));
  match = cnn_stack_match (before, view->cards->len, (const char *const *) texts, n);
  if (match.from >= 0)
    g_ptr_array_insert (view->cards, match.to,
                        g_ptr_array_steal_index (view->cards, (guint) match.from));
  for (guint i = 0; i < match.n_gone; i++)
    remove_card (view, match.at);
  for (guint i = 0; i < match.n_new; i++)
    insert_card (view, match.at + i);
}

static int
compare_cards (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  return cnn_card_layer (CNN_CARD (a)) - cnn_card_layer (CNN_CARD (b));
}

static void
separate (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  if (before == NULL)
    gtk_list_box_row_set_header (row, NULL);
  else if (gtk_list_box_row_get_header (row) == NULL)
    gtk_list_box_row_set_header (row, gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
}

static void
show_undo (CnnStackView *view)
{
  gtk_widget_set_sensitive (view->undo, cnn_draft_can_undo (view->draft));
  gtk_widget_set_sensitive (view->redo, cnn_draft_can_redo (view->draft));
}

static void
show_draft (CnnStackView *view)
{
  guint          n       = cnn_draft_n_layers (view->draft);
  CnnCard       *card    = get_card (view, view->selected);
  gboolean       focused = has_focus_inside (GTK_WIDGET (card));
  g_auto (GStrv) texts   = g_new0 (char *, n + 1);
  int            layer;

  for (guint i = 0; i < n; i++)
    texts[i] = layer_text (view, i);
  view->syncing = TRUE;
  match_cards (view, texts, n);
  for (guint i = 0; i < n; i++)
    cnn_card_set_layer (g_ptr_array_index (view->cards, i), view->draft, (int) i);
  cnn_card_set_layer (view->picture, view->draft, -1);
  gtk_widget_set_visible (GTK_WIDGET (view->picture), !cnn_stack_has_input (view->draft));
  gtk_widget_set_visible (view->hint, n == 0);
  gtk_list_box_invalidate_sort (GTK_LIST_BOX (view->list));
  show_undo (view);

  layer = view->selected;
  if (card == view->picture)
    layer = -1;
  else if (g_ptr_array_find (view->cards, card, NULL))
    layer = cnn_card_layer (card);
  /* A card that lost the focus with its life leaves it to the next one. */
  select_layer (view, layer, focused);
  view->syncing = FALSE;
}

static void
maps_updated (CnnPreview *preview, guint node, CnnStackView *view)
{
  for (guint i = 0; i < view->cards->len; i++)
    {
      CnnCard *card = g_ptr_array_index (view->cards, i);

      if (cnn_card_node (card) == (int) node)
        cnn_card_redraw_maps (card);
    }
  if (node == 0)
    cnn_card_redraw_maps (view->picture);
}

/* --- its parts ---------------------------------------------------------------------------- */

static void
make_toolbar (CnnStackView *view)
{
  GtkWidget *bar = cnn_stack_toolbar_new (add_layer, view, &view->undo, &view->redo);

  gtk_box_pack_start (GTK_BOX (view), bar, FALSE, FALSE, 0);
}

static void
make_list (CnnStackView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  view->list = gtk_list_box_new ();
  view->hint = gtk_label_new (_("Add a layer to see what it makes of the picture."));
  view->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (view->list), GTK_SELECTION_BROWSE);
  gtk_list_box_set_sort_func (GTK_LIST_BOX (view->list), compare_cards, NULL, NULL);
  gtk_list_box_set_header_func (GTK_LIST_BOX (view->list), separate, NULL, NULL);
  cnn_stack_drag_enable (GTK_LIST_BOX (view->list), dropped, view);
  atk_object_set_name (gtk_widget_get_accessible (view->list), _("Layers"));
  atk_object_set_description (gtk_widget_get_accessible (view->list),
                              _("Space switches a layer on or off, Delete removes it, Ctrl+D "
                                "duplicates it, Alt+Up and Alt+Down move it"));
  gtk_label_set_line_wrap (GTK_LABEL (view->hint), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (view->hint), "dim-label");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (view->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (view->scroller), TRUE);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (view->scroller), GTK_SHADOW_IN);

  gtk_box_pack_start (GTK_BOX (box), view->list, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), view->hint, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (view->scroller), box);
  gtk_widget_show (view->list);
  gtk_widget_show (box);
  gtk_widget_show (view->scroller);
  gtk_box_pack_start (GTK_BOX (view), view->scroller, TRUE, TRUE, 0);
}

static void
cnn_stack_view_dispose (GObject *object)
{
  CnnStackView *view = CNN_STACK_VIEW (object);

  /* What is below goes away with the list, and says so. */
  view->syncing = TRUE;
  g_clear_handle_id (&view->reveal, g_source_remove);
  if (view->draft != NULL)
    g_signal_handlers_disconnect_by_data (view->draft, view);
  if (view->preview != NULL)
    g_signal_handlers_disconnect_by_data (view->preview, view);
  g_clear_object (&view->draft);
  g_clear_object (&view->preview);
  G_OBJECT_CLASS (cnn_stack_view_parent_class)->dispose (object);
}

static void
cnn_stack_view_finalize (GObject *object)
{
  g_ptr_array_unref (CNN_STACK_VIEW (object)->cards);
  G_OBJECT_CLASS (cnn_stack_view_parent_class)->finalize (object);
}

static void
cnn_stack_view_class_init (CnnStackViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_stack_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_stack_view_finalize;
  signals[SELECTED] = g_signal_new ("selected", CNN_TYPE_STACK_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[TICK] = g_signal_new ("tick", CNN_TYPE_STACK_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_BOOLEAN);
}

static void
cnn_stack_view_init (CnnStackView *view)
{
  view->cards = g_ptr_array_new ();
  view->selected = -1;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (view), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (view), 6);
  make_toolbar (view);
  make_list (view);
  g_signal_connect (view, "key-press-event", G_CALLBACK (view_key), view);
  g_signal_connect (view->list, "key-press-event", G_CALLBACK (list_key), view);
  g_signal_connect (view->list, "button-press-event", G_CALLBACK (pressed), view);
  g_signal_connect (view->list, "popup-menu", G_CALLBACK (keyboard_menu), view);
  g_signal_connect (view->list, "row-selected", G_CALLBACK (row_selected), view);
}

/**
 * cnn_stack_view_new:
 * @draft: whose layers it shows and changes
 * @preview: (nullable): where the maps come from
 *
 * Returns: (transfer floating): the view, with the last layer selected
 */
GtkWidget *
cnn_stack_view_new (CnnDraft *draft, CnnPreview *preview)
{
  CnnStackView *view = g_object_new (CNN_TYPE_STACK_VIEW, NULL);

  view->draft = g_object_ref (draft);
  if (preview != NULL)
    {
      view->preview = (CnnPreview *) g_object_ref ((GObject *) preview);
      g_signal_connect (preview, "updated", G_CALLBACK (maps_updated), view);
    }
  view->picture = CNN_CARD (cnn_card_new (preview));
  gtk_widget_show (GTK_WIDGET (view->picture));
  gtk_container_add (GTK_CONTAINER (view->list), GTK_WIDGET (view->picture));
  g_signal_connect_swapped (draft, "changed", G_CALLBACK (show_draft), view);
  g_signal_connect_swapped (draft, "steps", G_CALLBACK (show_undo), view);
  g_signal_connect_swapped (view->undo, "clicked", G_CALLBACK (cnn_draft_undo), draft);
  g_signal_connect_swapped (view->redo, "clicked", G_CALLBACK (cnn_draft_redo), draft);
  show_draft (view);
  select_layer (view, (int) cnn_draft_n_layers (draft) - 1, FALSE);
  return GTK_WIDGET (view);
}

/** cnn_stack_view_selected: the layer whose card is selected; -1 is the picture. */
int
cnn_stack_view_selected (CnnStackView *view)
{
  return view->selected;
}

/**
 * cnn_stack_view_select:
 * @layer: the layer whose card is to be selected; -1 is the picture, or the input where
 *   there is one
 */
void
cnn_stack_view_select (CnnStackView *view, int layer)
{
  select_layer (view, layer, FALSE);
}

/** cnn_stack_view_set_tick: shows whether the layer's maps are kept; says nothing of it. */
void
cnn_stack_view_set_tick (CnnStackView *view, guint layer, gboolean on)
{
  g_return_if_fail (layer < view->cards->len);

  cnn_card_set_tick (g_ptr_array_index (view->cards, layer), on);
}
