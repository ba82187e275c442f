/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"

/* Poolings, on numbers worked out by hand and against loops that do nothing
 * but what the words say. */

/* --- the article's map ----------------------------------------------------- */

static const CnnShape four = { 4, 4, 1 };
static const CnnShape three = { 3, 3, 1 };
static const CnnShape two = { 2, 2, 1 };
static const CnnShape one = { 1, 1, 1 };
static const float    map[] = { 1, 3, 2, 4,
                                3, 5, 4, 6,
                                2, 5, 6, 7,
                                4, 7, 6, 8 };

static void
test_max (void)
{
  cnn_test_values ("maxpool", four, map, two, (double[]) { 5, 6, 7, 8 });
  cnn_test_values ("maxpool 2", four, map, two, (double[]) { 5, 6, 7, 8 });
  cnn_test_values ("maxpool 2 stride=1", four, map, three,
                   (double[]) { 5, 5, 6, 5, 6, 7, 7, 7, 8 });
  cnn_test_values ("maxpool 3", four, map, one, (double[]) { 6 });
  cnn_test_values ("maxpool 4x1", four, map, (CnnShape) { 1, 4, 1 }, (double[]) { 4, 7, 6, 8 });
  cnn_test_values ("maxpool 1x4", four, map, (CnnShape) { 4, 1, 1 }, (double[]) { 4, 6, 7, 8 });
  cnn_test_values ("maxpool 1 stride=3", four, map, two, (double[]) { 1, 4, 4, 8 });
}

static void
test_average (void)
{
  cnn_test_values ("avgpool 2", four, map, two, (double[]) { 3, 4, 4.5, 6.75 });
  cnn_test_values ("avgpool 2 stride=1", four, map, three,
                   (double[]) { 3, 3.5, 4, 3.75, 5, 5.75, 4.5, 6, 6.75 });
}

static void
test_min (void)
{
  cnn_test_values ("minpool 2", four, map, two, (double[]) { 1, 2, 2, 6 });
  cnn_test_values ("minpool 2 stride=1", four, map, three,
                   (double[]) { 1, 2, 2, 2, 4, 4, 2, 5, 6 });
}

/* Σ a² / Σ a of each window: 44/12, 72/16, 94/18, 185/27. */
static void
test_expected (void)
{
  cnn_test_values ("stochastic-pool 2", four, map, two,
                   (double[]) { 44.0 / 12, 72.0 / 16, 94.0 / 18, 185.0 / 27 });
  /* The middle window of the overlapping ones: 5 4 / 5 6. */
  {
    CnnShape          out;
    g_autofree float *got = cnn_test_run ("stochastic-pool 2 stride=1", four, map, &out);

    g_assert_true (cnn_shape_equal (out, three));
    g_assert_cmpfloat_with_epsilon (got[4], 102.0 / 20, 1e-6);
  }
}

/* --- the edges ------------------------------------------------------------- */

