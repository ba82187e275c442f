/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From an edit of a network to fresh pixels, on a picture of 24 megapixels: until the
 * preview has all values of a view of 512×512, and until the maps view has drawn them;
 * from rest, and while the last edit's whole maps are being computed. Needs a screen:
 * tests/ui/with-screen. */

#include <stdlib.h>

#include "maps-view.h"

#define WIDTH   6000
#define HEIGHT  4000
#define VIEW    512
#define N_EDITS 41

/* --- the picture: waves, in memory -------------------------------------------------- */

static gboolean
read_values (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
             GCancellable *cancellable, GError **error)
{
  const guint8 *bytes = data;

  for (int y = 0; y < rect->height; y++)
    {
      const guint8 *from = bytes + ((gsize) (rect->y + y) * WIDTH + rect->x) * 3;

      for (int x = 0; x < rect->width * 3; x++)
        values[y * stride + x] = from[x] / 255.0f;
    }
  return TRUE;
}

static gboolean
show_pixels (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels,
             gsize stride, GCancellable *cancellable, GError **error)
{
  const guint8 *bytes = data;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gsize row    = rect->y + (gsize) y * rect->height / height;
        gsize column = rect->x + (gsize) x * rect->width / width;
        const guint8 *rgb = bytes + (row * WIDTH + column) * 3;

        ((guint32 *) (void *) (pixels + y * stride))[x] =
          (guint32) rgb[0] << 16 | (guint32) rgb[1] << 8 | rgb[2];
      }
  return TRUE;
}

static CnnPicture *
make_picture (void)
{
  static const CnnPictureClass klass = { read_values, show_pixels, NULL, g_free };
  guint8 *bytes = g_malloc ((gsize) WIDTH * HEIGHT * 3);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        bytes[((gsize) y * WIDTH + x) * 3 + c] = (guint8) ((x * (3 + c) ^ y * (5 - c)) >> 2);
  return cnn_picture_new (&klass, (CnnShape) { HEIGHT, WIDTH, 3 }, bytes);
}

/* --- edits ---------------------------------------------------------------------------- */

static const CnnPreviewView the_view = { 1, { 2048, 1536, VIEW, VIEW }, 1, 0, 8 };

static CnnNetwork *
edited (int edit)
{
  g_autofree char *text = g_strdup_printf ("conv 8 3x3 pad=same seed=%d", edit);

  return cnn_network_parse (text, NULL);
}

static gboolean
take_pixels (CnnPreview *preview, guint8 *pixels)
{
  for (int map = 0; map < 8; map++)
    if (!cnn_preview_get_pixels (preview, 1, map, &the_view.cells, 1, MAPPING_CLAMP, pixels,
                                 VIEW * 4))
      return FALSE;
  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

static void
report (const char *what, double *times)
{
  qsort (times, N_EDITS, sizeof (double), compare);
  g_print ("%-52s median %6.1f ms, from %.1f to %.1f\n", what, times[N_EDITS / 2], times[0],
           times[N_EDITS - 1]);
}

static void
rest (gulong usec)
{
  gint64 end = g_get_monotonic_time () + usec;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
}

static void
wait_progress (CnnPreview *preview, double fraction, gboolean *done)
{
  *done = fraction >= 1.0;
}

static void
measure_pixels (CnnPreview *preview, gboolean busy, int *edit)
{
  g_autofree guint8 *pixels = g_malloc (VIEW * VIEW * 4);
  double   times[N_EDITS];
  gboolean done = FALSE;
  gulong   id   = g_signal_connect (preview, "progress", G_CALLBACK (wait_progress), &done);

  for (int i = 0; i < N_EDITS; i++)
    {
      g_autoptr (CnnNetwork) network = edited (++*edit);
      gint64 start = g_get_monotonic_time ();

      done = FALSE;
      cnn_preview_set_network (preview, network);
      cnn_preview_want (preview, &the_view);
      while (!take_pixels (preview, pixels))
        g_main_context_iteration (NULL, TRUE);
      times[i] = (g_get_monotonic_time () - start) / 1000.0;
      if (busy)
        rest (150000);
      else
        while (!done)
          g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handler_disconnect (preview, id);
  report (busy ? "pixels of 8 maps, while whole maps are computed" : "pixels of 8 maps, from rest",
          times);
}

static gboolean
on_drawn (GtkWidget *area, cairo_t *cr, gint64 *at)
{
  *at = g_get_monotonic_time ();
  return FALSE;
}

static void
find_area (GtkWidget *widget, gpointer data)
{
  GtkWidget **found = data;
  const char *name  = atk_object_get_name (gtk_widget_get_accessible (widget));

  if (GTK_IS_DRAWING_AREA (widget) && g_strcmp0 (name, "Feature maps") == 0)
    *found = widget;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find_area, data);
}

/* Until the widget has drawn: one map in a pane of 512×512, at 100 %. */
static void
measure_frames (CnnPreview *preview, int *edit)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *view   = cnn_maps_view_new (preview);
  GtkWidget *area   = NULL;
  double     times[N_EDITS];
  gint64     drawn  = 0;

  gtk_container_add (GTK_CONTAINER (window), view);
  gtk_window_set_default_size (GTK_WINDOW (window), 740, 600);
  find_area (view, &area);
  g_signal_connect_after (area, "draw", G_CALLBACK (on_drawn), &drawn);
  gtk_widget_show_all (window);
  rest (200000);
  for (int i = 0; i < N_EDITS; i++)
    {
      g_autoptr (CnnNetwork)  network = edited (++*edit);
      g_autofree CnnNodeInfo *infos =
        cnn_network_infer (network, (CnnShape) { HEIGHT, WIDTH, 3 }, NULL);
      gint64 start = g_get_monotonic_time ();
      float  value;

      cnn_preview_set_network (preview, network);
      cnn_maps_view_set_node (CNN_MAPS_VIEW (view), network, infos, 1);
      if (i == 0)
        cnn_maps_view_zoom (CNN_MAPS_VIEW (view), 1.0);
      drawn = 0;
      while (!cnn_preview_get_value (preview, 1, 7, HEIGHT / 2, WIDTH / 2, &value))
        g_main_context_iteration (NULL, TRUE);
      drawn = 0;
      while (drawn == 0)
        g_main_context_iteration (NULL, TRUE);
      times[i] = (drawn - start) / 1000.0;
      rest (150000);
    }
  report ("frame with 8 maps drawn at 100 %, while busy", times);
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  g_autoptr (CnnPicture) picture = make_picture ();
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  int edit = 0;

  gtk_init (&argc, &argv);
  g_print ("3→8, 3×3, picture of %d×%d, view of %d×%d, %d edits\n", WIDTH, HEIGHT, VIEW, VIEW,
           N_EDITS);
  measure_pixels (preview, FALSE, &edit);
  measure_pixels (preview, TRUE, &edit);
  measure_frames (preview, &edit);
  return 0;
}
