/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arithmetic-grid-private.h"

#include <math.h>

#include "copy-menu.h"
#include "i18n.h"
#include "number-text.h"

enum
{
  CELL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnArithmeticGrid, cnn_arithmetic_grid, GTK_TYPE_DRAWING_AREA)

static void
cnn_arithmetic_grid_style_updated (GtkWidget *widget)
{
  CnnArithmeticGrid *self = CNN_ARITHMETIC_GRID (widget);

  GTK_WIDGET_CLASS (cnn_arithmetic_grid_parent_class)->style_updated (widget);
  g_clear_object (&self->layout);
  g_clear_pointer (&self->colours, cairo_surface_destroy);
  self->cell_width = 0.0;
  if (self->name != NULL)
    cnn_arithmetic_grid_measure (self);
}

/* --- cells ---------------------------------------------------------------- */

static int
cell_at (CnnArithmeticGrid *self, double x, double y)
{
  int column = (int) floor ((x - self->left) / self->cell_width);
  int row    = (int) floor ((y - self->top) / self->cell_height);

  if (self->values == NULL || column < 0 || column >= self->size.width || row < 0 ||
      row >= self->size.height)
    return -1;
  return row * self->size.width + column;
}

static void
describe (CnnArithmeticGrid *self)
{
  AtkObject       *atk = gtk_widget_get_accessible (GTK_WIDGET (self));
  g_autofree char *text = NULL;

  if (self->cell >= 0)
    {
      g_autofree char *number = cnn_number_short (self->values[self->cell]);

      text = g_strdup_printf (_("row %d, column %d: %s"), self->cell / self->size.width + 1,
                              self->cell % self->size.width + 1, number);
    }
  else if (cnn_arithmetic_grid_has_numbers (self))
    {
      GString *rows = g_string_new (NULL);

      for (int i = 0; i < cnn_arithmetic_grid_n_cells (self); i++)
        {
          g_autofree char *number = cnn_number_short (self->values[i]);

          g_string_append_printf (rows, "%s%s", i == 0 ? "" : i % self->size.width ? " " : "; ",
                                  number);
        }
      text = g_string_free (rows, FALSE);
    }
  else
    text = g_strdup_printf (_("%d rows, %d columns"), self->size.height, self->size.width);
  atk_object_set_description (atk, text);
}

/**
 * cnn_arithmetic_grid_set_cell:
 * @index: a cell, or -1 for none
 *
 * Frames a cell, for instance one that is pointed at in another grid.
 */
void
cnn_arithmetic_grid_set_cell (CnnArithmeticGrid *self, int index)
{
  if (index >= cnn_arithmetic_grid_n_cells (self))
    index = -1;
  if (index == self->cell)
    return;
  self->cell = index;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
point_at (CnnArithmeticGrid *self, int index)
{
  if (index == self->cell)
    return;
  cnn_arithmetic_grid_set_cell (self, index);
  g_signal_emit (self, signals[CELL], 0, index);
}

static gboolean
cnn_arithmetic_grid_motion (GtkWidget *widget, GdkEventMotion *event)
{
  CnnArithmeticGrid *self = CNN_ARITHMETIC_GRID (widget);

  point_at (self, cell_at (self, event->x, event->y));
  return FALSE;
}

static gboolean
cnn_arithmetic_grid_leave (GtkWidget *widget, GdkEventCrossing *event)
{
  point_at (CNN_ARITHMETIC_GRID (widget), -1);
  return FALSE;
}

static gboolean
cnn_arithmetic_grid_press (GtkWidget *widget, GdkEventButton *event)
{
  CnnArithmeticGrid *self = CNN_ARITHMETIC_GRID (widget);

  gtk_widget_grab_focus (widget);
  point_at (self, cell_at (self, event->x, event->y));
  return event->button == GDK_BUTTON_PRIMARY;
}

static gboolean
cnn_arithmetic_grid_key (GtkWidget *widget, GdkEventKey *event)
{
  CnnArithmeticGrid *self = CNN_ARITHMETIC_GRID (widget);
  int                row  = MAX (self->cell, 0) / MAX (self->size.width, 1);
  int                column = MAX (self->cell, 0) % MAX (self->size.width, 1);

  if (self->values == NULL || event->state & gtk_accelerator_get_default_mod_mask ())
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Up:
      row--;
      break;
    case GDK_KEY_Down:
      row++;
      break;
    case GDK_KEY_Left:
      column--;
      break;
    case GDK_KEY_Right:
      column++;
      break;
    case GDK_KEY_Escape:
      if (self->cell < 0)
        return FALSE;
      point_at (self, -1);
      return TRUE;
    default:
      return FALSE;
    }
  if (self->cell < 0)
    row = column = 0;
  /* At the edge the key is free to move the focus on. */
  if (row < 0 || row >= self->size.height || column < 0 || column >= self->size.width)
    return FALSE;
  point_at (self, row * self->size.width + column);
  return TRUE;
}

