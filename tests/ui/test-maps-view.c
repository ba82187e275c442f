/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "bank.h"
#include "maps-layout.h"
#include "maps-view.h"
#include "number-text.h"
#include "ui-test.h"

/* --- the widget ----------------------------------------------------------------------------- */

typedef struct
{
  CnnPreview  *preview;
  CnnNetwork  *network;
  CnnBank     *bank;   /* (nullable): what texts refer to */
  CnnNodeInfo *infos;
  GtkWidget   *view;
  GtkWidget   *window;
  GtkWidget   *area;
  double       progress;
  int          hover[3];
  int          pin[3];
  int          tick[2];
  int          step;
} Host;

static void
on_progress (CnnPreview *preview, double fraction, Host *host)
{
  host->progress = fraction;
}

static void
on_hover (CnnMapsView *view, int map, int y, int x, Host *host)
{
  memcpy (host->hover, ((int[]) { map, y, x }), sizeof host->hover);
}

static void
on_pin (CnnMapsView *view, int map, int y, int x, Host *host)
{
  memcpy (host->pin, ((int[]) { map, y, x }), sizeof host->pin);
}

static void
on_tick (CnnMapsView *view, int map, gboolean on, Host *host)
{
  memcpy (host->tick, ((int[]) { map, on }), sizeof host->tick);
}

static void
on_step (CnnMapsView *view, int direction, Host *host)
{
  host->step = direction;
}

static gboolean
is_done (gpointer data)
{
  return ((Host *) data)->progress >= 1.0;
}

static void
host_settle (Host *host)
{
  g_assert_true (ui_test_wait (is_done, host));
  ui_test_settle ();
}

static void
host_set (Host *host, const char *text, int node, CnnPicture *picture)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&host->network, cnn_network_unref);
  g_free (host->infos);
  host->network = cnn_network_parse_with (text, host->bank, &error);
  g_assert_no_error (error);
  host->infos = cnn_network_infer (host->network, cnn_picture_shape (picture), &error);
  g_assert_no_error (error);
  host->progress = 0.0;
  cnn_preview_set_network (host->preview, host->network);
  cnn_maps_view_set_node (CNN_MAPS_VIEW (host->view), host->network, host->infos, node);
}

static void
host_init (Host *host, CnnPicture *picture, const char *text, int node, int width, int height)
{
  memset (host, 0, sizeof *host);
  host->hover[0] = host->pin[0] = host->tick[0] = -7;
  host->preview = cnn_preview_new (picture);
  g_signal_connect (host->preview, "progress", G_CALLBACK (on_progress), host);
  host->view = cnn_maps_view_new (host->preview);
  g_signal_connect (host->view, "hover", G_CALLBACK (on_hover), host);
  g_signal_connect (host->view, "pin", G_CALLBACK (on_pin), host);
  g_signal_connect (host->view, "tick", G_CALLBACK (on_tick), host);
  g_signal_connect (host->view, "step", G_CALLBACK (on_step), host);
  g_object_set (host->view, "margin", 8, NULL);
  host->window = ui_test_show (host->view, width, height);
  host->area = ui_test_find (host->view, GTK_TYPE_DRAWING_AREA, "Feature maps");
  g_assert_nonnull (host->area);
  host_set (host, text, node, picture);
  host_settle (host);
  gtk_widget_grab_focus (host->area);
}

static void
host_clear (Host *host)
{
  gtk_widget_destroy (host->window);
  g_object_unref (host->preview);
  cnn_network_unref (host->network);
  g_free (host->infos);
}

static const char *
description (Host *host)
{
  return atk_object_get_description (gtk_widget_get_accessible (host->area));
}

static char *
zoom_text (Host *host)
{
  GtkWidget *entry = ui_test_find (host->view, GTK_TYPE_ENTRY, "Zoom");

  return g_strdup (gtk_entry_get_text (GTK_ENTRY (entry)));
}

static void
assert_zoom (Host *host, const char *expected)
{
  g_autofree char *text = zoom_text (host);

  g_assert_cmpstr (text, ==, expected);
}

#define EDGES "conv kernels=sobel-x,sobel-y,laplacian,gaussian(3),emboss pad=same; relu"

