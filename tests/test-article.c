/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cnn-test.h"

/* The examples of the tutorial that Convolens grew from, number for number;
 * where the tutorial is wrong, the right number. */

static void
check_values (const char *text, CnnShape in, const float *values, CnnShape shape,
              const float *expected)
{
  CnnShape          out;
  g_autofree float *got = cnn_test_run (text, in, values, &out);

  g_assert_true (cnn_shape_equal (out, shape));
  for (gint64 i = 0; i < cnn_shape_cells (out); i++)
    g_assert_cmpfloat (got[i], ==, expected[i]);
}

/* --- pooling of the 4×4 map ----------------------------------------------- */

static const CnnShape four_by_four = { 4, 4, 1 };
static const CnnShape two_by_two = { 2, 2, 1 };
static const float    map[] = { 1, 3, 2, 4, 3, 5, 4, 6, 2, 5, 6, 7, 4, 7, 6, 8 };

static void
test_pooling (void)
{
  check_values ("maxpool 2", four_by_four, map, two_by_two, (float[]) { 5, 6, 7, 8 });
  check_values ("avgpool 2", four_by_four, map, two_by_two, (float[]) { 3, 4, 4.5, 6.75 });
  check_values ("minpool 2", four_by_four, map, two_by_two, (float[]) { 1, 2, 2, 6 });
  check_values ("maxpool 2 stride=1", four_by_four, map, (CnnShape) { 3, 3, 1 },
                (float[]) { 5, 5, 6, 5, 6, 7, 7, 7, 8 });
  check_values ("global-avgpool", four_by_four, map, (CnnShape) { 1, 1, 1 }, (float[]) { 4.5625 });
}

/* --- a convolution by hand ------------------------------------------------ */

static void
test_stride (void)
{
  float ramp[64], expected[36];

  /* Brightness that grows to the right by 1 a cell: the kernel answers 8 at
   * every place, 6×6 of them without padding. */
  for (int i = 0; i < 64; i++)
    ramp[i] = (float) (i % 8);
  for (int i = 0; i < 36; i++)
    expected[i] = 8;
  check_values ("conv kernels=sobel-x", (CnnShape) { 8, 8, 1 }, ramp, (CnnShape) { 6, 6, 1 },
                expected);
  check_values ("conv kernels=sobel-x stride=2", (CnnShape) { 8, 8, 1 }, ramp,
                (CnnShape) { 3, 3, 1 }, expected);
}

/* --- the 4×4 RGB picture, two layers -------------------------------------- */

#define FIRST  "\"[[[0,0,0],[0,1,0],[0,0,0]],[[1,1,1],[1,1,1],[1,1,1]],[[0,0,0],[0,2,0],[0,0,0]]]\","  \
               "\"[[[-1,0,1],[-2,0,2],[-1,0,1]],[[0,0,0],[0,0,0],[0,0,0]],[[1,0,0],[0,1,0],[0,0,1]]]\""
#define SECOND "\"[[[0,0,0],[0,1,0],[0,0,0]],[[0,0,0],[0,0,0],[0,0,0]]]\","                           \
               "\"[[[0,0,0],[0,1,0],[0,0,0]],[[0,0,0],[0,1,0],[0,0,0]]]\","                           \
               "\"[[[0,0,0],[0,0,0],[0,0,1]],[[0,0,0],[-1,0,0],[0,0,0]]]\""

/* Red counts from 1 to 16, green is 1 everywhere, blue is 1 on the diagonal. */
static void
fill_rgb (float *picture)
{
  for (int i = 0; i < 16; i++)
    {
      picture[i * 3] = (float) (i + 1);
      picture[i * 3 + 1] = 1;
      picture[i * 3 + 2] = i / 4 == i % 4;
    }
}

static double
read_picture (gpointer data, guint input, int y, int x, int channel)
{
  return ((const float *) data)[(y * 4 + x) * 3 + channel];
}

static void
check_sums (const CnnPlan *plan, float *picture, int y, int x, int map_number, const double *sums,
            double bias)
{
  g_autoptr (CnnExplanation) explanation = cnn_explanation_new ();
  CnnCells                   cells = { read_picture, picture };
  double                     value = bias;

  cnn_plan_explain (plan, 1, &cells, y, x, map_number, explanation);
  g_assert_cmpuint (explanation->parts->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (cnn_explanation_get_part (explanation, i)->channel, ==, (int) i);
      g_assert_cmpfloat (cnn_explanation_get_part (explanation, i)->result, ==, sums[i]);
      value += sums[i];
    }
  g_assert_cmpfloat (explanation->bias, ==, bias);
  g_assert_cmpfloat (explanation->value, ==, value);
}

