/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-grid-private.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "kernel-paint.h"
#include "kernel-text.h"
#include "number.h"

/* Pixels: what a matrix may take of a pane, and sides of a cell. */
#define PANE       300
#define CELL_MOST  40
#define CELL_LEAST 4
/* Milliseconds after which the wheel has come to rest. */
#define REST_MS 500

enum
{
  CHANGED,
  BEGIN,
  END,
  COPY,
  PASTE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnKernelGrid, cnn_kernel_grid, GTK_TYPE_BOX)

/* --- geometry ------------------------------------------------------------- */

int
kernel_grid_side (CnnKernelGrid *self)
{
  return CLAMP (PANE / MAX (self->size.height, self->size.width), CELL_LEAST, CELL_MOST);
}

gboolean
kernel_grid_cell_at (CnnKernelGrid *self, double x, double y, int *row, int *column)
{
  int side = kernel_grid_side (self);

  *row = (int) floor ((y - MARGIN) / side);
  *column = (int) floor ((x - MARGIN) / side);
  return *row >= 0 && *column >= 0 && *row < self->size.height && *column < self->size.width;
}

/**
 * cnn_kernel_grid_cell:
 *
 * Returns: where that cell is in the drawing, in pixels
 */
CnnRect
cnn_kernel_grid_cell (CnnKernelGrid *self, int row, int column)
{
  int side = kernel_grid_side (self);

  return (CnnRect) { MARGIN + column * side, MARGIN + row * side, side, side };
}

double *
kernel_grid_value (CnnKernelGrid *self, int row, int column)
{
  return &self->values[(gsize) row * self->size.width + column];
}

/* --- what is said --------------------------------------------------------- */

static char *
describe (CnnKernelGrid *self, int row, int column)
{
  g_autoptr (GString) number = g_string_new (NULL);

  cnn_number_append (number, *kernel_grid_value (self, row, column));
  if (*number->str == '-')
    {
      g_string_erase (number, 0, 1);
      g_string_prepend (number, "−");
    }
  return g_strdup_printf (_("Row %d, column %d: %s"), row + 1, column + 1, number->str);
}

static void
update_status (CnnKernelGrid *self)
{
  gboolean         hovers  = self->pointer_row >= 0;
  g_autofree char *focused = describe (self, self->row, self->column);
  g_autofree char *shown   = hovers ? describe (self, self->pointer_row, self->pointer_column)
                                    : g_strdup (focused);

  gtk_label_set_text (GTK_LABEL (self->status), shown);
  atk_object_set_name (gtk_widget_get_accessible (self->area), focused);
}

static void
redraw_cell (CnnKernelGrid *self, int row, int column)
{
  CnnRect cell = cnn_kernel_grid_cell (self, row, column);

  gtk_widget_queue_draw_area (self->area, cell.x - MARGIN, cell.y - MARGIN,
                              cell.width + 2 * MARGIN, cell.height + 2 * MARGIN);
}

/* The pointer is on that cell; −1 for none. */
void
kernel_grid_set_pointer (CnnKernelGrid *self, int row, int column)
{
  if (self->pointer_row == row && self->pointer_column == column)
    return;
  self->pointer_row = row;
  self->pointer_column = column;
  if (!kernel_grid_is_editing (self))
    update_status (self);
}

/* --- editing -------------------------------------------------------------- */

