/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui-test.h"

#include <math.h>
#include <string.h>

/* Seconds after which a test that waits has failed. */
#define PATIENCE 60

/**
 * ui_test_init: GLib's tests, with GTK; what GTK complains of fails a test.
 *
 * Nothing is animated. Pictures are of what there is, not of the way to it; and where a
 * transition between a border and none turns back halfway, GTK 3.24 leaks a number
 * (gtk_css_calc_array_add() forgets the term that a sum replaces).
 */
void
ui_test_init (int *argc, char ***argv)
{
  gtk_test_init (argc, argv, NULL);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

/** ui_test_settle: lets everything happen that is waiting to. */
void
ui_test_settle (void)
{
  for (int quiet = 0; quiet < 3; quiet++)
    {
      while (gtk_events_pending ())
        gtk_main_iteration ();
      g_usleep (10000);
    }
}

/** ui_test_wait: runs the main loop until @done says so; whether it did in time. */
gboolean
ui_test_wait (gboolean (*done) (gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;

  while (!done (data))
    {
      if (g_get_monotonic_time () > end)
        return FALSE;
      if (!gtk_events_pending ())
        g_usleep (1000);
      while (gtk_events_pending ())
        gtk_main_iteration ();
    }
  return TRUE;
}

/** ui_test_show: puts @widget into a window of that size and shows it. (transfer none) */
GtkWidget *
ui_test_show (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_container_add (GTK_CONTAINER (window), widget);
  gtk_widget_show (widget);
  gtk_widget_show (window);
  ui_test_settle ();
  return window;
}

typedef struct
{
  GType       type;
  const char *name;
  GtkWidget  *found;
} Search;

static void
search (GtkWidget *widget, gpointer data)
{
  Search     *self = data;
  const char *name = atk_object_get_name (gtk_widget_get_accessible (widget));

  if (self->found == NULL && g_type_is_a (G_OBJECT_TYPE (widget), self->type) &&
      (self->name == NULL || g_strcmp0 (name, self->name) == 0))
    self->found = widget;
  if (self->found == NULL && GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, self);
}

/**
 * ui_test_find:
 * @type: the kind of widget
 * @accessible_name: (nullable): what a screen reader calls it
 *
 * Returns: (transfer none) (nullable): the first such widget in @root
 */
GtkWidget *
ui_test_find (GtkWidget *root, GType type, const char *accessible_name)
{
  Search self = { type, accessible_name, NULL };

  search (root, &self);
  return self.found;
}

/** ui_test_says: whether a label in @widget that can be seen says @sentence. */
gboolean
ui_test_says (GtkWidget *widget, const char *sentence)
{
  gboolean found = FALSE;

  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget))
    return strstr (gtk_label_get_text (GTK_LABEL (widget)), sentence) != NULL;
  if (GTK_IS_CONTAINER (widget))
    for (GList *l = gtk_container_get_children (GTK_CONTAINER (widget)); l;
         l = g_list_delete_link (l, l))
      found = found || ui_test_says (l->data, sentence);
  return found;
}

/** ui_test_get: as ui_test_find(), of a widget that must be there. */
GtkWidget *
ui_test_get (GtkWidget *root, GType type, const char *accessible_name)
{
  GtkWidget *found = ui_test_find (root, type, accessible_name);

  if (found == NULL)
    g_error ("there is no %s “%s”", g_type_name (type), accessible_name);
  return found;
}

static void
send (GtkWidget *widget, GdkEvent *event)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (widget));

  event->any.window = g_object_ref (gtk_widget_get_window (widget));
  event->any.send_event = TRUE;
  gdk_event_set_device (event, event->type == GDK_KEY_PRESS || event->type == GDK_KEY_RELEASE
                                 ? gdk_seat_get_keyboard (seat)
                                 : gdk_seat_get_pointer (seat));
  gtk_main_do_event (event);
  gdk_event_free (event);
}

