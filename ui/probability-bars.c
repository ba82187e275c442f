/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How probable each class is: a bar each, the most likely ones first. Five can be seen; the
 * others are further down. Only those that can be seen are drawn, for there may be thousands. */

#include "probability-bars.h"

#include <math.h>
#include <string.h>

#include "i18n.h"

#define SHOWN      5
#define WIDTH      300
#define PADDING    4
#define GAP        8
#define LABEL_MOST 0.45 /* of the width */

typedef struct
{
  char  *label;
  double probability;
  guint  number; /* of the class */
} Bar;

struct _CnnProbabilityBars
{
  GtkScrolledWindow parent;
  GtkWidget        *area;
  GArray           *bars; /* of Bar, falling */
};

G_DEFINE_FINAL_TYPE (CnnProbabilityBars, cnn_probability_bars, GTK_TYPE_SCROLLED_WINDOW)

static char *
percent (double probability)
{
  /* Translators: a probability, such as 98.3 %. */
  return g_strdup_printf (_("%.1f %%"), 100.0 * probability);
}

static int
row_height (GtkWidget *area)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (area, "0");
  int                     height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height + 2 * PADDING;
}

static int
text_width (GtkWidget *area, const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (area, text);
  int                     width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void
draw_text (GtkWidget *area, cairo_t *cr, const char *text, double x, double y, int width,
           PangoAlignment alignment)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (area, text);

  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_set_alignment (layout, alignment);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_render_layout (gtk_widget_get_style_context (area), cr, x, y, layout);
}

static void
draw_bar (GtkWidget *area, cairo_t *cr, double x, double y, double width, double height,
          double share, gboolean first)
{
  GtkStyleContext *style = gtk_widget_get_style_context (area);
  GdkRGBA          text, colour = { 0.21, 0.52, 0.89, 1.0 };

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &text);
  gtk_style_context_lookup_color (style, "theme_selected_bg_color", &colour);
  text.alpha = 0.12;
  gdk_cairo_set_source_rgba (cr, &text);
  cairo_rectangle (cr, x, y, width, height);
  cairo_fill (cr);
  colour.alpha = first ? 1.0 : 0.75;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_rectangle (cr, x, y, width * share, height);
  cairo_fill (cr);
}

static gboolean
draw (GtkWidget *area, cairo_t *cr, gpointer data)
{
  const CnnProbabilityBars *self    = data;
  int                       width   = gtk_widget_get_allocated_width (area);
  int                       height  = row_height (area);
  g_autofree char          *widest  = percent (1.0);
  int                       numbers = text_width (area, widest);
  int                       labels  = 0;
  double                    top, bottom;
  guint                     first, last;

  if (self->bars->len == 0)
    return FALSE;
  cairo_clip_extents (cr, NULL, &top, NULL, &bottom);
  first = (guint) MAX (floor (top / height), 0.0);
  last = (guint) CLAMP (ceil (bottom / height), 0.0, self->bars->len);
  /* The column of names is as wide as these need it, and stays while one scrolls. */
  for (guint i = 0; i < MIN (self->bars->len, 4 * SHOWN); i++)
    labels = MAX (labels, text_width (area, g_array_index (self->bars, Bar, i).label));
  labels = MIN (labels, (int) (LABEL_MOST * width));
  for (guint i = first; i < last; i++)
    {
      const Bar       *bar    = &g_array_index (self->bars, Bar, i);
      g_autofree char *number = percent (bar->probability);
      double           y      = (double) i * height;

      draw_text (area, cr, bar->label, 0, y + PADDING, labels, PANGO_ALIGN_LEFT);
      draw_bar (area, cr, labels + GAP, y + PADDING + 2,
                MAX (width - labels - numbers - 2 * GAP, 0), height - 2 * PADDING - 4,
                bar->probability, i == 0);
      draw_text (area, cr, number, width - numbers, y + PADDING, numbers, PANGO_ALIGN_RIGHT);
    }
  return FALSE;
}

/* A name that has no room. */
static gboolean
query_tooltip (GtkWidget *area, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
               const CnnProbabilityBars *self)
{
  guint i = (guint) MAX (y, 0) / row_height (area);

  if (keyboard || i >= self->bars->len)
    return FALSE;
  gtk_tooltip_set_text (tooltip, g_array_index (self->bars, Bar, i).label);
  return TRUE;
}

/* --- the widget ------------------------------------------------------------------------------- */

static void
clear_bar (gpointer bar)
{
  g_free (((Bar *) bar)->label);
}

/* Also where the theme's font changes. */
static void
set_size (CnnProbabilityBars *self)
{
  int height = row_height (self->area);

  gtk_widget_set_size_request (self->area, -1, height * MAX ((int) self->bars->len, SHOWN));
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (self), height * SHOWN);
}

static void
cnn_probability_bars_finalize (GObject *object)
{
  g_array_unref (CNN_PROBABILITY_BARS (object)->bars);
  G_OBJECT_CLASS (cnn_probability_bars_parent_class)->finalize (object);
}

static void
cnn_probability_bars_class_init (CnnProbabilityBarsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_probability_bars_finalize;
}

static void
cnn_probability_bars_init (CnnProbabilityBars *self)
{
  self->bars = g_array_new (FALSE, FALSE, sizeof (Bar));
  g_array_set_clear_func (self->bars, clear_bar);
  self->area = gtk_drawing_area_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->area), _("Probabilities"));
  g_signal_connect (self->area, "draw", G_CALLBACK (draw), self);
  gtk_widget_set_has_tooltip (self->area, TRUE);
  g_signal_connect (self->area, "query-tooltip", G_CALLBACK (query_tooltip), self);
  g_signal_connect_swapped (self->area, "style-updated", G_CALLBACK (set_size), self);
  /* Not right beside the scrollbar. */
  gtk_widget_set_margin_end (self->area, GAP);
  gtk_container_add (GTK_CONTAINER (self), self->area);
  g_object_set (self, "hscrollbar-policy", GTK_POLICY_NEVER, "min-content-width", WIDTH,
                "overlay-scrolling", FALSE, NULL);
  gtk_widget_show (self->area);
  set_size (self);
}

/** cnn_probability_bars_new: (transfer floating): bars of no classes */
GtkWidget *
cnn_probability_bars_new (void)
{
  return g_object_new (CNN_TYPE_PROBABILITY_BARS, NULL);
}

/* The most likely first; of those that are as likely, the one with the lesser number. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const Bar *one = a, *other = b;

  if (one->probability != other->probability)
    return one->probability < other->probability ? 1 : -1;
  return one->number < other->number ? -1 : 1;
}

/* What a screen reader says: the bars that are seen first. */
static void
describe (CnnProbabilityBars *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (self->bars->len, SHOWN); i++)
    {
      const Bar       *bar    = &g_array_index (self->bars, Bar, i);
      g_autofree char *number = percent (bar->probability);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "", bar->label, number);
    }
  atk_object_set_description (gtk_widget_get_accessible (self->area), text->str);
}

/**
 * cnn_probability_bars_set:
 * @n: how many classes; 0 for none
 * @probabilities: [@n]
 * @labels: [@n]: what they are called
 */
void
cnn_probability_bars_set (CnnProbabilityBars *bars, guint n, const double *probabilities,
                          const char *const *labels)
{
  g_array_set_size (bars->bars, 0);
  for (guint i = 0; i < n; i++)
    {
      Bar bar = { g_strdup (labels[i]), probabilities[i], i };

      g_array_append_val (bars->bars, bar);
    }
  g_array_sort (bars->bars, compare);
  set_size (bars);
  describe (bars);
  gtk_widget_queue_draw (bars->area);
}
