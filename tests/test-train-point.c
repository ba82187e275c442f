/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "random.h"
#include "train-layer.h"

/* Training of functions of one value, and of dropout, on numbers that were worked out by hand or by
 * PyTorch 2.6 in double. */

/* --- functions of one value ---------------------------------------------------------- */

#define POINTS 11

static const float points[POINTS] = { -25, -3, -2, -1, -0.5f, 0, 0.5f, 1, 2, 3, 25 };

typedef struct
{
  const char *text;
  double      d[POINTS]; /* the derivatives at the points */
} Curve;

/* Kinks are among the points. */
static const Curve curves[] = {
  { "relu", { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1 } },
  { "leaky-relu slope=0.25",
    { 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 1, 1, 1, 1, 1 } },
  { "leaky-relu slope=-2", { -2, -2, -2, -2, -2, -2, 1, 1, 1, 1, 1 } },
  { "elu alpha=1.5",
    { 0, 0.0746806026, 0.203002925, 0.551819162, 0.90979599, 1.5, 1, 1, 1, 1, 1 } },
  { "sigmoid",
    { 0, 0.0451766597, 0.104993585, 0.196611933, 0.235003712, 0.25, 0.235003712, 0.196611933,
      0.104993585, 0.0451766597, 0 } },
  { "tanh",
    { 0, 0.00986603717, 0.0706508249, 0.419974342, 0.786447733, 1, 0.786447733, 0.419974342,
      0.0706508249, 0.00986603717, 0 } },
  { "selu",
    { 0, 0.0875306121, 0.237932872, 0.646768603, 1.06634115, 1.75809934, 1.05070099, 1.05070099,
      1.05070099, 1.05070099, 1.05070099 } },
  { "selu alpha=-1 gamma=2",
    { 0, -0.0995741367, -0.270670566, -0.735758882, -1.21306132, -2, 2, 2, 2, 2, 2 } },
  { "celu alpha=2",
    { 3.72665317e-06, 0.22313016, 0.367879441, 0.60653066, 0.778800783, 1, 1, 1, 1, 1, 1 } },
  { "hard-sigmoid alpha=0.25 beta=0.5", { 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.25, 0, 0, 0 } },
  { "hard-swish",
    { 0, -0.5, -0.166666667, 0.166666667, 0.333333333, 0.5, 0.666666667, 0.833333333, 1.16666667,
      1.5, 1 } },
  { "softplus",
    { 0, 0.0474258732, 0.119202922, 0.268941421, 0.377540669, 0.5, 0.622459331, 0.731058579,
      0.880797078, 0.952574127, 1 } },
  { "softsign",
    { 0.00147928994, 0.0625, 0.111111111, 0.25, 0.444444444, 1, 0.444444444, 0.25, 0.111111111,
      0.0625, 0.00147928994 } },
  { "thresholded-relu", { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1 } },
  { "thresholded-relu alpha=-1", { 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1 } },
  { "gelu",
    { 0, -0.0119456472, -0.0852318011, -0.0833154706, 0.132504875, 0.5, 0.867495125, 1.08331547,
      1.0852318, 1.01194565, 1 } },
  { "gelu approximate=tanh",
    { 0, -0.0115841666, -0.0860992566, -0.0829640838, 0.132630096, 0.5, 0.867369904, 1.08296408,
      1.08609926, 1.01158417, 1 } },
  { "mish",
    { 0, -0.0933931145, -0.108355092, 0.0592167559, 0.289510678, 0.6, 0.886424375, 1.04903622,
      1.06931793, 1.02110691, 1 } },
  { "clip min=-1 max=2", { 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0 } },
  { "clip max=2", { 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0 } },
  { "exp",
    { 0, 0.0497870684, 0.135335283, 0.367879441, 0.60653066, 1, 1.64872127, 2.71828183, 7.3890561,
      20.0855369, 7.20048993e+10 } },
  { "neg", { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } },
  { "abs", { -1, -1, -1, -1, -1, 0, 1, 1, 1, 1, 1 } },
  { "prelu slope=0.25", { 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 1, 1, 1, 1, 1 } },
};

