/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "train-layer.h"

/* Training of normalisations, softmax and dense, on numbers that were worked out by hand or by
 * PyTorch 2.6 in double. */

/* --- normalisations --------------------------------------------------------------- */

/* two images of three places of two maps */
static const float pictures[] = { 1, 4, 2, -1, 0, 3, 5, 2, -2, 0, 3, 1 };
static const float wishes[] = { 1, 0, -1, 2, 3, 1, 0, -2, 2, 1, 1, 3 };

static void
check_batchnorm (guint n, guint n_back)
{
  static const char text[] = "batchnorm scale=2,-1 shift=0.5,1 mean=1,2 variance=4,3 epsilon=0.5 "
                             "momentum=0.25";

  TrainLayer layer;

  train_layer_begin (&layer, text, (CnnShape) { 1, 3, 2 }, 2, 2);
  train_layer_work (&layer, n, n_back, 2, pictures, wishes);
  train_check (text, "value", 12, layer.out,
                (double[]) { 0.0703310756, -0.352504452, 0.929668924, 2.35250445, -0.789006773,
                             0.188497329, 3.50768247, 0.72949911, -2.50768247, 1.81150267,
                             1.78900677, 1.27050089 });
  train_check (text, "derivative", 12, layer.d_in,
                (double[]) { -0.145426405, -0.0439838846, -1.57324929, -0.136350042, 1.28239648,
                             -0.387058185, 0.158646987, 1.43387464, -0.158646987, 0.206724258,
                             0.436279216, -1.07320678 });
  train_check (text, "scale's derivative", 2, layer.d_weights[0],
                (double[]) { -4.72635817, -4.05751336 });
  train_check (text, "shift's derivative", 2, layer.d_weights[1], (double[]) { 6, 5 });
  train_check (text, "mean", 2, layer.task.weights[2]->values, (double[]) { 1.125, 1.875 });
  train_check (text, "variance", 2, layer.task.weights[3]->values, (double[]) { 4.475, 3.125 });
  train_layer_end (&layer);
}

/* The formula itself, in double, where values are far from 0 and differ little. */
static void
check_batchnorm_far (void)
{
  enum { IMAGES = 8, PLACES = 36, MAPS = 3 };

  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  float             in[IMAGES * PLACES * MAPS], d_out[IMAGES * PLACES * MAPS];
  TrainLayer        layer;

  for (int i = 0; i < IMAGES * PLACES * MAPS; i++)
    {
      in[i] = (float) (1000.0 * (i % MAPS) + g_rand_double_range (rand, -1.0, 1.0));
      d_out[i] = (float) g_rand_double_range (rand, -1.0, 1.0);
    }
  train_layer_begin (&layer, "batchnorm", (CnnShape) { 6, 6, MAPS }, 4, IMAGES);
  train_layer_work (&layer, 4, 4, IMAGES, in, d_out);
  for (int c = 0; c < MAPS; c++)
    {
      double mean = 0.0, variance = 0.0, sum = 0.0, products = 0.0, n = IMAGES * PLACES;

      for (int i = c; i < IMAGES * PLACES * MAPS; i += MAPS)
        mean += in[i] / n;
      for (int i = c; i < IMAGES * PLACES * MAPS; i += MAPS)
        variance += (in[i] - mean) * (in[i] - mean) / n;
      for (int i = c; i < IMAGES * PLACES * MAPS; i += MAPS)
        {
          sum += d_out[i];
          products += d_out[i] * (in[i] - mean) / sqrt (variance + 1e-5);
        }
      for (int i = c; i < IMAGES * PLACES * MAPS; i += MAPS)
        {
          double normal = (in[i] - mean) / sqrt (variance + 1e-5);
          double d = (d_out[i] - sum / n - normal * products / n) / sqrt (variance + 1e-5);

          /* A mean of 2000 is known to 6 · 10⁻⁵ in float. */
          g_assert_cmpfloat (fabs (layer.out[i] - normal), <=, c == 0 ? 2e-6 : 2e-4);
          g_assert_cmpfloat (fabs (layer.d_in[i] - d), <=, c == 0 ? 4e-6 : 2e-4);
        }
      g_assert_cmpfloat (fabs (layer.task.weights[2]->values[c] - 0.1 * mean), <=, 2e-5);
      g_assert_cmpfloat (fabs (layer.task.weights[3]->values[c] - 0.9 -
                               0.1 * variance * n / (n - 1.0)), <=, 1e-6);
    }
  train_layer_end (&layer);
}

static void
test_batchnorm (void)
{
  check_batchnorm (1, 1);
  check_batchnorm (2, 2);
  /* What is kept belongs to an image. */
  check_batchnorm (2, 1);
  check_batchnorm (1, 2);
  check_batchnorm_far ();
}

