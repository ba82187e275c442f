/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter-preview.h"

#include <math.h>
#include <string.h>

#include "float-surface.h"
#include "i18n.h"

#define GAP       6
#define CAPTION   22
#define LEAST     120 /* sides of a pane */
#define MOST_ZOOM 8
#define LEAST_GAIN 8 /* once something is learnt */
#define MOST_GAIN  64

enum
{
  BEFORE,
  LEARNED,
  AFTER,
  DIFFERENCE,
  N_PANES
};

enum
{
  MOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

struct _CnnFilterPreview
{
  GtkDrawingArea    parent_instance;
  CnnFilterPicture  picture;
  gboolean          has_picture;
  char             *trouble; /* (nullable): why the pictures cannot be read */
  double            x, y;    /* the middle of the part, in pixels of the pictures */
  int               zoom;    /* 0: what shows all of a small picture */

  CnnFilterPlace   *place;   /* (nullable): what is to be seen */
  CnnFilterPlace   *learned_place; /* (nullable): what @learned is of; an older one while the
                                    * newer is made */
  CnnTensor        *learned; /* (nullable) */
  int               gain;    /* of the difference */
  cairo_surface_t  *surfaces[N_PANES]; /* (nullable) */
  GtkGesture       *drag;
  double            drag_x, drag_y;
};

G_DEFINE_FINAL_TYPE (CnnFilterPreview, cnn_filter_preview, GTK_TYPE_DRAWING_AREA)

/* --- where it is ------------------------------------------------------------------------- */

static CnnSize
pane_size (CnnFilterPreview *self)
{
  int width = gtk_widget_get_allocated_width (GTK_WIDGET (self));
  int height = gtk_widget_get_allocated_height (GTK_WIDGET (self));

  return (CnnSize) { MAX (height - CAPTION - 2, 1),
                     MAX ((width - (N_PANES - 1) * GAP - 2) / N_PANES, 1) };
}

static int
zoom (CnnFilterPreview *self)
{
  CnnSize pane = pane_size (self);
  int     fits = MIN (pane.height / MAX (self->picture.shape.height, 1),
                      pane.width / MAX (self->picture.shape.width, 1));

  return self->zoom > 0 ? self->zoom : CLAMP (fits, 1, MOST_ZOOM);
}

/* The part that is to be seen; its middle stays where it can be. */
static CnnRect
wanted_rect (CnnFilterPreview *self)
{
  CnnSize pane = pane_size (self);
  int     scale = zoom (self);
  CnnRect rect = { .width = MIN ((pane.width + scale - 1) / scale, self->picture.shape.width),
                   .height = MIN ((pane.height + scale - 1) / scale,
                                  self->picture.shape.height) };

  self->x = CLAMP (self->x, rect.width / 2.0, self->picture.shape.width - rect.width / 2.0);
  self->y = CLAMP (self->y, rect.height / 2.0, self->picture.shape.height - rect.height / 2.0);
  rect.x = CLAMP ((int) (self->x - rect.width / 2.0), 0, self->picture.shape.width - rect.width);
  rect.y = CLAMP ((int) (self->y - rect.height / 2.0), 0,
                  self->picture.shape.height - rect.height);
  return rect;
}

static void
set_surface (CnnFilterPreview *self, int pane, const CnnRect *rect, const float *values)
{
  CnnShape shape = { rect->height, rect->width, self->picture.shape.channels };

  g_clear_pointer (&self->surfaces[pane], cairo_surface_destroy);
  if (values)
    self->surfaces[pane] = float_surface_new (shape, values);
}

/* A power of two with which the difference between before and after can be seen; more where there
 * is less to be seen. */
static int
find_gain (const CnnFilterPlace *place, int least)
{
  float most = 0.0f;
  int   gain = MOST_GAIN;

  for (gsize i = 0; i < cnn_tensor_length (place->before); i++)
    most = MAX (most, fabsf (place->before->values[i] - place->after->values[i]));
  while (gain > least && most * (float) gain > 1.0f)
    gain /= 2;
  return gain;
}

static void
show_difference (CnnFilterPreview *self, const CnnFilterPlace *place, const CnnTensor *shown)
{
  gsize             n = cnn_tensor_length (shown);
  g_autofree float *difference = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    difference[i] = fabsf (shown->values[i] - place->after->values[i]) * (float) self->gain;
  set_surface (self, DIFFERENCE, &place->rect, difference);
}

static void
describe (CnnFilterPreview *self)
{
  g_autofree char *text = NULL;

  if (self->place)
    {
      const CnnRect *rect = &self->place->rect;

      /* Translators: where a part of a picture begins, its size, and how much it is enlarged. */
      text = g_strdup_printf (_("From %d, %d: %d×%d pixels at %d %%"), rect->x, rect->y,
                              rect->width, rect->height, 100 * zoom (self));
    }
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self)), text ? text : "");
}