static void
test_curve (gconstpointer data)
{
  const Curve *curve = data;
  float        in[2 * POINTS], d_out[2 * POINTS];
  double       d[2 * POINTS];
  TrainLayer   layer;

  for (int i = 0; i < 2 * POINTS; i++)
    {
      in[i] = points[i % POINTS];
      d_out[i] = i < POINTS ? 1.0f : -0.5f;
      d[i] = d_out[i] * curve->d[i % POINTS];
    }
  train_layer_begin (&layer, curve->text, (CnnShape) { 1, POINTS, 1 }, 2, 2);
  train_layer_work (&layer, 2, 2, 2, in, d_out);
  train_check (curve->text, "derivative", 2 * POINTS, layer.d_in, d);
  train_layer_end (&layer);
}

static void
test_sqrt (void)
{
  static const float  in[] = { 0.25f, 1, 4, 9 }, d_out[] = { 1, -2, 1, 3 };
  static const double d[] = { 1, -1, 0.25, 0.5 };

  TrainLayer layer;

  train_layer_begin (&layer, "sqrt", (CnnShape) { 2, 2, 1 }, 1, 1);
  train_layer_work (&layer, 1, 1, 1, in, d_out);
  train_check ("sqrt", "derivative", 4, layer.d_in, d);
  train_layer_end (&layer);
}

/* What is no number must not look like one, or nobody sees that training went wrong. */
static void
test_not_a_number (void)
{
  static const float in[] = { NAN, -1 }, d_out[] = { 1, 1 };

  TrainLayer layer;

  train_layer_begin (&layer, "relu", (CnnShape) { 1, 2, 1 }, 1, 1);
  train_layer_work (&layer, 1, 1, 1, in, d_out);
  g_assert_true (isnan (layer.out[0]));
  g_assert_cmpfloat (layer.out[1], ==, 0.0f);
  train_layer_end (&layer);
}

/* By hand: of each slope Σ d · x over the values that are not positive. */
static void
test_prelu (void)
{
  /* two images of two places of two maps */
  static const float in[] = { -1, 2, 3, -4, -5, -6, 7, 0 };
  static const float d_out[] = { 2, 3, 5, 7, 11, 13, 17, 19 };

  TrainLayer layer;

  train_layer_begin (&layer, "prelu slope=0.5,-2", (CnnShape) { 1, 2, 2 }, 2, 2);
  for (guint n = 1; n <= 2; n++)
    {
      train_layer_work (&layer, n, n, 2, in, d_out);
      train_check ("prelu", "value", 8, layer.out,
                    (double[]) { -0.5, 2, 3, 8, -2.5, 12, 7, 0 });
      train_check ("prelu", "derivative", 8, layer.d_in,
                    (double[]) { 1, 3, 5, -14, 5.5, -26, 17, -38 });
      /* The second time they are added to those of the first. */
      train_check ("prelu", "slope's derivative", 2, layer.d_weights[0],
                    (double[]) { n * -57.0, n * -106.0 });
    }
  train_layer_end (&layer);
  train_layer_begin (&layer, "prelu slope=0.5", (CnnShape) { 1, 2, 2 }, 2, 2);
  train_layer_work (&layer, 2, 2, 2, in, d_out);
  train_check ("prelu", "one slope's derivative", 1, layer.d_weights[0], (double[]) { -163 });
  /* Weights that have changed count when they are loaded. */
  layer.task.weights[0]->values[0] = 3.0f;
  train_layer_work (&layer, 2, 2, 2, in, d_out);
  train_check ("prelu", "value", 1, layer.out, (double[]) { -3 });
  train_layer_end (&layer);
}

/* --- dropout ------------------------------------------------------------------------- */

#define DROPPED 400
#define SHOWN   6

