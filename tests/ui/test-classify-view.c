/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "input-view.h"
#include "probability-bars.h"
#include "ui-test.h"

/* What a classifier sees and says: each cell is a square of one shade, bars are as long as the
 * probability and stand in its order, also far down. */

/* --- looking ---------------------------------------------------------------------------------- */

static cairo_surface_t *
draw (GtkWidget *widget)
{
  int              width   = gtk_widget_get_allocated_width (widget);
  int              height  = gtk_widget_get_allocated_height (widget);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t         *cr      = cairo_create (surface);

  gtk_widget_draw (widget, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) +
                      (gsize) y * cairo_image_surface_get_stride (surface);
  guint32       value;

  memcpy (&value, row + 4 * x, 4);
  return value;
}

static const char *
description (GtkWidget *widget)
{
  return atk_object_get_description (gtk_widget_get_accessible (widget));
}

static void
shot (GtkWidget *window, const char *name)
{
  const char      *theme = g_getenv ("GTK_THEME");
  g_autofree char *file  = g_strconcat ("classify-", name,
                                        theme != NULL && strstr (theme, "dark") ? "-dark" : "",
                                        NULL);

  ui_test_screenshot (window, file);
}

/* --- what is seen ---------------------------------------------------------------------------- */

/* A digit as a network sees it, cells of 7 × 7 pixels with nothing in between. */
static void
test_cells (void)
{
  GtkWidget       *view   = cnn_input_view_new ();
  GtkWidget       *window = ui_test_show (view, 196, 196);
  float            values[28 * 28];
  cairo_surface_t *surface;
  int              left = (gtk_widget_get_allocated_width (view) - 196) / 2;
  int              top = (gtk_widget_get_allocated_height (view) - 196) / 2;

  for (int i = 0; i < 28 * 28; i++)
    values[i] = (i * 37 % 256) / 255.0f;
  cnn_input_view_set (CNN_INPUT_VIEW (view), (CnnShape) { 28, 28, 1 }, values);
  ui_test_settle ();
  surface = draw (view);
  for (int y = 0; y < 196; y++)
    for (int x = 0; x < 196; x++)
      {
        guint32 byte = (y / 7 * 28 + x / 7) * 37 % 256;

        g_assert_cmphex (pixel (surface, left + x, top + y) & 0xffffff, ==, byte * 0x010101);
      }
  g_assert_cmpstr (description (view), ==, "28×28");
  cairo_surface_destroy (surface);
  gtk_widget_destroy (window);
}

/* Colours, in the middle of a wider place; then nothing. */
static void
test_colours (void)
{
  static const float values[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 2, -1, 0.2f };
  GtkWidget         *view   = cnn_input_view_new ();
  GtkWidget         *window = ui_test_show (view, 300, 200);
  int                middle = gtk_widget_get_allocated_width (view) / 2;
  int                side   = gtk_widget_get_allocated_height (view) / 2;
  cairo_surface_t   *surface;

  cnn_input_view_set (CNN_INPUT_VIEW (view), (CnnShape) { 2, 2, 3 }, values);
  surface = draw (view);
  g_assert_cmphex (pixel (surface, middle - 5, side - 5) & 0xffffff, ==, 0xff0000);
  g_assert_cmphex (pixel (surface, middle + 5, side - 5) & 0xffffff, ==, 0x00ff00);
  g_assert_cmphex (pixel (surface, middle - 5, side + 5) & 0xffffff, ==, 0x0000ff);
  g_assert_cmphex (pixel (surface, middle + 5, side + 5) & 0xffffff, ==, 0xff0033);
  cairo_surface_destroy (surface);

  cnn_input_view_set (CNN_INPUT_VIEW (view), (CnnShape) { 0, 0, 0 }, NULL);
  surface = draw (view);
  g_assert_cmphex (pixel (surface, middle - 5, side - 5), ==, 0);
  g_assert_cmpstr (description (view), ==, "");
  cairo_surface_destroy (surface);
  gtk_widget_destroy (window);
}

/* --- what is said ---------------------------------------------------------------------------- */

static GtkWidget *
area_of (GtkWidget *bars)
{
  return ui_test_get (bars, GTK_TYPE_DRAWING_AREA, "Probabilities");
}

