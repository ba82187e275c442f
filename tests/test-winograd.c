/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "cnn-test.h"

/* Convolutions by Winograd's way: near enough to the sums themselves, worked out
 * in double; and the same to the bit in every cut that the grid allows. */

/* A layer on an input, with all that a task needs. */
typedef struct
{
  CnnNetwork    *network;
  CnnPlan       *plan;
  const CnnNode *node;
  CnnStore      *store;
  CnnShape       in;
  CnnShape       out;
  CnnWindow      window;
  float         *values;
} Layer;

typedef enum
{
  SIGNED,
  POSITIVE,
  BYTES,
  SPARSE
} Kind;

static float
draw (GRand *rand, Kind kind)
{
  switch (kind)
    {
    case POSITIVE:
      return (float) g_rand_double (rand);
    case BYTES:
      return (float) g_rand_double_range (rand, 0.0, 255.0);
    case SPARSE:
      return g_rand_int_range (rand, 0, 4) > 0 ? 0.0f : (float) g_rand_double (rand);
    default:
      return (float) g_rand_double_range (rand, -1.0, 1.0);
    }
}

static void
layer_open (Layer *layer, const char *text, CnnShape in, GRand *rand, Kind kind)
{
  g_autoptr (GError) error = NULL;
  const guint        one = 1;

  layer->network = cnn_network_parse (text, &error);
  g_assert_no_error (error);
  layer->plan = cnn_plan_new (layer->network, in, 1, &one, NULL, &error);
  g_assert_no_error (error);
  layer->node = cnn_network_node (layer->network, 1);
  layer->store = cnn_store_new ();
  layer->in = in;
  layer->out = cnn_plan_info (layer->plan, 1)->shape;
  cnn_node_window (layer->node, in, &layer->window, &error);
  g_assert_no_error (error);
  layer->values = g_new (float, cnn_shape_cells (in));
  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    layer->values[i] = draw (rand, kind);
}

static void
layer_close (Layer *layer)
{
  g_free (layer->values);
  cnn_store_free (layer->store);
  cnn_plan_free (layer->plan);
  cnn_network_unref (layer->network);
}

static CnnTensor *const *
layer_weights (const Layer *layer)
{
  guint n;

  return cnn_plan_weights (layer->plan, 1, &n);
}

static gboolean
layer_is_winograd (const Layer *layer)
{
  CnnSize grid = layer->node->op->grid (layer->node, layer->in, layer->out);

  g_assert_cmpint (grid.height, ==, grid.width);
  return grid.height == 4;
}

/* The rectangle of the output, by a step of its own. */
static float *
run_tile (const Layer *layer, CnnRect rect, const CnnNode *then)
{
  CnnRect            reach = cnn_window_input (&layer->window, rect);
  int                y0 = MAX (reach.y, 0), y1 = MIN (reach.y + reach.height, layer->in.height);
  int                x0 = MAX (reach.x, 0), x1 = MIN (reach.x + reach.width, layer->in.width);
  gsize              row = (gsize) (x1 - x0) * layer->in.channels;
  CnnTask            task = {
    .node = layer->node,
    .weights = layer_weights (layer),
    .n_in = 1,
    .in = { { y1 - y0, x1 - x0, layer->in.channels } },
    .out = { rect.height, rect.width, layer->out.channels },
    .pad = { y0 - reach.y, reach.x + reach.width - x1, reach.y + reach.height - y1, x0 - reach.x },
    .then = then,
    .store = layer->store,
  };
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnStep) step = layer->node->op->prepare (&task, &error);
  g_autofree float   *in = g_new (float, (y1 - y0) * row);
  const float        *ins[] = { in };
  float              *out = g_new (float, cnn_shape_cells (task.out));

  g_assert_no_error (error);
  for (int y = y0; y < y1; y++)
    memcpy (in + (y - y0) * row,
            layer->values + ((gsize) y * layer->in.width + x0) * layer->in.channels,
            row * sizeof (float));
  /* Nothing may be left as it was. */
  for (gint64 i = 0; i < cnn_shape_cells (task.out); i++)
    out[i] = NAN;
  g_assert_true (step->run (step, ins, out, rect.y, rect.x));
  return out;
}

static float *
run_whole (const Layer *layer, const CnnNode *then)
{
  return run_tile (layer, (CnnRect) { 0, 0, layer->out.width, layer->out.height }, then);
}

