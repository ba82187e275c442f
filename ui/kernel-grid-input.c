/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-grid-private.h"

#include <math.h>

/* What the keyboard and the pointer do to a matrix. */

static gboolean
on_area_key (GtkWidget *area, GdkEventKey *event, CnnKernelGrid *self)
{
  gboolean control = (event->state & GDK_CONTROL_MASK) != 0;
  int      row = self->row, column = self->column;
  gunichar c;
  char     text[8] = { 0 };

  if (event->state & GDK_MOD1_MASK)
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Up: case GDK_KEY_KP_Up:
    case GDK_KEY_Down: case GDK_KEY_KP_Down:
      {
        int up = event->keyval == GDK_KEY_Up || event->keyval == GDK_KEY_KP_Up ? 1 : -1;

        if (control)
          kernel_grid_step (self, row, column, up);
        else
          cnn_kernel_grid_focus (self, row - up, column);
        return TRUE;
      }
    case GDK_KEY_Left: case GDK_KEY_KP_Left:
      cnn_kernel_grid_focus (self, row, column - 1);
      return TRUE;
    case GDK_KEY_Right: case GDK_KEY_KP_Right:
      cnn_kernel_grid_focus (self, row, column + 1);
      return TRUE;
    case GDK_KEY_Home: case GDK_KEY_KP_Home:
      cnn_kernel_grid_focus (self, control ? 0 : row, 0);
      return TRUE;
    case GDK_KEY_End: case GDK_KEY_KP_End:
      cnn_kernel_grid_focus (self, control ? self->size.height : row, self->size.width);
      return TRUE;
    case GDK_KEY_Delete: case GDK_KEY_KP_Delete: case GDK_KEY_BackSpace:
      kernel_grid_change (self, row, column, 0.0);
      return TRUE;
    case GDK_KEY_Return: case GDK_KEY_KP_Enter: case GDK_KEY_F2: case GDK_KEY_space:
      kernel_grid_edit (self, NULL);
      return TRUE;
    case GDK_KEY_c: case GDK_KEY_C: case GDK_KEY_v: case GDK_KEY_V:
      if (!control)
        return FALSE;
      g_signal_emit_by_name (self, event->keyval == GDK_KEY_c || event->keyval == GDK_KEY_C
                                     ? "copy" : "paste");
      return TRUE;
    default:
      c = gdk_keyval_to_unicode (event->keyval);
      if (control || (!(c >= '0' && c <= '9') && c != '-' && c != '+' && c != '.' && c != ','))
        return FALSE;
      g_unichar_to_utf8 (c, text);
      kernel_grid_edit (self, text);
      return TRUE;
    }
}

/* --- the pointer ---------------------------------------------------------- */

static gboolean
on_press (GtkWidget *area, GdkEventButton *event, CnnKernelGrid *self)
{
  int row, column;

  if (event->button != GDK_BUTTON_PRIMARY ||
      !kernel_grid_cell_at (self, event->x, event->y, &row, &column))
    return FALSE;
  if (kernel_grid_is_editing (self) && !kernel_grid_accept (self, TRUE))
    return TRUE;
  gtk_widget_grab_focus (area);
  /* The first click chooses the cell, one on the chosen cell edits it. */
  if ((row == self->row && column == self->column) || event->type == GDK_2BUTTON_PRESS)
    kernel_grid_edit (self, NULL);
  else
    cnn_kernel_grid_focus (self, row, column);
  return TRUE;
}

static gboolean
on_motion (GtkWidget *area, GdkEventMotion *event, CnnKernelGrid *self)
{
  int row, column;

  if (kernel_grid_cell_at (self, event->x, event->y, &row, &column))
    kernel_grid_set_pointer (self, row, column);
  else
    kernel_grid_set_pointer (self, -1, -1);
  return FALSE;
}

static gboolean
on_leave (GtkWidget *area, GdkEventCrossing *event, CnnKernelGrid *self)
{
  kernel_grid_set_pointer (self, -1, -1);
  return FALSE;
}

/* Without Ctrl the wheel scrolls, but on the cell that has the focus. */
static gboolean
on_scroll (GtkWidget *area, GdkEventScroll *event, CnnKernelGrid *self)
{
  double x = 0.0, y = 0.0;
  int    row, column, direction;

  if (!kernel_grid_cell_at (self, event->x, event->y, &row, &column) ||
      kernel_grid_is_editing (self))
    return FALSE;
  if (!(event->state & GDK_CONTROL_MASK) &&
      !(gtk_widget_has_focus (area) && row == self->row && column == self->column))
    return FALSE;
  if (gdk_event_get_scroll_deltas ((GdkEvent *) event, &x, &y))
    direction = y < 0.0 ? 1 : y > 0.0 ? -1 : 0;
  else
    direction = event->direction == GDK_SCROLL_UP ? 1
                                                  : event->direction == GDK_SCROLL_DOWN ? -1 : 0;
  if (direction == 0)
    return FALSE;
  if (row != self->row || column != self->column)
    cnn_kernel_grid_focus (self, row, column);
  kernel_grid_step (self, row, column, direction);
  return TRUE;
}

/** kernel_grid_listen: lets the drawing hear of them. */
void
kernel_grid_listen (CnnKernelGrid *self)
{
  g_signal_connect (self->area, "key-press-event", G_CALLBACK (on_area_key), self);
  g_signal_connect (self->area, "button-press-event", G_CALLBACK (on_press), self);
  g_signal_connect (self->area, "motion-notify-event", G_CALLBACK (on_motion), self);
  g_signal_connect (self->area, "leave-notify-event", G_CALLBACK (on_leave), self);
  g_signal_connect (self->area, "scroll-event", G_CALLBACK (on_scroll), self);
}
