/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arithmetic-grid.h"

#include <math.h>

#include "arithmetic-text.h"
#include "copy-menu.h"
#include "i18n.h"
#include "value-colour.h"

/* Pixels a side that a grid of colours takes, of its largest and smallest. */
#define COLOURS_SIDE  88
#define COLOURS_LEAST 14
#define COLOURS_CELL  14

#define MARGIN 2

struct _CnnArithmeticGrid
{
  GtkDrawingArea   parent_instance;
  char            *name;
  char            *sign;
  CnnSize          size;
  double          *values;
  gboolean        *outside;
  int              winner;
  double           scale;
  int              cell;    /* that is pointed at, or -1 */
  PangoLayout     *layout;
  cairo_surface_t *colours; /* a pixel a cell, where there are no numbers */

  /* Pixels. */
  double           cell_width;
  double           cell_height;
  int              left;
  int              top;
};

enum
{
  CELL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnArithmeticGrid, cnn_arithmetic_grid, GTK_TYPE_DRAWING_AREA)

static int
n_cells (CnnArithmeticGrid *self)
{
  return self->size.height * self->size.width;
}

static gboolean
has_numbers (CnnArithmeticGrid *self)
{
  return self->size.height <= CNN_GRID_NUMBERS && self->size.width <= CNN_GRID_NUMBERS;
}

/* --- measures ------------------------------------------------------------- */

/* A layout with small figures. */
static PangoLayout *
ensure_layout (CnnArithmeticGrid *self)
{
  PangoAttrList *attrs;

  if (self->layout != NULL)
    return self->layout;
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  attrs = pango_attr_list_new ();
  pango_attr_list_insert (attrs, pango_attr_scale_new (0.75));
  pango_attr_list_insert (attrs, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (self->layout, attrs);
  pango_attr_list_unref (attrs);
  return self->layout;
}

static void
text_size (CnnArithmeticGrid *self, const char *text, int *width, int *height)
{
  PangoLayout *layout = ensure_layout (self);

  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, width, height);
}

static void
measure (CnnArithmeticGrid *self)
{
  int width, height, caption, sign = 0;

  if (has_numbers (self))
    {
      text_size (self, "88", &width, &height);
      self->cell_width = MAX (self->cell_width, width + 3.0);
      self->cell_height = height + 4;
      /* Wide enough for its numbers, and for those that there were before: a grid that
       * shrinks and grows while a pointer moves is hard to read. */
      for (int i = 0; i < n_cells (self); i++)
        {
          g_autofree char *number = cnn_number_cell (self->values[i]);

          text_size (self, number, &width, &height);
          self->cell_width = MAX (self->cell_width, width + 3.0);
        }
    }
  else
    {
      double side = MIN ((double) COLOURS_CELL,
                         (double) COLOURS_SIDE / MAX (self->size.width, self->size.height));

      self->cell_width = MAX (side, (double) COLOURS_LEAST / self->size.width);
      self->cell_height = MAX (side, (double) COLOURS_LEAST / self->size.height);
    }
  if (self->sign != NULL)
    {
      text_size (self, self->sign, &sign, &height);
      sign += 4;
    }
  text_size (self, self->name, &caption, &height);
  self->left = MARGIN + sign;
  self->top = MARGIN + height;
  width = (int) ceil (MAX (self->cell_width * self->size.width, (double) caption));
  gtk_widget_set_size_request (GTK_WIDGET (self), self->left + width + MARGIN,
                               self->top + MARGIN +
                                 (int) ceil (self->cell_height * self->size.height));
}

static void
cnn_arithmetic_grid_style_updated (GtkWidget *widget)
{
  CnnArithmeticGrid *self = CNN_ARITHMETIC_GRID (widget);

  GTK_WIDGET_CLASS (cnn_arithmetic_grid_parent_class)->style_updated (widget);
  g_clear_object (&self->layout);
  g_clear_pointer (&self->colours, cairo_surface_destroy);
  self->cell_width = 0.0;
  if (self->name != NULL)
    measure (self);
}

/* --- drawing -------------------------------------------------------------- */

static void
set_colour (cairo_t *cr, const GdkRGBA *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, alpha);
}

static GdkRGBA
cell_colour (CnnArithmeticGrid *self, int i)
{
  return cnn_value_colour (GTK_WIDGET (self), self->values[i], self->scale);
}

static void
draw_text (CnnArithmeticGrid *self, cairo_t *cr, const char *text, double x, double y)
{
  pango_layout_set_text (ensure_layout (self), text, -1);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, self->layout);
}

