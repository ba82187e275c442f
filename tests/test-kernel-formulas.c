/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cnn-test.h"
#include "kernels.h"

/* The kernels that are a formula, against what the formula is for. */

static const CnnKernelKind *
find (const char *name)
{
  const CnnKernelKind *kind = cnn_kernel_find (name);

  g_assert_nonnull (kind);
  return kind;
}

static double
total (const double *values, int n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += values[i];
  return sum;
}

#define assert_near(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

/* The sum of products of a square kernel and a function of the place. */
static double
answer (const double *values, int side, double (*picture) (double y, double x))
{
  double sum = 0.0;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      sum += values[y * side + x] * picture (y - (side - 1) / 2.0, x - (side - 1) / 2.0);
  return sum;
}

static double
grows_right (double y, double x)
{
  return x;
}

static double
grows_down (double y, double x)
{
  return y;
}

static double
bowl (double y, double x)
{
  return x * x + y * y;
}

static void
test_box (void)
{
  g_autofree double *own = cnn_test_draw ("box", NULL, 3, 3);
  g_autofree double *wide = cnn_test_draw ("box", NULL, 2, 5);

  g_assert_cmpint (find ("box")->size (NULL).height, ==, 3);
  for (int i = 0; i < 9; i++)
    assert_near (own[i], 1.0 / 9);
  for (int i = 0; i < 10; i++)
    assert_near (wide[i], 0.1);
}

/* As a product of two one-dimensional ones, each summing to 1. */
static void
check_gaussian (double sigma, int height, int width)
{
  g_autofree double *values = cnn_test_draw ("gaussian", &sigma, height, width);
  double             rows = 0.0, columns = 0.0;

  for (int y = 0; y < height; y++)
    rows += exp (-0.5 * pow ((y - (height - 1) / 2.0) / sigma, 2));
  for (int x = 0; x < width; x++)
    columns += exp (-0.5 * pow ((x - (width - 1) / 2.0) / sigma, 2));
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      assert_near (values[y * width + x],
                   exp (-0.5 * pow ((y - (height - 1) / 2.0) / sigma, 2)) / rows *
                     exp (-0.5 * pow ((x - (width - 1) / 2.0) / sigma, 2)) / columns);
  assert_near (total (values, height * width), 1.0);
}

static void
test_gaussian (void)
{
  static const double sigmas[] = { 0.1, 0.5, 1.0, 1.4, 3.0, 40.0 };
  static const int    sides[] = { 1, 3, 7, 9, 11, 19, 241 };
  static const int    own[] = { 3, 5, 7, 11, 19, 241 };

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      g_assert_cmpint (find ("gaussian")->size (&sigmas[i]).height, ==, own[i]);
      g_assert_cmpint (find ("gaussian")->size (&sigmas[i]).width, ==, own[i]);
      for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
        check_gaussian (sigmas[i], sides[j], sides[j]);
      check_gaussian (sigmas[i], 4, 6);
      check_gaussian (sigmas[i], 1, 8);
    }
}

/* A second derivative gives 4 on x² + y², 0 on a slope; it is negative up to
 * √2 σ from the middle and positive from there. */
static void
test_log (void)
{
  static const double sigmas[] = { 0.7, 1.0, 1.4, 3.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      double             sigma = sigmas[i];
      int                side = find ("log")->size (&sigma).width;
      g_autofree double *values = cnn_test_draw ("log", &sigma, side, side);

      g_assert_cmpint (side, ==, 2 * (int) ceil (4 * sigma) + 1);
      assert_near (total (values, side * side), 0.0);
      g_assert_cmpfloat_with_epsilon (answer (values, side, bowl), 4.0, 0.2);
      assert_near (answer (values, side, grows_right), 0.0);
      assert_near (answer (values, side, grows_down), 0.0);
      for (int x = 0; x < side; x++)
        {
          double radius = fabs (x - (side - 1) / 2.0), value = values[side / 2 * side + x];

          if (radius < sqrt (2) * sigma - 0.01)
            g_assert_cmpfloat (value, <, 0.0);
          else if (radius < 3.0 * sigma)
            g_assert_cmpfloat (value, >, 0.0);
        }
    }
}

/* Stripes with the wave running at @degrees, counter-clockwise. */
static double
gabor_on_stripes (double theta, double degrees)
{
  double             args[] = { theta, 5.0, 2.5 };
  int                side = find ("gabor")->size (args).width;
  g_autofree double *values = cnn_test_draw ("gabor", args, side, side);
  double             radians = degrees * G_PI / 180.0, sum = 0.0;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        double up = (side - 1) / 2.0 - y, right = x - (side - 1) / 2.0;

        sum += values[y * side + x] *
               cos (2.0 * G_PI * (right * cos (radians) + up * sin (radians)) / args[1]);
      }
  return sum;
}

static void
test_gabor (void)
{
  for (double stripes = 0.0; stripes < 180.0; stripes += 22.5)
    {
      double best = gabor_on_stripes (stripes, stripes);

      /* The mean of cos², as the Gaussian weighs it. */
      g_assert_cmpfloat_with_epsilon (best, 0.5, 0.02);
      for (double theta = 0.0; theta < 180.0; theta += 22.5)
        if (theta != stripes)
          g_assert_cmpfloat (gabor_on_stripes (theta, stripes), <, 0.8 * best);
    }
}

/* Against the formula where nothing is turned; the mean falls out of
 * differences. */