void
kernel_grid_change (CnnKernelGrid *self, int row, int column, double value)
{
  double *cell = kernel_grid_value (self, row, column);

  if (*cell == value)
    return;
  *cell = value;
  /* Another strength may change all colours. */
  gtk_widget_queue_draw (self->area);
  update_status (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
on_rest (gpointer data)
{
  CnnKernelGrid *self = data;

  self->rest_id = 0;
  g_signal_emit (self, signals[END], 0);
  return G_SOURCE_REMOVE;
}

static void
end_steps (CnnKernelGrid *self)
{
  if (self->rest_id == 0)
    return;
  g_source_remove (self->rest_id);
  on_rest (self);
}

/* 1 among whole numbers, else a tenth of the largest one's first digit. */
static double
sensible_step (CnnKernelGrid *self)
{
  gsize    n        = (gsize) self->size.height * self->size.width;
  double   strength = cnn_kernel_strength (self->values, n);
  gboolean whole    = TRUE;

  for (gsize i = 0; i < n && whole; i++)
    whole = self->values[i] == rint (self->values[i]);
  return whole || strength == 0.0 ? 1.0 : pow (10.0, floor (log10 (strength)) - 1.0);
}

/* Steps that follow each other are one change. */
void
kernel_grid_step (CnnKernelGrid *self, int row, int column, int direction)
{
  char   buffer[G_ASCII_DTOSTR_BUF_SIZE];
  double value = *kernel_grid_value (self, row, column) + direction * sensible_step (self);

  if (!isfinite (value))
    return;
  /* 0.3, not 0.30000000000000004. */
  g_ascii_formatd (buffer, sizeof buffer, "%.12g", value);
  value = g_ascii_strtod (buffer, NULL);
  if (self->rest_id > 0)
    g_source_remove (self->rest_id);
  else
    g_signal_emit (self, signals[BEGIN], 0);
  self->rest_id = g_timeout_add (REST_MS, on_rest, self);
  kernel_grid_change (self, row, column, value == 0.0 ? 0.0 : value);
}

gboolean
kernel_grid_is_editing (CnnKernelGrid *self)
{
  return gtk_widget_get_visible (self->entry);
}

static void
stop_editing (CnnKernelGrid *self, gboolean keep_focus)
{
  if (!kernel_grid_is_editing (self))
    return;
  gtk_style_context_remove_class (gtk_widget_get_style_context (self->entry), "error");
  if (keep_focus)
    gtk_widget_grab_focus (self->area);
  gtk_widget_hide (self->entry);
  update_status (self);
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
  stop_editing (self, keep_focus);
  kernel_grid_change (self, self->row, self->column, value);
  return TRUE;
}

void
kernel_grid_edit (CnnKernelGrid *self, const char *text)
{
  g_autoptr (GString) number = g_string_new (NULL);
  g_autofree char    *name   = describe (self, self->row, self->column);

  end_steps (self);
  cnn_number_append (number, *kernel_grid_value (self, self->row, self->column));
  gtk_entry_set_text (GTK_ENTRY (self->entry), text ? text : number->str);
  atk_object_set_name (gtk_widget_get_accessible (self->entry), name);
  gtk_widget_show (self->entry);
  gtk_widget_grab_focus (self->entry);
  if (text)
    gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  gtk_widget_queue_resize (self->area);
}

/* --- focus ---------------------------------------------------------------- */

static void
scroll_to (CnnKernelGrid *self, CnnRect cell)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (self->scroller);

  gtk_adjustment_clamp_page (gtk_scrolled_window_get_hadjustment (scroller), cell.x - MARGIN,
                             cell.x + cell.width + MARGIN);
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (scroller), cell.y - MARGIN,
                             cell.y + cell.height + MARGIN);
}

/**
 * cnn_kernel_grid_focus:
 * @row: a row
 * @column: and a column; cut to what there is
 *
 * Makes that cell the one that the keyboard edits.
 */
void
cnn_kernel_grid_focus (CnnKernelGrid *self, int row, int column)
{
  end_steps (self);
  redraw_cell (self, self->row, self->column);
  self->row = CLAMP (row, 0, self->size.height - 1);
  self->column = CLAMP (column, 0, self->size.width - 1);
  redraw_cell (self, self->row, self->column);
  scroll_to (self, cnn_kernel_grid_cell (self, self->row, self->column));
  update_status (self);
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
      stop_editing (self, TRUE);
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
    stop_editing (self, FALSE);
  return FALSE;
}

/* --- places ---------------------------------------------------------------- */

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

/* --- life ----------------------------------------------------------------- */

static void
cnn_kernel_grid_dispose (GObject *object)
{
  CnnKernelGrid *self = CNN_KERNEL_GRID (object);

  end_steps (self);
  G_OBJECT_CLASS (cnn_kernel_grid_parent_class)->dispose (object);
}

static void
cnn_kernel_grid_finalize (GObject *object)
{
  g_free (CNN_KERNEL_GRID (object)->values);
  G_OBJECT_CLASS (cnn_kernel_grid_parent_class)->finalize (object);
}

