/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "augment.h"
#include "cnn-test.h"
#include "error.h"
#include "random.h"
#include "train/warp.h"

/* Pictures changed by chance. */

static CnnAugment *
augment_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  CnnAugment        *augment = cnn_augment_parse (text, &error);

  g_assert_no_error (error);
  return augment;
}

/* (transfer full): what becomes of a picture. */
static float *
applied (const CnnAugment *augment, guint64 seed, guint64 number, CnnShape shape, const float *in)
{
  g_autofree float *scratch = g_new (float, cnn_augment_scratch (augment, shape));
  float            *out = g_new (float, cnn_shape_cells (shape));

  cnn_augment_apply (augment, seed, number, shape, in, out, scratch);
  return out;
}

/* Cell (y, x) of a picture, or what lies around it. */
static float
cell (CnnShape shape, const float *in, CnnOutside outside, int y, int x, int c)
{
  if (outside == CNN_OUTSIDE_EDGE)
    {
      y = CLAMP (y, 0, shape.height - 1);
      x = CLAMP (x, 0, shape.width - 1);
    }
  else if (y < 0 || x < 0 || y >= shape.height || x >= shape.width)
    return outside == CNN_OUTSIDE_WHITE ? 1.0f : 0.0f;
  return in[((gsize) y * shape.width + x) * shape.channels + c];
}

/* Between four cells, in double: what cnn_warp() must come to. */
static double
blended (CnnShape shape, const float *in, CnnOutside outside, double y, double x, int c)
{
  int    row = (int) floor (y), column = (int) floor (x);
  double below = y - row, right = x - column;

  return (1.0 - below) * (1.0 - right) * cell (shape, in, outside, row, column, c) +
         (1.0 - below) * right * cell (shape, in, outside, row, column + 1, c) +
         below * (1.0 - right) * cell (shape, in, outside, row + 1, column, c) +
         below * right * cell (shape, in, outside, row + 1, column + 1, c);
}

/* --- warping -------------------------------------------------------------- */

static const CnnShape shapes[] = {
  { 1, 1, 1 }, { 1, 7, 1 }, { 5, 1, 2 }, { 28, 28, 1 }, { 9, 6, 3 }, { 17, 33, 1 },
};

static void
test_warp (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (62);

  for (guint k = 0; k < G_N_ELEMENTS (shapes); k++)
    for (int outside = CNN_OUTSIDE_EDGE; outside <= CNN_OUTSIDE_WHITE; outside++)
      {
        CnnShape          shape = shapes[k];
        gsize             cells = (gsize) shape.height * shape.width;
        g_autofree float *in = cnn_test_picture (shape, 7 + k, FALSE);
        g_autofree float *out = g_new (float, cells * shape.channels);
        g_autofree float *scratch = g_new (float, cnn_warp_scratch (shape));
        g_autofree float *dx = g_new (float, cells), *dy = g_new (float, cells);
        CnnAffine         a = { 0 };
        float            *numbers = &a.xx;

        for (int i = 0; i < 6; i++)
          numbers[i] = (float) g_rand_double_range (rand, -1.5, 1.5);
        for (gsize i = 0; i < cells; i++)
          {
            dx[i] = (float) g_rand_double_range (rand, -3.0, 3.0);
            dy[i] = (float) g_rand_double_range (rand, -3.0, 3.0);
          }
        cnn_warp (shape, &a, dx, dy, outside, in, out, scratch);
        for (int y = 0; y < shape.height; y++)
          for (int x = 0; x < shape.width; x++)
            for (int c = 0; c < shape.channels; c++)
              {
                gsize  i = (gsize) y * shape.width + x;
                double mx = 0.5 * (shape.width - 1), my = 0.5 * (shape.height - 1);
                double px = a.xx * (x - mx) + a.xy * (y - my) + a.x0 + dx[i] + mx;
                double py = a.yx * (x - mx) + a.yy * (y - my) + a.y0 + dy[i] + my;

                g_assert_cmpfloat_with_epsilon (out[i * shape.channels + c],
                                                blended (shape, in, outside, py, px, c), 2e-4);
              }
        /* In place it is the same. */
        cnn_warp (shape, &a, dx, dy, outside, in, in, scratch);
        g_assert_cmpmem (in, cells * shape.channels * 4, out, cells * shape.channels * 4);
      }
}