static void
test_instancenorm (void)
{
  static const char text[] = "instancenorm scale=2,-1 shift=0.5,1 epsilon=0.5";

  TrainLayer layer;

  train_layer_begin (&layer, text, (CnnShape) { 1, 3, 2 }, 2, 2);
  train_layer_work (&layer, 2, 2, 2, pictures, wishes);
  train_check (text, "value", 12, layer.out,
                (double[]) { 0.5, 0.12011731, 2.3516402, 2.31982404, -1.3516402, 0.560058655,
                             2.48173478, 0.0741799002, -2.14231304, 1.9258201, 1.16057826, 1 });
  train_check (text, "derivative", 12, layer.d_in,
                (double[]) { 0, 0.156108219, -1.58712017, -0.0141916563, 1.58712017, -0.141916563,
                             -0.156136679, 1.67529351, -0.0120105138, 0.484953386, 0.168147193,
                             -2.1602469 });
  train_check (text, "scale's derivative", 2, layer.d_weights[0],
                (double[]) { -6.01530431, -4.97716702 });
  train_check (text, "shift's derivative", 2, layer.d_weights[1], (double[]) { 6, 5 });
  train_layer_end (&layer);
}

/* --- softmax ---------------------------------------------------------------------- */

static void
check_softmax (const char *text, const double *expected)
{
  TrainLayer layer;

  train_layer_begin (&layer, text, (CnnShape) { 1, 3, 2 }, 2, 2);
  train_layer_work (&layer, 2, 2, 2, pictures, wishes);
  train_check (text, "derivative", 12, layer.d_in, expected);
  train_layer_end (&layer);
}

static void
test_softmax (void)
{
  /* By hand: y = 1/6, 1/3 and 1/2, dx = y · (dy − 1/6); dx = dy − y of the logarithm. */
  const float        in[] = { 0, logf (2), logf (3) };
  static const float d_out[] = { 1, 0, 0 };

  TrainLayer layer;

  train_layer_begin (&layer, "softmax", (CnnShape) { 1, 1, 3 }, 1, 1);
  train_layer_work (&layer, 1, 1, 1, in, d_out);
  train_check ("softmax", "derivative", 3, layer.d_in,
                (double[]) { 5.0 / 36.0, -1.0 / 18.0, -1.0 / 12.0 });
  train_layer_end (&layer);
  train_layer_begin (&layer, "log-softmax", (CnnShape) { 1, 1, 3 }, 1, 1);
  train_layer_work (&layer, 1, 1, 1, in, d_out);
  train_check ("log-softmax", "derivative", 3, layer.d_in,
                (double[]) { 5.0 / 6.0, -1.0 / 3.0, -1.0 / 2.0 });
  train_layer_end (&layer);

  check_softmax ("softmax",
                 (double[]) { 0.0451766597, -0.0451766597, -0.135529979, 0.135529979, 0.0903533195,
                              -0.0903533195, 0.0903533195, -0.0903533195, 0.104993585,
                              -0.104993585, -0.209987171, 0.209987171 });
  check_softmax ("softmax axis=map",
                 (double[]) { 0.281540715, -0.20182091, -0.565174902, 0.0084435195, 0.283634187,
                              0.193377391, -0.106237743, -0.993693084, 0.00150820049, 0.135609985,
                              0.104729542, 0.858083099 });
  check_softmax ("softmax axis=all",
                 (double[]) { 0.0245371029, -0.140850437, -0.104822828, 0.00759051431,
                              0.0322396186, 0.18130603, -0.0676808433, -0.0855883891,
                              0.00144417215, 0.00510751954, 0.102587272, 0.0441302684 });
  check_softmax ("log-softmax",
                 (double[]) { 0.952574127, -0.952574127, -1.95257413, 1.95257413, 2.81029651,
                              -2.81029651, 1.90514825, -1.90514825, 1.64239123, -1.64239123,
                              -2.52318831, 2.52318831 });
  check_softmax ("log-softmax axis=map",
                 (double[]) { 0.265814587, -2.18242547, -2.99572287, 1.98529493, 2.72990828,
                              0.197130538, -2.64027061, -3.33048191, 1.99759238, 0.819938854,
                              0.642678229, 2.51054306 });
  check_softmax ("log-softmax axis=all",
                 (double[]) { 0.810702201, -3.80214794, -1.51456477, 1.97438133, 2.93036123,
                              -0.398732058, -4.12851977, -2.2055469, 1.99623528, 0.972182253,
                              0.441265608, 2.92438352 });
}

/* --- dense ------------------------------------------------------------------------ */