/* --- near enough -------------------------------------------------------------- */

/* One output from the definition; @size is the sum of its terms' sizes. */
static double
exactly (const Layer *layer, int y, int x, int map, double *size)
{
  CnnTensor *const *weights = layer_weights (layer);
  const float      *weight = weights[0]->values + (gsize) map * 9 * layer->in.channels;
  int               channels = layer->in.channels;
  double            sum = weights[1]->values[map];

  *size = fabs (sum);
  for (int i = 0; i < 9; i++)
    {
      int          at_y = y + i / 3 - layer->window.pad.top;
      int          at_x = x + i % 3 - layer->window.pad.left;
      const float *cell = layer->values + ((gsize) at_y * layer->in.width + at_x) * channels;

      if (at_y < 0 || at_x < 0 || at_y >= layer->in.height || at_x >= layer->in.width)
        continue;
      for (int c = 0; c < channels; c++)
        {
          sum += (double) cell[c] * weight[i * channels + c];
          *size += fabs ((double) cell[c] * weight[i * channels + c]);
        }
    }
  return sum;
}

/* Errors stay below 10⁻⁵ of the greatest output and 2·10⁻⁶ of the sizes that are
 * added up: what adding in float takes too. */
static void
check_values (const Layer *layer, const char *text, const float *values, double slope)
{
  double greatest = 0.0, error = 0.0, share = 0.0;

  for (int y = 0; y < layer->out.height; y++)
    for (int x = 0; x < layer->out.width; x++)
      for (int map = 0; map < layer->out.channels; map++)
        {
          double size, value = exactly (layer, y, x, map, &size), off;

          value *= value < 0.0 ? slope : 1.0;
          off = fabs (value - (double) *values++);
          if (!isfinite (off))
            g_error ("%s: no number at %d, %d, %d", text, y, x, map);
          greatest = MAX (greatest, fabs (value));
          error = MAX (error, off);
          share = MAX (share, off / MAX (size, 1e-30));
        }
  g_test_message ("%s on %d×%d×%d: error %.2g of the greatest value, %.2g of the terms", text,
                  CNN_SHAPE_ARGS (layer->in), error / greatest, share);
  g_assert_cmpfloat (error, <=, 1e-5 * greatest);
  g_assert_cmpfloat (share, <=, 2e-6);
}

typedef struct
{
  int         height;
  int         width;
  int         channels;
  int         maps;
  const char *rest;
  Kind        kind;
} Case;

static const Case cases[] = {
  { 19, 33, 32, 32, "pad=same bias=0.5", SIGNED },
  { 16, 16, 64, 64, "pad=same", POSITIVE },
  { 25, 14, 16, 16, "pad=same bias=-1", SPARSE },
  { 13, 22, 64, 48, "pad=valid bias=-3", BYTES },
  { 12, 9, 256, 64, "pad=same", SIGNED },
  { 9, 12, 256, 40, "pad=same", BYTES },
  { 30, 41, 37, 33, "pad=1,2,0,1 bias=0.25", SIGNED },
  { 21, 18, 50, 70, "pad=0,1,2,0", SPARSE },
  { 6, 6, 128, 128, "pad=valid", POSITIVE },
  { 1, 1, 33, 64, "pad=same", SIGNED },
  { 3, 2, 64, 35, "pad=2", POSITIVE },
  { 90, 70, 32, 32, "pad=same", SPARSE },
  { 33, 150, 8, 8, "pad=same bias=2", SIGNED },
  { 17, 23, 12, 13, "pad=valid", BYTES },
  { 20, 300, 31, 20, "pad=2,0,1,1", POSITIVE },
  { 4, 66, 9, 70, "pad=same", SIGNED },
};

static void
test_values (void)
{
  static const char *const thens[] = { "dropout", "relu", "leaky-relu slope=0.1",
                                       "leaky-relu slope=1.5" };
  g_autoptr (GRand)        rand = g_rand_new_with_seed (4);
  int                      n_run = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case      *at = &cases[i];
      g_autofree char *text = g_strdup_printf ("conv %d 3x3 %s; %s", at->maps, at->rest,
                                               thens[i % G_N_ELEMENTS (thens)]);
      CnnShape         in = { at->height, at->width, at->channels };
      const CnnNode   *then;
      g_autofree float *values = NULL;
      Layer            layer;

      layer_open (&layer, text, in, rand, at->kind);
      then = cnn_network_node (layer.network, 2);
      if (layer_is_winograd (&layer))
        {
          values = run_whole (&layer, then->op->slope ? then : NULL);
          check_values (&layer, text, values, then->op->slope ? then->op->slope (then) : 1.0);
          n_run++;
        }
      layer_close (&layer);
    }
  g_assert_cmpint (n_run, >=, 4); /* where oneDNN lacks the products, the last */
}

