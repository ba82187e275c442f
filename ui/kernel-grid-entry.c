/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-grid-private.h"

#include "i18n.h"
#include "kernel-text.h"
#include "number.h"

/* The entry in which a person types a number of the matrix. */

gboolean
kernel_grid_is_editing (CnnKernelGrid *self)
{
  return gtk_widget_get_visible (self->entry);
}

/* Takes the entry away; what was typed is forgotten. */
void
kernel_grid_stop_editing (CnnKernelGrid *self, gboolean keep_focus)
{
  if (!kernel_grid_is_editing (self))
    return;
  gtk_style_context_remove_class (gtk_widget_get_style_context (self->entry), "error");
  if (keep_focus)
    gtk_widget_grab_focus (self->area);
  gtk_widget_hide (self->entry);
  kernel_grid_update_status (self);
}

/* Whether the entry held a number; if not it stays, and says so. */
gboolean
kernel_grid_accept (CnnKernelGrid *self, gboolean keep_focus)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (self->entry));
  double      value;

  if (!kernel_grid_is_editing (self))
    return TRUE;
  if (!cnn_kernel_text_number (text, &value))
    {
      gtk_style_context_add_class (gtk_widget_get_style_context (self->entry), "error");
      gtk_label_set_text (GTK_LABEL (self->status),
                          _("Expected a number, such as 2, -0.5 or 1/16"));
      return FALSE;
    }
  kernel_grid_stop_editing (self, keep_focus);
  kernel_grid_change (self, self->row, self->column, value);
  return TRUE;
}

void
kernel_grid_edit (CnnKernelGrid *self, const char *text)
{
  g_autoptr (GString) number = g_string_new (NULL);
  g_autofree char    *name   = kernel_grid_describe (self, self->row, self->column);

  if (self->read_only)
    return;
  kernel_grid_end_steps (self);
  cnn_number_append (number, *kernel_grid_value (self, self->row, self->column));
  gtk_entry_set_text (GTK_ENTRY (self->entry), text ? text : number->str);
  atk_object_set_name (gtk_widget_get_accessible (self->entry), name);
  gtk_widget_show (self->entry);
  gtk_widget_grab_focus (self->entry);
  if (text)
    gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  gtk_widget_queue_resize (self->area);
}

/* The next or the last cell in the order of reading; FALSE beyond the ends. */
static gboolean
focus_along (CnnKernelGrid *self, int by)
{
  int cell = self->row * self->size.width + self->column + by;

  if (cell < 0 || cell >= self->size.height * self->size.width)
    return FALSE;
  cnn_kernel_grid_focus (self, cell / self->size.width, cell % self->size.width);
  return TRUE;
}

static gboolean
on_entry_key (GtkWidget *entry, GdkEventKey *event, CnnKernelGrid *self)
{
  switch (event->keyval)
    {
    case GDK_KEY_Escape:
      kernel_grid_stop_editing (self, TRUE);
      return TRUE;
    case GDK_KEY_Return: case GDK_KEY_KP_Enter:
      kernel_grid_accept (self, TRUE);
      return TRUE;
    case GDK_KEY_Up: case GDK_KEY_KP_Up: case GDK_KEY_Down: case GDK_KEY_KP_Down:
      if (kernel_grid_accept (self, TRUE))
        cnn_kernel_grid_focus (self, self->row + (event->keyval == GDK_KEY_Up ||
                                                  event->keyval == GDK_KEY_KP_Up ? -1 : 1),
                               self->column);
      return TRUE;
    case GDK_KEY_Tab: case GDK_KEY_ISO_Left_Tab: case GDK_KEY_KP_Tab:
      if (!kernel_grid_accept (self, TRUE))
        return TRUE;
      /* From the last cell on Tab goes to what comes after the matrix. */
      return focus_along (self, event->state & GDK_SHIFT_MASK ? -1 : 1);
    default:
      return FALSE;
    }
}

/* What cannot be is dropped when a person goes away from it. */
static gboolean
on_entry_focus_out (GtkWidget *entry, GdkEventFocus *event, CnnKernelGrid *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (entry);

  /* Another window has come up: the entry waits. */
  if (GTK_IS_WINDOW (window) && gtk_window_get_focus (GTK_WINDOW (window)) == entry)
    return FALSE;
  if (kernel_grid_is_editing (self) && !kernel_grid_accept (self, FALSE))
    kernel_grid_stop_editing (self, FALSE);
  return FALSE;
}

/* --- its place ------------------------------------------------------------- */

/* The entry lies over its cell, and wider where that is small. */
static gboolean
on_child_position (GtkOverlay *overlay, GtkWidget *child, GdkRectangle *place, CnnKernelGrid *self)
{
  CnnRect        cell = cnn_kernel_grid_cell (self, self->row, self->column);
  GtkRequisition natural;
  int            width  = gtk_widget_get_allocated_width (GTK_WIDGET (overlay));
  int            height = gtk_widget_get_allocated_height (GTK_WIDGET (overlay));
  int            x, y;

  gtk_widget_get_preferred_size (child, &natural, NULL);
  gtk_widget_translate_coordinates (self->area, GTK_WIDGET (overlay), cell.x, cell.y, &x, &y);
  place->width = MIN (MAX (natural.width, cell.width), width);
  place->height = MAX (natural.height, cell.height);
  place->x = CLAMP (x + (cell.width - place->width) / 2, 0, MAX (width - place->width, 0));
  place->y = CLAMP (y + (cell.height - place->height) / 2, 0, MAX (height - place->height, 0));
  return TRUE;
}

/* Makes the entry, over the matrix. */
void
kernel_grid_make_entry (CnnKernelGrid *self, GtkOverlay *overlay)
{
  self->entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->entry), 8);
  gtk_entry_set_alignment (GTK_ENTRY (self->entry), 0.5);
  gtk_widget_set_no_show_all (self->entry, TRUE);
  g_signal_connect (self->entry, "key-press-event", G_CALLBACK (on_entry_key), self);
  g_signal_connect (self->entry, "focus-out-event", G_CALLBACK (on_entry_focus_out), self);
  gtk_overlay_add_overlay (overlay, self->entry);
  g_signal_connect (overlay, "get-child-position", G_CALLBACK (on_child_position), self);
}