static void
test_identity (void)
{
  CnnAffine identity = { 1.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f };

  for (guint k = 0; k < G_N_ELEMENTS (shapes); k++)
    {
      gsize             size = (gsize) cnn_shape_cells (shapes[k]) * sizeof (float);
      g_autofree float *in = cnn_test_picture (shapes[k], 3 + k, FALSE);
      g_autofree float *out = g_malloc (size);
      g_autofree float *scratch = g_new (float, cnn_warp_scratch (shapes[k]));
      g_autoptr (CnnAugment) none = augment_of ("");
      g_autoptr (CnnAugment) nothing = augment_of ("scale=1,1 elastic=0,3 outside=black");
      g_autofree float *same = applied (none, 1, 2, shapes[k], in);

      cnn_warp (shapes[k], &identity, NULL, NULL, CNN_OUTSIDE_BLACK, in, out, scratch);
      g_assert_cmpmem (in, size, out, size);
      g_assert_cmpmem (in, size, same, size);
      g_assert_true (cnn_augment_is_none (none));
      g_assert_true (cnn_augment_is_none (nothing));
    }
}

/* A quarter turn of a square is a permutation. */
static void
test_quarter (void)
{
  CnnShape          shape = { 28, 28, 1 };
  g_autofree float *in = cnn_test_picture (shape, 11, FALSE);
  float             out[28 * 28];
  g_autofree float *scratch = g_new (float, cnn_warp_scratch (shape));
  /* The way back of a quarter clockwise: a cell right of the middle comes from above it. */
  CnnAffine         turn = { (float) cos (G_PI / 2), (float) sin (G_PI / 2), 0.0f,
                             (float) -sin (G_PI / 2), (float) cos (G_PI / 2), 0.0f };

  cnn_warp (shape, &turn, NULL, NULL, CNN_OUTSIDE_BLACK, in, out, scratch);
  for (int y = 0; y < 28; y++)
    for (int x = 0; x < 28; x++)
      g_assert_cmpfloat_with_epsilon (out[y * 28 + x], in[(27 - x) * 28 + y], 1e-5);
}

/* --- augmentation --------------------------------------------------------- */

/* Every picture is the first one moved by whole pixels; all ways occur. */
static void
test_shift (void)
{
  static const char *const texts[] = { "shift=2", "shift=2 outside=black", "shift=2 outside=white" };

  for (int outside = CNN_OUTSIDE_EDGE; outside <= CNN_OUTSIDE_WHITE; outside++)
    {
      CnnShape               shape = { 9, 12, 2 };
      g_autofree float      *in = cnn_test_picture (shape, 5, FALSE);
      g_autoptr (CnnAugment) augment = augment_of (texts[outside]);
      int                    seen[5][5] = { { 0 } };

      for (guint64 number = 0; number < 500; number++)
        {
          g_autofree float *out = applied (augment, 4, number, shape, in);
          int               n_fit = 0;

          for (int by = -2; by <= 2; by++)
            for (int bx = -2; bx <= 2; bx++)
              {
                gboolean fits = TRUE;

                for (int i = 0; i < 9 * 12 * 2 && fits; i++)
                  fits = out[i] == cell (shape, in, outside, i / 24 - by, i / 2 % 12 - bx, i % 2);
                seen[by + 2][bx + 2] += fits;
                n_fit += fits;
              }
          g_assert_cmpint (n_fit, ==, 1);
        }
      /* 20 of each are expected. */
      for (int i = 0; i < 25; i++)
        {
          g_assert_cmpint (seen[i / 5][i % 5], >=, 5);
          g_assert_cmpint (seen[i / 5][i % 5], <=, 45);
        }
    }
}

static void
test_flip (void)
{
  static const char *const texts[] = { "flip=no", "flip=h", "flip=v", "flip=hv" };
  CnnShape                 shape = { 6, 5, 3 };
  g_autofree float        *in = cnn_test_picture (shape, 6, FALSE);

  for (int flip = CNN_FLIP_NONE; flip <= CNN_FLIP_BOTH; flip++)
    {
      g_autoptr (CnnAugment) augment = augment_of (texts[flip]);
      int                    seen[2][2] = { { 0 } };

      for (guint64 number = 0; number < 200; number++)
        {
          g_autofree float *out = applied (augment, 4, number, shape, in);

          for (int v = 0; v < 2; v++)
            for (int h = 0; h < 2; h++)
              {
                gboolean fits = TRUE;

                for (int i = 0; i < 6 * 5 * 3 && fits; i++)
                  {
                    int y = i / 15, x = i / 3 % 5;

                    fits = out[i] == in[((v ? 5 - y : y) * 5 + (h ? 4 - x : x)) * 3 + i % 3];
                  }
                seen[v][h] += fits;
              }
        }
      g_assert_cmpint (seen[0][0] + seen[0][1] + seen[1][0] + seen[1][1], ==, 200);
      g_assert_cmpint (seen[0][1] > 20, ==, (flip & CNN_FLIP_HORIZONTAL) != 0);
      g_assert_cmpint (seen[1][0] > 20, ==, (flip & CNN_FLIP_VERTICAL) != 0);
      g_assert_cmpint (seen[1][1] > 20, ==, flip == CNN_FLIP_BOTH);
    }
}

