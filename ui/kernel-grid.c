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
  return CLAMP (self->pane / MAX (self->size.height, self->size.width), CELL_LEAST, CELL_MOST);
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

/* (transfer full): a cell and its number in words. */
char *
kernel_grid_describe (CnnKernelGrid *self, int row, int column)
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

/* Says what is in the cell with the pointer, or else with the focus. */
void
kernel_grid_update_status (CnnKernelGrid *self)
{
  gboolean         hovers  = self->pointer_row >= 0;
  g_autofree char *focused = kernel_grid_describe (self, self->row, self->column);
  g_autofree char *shown   = hovers ? kernel_grid_describe (self, self->pointer_row,
                                                            self->pointer_column)
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
    kernel_grid_update_status (self);
}

/* --- editing -------------------------------------------------------------- */

void
kernel_grid_change (CnnKernelGrid *self, int row, int column, double value)
{
  double *cell = kernel_grid_value (self, row, column);

  if (*cell == value || self->read_only)
    return;
  *cell = value;
  /* Another strength may change all colours. */
  gtk_widget_queue_draw (self->area);
  kernel_grid_update_status (self);
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

/* What follows is another change. */
void
kernel_grid_end_steps (CnnKernelGrid *self)
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

  if (!isfinite (value) || self->read_only)
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
  kernel_grid_end_steps (self);
  redraw_cell (self, self->row, self->column);
  self->row = CLAMP (row, 0, self->size.height - 1);
  self->column = CLAMP (column, 0, self->size.width - 1);
  redraw_cell (self, self->row, self->column);
  scroll_to (self, cnn_kernel_grid_cell (self, self->row, self->column));
  kernel_grid_update_status (self);
}

/* --- life ----------------------------------------------------------------- */

static void
cnn_kernel_grid_dispose (GObject *object)
{
  CnnKernelGrid *self = CNN_KERNEL_GRID (object);

  kernel_grid_end_steps (self);
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
cnn_kernel_grid_init (CnnKernelGrid *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->pane = PANE;
  self->size = (CnnSize) { 1, 1 };
  self->values = g_new0 (double, 1);
  self->pointer_row = self->pointer_column = -1;
  make_area (self);
  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_container_add (GTK_CONTAINER (self->scroller), self->area);
  gtk_container_add (GTK_CONTAINER (overlay), self->scroller);
  kernel_grid_make_entry (self, GTK_OVERLAY (overlay));
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
  int                most     = self->pane + 2 * MARGIN + 1;

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
  kernel_grid_stop_editing (self, TRUE);
  self->values = g_memdup2 (values, n * sizeof *values);
  g_free (was);
  self->size = size;
  self->row = MIN (self->row, size.height - 1);
  self->column = MIN (self->column, size.width - 1);
  self->pointer_row = self->pointer_column = -1;
  make_room (self);
  gtk_widget_queue_draw (self->area);
  kernel_grid_update_status (self);
}

/**
 * cnn_kernel_grid_set_read_only:
 * @pane: pixels that it may take, up and down
 *
 * Numbers are shown, and nobody edits them.
 */
void
cnn_kernel_grid_set_read_only (CnnKernelGrid *self, int pane)
{
  self->pane = pane;
  self->read_only = TRUE;
  gtk_widget_set_tooltip_text (self->area, NULL);
  make_room (self);
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