static void
test_order (void)
{
  static const char *const labels[] = { "cat", "dog", "a very small brown mouse", "cow", "hen",
                                        "owl" };
  static const double      probabilities[] = { 0.06, 0.7, 0.1, 0.06, 0.0, 0.08 };
  GtkWidget *bars   = cnn_probability_bars_new ();
  GtkWidget *window = ui_test_show (bars, 320, 200);
  GtkWidget *area   = area_of (bars);

  cnn_probability_bars_set (CNN_PROBABILITY_BARS (bars), 6, probabilities, labels);
  g_assert_cmpstr (description (area), ==,
                   "dog: 70.0 %; a very small brown mouse: 10.0 %; owl: 8.0 %; cat: 6.0 %; "
                   "cow: 6.0 %");
  ui_test_settle ();
  shot (window, "bars");
  cnn_probability_bars_set (CNN_PROBABILITY_BARS (bars), 0, NULL, NULL);
  g_assert_cmpstr (description (area), ==, "");
  gtk_widget_destroy (window);
}

/* Pixels of a row in the colour that the one of @sample has. */
static int
count (cairo_surface_t *surface, int y, guint32 colour)
{
  int n = 0;

  for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
    n += pixel (surface, x, y) == colour;
  return n;
}

/* The colour of what is on most of a row, but for nothing. */
static guint32
usual (cairo_surface_t *surface, int y)
{
  guint32 best = 0;

  for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
    if (pixel (surface, x, y) != 0 &&
        (best == 0 || count (surface, y, pixel (surface, x, y)) > count (surface, y, best)))
      best = pixel (surface, x, y);
  return best;
}

/* A bar is as much of its row as its class is probable. */
static void
test_lengths (void)
{
  static const char *const labels[] = { "1", "2", "3", "4", "5" };
  static const double      full[] = { 1.0, 0, 0, 0, 0 }, part[] = { 0.6, 0.4, 0, 0, 0 };
  GtkWidget       *bars   = cnn_probability_bars_new ();
  GtkWidget       *window = ui_test_show (bars, 320, 200);
  GtkWidget       *area   = area_of (bars);
  int              height, whole;
  cairo_surface_t *surface;
  guint32          colour;

  cnn_probability_bars_set (CNN_PROBABILITY_BARS (bars), 5, full, labels);
  ui_test_settle ();
  gtk_widget_get_size_request (area, NULL, &height);
  height /= 5;
  surface = draw (area);
  colour = usual (surface, height / 2);
  whole = count (surface, height / 2, colour);
  g_assert_cmpint (whole, >, 100);
  cairo_surface_destroy (surface);

  cnn_probability_bars_set (CNN_PROBABILITY_BARS (bars), 5, part, labels);
  ui_test_settle ();
  surface = draw (area);
  g_assert_cmpint (ABS (count (surface, height / 2, colour) - 0.6 * whole), <=, 2);
  cairo_surface_destroy (surface);
  gtk_widget_destroy (window);
}

/* A thousand classes: five are seen, the others are further down. */
static void
test_many (void)
{
  g_autoptr (GPtrArray) labels        = g_ptr_array_new_with_free_func (g_free);
  g_autofree double    *probabilities = g_new (double, 1000);
  GtkWidget            *bars          = cnn_probability_bars_new ();
  GtkWidget            *window;
  GtkAdjustment        *adjustment;
  cairo_surface_t      *top, *bottom;
  int                   differences   = 0;

  for (int i = 0; i < 1000; i++)
    {
      g_ptr_array_add (labels, g_strdup_printf ("class %d", i));
      probabilities[i] = i * 2.0 / (1000.0 * 999.0);
    }
  window = ui_test_show (bars, 320, 130);
  cnn_probability_bars_set (CNN_PROBABILITY_BARS (bars), 1000, probabilities,
                            (const char *const *) labels->pdata);
  ui_test_settle ();
  g_assert_true (g_str_has_prefix (description (area_of (bars)), "class 999: 0.2 %; class 998: "));
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (bars));
  g_assert_cmpfloat (gtk_adjustment_get_upper (adjustment), >,
                     100.0 * gtk_adjustment_get_page_size (adjustment));
  top = draw (bars);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  ui_test_settle ();
  bottom = draw (bars);
  for (int y = 0; y < cairo_image_surface_get_height (top); y++)
    for (int x = 0; x < 80; x++)
      differences += pixel (top, x, y) != pixel (bottom, x, y);
  g_assert_cmpint (differences, >, 20);
  shot (window, "many");
  cairo_surface_destroy (top);
  cairo_surface_destroy (bottom);
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/input-view/cells", test_cells);
  g_test_add_func ("/input-view/colours", test_colours);
  g_test_add_func ("/probability-bars/order", test_order);
  g_test_add_func ("/probability-bars/lengths", test_lengths);
  g_test_add_func ("/probability-bars/many", test_many);
  return g_test_run ();
}