static void
test_keys (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (300, 400, 3);
  Host host;

  host_init (&host, picture, EDGES, 1, 900, 560);
  assert_zoom (&host, "Fit");
  g_assert_true (g_str_has_prefix (description (&host), "Map 1 of 5"));
  ui_test_key (host.area, GDK_KEY_Right, 0);
  ui_test_key (host.area, GDK_KEY_Right, 0);
  ui_test_key (host.area, GDK_KEY_Left, 0);
  g_assert_true (g_str_has_prefix (description (&host), "Map 2 of 5"));
  ui_test_key (host.area, GDK_KEY_End, 0);
  ui_test_key (host.area, GDK_KEY_Right, 0);
  g_assert_true (g_str_has_prefix (description (&host), "Map 5 of 5"));
  ui_test_key (host.area, GDK_KEY_Page_Down, 0);
  g_assert_cmpint (host.step, ==, 1);
  ui_test_key (host.area, GDK_KEY_Page_Up, 0);
  g_assert_cmpint (host.step, ==, -1);

  ui_test_key (host.area, GDK_KEY_t, 0);
  g_assert_cmpint (host.tick[0], ==, 4);
  g_assert_cmpint (host.tick[1], ==, TRUE);
  ui_test_key (host.area, GDK_KEY_t, 0);
  g_assert_cmpint (host.tick[1], ==, FALSE);

  ui_test_key (host.area, GDK_KEY_Home, 0);
  ui_test_key (host.area, GDK_KEY_space, 0);
  g_assert_cmpint (host.pin[0], ==, 0);
  g_assert_cmpint (host.pin[1], ==, 150);
  g_assert_cmpint (host.pin[2], ==, 200);
  ui_test_key (host.area, GDK_KEY_Right, GDK_SHIFT_MASK);
  ui_test_key (host.area, GDK_KEY_Down, GDK_SHIFT_MASK);
  g_assert_cmpint (host.hover[1], ==, 151);
  g_assert_cmpint (host.hover[2], ==, 201);
  host_settle (&host);
  /* A person counts from 1, as in the arithmetic. */
  g_assert_nonnull (strstr (description (&host), "Row 152, column 202: "));

  ui_test_key (host.area, GDK_KEY_1, 0);
  assert_zoom (&host, "100 %");
  for (int i = 0; i < 12; i++)
    ui_test_key (host.area, GDK_KEY_plus, 0);
  assert_zoom (&host, "1600 %");
  ui_test_key (host.area, GDK_KEY_0, 0);
  assert_zoom (&host, "Fit");
  ui_test_key (host.area, GDK_KEY_Return, 0);
  ui_test_key (host.area, GDK_KEY_Escape, 0);
  host_clear (&host);
}

/* What is on the screen where a value is: the mapping of that value. */
static void
test_shown (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (300, 400, 3);
  cairo_surface_t *surface;
  cairo_t         *cr;
  Host             host;
  float            value;
  int              width, height;
  guint32          pixel;

  host_init (&host, picture, EDGES, 2, 900, 560);
  ui_test_key (host.area, GDK_KEY_Return, 0);
  ui_test_key (host.area, GDK_KEY_1, 0);
  for (int i = 0; i < 8; i++)
    ui_test_key (host.area, GDK_KEY_plus, 0);
  assert_zoom (&host, "1600 %");
  ui_test_key (host.area, GDK_KEY_Right, 0);
  host_settle (&host);

  width = gtk_widget_get_allocated_width (host.area);
  height = gtk_widget_get_allocated_height (host.area);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cr = cairo_create (surface);
  gtk_widget_draw (host.area, cr);
  cairo_destroy (cr);
  for (int y = 40; y < height - 60; y += 37)
    for (int x = 40; x < width - 40; x += 41)
      {
        GdkEvent *event = gdk_event_new (GDK_MOTION_NOTIFY);

        event->motion.window = g_object_ref (gtk_widget_get_window (host.area));
        event->motion.x = x;
        event->motion.y = y;
        gdk_event_set_device (event, gdk_seat_get_pointer (gdk_display_get_default_seat (
                                       gtk_widget_get_display (host.area))));
        gtk_main_do_event (event);
        gdk_event_free (event);
        g_assert_cmpint (host.hover[0], ==, 1);
        g_assert_true (cnn_preview_get_value (host.preview, 2, 1, host.hover[1], host.hover[2],
                                              &value));
        pixel = ((guint32 *) (void *) (cairo_image_surface_get_data (surface) +
                                       y * cairo_image_surface_get_stride (surface)))[x];
        g_assert_cmpfloat_with_epsilon (pixel & 255, CLAMP (value, 0, 1) * 255, 1.0);
      }
  cairo_surface_destroy (surface);
  host_clear (&host);
}

