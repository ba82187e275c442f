/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap-row.h"

#define LINE_GAP 4

struct _CnnWrapRow
{
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (CnnWrapRow, cnn_wrap_row, GTK_TYPE_BOX)

/* Walks through the children; gives them their places where @origin is given. Returns
 * the height that the lines take. */
static int
lay_out (CnnWrapRow *self, int width, const GtkAllocation *origin)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self));
  int               gap = gtk_box_get_spacing (GTK_BOX (self));
  int               x = 0, y = 0, line = 0;

  for (GList *l = children; l != NULL; l = l->next)
    {
      GtkRequisition size;

      if (!gtk_widget_get_visible (l->data))
        continue;
      gtk_widget_get_preferred_size (l->data, &size, NULL);
      if (x > 0 && x + size.width > width)
        {
          x = 0;
          y += line + LINE_GAP;
          line = 0;
        }
      if (origin != NULL)
        gtk_widget_size_allocate (l->data, &(GtkAllocation) { origin->x + x, origin->y + y,
                                                              size.width, size.height });
      x += size.width + gap;
      line = MAX (line, size.height);
    }
  return y + line;
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

GtkWidget *
cnn_wrap_row_new (void)
{
  return g_object_new (CNN_TYPE_WRAP_ROW, NULL);
}
