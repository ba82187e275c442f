/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"

/* Each activation's formula, on numbers worked out by hand. */

static float *
run_row (const char *text, int n, const float *values)
{
  CnnShape shape = { 1, n, 1 }, out;
  float   *got = cnn_test_run (text, shape, values, &out);

  g_assert_true (cnn_shape_equal (out, shape));
  return got;
}

/* One row of one map through the network; the expected values have six digits. */
static void
check_row (const char *text, int n, const float *values, const double *expected)
{
  g_autofree float *got = run_row (text, n, values);

  for (int i = 0; i < n; i++)
    if (!(fabs (got[i] - expected[i]) <= 1e-6 * MAX (fabs (expected[i]), 1.0)))
      g_error ("%s of %g is %.9g, expected %.9g", text, values[i], got[i], expected[i]);
}

/* --- functions of one value ------------------------------------------------ */

static const float line[] = { -4, -2, -1, -0.5, 0, 0.5, 1, 2 };

static void
test_relu (void)
{
  check_row ("relu", 8, line, (double[]) { 0, 0, 0, 0, 0, 0.5, 1, 2 });
}

static void
test_leaky_relu (void)
{
  check_row ("leaky-relu", 8, line, (double[]) { -0.04, -0.02, -0.01, -0.005, 0, 0.5, 1, 2 });
  check_row ("leaky-relu slope=0.5", 8, line, (double[]) { -2, -1, -0.5, -0.25, 0, 0.5, 1, 2 });
  check_row ("leaky-relu slope=0", 8, line, (double[]) { 0, 0, 0, 0, 0, 0.5, 1, 2 });
  /* The absolute value. */
  check_row ("leaky-relu slope=-1", 8, line, (double[]) { 4, 2, 1, 0.5, 0, 0.5, 1, 2 });
}

/* max (0, x) + a · min (0, x): what is positive stays as it is. The misprint
 * max (0, x) − a · x would make 1 of 2 for a = 0.5. */
static void
test_prelu (void)
{
  check_row ("prelu", 8, line, (double[]) { -1, -0.5, -0.25, -0.125, 0, 0.5, 1, 2 });
  check_row ("prelu slope=0.5", 8, line, (double[]) { -2, -1, -0.5, -0.25, 0, 0.5, 1, 2 });
}

static void
check_prelu_maps (const char *text, int channels, const float *slopes)
{
  CnnShape          in = { 5, 7, channels }, out;
  gsize             n = (gsize) cnn_shape_cells (in);
  g_autofree float *values = g_new (float, n);
  g_autofree float *got = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = (float) ((int) (i * 7 % 23) - 11);
  got = cnn_test_run (text, in, values, &out);
  g_assert_true (cnn_shape_equal (out, in));
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (got[i], ==, values[i] > 0 ? values[i] : slopes[i % channels] * values[i]);
}

static void
test_prelu_maps (void)
{
  static const float slopes[] = { 0.5f, -1, 0.25f, 2, 0, 0.5f, 0.125f, 4, 1,
                                  -2, 8, 0.75f, 1.5f, -0.5f, 3, 0.25f, -4 };

  check_prelu_maps ("prelu slope=0.5,-1", 2, slopes);
  check_prelu_maps ("prelu slope=0.5,-1,0.25", 3, slopes);
  check_prelu_maps ("prelu slope=0.5,-1,0.25,2,0,0.5,0.125,4,1,-2,8,0.75,1.5,-0.5,3,0.25,-4", 17,
                    slopes);
  cnn_test_refused ("prelu slope=1,2", (CnnShape) { 4, 4, 3 }, CNN_ERROR_SHAPE, "slope");
  cnn_test_refused ("prelu slope=1,2", (CnnShape) { 4, 4, 1 }, CNN_ERROR_SHAPE, "slope");
}