static gboolean
cnn_arithmetic_grid_focus_out (GtkWidget *widget, GdkEventFocus *event)
{
  point_at (CNN_ARITHMETIC_GRID (widget), -1);
  return GTK_WIDGET_CLASS (cnn_arithmetic_grid_parent_class)->focus_out_event (widget, event);
}

/* --- the widget ------------------------------------------------------------ */

static void
cnn_arithmetic_grid_finalize (GObject *object)
{
  CnnArithmeticGrid *self = CNN_ARITHMETIC_GRID (object);

  g_free (self->name);
  g_free (self->sign);
  g_free (self->values);
  g_free (self->outside);
  g_clear_object (&self->layout);
  g_clear_pointer (&self->colours, cairo_surface_destroy);
  G_OBJECT_CLASS (cnn_arithmetic_grid_parent_class)->finalize (object);
}

static void
cnn_arithmetic_grid_class_init (CnnArithmeticGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cnn_arithmetic_grid_finalize;
  widget_class->draw = cnn_arithmetic_grid_draw;
  widget_class->style_updated = cnn_arithmetic_grid_style_updated;
  widget_class->motion_notify_event = cnn_arithmetic_grid_motion;
  widget_class->leave_notify_event = cnn_arithmetic_grid_leave;
  widget_class->button_press_event = cnn_arithmetic_grid_press;
  widget_class->key_press_event = cnn_arithmetic_grid_key;
  widget_class->focus_out_event = cnn_arithmetic_grid_focus_out;
  signals[CELL] = g_signal_new ("cell", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static char *
copy_grid (GtkWidget *widget)
{
  return cnn_arithmetic_grid_to_text (CNN_ARITHMETIC_GRID (widget));
}

static void
cnn_arithmetic_grid_init (CnnArithmeticGrid *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->winner = self->cell = -1;
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_POINTER_MOTION_MASK |
                                   GDK_LEAVE_NOTIFY_MASK | GDK_KEY_PRESS_MASK |
                                   GDK_FOCUS_CHANGE_MASK);
  /* A picture's columns do not turn round with the script. */
  gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  atk_object_set_role (gtk_widget_get_accessible (widget), ATK_ROLE_TABLE);
  cnn_copy_menu_add (widget, copy_grid);
}

/** cnn_arithmetic_grid_new: (transfer floating): without numbers. */
GtkWidget *
cnn_arithmetic_grid_new (void)
{
  return g_object_new (CNN_TYPE_ARITHMETIC_GRID, NULL);
}

/** cnn_arithmetic_grid_set: shows other numbers, which are copied. */
void
cnn_arithmetic_grid_set (CnnArithmeticGrid *self, const CnnGridContent *content)
{
  gsize    n     = (gsize) content->size.height * content->size.width;
  gboolean other = self->values == NULL || content->size.height != self->size.height ||
                   content->size.width != self->size.width ||
                   g_strcmp0 (content->name, self->name) != 0 ||
                   g_strcmp0 (content->sign, self->sign) != 0;

  g_free (self->values);
  g_free (self->outside);
  g_clear_pointer (&self->colours, cairo_surface_destroy);
  self->size = content->size;
  self->values = g_memdup2 (content->values, n * sizeof (double));
  self->outside = content->outside != NULL
                    ? g_memdup2 (content->outside, n * sizeof (gboolean))
                    : g_new0 (gboolean, n);
  self->winner = content->winner;
  self->scale = content->scale;
  if (self->cell >= (int) n)
    self->cell = -1;
  if (other)
    {
      g_free (self->name);
      g_free (self->sign);
      self->name = g_strdup (content->name);
      self->sign = g_strdup (content->sign);
      self->cell_width = 0.0;
    }
  cnn_arithmetic_grid_measure (self);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/** cnn_arithmetic_grid_to_text: (transfer full): its rows, in full precision. */
char *
cnn_arithmetic_grid_to_text (CnnArithmeticGrid *self)
{
  return self->values != NULL ? cnn_numbers_rows (self->size, self->values) : g_strdup ("");
}
