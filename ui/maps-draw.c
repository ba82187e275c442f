/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Draws the picture, or the panes of maps. */

#include <math.h>

#include "i18n.h"
#include "maps-private.h"

/* Cells are so large at least when their numbers are written in them. */
#define NUMBER_WIDTH  32
#define NUMBER_HEIGHT 16

/* After so long without news, what is shown of before is shown paler. */
#define STALE_USEC (300 * 1000)

/* A pane less wide has no room for words. */
#define NARROW 150

/* What takes no longer than this shows no progress. */
#define BUSY_USEC (500 * 1000)

void
cnn_maps_shot_free (gpointer data)
{
  CnnMapsShot *shot = data;

  cairo_surface_destroy (shot->surface);
  g_free (shot);
}

/* --- a map ------------------------------------------------------------------------ */

/* What the pane of a map shows, fetched anew where there may be more. */
static CnnMapsShot *
take_shot (CnnMapsView *view, int map, const CnnRect *cells, int reduce,
           const CnnMapsPlace *place)
{
  CnnMapsShot     *shot;
  int              width  = (cells->width + reduce - 1) / reduce;
  int              height = (cells->height + reduce - 1) / reduce;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  shot = g_new0 (CnnMapsShot, 1);
  shot->surface = surface;
  shot->cells = *cells;
  shot->reduce = reduce;
  shot->place = *place;
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return shot;
  cairo_surface_flush (surface);
  shot->complete = cnn_preview_get_pixels (view->preview, (guint) view->node, map, cells, reduce,
                                           view->kind, cairo_image_surface_get_data (surface),
                                           (gsize) cairo_image_surface_get_stride (surface));
  cairo_surface_mark_dirty (surface);
  return shot;
}

/* In the picture's coordinates. */
static void
paint_shot (cairo_t *cr, const CnnMapsShot *shot, double scale, double alpha)
{
  double           width  = shot->place.width * shot->reduce;
  double           height = shot->place.height * shot->reduce;
  cairo_pattern_t *pattern;

  cairo_save (cr);
  cairo_translate (cr, shot->place.x + shot->cells.x * shot->place.width,
                   shot->place.y + shot->cells.y * shot->place.height);
  cairo_rectangle (cr, 0, 0, shot->cells.width * shot->place.width,
                   shot->cells.height * shot->place.height);
  cairo_clip (cr);
  cairo_scale (cr, width, height);
  cairo_set_source_surface (cr, shot->surface, 0, 0);
  pattern = cairo_get_source (cr);
  /* A cell is a cell: nothing is made up between them. */
  cairo_pattern_set_filter (pattern, MIN (width, height) * scale < 1.0 ? CAIRO_FILTER_GOOD
                                                                       : CAIRO_FILTER_NEAREST);
  cairo_pattern_set_extend (pattern, CAIRO_EXTEND_PAD);
  cairo_paint_with_alpha (cr, alpha);
  cairo_restore (cr);
}

/* From the picture's coordinates to the pane's. */
static void
enter_pane (CnnMapsView *view, cairo_t *cr, const CnnRect *pane)
{
  cairo_rectangle (cr, pane->x, pane->y, pane->width, pane->height);
  cairo_clip (cr);
  cairo_translate (cr, pane->x + pane->width / 2.0, pane->y + pane->height / 2.0);
  cairo_scale (cr, view->port.scale, view->port.scale);
  cairo_translate (cr, -view->port.x, -view->port.y);
}

static gboolean
is_dark (const CnnMapsShot *shot, int x, int y)
{
  const guint8  *data  = cairo_image_surface_get_data (shot->surface);
  const guint32 *row   = (const guint32 *) (const void *) (data +
                         (gsize) y * cairo_image_surface_get_stride (shot->surface));
  guint32        pixel = row[x];

  return (pixel >> 16 & 255) * 3 + (pixel >> 8 & 255) * 6 + (pixel & 255) < 1150;
}

/* Writes a number as exactly as there is room for; where it ends up on the layout. */
static gboolean
fit_number (PangoLayout *layout, float value, double room, int *width, int *height)
{
  static const char *const formats[] = { "%.3g", "%.2g", "%.1g", "%.1f", "%.0f" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof text, formats[i], value);
      pango_layout_set_text (layout, text, -1);
      pango_layout_get_pixel_size (layout, width, height);
      if (*width <= room)
        return TRUE;
    }
  return FALSE;
}