/* @rate in quarters, which float has exactly */
static void
check_dropout (const char *text, int quarters)
{
  g_autofree float *in = g_new (float, SHOWN * DROPPED), *d_out = g_new (float, SHOWN * DROPPED);
  float             scale = 4.0f / (float) (4 - quarters);
  int               n_left = 0;
  TrainLayer        layer, one;

  for (int i = 0; i < SHOWN * DROPPED; i++)
    {
      in[i] = (float) (1 + i % 8);
      d_out[i] = (float) (i % 5 - 2);
    }
  train_layer_begin (&layer, text, (CnnShape) { 10, 8, 5 }, SHOWN, SHOWN);
  train_layer_begin (&one, text, (CnnShape) { 10, 8, 5 }, 1, SHOWN);
  train_layer_work (&layer, SHOWN, SHOWN, SHOWN, in, d_out);
  train_layer_work (&one, 1, 1, SHOWN, in, d_out);
  for (int i = 0; i < SHOWN * DROPPED; i++)
    {
      gboolean left = layer.out[i] == 0.0f;

      n_left += left;
      g_assert_cmpfloat (layer.out[i], ==, left ? 0.0f : scale * in[i]);
      g_assert_cmpfloat (layer.d_in[i], ==, left ? 0.0f : scale * d_out[i]);
    }
  g_assert_cmpmem (one.out, SHOWN * DROPPED * sizeof (float), layer.out,
                   SHOWN * DROPPED * sizeof (float));
  /* Within five deviations. */
  g_assert_cmpfloat (fabs (n_left - SHOWN * DROPPED * quarters / 4.0), <=,
                     5.0 * sqrt (SHOWN * DROPPED * quarters * (4 - quarters) / 16.0));
  train_layer_end (&layer);
  train_layer_end (&one);
}

/* How many of @n cells are left out, or kept, of both. */
static int
alike (const float *a, const float *b, int n)
{
  int n_alike = 0;

  for (int i = 0; i < n; i++)
    n_alike += (a[i] == 0.0f) == (b[i] == 0.0f);
  return n_alike;
}

static void
test_dropout (void)
{
  g_autofree float *ones = g_new (float, 2 * DROPPED);
  TrainLayer        layer, other;
  guint64           seed;

  check_dropout ("dropout 0.25", 1);
  check_dropout ("dropout", 2);
  check_dropout ("dropout 0.75", 3);
  check_dropout ("dropout 0", 0);

  for (int i = 0; i < 2 * DROPPED; i++)
    ones[i] = 1.0f;
  train_layer_begin (&layer, "dropout 0.5", (CnnShape) { 10, 8, 5 }, 2, 2);
  train_layer_begin (&other, "dropout 0.5\ndropout 0.5", (CnnShape) { 10, 8, 5 }, 2, 2);
  train_layer_work (&layer, 2, 2, 2, ones, ones);
  train_layer_work (&other, 2, 2, 2, ones, ones);
  /* Other images, and other layers, are left out otherwise: within five deviations of half. */
  g_assert_cmpint (abs (alike (layer.out, layer.out + DROPPED, DROPPED) - DROPPED / 2), <=, 50);
  g_assert_cmpint (abs (alike (layer.out, other.out, DROPPED) - DROPPED / 2), <=, 50);
  /* So are neighbours, and what is drawn together. */
  for (int by = 1; by <= 192; by++)
    g_assert_cmpint (abs (alike (layer.out, layer.out + by, DROPPED) - DROPPED / 2), <=, 50);
  /* Cell 64 of image 1 is kept by the second 16 bits of draw 0. */
  seed = cnn_random_bits (layer.task.node->seed, 1);
  for (int i = 0; i < 64; i++)
    g_assert_cmpfloat (layer.out[DROPPED + 64 + i], ==,
                       cnn_random_bits (seed, (guint64) i) >> 31 & 1 ? 2.0f : 0.0f);
  train_layer_end (&layer);
  train_layer_end (&other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (curves); i++)
    {
      g_autofree char *path = g_strdup_printf ("/train-point/%s", curves[i].text);

      g_test_add_data_func (path, &curves[i], test_curve);
    }
  g_test_add_func ("/train-point/sqrt", test_sqrt);
  g_test_add_func ("/train-point/not-a-number", test_not_a_number);
  g_test_add_func ("/train-point/prelu", test_prelu);
  g_test_add_func ("/train-point/dropout", test_dropout);
  return g_test_run ();
}
