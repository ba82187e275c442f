/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "plan-private.h"
#include "random.h"

/* Training of layers of single values, of normalisations and of dense, on numbers that were worked
 * out by hand or by PyTorch 2.6 in double. */

/* A network of one layer, ready to be trained. */
typedef struct
{
  CnnNetwork   *network;
  CnnPlan      *plan;
  CnnTask       task;
  CnnTrainStep *step;
  gsize         n_in;  /* values of an image */
  gsize         n_out;
  float        *out;   /* [images][n_out] */
  float        *d_in;  /* [images][n_in] */
  float        *kept;  /* [images][step's kept] */
  double       *sums;
  double       *back_sums;
  float        *d_weights[CNN_MAX_WEIGHTS];
  CnnWeight     list[CNN_MAX_WEIGHTS];
  guint         n_weights;
} Layer;

static void
layer_begin (Layer *layer, const char *text, CnnShape in, guint batch, guint images)
{
  g_autoptr (GError) error = NULL;
  guint              last;

  memset (layer, 0, sizeof *layer);
  layer->network = cnn_network_parse (text, &error);
  g_assert_no_error (error);
  last = cnn_network_n_nodes (layer->network) - 1;
  layer->plan = cnn_plan_new (layer->network, in, 1, &last, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_whole_task (layer->plan, last, &layer->task);
  layer->task.batch = (int) batch;
  layer->step = layer->task.node->op->train (&layer->task, &error);
  g_assert_no_error (error);
  layer->n_in = (gsize) cnn_shape_cells (layer->task.in[0]);
  layer->n_out = (gsize) cnn_shape_cells (layer->task.out);
  layer->out = cnn_floats_alloc (images * layer->n_out);
  layer->d_in = cnn_floats_alloc (images * layer->n_in);
  layer->kept = cnn_floats_alloc (images * layer->step->kept / sizeof (float) + 1);
  layer->sums = g_new0 (double, layer->step->n_sums + 1);
  layer->back_sums = g_new0 (double, layer->step->n_back_sums + 1);
  layer->n_weights = cnn_node_weights (layer->task.node, layer->task.in[0], layer->list);
  for (guint i = 0; i < layer->n_weights; i++)
    if (layer->list[i].trained)
      layer->d_weights[i] = g_new0 (float, cnn_tensor_length (layer->task.weights[i]));
}

static void
layer_end (Layer *layer)
{
  for (guint i = 0; i < layer->n_weights; i++)
    g_free (layer->d_weights[i]);
  g_free (layer->sums);
  g_free (layer->back_sums);
  cnn_floats_free (layer->out);
  cnn_floats_free (layer->d_in);
  cnn_floats_free (layer->kept);
  cnn_train_step_free (layer->step);
  cnn_plan_free (layer->plan);
  cnn_network_unref (layer->network);
}

/* What to do with the images, some at a time. */
typedef enum
{
  MEASURE,
  FORWARD,
  MEASURE_BACK,
  BACKWARD
} What;

static void
layer_do (Layer *layer, What what, guint n, guint images, const float *in, const float *d_out)
{
  CnnTrainStep *step = layer->step;

  for (guint i = 0; i < images; i += n)
    {
      const float *ins[] = { in + i * layer->n_in };
      float       *d_ins[] = { layer->d_in + i * layer->n_in };
      CnnPass      pass = { .n = n,
                            .first = i,
                            .in = ins,
                            .out = layer->out + i * layer->n_out,
                            .d_out = d_out + i * layer->n_out,
                            .d_in = d_ins,
                            .d_weights = layer->d_weights,
                            .kept = (guint8 *) layer->kept + i * step->kept,
                            .sums = what == BACKWARD && step->n_back_sums > 0 ? layer->back_sums
                                                                              : layer->sums,
                            .n_all = images };

      if (what == MEASURE)
        step->measure (step, &pass, layer->sums);
      else if (what == FORWARD)
        g_assert_true (step->forward (step, &pass));
      else if (what == MEASURE_BACK)
        step->measure_back (step, &pass, layer->back_sums);
      else
        g_assert_true (step->backward (step, &pass));
    }
}

/* A whole minibatch, @n images at a time; @in and @d_out: [images][…] */
static void
layer_work (Layer *layer, guint n, guint images, const float *in, const float *d_out)
{
  CnnTrainStep *step = layer->step;
  CnnPass       last = { .n = images, .sums = layer->sums, .n_all = images };

  if (step->load)
    g_assert_true (step->load (step));
  if (step->n_sums > 0)
    layer_do (layer, MEASURE, n, images, in, d_out);
  layer_do (layer, FORWARD, n, images, in, d_out);
  if (step->n_back_sums > 0)
    layer_do (layer, MEASURE_BACK, n, images, in, d_out);
  layer_do (layer, BACKWARD, n, images, in, d_out);
  if (step->settle)
    step->settle (step, &last);
}

static void
check_values (const char *text, const char *what, gsize n, const float *got,
              const double *expected)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (got[i] - expected[i]) <= 2e-6 * MAX (fabs (expected[i]), 1.0)))
      g_error ("%s: %s %d is %.9g, expected %.9g", text, what, (int) i, got[i], expected[i]);
}

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
  Layer        layer;

  for (int i = 0; i < 2 * POINTS; i++)
    {
      in[i] = points[i % POINTS];
      d_out[i] = i < POINTS ? 1.0f : -0.5f;
      d[i] = d_out[i] * curve->d[i % POINTS];
    }
  layer_begin (&layer, curve->text, (CnnShape) { 1, POINTS, 1 }, 2, 2);
  layer_work (&layer, 2, 2, in, d_out);
  check_values (curve->text, "derivative", 2 * POINTS, layer.d_in, d);
  layer_end (&layer);
}