static const CnnShape three_by_three = { 3, 3, 1 };
static const float    negative[] = { -1, -2, -3, -4, -5, -6, -7, -8, -9 };
static const float    ones[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* Padding never wins, though every value is less, or greater, than zero. */
static void
test_padding_never_wins (void)
{
  cnn_test_values ("maxpool 3 stride=1 pad=1", three_by_three, negative, three,
                   (double[]) { -1, -1, -2, -1, -1, -2, -4, -4, -5 });
  cnn_test_values ("minpool 3 stride=1 pad=1", three_by_three, ones, three,
                   (double[]) { 1, 1, 1, 1, 1, 1, 1, 1, 1 });
  cnn_test_values ("stochastic-pool 3 stride=1 pad=1", three_by_three, ones, three,
                   (double[]) { 1, 1, 1, 1, 1, 1, 1, 1, 1 });
  cnn_test_values ("maxpool 2 pad=1", three_by_three, negative, two,
                   (double[]) { -1, -2, -4, -5 });
  cnn_test_values ("maxpool 3x1 stride=1 pad=2,0,0,0", three_by_three, negative, three,
                   (double[]) { -1, -2, -3, -1, -2, -3, -1, -2, -3 });
}

static void
test_count_padding (void)
{
  cnn_test_values ("avgpool 3 stride=1 pad=1", three_by_three, ones, three,
                   (double[]) { 1, 1, 1, 1, 1, 1, 1, 1, 1 });
  cnn_test_values ("avgpool 3 stride=1 pad=1 count-padding=yes", three_by_three, ones, three,
                   (double[]) { 4 / 9.0, 6 / 9.0, 4 / 9.0, 6 / 9.0, 1, 6 / 9.0, 4 / 9.0, 6 / 9.0,
                                4 / 9.0 });
  /* An uneven one: of the first window of 2×2 one cell is inside. */
  cnn_test_values ("avgpool 2 pad=1,0,0,1", three_by_three, negative, two,
                   (double[]) { -1, -2.5, -5.5, -7 });
  cnn_test_values ("avgpool 2 pad=1,0,0,1 count-padding=yes", three_by_three, negative, two,
                   (double[]) { -0.25, -1.25, -2.75, -7 });
}

/* The windows do not come out even: what is left over on the right and below
 * is not looked at. */
static void
test_left_over (void)
{
  const float values[] = { 1, 2, 3, 4, 99, 5, 6, 7, 8, 99, 99, 99, 99, 99, 99 };

  cnn_test_values ("maxpool 2", (CnnShape) { 3, 5, 1 }, values, (CnnShape) { 1, 2, 1 },
                   (double[]) { 6, 8 });
  cnn_test_values ("avgpool 2", (CnnShape) { 3, 5, 1 }, values, (CnnShape) { 1, 2, 1 },
                   (double[]) { 3.5, 5.5 });
  cnn_test_values ("avgpool 2 count-padding=yes", (CnnShape) { 3, 5, 1 }, values,
                   (CnnShape) { 1, 2, 1 }, (double[]) { 3.5, 5.5 });
  /* With pad=same they are. */
  cnn_test_values ("maxpool 2 pad=same", (CnnShape) { 3, 5, 1 }, values, (CnnShape) { 2, 3, 1 },
                   (double[]) { 6, 8, 99, 99, 99, 99 });
}

static void
test_refused (void)
{
  cnn_test_refused ("maxpool 5", (CnnShape) { 3, 3, 1 }, CNN_ERROR_SHAPE, "5×5");
  cnn_test_refused ("minpool 5x1", (CnnShape) { 3, 3, 1 }, CNN_ERROR_SHAPE, "5×1");
  cnn_test_refused ("maxpool 2 pad=2", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "pad");
  cnn_test_refused ("avgpool 2x3 pad=0,0,0,3", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "pad");
  cnn_test_refused ("minpool 3 pad=3", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "pad");
  cnn_test_refused ("stochastic-pool 3x1 pad=0,1,0,0", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC,
                    "pad");
  cnn_test_refused ("maxpool 2 pad=3 dilation=2", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "3×3");
  cnn_test_refused ("maxpool 2 pad=1 dilation=3", (CnnShape) { 2, 8, 1 }, CNN_ERROR_SHAPE,
                    "steps over");
  cnn_test_refused ("maxpool 5 round=up stride=2", (CnnShape) { 3, 3, 1 }, CNN_ERROR_SHAPE, "5×5");
  cnn_test_refused ("spp levels=1,1.5", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "levels");
  cnn_test_refused ("spp levels=", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "levels");
  cnn_test_refused ("spp levels=0", (CnnShape) { 8, 8, 1 }, CNN_ERROR_SPEC, "levels");
}

/* --- against plain loops --------------------------------------------------- */

typedef struct
{
  double most;
  double least;
  double sum;
  double expected; /* of stochastic pooling */
  double cubes;    /* without their signs */
  int    inside;
  int    padded;   /* inside, or in the padding that was asked for */
  int    place;    /* of the first that is the most */
} Window;

static Window
look_between (CnnShape in, const float *values, CnnSize size, CnnSize dilation, CnnSides pad,
              int top, int left, int channel)
{
  Window window = { .most = -INFINITY, .least = INFINITY };
  double positive = 0.0, squares = 0.0;

  for (int i = 0; i < size.height; i++)
    for (int j = 0; j < size.width; j++)
      {
        int    y = top + i * dilation.height, x = left + j * dilation.width;
        double value;

        window.padded += y < in.height + pad.bottom && x < in.width + pad.right;
        if (y < 0 || y >= in.height || x < 0 || x >= in.width)
          continue;
        value = values[((gsize) y * in.width + x) * in.channels + channel];
        if (value > window.most)
          window.place = y * in.width + x;
        window.most = MAX (window.most, value);
        window.least = MIN (window.least, value);
        window.sum += value;
        window.cubes += fabs (value * value * value);
        window.inside++;
        positive += MAX (value, 0.0);
        squares += MAX (value, 0.0) * MAX (value, 0.0);
      }
  window.expected = positive > 0.0 ? squares / positive : 0.0;
  return window;
}

static Window
look (CnnShape in, const float *values, CnnSize size, int top, int left, int channel)
{
  return look_between (in, values, size, (CnnSize) { 1, 1 }, (CnnSides) { 0 }, top, left, channel);
}

/* All poolings with the same window. */
static void
check_window (CnnShape in, CnnSize size, CnnSize stride, CnnSides pad)
{
  static const char *const ops[] = { "maxpool", "minpool", "avgpool", "stochastic-pool",
                                     "avgpool count-padding=yes" };

  guint32           seed = (guint32) (size.height * 100 + size.width);
  g_autofree float *values = cnn_test_picture (in, seed, TRUE);

  for (gsize k = 0; k < G_N_ELEMENTS (ops); k++)
    {
      g_autofree char  *text = g_strdup_printf ("%s size=%dx%d stride=%dx%d pad=%d,%d,%d,%d",
                                                ops[k], size.height, size.width, stride.height,
                                                stride.width, pad.top, pad.right, pad.bottom,
                                                pad.left);
      CnnShape          out;
      g_autofree float *got = cnn_test_run (text, in, values, &out);
      const float      *at = got;

      g_assert_cmpint (out.height, ==,
                       (in.height + pad.top + pad.bottom - size.height) / stride.height + 1);
      g_assert_cmpint (out.width, ==,
                       (in.width + pad.left + pad.right - size.width) / stride.width + 1);
      for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
          for (int c = 0; c < out.channels; c++, at++)
            {
              Window w = look (in, values, size, y * stride.height - pad.top,
                               x * stride.width - pad.left, c);
              double expected[] = { w.most, w.least, w.sum / w.inside, w.expected,
                                    w.sum / ((double) size.height * size.width) };

              if (!(fabs (*at - expected[k]) <= (k < 2 ? 0.0 : 1e-5)))
                g_error ("%s on " CNN_SHAPE_FORMAT ": (%d, %d, %d) is %.9g, expected %.9g", text,
                         CNN_SHAPE_ARGS (in), y, x, c, *at, expected[k]);
            }
    }
}

/* How many windows of extent @size begin, rounded up: as long as cells are left over. */
static int
count_up (int n, int size, int stride, int before, int after)
{
  int count = 1;

  for (int first = -before; first + size < n + after && first + stride < n; first += stride)
    count++;
  return count;
}

/* All poolings with the same window, cells between its cells and leftovers pooled, too. */
static void
check_wide (CnnShape in, CnnSize size, CnnSize stride, CnnSides pad, CnnSize dilation)
{
  static const char *const ops[] = { "maxpool", "minpool", "maxpool give=place", "avgpool",
                                     "avgpool count-padding=yes", "lp-pool p=3" };

  guint32           seed = (guint32) (size.height * 100 + size.width);
  g_autofree float *values = cnn_test_picture (in, seed, TRUE);
  CnnSize           extent = { (size.height - 1) * dilation.height + 1,
                               (size.width - 1) * dilation.width + 1 };

  for (gsize k = 0; k < G_N_ELEMENTS (ops); k++)
    {
      g_autofree char  *text = g_strdup_printf ("%s size=%dx%d stride=%dx%d pad=%d,%d,%d,%d "
                                                "dilation=%dx%d round=up",
                                                ops[k], size.height, size.width, stride.height,
                                                stride.width, pad.top, pad.right, pad.bottom,
                                                pad.left, dilation.height, dilation.width);
      CnnShape          out;
      g_autofree float *got = cnn_test_run (text, in, values, &out);
      const float      *at = got;

      g_assert_cmpint (out.height, ==, count_up (in.height, extent.height, stride.height, pad.top,
                                                 pad.bottom));
      g_assert_cmpint (out.width, ==, count_up (in.width, extent.width, stride.width, pad.left,
                                                pad.right));
      for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
          for (int c = 0; c < out.channels; c++, at++)
            {
              Window w = look_between (in, values, size, dilation, pad, y * stride.height - pad.top,
                                       x * stride.width - pad.left, c);
              double expected[] = { w.most, w.least, w.place, w.sum / w.inside, w.sum / w.padded,
                                    cbrt (w.cubes) };

              if (!(fabs (*at - expected[k]) <= (k < 3 ? 0.0 : 1e-5)))
                g_error ("%s on " CNN_SHAPE_FORMAT ": (%d, %d, %d) is %.9g, expected %.9g", text,
                         CNN_SHAPE_ARGS (in), y, x, c, *at, expected[k]);
            }
    }
}

static void
test_wide (void)
{
  /* Leftovers only, with padding and without. */
  check_wide ((CnnShape) { 10, 12, 3 }, (CnnSize) { 3, 2 }, (CnnSize) { 2, 3 },
              (CnnSides) { 0, 0, 0, 0 }, (CnnSize) { 1, 1 });
  check_wide ((CnnShape) { 10, 11, 16 }, (CnnSize) { 4, 3 }, (CnnSize) { 3, 2 },
              (CnnSides) { 1, 2, 2, 1 }, (CnnSize) { 1, 1 });
  /* The window does not fit into what there is, but begins in it. */
  check_wide ((CnnShape) { 2, 2, 5 }, (CnnSize) { 3, 3 }, (CnnSize) { 2, 2 },
              (CnnSides) { 0, 0, 0, 0 }, (CnnSize) { 1, 1 });
  /* Wide windows, and padding that is more than they have cells. */
  check_wide ((CnnShape) { 19, 23, 3 }, (CnnSize) { 3, 2 }, (CnnSize) { 1, 2 },
              (CnnSides) { 2, 4, 3, 1 }, (CnnSize) { 3, 5 });
  check_wide ((CnnShape) { 40, 31, 1 }, (CnnSize) { 5, 3 }, (CnnSize) { 4, 5 },
              (CnnSides) { 7, 3, 8, 2 }, (CnnSize) { 2, 2 });
  check_wide ((CnnShape) { 9, 300, 33 }, (CnnSize) { 2, 31 }, (CnnSize) { 7, 1 },
              (CnnSides) { 2, 30, 3, 30 }, (CnnSize) { 4, 3 });
}

static void
test_lp (void)
{
  const float values[] = { 3, -4, 0, 0, -6, 8, 1, -1 };

  cnn_test_values ("lp-pool 2", (CnnShape) { 2, 4, 1 }, values, (CnnShape) { 1, 2, 1 },
                   (double[]) { sqrt (9 + 16 + 36 + 64), sqrt (2) });
  cnn_test_values ("lp-pool 2 p=1", (CnnShape) { 2, 4, 1 }, values, (CnnShape) { 1, 2, 1 },
                   (double[]) { 21, 2 });
  cnn_test_values ("lp-pool 1x2 p=3", (CnnShape) { 2, 4, 1 }, values, (CnnShape) { 2, 2, 1 },
                   (double[]) { cbrt (27 + 64), 0, cbrt (216 + 512), cbrt (2) });
}

/* Where the largest stands, on the whole map; the first of equal ones. */
static void
test_places (void)
{
  const float flat[] = { 7, 7, 7, 7, 7, 7, 7, 7, 7 };

  cnn_test_values ("maxpool 2 give=place", four, map, two, (double[]) { 5, 7, 13, 15 });
  cnn_test_values ("maxpool 2 stride=1 give=place", three_by_three, flat, two,
                   (double[]) { 0, 1, 3, 4 });
  cnn_test_values ("maxpool 3 stride=2 pad=1 give=place", three_by_three, negative, two,
                   (double[]) { 0, 1, 3, 4 });
}

static void
test_windows (void)
{
  check_window ((CnnShape) { 9, 11, 3 }, (CnnSize) { 3, 2 }, (CnnSize) { 2, 3 },
                (CnnSides) { 1, 1, 2, 0 });
  check_window ((CnnShape) { 9, 11, 16 }, (CnnSize) { 2, 4 }, (CnnSize) { 1, 1 },
                (CnnSides) { 0, 3, 1, 2 });
  /* The stride is larger than the window. */
  check_window ((CnnShape) { 17, 23, 5 }, (CnnSize) { 2, 2 }, (CnnSize) { 5, 7 },
                (CnnSides) { 1, 1, 1, 1 });
  /* The window is larger than the map. */
  check_window ((CnnShape) { 1, 2, 3 }, (CnnSize) { 4, 5 }, (CnnSize) { 1, 1 },
                (CnnSides) { 2, 4, 3, 3 });
  check_window ((CnnShape) { 3, 4, 1 }, (CnnSize) { 7, 7 }, (CnnSize) { 2, 2 },
                (CnnSides) { 6, 6, 6, 6 });
}

static void
test_large_windows (void)
{
  check_window ((CnnShape) { 80, 70, 3 }, (CnnSize) { 31, 31 }, (CnnSize) { 1, 1 },
                (CnnSides) { 15, 15, 15, 15 });
  check_window ((CnnShape) { 70, 300, 1 }, (CnnSize) { 1, 200 }, (CnnSize) { 1, 1 },
                (CnnSides) { 0, 100, 0, 99 });
  check_window ((CnnShape) { 300, 40, 33 }, (CnnSize) { 256, 3 }, (CnnSize) { 7, 2 },
                (CnnSides) { 0, 0, 0, 0 });
}

/* --- spatial pyramids ------------------------------------------------------ */

static void
test_spp (void)
{
  cnn_test_values ("spp levels=1", four, map, one, (double[]) { 8 });
  cnn_test_values ("spp levels=1,2", four, map, (CnnShape) { 1, 1, 5 },
                   (double[]) { 8, 5, 6, 7, 8 });
  cnn_test_values ("spp levels=2,1 type=average", four, map, (CnnShape) { 1, 1, 5 },
                   (double[]) { 3, 4, 4.5, 6.75, 4.5625 });
  /* Three bins of four rows overlap: 0–1, 1–2, 2–3. */
  cnn_test_values ("spp levels=3", four, map, (CnnShape) { 1, 1, 9 },
                   (double[]) { 5, 5, 6, 5, 6, 7, 7, 7, 8 });
  cnn_test_values ("spp levels=4", four, map, (CnnShape) { 1, 1, 16 },
                   (double[]) { 1, 3, 2, 4, 3, 5, 4, 6, 2, 5, 6, 7, 4, 7, 6, 8 });
  cnn_test_values ("spp", four, map, (CnnShape) { 1, 1, 21 },
                   (double[]) { 8, 5, 6, 7, 8, 1, 3, 2, 4, 3, 5, 4, 6, 2, 5, 6, 7, 4, 7, 6, 8 });
}

/* Two maps on a 1×2 picture, cut into 2×2 bins: each bin is one cell. */
static void
test_spp_order (void)
{
  const float values[] = { 1, 10, 2, 20 };

  cnn_test_values ("spp levels=1,2", (CnnShape) { 1, 2, 2 }, values, (CnnShape) { 1, 1, 10 },
                   (double[]) { 2, 20, 1, 10, 2, 20, 1, 10, 2, 20 });
  cnn_test_values ("spp levels=1,2 type=average", (CnnShape) { 1, 2, 2 }, values,
                   (CnnShape) { 1, 1, 10 }, (double[]) { 1.5, 15, 1, 10, 2, 20, 1, 10, 2, 20 });
}

/* What it is for: any size gives one length. */
static void
test_spp_sizes (void)
{
  static const CnnSize sizes[] = { { 1, 1 },  { 3, 2 },  { 4, 4 },
                                   { 7, 13 }, { 64, 5 }, { 33, 100 } };

  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      CnnShape          in = { sizes[k].height, sizes[k].width, 5 }, out;
      g_autofree float *values = cnn_test_picture (in, 1, TRUE);
      g_autofree float *got = cnn_test_run ("spp levels=1,2,4 type=max", in, values, &out);
      g_autofree float *mean = cnn_test_run ("spp levels=1,2,4 type=average", in, values, &out);

      g_assert_true (cnn_shape_equal (out, (CnnShape) { 1, 1, 5 * 21 }));
      for (int i = 0; i < 5 * 21; i++)
        {
          int    c = i % 5, bin = i / 5, level = bin < 1 ? 1 : bin < 5 ? 2 : 4;
          int    at = bin - (level == 1 ? 0 : level == 2 ? 1 : 5);
          double row = at / level, column = at % level;
          int    top = (int) floor (row * in.height / level);
          int    left = (int) floor (column * in.width / level);
          Window w = look (in, values,
                           (CnnSize) { (int) ceil ((row + 1) * in.height / level) - top,
                                       (int) ceil ((column + 1) * in.width / level) - left },
                           top, left, c);

          g_assert_cmpfloat (got[i], ==, (float) w.most);
          g_assert_cmpfloat_with_epsilon (mean[i], w.sum / w.inside, 1e-5);
        }
    }
}