/* Where the layer before is needed again, it must be left as it is. */
static void
test_not_in_place (void)
{
  static const char *const texts[] = { "relu", "leaky-relu slope=0", "prelu slope=0" };

  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    {
      g_autofree char *text = g_strdup_printf ("dropout as=a; %s; add a", texts[k]);

      check_row (text, 8, line, (double[]) { -4, -2, -1, -0.5, 0, 1, 2, 4 });
    }
}

static void
test_elu (void)
{
  check_row ("elu", 8, line,
             (double[]) { -0.98168436, -0.86466472, -0.63212056, -0.39346934, 0, 0.5, 1, 2 });
  check_row ("elu alpha=2", 8, line,
             (double[]) { -1.96336872, -1.72932943, -1.26424112, -0.78693868, 0, 0.5, 1, 2 });
}

static void
test_sigmoid (void)
{
  check_row ("sigmoid", 8, line,
             (double[]) { 0.01798621, 0.11920292, 0.26894142, 0.37754067, 0.5, 0.62245933,
                          0.73105858, 0.88079708 });
}

static void
test_tanh (void)
{
  check_row ("tanh", 8, line,
             (double[]) { -0.99932930, -0.96402758, -0.76159416, -0.46211716, 0, 0.46211716,
                          0.76159416, 0.96402758 });
}

static void
test_exponential_units (void)
{
  check_row ("selu", 8, line,
             (double[]) { -1.72589863, -1.52016647, -1.11133074, -0.691758188, 0, 0.525350494,
                          1.05070099, 2.10140197 });
  check_row ("selu alpha=2 gamma=3", 8, line,
             (double[]) { -5.89010617, -5.1879883, -3.79272335, -2.36081604, 0, 1.5, 3, 6 });
  check_row ("celu", 8, line,
             (double[]) { -0.981684361, -0.864664717, -0.632120559, -0.39346934, 0, 0.5, 1, 2 });
  check_row ("celu alpha=2", 8, line,
             (double[]) { -1.72932943, -1.26424112, -0.786938681, -0.442398434, 0, 0.5, 1, 2 });
}

static void
test_straight_lines (void)
{
  check_row ("hard-sigmoid", 8, line, (double[]) { 0, 0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9 });
  check_row ("hard-sigmoid alpha=0.5 beta=0.25", 8, line,
             (double[]) { 0, 0, 0, 0, 0.25, 0.5, 0.75, 1 });
  check_row ("hard-swish", 8, line,
             (double[]) { 0, -0.333333333, -0.333333333, -0.208333333, 0, 0.291666667, 0.666666667,
                          1.66666667 });
  check_row ("thresholded-relu", 8, line, (double[]) { 0, 0, 0, 0, 0, 0, 0, 2 });
  check_row ("thresholded-relu alpha=-1", 8, line,
             (double[]) { 0, 0, 0, -0.5, 0, 0.5, 1, 2 });
  check_row ("neg", 8, line, (double[]) { 4, 2, 1, 0.5, 0, -0.5, -1, -2 });
  check_row ("abs", 8, line, (double[]) { 4, 2, 1, 0.5, 0, 0.5, 1, 2 });
}

/* Where min is above max, max wins, as ONNX has it. */
static void
test_clip (void)
{
  check_row ("clip", 8, line, (double[]) { -4, -2, -1, -0.5, 0, 0.5, 1, 2 });
  check_row ("clip min=-1", 8, line, (double[]) { -1, -1, -1, -0.5, 0, 0.5, 1, 2 });
  check_row ("clip max=0.5", 8, line, (double[]) { -4, -2, -1, -0.5, 0, 0.5, 0.5, 0.5 });
  check_row ("clip min=0 max=6", 8, line, (double[]) { 0, 0, 0, 0, 0, 0.5, 1, 2 });
  check_row ("clip min=3 max=1", 8, line, (double[]) { 1, 1, 1, 1, 1, 1, 1, 1 });
  cnn_test_refused ("clip min=1,2", (CnnShape) { 4, 4, 2 }, CNN_ERROR_SPEC, "min");
  cnn_test_refused ("clip max=1,2", (CnnShape) { 4, 4, 2 }, CNN_ERROR_SPEC, "max");
}

