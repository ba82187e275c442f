/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Ctrl+C and a context menu for what shows numbers; opening a menu. */

#include "copy-menu.h"

#include "i18n.h"

/** cnn_copy_text: puts text into the clipboard, where it stays when the window has gone. */
void
cnn_copy_text (GtkWidget *widget, const char *text)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (widget, GDK_SELECTION_CLIPBOARD);

  gtk_clipboard_set_text (clipboard, text, -1);
  gtk_clipboard_set_can_store (clipboard, NULL, 0);
}

/**
 * cnn_menu_popup:
 *
 * As gtk_menu_popup_at_widget(), also where there was no event: a screen reader presses
 * a button without one, of which GTK complains.
 */
void
cnn_menu_popup (GtkMenu *menu, GtkWidget *widget, GdkGravity widget_anchor,
                GdkGravity menu_anchor)
{
  GdkEvent *event = gtk_get_current_event ();

  if (event == NULL)
    {
      event = gdk_event_new (GDK_KEY_PRESS);
      event->key.window = g_object_ref (gtk_widget_get_window (widget));
      gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (
                                     gtk_widget_get_display (widget))));
    }
  gtk_menu_popup_at_widget (menu, widget, widget_anchor, menu_anchor, event);
  gdk_event_free (event);
}

static void
copy (GtkWidget *widget)
{
  CnnCopyFunc      function = (CnnCopyFunc) g_object_get_data (G_OBJECT (widget), "cnn-copy");
  g_autofree char *text     = function (widget);

  cnn_copy_text (widget, text);
}

static void
pop_up (GtkWidget *widget, const GdkEvent *event)
{
  GtkWidget *menu = gtk_menu_new ();
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (_("_Copy"));

  g_signal_connect_swapped (item, "activate", G_CALLBACK (copy), widget);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
  gtk_widget_show (item);
  gtk_menu_attach_to_widget (GTK_MENU (menu), widget, NULL);
  /* An item is activated after its menu has closed. */
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  if (event != NULL)
    gtk_menu_popup_at_pointer (GTK_MENU (menu), event);
  else
    cnn_menu_popup (GTK_MENU (menu), widget, GDK_GRAVITY_CENTER, GDK_GRAVITY_NORTH_WEST);
}

static gboolean
on_popup_menu (GtkWidget *widget, gpointer data)
{
  pop_up (widget, NULL);
  return TRUE;
}

static gboolean
on_press (GtkWidget *widget, GdkEvent *event, gpointer data)
{
  if (!gdk_event_triggers_context_menu (event))
    return FALSE;
  gtk_widget_grab_focus (widget);
  pop_up (widget, event);
  return TRUE;
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  GdkModifierType primary =
    gtk_widget_get_modifier_mask (widget, GDK_MODIFIER_INTENT_PRIMARY_ACCELERATOR);

  if ((event->state & gtk_accelerator_get_default_mod_mask ()) != primary ||
      (event->keyval != GDK_KEY_c && event->keyval != GDK_KEY_C &&
       event->keyval != GDK_KEY_Insert))
    return FALSE;
  copy (widget);
  return TRUE;
}

/**
 * cnn_copy_menu_add:
 * @widget: what can have the focus and gets the events of buttons
 * @function: says what is copied
 *
 * Lets a person copy from @widget: Ctrl+C, and a context menu.
 */
void
cnn_copy_menu_add (GtkWidget *widget, CnnCopyFunc function)
{
  g_object_set_data (G_OBJECT (widget), "cnn-copy", (gpointer) function);
  g_signal_connect (widget, "popup-menu", G_CALLBACK (on_popup_menu), NULL);
  g_signal_connect (widget, "button-press-event", G_CALLBACK (on_press), NULL);
  g_signal_connect (widget, "key-press-event", G_CALLBACK (on_key), NULL);
}
