/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "curves-view.h"
#include "error.h"
#include "filter-preview.h"
#include "filter-test.h"
#include "filter-view.h"
#include "kernel-text.h"
#include "ui-test.h"

/* Learning a filter as a person sees it. */

typedef struct
{
  CnnFilterHost  host;
  char          *folder; /* of presets */
  GtkWidget     *window;
  CnnFilterView *view;
  int            learns, lives; /* how often a person wanted that */
  int            steps;         /* that are waited for */
  CnnRect        rect;          /* that is waited for */
} Fixture;

static gboolean
save (gpointer data, const CnnFilterResult *result, const char *file, GError **error)
{
  g_assert_not_reached ();
}

static gboolean
can_live (gpointer data, const CnnFilterResult *result)
{
  return result->kernels != NULL;
}

static void
count (int *counter)
{
  (*counter)++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  filter_test_reset ();
  f->folder = g_dir_make_tmp ("filter-view-XXXXXX", NULL);
  f->host = (CnnFilterHost) { save, can_live, f->folder, NULL };
  f->view = CNN_FILTER_VIEW (cnn_filter_view_new (&f->host));
  gtk_container_set_border_width (GTK_CONTAINER (f->view), 12);
  g_signal_connect_swapped (f->view, "learn", G_CALLBACK (count), &f->learns);
  g_signal_connect_swapped (f->view, "live", G_CALLBACK (count), &f->lives);
  f->window = ui_test_show (GTK_WIDGET (f->view), 900, 640);
  cnn_filter_view_set_picture (f->view, filter_test_picture ());
  ui_test_settle ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *preset = g_build_filename (f->folder, "Learnt filter.cnn", NULL);

  gtk_widget_destroy (f->window);
  g_remove (preset);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
}

static void
screenshot (Fixture *f, const char *name)
{
  const char      *theme = g_getenv ("GTK_THEME");
  g_autofree char *file = g_strconcat (name, theme && strstr (theme, "dark") ? "-dark" : "", NULL);

  ui_test_screenshot (f->window, file);
}

static GtkWidget *
button (Fixture *f, const char *name)
{
  return ui_test_get (f->window, GTK_TYPE_BUTTON, name);
}

static GtkWidget *
preview (Fixture *f)
{
  return ui_test_get (f->window, CNN_TYPE_FILTER_PREVIEW, "Preview");
}

static void
start (Fixture *f, int steps)
{
  CnnFilterOptions options = filter_test_options ();

  filter_test_allow (steps);
  cnn_filter_view_start (f->view, filter_test_learner (), NULL, 0, &options);
}

static gboolean
is_over (gpointer data)
{
  return !cnn_filter_view_is_running (((Fixture *) data)->view);
}

/* Whether the curve has come to those seconds. */
static gboolean
is_at (gpointer data)
{
  Fixture         *f = data;
  GtkWidget       *curve = ui_test_get (f->window, CNN_TYPE_CURVES_VIEW, NULL);
  g_autofree char *begin = g_strdup_printf ("%d.0 s: ", f->steps);
  const char      *text = atk_object_get_description (gtk_widget_get_accessible (curve));

  return text && g_str_has_prefix (text, begin);
}

static void
wait_for_steps (Fixture *f, int steps)
{
  f->steps = steps;
  g_assert_true (ui_test_wait (is_at, f));
}

/* --- the preview in pixels --------------------------------------------------------------- */

/* What the middle of a pane, counted from the left, shows; panes are side by side, 6 apart, below
 * their captions. */