static void
test_smooth (void)
{
  check_row ("softplus", 8, line,
             (double[]) { 0.0181499279, 0.126928011, 0.313261688, 0.474076984, 0.693147181,
                          0.974076984, 1.31326169, 2.12692801 });
  check_row ("softsign", 8, line,
             (double[]) { -0.8, -0.666666667, -0.5, -0.333333333, 0, 0.333333333, 0.5,
                          0.666666667 });
  check_row ("gelu", 8, line,
             (double[]) { -0.000126684967, -0.0455002639, -0.158655254, -0.154268769, 0,
                          0.345731231, 0.841344746, 1.95449974 });
  check_row ("gelu approximate=tanh", 8, line,
             (double[]) { -7.02459482e-05, -0.0454023059, -0.158808009, -0.15428599, 0, 0.34571401,
                          0.841191991, 1.95459769 });
  check_row ("mish", 8, line,
             (double[]) { -0.0725917408, -0.252501483, -0.303401461, -0.220743775, 0, 0.375245211,
                          0.865098388, 1.94395896 });
  check_row ("exp", 8, line,
             (double[]) { 0.0183156389, 0.135335283, 0.367879441, 0.60653066, 1, 1.64872127,
                          2.71828183, 7.3890561 });
}

static void
test_sqrt (void)
{
  g_autofree float *got = run_row ("sqrt", 5, (float[]) { 0, 2, 6.25f, 1e-30f, -1 });

  g_assert_cmpfloat (got[0], ==, 0.0f);
  g_assert_cmpfloat_with_epsilon (got[1], 1.41421356, 1e-6);
  g_assert_cmpfloat (got[2], ==, 2.5f);
  g_assert_cmpfloat_with_epsilon (got[3] * 1e15, 1.0, 1e-6);
  g_assert_true (isnan (got[4]));
}

/* Far out, where exponentials overflow, the functions stay at their limits. */
static void
test_far_out (void)
{
  static const float far[] = { -3e38f, -1e4f, -100, -50, 50, 100, 1e4f, 3e38f };
  static const char *const rectifiers[] = { "softplus", "mish", "gelu", "gelu approximate=tanh",
                                            "hard-swish", "thresholded-relu" };

  check_row ("sigmoid", 8, far, (double[]) { 0, 0, 0, 0, 1, 1, 1, 1 });
  check_row ("tanh", 8, far, (double[]) { -1, -1, -1, -1, 1, 1, 1, 1 });
  check_row ("elu", 4, far, (double[]) { -1, -1, -1, -1 });
  check_row ("elu", 4, far + 4, (double[]) { 50, 100, 1e4, 3e38f });
  check_row ("selu", 4, far, (double[]) { -1.75809934, -1.75809934, -1.75809934, -1.75809934 });
  check_row ("celu alpha=2", 8, far, (double[]) { -2, -2, -2, -2, 50, 100, 1e4, 3e38f });
  check_row ("hard-sigmoid", 8, far, (double[]) { 0, 0, 0, 0, 1, 1, 1, 1 });
  check_row ("softsign", 8, far,
             (double[]) { -1, -0.99990001, -0.99009901, -0.98039216, 0.98039216, 0.99009901,
                          0.99990001, 1 });
  check_row ("exp", 4, far, (double[]) { 0, 0, 0, 0 });
  for (gsize k = 0; k < G_N_ELEMENTS (rectifiers); k++)
    check_row (rectifiers[k], 8, far, (double[]) { 0, 0, 0, 0, 50, 100, 1e4, 3e38f });
}

