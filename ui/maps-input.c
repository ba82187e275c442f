/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What keys and the pointer do in the maps view. */

#include <math.h>

#include "maps-private.h"

/* A click that moves so far is none. */
#define DRAG_PIXELS 5

/* A turn of the wheel. */
#define WHEEL_ZOOM   1.25
#define WHEEL_PIXELS 60

/* --- places ------------------------------------------------------------------------- */

/* The map at a place of the area, or -1; and where its pane is. */
static int
map_at (CnnMapsView *view, double x, double y, CnnRect *pane)
{
  CnnMapsGrid grid = cnn_maps_view_grid (view);
  int         first, n;

  if (cnn_maps_view_shows_picture (view))
    return -1;
  if (cnn_maps_view_is_vector (view))
    {
      int row = (int) floor ((y + gtk_adjustment_get_value (view->scroll)) /
                       cnn_maps_view_row_height (view));

      *pane = (CnnRect) { 0,
                          row * cnn_maps_view_row_height (view) -
                            (int) gtk_adjustment_get_value (view->scroll),
                          gtk_widget_get_allocated_width (view->area),
                          cnn_maps_view_row_height (view) };
      return row >= 0 && row < cnn_maps_view_shape (view).channels ? row : -1;
    }
  cnn_maps_view_visible (view, &grid, &first, &n);
  for (int map = first; map < first + n; map++)
    {
      *pane = cnn_maps_view_pane (view, &grid, map);
      if (x >= pane->x && x < pane->x + pane->width && y >= pane->y &&
          y < pane->y + pane->height + grid.caption)
        return map;
    }
  return -1;
}

/* The cell at a place of a pane; whether there is one. */
static gboolean
cell_at (CnnMapsView *view, const CnnRect *pane, double x, double y, int *row, int *column)
{
  CnnMapsPlace place = cnn_maps_view_place (view);
  CnnShape     shape = cnn_maps_view_shape (view);

  if (cnn_maps_view_is_vector (view))
    {
      *row = *column = 0;
      return TRUE;
    }
  if (y >= pane->y + pane->height)
    return FALSE;
  x = view->port.x + (x - pane->x - pane->width / 2.0) / view->port.scale;
  y = view->port.y + (y - pane->y - pane->height / 2.0) / view->port.scale;
  *column = (int) floor ((x - place.x) / place.width);
  *row = (int) floor ((y - place.y) / place.height);
  return *column >= 0 && *column < shape.width && *row >= 0 && *row < shape.height;
}

static void
point_at (CnnMapsView *view, double x, double y)
{
  CnnRect pane;
  int     row, column;
  int     map = map_at (view, x, y, &pane);

  if (map >= 0 && cell_at (view, &pane, x, y, &row, &column))
    cnn_maps_view_hover (view, map, row, column);
  else
    cnn_maps_view_hover (view, -1, 0, 0);
}

/* --- the pointer ---------------------------------------------------------------------- */

static void
pan_by (CnnMapsView *view, double x, double y)
{
  view->port.x -= x / view->port.scale;
  view->port.y -= y / view->port.scale;
  cnn_maps_view_moved (view);
}

static gboolean
on_press (GtkWidget *area, GdkEventButton *event, CnnMapsView *view)
{
  if (event->type == GDK_2BUTTON_PRESS && event->button == GDK_BUTTON_PRIMARY && view->single &&
      !cnn_maps_view_shows_picture (view))
    {
      cnn_maps_view_set_single (view, FALSE);
      view->pressed = FALSE;
      return TRUE;
    }
  if (event->type != GDK_BUTTON_PRESS ||
      (event->button != GDK_BUTTON_PRIMARY && event->button != GDK_BUTTON_MIDDLE))
    return FALSE;
  gtk_widget_grab_focus (area);
  view->pressed = TRUE;
  view->dragging = event->button == GDK_BUTTON_MIDDLE;
  view->button = event->button;
  view->press_x = view->drag_x = event->x;
  view->press_y = view->drag_y = event->y;
  return TRUE;
}