/* What a picture of its own coordinates, from a middle at (0, 0), tells of the way back. */
static CnnAffine
way_back (const CnnAugment *augment, guint64 number)
{
  static float      in[41][41][2];
  CnnShape          shape = { 41, 41, 2 };
  g_autofree float *out = NULL;
  const float      *middle, *right, *below;

  for (int y = 0; y < 41; y++)
    for (int x = 0; x < 41; x++)
      {
        in[y][x][0] = (float) (x - 20);
        in[y][x][1] = (float) (y - 20);
      }
  out = applied (augment, 9, number, shape, &in[0][0][0]);
  middle = out + (20 * 41 + 20) * 2;
  right = middle + 8 * 2;
  below = middle + 8 * 41 * 2;
  return (CnnAffine) { (right[0] - middle[0]) / 8, (below[0] - middle[0]) / 8, middle[0],
                       (right[1] - middle[1]) / 8, (below[1] - middle[1]) / 8, middle[1] };
}

#define N_DRAWN 400

/* The least and greatest of what was drawn are near the ends of the range, and not beyond. */
static void
check_spread (const double *values, double least, double most)
{
  double low = values[0], high = values[0];

  for (int i = 1; i < N_DRAWN; i++)
    {
      low = MIN (low, values[i]);
      high = MAX (high, values[i]);
    }
  g_assert_cmpfloat (low, >=, least - 1e-4);
  g_assert_cmpfloat (high, <=, most + 1e-4);
  g_assert_cmpfloat (low, <, least + 0.05 * (most - least));
  g_assert_cmpfloat (high, >, most - 0.05 * (most - least));
}

static void
test_affine (void)
{
  g_autoptr (CnnAugment) rotate = augment_of ("rotate=20");
  g_autoptr (CnnAugment) scale = augment_of ("scale=0.8,1.25");
  g_autoptr (CnnAugment) shear = augment_of ("shear=15");
  g_autoptr (CnnAugment) all = augment_of ("rotate=20 scale=1.1,1.3 shear=15 flip=hv shift=3");
  double angles[N_DRAWN], factors[N_DRAWN], leans[N_DRAWN];

  for (int i = 0; i < N_DRAWN; i++)
    {
      CnnAffine r = way_back (rotate, (guint64) i), s = way_back (scale, (guint64) i);
      CnnAffine h = way_back (shear, (guint64) i), a = way_back (all, (guint64) i);
      double    area = 1.0 / fabs (a.xx * a.yy - a.xy * a.yx);

      angles[i] = atan2 (r.xy, r.xx) * 180.0 / G_PI;
      g_assert_cmpfloat_with_epsilon (r.xx, r.yy, 1e-5);
      g_assert_cmpfloat_with_epsilon (r.xy, -r.yx, 1e-5);
      g_assert_cmpfloat_with_epsilon (r.xx * r.xx + r.xy * r.xy, 1.0, 1e-5);
      factors[i] = 1.0 / s.xx;
      g_assert_cmpfloat_with_epsilon (s.xx, s.yy, 1e-5);
      g_assert_cmpfloat_with_epsilon (s.xy, 0.0, 1e-5);
      leans[i] = atan (-h.xy) * 180.0 / G_PI;
      g_assert_cmpfloat_with_epsilon (h.yx, 0.0, 1e-5);
      g_assert_cmpfloat_with_epsilon (h.xx, 1.0, 1e-5);
      /* Only scaling changes an area. */
      g_assert_cmpfloat (area, >=, 1.1 * 1.1 - 1e-4);
      g_assert_cmpfloat (area, <=, 1.3 * 1.3 + 1e-4);
    }
  check_spread (angles, -20.0, 20.0);
  check_spread (factors, 0.8, 1.25);
  check_spread (leans, -15.0, 15.0);
}