/* Equal weights, and an input that is far from 0 and hardly changes. */
static void
test_flat (void)
{
  g_autoptr (GRand)  rand = g_rand_new_with_seed (5);
  const char        *text = "conv 64 3x3 pad=same";
  g_autofree float  *values = NULL;
  CnnTensor *const  *weights;
  Layer              layer;

  layer_open (&layer, text, (CnnShape) { 17, 18, 200 }, rand, POSITIVE);
  weights = layer_weights (&layer);
  for (gsize i = 0; i < cnn_tensor_length (weights[0]); i++)
    weights[0]->values[i] = 1.0f / 1800.0f;
  for (gint64 i = 0; i < cnn_shape_cells (layer.in); i++)
    layer.values[i] = 1000.0f + layer.values[i];
  values = run_whole (&layer, NULL);
  check_values (&layer, text, values, 1.0);
  layer_close (&layer);
}

/* --- the same in every cut ------------------------------------------------------ */

static void
check_tile (const Layer *layer, const float *whole, CnnRect rect, const CnnNode *then)
{
  g_autofree float *tile = run_tile (layer, rect, then);
  gsize             cell = (gsize) layer->out.channels;

  for (int y = 0; y < rect.height; y++)
    {
      const float *expected = whole + ((gsize) (rect.y + y) * layer->out.width + rect.x) * cell;

      if (memcmp (tile + y * rect.width * cell, expected, rect.width * cell * sizeof (float)) != 0)
        g_error ("row %d of %d×%d at (%d, %d) of a map of %d×%d×%d is another", y, rect.height,
                 rect.width, rect.y, rect.x, CNN_SHAPE_ARGS (layer->out));
    }
}

/* A rectangle that starts on the grid and ends on it or at the map's end. */
static CnnRect
pick_rect (GRand *rand, CnnShape shape)
{
  int y = g_rand_int_range (rand, 0, (shape.height + 3) / 4) * 4;
  int x = g_rand_int_range (rand, 0, (shape.width + 3) / 4) * 4;
  int height = g_rand_int_range (rand, 1, (shape.height - y + 3) / 4 + 1) * 4;
  int width = g_rand_int_range (rand, 1, (shape.width - x + 3) / 4 + 1) * 4;

  return (CnnRect) { x, y, MIN (width, shape.width - x), MIN (height, shape.height - y) };
}

static void
test_cuts (void)
{
  static const Case maps[] = {
    { 45, 62, 16, 16, "pad=same; relu", SIGNED },
    { 33, 49, 64, 64, "pad=valid; relu", POSITIVE },
    { 70, 31, 64, 33, "pad=1,2,0,1; leaky-relu", SIGNED },
    { 30, 30, 47, 96, "pad=2; leaky-relu slope=2", SIGNED },
    { 21, 26, 300, 64, "pad=same; relu", SIGNED },
    { 20, 17, 1100, 32, "pad=same; relu", SIGNED },
    { 31, 500, 8, 8, "pad=same; relu", SIGNED },
    { 23, 150, 20, 30, "pad=1,2,0,1; leaky-relu", SIGNED },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  int               n_run = 0;

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autofree char  *text = g_strdup_printf ("conv %d 3x3 %s", maps[i].maps, maps[i].rest);
      g_autofree float *whole = NULL;
      const CnnNode    *then;
      Layer             layer;

      layer_open (&layer, text, (CnnShape) { maps[i].height, maps[i].width, maps[i].channels },
                  rand, maps[i].kind);
      then = cnn_network_node (layer.network, 2);
      whole = run_whole (&layer, then);
      n_run += layer_is_winograd (&layer);
      for (int k = 0; k < 12 && layer_is_winograd (&layer); k++)
        {
          omp_set_num_threads (1 + k % 2);
          check_tile (&layer, whole, pick_rect (rand, layer.out), then);
        }
      layer_close (&layer);
    }
  g_assert_cmpint (n_run, >=, 2);
}