/* --- global poolings ------------------------------------------------------- */

static void
test_global (void)
{
  const float values[] = { 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6 };

  cnn_test_values ("global-maxpool", four, map, one, (double[]) { 8 });
  cnn_test_values ("global-avgpool", four, map, one, (double[]) { 4.5625 });
  cnn_test_values ("global-maxpool", (CnnShape) { 2, 3, 2 }, values, (CnnShape) { 1, 1, 2 },
                   (double[]) { 6, -1 });
  cnn_test_values ("global-avgpool", (CnnShape) { 3, 2, 2 }, values, (CnnShape) { 1, 1, 2 },
                   (double[]) { 3.5, -3.5 });
  cnn_test_values ("global-avgpool", (CnnShape) { 1, 1, 12 }, values, (CnnShape) { 1, 1, 12 },
                   (double[]) { 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6 });
}

/* Every number of maps that fills vector registers in its own way. */
static void
test_global_maps (void)
{
  for (int channels = 1; channels <= 70; channels++)
    {
      CnnShape          in = { 7, 9, channels }, out;
      g_autofree float *values = cnn_test_picture (in, (guint32) channels, TRUE);
      g_autofree float *most = cnn_test_run ("global-maxpool", in, values, &out);
      g_autofree float *mean = cnn_test_run ("global-avgpool", in, values, &out);

      for (int c = 0; c < channels; c++)
        {
          Window w = look (in, values, (CnnSize) { 7, 9 }, 0, 0, c);

          g_assert_cmpfloat (most[c], ==, (float) w.most);
          g_assert_cmpfloat_with_epsilon (mean[c], w.sum / 63.0, 1e-5);
        }
    }
}