/* By hand. */
static void
test_dense_small (void)
{
  static const char  text[] = "dense 2 weights=[[1,2,3],[-1,0,2]] bias=10,20";
  static const float in[] = { 1, 2, 3, 0, -1, 1 }, d_out[] = { 1, 2, -1, 3 };

  for (guint n = 1; n <= 2; n++)
    {
      TrainLayer layer;

      train_layer_begin (&layer, text, (CnnShape) { 1, 1, 3 }, 2, 2);
      g_assert_null (layer.step->gradient);
      train_layer_work (&layer, n, n, 2, in, d_out);
      train_check (text, "value", 4, layer.out, (double[]) { 24, 25, 11, 22 });
      train_check (text, "derivative", 6, layer.d_in, (double[]) { -1, 2, 7, -4, -2, 3 });
      train_check (text, "weight's derivative", 6, layer.d_weights[0],
                    (double[]) { 1, 3, 2, 2, 1, 9 });
      train_check (text, "bias's derivative", 2, layer.d_weights[1], (double[]) { 0, 5 });
      train_layer_end (&layer);
    }
}

/* Small whole numbers, of which float adds up many without an error. */
static void
check_dense_large (int n_in, int n_units, guint n_parts, gboolean biased)
{
  enum { IMAGES = 5 };

  g_autofree char  *text = g_strdup_printf ("dense %d bias=%s", n_units, biased ? "3" : "no");
  g_autofree float *in = g_new (float, IMAGES * n_in), *d_out = g_new (float, IMAGES * n_units);
  TrainLayer        layer;
  float            *weights;
  CnnPass           pass;

  for (int i = 0; i < IMAGES * n_in; i++)
    in[i] = (float) (i * i % 11 - 5);
  for (int i = 0; i < IMAGES * n_units; i++)
    d_out[i] = (float) (i * i % 7 - 3);
  train_layer_begin (&layer, text, (CnnShape) { 1, 1, n_in }, IMAGES, IMAGES);
  weights = layer.task.weights[0]->values;
  for (int i = 0; i < n_in * n_units; i++)
    weights[i] = (float) (i % 13 - 6);
  train_layer_work (&layer, IMAGES, IMAGES, IMAGES, in, d_out);
  pass = (CnnPass) { .n = IMAGES, .in = (const float *[]) { in }, .d_out = d_out,
                     .d_weights = layer.d_weights };
  g_assert_nonnull (layer.step->gradient);
  for (guint part = 0; part < n_parts; part++)
    layer.step->gradient (layer.step, &pass, part, n_parts);
  for (int i = 0; i < IMAGES; i++)
    {
      for (int u = 0; u < n_units; u++)
        {
          gint64 sum = biased ? 3 : 0;

          for (int k = 0; k < n_in; k++)
            sum += (gint64) in[i * n_in + k] * (gint64) weights[u * n_in + k];
          g_assert_cmpfloat (layer.out[i * n_units + u], ==, (float) sum);
        }
      for (int k = 0; k < n_in; k++)
        {
          gint64 sum = 0;

          for (int u = 0; u < n_units; u++)
            sum += (gint64) d_out[i * n_units + u] * (gint64) weights[u * n_in + k];
          g_assert_cmpfloat (layer.d_in[i * n_in + k], ==, (float) sum);
        }
    }
  for (int u = 0; u < n_units; u++)
    {
      gint64 bias = 0;

      for (int i = 0; i < IMAGES; i++)
        bias += (gint64) d_out[i * n_units + u];
      if (biased)
        g_assert_cmpfloat (layer.d_weights[1][u], ==, (float) bias);
      for (int k = 0; k < n_in; k++)
        {
          gint64 sum = 0;

          for (int i = 0; i < IMAGES; i++)
            sum += (gint64) in[i * n_in + k] * (gint64) d_out[i * n_units + u];
          g_assert_cmpfloat (layer.d_weights[0][u * n_in + k], ==, (float) sum);
        }
    }
  train_layer_end (&layer);
}

static void
test_dense_large (void)
{
  check_dense_large (2500, 17, 1, TRUE);
  check_dense_large (2500, 17, 3, FALSE);
  check_dense_large (1030, 33, 7, TRUE);
  check_dense_large (30, 1100, 1, FALSE);
  check_dense_large (30, 1100, 2, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train-dense/batchnorm", test_batchnorm);
  g_test_add_func ("/train-dense/instancenorm", test_instancenorm);
  g_test_add_func ("/train-dense/softmax", test_softmax);
  g_test_add_func ("/train-dense/dense/small", test_dense_small);
  g_test_add_func ("/train-dense/dense/large", test_dense_large);
  return g_test_run ();
}
