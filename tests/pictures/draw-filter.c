/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "file-picture.h"
#include "learn-filter.h"

/* A filter that is learnt from a picture before and after it. */

#define FILTER "input ?x?x3\n" \
               "conv kernels=\"[[-2,-1,0],[-1,1,1],[0,1,2]]\" groups=channels pad=same " \
               "border=replicate\n" \
               "clip min=0 max=1\n"

#define HEIGHT 240
#define WIDTH  320

typedef struct
{
  const float *before;
  const float *after;
} Pair;

static gboolean
read_pair (gpointer data, const CnnRect *rect, float *before, float *after, float *counts,
           GError **error)
{
  const Pair *pair = data;
  gsize       row  = (gsize) rect->width * 3;

  for (int y = 0; y < rect->height; y++)
    {
      gsize from = ((gsize) (rect->y + y) * WIDTH + rect->x) * 3;

      memcpy (before + (gsize) y * row, pair->before + from, row * sizeof (float));
      memcpy (after + (gsize) y * row, pair->after + from, row * sizeof (float));
    }
  for (int i = 0; i < rect->height * rect->width; i++)
    counts[i] = 1.0f;
  return TRUE;
}

static void
same (const float *values, gsize n, float *stored, gpointer data)
{
  memcpy (stored, values, n * 3 * sizeof (float));
}

static void
draw_picture (Canvas *canvas, double x, double y, double width, const float *values)
{
  double           scale   = width / WIDTH;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  guint8          *pixels  = cairo_image_surface_get_data (surface);
  int              stride  = cairo_image_surface_get_stride (surface);

  for (int i = 0; i < HEIGHT * WIDTH; i++)
    {
      guint32 pixel = 0;

      for (int c = 0; c < 3; c++)
        pixel = pixel << 8 | (guint32) (CLAMP (values[i * 3 + c], 0.0f, 1.0f) * 255.0f + 0.5f);
      memcpy (pixels + i / WIDTH * stride + i % WIDTH * 4, &pixel, 4);
    }
  cairo_surface_mark_dirty (surface);
  cairo_save (canvas->cr);
  cairo_translate (canvas->cr, x, y);
  cairo_scale (canvas->cr, scale, scale);
  cairo_set_source_surface (canvas->cr, surface, 0, 0);
  cairo_paint (canvas->cr);
  cairo_restore (canvas->cr);
  cairo_surface_destroy (surface);
}

static float *
read_valley (void)
{
  g_autoptr (GError)     error   = NULL;
  g_autofree char       *file    = g_test_build_filename (G_TEST_DIST, "..", "..", "docs",
                                                          "valley.png", NULL);
  g_autoptr (CnnPicture) picture = file_picture_new (file, &error);
  CnnRect                rect    = { .x = 110, .y = 180, .width = WIDTH, .height = HEIGHT };
  CnnShape               shape;
  float                 *values  = g_new (float, HEIGHT * WIDTH * 3);

  g_assert_no_error (error);
  shape = cnn_picture_shape (picture);
  shape.channels = 3;
  cnn_picture_read (picture, shape, &rect, values, WIDTH * 3, NULL, &error);
  g_assert_no_error (error);
  return values;
}

/** draw_filter: before, after, what the learnt kernel makes of the first, and the kernel. */
void
draw_filter (void)
{
  CnnShape               shape   = { HEIGHT, WIDTH, 3 }, out;
  guint                  last;
  g_autoptr (GError)     error   = NULL;
  g_autofree float      *before  = read_valley ();
  g_autofree float      *after   = cnn_test_run (FILTER, shape, before, &out);
  g_autofree float      *learned = NULL;
  Pair                   pair    = { before, after };
  CnnPairReader          reader  = { read_pair, &pair };
  g_autoptr (CnnPairs)   pairs   = cnn_pairs_new (3, same, NULL, NULL);
  g_autoptr (CnnFilterResult) result = NULL;
  g_autoptr (CnnPlan)    plan    = NULL;
  CnnFilterOptions       options;
  Canvas                *canvas  = canvas_new (820, 222);
  Grid                   kernel  = { 686, 54, 38, 3, 3 };
  double                 numbers[9];
  CnnPairs              *all[1];

  cnn_pairs_add (pairs, "valley", (CnnSize) { HEIGHT, WIDTH }, &reader, &error);
  g_assert_no_error (error);
  cnn_filter_options_init (&options);
  options.model = CNN_FILTER_KERNEL;
  options.channels = CNN_FILTER_CHANNELS_EACH;
  options.size = 3;
  all[0] = pairs;
  result = cnn_filter_learn (all, 1, &options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 9; i++)
    {
      numbers[i] = result->kernels->values[i];
      g_assert_cmpfloat_with_epsilon (numbers[i],
                                      ((double[]) { -2, -1, 0, -1, 1, 1, 0, 1, 2 })[i], 0.01);
    }
  last = cnn_network_n_nodes (result->network) - 1;
  plan = cnn_plan_new (result->network, shape, 1, &last, NULL, &error);
  g_assert_no_error (error);
  learned = cnn_test_run_plan (plan, shape, before, cnn_plan_info (plan, last)->shape);

  draw_picture (canvas, 12, 30, 200, before);
  draw_picture (canvas, 230, 30, 200, after);
  draw_picture (canvas, 448, 30, 200, learned);
  draw_cells (canvas, &kernel, numbers, 3, 2);
  draw_frame (canvas, &kernel, 0, 0, 3, 3, &ink_third);
  draw_text (canvas, 112, 200, 15, &ink_dark, "1");
  draw_text (canvas, 330, 200, 15, &ink_dark, "2");
  draw_text (canvas, 548, 200, 15, &ink_window, "1 ∗ K");
  draw_text (canvas, 743, 200, 15, &ink_third, "K");
  canvas_finish (canvas, "filter");
}