/* The mean of 24 million cells: added up in single precision, rounding would
 * show in its fourth digit. */
static void
test_global_many (void)
{
  CnnShape          in = { 4000, 6000, 1 }, out;
  gsize             n = (gsize) cnn_shape_cells (in);
  g_autofree float *values = g_new (float, n);
  g_autofree float *got = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = i % 4 == 0 ? 0.7f : 0.1f;
  got = cnn_test_run ("global-avgpool", in, values, &out);
  g_assert_cmpfloat_with_epsilon (got[0], 0.25, 1e-7);
}

/* A map that is too large to list is explained by its rows, to the same value. */
static double
read_row (gpointer data, guint input, int y, int x, int channel)
{
  return y - 100.0 + x / 1024.0;
}

static void
test_explained_by_rows (void)
{
  static const struct
  {
    const char *text;
    double      value;
  } cases[] = {
    { "global-maxpool", 199.0 + 511 / 1024.0 },
    { "global-avgpool", 49.5 + 255.5 / 1024.0 },
    { "spp levels=1 type=average", 49.5 + 255.5 / 1024.0 },
    /* e⁰ of Σ e^−row, rows from 0, times Σ e^−(x / 1024) over the columns. */
    { "softmax axis=map", (1.0 - 0.36787944) * (1.0 - 0.99902391) / (1.0 - 0.60653066) },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      CnnShape                   in = { 300, 512, 1 };
      CnnCells                   cells = { read_row, NULL };
      g_autoptr (CnnExplanation) explanation = cnn_explanation_new ();
      g_autoptr (GError)         error = NULL;
      g_autoptr (CnnNetwork)     network = cnn_network_parse (cases[k].text, &error);
      g_autoptr (CnnPlan)        plan = NULL;
      guint                      tap = 1;
      gboolean                   map_stays = g_str_has_prefix (cases[k].text, "softmax");

      g_assert_no_error (error);
      plan = cnn_plan_new (network, in, 1, &tap, NULL, &error);
      g_assert_no_error (error);
      cnn_plan_explain (plan, 1, &cells, map_stays ? 299 : 0, map_stays ? 511 : 0, 0, explanation);
      g_assert_cmpfloat_with_epsilon (explanation->value, cases[k].value, 1e-7);
      g_assert_cmpint (cnn_explanation_get_part (explanation, 0)->size.height, ==, 300);
      g_assert_cmpint (cnn_explanation_get_part (explanation, 0)->size.width, ==, 1);
    }
}

