/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview-test.h"

#include <math.h>
#include <string.h>

/* What the preview says of maps, held against a run of the whole network. */

static const char *networks[] = {
  "conv 8 3x3 pad=same",
  "conv 2 5x5 stride=2; relu; maxpool 2",
  "conv 8 3x3 pad=same; relu; conv 24 3x3 pad=same border=reflect; relu; maxpool 3 stride=2",
  "conv 4 3x3 pad=same border=wrap as=a; relu; conv 4 1x1; add a; softmax",
  "input ?x?x1; conv kernels=sobel-x,gaussian(2) pad=same; sigmoid; avgpool 3 stride=1",
  "input 28x28x1; conv 6 3x3; relu; maxpool 2; flatten; dense 10; softmax",
};

static void
random_view (CnnPreviewView *view, CnnShape shape, int reduce)
{
  int rows    = (shape.height + reduce - 1) / reduce;
  int columns = (shape.width + reduce - 1) / reduce;
  int top     = g_test_rand_int_range (0, rows);
  int left    = g_test_rand_int_range (0, columns);
  int height  = g_test_rand_int_range (1, rows - top + 1);
  int width   = g_test_rand_int_range (1, columns - left + 1);

  view->reduce = reduce;
  view->cells = (CnnRect) { left * reduce, top * reduce,
                            MIN (width * reduce, shape.width - left * reduce),
                            MIN (height * reduce, shape.height - top * reduce) };
  view->first_map = g_test_rand_int_range (0, shape.channels);
  view->n_maps = g_test_rand_int_range (1, shape.channels - view->first_map + 1);
}

static void
test_values (gconstpointer data)
{
  gboolean reduced = GPOINTER_TO_INT (data);

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (CnnNetwork) network = preview_test_parse (networks[i]);
      g_autoptr (CnnPicture) picture = ui_test_picture (151, 203, 3);
      g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
      guint n = cnn_network_n_nodes (network);

      cnn_preview_set_network (preview, network);
      for (guint node = 0; node < n; node++)
        {
          CnnShape          shape;
          g_autofree float *whole = preview_test_run_whole (picture, network, node, &shape);

          for (int turn = 0; turn < 6; turn++)
            {
              Asked asked = { preview, { node } };
              g_autofree float *values = NULL;
              int   reduce = reduced ? g_test_rand_int_range (2, 20) : 1;

              random_view (&asked.view, shape, reduce);
              asked.values = values = g_new (float, cnn_shape_cells (shape));
              cnn_preview_want (preview, &asked.view);
              g_assert_true (ui_test_wait (preview_test_is_there, &asked));
              /* The cells themselves to the bit; means but for how sums are rounded. */
              g_assert_cmpuint (preview_test_count_wrong (&asked, whole, shape,
                                                          reduced ? 1e-6 : 0.0), ==, 0);
            }
        }
    }
}

static void
assert_stats (CnnPreview *preview, guint node, int map, const float *whole, CnnShape shape,
              gboolean vector)
{
  const CnnMapStats *stats = cnn_preview_get_stats (preview, node, map);
  float  min = INFINITY, max = -INFINITY;
  gsize  zeros = 0, n = (gsize) shape.height * shape.width * (vector ? shape.channels : 1);
  guint  bins[CNN_MAP_BINS] = { 0 };
  gsize  step  = vector ? 1 : shape.channels;
  gsize  first = vector ? 0 : map;

  for (gsize i = 0; i < n; i++)
    {
      min = fminf (min, whole[first + i * step]);
      max = fmaxf (max, whole[first + i * step]);
      zeros += whole[first + i * step] == 0.0f;
    }
  for (gsize i = 0; i < n; i++)
    {
      double part = max > min ? ((double) whole[first + i * step] - min) / ((double) max - min) : 0;

      /* A value on the border of two parts may be put into either. */
      bins[MIN ((int) floor (part * CNN_MAP_BINS + 1e-9), CNN_MAP_BINS - 1)]++;
    }
  g_assert_cmpfloat (stats->range.min, ==, min);
  g_assert_cmpfloat (stats->range.max, ==, max);
  g_assert_cmpfloat (stats->zeros, ==, (double) zeros / n);
  g_assert_true (stats->counted);
  for (int b = 0; b < CNN_MAP_BINS; b++)
    g_assert_cmpint (ABS ((int) stats->histogram[b] - (int) bins[b]), <=, 1);
}