/* What the padding holds is no part of the map. */
static void
hatch (CnnArithmeticGrid *self, cairo_t *cr, double x, double y, const GdkRGBA *ink)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, self->cell_width, self->cell_height);
  cairo_clip (cr);
  set_colour (cr, ink, 0.28);
  cairo_set_line_width (cr, 1.0);
  for (double t = -self->cell_height; t < self->cell_width; t += 5.0)
    {
      cairo_move_to (cr, x + t, y + self->cell_height);
      cairo_line_to (cr, x + t + self->cell_height, y);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_numbers (CnnArithmeticGrid *self, cairo_t *cr)
{
  for (int i = 0; i < n_cells (self); i++)
    {
      double           x      = self->left + i % self->size.width * self->cell_width;
      double           y      = self->top + i / self->size.width * self->cell_height;
      GdkRGBA          colour = cell_colour (self, i);
      GdkRGBA          ink    = cnn_ink_colour (&colour);
      g_autofree char *number = cnn_number_cell (self->values[i]);
      int              width, height;

      set_colour (cr, &colour, 1.0);
      cairo_rectangle (cr, x, y, self->cell_width - 1, self->cell_height - 1);
      cairo_fill (cr);
      if (self->outside[i])
        hatch (self, cr, x, y, &ink);
      text_size (self, number, &width, &height);
      set_colour (cr, &ink, self->outside[i] ? 0.6 : 1.0);
      draw_text (self, cr, number, x + MAX ((self->cell_width - 1 - width) / 2, 0.0),
                 y + (self->cell_height - 1 - height) / 2);
    }
}

static void
ensure_colours (CnnArithmeticGrid *self)
{
  GdkRGBA ink = cnn_page_colour (GTK_WIDGET (self));
  guint8 *pixels;
  int     stride;

  if (self->colours != NULL)
    return;
  ink = cnn_ink_colour (&ink);
  self->colours = cairo_image_surface_create (CAIRO_FORMAT_RGB24, self->size.width,
                                              self->size.height);
  pixels = cairo_image_surface_get_data (self->colours);
  stride = cairo_image_surface_get_stride (self->colours);
  for (int i = 0; i < n_cells (self); i++)
    {
      GdkRGBA colour = cell_colour (self, i);

      if (self->outside[i])
        colour = cnn_mix_colours (&colour, &ink, 0.3);
      ((guint32 *) (pixels + i / self->size.width * stride))[i % self->size.width] =
        (guint32) (255.0 * colour.red) << 16 | (guint32) (255.0 * colour.green) << 8 |
        (guint32) (255.0 * colour.blue);
    }
  cairo_surface_mark_dirty (self->colours);
}

static void
draw_colours (CnnArithmeticGrid *self, cairo_t *cr)
{
  ensure_colours (self);
  cairo_save (cr);
  cairo_translate (cr, self->left, self->top);
  cairo_scale (cr, self->cell_width, self->cell_height);
  cairo_set_source_surface (cr, self->colours, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (cr), self->cell_width >= 1.0 ? CAIRO_FILTER_NEAREST
                                                                           : CAIRO_FILTER_GOOD);
  cairo_rectangle (cr, 0.0, 0.0, self->size.width, self->size.height);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
frame_cell (CnnArithmeticGrid *self, cairo_t *cr, int i, double width, const GdkRGBA *colour)
{
  double wide = MAX (self->cell_width, 4.0), high = MAX (self->cell_height, 4.0);

  if (i < 0 || i >= n_cells (self))
    return;
  set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, width);
  cairo_rectangle (cr, self->left + i % self->size.width * self->cell_width - 0.5,
                   self->top + i / self->size.width * self->cell_height - 0.5, wide, high);
  cairo_stroke (cr);
}

static gboolean
cnn_arithmetic_grid_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnArithmeticGrid *self  = CNN_ARITHMETIC_GRID (widget);
  GtkStyleContext   *style = gtk_widget_get_style_context (widget);
  GdkRGBA            text, accent = { 0.95, 0.60, 0.0, 1.0 };
  int                width, height;

  if (self->values == NULL)
    return FALSE;
  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &text);
  set_colour (cr, &text, 0.7);
  draw_text (self, cr, self->name, self->left, 1);
  if (self->sign != NULL)
    {
      text_size (self, self->sign, &width, &height);
      set_colour (cr, &text, 1.0);
      draw_text (self, cr, self->sign, MARGIN,
                 self->top + (self->cell_height * self->size.height - height) / 2);
    }
  if (has_numbers (self))
    draw_numbers (self, cr);
  else
    draw_colours (self, cr);
  set_colour (cr, &text, 0.35);
  cairo_set_line_width (cr, 1.0);
  cairo_rectangle (cr, self->left - 0.5, self->top - 0.5, self->cell_width * self->size.width,
                   self->cell_height * self->size.height);
  cairo_stroke (cr);
  frame_cell (self, cr, self->winner, 2.5, &accent);
  frame_cell (self, cr, self->cell, 1.5, &text);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (style, cr, 0, 0, gtk_widget_get_allocated_width (widget),
                      gtk_widget_get_allocated_height (widget));
  return FALSE;
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
  else if (has_numbers (self))
    {
      GString *rows = g_string_new (NULL);

      for (int i = 0; i < n_cells (self); i++)
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
  if (index >= n_cells (self))
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
  measure (self);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/** cnn_arithmetic_grid_to_text: (transfer full): its rows, in full precision. */
char *
cnn_arithmetic_grid_to_text (CnnArithmeticGrid *self)
{
  return self->values != NULL ? cnn_numbers_rows (self->size, self->values) : g_strdup ("");
}
