/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap-row.h"

#define LINE_GAP 4

struct _CnnWrapRow
{
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (CnnWrapRow, cnn_wrap_row, GTK_TYPE_BOX)

/* Where text goes from right to left, the formula as a whole stands on the right. */
static int
line_start (CnnWrapRow *self, int width, int line_width)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (parent == NULL || gtk_widget_get_direction (parent) != GTK_TEXT_DIR_RTL)
    return 0;
  return MAX (width - line_width, 0);
}

/* The children of a line, from @first on, as many as fit into @width; at least one. */
static GList *
measure_line (GList *first, int gap, int width, GtkRequisition *size)
{
  GList *l;

  *size = (GtkRequisition) { 0, 0 };
  for (l = first; l != NULL; l = l->next)
    {
      GtkRequisition child;
      int            before = size->width > 0 ? size->width + gap : 0;

      if (!gtk_widget_get_visible (l->data))
        continue;
      gtk_widget_get_preferred_size (l->data, &child, NULL);
      if (before > 0 && before + child.width > width)
        break;
      size->width = before + child.width;
      size->height = MAX (size->height, child.height);
    }
  return l;
}

static void
place_line (GList *first, GList *end, int gap, int x, int y)
{
  for (GList *l = first; l != end; l = l->next)
    {
      GtkRequisition child;

      if (!gtk_widget_get_visible (l->data))
        continue;
      gtk_widget_get_preferred_size (l->data, &child, NULL);
      gtk_widget_size_allocate (l->data, &(GtkAllocation) { x, y, child.width, child.height });
      x += child.width + gap;
    }
}

/* Gives the children their places where @origin is given. Returns the height that the
 * lines take. */
static int
lay_out (CnnWrapRow *self, int width, const GtkAllocation *origin)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self));
  int               gap      = gtk_box_get_spacing (GTK_BOX (self));
  int               y        = 0;

  for (GList *first = children, *end; first != NULL; first = end)
    {
      GtkRequisition line;

      end = measure_line (first, gap, width, &line);
      y += y > 0 ? LINE_GAP : 0;
      if (origin != NULL)
        place_line (first, end, gap, origin->x + line_start (self, width, line.width),
                    origin->y + y);
      y += line.height;
    }
  return y;
}

static GtkSizeRequestMode
cnn_wrap_row_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
cnn_wrap_row_width (GtkWidget *widget, int *minimum, int *natural)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (widget));
  int               gap = gtk_box_get_spacing (GTK_BOX (widget));

  *minimum = *natural = 0;
  for (GList *l = children; l != NULL; l = l->next)
    {
      GtkRequisition size;

      if (!gtk_widget_get_visible (l->data))
        continue;
      gtk_widget_get_preferred_size (l->data, &size, NULL);
      *minimum = MAX (*minimum, size.width);
      *natural += size.width + (*natural > 0 ? gap : 0);
    }
}

static void
cnn_wrap_row_width_for_height (GtkWidget *widget, int height, int *minimum, int *natural)
{
  cnn_wrap_row_width (widget, minimum, natural);
}

static void
cnn_wrap_row_height_for_width (GtkWidget *widget, int width, int *minimum, int *natural)
{
  *minimum = *natural = lay_out (CNN_WRAP_ROW (widget), width, NULL);
}

static void
cnn_wrap_row_height (GtkWidget *widget, int *minimum, int *natural)
{
  *minimum = *natural = lay_out (CNN_WRAP_ROW (widget), G_MAXINT / 2, NULL);
}

static void
cnn_wrap_row_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  gtk_widget_set_allocation (widget, allocation);
  lay_out (CNN_WRAP_ROW (widget), allocation->width, allocation);
  gtk_widget_set_clip (widget, allocation);
}

/* A box would draw a frame and background where it has put itself. */
static gboolean
cnn_wrap_row_draw (GtkWidget *widget, cairo_t *cr)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (widget));

  for (GList *l = children; l != NULL; l = l->next)
    gtk_container_propagate_draw (GTK_CONTAINER (widget), l->data, cr);
  return FALSE;
}

static void
cnn_wrap_row_class_init (CnnWrapRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->get_request_mode = cnn_wrap_row_mode;
  widget_class->get_preferred_width = cnn_wrap_row_width;
  widget_class->get_preferred_width_for_height = cnn_wrap_row_width_for_height;
  widget_class->get_preferred_height = cnn_wrap_row_height;
  widget_class->get_preferred_height_for_width = cnn_wrap_row_height_for_width;
  widget_class->draw = cnn_wrap_row_draw;
  widget_class->size_allocate = cnn_wrap_row_allocate;
}

static void
cnn_wrap_row_init (CnnWrapRow *self)
{
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  gtk_box_set_spacing (GTK_BOX (self), 2);
}

/** cnn_wrap_row_new: (transfer floating): an empty row. */
GtkWidget *
cnn_wrap_row_new (void)
{
  return g_object_new (CNN_TYPE_WRAP_ROW, NULL);
}