static void
cnn_kernel_grid_class_init (CnnKernelGridClass *klass)
{
  const char *const names[N_SIGNALS] = { "changed", "begin", "end", "copy", "paste" };
  GObjectClass     *object_class     = G_OBJECT_CLASS (klass);

  object_class->dispose = cnn_kernel_grid_dispose;
  object_class->finalize = cnn_kernel_grid_finalize;
  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static void
make_area (CnnKernelGrid *self)
{
  self->area = gtk_drawing_area_new ();
  gtk_widget_set_can_focus (self->area, TRUE);
  /* Pictures are not mirrored anywhere, and −1 is not written 1−. */
  gtk_widget_set_direction (self->area, GTK_TEXT_DIR_LTR);
  gtk_widget_set_halign (self->area, GTK_ALIGN_START);
  gtk_widget_set_valign (self->area, GTK_ALIGN_START);
  gtk_widget_add_events (self->area, GDK_BUTTON_PRESS_MASK | GDK_POINTER_MOTION_MASK |
                                     GDK_LEAVE_NOTIFY_MASK | GDK_SCROLL_MASK | GDK_KEY_PRESS_MASK |
                                     GDK_FOCUS_CHANGE_MASK);
  gtk_widget_set_tooltip_text (self->area, _("Click a number and type; Ctrl and the arrows up and "
                                             "down, or the wheel, change it by steps"));
  g_signal_connect (self->area, "draw", G_CALLBACK (kernel_grid_draw), self);
  g_signal_connect (self->area, "notify::has-focus", G_CALLBACK (gtk_widget_queue_draw), NULL);
  kernel_grid_listen (self);
}

static void
make_entry (CnnKernelGrid *self)
{
  self->entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->entry), 8);
  gtk_entry_set_alignment (GTK_ENTRY (self->entry), 0.5);
  gtk_widget_set_no_show_all (self->entry, TRUE);
  g_signal_connect (self->entry, "key-press-event", G_CALLBACK (on_entry_key), self);
  g_signal_connect (self->entry, "focus-out-event", G_CALLBACK (on_entry_focus_out), self);
}

static void
cnn_kernel_grid_init (CnnKernelGrid *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->size = (CnnSize) { 1, 1 };
  self->values = g_new0 (double, 1);
  self->pointer_row = self->pointer_column = -1;
  make_area (self);
  make_entry (self);
  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_container_add (GTK_CONTAINER (self->scroller), self->area);
  gtk_container_add (GTK_CONTAINER (overlay), self->scroller);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->entry);
  g_signal_connect (overlay, "get-child-position", G_CALLBACK (on_child_position), self);
  gtk_widget_set_halign (overlay, GTK_ALIGN_CENTER);

  self->status = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->status), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->status), "dim-label");

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 2);
  gtk_box_pack_start (GTK_BOX (self), overlay, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->status, FALSE, FALSE, 0);
  gtk_widget_show_all (overlay);
  gtk_widget_show (self->status);
  cnn_kernel_grid_set (self, self->size, self->values);
}

/* All of the matrix is seen where it does not take more than the pane. */
static void
make_room (CnnKernelGrid *self)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (self->scroller);
  int                side     = kernel_grid_side (self);
  int                width    = side * self->size.width + 2 * MARGIN + 1;
  int                height   = side * self->size.height + 2 * MARGIN + 1;
  int                most     = PANE + 2 * MARGIN + 1;

  gtk_widget_set_size_request (self->area, width, height);
  gtk_scrolled_window_set_policy (scroller, width > most ? GTK_POLICY_ALWAYS : GTK_POLICY_NEVER,
                                  height > most ? GTK_POLICY_ALWAYS : GTK_POLICY_NEVER);
  gtk_widget_set_size_request (self->scroller, MIN (width, most), MIN (height, most));
}

/** cnn_kernel_grid_new: (transfer floating): a 1×1 matrix */
GtkWidget *
cnn_kernel_grid_new (void)
{
  return g_object_new (CNN_TYPE_KERNEL_GRID, NULL);
}

/**
 * cnn_kernel_grid_set:
 * @size: rows and columns, 1 or more
 * @values: [size.height][size.width]; copied
 *
 * Shows another matrix; the cell with the focus stays where it can.
 */
void
cnn_kernel_grid_set (CnnKernelGrid *self, CnnSize size, const double *values)
{
  gsize    n    = (gsize) size.height * size.width;
  gboolean same = size.height == self->size.height && size.width == self->size.width;
  double  *was  = self->values;

  g_return_if_fail (size.height > 0 && size.width > 0);
  /* What a person is writing is not disturbed by the number's own old value. */
  if (same && values != was && memcmp (was, values, n * sizeof *values) == 0)
    return;
  stop_editing (self, TRUE);
  self->values = g_memdup2 (values, n * sizeof *values);
  g_free (was);
  self->size = size;
  self->row = MIN (self->row, size.height - 1);
  self->column = MIN (self->column, size.width - 1);
  self->pointer_row = self->pointer_column = -1;
  make_room (self);
  gtk_widget_queue_draw (self->area);
  update_status (self);
}

/**
 * cnn_kernel_grid_values:
 * @size: (out) (optional): rows and columns
 *
 * Returns: (transfer none): [size.height][size.width], until it changes
 */
const double *
cnn_kernel_grid_values (CnnKernelGrid *self, CnnSize *size)
{
  if (size)
    *size = self->size;
  return self->values;
}