/* Turned around its middle and then moved, a picture's middle is where it was moved to. */
static void
test_order (void)
{
  g_autoptr (CnnAugment) augment = augment_of ("rotate=30 scale=0.9,1.1 shear=10 shift=4 flip=hv");

  for (guint64 i = 0; i < 100; i++)
    {
      CnnAffine a = way_back (augment, i);
      double    determinant = a.xx * a.yy - a.xy * a.yx;
      double    x = -(a.yy * a.x0 - a.xy * a.y0) / determinant;
      double    y = -(a.xx * a.y0 - a.yx * a.x0) / determinant;

      g_assert_cmpfloat_with_epsilon (x, round (x), 1e-3);
      g_assert_cmpfloat_with_epsilon (y, round (y), 1e-3);
      g_assert_cmpfloat (fabs (x), <, 4.5);
      g_assert_cmpfloat (fabs (y), <, 4.5);
    }
}

static void
test_smooth (void)
{
  CnnShape          shape = { 13, 21, 1 };
  g_autofree float *values = cnn_test_picture (shape, 12, FALSE);
  g_autofree float *before = g_memdup2 (values, sizeof (float) * 13 * 21);
  g_autofree float *scratch = g_new (float, cnn_smooth_scratch (shape, 1.5));
  double            kernel[11], sum = 0.0;

  for (int k = -5; k <= 5; k++)
    sum += kernel[k + 5] = exp (-k * k / 4.5);
  cnn_smooth (13, 21, 1.5, values, scratch);
  for (int y = 0; y < 13; y++)
    for (int x = 0; x < 21; x++)
      {
        double value = 0.0;

        for (int ky = -5; ky <= 5; ky++)
          for (int kx = -5; kx <= 5; kx++)
            if (y + ky >= 0 && y + ky < 13 && x + kx >= 0 && x + kx < 21)
              value += kernel[ky + 5] * kernel[kx + 5] * before[(y + ky) * 21 + x + kx];
        g_assert_cmpfloat_with_epsilon (values[y * 21 + x], value / (sum * sum), 1e-5);
      }
}

/* How far cells move has the spread that smoothed noise has, in the middle, where no edge is:
 * alpha √(1/3) / (2 σ √π), both ways alike. */
static void
test_elastic (void)
{
  g_autoptr (CnnAugment) augment = augment_of ("elastic=20,3");
  static float           in[41][41][2];
  CnnShape               shape = { 41, 41, 2 };
  double                 squares[2] = { 0.0, 0.0 }, products = 0.0;
  double                 expected = 20.0 * sqrt (1.0 / 3.0) / (2.0 * 3.0 * sqrt (G_PI));
  int                    n = 0;

  for (int y = 0; y < 41; y++)
    for (int x = 0; x < 41; x++)
      {
        in[y][x][0] = (float) x;
        in[y][x][1] = (float) y;
      }
  for (guint64 i = 0; i < 400; i++)
    {
      g_autofree float *out = applied (augment, 3, i, shape, &in[0][0][0]);

      for (int y = 12; y <= 28; y += 8)
        for (int x = 12; x <= 28; x += 8, n++)
          {
            double dx = out[(y * 41 + x) * 2] - x, dy = out[(y * 41 + x) * 2 + 1] - y;

            squares[0] += dx * dx;
            squares[1] += dy * dy;
            products += dx * dy;
          }
    }
  g_assert_cmpfloat_with_epsilon (sqrt (squares[0] / n), expected, 0.05 * expected);
  g_assert_cmpfloat_with_epsilon (sqrt (squares[1] / n), expected, 0.05 * expected);
  g_assert_cmpfloat_with_epsilon (products / n, 0.0, 0.05 * expected * expected);
}

/* --- chance --------------------------------------------------------------- */

static void
test_determined (void)
{
  g_autoptr (CnnAugment) augment = augment_of ("shift=2 rotate=10 scale=0.9,1.1 shear=5 elastic=8,3");
  CnnShape               shape = { 28, 28, 1 };
  gsize                  size = 28 * 28 * sizeof (float);
  g_autofree float      *in = cnn_test_picture (shape, 6, FALSE);
  g_autofree float      *first = applied (augment, 5, 77, shape, in);
  g_autofree float      *other = applied (augment, 5, 78, shape, in);
  g_autofree float      *seed = applied (augment, 6, 77, shape, in);
  g_autofree float      *again = applied (augment, 5, 77, shape, in);
  g_autofree float      *scratch = g_new (float, cnn_augment_scratch (augment, shape));

  g_assert_cmpmem (first, size, again, size);
  g_assert_true (memcmp (first, other, size) != 0);
  g_assert_true (memcmp (first, seed, size) != 0);
  /* Whatever was left in the scratch, and in place. */
  for (gsize i = 0; i < cnn_augment_scratch (augment, shape); i++)
    scratch[i] = NAN;
  cnn_augment_apply (augment, 5, 77, shape, in, in, scratch);
  g_assert_cmpmem (first, size, in, size);
}

