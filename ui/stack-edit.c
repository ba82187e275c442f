/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What can be done with a layer of the stack, by key and by menu. */

#include "stack-edit.h"

#include "i18n.h"

typedef struct
{
  const char     *label;
  guint           key;
  guint           keypad; /* the same there; 0 for none */
  GdkModifierType state;
} EditInfo;

static const EditInfo infos[CNN_STACK_N_EDITS] = {
  [CNN_STACK_DUPLICATE] = { N_("_Duplicate"), GDK_KEY_d, 0, GDK_CONTROL_MASK },
  [CNN_STACK_UP] = { N_("Move _up"), GDK_KEY_Up, GDK_KEY_KP_Up, GDK_MOD1_MASK },
  [CNN_STACK_DOWN] = { N_("Move do_wn"), GDK_KEY_Down, GDK_KEY_KP_Down, GDK_MOD1_MASK },
  [CNN_STACK_SWITCH] = { N_("_Switch on or off"), GDK_KEY_space, GDK_KEY_KP_Space, 0 },
  [CNN_STACK_REMOVE] = { N_("_Remove"), GDK_KEY_Delete, GDK_KEY_KP_Delete, 0 },
};

/**
 * cnn_stack_has_input:
 *
 * Returns: whether the first layer is the input, which stays where it is and as it is
 */
gboolean
cnn_stack_has_input (CnnDraft *draft)
{
  const CnnDraftLayer *first;

  if (cnn_draft_n_layers (draft) == 0)
    return FALSE;
  first = cnn_draft_layer (draft, 0);
  return first->enabled && first->op != NULL && first->op->group == CNN_GROUP_INPUT;
}

/**
 * cnn_stack_can_edit:
 * @layer: a layer; -1 for the picture
 *
 * Returns: whether @edit can be done with it
 */
gboolean
cnn_stack_can_edit (CnnDraft *draft, int layer, CnnStackEdit edit)
{
  int n     = (int) cnn_draft_n_layers (draft);
  int first = cnn_stack_has_input (draft) ? 1 : 0;

  switch (edit)
    {
    case CNN_STACK_REMOVE:
      return layer >= 0 && layer < n;

    case CNN_STACK_UP:
      return layer > first && layer < n;

    case CNN_STACK_DOWN:
      return layer >= first && layer < n - 1;

    default:
      return layer >= first && layer < n;
    }
}

/**
 * cnn_stack_move:
 * @to: the number it is to have
 *
 * Returns: the layer to select then
 */
int
cnn_stack_move (CnnDraft *draft, int layer, int to)
{
  int first = cnn_stack_has_input (draft) ? 1 : 0;

  if (layer < first)
    return layer;
  to = CLAMP (to, first, (int) cnn_draft_n_layers (draft) - 1);
  cnn_draft_move (draft, layer, to);
  return to;
}

/**
 * cnn_stack_edit:
 *
 * Does nothing where that cannot be done.
 *
 * Returns: the layer to select then
 */
int
cnn_stack_edit (CnnDraft *draft, int layer, CnnStackEdit edit)
{
  if (!cnn_stack_can_edit (draft, layer, edit))
    return layer;
  switch (edit)
    {
    case CNN_STACK_DUPLICATE:
      cnn_draft_duplicate (draft, layer);
      return layer + 1;

    case CNN_STACK_UP:
      return cnn_stack_move (draft, layer, layer - 1);

    case CNN_STACK_DOWN:
      return cnn_stack_move (draft, layer, layer + 1);

    case CNN_STACK_SWITCH:
      cnn_draft_set_enabled (draft, layer, !cnn_draft_layer (draft, layer)->enabled);
      return layer;

    default:
      cnn_draft_remove (draft, layer);
      return layer;
    }
}

/**
 * cnn_stack_edit_key:
 * @edit: (out): what the key does
 *
 * Returns: whether it does something
 */
gboolean
cnn_stack_edit_key (const GdkEventKey *event, CnnStackEdit *edit)
{
  GdkModifierType state = event->state & gtk_accelerator_get_default_mod_mask ();
  guint           key   = gdk_keyval_to_lower (event->keyval);

  for (int i = 0; i < CNN_STACK_N_EDITS; i++)
    if (state == infos[i].state && (key == infos[i].key || key == infos[i].keypad))
      {
        *edit = i;
        return TRUE;
      }
  return FALSE;
}

/* --- the menu --------------------------------------------------------------------- */

typedef struct
{
  CnnStackEdit     edit;
  CnnStackEditFunc func;
  gpointer         data;
} Choice;

static void
chosen (GtkWidget *item, const Choice *choice)
{
  choice->func (choice->edit, choice->data);
}

static void
free_choice (gpointer choice, GClosure *closure)
{
  g_free (choice);
}

/**
 * cnn_stack_menu_new:
 * @layer: the layer that it is for
 * @edit: is called with what a person chooses
 * @data: for @edit
 *
 * Returns: (transfer floating): a menu, to be popped up once
 */
GtkWidget *
cnn_stack_menu_new (CnnDraft *draft, int layer, CnnStackEditFunc edit, gpointer data)
{
  GtkWidget *menu = gtk_menu_new ();

  for (int i = 0; i < CNN_STACK_N_EDITS; i++)
    {
      GtkWidget *item   = gtk_menu_item_new_with_mnemonic (_(infos[i].label));
      GtkWidget *label  = gtk_bin_get_child (GTK_BIN (item));
      Choice    *choice = g_new (Choice, 1);

      *choice = (Choice) { i, edit, data };
      gtk_accel_label_set_accel (GTK_ACCEL_LABEL (label), infos[i].key, infos[i].state);
      gtk_widget_set_sensitive (item, cnn_stack_can_edit (draft, layer, i));
      g_signal_connect_data (item, "activate", G_CALLBACK (chosen), choice, free_choice, 0);
      gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
    }
  gtk_widget_show_all (menu);
  return menu;
}