static void
test_sqrt (void)
{
  static const float  in[] = { 0.25f, 1, 4, 9 }, d_out[] = { 1, -2, 1, 3 };
  static const double d[] = { 1, -1, 0.25, 0.5 };

  Layer layer;

  layer_begin (&layer, "sqrt", (CnnShape) { 2, 2, 1 }, 1, 1);
  layer_work (&layer, 1, 1, in, d_out);
  check_values ("sqrt", "derivative", 4, layer.d_in, d);
  layer_end (&layer);
}

/* What is no number must not look like one, or nobody sees that training went wrong. */
static void
test_not_a_number (void)
{
  static const float in[] = { NAN, -1 }, d_out[] = { 1, 1 };

  Layer layer;

  layer_begin (&layer, "relu", (CnnShape) { 1, 2, 1 }, 1, 1);
  layer_work (&layer, 1, 1, in, d_out);
  g_assert_true (isnan (layer.out[0]));
  g_assert_cmpfloat (layer.out[1], ==, 0.0f);
  layer_end (&layer);
}

/* By hand: of each slope Σ d · x over the values that are not positive. */
static void
test_prelu (void)
{
  /* two images of two places of two maps */
  static const float in[] = { -1, 2, 3, -4, -5, -6, 7, 0 };
  static const float d_out[] = { 2, 3, 5, 7, 11, 13, 17, 19 };

  Layer layer;

  layer_begin (&layer, "prelu slope=0.5,-2", (CnnShape) { 1, 2, 2 }, 2, 2);
  for (guint n = 1; n <= 2; n++)
    {
      layer_work (&layer, n, 2, in, d_out);
      check_values ("prelu", "value", 8, layer.out,
                    (double[]) { -0.5, 2, 3, 8, -2.5, 12, 7, 0 });
      check_values ("prelu", "derivative", 8, layer.d_in,
                    (double[]) { 1, 3, 5, -14, 5.5, -26, 17, -38 });
      /* The second time they are added to those of the first. */
      check_values ("prelu", "slope's derivative", 2, layer.d_weights[0],
                    (double[]) { n * -57.0, n * -106.0 });
    }
  layer_end (&layer);
  layer_begin (&layer, "prelu slope=0.5", (CnnShape) { 1, 2, 2 }, 2, 2);
  layer_work (&layer, 2, 2, in, d_out);
  check_values ("prelu", "one slope's derivative", 1, layer.d_weights[0], (double[]) { -163 });
  /* Weights that have changed count when they are loaded. */
  layer.task.weights[0]->values[0] = 3.0f;
  layer_work (&layer, 2, 2, in, d_out);
  check_values ("prelu", "value", 1, layer.out, (double[]) { -3 });
  layer_end (&layer);
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
  Layer             layer, one;

  for (int i = 0; i < SHOWN * DROPPED; i++)
    {
      in[i] = (float) (1 + i % 8);
      d_out[i] = (float) (i % 5 - 2);
    }
  layer_begin (&layer, text, (CnnShape) { 10, 8, 5 }, SHOWN, SHOWN);
  layer_begin (&one, text, (CnnShape) { 10, 8, 5 }, 1, SHOWN);
  layer_work (&layer, SHOWN, SHOWN, in, d_out);
  layer_work (&one, 1, SHOWN, in, d_out);
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
  layer_end (&layer);
  layer_end (&one);
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
  Layer             layer, other;
  guint64           seed;

  check_dropout ("dropout 0.25", 1);
  check_dropout ("dropout", 2);
  check_dropout ("dropout 0.75", 3);
  check_dropout ("dropout 0", 0);

  for (int i = 0; i < 2 * DROPPED; i++)
    ones[i] = 1.0f;
  layer_begin (&layer, "dropout 0.5", (CnnShape) { 10, 8, 5 }, 2, 2);
  layer_begin (&other, "dropout 0.5\ndropout 0.5", (CnnShape) { 10, 8, 5 }, 2, 2);
  layer_work (&layer, 2, 2, ones, ones);
  layer_work (&other, 2, 2, ones, ones);
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
  layer_end (&layer);
  layer_end (&other);
}