static void
click (CnnMapsView *view, double x, double y, GdkModifierType state)
{
  CnnRect      pane;
  int          map = map_at (view, x, y, &pane);
  GdkRectangle box;

  if (map < 0)
    return;
  point_at (view, x, y);
  box = cnn_maps_check (view, &pane);
  if (y >= box.y - 4 && y < box.y + box.height + 4 && x >= box.x - 4 &&
      x < box.x + box.width + 4)
    {
      cnn_maps_view_choose (view, map);
      cnn_maps_view_tick (view, map);
    }
  else if (view->single || cnn_maps_view_is_vector (view) ||
           cnn_maps_view_shape (view).channels == 1 || (state & GDK_SHIFT_MASK))
    {
      cnn_maps_view_choose (view, map);
      cnn_maps_view_pin (view);
    }
  else
    {
      cnn_maps_view_choose (view, map);
      cnn_maps_view_set_single (view, TRUE);
      point_at (view, x, y);
    }
}

static gboolean
on_release (GtkWidget *area, GdkEventButton *event, CnnMapsView *view)
{
  if (!view->pressed || event->button != view->button)
    return FALSE;
  view->pressed = FALSE;
  if (!view->dragging)
    click (view, event->x, event->y, event->state);
  view->dragging = FALSE;
  return TRUE;
}

static gboolean
on_motion (GtkWidget *area, GdkEventMotion *event, CnnMapsView *view)
{
  if (view->pressed && !view->dragging)
    view->dragging = hypot (event->x - view->press_x, event->y - view->press_y) > DRAG_PIXELS;
  if (view->pressed && view->dragging)
    {
      pan_by (view, event->x - view->drag_x, event->y - view->drag_y);
      view->drag_x = event->x;
      view->drag_y = event->y;
    }
  else
    point_at (view, event->x, event->y);
  return TRUE;
}

static gboolean
on_leave (GtkWidget *area, GdkEventCrossing *event, CnnMapsView *view)
{
  if (!view->pressed)
    cnn_maps_view_hover (view, -1, 0, 0);
  return FALSE;
}

/* Where in its pane a place of the area is, from the pane's middle. */
static void
from_middle (CnnMapsView *view, double *x, double *y)
{
  CnnMapsGrid grid = cnn_maps_view_grid (view);
  CnnRect     pane;

  if (map_at (view, *x, *y, &pane) < 0)
    pane = cnn_maps_view_pane (view, &grid, grid.n == 1 ? 0 : view->map);
  *x -= pane.x + pane.width / 2.0;
  *y -= pane.y + pane.height / 2.0;
}

static gboolean
on_scroll (GtkWidget *area, GdkEventScroll *event, CnnMapsView *view)
{
  double across = 0.0, down = 0.0;
  double x = event->x, y = event->y;
  double room = gtk_adjustment_get_upper (view->scroll) -
                gtk_adjustment_get_page_size (view->scroll);

  if (!gdk_event_get_scroll_deltas ((GdkEvent *) event, &across, &down))
    {
      across = event->direction == GDK_SCROLL_RIGHT ? 1 : event->direction == GDK_SCROLL_LEFT ? -1
                                                                                               : 0;
      down = event->direction == GDK_SCROLL_DOWN ? 1 : event->direction == GDK_SCROLL_UP ? -1 : 0;
    }
  if (event->state & GDK_CONTROL_MASK)
    {
      from_middle (view, &x, &y);
      cnn_maps_view_set_scale (view, view->port.scale * pow (WHEEL_ZOOM, -down), x, y);
    }
  else if (room > 0.0)
    gtk_adjustment_set_value (view->scroll,
                              gtk_adjustment_get_value (view->scroll) + down * WHEEL_PIXELS);
  else if (event->state & GDK_SHIFT_MASK)
    pan_by (view, -(across + down) * WHEEL_PIXELS, 0.0);
  else
    pan_by (view, -across * WHEEL_PIXELS, -down * WHEEL_PIXELS);
  point_at (view, event->x, event->y);
  return TRUE;
}

