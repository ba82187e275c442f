/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the shades of a map mean: the shades from the least value to the greatest, and
 * how often each occurs. */

#include "map-scale.h"

#include <math.h>

#include "i18n.h"
#include "number-text.h"

#define BAR_HEIGHT       14
#define HISTOGRAM_HEIGHT 44
#define MARGIN           2

struct _CnnMapScale
{
  GtkDrawingArea parent;
  gboolean       known;
  CnnMapStats    stats;
  MappingKind    kind;
  MappingRange   shown; /* what the mapping is made for */
};

G_DEFINE_FINAL_TYPE (CnnMapScale, cnn_map_scale, GTK_TYPE_DRAWING_AREA)

/* The values at the two ends of the bar. */
static void
get_ends (const CnnMapScale *scale, double *low, double *high)
{
  *low = scale->stats.range.min;
  *high = scale->stats.range.max;
  if (!(*low <= *high))
    *low = *high = 0.0;
  if (*low == *high)
    {
      *low -= 0.5;
      *high += 0.5;
    }
}

static PangoLayout *
number_layout (GtkWidget *widget, double number)
{
  /* Its sign stays before it, whichever way people write. */
  g_autofree char *brief = cnn_number_short (number);
  g_autofree char *text  = g_strconcat ("\342\200\216", brief, NULL);
  PangoLayout     *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList   *list   = pango_attr_list_new ();

  pango_attr_list_insert (list, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, list);
  pango_attr_list_unref (list);
  return layout;
}

static void
draw_number (CnnMapScale *scale, cairo_t *cr, double number, double x, double y, double align)
{
  GtkWidget             *widget = GTK_WIDGET (scale);
  g_autoptr (PangoLayout) layout = number_layout (widget, number);
  int                    width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_render_layout (gtk_widget_get_style_context (widget), cr,
                     CLAMP (x - align * width, 0,
                            MAX (gtk_widget_get_allocated_width (widget) - width, 0)),
                     y, layout);
}

static void
draw_histogram (CnnMapScale *scale, cairo_t *cr, double width)
{
  double most = 0.0;

  for (int i = 0; i < CNN_MAP_BINS; i++)
    most = MAX (most, log1p (scale->stats.histogram[i]));
  /* By logarithms: most maps are mostly nothing, and the rest is what is looked for. */
  for (int i = 0; i < CNN_MAP_BINS && most > 0.0; i++)
    {
      double left   = MARGIN + floor (width * i / CNN_MAP_BINS);
      double right  = MARGIN + floor (width * (i + 1) / CNN_MAP_BINS);
      double height = log1p (scale->stats.histogram[i]) / most * HISTOGRAM_HEIGHT;

      cairo_rectangle (cr, left, HISTOGRAM_HEIGHT - height, MAX (right - left, 1), height);
    }
  cairo_fill (cr);
}

static void
draw_bar (CnnMapScale *scale, cairo_t *cr, double width, double low, double high)
{
  Mapping mapping = mapping_new (scale->kind == MAPPING_RAW ? MAPPING_CLAMP : scale->kind,
                                 scale->shown);
  int     n       = MAX ((int) width, 1);

  for (int i = 0; i < n; i++)
    {
      float value = (float) (low + (high - low) * (i + 0.5) / n);
      float rgb[3];

      mapping_apply (&mapping, &value, 1, 3, rgb, 3);
      cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
      cairo_rectangle (cr, MARGIN + i, HISTOGRAM_HEIGHT + 2, 1, BAR_HEIGHT);
      cairo_fill (cr);
    }
}

static gboolean
cnn_map_scale_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnMapScale     *scale   = CNN_MAP_SCALE (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  double           width   = gtk_widget_get_allocated_width (widget) - 2 * MARGIN;
  double           below   = HISTOGRAM_HEIGHT + BAR_HEIGHT + 4;
  double           low, high;
  GdkRGBA          color;

  if (!scale->known || width < 1)
    return FALSE;
  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  get_ends (scale, &low, &high);

  color.alpha *= 0.55;
  gdk_cairo_set_source_rgba (cr, &color);
  if (scale->stats.counted)
    draw_histogram (scale, cr, width);
  draw_bar (scale, cr, width, low, high);

  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, MARGIN - 0.5, HISTOGRAM_HEIGHT + 1.5, width + 1, BAR_HEIGHT + 1);
  cairo_stroke (cr);

  draw_number (scale, cr, low, MARGIN, below, 0.0);
  draw_number (scale, cr, high, MARGIN + width, below, 1.0);
  if (low < 0.0 && high > 0.0)
    {
      double x = MARGIN + width * -low / (high - low);

      color.alpha = 1.0;
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_move_to (cr, floor (x) + 0.5, 0);
      cairo_line_to (cr, floor (x) + 0.5, below);
      cairo_stroke (cr);
      /* Where there is room between the ends. */
      if (x > width * 0.3 && x < width * 0.7)
        draw_number (scale, cr, 0.0, x, below, 0.5);
    }
  return FALSE;
}

static void
cnn_map_scale_get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  *minimum = 80;
  *natural = 160;
}

static void
cnn_map_scale_get_preferred_height (GtkWidget *widget, int *minimum, int *natural)
{
  g_autoptr (PangoLayout) layout = number_layout (widget, 0.0);
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  *minimum = *natural = HISTOGRAM_HEIGHT + BAR_HEIGHT + 4 + height;
}

static void
cnn_map_scale_class_init (CnnMapScaleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->draw = cnn_map_scale_draw;
  widget_class->get_preferred_width = cnn_map_scale_get_preferred_width;
  widget_class->get_preferred_height = cnn_map_scale_get_preferred_height;
}

static void
cnn_map_scale_init (CnnMapScale *scale)
{
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (scale)), _("Values and shades"));
}

/** cnn_map_scale_new: a scale of nothing. */
GtkWidget *
cnn_map_scale_new (void)
{
  return g_object_new (CNN_TYPE_MAP_SCALE, NULL);
}

/**
 * cnn_map_scale_set:
 * @stats: (nullable): of the map; %NULL where nothing is known
 * @kind: how its values become shades
 * @shown: the range that the mapping shows: the map's, or the layer's
 */
void
cnn_map_scale_set (CnnMapScale *scale, const CnnMapStats *stats, MappingKind kind,
                   MappingRange shown)
{
  GtkWidget       *widget = GTK_WIDGET (scale);
  g_autofree char *text   = NULL;

  scale->known = stats != NULL;
  if (stats != NULL)
    {
      scale->stats = *stats;
      text = stats->range.min <= stats->range.max
               ? g_strdup_printf (_("Values from %.6g to %.6g; %.1f %% of them are 0. The columns "
                                    "say how many values lie where (logarithmic)."),
                                  stats->range.min, stats->range.max, 100.0 * stats->zeros)
               : g_strdup (_("No value is a finite number."));
    }
  scale->kind = kind;
  scale->shown = shown;
  gtk_widget_set_tooltip_text (widget, text);
  atk_object_set_description (gtk_widget_get_accessible (widget), text != NULL ? text : "");
  gtk_widget_queue_draw (widget);
}
