/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels-strip.h"

#include <math.h>

#include "i18n.h"
#include "value-colour.h"

#define GAP        4
#define LEAST_SIDE 14
#define MOST_SIDE  40

struct _CnnKernelsStrip
{
  GtkDrawingArea parent_instance;
  CnnTensor     *kernels; /* (nullable): [maps][rows][columns][depth] */
};

G_DEFINE_FINAL_TYPE (CnnKernelsStrip, cnn_kernels_strip, GTK_TYPE_DRAWING_AREA)

/* The largest side at which all of them fit into the rows, if any; and how many to a row. */
static int
find_side (int n, int width, int height, int *columns)
{
  int side = MOST_SIDE;

  for (; side > LEAST_SIDE; side--)
    {
      int rows = (height + GAP) / (side + GAP);

      *columns = MAX ((width + GAP) / (side + GAP), 1);
      if (rows * *columns >= n)
        break;
    }
  *columns = MAX ((width + GAP) / (side + GAP), 1);
  return side;
}

static double
greatest (const CnnTensor *kernels)
{
  double most = 0.0;

  for (gsize i = 0; i < cnn_tensor_length (kernels); i++)
    most = MAX (most, fabs ((double) kernels->values[i]));
  return most > 0.0 ? most : 1.0;
}

/* A weight's colour: as red, green and blue where it has those, 0 in the middle; else the mean
 * over what it reads, by its sign. @weights: [depth] */
static GdkRGBA
colour_of (const float *weights, int depth, double scale, const GdkRGBA *page)
{
  double sum = 0.0;

  if (depth == 3)
    return (GdkRGBA) { 0.5 + weights[0] / scale / 2.0, 0.5 + weights[1] / scale / 2.0,
                       0.5 + weights[2] / scale / 2.0, 1.0 };
  for (int c = 0; c < depth; c++)
    sum += weights[c];
  return cnn_value_colour_on (page, sum / depth, scale);
}

static void
draw_kernel (cairo_t *cr, const CnnTensor *kernels, int map, int x, int y, int side, double scale,
             const GdkRGBA *page)
{
  int          rows = kernels->dims[1], columns = kernels->dims[2], depth = kernels->dims[3];
  const float *values = kernels->values + (gsize) map * rows * columns * depth;
  int          longest = MAX (rows, columns);

  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      {
        GdkRGBA colour = colour_of (values + ((gsize) i * columns + j) * depth, depth, scale, page);
        int     x0 = x + side * j / longest, x1 = x + side * (j + 1) / longest;
        int     y0 = y + side * i / longest, y1 = y + side * (i + 1) / longest;

        gdk_cairo_set_source_rgba (cr, &colour);
        cairo_rectangle (cr, x0, y0, x1 - x0, y1 - y0);
        cairo_fill (cr);
      }
  cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.6);
  cairo_rectangle (cr, x - 0.5, y - 0.5, side * columns / longest + 1, side * rows / longest + 1);
  cairo_stroke (cr);
}

static gboolean
kernels_strip_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnKernelsStrip *self = CNN_KERNELS_STRIP (widget);
  GdkRGBA          page = cnn_page_colour (widget);
  int              width = gtk_widget_get_allocated_width (widget) - 2;
  int              height = gtk_widget_get_allocated_height (widget) - 2;
  gboolean         mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int              columns, side;
  double           scale;

  if (self->kernels == NULL)
    return FALSE;
  side = find_side (self->kernels->dims[0], width, height, &columns);
  scale = greatest (self->kernels);
  cairo_set_line_width (cr, 1.0);
  for (int map = 0; map < self->kernels->dims[0]; map++)
    {
      int x = 1 + map % columns * (side + GAP), y = 1 + map / columns * (side + GAP);

      if (y + side > height + 1)
        break;
      draw_kernel (cr, self->kernels, map, mirrored ? width + 2 - side - x : x, y, side, scale,
                   &page);
    }
  return FALSE;
}

/**
 * cnn_kernels_strip_show:
 * @kernels: (nullable): [maps][rows][columns][depth]; %NULL: nothing is shown
 */
void
cnn_kernels_strip_show (CnnKernelsStrip *self, CnnTensor *kernels)
{
  if (kernels == self->kernels)
    return;
  g_clear_pointer (&self->kernels, cnn_tensor_unref);
  self->kernels = kernels ? cnn_tensor_ref (kernels) : NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cnn_kernels_strip_finalize (GObject *object)
{
  g_clear_pointer (&CNN_KERNELS_STRIP (object)->kernels, cnn_tensor_unref);
  G_OBJECT_CLASS (cnn_kernels_strip_parent_class)->finalize (object);
}

static void
cnn_kernels_strip_class_init (CnnKernelsStripClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_kernels_strip_finalize;
  GTK_WIDGET_CLASS (klass)->draw = kernels_strip_draw;
}

static void
cnn_kernels_strip_init (CnnKernelsStrip *self)
{
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), _("Kernels"));
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, 2 * (MOST_SIDE + GAP));
}

/** cnn_kernels_strip_new: (transfer full): nothing yet. */
GtkWidget *
cnn_kernels_strip_new (void)
{
  return g_object_new (CNN_TYPE_KERNELS_STRIP, NULL);
}