/* --- normalisations --------------------------------------------------------------- */

/* two images of three places of two maps */
static const float pictures[] = { 1, 4, 2, -1, 0, 3, 5, 2, -2, 0, 3, 1 };
static const float wishes[] = { 1, 0, -1, 2, 3, 1, 0, -2, 2, 1, 1, 3 };

static void
check_batchnorm (guint n)
{
  static const char text[] = "batchnorm scale=2,-1 shift=0.5,1 mean=1,2 variance=4,3 epsilon=0.5 "
                             "momentum=0.25";

  Layer layer;

  layer_begin (&layer, text, (CnnShape) { 1, 3, 2 }, 2, 2);
  layer_work (&layer, n, 2, pictures, wishes);
  check_values (text, "value", 12, layer.out,
                (double[]) { 0.0703310756, -0.352504452, 0.929668924, 2.35250445, -0.789006773,
                             0.188497329, 3.50768247, 0.72949911, -2.50768247, 1.81150267,
                             1.78900677, 1.27050089 });
  check_values (text, "derivative", 12, layer.d_in,
                (double[]) { -0.145426405, -0.0439838846, -1.57324929, -0.136350042, 1.28239648,
                             -0.387058185, 0.158646987, 1.43387464, -0.158646987, 0.206724258,
                             0.436279216, -1.07320678 });
  check_values (text, "scale's derivative", 2, layer.d_weights[0],
                (double[]) { -4.72635817, -4.05751336 });
  check_values (text, "shift's derivative", 2, layer.d_weights[1], (double[]) { 6, 5 });
  check_values (text, "mean", 2, layer.task.weights[2]->values, (double[]) { 1.125, 1.875 });
  check_values (text, "variance", 2, layer.task.weights[3]->values, (double[]) { 4.475, 3.125 });
  layer_end (&layer);
}

/* The formula itself, in double, where values are far from 0 and differ little. */
static void
check_batchnorm_far (void)
{
  enum { IMAGES = 8, PLACES = 36, MAPS = 3 };

  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  float             in[IMAGES * PLACES * MAPS], d_out[IMAGES * PLACES * MAPS];
  Layer             layer;

  for (int i = 0; i < IMAGES * PLACES * MAPS; i++)
    {
      in[i] = (float) (1000.0 * (i % MAPS) + g_rand_double_range (rand, -1.0, 1.0));
      d_out[i] = (float) g_rand_double_range (rand, -1.0, 1.0);
    }
  layer_begin (&layer, "batchnorm", (CnnShape) { 6, 6, MAPS }, 4, IMAGES);
  layer_work (&layer, 4, IMAGES, in, d_out);
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
  layer_end (&layer);
}

static void
test_batchnorm (void)
{
  check_batchnorm (1);
  check_batchnorm (2);
  check_batchnorm_far ();
}

static void
test_instancenorm (void)
{
  static const char text[] = "instancenorm scale=2,-1 shift=0.5,1 epsilon=0.5";

  Layer layer;

  layer_begin (&layer, text, (CnnShape) { 1, 3, 2 }, 2, 2);
  layer_work (&layer, 2, 2, pictures, wishes);
  check_values (text, "value", 12, layer.out,
                (double[]) { 0.5, 0.12011731, 2.3516402, 2.31982404, -1.3516402, 0.560058655,
                             2.48173478, 0.0741799002, -2.14231304, 1.9258201, 1.16057826, 1 });
  check_values (text, "derivative", 12, layer.d_in,
                (double[]) { 0, 0.156108219, -1.58712017, -0.0141916563, 1.58712017, -0.141916563,
                             -0.156136679, 1.67529351, -0.0120105138, 0.484953386, 0.168147193,
                             -2.1602469 });
  check_values (text, "scale's derivative", 2, layer.d_weights[0],
                (double[]) { -6.01530431, -4.97716702 });
  check_values (text, "shift's derivative", 2, layer.d_weights[1], (double[]) { 6, 5 });
  layer_end (&layer);
}