static void
test_gabor_formula (void)
{
  const double       args[] = { 0.0, 4.0, 2.0 };
  g_autofree double *values = cnn_test_draw ("gabor", args, 13, 13);
  g_autofree double *gaussian = cnn_test_draw ("gaussian", &args[2], 13, 13);

  g_assert_cmpint (find ("gabor")->size (args).height, ==, 13);
  assert_near (total (values, 169), 0.0);
  for (int y = 0; y < 13; y++)
    for (int x = 0; x < 13; x++)
      {
        static const double wave[] = { 1, 0, -1, 0 };
        int                 i = y * 13 + x;

        /* Column 5 is a quarter of a wave from the middle, where it is 0. */
        g_assert_cmpfloat_with_epsilon (values[i] - values[5], gaussian[i] * wave[abs (x - 6) % 4],
                                        1e-12);
      }
}

static void
test_motion (void)
{
  double             angle = 0.0;
  g_autofree double *level = cnn_test_draw ("motion", &angle, 9, 9);
  g_autofree double *flat = cnn_test_draw ("motion", &angle, 3, 5);
  g_autofree double *upright = NULL;

  g_assert_cmpint (find ("motion")->size (&angle).height, ==, 9);
  g_assert_cmpint (find ("motion")->size (&angle).width, ==, 9);
  for (int i = 0; i < 81; i++)
    assert_near (level[i], i / 9 == 4 ? 1.0 / 9 : 0.0);
  for (int i = 0; i < 15; i++)
    assert_near (flat[i], i / 5 == 1 ? 0.2 : 0.0);
  angle = 90.0;
  upright = cnn_test_draw ("motion", &angle, 9, 9);
  for (int i = 0; i < 81; i++)
    assert_near (upright[i], i % 9 == 4 ? 1.0 / 9 : 0.0);
}

static void
test_motion_turned (void)
{
  for (double angle = -180.0; angle <= 180.0; angle += 7.5)
    {
      double             opposite = angle + 180.0, mirrored = -angle, quarter = angle + 90.0;
      g_autofree double *values = cnn_test_draw ("motion", &angle, 9, 9);
      g_autofree double *half_turn = cnn_test_draw ("motion", &opposite, 9, 9);
      g_autofree double *upside_down = cnn_test_draw ("motion", &mirrored, 9, 9);
      g_autofree double *turned = cnn_test_draw ("motion", &quarter, 9, 9);

      for (int y = 0; y < 9; y++)
        for (int x = 0; x < 9; x++)
          {
            double value = values[y * 9 + x];

            g_assert_cmpfloat (value, ==, half_turn[y * 9 + x]);
            assert_near (value, values[(8 - y) * 9 + 8 - x]);
            assert_near (value, upside_down[(8 - y) * 9 + x]);
            assert_near (value, turned[(8 - x) * 9 + y]);
            g_assert_cmpfloat (value, >=, 0.0);
          }
    }
}

/* At every angle the line is 9 cells long and one cell wide: its variance is
 * 9²/12 along it, give or take the soft ends, and next to nothing across. */
static void
test_motion_length (void)
{
  for (double angle = 0.0; angle < 180.0; angle += 7.5)
    {
      g_autofree double *values = cnn_test_draw ("motion", &angle, 9, 9);
      double             c = cos (angle * G_PI / 180.0), s = sin (angle * G_PI / 180.0);
      double             along = 0.0, across = 0.0;

      for (int y = 0; y < 9; y++)
        for (int x = 0; x < 9; x++)
          {
            double up = 4 - y, right = x - 4;

            along += values[y * 9 + x] * pow (right * c + up * s, 2);
            across += values[y * 9 + x] * pow (up * c - right * s, 2);
          }
      g_assert_cmpfloat_with_epsilon (along, 81.0 / 12, 0.5);
      g_assert_cmpfloat (across, <, 0.25);
    }
}

/* 45° rises to the right, for every kernel that knows an angle. */
static void
test_rising (void)
{
  double             angle = 45.0, across[] = { 135.0, 4.0, 2.0 };
  g_autofree double *motion = cnn_test_draw ("motion", &angle, 9, 9);
  g_autofree double *line = cnn_test_draw ("line-45", NULL, 3, 3);
  g_autofree double *gabor = cnn_test_draw ("gabor", across, 9, 9);

  g_assert_cmpfloat (motion[1 * 9 + 7], >, 0.05);
  g_assert_cmpfloat (motion[1 * 9 + 1], ==, 0.0);
  g_assert_cmpfloat (line[2], >, line[0]);
  /* Stripes that rise have their wave running at 135°. */
  g_assert_cmpfloat (gabor[3 * 9 + 5], >, gabor[3 * 9 + 3]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-formulas/box", test_box);
  g_test_add_func ("/kernel-formulas/gaussian", test_gaussian);
  g_test_add_func ("/kernel-formulas/log", test_log);
  g_test_add_func ("/kernel-formulas/gabor", test_gabor);
  g_test_add_func ("/kernel-formulas/gabor-formula", test_gabor_formula);
  g_test_add_func ("/kernel-formulas/motion", test_motion);
  g_test_add_func ("/kernel-formulas/motion-turned", test_motion_turned);
  g_test_add_func ("/kernel-formulas/motion-length", test_motion_length);
  g_test_add_func ("/kernel-formulas/rising", test_rising);
  return g_test_run ();
}