/* --- layers that move values ---------------------------------------------- */

static void
test_structure (void)
{
  const float values[] = { 1, 10, 2, 20, 3, 30, 4, 40 };
  CnnShape    in = { 2, 2, 2 };

  cnn_test_values ("flatten", in, values, (CnnShape) { 1, 1, 8 },
                   (double[]) { 1, 10, 2, 20, 3, 30, 4, 40 });
  cnn_test_values ("dropout as=a; relu; add a,a", in, values, in,
                   (double[]) { 3, 30, 6, 60, 9, 90, 12, 120 });
  cnn_test_values ("dropout as=a; leaky-relu slope=1 as=b; conv kernels=\"[[2]]\" bias=no; "
                   "concat a,b",
                   in, values, (CnnShape) { 2, 2, 5 },
                   (double[]) { 22, 1, 10, 1, 10, 44, 2, 20, 2, 20,
                                66, 3, 30, 3, 30, 88, 4, 40, 4, 40 });
  cnn_test_refused ("add", in, CNN_ERROR_SPEC, "add");
  cnn_test_refused ("concat", in, CNN_ERROR_SPEC, "concat");
  cnn_test_refused ("relu as=a; maxpool 2; concat a", in, CNN_ERROR_SHAPE, "“a” is 2×2×2");
  cnn_test_refused ("relu as=a; conv 3 1; add a", in, CNN_ERROR_SHAPE, "“a” is 2×2×2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pools/article/max", test_max);
  g_test_add_func ("/pools/article/average", test_average);
  g_test_add_func ("/pools/article/min", test_min);
  g_test_add_func ("/pools/article/expected", test_expected);
  g_test_add_func ("/pools/padding-never-wins", test_padding_never_wins);
  g_test_add_func ("/pools/count-padding", test_count_padding);
  g_test_add_func ("/pools/left-over", test_left_over);
  g_test_add_func ("/pools/refused", test_refused);
  g_test_add_func ("/pools/windows", test_windows);
  g_test_add_func ("/pools/windows/large", test_large_windows);
  g_test_add_func ("/pools/windows/wide", test_wide);
  g_test_add_func ("/pools/lp", test_lp);
  g_test_add_func ("/pools/places", test_places);
  g_test_add_func ("/pools/spp", test_spp);
  g_test_add_func ("/pools/spp/order", test_spp_order);
  g_test_add_func ("/pools/spp/sizes", test_spp_sizes);
  g_test_add_func ("/pools/global", test_global);
  g_test_add_func ("/pools/global/maps", test_global_maps);
  g_test_add_func ("/pools/global/many", test_global_many);
  g_test_add_func ("/pools/explained-by-rows", test_explained_by_rows);
  g_test_add_func ("/pools/structure", test_structure);
  return g_test_run ();
}