static void
show_pictures (CnnFilterPreview *self)
{
  const CnnFilterPlace *place = self->place;
  const CnnFilterPlace *learned = self->learned ? self->learned_place : NULL;

  for (int i = 0; i < N_PANES; i++)
    g_clear_pointer (&self->surfaces[i], cairo_surface_destroy);
  if (place)
    {
      self->gain = find_gain (place, learned ? LEAST_GAIN : 1);
      set_surface (self, BEFORE, &place->rect, place->before->values);
      set_surface (self, AFTER, &place->rect, place->after->values);
      if (learned)
        set_surface (self, LEARNED, &learned->rect, self->learned->values);
      if (learned)
        show_difference (self, learned, self->learned);
      else
        show_difference (self, place, place->before);
    }
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Reads the part that is to be seen, where it is another. */
static void
update_place (CnnFilterPreview *self)
{
  g_autoptr (GError) error = NULL;
  CnnRect            rect;

  if (!self->has_picture || !gtk_widget_get_realized (GTK_WIDGET (self)))
    return;
  rect = wanted_rect (self);
  if (self->place && memcmp (&rect, &self->place->rect, sizeof rect) == 0)
    return;
  g_clear_pointer (&self->place, cnn_filter_place_unref);
  g_clear_pointer (&self->trouble, g_free);
  self->place = cnn_filter_place_new (&self->picture, &rect, &error);
  if (error)
    self->trouble = g_strdup (error->message);
  show_pictures (self);
  if (self->place)
    g_signal_emit (self, signals[MOVED], 0);
}

/* --- drawing ----------------------------------------------------------------------------- */

static void
draw_text (CnnFilterPreview *self, cairo_t *cr, const char *text, int x, int y, int width,
           gboolean middle)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  GtkStyleContext        *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA                 ink;
  int                     height;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &ink);
  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  if (!middle)
    pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_get_pixel_size (layout, NULL, &height);
  gdk_cairo_set_source_rgba (cr, &ink);
  cairo_move_to (cr, x, middle ? y - height / 2 : y);
  pango_cairo_show_layout (cr, layout);
}

static char *
caption (CnnFilterPreview *self, int pane)
{
  switch (pane)
    {
    case BEFORE:
      return g_strdup (_("Before"));
    case LEARNED:
      return g_strdup (_("Learnt"));
    case AFTER:
      return g_strdup (_("After"));
    case DIFFERENCE:
    default:
      /* Translators: a difference, so many times as strong. */
      return g_strdup_printf (_("Difference × %d"), MAX (self->gain, 1));
    }
}

/* What stands in a pane without a picture. */
static const char *
nothing_text (CnnFilterPreview *self, int pane)
{
  if (self->trouble)
    return pane == BEFORE ? self->trouble : NULL;
  if (!self->has_picture)
    return NULL;
  return pane == LEARNED ? _("Nothing is learnt yet") : NULL;
}

static void
draw_pane (CnnFilterPreview *self, cairo_t *cr, int pane, int x, CnnSize size)
{
  g_autofree char *title = caption (self, pane);
  const char      *nothing = nothing_text (self, pane);
  int              scale = zoom (self);

  draw_text (self, cr, title, x, 1, size.width, FALSE);
  cairo_save (cr);
  cairo_rectangle (cr, x, CAPTION, size.width, size.height);
  cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.2);
  cairo_fill_preserve (cr);
  cairo_clip (cr);
  if (self->surfaces[pane] && self->place)
    {
      gboolean       learned = pane == LEARNED || (pane == DIFFERENCE && self->learned);
      const CnnRect *to = &self->place->rect;
      const CnnRect *of = learned ? &self->learned_place->rect : to;
      int            room_x = MAX (size.width - to->width * scale, 0) / 2;
      int            room_y = MAX (size.height - to->height * scale, 0) / 2;

      cairo_translate (cr, x + room_x + (of->x - to->x) * scale,
                       CAPTION + room_y + (of->y - to->y) * scale);
      cairo_scale (cr, scale, scale);
      cairo_set_source_surface (cr, self->surfaces[pane], 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
    }
  else if (nothing)
    draw_text (self, cr, nothing, x + 6, CAPTION + size.height / 2, size.width - 12, TRUE);
  cairo_restore (cr);
}

