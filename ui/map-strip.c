/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map-strip.h"

#include "i18n.h"

#define MAX_MAPS 6
#define SIZE     22
#define GAP      2

struct _CnnMapStrip
{
  GtkDrawingArea parent;
  CnnPreview    *preview; /* NULL: nothing to be seen */
  int            node;
  int            n_maps;
  MappingKind    kind;
};

G_DEFINE_FINAL_TYPE (CnnMapStrip, cnn_map_strip, GTK_TYPE_DRAWING_AREA)

/* Draws a map, or the place where it will be. */
static void
draw_map (CnnMapStrip *strip, cairo_t *cr, int map)
{
  cairo_surface_t *surface = cnn_preview_get_strip (strip->preview, strip->node, map, strip->kind);
  double           width, height, scale, device_x, device_y;

  if (surface == NULL)
    {
      cairo_rectangle (cr, 0, 0, SIZE, SIZE);
      cairo_fill (cr);
      return;
    }
  cairo_surface_get_device_scale (surface, &device_x, &device_y);
  width = cairo_image_surface_get_width (surface) / device_x;
  height = cairo_image_surface_get_height (surface) / device_y;
  scale = SIZE / MAX (width, height);
  cairo_translate (cr, (SIZE - scale * width) / 2, (SIZE - scale * height) / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  /* Cells of a small map are squares. */
  cairo_pattern_set_filter (cairo_get_source (cr),
                            scale > 1.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  cairo_surface_destroy (surface);
}

/* Only strips that are seen are drawn: it is they that want maps. */
static gboolean
cnn_map_strip_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnMapStrip     *strip   = CNN_MAP_STRIP (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gboolean         rtl     = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GdkRGBA          colour;

  if (strip->preview == NULL || strip->node < 0)
    return FALSE;
  cnn_preview_want_strip (strip->preview, strip->node, strip->n_maps,
                          SIZE * gtk_widget_get_scale_factor (widget));
  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &colour);
  colour.alpha *= 0.1;
  for (int i = 0; i < strip->n_maps; i++)
    {
      cairo_save (cr);
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_translate (cr, (rtl ? strip->n_maps - 1 - i : i) * (SIZE + GAP), 0);
      draw_map (strip, cr, i);
      cairo_restore (cr);
    }
  return FALSE;
}

static void
cnn_map_strip_finalize (GObject *object)
{
  g_clear_object (&CNN_MAP_STRIP (object)->preview);
  G_OBJECT_CLASS (cnn_map_strip_parent_class)->finalize (object);
}

static void
cnn_map_strip_class_init (CnnMapStripClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_map_strip_finalize;
  GTK_WIDGET_CLASS (klass)->draw = cnn_map_strip_draw;
}

static void
cnn_map_strip_init (CnnMapStrip *strip)
{
  strip->node = -1;
  gtk_widget_set_valign (GTK_WIDGET (strip), GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (strip)), _("First maps"));
}

/**
 * cnn_map_strip_new:
 * @preview: (nullable): where the maps come from
 *
 * Returns: (transfer floating): a strip that shows nothing yet
 */
GtkWidget *
cnn_map_strip_new (CnnPreview *preview)
{
  CnnMapStrip *strip = g_object_new (CNN_TYPE_MAP_STRIP, NULL);

  if (preview != NULL)
    strip->preview = g_object_ref (preview);
  return GTK_WIDGET (strip);
}

/**
 * cnn_map_strip_set:
 * @node: whose maps; -1 for none
 * @info: (nullable): what is known of the node
 */
void
cnn_map_strip_set (CnnMapStrip *strip, int node, const CnnNodeInfo *info)
{
  strip->node = node;
  strip->n_maps = info != NULL && node >= 0 ? MIN (info->shape.channels, MAX_MAPS) : 0;
  /* A value alone has no range of its own. */
  strip->kind = info != NULL && info->shape.height == 1 && info->shape.width == 1
                  ? MAPPING_RANGE_STAGE
                  : MAPPING_RANGE_MAP;
  gtk_widget_set_visible (GTK_WIDGET (strip), strip->preview != NULL && strip->n_maps > 0);
  gtk_widget_set_size_request (GTK_WIDGET (strip), MAX (strip->n_maps * (SIZE + GAP) - GAP, 0),
                               SIZE);
  gtk_widget_queue_draw (GTK_WIDGET (strip));
}