/* --- keys -------------------------------------------------------------------------------- */

/* Keeps the cell of the keyboard on the screen. */
static void
show_cell (CnnMapsView *view, int row, int column)
{
  CnnMapsPlace place  = cnn_maps_view_place (view);
  CnnSize      pane   = cnn_maps_view_pane_size (view);
  double       width  = pane.width / view->port.scale;
  double       height = pane.height / view->port.scale;
  double       x      = place.x + column * place.width;
  double       y      = place.y + row * place.height;

  view->port.x = CLAMP (view->port.x, MIN (x + place.width - width / 2, x + width / 2),
                        x + width / 2);
  view->port.y = CLAMP (view->port.y, MIN (y + place.height - height / 2, y + height / 2),
                        y + height / 2);
  cnn_maps_view_moved (view);
}

static void
move_cell (CnnMapsView *view, int across, int down)
{
  CnnMapsPlace place = cnn_maps_view_place (view);
  CnnShape     shape = cnn_maps_view_shape (view);
  int          row, column;

  if (view->hover_map >= 0)
    {
      row = view->hover_y + down;
      column = view->hover_x + across;
    }
  else
    {
      row = (int) floor ((view->port.y - place.y) / place.height);
      column = (int) floor ((view->port.x - place.x) / place.width);
    }
  row = CLAMP (row, 0, shape.height - 1);
  column = CLAMP (column, 0, shape.width - 1);
  if (!cnn_maps_view_is_vector (view))
    show_cell (view, row, column);
  cnn_maps_view_hover (view, view->map, row, column);
}

/* To another map; the cell that is looked at stays the same. */
static void
move_map (CnnMapsView *view, int by)
{
  int n   = cnn_maps_view_shape (view).channels;
  int map = CLAMP (view->map + by, 0, n - 1);

  cnn_maps_view_choose (view, map);
  if (view->hover_map >= 0)
    cnn_maps_view_hover (view, map, view->hover_y, view->hover_x);
  else if (cnn_maps_view_is_vector (view))
    cnn_maps_view_hover (view, map, 0, 0);
}

static void
on_arrow (CnnMapsView *view, guint key, GdkModifierType state)
{
  CnnMapsGrid grid   = cnn_maps_view_grid (view);
  int         across = key == GDK_KEY_Right ? 1 : key == GDK_KEY_Left ? -1 : 0;
  int         down   = key == GDK_KEY_Down ? 1 : key == GDK_KEY_Up ? -1 : 0;
  gboolean    rtl    = gtk_widget_get_direction (view->area) == GTK_TEXT_DIR_RTL;

  if (cnn_maps_view_shows_picture (view))
    pan_by (view, -across * WHEEL_PIXELS, -down * WHEEL_PIXELS);
  else if (state & GDK_SHIFT_MASK)
    move_cell (view, across, down);
  else if (cnn_maps_view_is_vector (view) || grid.n == 1)
    move_map (view, (rtl ? -across : across) + down);
  else if (view->map + (rtl ? -across : across) + down * grid.columns < grid.n &&
           view->map + (rtl ? -across : across) + down * grid.columns >= 0)
    move_map (view, (rtl ? -across : across) + down * grid.columns);
}

