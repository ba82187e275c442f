/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a network looks at, enlarged: its very cells, not a smooth picture of them. */

#include "input-view.h"

#include <math.h>

#include "float-surface.h"
#include "i18n.h"

#define SIDE 196 /* pixels, of which 28 cells have 7 each */

struct _CnnInputView
{
  GtkDrawingArea   parent;
  CnnShape         shape;
  cairo_surface_t *surface; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (CnnInputView, cnn_input_view, GTK_TYPE_DRAWING_AREA)

static gboolean
cnn_input_view_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnInputView *view   = CNN_INPUT_VIEW (widget);
  double        width  = gtk_widget_get_allocated_width (widget);
  double        height = gtk_widget_get_allocated_height (widget);
  double        scale;

  if (view->surface == NULL)
    return FALSE;
  scale = MIN (width / view->shape.width, height / view->shape.height);
  /* Cells of whole pixels are all alike. */
  if (scale > 1.0)
    scale = floor (scale);
  cairo_translate (cr, floor ((width - scale * view->shape.width) / 2.0),
                   floor ((height - scale * view->shape.height) / 2.0));
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, view->surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr),
                            scale >= 1.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_rectangle (cr, 0, 0, view->shape.width, view->shape.height);
  cairo_fill (cr);
  return FALSE;
}

static void
cnn_input_view_finalize (GObject *object)
{
  g_clear_pointer (&CNN_INPUT_VIEW (object)->surface, cairo_surface_destroy);
  G_OBJECT_CLASS (cnn_input_view_parent_class)->finalize (object);
}

static void
cnn_input_view_class_init (CnnInputViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_input_view_finalize;
  GTK_WIDGET_CLASS (klass)->draw = cnn_input_view_draw;
}

static void
cnn_input_view_init (CnnInputView *view)
{
  gtk_widget_set_size_request (GTK_WIDGET (view), SIDE, SIDE);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (view)), _("What the network sees"));
}

/** cnn_input_view_new: (transfer floating): a view of nothing */
GtkWidget *
cnn_input_view_new (void)
{
  return g_object_new (CNN_TYPE_INPUT_VIEW, NULL);
}

/**
 * cnn_input_view_set:
 * @shape: of the input; 1 or 3 channels
 * @values: (nullable): [height][width][channels]: from 0 to 1; %NULL for nothing
 */
void
cnn_input_view_set (CnnInputView *view, CnnShape shape, const float *values)
{
  g_autofree char *size = NULL;

  g_clear_pointer (&view->surface, cairo_surface_destroy);
  if (values != NULL)
    {
      view->shape = shape;
      view->surface = float_surface_new (shape, values);
      size = g_strdup_printf ("%d×%d", shape.width, shape.height);
    }
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (view)),
                              size != NULL ? size : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (view), size);
  gtk_widget_queue_draw (GTK_WIDGET (view));
}