/** ui_test_click: the first button, at a place of @widget's own window. */
void
ui_test_click (GtkWidget *widget, double x, double y)
{
  GdkEventType types[] = { GDK_BUTTON_PRESS, GDK_BUTTON_RELEASE };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      GdkEvent *event = gdk_event_new (types[i]);

      event->button.x = x;
      event->button.y = y;
      event->button.button = 1;
      event->button.time = GDK_CURRENT_TIME;
      send (widget, event);
    }
  ui_test_settle ();
}

/** ui_test_key: presses and releases a key while @widget has the focus. */
void
ui_test_key (GtkWidget *widget, guint keyval, GdkModifierType state)
{
  ui_test_keys (widget, keyval, state, 1);
}

/** ui_test_keys: the same so many times, without a rest. */
void
ui_test_keys (GtkWidget *widget, guint keyval, GdkModifierType state, guint times)
{
  for (guint i = 0; i < 2 * times; i++)
    {
      GdkEvent *event = gdk_event_new (i % 2 == 0 ? GDK_KEY_PRESS : GDK_KEY_RELEASE);

      event->key.keyval = keyval;
      event->key.state = state;
      event->key.time = GDK_CURRENT_TIME;
      send (widget, event);
    }
  ui_test_settle ();
}

/** ui_test_lay_out: gives all of @widget's window its place now, as the next frame would. */
void
ui_test_lay_out (GtkWidget *widget)
{
  gtk_container_check_resize (GTK_CONTAINER (gtk_widget_get_toplevel (widget)));
}

/** ui_test_screenshot: writes what @window shows to @name.png in the screenshots' folder. */
void
ui_test_screenshot (GtkWidget *window, const char *name)
{
  const char      *folder = g_getenv ("G_TEST_BUILDDIR");
  g_autofree char *file   = g_strdup_printf ("%s/%s.png", folder != NULL ? folder : ".", name);
  int              width  = gtk_widget_get_allocated_width (window);
  int              height = gtk_widget_get_allocated_height (window);
  cairo_surface_t *surface;
  cairo_t         *cr;

  ui_test_settle ();
  ui_test_lay_out (window);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cr = cairo_create (surface);
  gtk_widget_draw (window, cr);
  cairo_destroy (cr);
  g_mkdir_with_parents (folder != NULL ? folder : ".", 0777);
  g_assert_cmpint (cairo_surface_write_to_png (surface, file), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
}

/* --- a picture ------------------------------------------------------------ */

static float
value_at (const CnnShape *shape, int y, int x, int channel)
{
  double u = (double) x / shape->width, v = (double) y / shape->height;
  double wave = sin (20.0 * u * (1 + channel)) * cos (14.0 * v) * 0.25;
  double disc = hypot (u - 0.5, v - 0.5) < 0.3 ? 0.4 : 0.0;

  return (float) CLAMP (0.3 + wave + disc, 0.0, 1.0);
}

static gboolean
read_values (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
             GCancellable *cancellable, GError **error)
{
  const CnnShape *shape = data;

  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      for (int c = 0; c < input.channels; c++)
        values[y * stride + (gsize) x * input.channels + c] =
          value_at (shape, (int) ((gint64) (rect->y + y) * shape->height / input.height),
                    (int) ((gint64) (rect->x + x) * shape->width / input.width),
                    shape->channels == 1 ? 0 : c);
  return TRUE;
}

static gboolean
show_pixels (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels,
             gsize stride, GCancellable *cancellable, GError **error)
{
  const CnnShape *shape = data;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32 *pixel = (guint32 *) (pixels + y * stride) + x;
        guint32  rgb   = 0;

        for (int c = 0; c < 3; c++)
          rgb = rgb << 8 |
                (guint32) (255.0f * value_at (shape,
                                              rect->y + (int) ((gint64) y * rect->height / height),
                                              rect->x + (int) ((gint64) x * rect->width / width),
                                              shape->channels == 1 ? 0 : c));
        *pixel = rgb;
      }
  return TRUE;
}

/** ui_test_picture: (transfer full): waves and a disc, the same each time. */
CnnPicture *
ui_test_picture (int height, int width, int channels)
{
  static const CnnPictureClass klass = { read_values, show_pixels, NULL, g_free };
  CnnShape shape = { height, width, channels };

  return cnn_picture_new (&klass, shape, g_memdup2 (&shape, sizeof shape));
}
