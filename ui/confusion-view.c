/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "confusion-view.h"

#include <math.h>

#include "i18n.h"
#include "value-colour.h"

#define MOST_SIDE  64
#define MOST_NAME  110 /* pixels of a row's name */
/* Cells from which counts can be read in. */
#define COUNT_SIDE 22

struct _CnnConfusionView
{
  GtkDrawingArea parent_instance;
  guint          n;
  gsize         *counts; /* [n][n] */
  gsize         *totals; /* [n], of the rows */
  char         **names;  /* [n] */
  int            row;    /* chosen; −1: none */
  int            column;

  /* Of the picture that was drawn. */
  double         left;
  double         top;
  double         side;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnConfusionView, cnn_confusion_view, GTK_TYPE_DRAWING_AREA)

/* --- drawing ---------------------------------------------------------------------------- */

static PangoLayout *
text_layout (GtkWidget *widget, const char *text, double scale)
{
  PangoLayout   *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList *attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_scale_new (scale));
  pango_layout_set_attributes (layout, attrs);
  pango_attr_list_unref (attrs);
  return layout;
}

/* Text whose middle or end is at (x, y). */
static void
draw_text (GtkWidget *widget, cairo_t *cr, const char *text, double scale, double x, double y,
           double right, double most)
{
  g_autoptr (PangoLayout) layout = text_layout (widget, text, scale);
  int                     width, height;

  if (most > 0.0)
    {
      pango_layout_set_width (layout, (int) (most * PANGO_SCALE));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    }
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, x - width * right, y - height / 2.0);
  pango_cairo_show_layout (cr, layout);
}

/* The pixels that the longest name takes, as far as it may. */
static double
name_width (CnnConfusionView *self)
{
  int most = 0;

  for (guint i = 0; i < self->n; i++)
    {
      g_autoptr (PangoLayout) layout = text_layout (GTK_WIDGET (self), self->names[i],
                                                    PANGO_SCALE_SMALL);
      int                     width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      most = MAX (most, width);
    }
  return MIN (most, MOST_NAME);
}

static double
share_of (const CnnConfusionView *self, guint row, guint column)
{
  if (self->totals[row] == 0)
    return 0.0;
  return (double) self->counts[row * self->n + column] / (double) self->totals[row];
}

/* What is right is blue, what is not is red; few mistakes shall be seen too. */
static GdkRGBA
cell_colour (const CnnConfusionView *self, const GdkRGBA *page, guint row, guint column)
{
  double share = share_of (self, row, column);

  return cnn_value_colour_on (page, row == column ? -share * 0.75 : sqrt (share), 1.0);
}

static void
draw_cell (CnnConfusionView *self, cairo_t *cr, const GdkRGBA *page, guint row, guint column)
{
  GdkRGBA colour = cell_colour (self, page, row, column), ink = cnn_ink_colour (&colour);
  gsize   count = self->counts[row * self->n + column];
  double  x = self->left + column * self->side, y = self->top + row * self->side;

  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_rectangle (cr, x + 0.5, y + 0.5, self->side - 1.0, self->side - 1.0);
  cairo_fill (cr);
  if (count > 0 && self->side >= COUNT_SIDE)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GSIZE_FORMAT, count);

      gdk_cairo_set_source_rgba (cr, &ink);
      draw_text (GTK_WIDGET (self), cr, text, count > 999 ? PANGO_SCALE_X_SMALL
                                                          : PANGO_SCALE_SMALL,
                 x + self->side / 2.0, y + self->side / 2.0, 0.5, 0.0);
    }
}

static void
draw_names (CnnConfusionView *self, cairo_t *cr, const GdkRGBA *ink)
{
  GtkWidget *widget = GTK_WIDGET (self);
  double     width = name_width (self);
  gboolean   upright = width > self->side - 4.0;

  gdk_cairo_set_source_rgba (cr, ink);
  for (guint i = 0; i < self->n && self->side >= 10.0; i++)
    {
      double middle = (i + 0.5) * self->side;

      draw_text (widget, cr, self->names[i], PANGO_SCALE_SMALL, self->left - 6.0,
                 self->top + middle, 1.0, MOST_NAME);
      cairo_save (cr);
      cairo_translate (cr, self->left + middle, self->top - 6.0);
      if (upright)
        {
          cairo_rotate (cr, -G_PI / 2.0);
          draw_text (widget, cr, self->names[i], PANGO_SCALE_SMALL, 0.0, 0.0, 0.0, MOST_NAME);
        }
      else
        draw_text (widget, cr, self->names[i], PANGO_SCALE_SMALL, 0.0, -6.0, 0.5, 0.0);
      cairo_restore (cr);
    }
}

static void
place (CnnConfusionView *self)
{
  double width = gtk_widget_get_allocated_width (GTK_WIDGET (self));
  double height = gtk_widget_get_allocated_height (GTK_WIDGET (self));
  double name = name_width (self);

  self->left = name + 10.0;
  self->side = MIN (MOST_SIDE, (width - self->left - 2.0) / self->n);
  self->top = name > self->side - 4.0 ? name + 10.0 : 22.0;
  self->side = floor (MAX (MIN (self->side, (height - self->top - 2.0) / self->n), 2.0));
}