static void
test_stats (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (CnnNetwork) network = preview_test_parse (networks[i]);
      g_autoptr (CnnPicture) picture = ui_test_picture (151, 203, 3);
      g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
      guint n = cnn_network_n_nodes (network);

      cnn_preview_set_network (preview, network);
      for (guint node = 0; node < n; node++)
        {
          CnnShape          shape;
          g_autofree float *whole = preview_test_run_whole (picture, network, node, &shape);
          Asked             asked = { preview, { node, { 0, 0, 1, 1 }, 1, 0, 1 } };

          cnn_preview_want (preview, &asked.view);
          g_assert_true (ui_test_wait (preview_test_has_stats, &asked));
          for (int map = 0; map < shape.channels; map++)
            assert_stats (preview, node, map, whole, shape, shape.height * shape.width == 1);
        }
    }
}

/* Pixels are the plug-in's mapping of the values; what is not known is clear. */
static void
test_pixels (void)
{
  static const MappingKind kinds[] = { MAPPING_CLAMP, MAPPING_RANGE_MAP, MAPPING_RANGE_STAGE,
                                       MAPPING_SIGNED, MAPPING_DIVERGING };
  g_autoptr (CnnNetwork) network = preview_test_parse ("conv 3 3x3 pad=same");
  g_autoptr (CnnPicture) picture = ui_test_picture (64, 64, 3);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  CnnRect  cells = { 10, 20, 24, 16 };
  Asked    asked = { preview, { 1, cells, 1, 0, 3 } };
  g_autofree float   *values = g_new (float, 3 * 24 * 16);
  g_autofree guint32 *pixels = g_new (guint32, 24 * 16);
  guint8  *bytes = (guint8 *) pixels;
  CnnShape shape;
  g_autofree float *whole = preview_test_run_whole (picture, network, 1, &shape);

  asked.values = values;
  cnn_preview_set_network (preview, network);
  g_assert_false (cnn_preview_get_pixels (preview, 1, 0, &cells, 1, MAPPING_CLAMP, bytes, 96));
  g_assert_cmphex (pixels[0], ==, 0);
  cnn_preview_want (preview, &asked.view);
  g_assert_true (ui_test_wait (preview_test_has_stats, &asked));
  g_assert_true (ui_test_wait (preview_test_is_there, &asked));

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int map = 0; map < 3; map++)
      {
        MappingRange range = mapping_range_none ();
        Mapping      mapping;

        for (int k = 0; k < 3; k++)
          for (gsize c = 0; c < 64 * 64; c++)
            if (kinds[i] == MAPPING_RANGE_STAGE || k == map)
              mapping_range_add (&range, &whole[c * 3 + k], 1);
        mapping = mapping_new (kinds[i], range);
        g_assert_true (cnn_preview_get_pixels (preview, 1, map, &cells, 1, kinds[i], bytes, 96));
        for (int y = 0; y < 16; y++)
          for (int x = 0; x < 24; x++)
            {
              float  value = preview_test_value_at (whole, shape, map, 20 + y, 10 + x), rgb[3];
              guint8 wanted[3];

              mapping_apply (&mapping, &value, 1, 3, rgb, 3);
              mapping_bytes (rgb, 3, wanted);
              for (int c = 0; c < 3; c++)
                g_assert_cmpint (ABS ((int) (pixels[y * 24 + x] >> (16 - 8 * c) & 255) - wanted[c]),
                                 <=, kinds[i] == MAPPING_DIVERGING ? 0 : 1);
              g_assert_cmphex (pixels[y * 24 + x] >> 24, ==, 255);
            }
      }
}

/* The value of a cell, while the view shows means and whole maps are computed. */
static void
test_cell (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (900, 700, 3);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autoptr (CnnNetwork) network = preview_test_parse ("conv 8 3x3; relu; conv 8 5x5");
  CnnShape          shape;
  g_autofree float *whole = preview_test_run_whole (picture, network, 3, &shape);

  cnn_preview_set_network (preview, network);
  cnn_preview_want (preview, &(CnnPreviewView) { 3, { 0, 0, 640, 640 }, 8, 0, 8 });
  for (int turn = 0; turn < 20; turn++)
    {
      int   y = g_test_rand_int_range (0, shape.height), x = g_test_rand_int_range (0, shape.width);
      float value;
      Asked asked = { preview, { 3, { x, y, 1, 1 }, 1, turn % 8, 1 }, &value };

      cnn_preview_want_value (preview, 3, turn % 8, y, x);
      g_assert_true (ui_test_wait (preview_test_is_there, &asked));
      g_assert_cmpfloat (value, ==, preview_test_value_at (whole, shape, turn % 8, y, x));
    }
}

