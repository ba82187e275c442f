/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "partial.h"
#include "plan.h"

/* A convolution taken apart: the parts are what its arithmetic says, and their sum is
 * its map. */

static float *
random_picture (CnnShape shape)
{
  g_autoptr (GRand) rand   = g_rand_new_with_seed (7);
  gsize             n      = (gsize) cnn_shape_cells (shape);
  float            *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double (rand);
  return values;
}

typedef struct
{
  CnnNetwork *network;
  CnnPlan    *plan;
  CnnShape    shape;
  float      *values;
} Layer;

/* Runs the network up to a layer; counted from the end where it is negative. */
static Layer
run (const char *text, CnnShape picture, const float *values, int node)
{
  g_autoptr (GError) error = NULL;
  Layer              layer = { .network = cnn_network_parse (text, &error) };
  guint              tap;

  g_assert_no_error (error);
  tap = node < 0 ? cnn_network_n_nodes (layer.network) + (guint) node : (guint) node;
  layer.plan = cnn_plan_new (layer.network, picture, 1, &tap, NULL, &error);
  g_assert_no_error (error);
  layer.shape = cnn_plan_info (layer.plan, tap)->shape;
  layer.values = g_new (float, cnn_shape_cells (layer.shape));
  cnn_plan_run (layer.plan, &(CnnSource) { .memory = values },
                &(CnnSink) { .memory = &layer.values }, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return layer;
}

static void
layer_clear (Layer *layer)
{
  g_free (layer->values);
  cnn_plan_free (layer->plan);
  cnn_network_unref (layer->network);
}

static float
value_of (const Layer *layer, int y, int x, int map)
{
  return layer->values[((gsize) y * layer->shape.width + x) * layer->shape.channels + map];
}

static double
read_layer (gpointer data, guint input, int y, int x, int channel)
{
  return value_of (data, y, x, channel);
}

static void
check (const char *text, CnnShape picture, guint node, int map)
{
  g_autofree float  *values = random_picture (picture);
  g_autoptr (GError) error  = NULL;
  Layer              whole  = run (text, picture, values, (int) node);
  Layer              before = run (text, picture, values,
                                   (int) cnn_network_node (whole.network, node)->in[0]);
  g_autofree char   *apart  = cnn_partial_sums (whole.network, picture, node, map, &error);
  Layer              parts, sum;
  CnnCells           cells = { read_layer, &before };

  g_assert_no_error (error);
  g_test_message ("%s\nis\n%s", text, apart);
  parts = run (apart, picture, values, -2);
  sum = run (apart, picture, values, -1);
  g_assert_cmpint (sum.shape.channels, ==, 1);
  g_assert_cmpint (sum.shape.height, ==, whole.shape.height);
  g_assert_cmpint (sum.shape.width, ==, whole.shape.width);
  for (int y = 0; y < whole.shape.height; y++)
    for (int x = 0; x < whole.shape.width; x++)
      {
        g_autoptr (CnnExplanation) explanation = cnn_explanation_new ();
        double                     most;

        cnn_plan_explain (whole.plan, node, &cells, y, x, map, explanation);
        most = 1e-5 * explanation->magnitude + 1e-12;
        g_assert_cmpint (explanation->parts->len, ==, parts.shape.channels);
        for (guint i = 0; i < explanation->parts->len; i++)
          g_assert_cmpfloat_with_epsilon (value_of (&parts, y, x, (int) i),
                                          cnn_explanation_get_part (explanation, i)->result, most);
        g_assert_cmpfloat_with_epsilon (value_of (&sum, y, x, 0), value_of (&whole, y, x, map),
                                        2.0 * most);
      }
  layer_clear (&whole);
  layer_clear (&before);
  layer_clear (&parts);
  layer_clear (&sum);
}

static void
test_kernels (void)
{
  CnnShape colour = { 14, 17, 3 };

  check ("conv kernels=sobel-x,gaussian(1.4),\"[[0,1,0],[1,-4,1],[0,1,0]]\" bias=1,2,-3", colour, 1,
         0);
  check ("conv kernels=sobel-x,gaussian(1.4),\"[[0,1,0],[1,-4,1],[0,1,0]]\" bias=1,2,-3", colour, 1,
         2);
  check ("conv kernels=box across=mean bias=no", colour, 1, 0);
  check ("conv kernels=\"[[[1,2]],[[3,4]],[[5,6]]]\" bias=0.1", colour, 1, 0);
  check ("conv 5 3x3 seed=3", colour, 1, 4);
  check ("input 20x20x3\nconv 5 3x4 seed=3", (CnnShape) { 20, 20, 3 }, 1, 1);
}

static void
test_windows (void)
{
  CnnShape colour = { 21, 18, 3 };

  check ("conv 2 3x3 pad=same", colour, 1, 1);
  check ("conv 2 5x3 stride=2x3 pad=1,2,3,0", colour, 1, 1);
  check ("conv 2 3x3 pad=same border=reflect dilation=2", colour, 1, 0);
  check ("conv 2 3x3 pad=2 border=wrap", colour, 1, 0);
  check ("conv 2 4x4 pad=same border=replicate stride=2", colour, 1, 0);
}

static void
test_deep (void)
{
  CnnShape colour = { 24, 24, 3 };

  check ("conv 6 3x3 as=channels; relu as=sum; maxpool 2; conv 4 3x3; relu", colour, 4, 2);
  check ("conv 16 3x3 pad=same as=a; relu; conv 16 3x3 pad=same; add a; conv 2 3x3", colour, 5, 1);
  check ("conv 8 1x1; conv 12 3x3 groups=4 bias=0.5; sigmoid", colour, 2, 7);
  check ("conv 8 1x1; conv 12 3x3 groups=2", colour, 2, 0);
  check ("conv 6 3x3 as=s; relu as=r; conv 5 1x1 as=a; conv 4 3x3 pad=same from=r; concat a",
         colour, 4, 2);
  check ("conv 8 1x1 as=s; tanh; maxpool 2; conv 12 3x3 groups=2 from=s", colour, 4, 7);
}

static void
assert_refused (const char *text, CnnShape picture, guint node, int map, CnnError code,
                const char *message)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  g_autoptr (GError)     error   = NULL;

  g_assert_null (cnn_partial_sums (network, picture, node, map, &error));
  g_assert_error (error, CNN_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_refused (void)
{
  CnnShape colour = { 60, 60, 3 };

  assert_refused ("conv 2 3x3; relu", colour, 2, 0, CNN_ERROR_UNSUPPORTED,
                  "only a convolution has partial sums");
  assert_refused ("conv 2 3x3; relu", colour, 3, 0, CNN_ERROR_UNSUPPORTED,
                  "only a convolution has partial sums");
  assert_refused ("conv 2 3x3; relu", colour, 1, 2, CNN_ERROR_SHAPE,
                  "the layer's output is 58×58×2 and has no such map");
  assert_refused ("conv kernels=box groups=channels", colour, 1, 0, CNN_ERROR_UNSUPPORTED,
                  "this kernel takes only one channel, so there are no partial sums");
  assert_refused ("conv 64 1x1; conv 1 31x31", colour, 2, 0, CNN_ERROR_LIMIT,
                  "the kernels of all channels are more numbers than a network's text may have");
}

/* What is too long is given up before it takes the machine's memory. */
static void
test_long (void)
{
  struct rusage before, after;

  getrusage (RUSAGE_SELF, &before);
  assert_refused ("input 128x128x1; flatten; conv 2 1x1 groups=2", (CnnShape) { 128, 128, 1 }, 2, 0,
                  CNN_ERROR_LIMIT,
                  "the kernels of all channels are more numbers than a network's text may have");
  getrusage (RUSAGE_SELF, &after);
  /* In KiB. All of the text would be 800 MiB. */
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 200 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/partial/kernels", test_kernels);
  g_test_add_func ("/partial/windows", test_windows);
  g_test_add_func ("/partial/deep", test_deep);
  g_test_add_func ("/partial/refused", test_refused);
  g_test_add_func ("/partial/long", test_long);
  return g_test_run ();
}