/* What is no number stays so, and spoils no other value. */
static void
test_no_number (void)
{
  static const char *const texts[] = {
    "selu", "celu", "hard-sigmoid", "hard-swish", "softplus", "softsign", "thresholded-relu",
    "gelu", "gelu approximate=tanh", "mish", "clip min=-1 max=1", "exp", "sqrt", "neg", "abs",
    "log-softmax" };

  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    {
      float             values[19];
      g_autofree float *got = NULL;

      for (int i = 0; i < 19; i++)
        values[i] = i % 6 == 3 ? NAN : (float) i / 8.0f;
      got = run_row (texts[k], 19, values);
      for (int i = 0; i < 19; i++)
        if (!isnan (got[i]) != (i % 6 != 3))
          g_error ("%s of %g is %g", texts[k], values[i], got[i]);
    }
}

/* Values next to each other in vector registers and what is left over: every
 * length gives the same values. */
static void
test_lengths (void)
{
  static const char *const texts[] = { "relu", "leaky-relu", "prelu", "elu", "sigmoid", "tanh",
                                       "selu", "hard-swish", "softplus", "gelu", "mish",
                                       "clip min=-1 max=2", "exp", "abs" };

  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    {
      float             values[67];
      g_autofree float *all = NULL;

      for (int i = 0; i < 67; i++)
        values[i] = (float) (i - 33) / 8.0f;
      all = run_row (texts[k], 67, values);
      for (int n = 1; n < 67; n++)
        {
          g_autofree float *some = run_row (texts[k], n, values);

          for (int i = 0; i < n; i++)
            g_assert_cmpfloat_with_epsilon (some[i], all[i], 1e-6);
        }
    }
}

/* --- softmax --------------------------------------------------------------- */

/* e¹ : e² : e³ = 0.0900306 : 0.2447285 : 0.6652410. */
static void
test_softmax (void)
{
  CnnShape          in = { 1, 2, 3 }, out;
  g_autofree float *got = cnn_test_run ("softmax", in, (float[]) { 1, 2, 3, 7, 7, 7 }, &out);

  g_assert_true (cnn_shape_equal (out, in));
  g_assert_cmpfloat_with_epsilon (got[0], 0.09003057, 1e-6);
  g_assert_cmpfloat_with_epsilon (got[1], 0.24472847, 1e-6);
  g_assert_cmpfloat_with_epsilon (got[2], 0.66524096, 1e-6);
  for (int i = 3; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (got[i], 1.0 / 3.0, 1e-6);
}

/* Two maps of two rows: map 0 holds ln 1, ln 2, ln 3, ln 4, map 1 all zeros. */
static void
test_softmax_axes (void)
{
  CnnShape          in = { 2, 2, 2 }, out;
  const float       values[] = { 0, 0, 0.69314718f, 0, 1.09861229f, 0, 1.38629436f, 0 };
  g_autofree float *maps = cnn_test_run ("softmax axis=map", in, values, &out);
  g_autofree float *all = cnn_test_run ("softmax axis=all", in, values, &out);

  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpfloat_with_epsilon (maps[2 * i], (i + 1) / 10.0, 1e-6);
      g_assert_cmpfloat_with_epsilon (maps[2 * i + 1], 0.25, 1e-6);
      g_assert_cmpfloat_with_epsilon (all[2 * i], (i + 1) / 14.0, 1e-6);
      g_assert_cmpfloat_with_epsilon (all[2 * i + 1], 1.0 / 14.0, 1e-6);
    }
}

/* Only differences count, so large values must neither overflow nor vanish. */
static void
test_softmax_large (void)
{
  static const char *const texts[] = { "softmax", "softmax axis=all", "flatten; softmax" };

  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    {
      CnnShape          out;
      g_autofree float *got = cnn_test_run (texts[k], (CnnShape) { 1, 1, 4 },
                                            (float[]) { 10000, 10001, 10002, -1e30f }, &out);

      g_assert_cmpfloat_with_epsilon (got[0], 0.09003057, 1e-6);
      g_assert_cmpfloat_with_epsilon (got[1], 0.24472847, 1e-6);
      g_assert_cmpfloat_with_epsilon (got[2], 0.66524096, 1e-6);
      g_assert_cmpfloat (got[3], ==, 0.0f);
    }
}