static void
test_rgb (void)
{
  const char            *text = "input 4x4x3\n"
                                "conv 2 3x3 kernels=" FIRST " bias=0,-1 pad=same\n"
                                "conv 3 3x3 kernels=" SECOND " pad=same\n";
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  CnnShape               in = { 4, 4, 3 }, out;
  guint                  tap = 1;
  g_autoptr (CnnPlan)    plan = cnn_plan_new (network, in, 1, &tap, NULL, NULL);
  float                  picture[48];
  g_autofree float      *first = NULL;
  g_autofree float      *second = NULL;

  fill_rgb (picture);
  first = cnn_test_run_plan (plan, in, picture, (CnnShape) { 4, 4, 2 });

  /* Per-channel sums: red, green, blue, then the bias. */
  check_sums (plan, picture, 1, 1, 0, (double[]) { 6, 9, 2 }, 0);
  check_sums (plan, picture, 0, 0, 0, (double[]) { 1, 4, 2 }, 0);
  check_sums (plan, picture, 1, 1, 1, (double[]) { 8, 0, 3 }, -1);
  check_sums (plan, picture, 0, 0, 1, (double[]) { 2 * 2 + 6, 0, 2 }, -1);
  check_sums (plan, picture, 3, 0, 1, (double[]) { 10 + 2 * 14, 0, 0 }, -1);

  /* Their pixel-wise sums are the maps. */
  g_assert_cmpfloat (first[(1 * 4 + 1) * 2], ==, 17);
  g_assert_cmpfloat (first[0], ==, 7);
  g_assert_cmpfloat (first[(1 * 4 + 1) * 2 + 1], ==, 10);
  g_assert_cmpfloat (first[1], ==, 11);
  g_assert_cmpfloat (first[(3 * 4 + 0) * 2 + 1], ==, 37);

  second = cnn_test_run (text, in, picture, &out);
  g_assert_true (cnn_shape_equal (out, (CnnShape) { 4, 4, 3 }));
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 4; x++)
      {
        const float *cell = second + (y * 4 + x) * 3, *below = first + (y * 4 + x) * 2;
        float        corner = y < 3 && x < 3 ? first[((y + 1) * 4 + x + 1) * 2] : 0;
        float        left = x > 0 ? first[(y * 4 + x - 1) * 2 + 1] : 0;

        g_assert_cmpfloat (cell[0], ==, below[0]);
        g_assert_cmpfloat (cell[1], ==, below[0] + below[1]);
        g_assert_cmpfloat (cell[2], ==, corner - left);
      }
}

/* --- the networks --------------------------------------------------------- */

typedef struct
{
  CnnShape shape;
  gint64   parameters;
  gint64   macs;
} Expected;

static void
check_network (const char *text, const Expected *expected, guint n)
{
  g_autoptr (GError)      error = NULL;
  g_autoptr (CnnNetwork)  network = cnn_network_parse (text, &error);
  g_autofree CnnNodeInfo *infos = NULL;

  g_assert_no_error (error);
  infos = cnn_network_infer (network, (CnnShape) { 480, 640, 3 }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cnn_network_n_nodes (network), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (cnn_shape_equal (infos[i].shape, expected[i].shape));
      g_assert_cmpint (infos[i].parameters, ==, expected[i].parameters);
      g_assert_cmpint (infos[i].macs, ==, expected[i].macs);
    }
}

static void
test_digits (void)
{
  static const Expected expected[] = {
    { { 28, 28, 1 }, 0, 0 },
    { { 28, 28, 32 }, 9 * 32 + 32, 28 * 28 * 32 * 9 },
    { { 28, 28, 32 }, 0, 0 },
    { { 14, 14, 32 }, 0, 0 },
    { { 1, 1, 6272 }, 0, 0 },
    { { 1, 1, 128 }, 128 * 6272 + 128, 128 * 6272 },
    { { 1, 1, 128 }, 0, 0 },
    { { 1, 1, 64 }, 64 * 128 + 64, 64 * 128 },
    { { 1, 1, 64 }, 0, 0 },
    { { 1, 1, 10 }, 10 * 64 + 10, 10 * 64 },
    { { 1, 1, 10 }, 0, 0 },
  };

  check_network ("input 28x28x1\nconv 32 3x3 pad=same\nrelu\nmaxpool 2\nflatten\ndense 128; relu\n"
                 "dense 64; relu\ndense 10; softmax\n",
                 expected, G_N_ELEMENTS (expected));
}