static float *
run_network (const char *text, CnnShape in, const float *values, const CnnPlanOptions *options,
             CnnShape *out)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autoptr (CnnPlan)    plan = NULL;
  guint                  last;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, in, 1, &last, options, &error);
  g_assert_no_error (error);
  *out = cnn_plan_info (plan, last)->shape;
  return cnn_test_run_plan (plan, in, values, *out);
}

/* A plan cuts where the grid allows it, in bands as in strips. */
static void
test_plan (void)
{
  static const char *const text =
    "conv 64 3x3 pad=same; relu; conv 65 3x3 pad=same border=reflect; leaky-relu; maxpool 2;"
    "conv 70 3x3; relu; maxpool 3 stride=2 pad=same";
  g_autoptr (GRand)  rand = g_rand_new_with_seed (9);
  CnnShape           in = { 90, 141, 64 }, out;
  CnnPlanOptions     options = { .workers = 1, .band_rows = 1 << 20, .strip_columns = 1 << 20 };
  g_autofree float  *values = g_new (float, cnn_shape_cells (in));
  g_autofree float  *whole = NULL;

  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    values[i] = draw (rand, SIGNED);
  whole = run_network (text, in, values, &options, &out);
  for (int i = 0; i < 6; i++)
    {
      g_autofree float *cut = NULL;

      options = (CnnPlanOptions) { .workers = g_rand_int_range (rand, 1, 4),
                                   .band_rows = g_rand_int_range (rand, 1, 9),
                                   .strip_columns = g_rand_int_range (rand, 8, 50) };
      cut = run_network (text, in, values, &options, &out);
      if (memcmp (cut, whole, cnn_shape_cells (out) * sizeof (float)) != 0)
        g_error ("other values with %d workers, %d rows, %d columns", options.workers,
                 options.band_rows, options.strip_columns);
    }
}

/* An activation done at once gives the bits of one done afterwards, also of 0. */
static void
test_fused (void)
{
  static const char *const thens[] = { "relu", "leaky-relu slope=0.3", "leaky-relu slope=3" };
  g_autoptr (GRand)        rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < G_N_ELEMENTS (thens); i++)
    {
      g_autofree char  *text = g_strconcat ("conv 64 3x3 pad=same; ", thens[i], NULL);
      g_autofree float *at_once = NULL, *before = NULL, *after = NULL;
      const CnnNode    *then;
      CnnShape          out;
      Layer             layer;

      layer_open (&layer, text, (CnnShape) { 15, 15, 64 }, rand, SIGNED);
      then = cnn_network_node (layer.network, 2);
      at_once = run_whole (&layer, then);
      before = run_whole (&layer, NULL);
      after = cnn_test_run (thens[i], layer.out, before, &out);
      g_assert_cmpmem (at_once, cnn_shape_cells (out) * sizeof (float), after,
                       cnn_shape_cells (out) * sizeof (float));
      layer_close (&layer);
    }
}

/* --- where it is used ------------------------------------------------------------- */

static void
test_suits (void)
{
  static const char *const others[] = {
    "conv 64 3x3 stride=2", "conv 64 3x3 dilation=2", "conv 64 3x3 groups=2",
    "conv 64 3x5",          "conv 64 1x1",            "conv 64 3x3 stride=1x2",
    "conv 64 5x5",          "conv 3 3x3",             "conv 64 3x3 dilation=1x2",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  Layer             layer;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      layer_open (&layer, others[i], (CnnShape) { 20, 20, 64 }, rand, SIGNED);
      if (layer_is_winograd (&layer))
        g_error ("%s is not for Winograd", others[i]);
      layer_close (&layer);
    }
  layer_open (&layer, "conv 64 3x3", (CnnShape) { 20, 20, 3 }, rand, SIGNED);
  g_assert_false (layer_is_winograd (&layer));
  layer_close (&layer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/winograd/suits", test_suits);
  g_test_add_func ("/winograd/values", test_values);
  g_test_add_func ("/winograd/flat", test_flat);
  g_test_add_func ("/winograd/cuts", test_cuts);
  g_test_add_func ("/winograd/plan", test_plan);
  g_test_add_func ("/winograd/fused", test_fused);
  return g_test_run ();
}