/* Of a whole picture: a sum of millions of small numbers. */
static void
test_softmax_many (void)
{
  CnnShape          in = { 1500, 2000, 3 }, out;
  gsize             n = (gsize) cnn_shape_cells (in);
  g_autofree float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (i % 3 + i / 3 % 7) / 8.0f;
  for (int axis = 0; axis < 2; axis++)
    {
      g_autofree float *got = cnn_test_run (axis == 0 ? "softmax axis=map" : "softmax axis=all", in,
                                            values, &out);
      double            sums[3] = { 0, 0, 0 };

      for (gsize i = 0; i < n; i++)
        sums[i % 3] += got[i];
      if (axis == 0)
        for (int c = 0; c < 3; c++)
          g_assert_cmpfloat_with_epsilon (sums[c], 1.0, 1e-5);
      else
        g_assert_cmpfloat_with_epsilon (sums[0] + sums[1] + sums[2], 1.0, 1e-5);
    }
}

static void
test_softmax_sum (void)
{
  CnnShape          in = { 9, 11, 21 }, out;
  gsize             n = (gsize) cnn_shape_cells (in);
  g_autofree float *values = g_new (float, n);
  g_autofree float *got = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = (float) ((int) (i * 31 % 97) - 48);
  got = cnn_test_run ("softmax", in, values, &out);
  for (gsize place = 0; place < n / 21; place++)
    {
      double sum = 0.0;

      for (gsize c = 0; c < 21; c++)
        {
          g_assert_true (got[place * 21 + c] >= 0.0f);
          sum += got[place * 21 + c];
        }
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
    }
}

/* ln of the shares that test_softmax() has; of 1000 and more all the same. */
static void
test_log_softmax (void)
{
  static const char *const texts[] = { "log-softmax", "log-softmax axis=all",
                                       "flatten; log-softmax" };

  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    {
      CnnShape          in = { 1, 1, 3 }, out;
      g_autofree float *small = cnn_test_run (texts[k], in, (float[]) { 1, 2, 3 }, &out);
      g_autofree float *large = cnn_test_run (texts[k], in, (float[]) { 1000, 1001, 998 }, &out);
      g_autofree float *far = cnn_test_run (texts[k], in, (float[]) { -1e30f, 0, 0 }, &out);

      g_assert_cmpfloat_with_epsilon (small[0], -2.40760596, 1e-6);
      g_assert_cmpfloat_with_epsilon (small[1], -1.40760596, 1e-6);
      g_assert_cmpfloat_with_epsilon (small[2], -0.407605964, 1e-6);
      g_assert_cmpfloat_with_epsilon (large[0], -1.34901222, 1e-6);
      g_assert_cmpfloat_with_epsilon (large[1], -0.349012217, 1e-6);
      g_assert_cmpfloat_with_epsilon (large[2], -3.34901222, 1e-6);
      g_assert_cmpfloat (far[0], ==, -1e30f);
      g_assert_cmpfloat_with_epsilon (far[1], -0.693147181, 1e-6);
    }
}

/* The maps of test_softmax_axes(). */
static void
test_log_softmax_axes (void)
{
  CnnShape          in = { 2, 2, 2 }, out;
  const float       values[] = { 0, 0, 0.69314718f, 0, 1.09861229f, 0, 1.38629436f, 0 };
  const double      of_map[] = { -2.30258509, -1.60943791, -1.2039728, -0.916290732 };
  const double      of_all[] = { -2.63905733, -1.94591015, -1.54044504, -1.25276297 };
  g_autofree float *maps = cnn_test_run ("log-softmax axis=map", in, values, &out);
  g_autofree float *all = cnn_test_run ("log-softmax axis=all", in, values, &out);

  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpfloat_with_epsilon (maps[2 * i], of_map[i], 1e-6);
      g_assert_cmpfloat_with_epsilon (maps[2 * i + 1], -1.38629436, 1e-6);
      g_assert_cmpfloat_with_epsilon (all[2 * i], of_all[i], 1e-6);
      g_assert_cmpfloat_with_epsilon (all[2 * i + 1], -2.63905733, 1e-6);
    }
}