/* Noise is what random.h says: a change of it would change what was trained. */
static void
test_golden (void)
{
  g_autoptr (CnnAugment) augment = augment_of ("elastic=1,0.1");
  CnnShape               shape = { 1, 3, 1 };
  static const float     in[] = { 0.0f, 1.0f, 2.0f };
  g_autofree float      *out = applied (augment, 5, 6, shape, in);

  for (int x = 0; x < 3; x++)
    {
      guint64 bits = cnn_random_bits (cnn_random_bits (5, 6), 16 + (guint64) x);
      double  dx = (double) (gint32) (guint32) bits / 2147483648.0;

      g_assert_cmpfloat_with_epsilon (out[x], CLAMP (x + dx, 0.0, 2.0), 1e-5);
    }
}

/* --- text ----------------------------------------------------------------- */

static void
test_text (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "shift=2 rotate=10 scale=0.9,1.1 shear=5 flip=h elastic=8,3 outside=black",
      "shift=2 rotate=10 scale=0.9,1.1 shear=5 flip=h elastic=8,3 outside=black" },
    { " outside=edge  flip=no\tshift=0 rotate=7.5", "rotate=7.5" },
  };
  static const char *const wrong[][2] = {
    { "shift=1.5", "shift: found “1.5”, expected a whole number from 0 to 10000" },
    { "rotat=5", "augmentation has no parameter “rotat”; did you mean “rotate”?" },
    { "rotate=181", "rotate: found “181”, expected a number from 0 to 180" },
    { "5", "augmentation: found “5”, expected nothing more, or a parameter as key=value" },
    { "scale=1.1,0.9", "scale: expected the least and the greatest factor, such as 0.9,1.1" },
    { "scale=1.1", "scale: expected the least and the greatest factor, such as 0.9,1.1" },
    { "scale=@a", "scale: expected the least and the greatest factor, such as 0.9,1.1" },
    { "scale=0,1", "scale: found “0”, expected numbers from 0.1 to 10 with commas between" },
    { "elastic=8,0", "elastic: expected how far, and over how many pixels, more than 0 and at "
                     "most 50, such as 8,3" },
    { "elastic=8,51", "elastic: expected how far, and over how many pixels, more than 0 and at "
                      "most 50, such as 8,3" },
    { "flip=x", "flip: found “x”, expected no, h, v or hv" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnAugment) augment = augment_of (cases[i][0]);
      g_autofree char       *text = cnn_augment_print (augment);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cnn_augment_parse (wrong[i][0], &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      if (!g_str_has_prefix (error->message, wrong[i][1]))
        g_assert_cmpstr (error->message, ==, wrong[i][1]);
    }
}

/* How fast it is, where it is asked for: -m perf. */
static void
test_speed (void)
{
  static const char *const texts[] = { "shift=2 rotate=10 scale=0.9,1.1",
                                       "shift=2 rotate=10 scale=0.9,1.1 elastic=8,3" };
  CnnShape                 shape = { 28, 28, 1 };
  g_autofree float        *in = cnn_test_picture (shape, 6, FALSE);
  float                    out[28 * 28];

  if (!g_test_perf ())
    return;
  for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
    {
      g_autoptr (CnnAugment) augment = augment_of (texts[k]);
      g_autofree float      *scratch = g_new (float, cnn_augment_scratch (augment, shape));

      g_test_timer_start ();
      for (guint64 i = 0; i < 50000; i++)
        cnn_augment_apply (augment, 1, i, shape, in, out, scratch);
      g_test_message ("%s: %.0f samples/s", texts[k], 50000.0 / g_test_timer_elapsed ());
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/warp/cells", test_warp);
  g_test_add_func ("/warp/identity", test_identity);
  g_test_add_func ("/warp/quarter", test_quarter);
  g_test_add_func ("/warp/smooth", test_smooth);
  g_test_add_func ("/augment/shift", test_shift);
  g_test_add_func ("/augment/flip", test_flip);
  g_test_add_func ("/augment/affine", test_affine);
  g_test_add_func ("/augment/order", test_order);
  g_test_add_func ("/augment/elastic", test_elastic);
  g_test_add_func ("/augment/determined", test_determined);
  g_test_add_func ("/augment/golden", test_golden);
  g_test_add_func ("/augment/text", test_text);
  g_test_add_func ("/augment/speed", test_speed);
  return g_test_run ();
}