/* What a key on the number pad is otherwise. */
static guint
plain_key (guint key)
{
  static const guint pairs[][2] = {
    { GDK_KEY_KP_Left, GDK_KEY_Left },           { GDK_KEY_KP_Right, GDK_KEY_Right },
    { GDK_KEY_KP_Up, GDK_KEY_Up },               { GDK_KEY_KP_Down, GDK_KEY_Down },
    { GDK_KEY_KP_Page_Up, GDK_KEY_Page_Up },     { GDK_KEY_KP_Page_Down, GDK_KEY_Page_Down },
    { GDK_KEY_KP_Enter, GDK_KEY_Return },        { GDK_KEY_KP_Add, GDK_KEY_plus },
    { GDK_KEY_KP_Subtract, GDK_KEY_minus },      { GDK_KEY_KP_0, GDK_KEY_0 },
    { GDK_KEY_KP_1, GDK_KEY_1 },                 { GDK_KEY_equal, GDK_KEY_plus },
    { GDK_KEY_KP_Home, GDK_KEY_Home },           { GDK_KEY_KP_End, GDK_KEY_End },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (key == pairs[i][0])
      return pairs[i][1];
  return gdk_keyval_to_lower (key);
}

static gboolean
on_key (GtkWidget *area, GdkEventKey *event, CnnMapsView *view)
{
  gboolean picture = cnn_maps_view_shows_picture (view);
  guint    key     = plain_key (event->keyval);

  if (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK))
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      on_arrow (view, key, event->state);
      return TRUE;

    case GDK_KEY_Page_Up:
    case GDK_KEY_Page_Down:
      cnn_maps_view_step (view, key == GDK_KEY_Page_Up ? -1 : 1);
      return TRUE;

    case GDK_KEY_plus:
      cnn_maps_view_set_scale (view, view->port.scale * G_SQRT2, 0.0, 0.0);
      return TRUE;

    case GDK_KEY_minus:
      cnn_maps_view_set_scale (view, view->port.scale / G_SQRT2, 0.0, 0.0);
      return TRUE;

    case GDK_KEY_0:
      cnn_maps_view_set_fit (view);
      return TRUE;

    case GDK_KEY_1:
      cnn_maps_view_set_scale (view, 1.0, 0.0, 0.0);
      return TRUE;

    default:
      break;
    }
  if (picture)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Home:
    case GDK_KEY_End:
      move_map (view, key == GDK_KEY_Home ? -G_MAXINT / 2 : G_MAXINT / 2);
      return TRUE;

    case GDK_KEY_Return:
      if (!cnn_maps_view_is_vector (view))
        cnn_maps_view_set_single (view, !view->single);
      return TRUE;

    case GDK_KEY_space:
      if (view->hover_map < 0)
        move_cell (view, 0, 0);
      cnn_maps_view_pin (view);
      return TRUE;

    case GDK_KEY_t:
      cnn_maps_view_tick (view, view->map);
      return TRUE;

    case GDK_KEY_Escape:
      if (!view->single)
        return FALSE; /* then it is for the dialog */
      cnn_maps_view_set_single (view, FALSE);
      return TRUE;

    default:
      return FALSE;
    }
}

static gboolean
on_focus (GtkWidget *area, GdkEventFocus *event, CnnMapsView *view)
{
  gtk_widget_queue_draw (area);
  return FALSE;
}

/* Has the area listen. */
void
cnn_maps_connect_input (CnnMapsView *view)
{
  GtkWidget *area = view->area;

  gtk_widget_add_events (area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                 GDK_POINTER_MOTION_MASK | GDK_LEAVE_NOTIFY_MASK |
                                 GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK | GDK_KEY_PRESS_MASK |
                                 GDK_FOCUS_CHANGE_MASK);
  g_signal_connect (area, "button-press-event", G_CALLBACK (on_press), view);
  g_signal_connect (area, "button-release-event", G_CALLBACK (on_release), view);
  g_signal_connect (area, "motion-notify-event", G_CALLBACK (on_motion), view);
  g_signal_connect (area, "leave-notify-event", G_CALLBACK (on_leave), view);
  g_signal_connect (area, "scroll-event", G_CALLBACK (on_scroll), view);
  g_signal_connect (area, "key-press-event", G_CALLBACK (on_key), view);
  g_signal_connect (area, "focus-in-event", G_CALLBACK (on_focus), view);
  g_signal_connect (area, "focus-out-event", G_CALLBACK (on_focus), view);
}