/* --- layers of one value that are no activations -------------------------- */

/* (x − 2) / √(4 + 0) · 3 + 1 for the first map, x + 0 for the second. */
static void
test_batchnorm (void)
{
  CnnShape          in = { 1, 3, 2 }, out;
  g_autofree float *got = cnn_test_run ("batchnorm epsilon=0 scale=3,1 shift=1,0 mean=2,0 "
                                        "variance=4,1",
                                        in, (float[]) { 2, 5, 4, -1, -2, 0 }, &out);
  const double      expected[] = { 1, 5, 4, -1, -5, 0 };

  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (got[i], expected[i], 1e-5);
  /* Its epsilon is added to the variance: (x − 1) / √(3 + 1). */
  check_row ("batchnorm epsilon=1 mean=1 variance=3", 3, (float[]) { 1, 3, -5 },
             (double[]) { 0, 1, -3 });
  cnn_test_refused ("batchnorm mean=1,2,3", (CnnShape) { 4, 4, 2 }, CNN_ERROR_SHAPE, "mean");
  cnn_test_refused ("batchnorm epsilon=0 variance=1,0", (CnnShape) { 4, 4, 2 }, CNN_ERROR_SPEC,
                 "zero");
}

static void
test_dropout (void)
{
  check_row ("dropout", 8, line, (double[]) { -4, -2, -1, -0.5, 0, 0.5, 1, 2 });
  check_row ("dropout 0.9", 8, line, (double[]) { -4, -2, -1, -0.5, 0, 0.5, 1, 2 });
  cnn_test_refused ("dropout 1", (CnnShape) { 4, 4, 1 }, CNN_ERROR_SPEC, "1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activations/relu", test_relu);
  g_test_add_func ("/activations/leaky-relu", test_leaky_relu);
  g_test_add_func ("/activations/prelu", test_prelu);
  g_test_add_func ("/activations/prelu/maps", test_prelu_maps);
  g_test_add_func ("/activations/not-in-place", test_not_in_place);
  g_test_add_func ("/activations/elu", test_elu);
  g_test_add_func ("/activations/sigmoid", test_sigmoid);
  g_test_add_func ("/activations/tanh", test_tanh);
  g_test_add_func ("/activations/exponential-units", test_exponential_units);
  g_test_add_func ("/activations/straight-lines", test_straight_lines);
  g_test_add_func ("/activations/clip", test_clip);
  g_test_add_func ("/activations/smooth", test_smooth);
  g_test_add_func ("/activations/sqrt", test_sqrt);
  g_test_add_func ("/activations/no-number", test_no_number);
  g_test_add_func ("/activations/far-out", test_far_out);
  g_test_add_func ("/activations/lengths", test_lengths);
  g_test_add_func ("/activations/softmax", test_softmax);
  g_test_add_func ("/activations/softmax/axes", test_softmax_axes);
  g_test_add_func ("/activations/softmax/large", test_softmax_large);
  g_test_add_func ("/activations/softmax/many", test_softmax_many);
  g_test_add_func ("/activations/softmax/sum", test_softmax_sum);
  g_test_add_func ("/activations/log-softmax", test_log_softmax);
  g_test_add_func ("/activations/log-softmax/axes", test_log_softmax_axes);
  g_test_add_func ("/activations/batchnorm", test_batchnorm);
  g_test_add_func ("/activations/dropout", test_dropout);
  return g_test_run ();
}