/* --- softmax ---------------------------------------------------------------------- */

static void
check_softmax (const char *text, const double *expected)
{
  Layer layer;

  layer_begin (&layer, text, (CnnShape) { 1, 3, 2 }, 2, 2);
  layer_work (&layer, 2, 2, pictures, wishes);
  check_values (text, "derivative", 12, layer.d_in, expected);
  layer_end (&layer);
}

static void
test_softmax (void)
{
  /* By hand: y = 1/6, 1/3 and 1/2, dx = y · (dy − 1/6); dx = dy − y of the logarithm. */
  const float        in[] = { 0, logf (2), logf (3) };
  static const float d_out[] = { 1, 0, 0 };

  Layer layer;

  layer_begin (&layer, "softmax", (CnnShape) { 1, 1, 3 }, 1, 1);
  layer_work (&layer, 1, 1, in, d_out);
  check_values ("softmax", "derivative", 3, layer.d_in,
                (double[]) { 5.0 / 36.0, -1.0 / 18.0, -1.0 / 12.0 });
  layer_end (&layer);
  layer_begin (&layer, "log-softmax", (CnnShape) { 1, 1, 3 }, 1, 1);
  layer_work (&layer, 1, 1, in, d_out);
  check_values ("log-softmax", "derivative", 3, layer.d_in,
                (double[]) { 5.0 / 6.0, -1.0 / 3.0, -1.0 / 2.0 });
  layer_end (&layer);

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
      Layer layer;

      layer_begin (&layer, text, (CnnShape) { 1, 1, 3 }, 2, 2);
      g_assert_null (layer.step->gradient);
      layer_work (&layer, n, 2, in, d_out);
      check_values (text, "value", 4, layer.out, (double[]) { 24, 25, 11, 22 });
      check_values (text, "derivative", 6, layer.d_in, (double[]) { -1, 2, 7, -4, -2, 3 });
      check_values (text, "weight's derivative", 6, layer.d_weights[0],
                    (double[]) { 1, 3, 2, 2, 1, 9 });
      check_values (text, "bias's derivative", 2, layer.d_weights[1], (double[]) { 0, 5 });
      layer_end (&layer);
    }
}

/* Small whole numbers, of which float adds up many without an error. */
static void
check_dense_large (int n_in, int n_units, guint n_parts, gboolean biased)
{
  enum { IMAGES = 5 };

  g_autofree char  *text = g_strdup_printf ("dense %d bias=%s", n_units, biased ? "3" : "no");
  g_autofree float *in = g_new (float, IMAGES * n_in), *d_out = g_new (float, IMAGES * n_units);
  Layer             layer;
  float            *weights;
  CnnPass           pass;

  for (int i = 0; i < IMAGES * n_in; i++)
    in[i] = (float) (i * i % 11 - 5);
  for (int i = 0; i < IMAGES * n_units; i++)
    d_out[i] = (float) (i * i % 7 - 3);
  layer_begin (&layer, text, (CnnShape) { 1, 1, n_in }, IMAGES, IMAGES);
  weights = layer.task.weights[0]->values;
  for (int i = 0; i < n_in * n_units; i++)
    weights[i] = (float) (i % 13 - 6);
  layer_work (&layer, IMAGES, IMAGES, in, d_out);
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
  layer_end (&layer);
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
  for (gsize i = 0; i < G_N_ELEMENTS (curves); i++)
    {
      g_autofree char *path = g_strdup_printf ("/train-point/%s", curves[i].text);

      g_test_add_data_func (path, &curves[i], test_curve);
    }
  g_test_add_func ("/train-point/sqrt", test_sqrt);
  g_test_add_func ("/train-point/not-a-number", test_not_a_number);
  g_test_add_func ("/train-point/prelu", test_prelu);
  g_test_add_func ("/train-point/dropout", test_dropout);
  g_test_add_func ("/train-point/batchnorm", test_batchnorm);
  g_test_add_func ("/train-point/instancenorm", test_instancenorm);
  g_test_add_func ("/train-point/softmax", test_softmax);
  g_test_add_func ("/train-point/dense/small", test_dense_small);
  g_test_add_func ("/train-point/dense/large", test_dense_large);
  return g_test_run ();
}