static gboolean
confusion_view_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnConfusionView *self = CNN_CONFUSION_VIEW (widget);
  GtkStyleContext  *style = gtk_widget_get_style_context (widget);
  GdkRGBA           page = cnn_page_colour (widget), ink;

  if (self->n == 0)
    return FALSE;
  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &ink);
  place (self);
  draw_names (self, cr, &ink);
  for (guint row = 0; row < self->n; row++)
    for (guint column = 0; column < self->n; column++)
      draw_cell (self, cr, &page, row, column);
  if (self->row >= 0)
    {
      gdk_cairo_set_source_rgba (cr, &ink);
      cairo_set_line_width (cr, 2.0);
      cairo_rectangle (cr, self->left + self->column * self->side,
                       self->top + self->row * self->side, self->side, self->side);
      cairo_stroke (cr);
    }
  return FALSE;
}

/* --- what a person does ----------------------------------------------------------------- */

static gboolean
find_cell (const CnnConfusionView *self, double x, double y, int *row, int *column)
{
  if (self->n == 0 || self->side <= 0.0)
    return FALSE;
  *row = (int) floor ((y - self->top) / self->side);
  *column = (int) floor ((x - self->left) / self->side);
  return *row >= 0 && *row < (int) self->n && *column >= 0 && *column < (int) self->n;
}

/* (transfer full): what a cell says. */
static char *
cell_text (const CnnConfusionView *self, int row, int column)
{
  gsize count = self->counts[(guint) row * self->n + (guint) column];

  if (row == column)
    return g_strdup_printf (_("%s: %u of %u told right (%.1f %%)"), self->names[row],
                            (guint) count, (guint) self->totals[row],
                            100.0 * share_of (self, (guint) row, (guint) column));
  return g_strdup_printf (_("%s taken for %s: %u of %u (%.1f %%)"), self->names[row],
                          self->names[column], (guint) count, (guint) self->totals[row],
                          100.0 * share_of (self, (guint) row, (guint) column));
}

static void
choose (CnnConfusionView *self, int row, int column)
{
  self->row = row;
  self->column = column;
  if (row >= 0)
    {
      g_autofree char *text = cell_text (self, row, column);

      atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self)), text);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[CHOSEN], 0, row, column);
}

static gboolean
confusion_view_press (GtkWidget *widget, GdkEventButton *event)
{
  CnnConfusionView *self = CNN_CONFUSION_VIEW (widget);
  int               row, column;

  gtk_widget_grab_focus (widget);
  if (!find_cell (self, event->x, event->y, &row, &column) ||
      (row == self->row && column == self->column))
    choose (self, -1, -1);
  else
    choose (self, row, column);
  return TRUE;
}

static gboolean
confusion_view_key (GtkWidget *widget, GdkEventKey *event)
{
  CnnConfusionView *self = CNN_CONFUSION_VIEW (widget);
  int               last = (int) self->n - 1;
  int               down = (event->keyval == GDK_KEY_Down) - (event->keyval == GDK_KEY_Up);
  int               right = (event->keyval == GDK_KEY_Right) - (event->keyval == GDK_KEY_Left);

  if (self->n == 0 || (down == 0 && right == 0))
    return GDK_EVENT_PROPAGATE;
  if (self->row < 0)
    choose (self, 0, 0);
  else
    choose (self, CLAMP (self->row + down, 0, last), CLAMP (self->column + right, 0, last));
  return GDK_EVENT_STOP;
}

static gboolean
confusion_view_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                              GtkTooltip *tooltip)
{
  CnnConfusionView *self = CNN_CONFUSION_VIEW (widget);
  g_autofree char  *text = NULL;
  int               row, column;

  if (!find_cell (self, x, y, &row, &column))
    return FALSE;
  text = cell_text (self, row, column);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* --- the object ------------------------------------------------------------------------- */

static void
clear (CnnConfusionView *self)
{
  g_clear_pointer (&self->counts, g_free);
  g_clear_pointer (&self->totals, g_free);
  g_clear_pointer (&self->names, g_strfreev);
  self->n = 0;
  self->row = self->column = -1;
}

/**
 * cnn_confusion_view_show:
 * @evaluation: (nullable): what to show; copied
 * @names: (nullable): of the classes, [n_classes]; %NULL: their numbers
 */
void
cnn_confusion_view_show (CnnConfusionView *self, const CnnEvaluation *evaluation,
                         const char *const *names)
{
  clear (self);
  if (evaluation)
    {
      guint n = self->n = evaluation->n_classes;

      self->counts = g_memdup2 (evaluation->confusion, (gsize) n * n * sizeof (gsize));
      self->totals = g_new0 (gsize, n);
      self->names = g_new0 (char *, (gsize) n + 1);
      for (guint i = 0; i < n; i++)
        {
          self->names[i] = names ? g_strdup (names[i]) : g_strdup_printf ("%u", i);
          for (guint k = 0; k < n; k++)
            self->totals[i] += self->counts[i * n + k];
        }
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cnn_confusion_view_finalize (GObject *object)
{
  clear (CNN_CONFUSION_VIEW (object));
  G_OBJECT_CLASS (cnn_confusion_view_parent_class)->finalize (object);
}

static void
cnn_confusion_view_class_init (CnnConfusionViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cnn_confusion_view_finalize;
  widget_class->draw = confusion_view_draw;
  widget_class->button_press_event = confusion_view_press;
  widget_class->key_press_event = confusion_view_key;
  widget_class->query_tooltip = confusion_view_query_tooltip;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
}

static void
cnn_confusion_view_init (CnnConfusionView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->row = self->column = -1;
  atk_object_set_name (gtk_widget_get_accessible (widget), _("What was taken for what"));
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_KEY_PRESS_MASK);
  gtk_widget_set_size_request (widget, 280, 280);
}

/** cnn_confusion_view_new: (transfer full): nothing yet. */
GtkWidget *
cnn_confusion_view_new (void)
{
  return g_object_new (CNN_TYPE_CONFUSION_VIEW, NULL);
}