static PangoLayout *
cell_layout (CnnMapsView *view, double width)
{
  PangoLayout          *layout = gtk_widget_create_pango_layout (view->area, NULL);
  PangoFontDescription *font   = pango_font_description_new ();

  pango_font_description_set_absolute_size (font, CLAMP (width / 4.2, 8, 13) * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  return layout;
}

/* Numbers in the cells, where these are large. */
static void
draw_numbers (CnnMapsView *view, cairo_t *cr, const CnnMapsShot *shot, int map,
              const CnnRect *pane)
{
  double width  = shot->place.width * view->port.scale;
  double height = shot->place.height * view->port.scale;
  gsize  n      = (gsize) shot->cells.width * shot->cells.height;
  g_autofree float *values = NULL;
  g_autoptr (PangoLayout) layout = NULL;

  if (shot->reduce > 1 || width < NUMBER_WIDTH || height < NUMBER_HEIGHT || !shot->complete)
    return;
  values = g_new (float, n);
  if (!cnn_preview_get_means (view->preview, (guint) view->node, map, &shot->cells, 1, values))
    return;

  layout = cell_layout (view, width);
  cairo_save (cr);
  cairo_rectangle (cr, pane->x, pane->y, pane->width, pane->height);
  cairo_clip (cr);
  for (gsize i = 0; i < n; i++)
    {
      int    x    = (int) (i % shot->cells.width), y = (int) (i / shot->cells.width);
      double left = pane->x + pane->width / 2.0 +
                    (shot->place.x + (shot->cells.x + x) * shot->place.width - view->port.x) *
                      view->port.scale;
      double top  = pane->y + pane->height / 2.0 +
                    (shot->place.y + (shot->cells.y + y) * shot->place.height - view->port.y) *
                      view->port.scale;
      double white = is_dark (shot, x, y) ? 1.0 : 0.0;
      int    w, h;

      if (!fit_number (layout, values[i], width - 6, &w, &h))
        continue;
      cairo_set_source_rgb (cr, white, white, white);
      cairo_move_to (cr, left + (width - w) / 2, top + (height - h) / 2);
      pango_cairo_show_layout (cr, layout);
    }
  cairo_restore (cr);
}

static CnnMapsShot *
draw_shot (CnnMapsView *view, cairo_t *cr, int map, const CnnRect *pane)
{
  CnnMapsPlace place  = cnn_maps_view_place (view);
  CnnShape     shape  = cnn_maps_view_shape (view);
  double       scale  = view->port.scale * gtk_widget_get_scale_factor (view->area);
  int          reduce = cnn_maps_reduce (&place, scale);
  CnnRect      cells  = cnn_maps_cells (&place, &view->port,
                                        (CnnSize) { pane->height, pane->width }, shape);
  CnnMapsShot *last   = g_hash_table_lookup (view->shots, GINT_TO_POINTER (map));
  CnnMapsShot *shot   = last;

  cells = cnn_map_block_align (&cells, reduce, shape);
  if (last == NULL || last->dirty)
    shot = take_shot (view, map, &cells, reduce, &place);
  cairo_save (cr);
  enter_pane (view, cr, pane);
  /* What was there before, until there is better. */
  if (last != NULL && !shot->complete)
    paint_shot (cr, last, scale,
                view->stale > 0 && g_get_monotonic_time () - view->stale > STALE_USEC ? 0.3 : 1.0);
  paint_shot (cr, shot, scale, 1.0);
  cairo_restore (cr);

  if (shot == last)
    return shot;
  if (shot->complete || last == NULL)
    {
      g_hash_table_insert (view->shots, GINT_TO_POINTER (map), shot);
      return shot;
    }
  cnn_maps_shot_free (shot);
  return last;
}

/* --- around it ---------------------------------------------------------------------- */

/* Where the tick box of a map is: in its caption, or at the end of its bar. */
GdkRectangle
cnn_maps_check (CnnMapsView *view, const CnnRect *pane)
{
  int      size = cnn_maps_view_caption (view) - 8;
  gboolean rtl  = gtk_widget_get_direction (view->area) == GTK_TEXT_DIR_RTL;

  if (cnn_maps_view_is_vector (view))
    return (GdkRectangle) { rtl ? pane->x + 6 : pane->x + pane->width - size - 6,
                            pane->y + (pane->height - size) / 2, size, size };
  return (GdkRectangle) { rtl ? pane->x : pane->x + pane->width - size,
                          pane->y + pane->height + 4, size, size };
}

static void
accent (CnnMapsView *view, GdkRGBA *color)
{
  GtkStyleContext *context = gtk_widget_get_style_context (view->area);

  if (!gtk_style_context_lookup_color (context, "theme_selected_bg_color", color))
    gtk_style_context_get_color (context, gtk_style_context_get_state (context), color);
}

/* A tick box, in the theme's colours. */
void
cnn_maps_draw_check (CnnMapsView *view, cairo_t *cr, int map, const GdkRectangle *box)
{
  GtkStyleContext *context = gtk_widget_get_style_context (view->area);
  double           size    = box->width;
  GdkRGBA          color;

  cairo_save (cr);
  cairo_translate (cr, box->x, box->y);
  cairo_rectangle (cr, 0.5, 0.5, size - 1, size - 1);
  cairo_set_line_width (cr, 1);
  if (cnn_maps_view_is_ticked (view, map))
    {
      accent (view, &color);
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_fill (cr);
      if (!gtk_style_context_lookup_color (context, "theme_selected_fg_color", &color))
        color = (GdkRGBA) { 1, 1, 1, 1 };
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_set_line_width (cr, 2);
      cairo_move_to (cr, size * 0.22, size * 0.52);
      cairo_line_to (cr, size * 0.43, size * 0.73);
      cairo_line_to (cr, size * 0.80, size * 0.28);
    }
  else
    {
      gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
      color.alpha *= 0.6;
      gdk_cairo_set_source_rgba (cr, &color);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* (transfer full): a map's name and what is to be said of it. */
static char *
caption_text (CnnMapsView *view, int map, gboolean narrow)
{
  const CnnMapStats *stats = cnn_preview_get_stats (view->preview, (guint) view->node, map);
  g_autofree char   *name  = cnn_maps_view_name (view, map);
  g_autofree char   *plain = g_markup_escape_text (name, -1);
  int                percent;

  if (stats == NULL || stats->zeros < 0.005)
    return g_steal_pointer (&plain);
  if (stats->zeros == 1.0)
    return g_strdup_printf ("%s  <b>%s</b>", plain, _("dead"));
  /* All but a few is not all. */
  percent = MIN ((int) round (100 * stats->zeros), 99);
  return g_strdup_printf (narrow ? "%s  <small>0: %d %%</small>"
                                 : _("%s  <small>%d %% zeros</small>"), plain, percent);
}

static void
draw_caption (CnnMapsView *view, cairo_t *cr, int map, const CnnRect *pane)
{
  GtkStyleContext *context = gtk_widget_get_style_context (view->area);
  GdkRectangle     box     = cnn_maps_check (view, pane);
  g_autofree char *text    = caption_text (view, map, pane->width < NARROW);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (view->area, NULL);
  gboolean         rtl     = box.x == pane->x;

  pango_layout_set_markup (layout, text, -1);
  pango_layout_set_width (layout, MAX (pane->width - box.width - 6, 1) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_render_layout (context, cr, rtl ? pane->x + box.width + 6 : pane->x,
                     pane->y + pane->height + 3, layout);
  cnn_maps_draw_check (view, cr, map, &box);
}

/* A thin line around each map, a clear one around the chosen. */
static void
draw_frame (CnnMapsView *view, cairo_t *cr, int map, const CnnRect *pane)
{
  GtkStyleContext *context = gtk_widget_get_style_context (view->area);
  double           out     = map == view->map ? 1.5 : 0.5;
  GdkRGBA          color;

  if (map == view->map)
    accent (view, &color);
  else
    {
      gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
      color.alpha *= 0.3;
    }
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, map != view->map ? 1 : gtk_widget_has_focus (view->area) ? 3 : 1.5);
  cairo_rectangle (cr, pane->x - out, pane->y - out, pane->width + 2 * out,
                   pane->height + 2 * out);
  cairo_stroke (cr);
}

/* The cell that is pointed at, or, in the colour of what is chosen, the one that is kept. */
static void
draw_cell (CnnMapsView *view, cairo_t *cr, const CnnRect *pane, int row, int column, gboolean kept)
{
  CnnMapsPlace place  = cnn_maps_view_place (view);
  double       scale  = view->port.scale;
  double       width  = MAX (place.width * scale, 3);
  double       height = MAX (place.height * scale, 3);
  double       x      = pane->x + pane->width / 2.0 +
                        (place.x + column * place.width - view->port.x) * scale;
  double       y      = pane->y + pane->height / 2.0 +
                        (place.y + row * place.height - view->port.y) * scale;
  GdkRGBA      color;

  cairo_save (cr);
  cairo_rectangle (cr, pane->x, pane->y, pane->width, pane->height);
  cairo_clip (cr);
  if (kept)
    {
      accent (view, &color);
      cairo_rectangle (cr, floor (x) - 1.5, floor (y) - 1.5, round (width) + 3,
                       round (height) + 3);
      cairo_set_line_width (cr, 5);
      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_stroke_preserve (cr);
      cairo_set_line_width (cr, 3);
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_stroke (cr);
    }
  else
    cnn_maps_draw_outline (cr, x, y, width, height);
  cairo_restore (cr);
}

static void
draw_maps (CnnMapsView *view, cairo_t *cr)
{
  CnnMapsGrid grid = cnn_maps_view_grid (view);
  gboolean    fresh = TRUE;
  int         first, n;

  cnn_maps_view_visible (view, &grid, &first, &n);
  for (int map = first; map < first + n; map++)
    {
      CnnRect      pane = cnn_maps_view_pane (view, &grid, map);
      CnnMapsShot *shot = draw_shot (view, cr, map, &pane);

      fresh = fresh && shot->complete;
      draw_numbers (view, cr, shot, map, &pane);
      /* The same place in all maps. */
      if (map == view->pin_map)
        draw_cell (view, cr, &pane, view->pin_y, view->pin_x, TRUE);
      if (view->hover_map >= 0)
        draw_cell (view, cr, &pane, view->hover_y, view->hover_x, FALSE);
      draw_frame (view, cr, map, &pane);
      draw_caption (view, cr, map, &pane);
    }
  if (fresh)
    view->stale = 0;
}

/* --- the picture ---------------------------------------------------------------------- */

static void
draw_picture (CnnMapsView *view, cairo_t *cr)
{
  CnnMapsGrid      grid = cnn_maps_view_grid (view);
  CnnRect          pane = cnn_maps_view_pane (view, &grid, 0);
  CnnRect          rect;
  cairo_surface_t *surface = cnn_preview_get_picture (view->preview, CNN_MAPS_PANE_SLOT, &rect);

  cairo_save (cr);
  enter_pane (view, cr, &pane);
  if (surface != NULL)
    {
      double across = (double) rect.width / cairo_image_surface_get_width (surface);
      double down   = (double) rect.height / cairo_image_surface_get_height (surface);

      cairo_translate (cr, rect.x, rect.y);
      cairo_rectangle (cr, 0, 0, rect.width, rect.height);
      cairo_scale (cr, across, down);
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), view->port.scale * across < 1.0
                                                         ? CAIRO_FILTER_GOOD
                                                         : CAIRO_FILTER_NEAREST);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      cairo_fill (cr);
      cairo_surface_destroy (surface);
    }
  cairo_restore (cr);

  if (view->has_outline && view->infos != NULL)
    {
      CnnSize picture = cnn_maps_view_picture (view);
      double  across  = (double) picture.width / view->infos[0].shape.width * view->port.scale;
      double  down    = (double) picture.height / view->infos[0].shape.height * view->port.scale;

      cairo_save (cr);
      cairo_rectangle (cr, pane.x, pane.y, pane.width, pane.height);
      cairo_clip (cr);
      cnn_maps_draw_outline (cr,
                             pane.x + pane.width / 2.0 + view->outline.x * across -
                               view->port.x * view->port.scale,
                             pane.y + pane.height / 2.0 + view->outline.y * down -
                               view->port.y * view->port.scale,
                             view->outline.width * across, view->outline.height * down);
      cairo_restore (cr);
    }
}

/* --- all of it -------------------------------------------------------------------------- */

static void
draw_sentence (CnnMapsView *view, cairo_t *cr, int width, int height)
{
  GtkStyleContext *context = gtk_widget_get_style_context (view->area);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (view->area, view->sentence);
  int              w, h;

  pango_layout_set_width (layout, MAX (width - 40, 1) * PANGO_SCALE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_get_pixel_size (layout, &w, &h);
  gtk_render_layout (context, cr, 20, height / 2.0 - h / 2.0, layout);
}

/* The draw signal of the area. */
gboolean
cnn_maps_draw (GtkWidget *area, cairo_t *cr, CnnMapsView *view)
{
  GtkStyleContext *context = gtk_widget_get_style_context (area);
  int              width   = gtk_widget_get_allocated_width (area);
  int              height  = gtk_widget_get_allocated_height (area);
  GdkRGBA          color;

  gtk_render_background (context, cr, 0, 0, width, height);
  gtk_render_frame (context, cr, 0, 0, width, height);
  if (cnn_maps_view_shows_picture (view))
    draw_picture (view, cr);
  else if (view->sentence != NULL)
    draw_sentence (view, cr, width, height);
  else if (cnn_maps_view_is_vector (view))
    cnn_maps_draw_bars (view, cr);
  else
    draw_maps (view, cr);

  if (view->progress < 1.0 && g_get_monotonic_time () - view->busy > BUSY_USEC)
    {
      accent (view, &color);
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_rectangle (cr, 0, height - 3, width * view->progress, 3);
      cairo_fill (cr);
    }
  if (gtk_widget_has_visible_focus (area) || gtk_widget_has_focus (area))
    gtk_render_focus (context, cr, 1, 1, width - 2, height - 2);
  return FALSE;
}