static void
test_click (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (300, 400, 3);
  Host        host;
  GtkWidget  *toggle;
  CnnMapsGrid grid;
  CnnRect     pane;
  PangoLayout *layout;
  int         line, width, height;

  host_init (&host, picture, EDGES, 1, 900, 560);
  width = gtk_widget_get_allocated_width (host.area);
  height = gtk_widget_get_allocated_height (host.area);
  layout = gtk_widget_create_pango_layout (host.area, "0");
  pango_layout_get_pixel_size (layout, NULL, &line);
  g_object_unref (layout);
  grid = cnn_maps_grid (5, (CnnSize) { height, width }, (CnnSize) { 300, 400 }, line + 6, 96);
  toggle = ui_test_find (host.view, GTK_TYPE_TOGGLE_BUTTON, "All maps");

  /* The tick box, at the end of the caption. */
  pane = cnn_maps_grid_pane (&grid, 3);
  ui_test_click (host.area, pane.x + pane.width - 6, pane.y + pane.height + 10);
  g_assert_cmpint (host.tick[0], ==, 3);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle)));

  /* The map fills the pane; then a click pins the cell. */
  pane = cnn_maps_grid_pane (&grid, 2);
  ui_test_click (host.area, pane.x + pane.width / 2, pane.y + pane.height / 2);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle)));
  g_assert_true (g_str_has_prefix (description (&host), "Map 3 of 5"));
  g_assert_cmpint (host.pin[0], ==, -7);
  ui_test_click (host.area, width / 2.0, (height - line - 6) / 2.0);
  g_assert_cmpint (host.pin[0], ==, 2);
  g_assert_cmpint (ABS (host.pin[1] - 150), <=, 1);
  g_assert_cmpint (ABS (host.pin[2] - 200), <=, 1);
  gtk_button_clicked (GTK_BUTTON (toggle));
  ui_test_settle ();
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle)));
  host_clear (&host);
}

/* Where people write from the right, the first map is on the right, and the key that goes
 * there goes back. */