static guint32
middle_of (GtkWidget *widget, int pane)
{
  int              width = gtk_widget_get_allocated_width (widget);
  int              height = gtk_widget_get_allocated_height (widget);
  int              side = (width - 20) / 4, half = (height - 24) / 2;
  int              left = (width - 4 * side - 18) / 2;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t         *cr = cairo_create (surface);
  guint32          colour;

  ui_test_lay_out (widget);
  gtk_widget_draw (widget, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  colour = ((const guint32 *) (cairo_image_surface_get_data (surface) +
                               (22 + half) * cairo_image_surface_get_stride (surface)))
             [left + pane * (side + 6) + side / 2];
  cairo_surface_destroy (surface);
  return colour & 0xffffff;
}

/* Whether it is grey to the eye, near what is stored at the middle of the picture, changed. */
static gboolean
is_near (guint32 colour, double added, double times)
{
  for (int c = 0; c < 3; c++)
    {
      double value = times * filter_test_before (75, 100, c) + added;
      int    byte = (colour >> (16 - 8 * c)) & 0xff;

      /* The very pixel is one or another beside the middle. */
      if (fabs (byte - 255.0 * CLAMP (value, 0.0, 1.0)) > 12.0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
shows_steps (gpointer data)
{
  Fixture *f = data;

  return is_near (middle_of (preview (f), 1), f->steps / 10.0, 1.0);
}

static void
test_preview (Fixture *f, gconstpointer data)
{
  /* Nothing is learnt: the difference is that of before and after, twice as strong. */
  g_assert_true (is_near (middle_of (preview (f), 0), 0.0, 1.0));
  g_assert_true (is_near (middle_of (preview (f), 2), 0.4, 1.0));
  g_assert_true (is_near (middle_of (preview (f), 3), 0.8, 0.0));
  start (f, 4);
  f->steps = 4;
  g_assert_true (ui_test_wait (shows_steps, f));
  g_assert_true (is_near (middle_of (preview (f), 3), 0.0, 0.0));
  filter_test_allow (FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  f->steps = FILTER_TEST_STEPS;
  g_assert_true (ui_test_wait (shows_steps, f));
  /* From right to left the order is the other way round. */
  gtk_widget_set_direction (preview (f), GTK_TEXT_DIR_RTL);
  g_assert_true (is_near (middle_of (preview (f), 3), 0.0, 1.0));
  g_assert_true (is_near (middle_of (preview (f), 2), 0.6, 1.0));
  g_assert_true (is_near (middle_of (preview (f), 1), 0.4, 1.0));
}

static const CnnRect *
place (Fixture *f)
{
  return &cnn_filter_preview_place (CNN_FILTER_PREVIEW (preview (f)))->rect;
}

static void
test_moving (Fixture *f, gconstpointer data)
{
  GtkWidget  *widget = preview (f);
  const char *said;
  CnnRect     before;

  /* All of the small picture can be seen, once. */
  g_assert_cmpint (place (f)->width, ==, 200);
  gtk_widget_grab_focus (widget);
  ui_test_keys (widget, GDK_KEY_plus, 0, 3);
  before = *place (f);
  g_assert_cmpint (before.width, <, 60);
  g_assert_cmpint (abs (before.x + before.width / 2 - 100), <=, 1);
  said = atk_object_get_description (gtk_widget_get_accessible (widget));
  g_assert_true (g_str_has_suffix (said, "pixels at 400 %"));
  ui_test_key (widget, GDK_KEY_Right, 0);
  g_assert_cmpint (place (f)->x, ==, before.x + before.width / 4);
  g_assert_cmpint (place (f)->y, ==, before.y);
  ui_test_keys (widget, GDK_KEY_Up, 0, 100);
  g_assert_cmpint (place (f)->y, ==, 0);
  ui_test_keys (widget, GDK_KEY_Right, 0, 100);
  g_assert_cmpint (place (f)->x + place (f)->width, ==, 200);
  ui_test_key (widget, GDK_KEY_Home, 0);
  g_assert_cmpint (place (f)->x, ==, before.x);
  /* The learnt part comes with it. */
  start (f, FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  ui_test_key (widget, GDK_KEY_Left, 0);
  ui_test_key (widget, GDK_KEY_Home, 0);
  f->steps = FILTER_TEST_STEPS;
  g_assert_true (ui_test_wait (shows_steps, f));
}

/* --- to the end -------------------------------------------------------------------------- */

static void
test_whole (Fixture *f, gconstpointer data)
{
  CnnFilterResult *result;

  g_assert_true (ui_test_says (f->window, "Nothing is learnt yet"));
  g_assert_false (gtk_widget_get_sensitive (button (f, "Stop and Keep")));
  gtk_button_clicked (GTK_BUTTON (button (f, "Learn")));
  g_assert_cmpint (f->learns, ==, 1);
  start (f, 2);
  g_assert_true (ui_test_says (f->window, "Looking at the pictures"));
  g_assert_false (gtk_widget_get_sensitive (button (f, "Learn")));
  wait_for_steps (f, 2);
  g_assert_true (ui_test_says (f->window, "Learning one kernel"));
  g_assert_true (ui_test_says (f->window, "PSNR before: 20.0 dB, now 26.0 dB"));
  filter_test_allow (5);
  wait_for_steps (f, 5);
  g_assert_true (ui_test_says (f->window, "Learning a small network · 500 steps"));
  screenshot (f, "filter-learning");
  filter_test_allow (FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_filter_view_phase (f->view), ==, CNN_FILTER_DONE);
  g_assert_true (ui_test_says (f->window, "Learnt: a small network, 38.0 dB"));
  g_assert_true (ui_test_says (f->window, "before 20.0 dB, now 38.0 dB"));
  g_assert_true (gtk_widget_get_sensitive (button (f, "Learn")));
  g_assert_false (gtk_widget_get_sensitive (button (f, "Copy Kernel")));
  g_assert_false (gtk_widget_get_sensitive (button (f, "As Live Filter")));

  result = cnn_filter_view_steal_result (f->view);
  g_assert_cmpuint (result->steps, ==, FILTER_TEST_STEPS);
  g_assert_null (cnn_filter_view_result (f->view));
  cnn_filter_result_free (result);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  start (f, 3);
  wait_for_steps (f, 3);
  gtk_button_clicked (GTK_BUTTON (button (f, "Stop and Keep")));
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpuint (cnn_filter_view_result (f->view)->steps, ==, 3);
  g_assert_true (ui_test_says (f->window, "29.0 dB"));
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  start (f, 3);
  wait_for_steps (f, 3);
  gtk_button_clicked (GTK_BUTTON (button (f, "Cancel Learning")));
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_filter_view_phase (f->view), ==, CNN_FILTER_CANCELLED);
  g_assert_true (ui_test_says (f->window, "Cancelled; nothing was learnt"));
  g_assert_null (cnn_filter_view_result (f->view));
  g_assert_null (cnn_filter_view_steal_result (f->view));
  /* And it can be begun once more. */
  filter_test_reset ();
  start (f, FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_nonnull (cnn_filter_view_result (f->view));
}

/* The window closes in the middle of it. */
static void
test_close (Fixture *f, gconstpointer data)
{
  start (f, 3);
  wait_for_steps (f, 3);
  start (f, 3);
  wait_for_steps (f, 3);
}

/* Other layers are chosen in the middle of it. */
static void
test_other_picture (Fixture *f, gconstpointer data)
{
  start (f, 3);
  wait_for_steps (f, 3);
  cnn_filter_view_set_picture (f->view, NULL);
  g_assert_false (cnn_filter_view_is_running (f->view));
  g_assert_true (ui_test_says (f->window, "Nothing is learnt yet"));
}

static void
test_failure (Fixture *f, gconstpointer data)
{
  filter_test_fail ("the pictures are the same");
  start (f, 1);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_filter_view_phase (f->view), ==, CNN_FILTER_FAILED);
  g_assert_true (ui_test_says (f->window, "the pictures are the same"));
}

/* It is said, and nothing is offered. */
static void
test_none (Fixture *f, gconstpointer data)
{
  filter_test_none ();
  start (f, FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_true (ui_test_says (f->window, "No filter was found"));
  g_assert_false (gtk_widget_get_mapped (button (f, "Save Network…")));
}

static void
test_trouble (Fixture *f, gconstpointer data)
{
  cnn_filter_view_set_trouble (f->view, "The layers differ in size.");
  g_assert_true (ui_test_says (f->window, "The layers differ in size."));
  g_assert_false (gtk_widget_get_sensitive (button (f, "Learn")));
  cnn_filter_view_set_trouble (f->view, NULL);
  g_assert_false (ui_test_says (f->window, "The layers differ in size."));
  g_assert_true (gtk_widget_get_sensitive (button (f, "Learn")));
}

/* --- what can be done with it ------------------------------------------------------------ */

static void
test_result (Fixture *f, gconstpointer data)
{
  static const double cross[] = { 0, 0.25, 0, 0.25, 1, 0.25, 0, 0.25, 0 };

  g_autofree char       *file = g_build_filename (f->folder, "Learnt filter.cnn", NULL);
  g_autofree char       *text = NULL, *copied = NULL;
  g_autofree double     *values = NULL;
  g_autoptr (CnnNetwork) network = NULL;
  CnnSize                size;
  int                    depth;

  filter_test_kernel ();
  start (f, FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_true (ui_test_says (f->window, "Learnt: a 3×3 kernel for each channel"));
  screenshot (f, "filter-result");

  /* The second of the three kernels has twice the numbers. */
  gtk_combo_box_set_active (GTK_COMBO_BOX (ui_test_get (f->window, GTK_TYPE_COMBO_BOX, "Kernel")),
                            1);
  gtk_button_clicked (GTK_BUTTON (button (f, "Copy Kernel")));
  copied = gtk_clipboard_wait_for_text (gtk_clipboard_get (GDK_SELECTION_CLIPBOARD));
  values = cnn_kernel_text_read (copied, &depth, &size, NULL);
  g_assert_cmpint (size.height, ==, 3);
  g_assert_cmpmem (values, sizeof cross, cross, sizeof cross);

  gtk_button_clicked (GTK_BUTTON (button (f, "Keep for Feature Maps")));
  g_assert_true (ui_test_says (f->window, "“Learnt filter” is now among the presets"));
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  network = cnn_network_parse (text, NULL);
  g_assert_cmpuint (cnn_network_n_nodes (network), ==, 2);

  gtk_button_clicked (GTK_BUTTON (button (f, "As Live Filter")));
  g_assert_cmpint (f->lives, ==, 1);
}

/* Numbers that are shown are nobody's to edit. */
static void
test_numbers_stay (Fixture *f, gconstpointer data)
{
  GtkWidget *area;

  filter_test_kernel ();
  start (f, FILTER_TEST_STEPS);
  g_assert_true (ui_test_wait (is_over, f));
  area = ui_test_get (f->window, GTK_TYPE_DRAWING_AREA, "Row 1, column 1: 0");
  gtk_widget_grab_focus (area);
  ui_test_key (area, GDK_KEY_Right, 0);
  ui_test_key (area, GDK_KEY_Up, GDK_CONTROL_MASK);
  ui_test_key (area, GDK_KEY_Delete, 0);
  ui_test_key (area, GDK_KEY_7, 0);
  g_assert_cmpstr (atk_object_get_name (gtk_widget_get_accessible (area)), ==,
                   "Row 1, column 2: 0.125");
  g_assert_true (gtk_widget_has_focus (area));
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add ("/filter-view/preview", Fixture, NULL, set_up, test_preview, tear_down);
  g_test_add ("/filter-view/moving", Fixture, NULL, set_up, test_moving, tear_down);
  g_test_add ("/filter-view/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/filter-view/stop", Fixture, NULL, set_up, test_stop, tear_down);
  g_test_add ("/filter-view/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/filter-view/close", Fixture, NULL, set_up, test_close, tear_down);
  g_test_add ("/filter-view/other-picture", Fixture, NULL, set_up, test_other_picture, tear_down);
  g_test_add ("/filter-view/failure", Fixture, NULL, set_up, test_failure, tear_down);
  g_test_add ("/filter-view/none", Fixture, NULL, set_up, test_none, tear_down);
  g_test_add ("/filter-view/trouble", Fixture, NULL, set_up, test_trouble, tear_down);
  g_test_add ("/filter-view/result", Fixture, NULL, set_up, test_result, tear_down);
  g_test_add ("/filter-view/numbers-stay", Fixture, NULL, set_up, test_numbers_stay, tear_down);
  return g_test_run ();
}