static gboolean
cnn_filter_preview_draw (GtkWidget *widget, cairo_t *cr)
{
  CnnFilterPreview *self = CNN_FILTER_PREVIEW (widget);
  CnnSize           size = pane_size (self);
  int               width = N_PANES * size.width + (N_PANES - 1) * GAP;
  int               left = MAX (gtk_widget_get_allocated_width (widget) - width, 0) / 2;
  gboolean          mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  for (int pane = 0; pane < N_PANES; pane++)
    draw_pane (self, cr, pane,
               left + (mirrored ? N_PANES - 1 - pane : pane) * (size.width + GAP), size);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (gtk_widget_get_style_context (widget), cr, left - 1, CAPTION - 1, width + 2,
                      size.height + 2);
  return FALSE;
}

/* --- moving it --------------------------------------------------------------------------- */

static void
move_to (CnnFilterPreview *self, double x, double y)
{
  self->x = x;
  self->y = y;
  update_place (self);
}

static void
set_zoom (CnnFilterPreview *self, int to)
{
  self->zoom = CLAMP (to, 1, MOST_ZOOM);
  update_place (self);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_begin (CnnFilterPreview *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_x = self->x;
  self->drag_y = self->y;
}

static void
drag_update (CnnFilterPreview *self, double x, double y)
{
  move_to (self, self->drag_x - x / zoom (self), self->drag_y - y / zoom (self));
}

static gboolean
cnn_filter_preview_key (GtkWidget *widget, GdkEventKey *event)
{
  CnnFilterPreview *self = CNN_FILTER_PREVIEW (widget);
  double            step = MAX (pane_size (self).width / zoom (self) / 4, 1);

  if (event->state & gtk_accelerator_get_default_mod_mask () & ~GDK_SHIFT_MASK)
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Left:
      move_to (self, self->x - step, self->y);
      return TRUE;
    case GDK_KEY_Right:
      move_to (self, self->x + step, self->y);
      return TRUE;
    case GDK_KEY_Up:
      move_to (self, self->x, self->y - step);
      return TRUE;
    case GDK_KEY_Down:
      move_to (self, self->x, self->y + step);
      return TRUE;
    case GDK_KEY_Home:
      move_to (self, self->picture.shape.width / 2.0, self->picture.shape.height / 2.0);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      set_zoom (self, zoom (self) + 1);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      set_zoom (self, zoom (self) - 1);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
cnn_filter_preview_scroll (GtkWidget *widget, GdkEventScroll *event)
{
  CnnFilterPreview *self = CNN_FILTER_PREVIEW (widget);

  if (event->direction != GDK_SCROLL_UP && event->direction != GDK_SCROLL_DOWN)
    return FALSE;
  set_zoom (self, zoom (self) + (event->direction == GDK_SCROLL_UP ? 1 : -1));
  return TRUE;
}

static void
cnn_filter_preview_size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  GTK_WIDGET_CLASS (cnn_filter_preview_parent_class)->size_allocate (widget, allocation);
  update_place (CNN_FILTER_PREVIEW (widget));
}

static void
cnn_filter_preview_realize (GtkWidget *widget)
{
  g_autoptr (GdkCursor) hand = gdk_cursor_new_from_name (gtk_widget_get_display (widget), "grab");

  GTK_WIDGET_CLASS (cnn_filter_preview_parent_class)->realize (widget);
  gdk_window_set_cursor (gtk_widget_get_window (widget), hand);
  update_place (CNN_FILTER_PREVIEW (widget));
}

/* --- what is shown ----------------------------------------------------------------------- */

/** cnn_filter_preview_place: (transfer none) (nullable): what is to be seen. */
CnnFilterPlace *
cnn_filter_preview_place (CnnFilterPreview *self)
{
  return self->place;
}

/**
 * cnn_filter_preview_set_picture:
 * @picture: (nullable): the pictures; what they read from must be good until others are set.
 *   %NULL: none
 *
 * Shows the pictures before and after; what is learnt is forgotten.
 */
void
cnn_filter_preview_set_picture (CnnFilterPreview *self, const CnnFilterPicture *picture)
{
  CnnShape old = self->picture.shape;

  g_clear_pointer (&self->place, cnn_filter_place_unref);
  g_clear_pointer (&self->trouble, g_free);
  cnn_filter_preview_show (self, NULL, NULL);
  self->has_picture = picture != NULL;
  if (picture)
    self->picture = *picture;
  /* Whoever exchanges before and after wants to see the same part. */
  if (picture && (old.height != picture->shape.height || old.width != picture->shape.width))
    {
      self->x = picture->shape.width / 2.0;
      self->y = picture->shape.height / 2.0;
      self->zoom = 0;
    }
  show_pictures (self);
  update_place (self);
}

/**
 * cnn_filter_preview_show:
 * @place: (nullable): a part of the pictures
 * @learned: (nullable): what the filter makes of it
 */
void
cnn_filter_preview_show (CnnFilterPreview *self, CnnFilterPlace *place, CnnTensor *learned)
{
  if (learned == self->learned)
    return;
  g_clear_pointer (&self->learned_place, cnn_filter_place_unref);
  g_clear_pointer (&self->learned, cnn_tensor_unref);
  if (learned)
    {
      self->learned_place = cnn_filter_place_ref (place);
      self->learned = cnn_tensor_ref (learned);
    }
  show_pictures (self);
}

/* --- the object -------------------------------------------------------------------------- */

static void
cnn_filter_preview_dispose (GObject *object)
{
  CnnFilterPreview *self = CNN_FILTER_PREVIEW (object);

  g_clear_object (&self->drag);
  self->has_picture = FALSE;
  G_OBJECT_CLASS (cnn_filter_preview_parent_class)->dispose (object);
}

static void
cnn_filter_preview_finalize (GObject *object)
{
  CnnFilterPreview *self = CNN_FILTER_PREVIEW (object);

  for (int i = 0; i < N_PANES; i++)
    g_clear_pointer (&self->surfaces[i], cairo_surface_destroy);
  g_clear_pointer (&self->place, cnn_filter_place_unref);
  g_clear_pointer (&self->learned_place, cnn_filter_place_unref);
  g_clear_pointer (&self->learned, cnn_tensor_unref);
  g_free (self->trouble);
  G_OBJECT_CLASS (cnn_filter_preview_parent_class)->finalize (object);
}

static void
cnn_filter_preview_class_init (CnnFilterPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cnn_filter_preview_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_filter_preview_finalize;
  widget_class->draw = cnn_filter_preview_draw;
  widget_class->key_press_event = cnn_filter_preview_key;
  widget_class->scroll_event = cnn_filter_preview_scroll;
  widget_class->size_allocate = cnn_filter_preview_size_allocate;
  widget_class->realize = cnn_filter_preview_realize;
  signals[MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
cnn_filter_preview_init (CnnFilterPreview *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_set_size_request (widget, N_PANES * LEAST + (N_PANES - 1) * GAP, LEAST + CAPTION);
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_SCROLL_MASK | GDK_BUTTON_PRESS_MASK | GDK_BUTTON_MOTION_MASK |
                                   GDK_KEY_PRESS_MASK);
  gtk_widget_set_tooltip_text (widget, _("Drag it, or use the arrow keys, to see another part; "
                                         "scroll, or use + and −, to enlarge it"));
  atk_object_set_name (gtk_widget_get_accessible (widget), _("Preview"));
  self->drag = gtk_gesture_drag_new (widget);
  g_signal_connect_swapped (self->drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect_swapped (self->drag, "drag-update", G_CALLBACK (drag_update), self);
}

/** cnn_filter_preview_new: (transfer floating): of nothing yet. */
GtkWidget *
cnn_filter_preview_new (void)
{
  return g_object_new (CNN_TYPE_FILTER_PREVIEW, NULL);
}