static void
test_rtl (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (300, 400, 3);
  Host host;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  host_init (&host, picture, EDGES, 1, 900, 560);
  ui_test_key (host.area, GDK_KEY_Left, 0);
  g_assert_true (g_str_has_prefix (description (&host), "Map 2 of 5"));
  ui_test_key (host.area, GDK_KEY_Right, 0);
  g_assert_true (g_str_has_prefix (description (&host), "Map 1 of 5"));
  ui_test_screenshot (host.window, "maps-rtl");
  ui_test_click (host.area, gtk_widget_get_allocated_width (host.area) * 0.8, 100);
  g_assert_true (g_str_has_prefix (description (&host), "Map 1 of 5"));
  g_assert_cmpint (host.hover[0], ==, 0);
  host_clear (&host);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

/* The wheel turns what is under the pointer larger; dragging takes all maps along. */
static void
test_pan (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (300, 400, 3);
  Host      host;
  GdkEvent *event;
  int       before[3];

  host_init (&host, picture, EDGES, 1, 900, 560);
  ui_test_key (host.area, GDK_KEY_Return, 0);
  for (int turn = 0; turn < 6; turn++)
    {
      event = gdk_event_new (GDK_SCROLL);
      event->scroll.window = g_object_ref (gtk_widget_get_window (host.area));
      event->scroll.x = 200;
      event->scroll.y = 150;
      event->scroll.direction = GDK_SCROLL_UP;
      event->scroll.state = GDK_CONTROL_MASK;
      gdk_event_set_device (event, gdk_seat_get_pointer (gdk_display_get_default_seat (
                                     gtk_widget_get_display (host.area))));
      gtk_main_do_event (event);
      gdk_event_free (event);
      if (turn > 0)
        {
          g_assert_cmpint (ABS (host.hover[1] - before[1]), <=, 1);
          g_assert_cmpint (ABS (host.hover[2] - before[2]), <=, 1);
        }
      memcpy (before, host.hover, sizeof before);
    }
  for (int i = 0; i < 3; i++)
    {
      GdkEventType type = i == 0 ? GDK_BUTTON_PRESS : i == 1 ? GDK_MOTION_NOTIFY
                                                             : GDK_BUTTON_RELEASE;

      event = gdk_event_new (type);
      event->any.window = g_object_ref (gtk_widget_get_window (host.area));
      gdk_event_set_device (event, gdk_seat_get_pointer (gdk_display_get_default_seat (
                                     gtk_widget_get_display (host.area))));
      if (type == GDK_MOTION_NOTIFY)
        {
          event->motion.x = 260;
          event->motion.y = 190;
        }
      else
        {
          event->button.button = 1;
          event->button.x = i == 0 ? 200 : 260;
          event->button.y = i == 0 ? 150 : 190;
        }
      gtk_main_do_event (event);
      gdk_event_free (event);
    }
  g_assert_cmpint (host.pin[0], ==, -7);
  ui_test_click (host.area, 260, 190);
  g_assert_cmpint (host.pin[0], ==, 0);
  g_assert_cmpint (ABS (host.pin[1] - before[1]), <=, 1);
  g_assert_cmpint (ABS (host.pin[2] - before[2]), <=, 1);
  host_clear (&host);
}

/* A layer that cannot be had says why, and a view that goes while it computes is no harm. */
static void
test_trouble (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (1500, 1500, 3);
  Host host;

  host_init (&host, picture, EDGES, 1, 700, 400);
  cnn_preview_set_memory (host.preview, 8 << 20);
  host_set (&host, "conv 2 3x3; flatten; dense 9", 3, picture);
  host_settle (&host);
  g_assert_nonnull (strstr (description (&host), "memory"));
  ui_test_screenshot (host.window, "maps-trouble");
  cnn_preview_set_memory (host.preview, 0);
  host_set (&host, "conv 16 7x7; relu; conv 16 7x7", 3, picture);
  host_clear (&host);
}

static void
test_screenshots (void)
{
  gboolean         dark    = g_str_has_suffix (g_getenv ("GTK_THEME"), ":dark");
  const char      *theme   = dark ? "-dark" : "";
  g_autoptr (CnnPicture) picture = ui_test_picture (600, 800, 3);
  g_autofree char *grid    = g_strconcat ("maps-grid", theme, NULL);
  g_autofree char *one     = g_strconcat ("maps-one", theme, NULL);
  g_autofree char *numbers = g_strconcat ("maps-numbers", theme, NULL);
  g_autofree char *bars    = g_strconcat ("maps-bars", theme, NULL);
  g_autofree char *many    = g_strconcat ("maps-many", theme, NULL);
  g_autofree char *seen    = g_strconcat ("maps-picture", theme, NULL);
  int     ticked[] = { 0, 3 };
  g_autoptr (GArray) ticks = g_array_new (FALSE, FALSE, sizeof (int));
  Host    host;

  g_array_append_vals (ticks, ticked, 2);
  host_init (&host, picture, "conv kernels=sobel-x,sobel-y,laplacian,gaussian(3),emboss,identity,"
             "\"[[-9]]\",line-h pad=same; relu; maxpool 2", 2, 860, 560);
  cnn_maps_view_set_ticks (CNN_MAPS_VIEW (host.view), ticks);
  cnn_maps_view_set_mapping (CNN_MAPS_VIEW (host.view), MAPPING_RANGE_MAP);
  ui_test_key (host.area, GDK_KEY_Right, 0);
  ui_test_key (host.area, GDK_KEY_Right, GDK_SHIFT_MASK);
  cnn_maps_view_set_outline (CNN_MAPS_VIEW (host.view), &(CnnRect) { 399, 299, 3, 3 });
  ui_test_settle ();
  ui_test_screenshot (host.window, grid);

  cnn_maps_view_set_node (CNN_MAPS_VIEW (host.view), host.network, host.infos, 1);
  cnn_maps_view_set_mapping (CNN_MAPS_VIEW (host.view), MAPPING_DIVERGING);
  ui_test_key (host.area, GDK_KEY_Return, 0);
  ui_test_key (host.area, GDK_KEY_1, 0);
  ui_test_key (host.area, GDK_KEY_plus, 0);
  ui_test_key (host.area, GDK_KEY_plus, 0);
  ui_test_settle ();
  host_settle (&host);
  ui_test_screenshot (host.window, one);

  host_set (&host, "input 28x28x1; conv kernels=sobel-x,sobel-y; maxpool 2", 2, picture);
  cnn_maps_view_set_mapping (CNN_MAPS_VIEW (host.view), MAPPING_DIVERGING);
  ui_test_key (host.area, GDK_KEY_0, 0);
  ui_test_key (host.area, GDK_KEY_Right, GDK_SHIFT_MASK);
  host_settle (&host);
  ui_test_screenshot (host.window, numbers);

  host_set (&host, "input 28x28x1; conv 6 3x3; relu; maxpool 2; flatten; dense 10; softmax", 6,
            picture);
  host_settle (&host);
  ui_test_screenshot (host.window, bars);

  host_set (&host, "conv 300 3x3 stride=4; relu", 2, picture);
  cnn_maps_view_set_mapping (CNN_MAPS_VIEW (host.view), MAPPING_RANGE_MAP);
  ui_test_key (host.area, GDK_KEY_Escape, 0);
  host_settle (&host);
  ui_test_screenshot (host.window, many);

  cnn_maps_view_set_node (CNN_MAPS_VIEW (host.view), host.network, host.infos, -1);
  cnn_maps_view_set_outline (CNN_MAPS_VIEW (host.view), &(CnnRect) { 100, 100, 120, 120 });
  ui_test_settle ();
  g_usleep (100000);
  ui_test_settle ();
  ui_test_screenshot (host.window, seen);
  host_clear (&host);
}

/* A classifier's largest values are listed, with the names that its file gives them. */
static void
test_classes (void)
{
  static const char *const names = "cgefa";
  static const float       values[] = { 7, 6, 5, 4, 3 };
  const char              *text = "input 1x1x1; mul values=0; conv 7 1x1 bias=3,1,7,-2,5,4,6";
  g_autoptr (CnnPicture)   picture = ui_test_picture (30, 40, 3);
  g_autoptr (CnnBank)      bank = cnn_bank_new ();
  g_autoptr (GString)      expected = g_string_new ("Largest values");
  Host                     host;

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *number = cnn_number_short (values[i]);

      g_string_append_printf (expected, "\n%c  \342\200\216%s", names[i], number);
    }
  cnn_bank_set_labels (bank, g_strsplit ("a,b,c,d,e,f,g", ",", -1));
  host_init (&host, picture, text, 2, 600, 120);
  g_assert_false (ui_test_says (host.view, "Largest values"));
  host.bank = bank;
  host_set (&host, text, 2, picture);
  host_settle (&host);
  g_assert_true (ui_test_says (host.view, expected->str));
  /* Of a layer before it they are not. */
  host_set (&host, text, 1, picture);
  host_settle (&host);
  g_assert_false (ui_test_says (host.view, "Largest values"));
  host_clear (&host);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/maps-view/keys", test_keys);
  g_test_add_func ("/maps-view/shown", test_shown);
  g_test_add_func ("/maps-view/click", test_click);
  g_test_add_func ("/maps-view/rtl", test_rtl);
  g_test_add_func ("/maps-view/pan", test_pan);
  g_test_add_func ("/maps-view/trouble", test_trouble);
  g_test_add_func ("/maps-view/classes", test_classes);
  g_test_add_func ("/maps-view/screenshots", test_screenshots);
  return g_test_run ();
}