static void
test_eight_by_eight (void)
{
  static const Expected expected[] = {
    { { 8, 8, 1 }, 0, 0 },   { { 6, 6, 2 }, 2 * 9 + 2, 6 * 6 * 2 * 9 },
    { { 6, 6, 2 }, 0, 0 },   { { 3, 3, 2 }, 0, 0 },
    { { 1, 1, 18 }, 0, 0 },  { { 1, 1, 4 }, 4 * 18 + 4, 4 * 18 },
    { { 1, 1, 4 }, 0, 0 },   { { 1, 1, 2 }, 2 * 4 + 2, 2 * 4 },
    { { 1, 1, 2 }, 0, 0 },
  };

  check_network ("input 8x8x1; conv 2 3x3; relu; maxpool 2; flatten; dense 4; relu; dense 2; softmax",
                 expected, G_N_ELEMENTS (expected));
}

/* The classifier's answer is a distribution, whatever the picture. */
static void
test_probabilities (void)
{
  CnnShape          in = { 28, 28, 1 }, out;
  float             picture[28 * 28];
  g_autofree float *got = NULL;
  double            sum = 0;

  for (int i = 0; i < 28 * 28; i++)
    picture[i] = (float) ((i * 37 % 101) / 100.0);
  got = cnn_test_run ("input 28x28x1\nconv 32 3x3 pad=same\nrelu\nmaxpool 2\nflatten\n"
                      "dense 128; relu\ndense 64; relu\ndense 10; softmax\n",
                      in, picture, &out);
  for (int i = 0; i < 10; i++)
    {
      g_assert_true (got[i] > 0 && got[i] < 1);
      sum += got[i];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
}

/* Flattening 14×14×32 gives 6272 values: rows, then columns, then channels. */
static void
test_flatten (void)
{
  float             map_values[2 * 3 * 2];
  CnnShape          out;
  g_autofree float *got = NULL;

  for (int i = 0; i < 12; i++)
    map_values[i] = (float) i;
  got = cnn_test_run ("flatten", (CnnShape) { 2, 3, 2 }, map_values, &out);
  g_assert_true (cnn_shape_equal (out, (CnnShape) { 1, 1, 12 }));
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat (got[i], ==, i);
}

/* --- activations ---------------------------------------------------------- */

static void
check_activation (const char *text, double x, double expected)
{
  float             value = (float) x;
  CnnShape          out;
  g_autofree float *got = cnn_test_run (text, (CnnShape) { 1, 1, 1 }, &value, &out);

  g_assert_cmpfloat_with_epsilon (*got, expected, 1e-6);
}

static void
test_activations (void)
{
  for (double x = -4; x <= 4; x += 0.5)
    {
      check_activation ("relu", x, x > 0 ? x : 0);
      check_activation ("leaky-relu slope=0.01", x, x > 0 ? x : 0.01 * x);
      /* max (0, x) + a min (0, x), not max (0, x) − a x */
      check_activation ("prelu slope=0.25", x, MAX (0, x) + 0.25 * MIN (0, x));
      check_activation ("elu alpha=1", x, x > 0 ? x : exp (x) - 1);
      check_activation ("sigmoid", x, 1 / (1 + exp (-x)));
      check_activation ("tanh", x, (exp (x) - exp (-x)) / (exp (x) + exp (-x)));
    }
}

static void
test_softmax (void)
{
  float             values[] = { 1, 2, 3 };
  CnnShape          out;
  g_autofree float *got = cnn_test_run ("softmax", (CnnShape) { 1, 1, 3 }, values, &out);
  double            sum = exp (1) + exp (2) + exp (3);

  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (got[i], exp (i + 1) / sum, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/article/pooling", test_pooling);
  g_test_add_func ("/article/stride", test_stride);
  g_test_add_func ("/article/rgb", test_rgb);
  g_test_add_func ("/article/digits", test_digits);
  g_test_add_func ("/article/8x8", test_eight_by_eight);
  g_test_add_func ("/article/probabilities", test_probabilities);
  g_test_add_func ("/article/flatten", test_flatten);
  g_test_add_func ("/article/activations", test_activations);
  g_test_add_func ("/article/softmax", test_softmax);
  return g_test_run ();
}