typedef struct
{
  CnnPreview *preview;
  guint       node;
} Strip;

static gboolean
strip_is_there (gpointer data)
{
  Strip *strip = data;

  return cnn_preview_get_stats (strip->preview, strip->node, 0) != NULL;
}

static void
test_strips (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (150, 210, 3);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autoptr (CnnNetwork) network = preview_test_parse ("conv 6 3x3 pad=same; relu; maxpool 2");

  for (guint node = 1; node < 4; node++)
    cnn_preview_want_strip (preview, node, 4, 40);
  cnn_preview_set_network (preview, network);
  for (guint node = 1; node < 4; node++)
    {
      Strip             strip = { preview, node };
      CnnShape          shape;
      g_autofree float *whole = preview_test_run_whole (picture, network, node, &shape);
      int               reduce = (shape.width + 39) / 40;
      cairo_surface_t  *surface;
      const guint8     *data;

      g_assert_true (ui_test_wait (strip_is_there, &strip));
      g_assert_null (cnn_preview_get_strip (preview, node, 4, MAPPING_CLAMP));
      surface = cnn_preview_get_strip (preview, node, 3, MAPPING_CLAMP);
      data = cairo_image_surface_get_data (surface);
      g_assert_cmpint (cairo_image_surface_get_width (surface), ==,
                       (shape.width + reduce - 1) / reduce);
      for (int y = 0; y < shape.height / reduce; y++)
        for (int x = 0; x < shape.width / reduce; x++)
          {
            double sum = 0.0;
            int    pixel;

            for (int i = 0; i < reduce * reduce; i++)
              sum += preview_test_value_at (whole, shape, 3, y * reduce + i / reduce,
                                            x * reduce + i % reduce);
            pixel = data[y * cairo_image_surface_get_stride (surface) + x * 4];
            g_assert_cmpfloat_with_epsilon (pixel, CLAMP (sum / (reduce * reduce), 0, 1) * 255,
                                            0.51);
          }
      cairo_surface_destroy (surface);
    }
}

static void
on_picture (CnnPreview *preview, guint slot, int *seen)
{
  seen[slot]++;
}

static gboolean
has_seen (gpointer data)
{
  return ((int *) data)[0] > 0 && ((int *) data)[1] > 0;
}

static void
test_picture (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (100, 100, 3);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  CnnRect rects[] = { { 0, 0, 100, 100 }, { 10, 20, 30, 30 } };
  int     seen[2] = { 0, 0 };

  g_signal_connect (preview, "picture", G_CALLBACK (on_picture), seen);
  for (guint i = 0; i < 2; i++)
    cnn_preview_want_picture (preview, i, &rects[i], 60, 60);
  g_assert_true (ui_test_wait (has_seen, seen));
  for (guint i = 0; i < 2; i++)
    {
      CnnRect          rect;
      cairo_surface_t *surface = cnn_preview_get_picture (preview, i, &rect);
      guint32          wanted[60 * 60];

      g_assert_cmpmem (&rect, sizeof rect, &rects[i], sizeof rect);
      g_assert_true (cnn_picture_show (picture, &rect, 60, 60, (guint8 *) wanted, 240, NULL, NULL));
      g_assert_cmpmem (cairo_image_surface_get_data (surface), sizeof wanted, wanted,
                       sizeof wanted);
      cairo_surface_destroy (surface);
    }
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_data_func ("/preview/values", GINT_TO_POINTER (FALSE), test_values);
  g_test_add_data_func ("/preview/means", GINT_TO_POINTER (TRUE), test_values);
  g_test_add_func ("/preview/stats", test_stats);
  g_test_add_func ("/preview/pixels", test_pixels);
  g_test_add_func ("/preview/cell", test_cell);
  g_test_add_func ("/preview/strips", test_strips);
  g_test_add_func ("/preview/picture", test_picture);
  return g_test_run ();
}
