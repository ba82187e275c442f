/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "plan-private.h"
#include "random-network.h"
#include "stream-host.h"

/* The same answer however a picture is cut up: random networks on random
 * pictures, in bands and strips of all sizes and with any number of workers,
 * against the same network in one piece.
 *
 * On whole numbers the two must be equal to the bit, and on any numbers too
 * where only rows and workers are cut. In strips, oneDNN adds up in another
 * order for some widths, which may show in the last bits. */

#ifdef __SANITIZE_THREAD__
#define NETWORKS 30 /* it takes ten times as long */
#else
#define NETWORKS 100
#endif

/* --- a layer whose cells are made several together -------------------------------- */

/* A convolution that wants tiles of 4×3 cells, unless it wants others anyhow, and
 * looks whether it gets them. */
typedef struct
{
  CnnShape map;
  CnnSize  size;
} Grid;

typedef struct
{
  CnnStep     step;
  CnnStep    *inner;
  CnnShape    out;
  const Grid *grid; /* NULL: runs on whole maps */
} GridStep;

static GHashTable *grids; /* of CnnNode to Grid */

static CnnSize
grid_of (const CnnNode *node, CnnShape in, CnnShape out)
{
  const CnnOp *conv = cnn_op_find ("conv");
  Grid         grid = { out, conv->grid ? conv->grid (node, in, out) : (CnnSize) { 1, 1 } };

  if (grid.size.height == 1 && grid.size.width == 1)
    grid.size = (CnnSize) { 4, 3 };
  g_hash_table_insert (grids, (gpointer) node, g_memdup2 (&grid, sizeof grid));
  return grid.size;
}

static gboolean
grid_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  GridStep   *step = (GridStep *) base;
  const Grid *grid = step->grid;
  int         y_end = y + step->out.height, x_end = x + step->out.width;

  if (grid)
    {
      g_assert_cmpint (y % grid->size.height, ==, 0);
      g_assert_cmpint (x % grid->size.width, ==, 0);
      g_assert_true (y_end % grid->size.height == 0 || y_end == grid->map.height);
      g_assert_true (x_end % grid->size.width == 0 || x_end == grid->map.width);
    }
  return step->inner->run (step->inner, in, out, y, x);
}

static void
grid_free (CnnStep *base)
{
  cnn_step_free (((GridStep *) base)->inner);
  g_free (base);
}

static CnnStep *
grid_prepare (const CnnTask *task, GError **error)
{
  GridStep *step = g_new0 (GridStep, 1);

  step->step = (CnnStep) { grid_run, grid_free };
  step->inner = cnn_op_find ("conv")->prepare (task, error);
  g_assert_nonnull (step->inner);
  step->out = task->out;
  step->grid = g_hash_table_lookup (grids, task->node);
  return &step->step;
}

/* Makes all convolutions of the network such layers. */
static void
use_grid (CnnNetwork *network)
{
  static CnnOp op;

  op = *cnn_op_find ("conv");
  op.grid = grid_of;
  op.prepare = grid_prepare;
  op.halves = NULL;
  g_hash_table_remove_all (grids);
  for (guint i = 1; i < cnn_network_n_nodes (network); i++)
    {
      CnnNode *node = (CnnNode *) cnn_network_node (network, i);

      if (node->op == cnn_op_find ("conv"))
        node->op = &op;
    }
}

/* --- tests ---------------------------------------------------------------------- */

static void
pick_span (GRand *rand, int length, int *first, int *n)
{
  *n = pick (rand, 1, length);
  *first = pick (rand, 0, length - *n);
}

/* Regions of the maps are as on the whole maps. */
static void
check_regions (GRand *rand, CnnNetwork *network, const char *text, const Host *whole,
               const guint *taps, gboolean whole_numbers)
{
  for (int i = 0; i < 2; i++)
    {
      CnnRect        regions[2];
      CnnPlanOptions options = { .workers = pick (rand, 1, 3),
                                 .band_rows = pick (rand, 0, 20),
                                 .strip_columns = pick (rand, 0, 150),
                                 .regions = regions };
      Host           cut;

      for (guint j = 0; j < whole->n; j++)
        {
          pick_span (rand, whole->shapes[j].height, &regions[j].y, &regions[j].height);
          pick_span (rand, whole->shapes[j].width, &regions[j].x, &regions[j].width);
        }
      g_assert_true (host_run (&cut, network, whole->in, whole->values, whole->n, taps, &options,
                               i % 2));
      host_compare (whole, &cut, text, &options, whole_numbers);
      host_clear (&cut);
    }
}

static CnnShape
random_shape (GRand *rand)
{
  return (CnnShape) { pick (rand, 60, 300), pick (rand, 60, 300), pick (rand, 1, 4) };
}

static void
check_network (GRand *rand, const char *text, CnnShape in, gboolean whole_numbers, int *n_run)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  g_autofree float      *values = g_new (float, cnn_shape_cells (in));
  guint                  n = cnn_network_n_nodes (network);
  guint                  taps[] = { n - 1, (guint) pick (rand, 0, (int) n - 2) };
  CnnPlanOptions         one_piece = { .workers = 1, .band_rows = 1 << 20,
                                       .strip_columns = 1 << 20 };
  Host                   whole;

  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    values[i] = whole_numbers ? (float) pick (rand, -4, 4)
                              : (float) g_rand_double_range (rand, -1.0, 1.0);
  if (!host_run (&whole, network, in, values, 2, taps, &one_piece, FALSE))
    return;
  if (*n_run % 2)
    use_grid (network);
  for (int i = 0; i < 4; i++)
    {
      CnnPlanOptions options = { .workers = pick (rand, 1, 4),
                                 .band_rows = pick (rand, 1, 20),
                                 .strip_columns = i < 2 ? 1 << 20 : pick (rand, 10, 150) };
      Host           cut;

      if (i == 3)
        options = (CnnPlanOptions) { 0 };
      g_assert_true (host_run (&cut, network, in, values, 2, taps, &options, i % 2));
      host_compare (&whole, &cut, text, &options, whole_numbers || i < 2);
      host_clear (&cut);
    }
  check_regions (rand, network, text, &whole, taps, whole_numbers);
  host_clear (&whole);
  (*n_run)++;
}

/* Each tile takes its own part of constants that are as long as the map. */
static void
test_constants (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  int               n_run = 0;

  grids = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  for (int i = 1; i < 15; i++)
    {
      CnnShape in = { pick (rand, 60, 160), pick (rand, 60, 160), pick (rand, 1, 3) };
      CnnShape of = { i & 1 ? in.height : 1, i & 2 ? in.width : 1, i & 4 ? in.channels : 1 };
      g_autoptr (GString) text = g_string_new ("maxpool 3 stride=1 pad=same\nsub values=");

      for (gint64 k = 0; k < cnn_shape_cells (of); k++)
        g_string_append_printf (text, "%s%d", k > 0 ? "," : "", pick (rand, 0, 9));
      g_string_append_printf (text, " shape=%dx%dx%d\nmaxpool 3 stride=1 pad=same",
                              CNN_SHAPE_ARGS (of));
      check_network (rand, text->str, in, TRUE, &n_run);
    }
  g_assert_cmpint (n_run, ==, 14);
  g_hash_table_unref (grids);
}

static void
test_random (gconstpointer whole_numbers)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);
  int               n_run = 0;

  grids = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  for (int i = 0; i < NETWORKS; i++)
    {
      g_autofree char *text = cnn_test_random_network (rand, whole_numbers != NULL);

      check_network (rand, text, random_shape (rand), whole_numbers != NULL, &n_run);
    }
  g_assert_cmpint (n_run, >, NETWORKS * 2 / 3);
  g_hash_table_unref (grids);
}

/* Numbers of all sizes that add up to nothing, so that all that is left of their sum
 * is what rounding makes of it, which depends on the order. */
static void
draw_cancelling (GRand *rand, CnnShape in, float *values)
{
  gsize n = (gsize) cnn_shape_cells (in), cell = (gsize) in.channels;

  memset (values, 0, n * sizeof (float));
  for (gsize k = 0; k < n / cell / 2 * cell; k++)
    {
      gsize mirror = (n / cell - 1 - k / cell) * cell + k % cell;

      values[k] = (float) (g_rand_double (rand) * (1 << pick (rand, 0, 20)));
      values[mirror] = -values[k];
    }
}

/* The mean and the greatest value of a map come out the same to the bit however the
 * map was cut up, also where it is a tap or the input. */
static void
test_reduced (void)
{
  static const char *const texts[] = { "dropout as=a; global-avgpool", "global-avgpool",
                                       "relu; global-maxpool; dense 3",
                                       "relu as=a; maxpool 3 stride=1 pad=same; add a; "
                                       "global-avgpool; softmax" };
  g_autoptr (GRand)        rand = g_rand_new_with_seed (21);

  for (int i = 0; i < 40; i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (texts[i % 4], &error);
      guint                  n = cnn_network_n_nodes (network);
      guint                  taps[] = { n - 1, (guint) pick (rand, 0, (int) n - 2) };
      gboolean               deep = i % 8 > 3;
      CnnShape               in = { pick (rand, 60, deep ? 90 : 400),
                                    pick (rand, 150, deep ? 250 : 400),
                                    deep ? pick (rand, 60, 70) : pick (rand, 1, 4) };
      g_autofree float      *values = g_new (float, cnn_shape_cells (in));
      CnnPlanOptions         one_piece = { .workers = 1, .band_rows = 1 << 20,
                                           .strip_columns = 1 << 20 };
      CnnPlanOptions         options = { .workers = pick (rand, 1, 4),
                                         .band_rows = pick (rand, 1, 90),
                                         .strip_columns = pick (rand, 60, 400) };
      Host                   whole, cut;

      g_assert_no_error (error);
      draw_cancelling (rand, in, values);
      g_assert_true (host_run (&whole, network, in, values, 1 + i % 2, taps, &one_piece, FALSE));
      g_assert_true (host_run (&cut, network, in, values, 1 + i % 2, taps, &options, FALSE));
      host_compare (&whole, &cut, texts[i % 4], &options, TRUE);
      host_clear (&whole);
      host_clear (&cut);
    }
}

/* Deep networks, whose bands stop at small maps on the way. */
#define FIRE(N) "conv 4 1x1; relu as=s" N "; conv 16 1x1; relu as=e" N "; conv 16 3x3 pad=same " \
                "from=s" N "; relu; concat e" N ";"
#define WHOLE_FIRE(N) "conv kernels=[[1]]; relu as=s" N "; maxpool 3 stride=1 pad=same as=e" N "; " \
                      "minpool 5 stride=1 pad=same from=s" N "; relu as=f" N "; " \
                      "maxpool 7x3 stride=1 pad=same from=s" N "; concat e" N ",f" N ",e" N ",f" N \
                      ",e" N ",f" N ",e" N ",f" N ",e" N ";"

static void
test_deep (void)
{
  static const struct
  {
    const char *text;
    gboolean    whole_numbers;
  } cases[] = {
    { "conv 16 3x3; relu; maxpool 3 stride=2;" FIRE ("1") FIRE ("2") "maxpool 3 stride=1;"
      FIRE ("3") FIRE ("4") "conv 20 1x1; relu; global-avgpool; softmax", FALSE },
    { "maxpool 3 stride=1;" FIRE ("1") FIRE ("2") FIRE ("3") FIRE ("4") "conv 3 5x5", FALSE },
    { "dropout;" WHOLE_FIRE ("1") WHOLE_FIRE ("2") WHOLE_FIRE ("3") "minpool 5 stride=1 pad=same",
      TRUE },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (23);
  int               n_run = 0;

  grids = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      const char            *text = cases[i / 2].text;
      CnnShape               in = { pick (rand, 150, 300), pick (rand, 150, 300), 3 };
      g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
      CnnPlanOptions         options = { .workers = 4, .strip_columns = 40 };
      guint                  last = cnn_network_n_nodes (network) - 1;
      g_autoptr (CnnPlan)    plan = cnn_plan_new (network, in, 1, &last, &options, NULL);
      g_autoptr (CnnPlan)    small = NULL;

      g_assert_cmpuint (plan->n_phases, >, 2);
      options.memory = cnn_plan_memory (plan) / 2;
      small = cnn_plan_new (network, in, 1, &last, &options, NULL);
      g_assert_cmpuint (cnn_plan_memory (small), <=, options.memory);
      check_network (rand, text, in, cases[i / 2].whole_numbers, &n_run);
    }
  g_assert_cmpint (n_run, ==, 2 * G_N_ELEMENTS (cases));
  g_hash_table_unref (grids);
}

/* Whether the pooling, node 3 or 2, is made by its convolution's step. */
static gboolean
is_absorbed (CnnNetwork *network, CnnShape in, guint n_taps, const guint *taps)
{
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, in, n_taps, taps, NULL, NULL);

  return plan->nodes[1].absorbed;
}

/* A place's softmax needs no other place: only over a map it is made of whole maps. */
static void
test_softmax (void)
{
  static const struct
  {
    const char *text;
    gboolean    whole;
  } cases[] = { { "conv 3 3x3; softmax", FALSE },
                { "conv 3 3x3; log-softmax", FALSE },
                { "conv 3 3x3; softmax axis=map", TRUE },
                { "conv 3 3x3; log-softmax axis=all", TRUE } };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_autoptr (CnnNetwork) network = cnn_network_parse (cases[k].text, NULL);
      guint                  tap = 2;
      g_autoptr (CnnPlan)    plan = cnn_plan_new (network, (CnnShape) { 300, 300, 1 }, 1, &tap,
                                                  NULL, NULL);

      g_assert_cmpint (plan->nodes[2].whole, ==, cases[k].whole);
    }
}

/* A convolution of each kind followed by an activation and a pooling. */
static char *
pooled_network (GRand *rand, int kind, gboolean *monotonic)
{
  static const char *const points[] = { "", "relu", "relu", "leaky-relu slope=0.1",
                                        "leaky-relu slope=-0.5" };
  static const char *const borders[] = { "zero", "reflect", "wrap" };
  int                      point = pick (rand, 0, 4);
  GString                 *text = g_string_new (NULL);

  *monotonic = point < 4;
  if (kind == 0) /* pixels in the lanes */
    g_string_append_printf (text, "conv %d %dx%d stride=%d dilation=%d", pick (rand, 1, 11),
                            pick (rand, 1, 5), pick (rand, 1, 5), pick (rand, 1, 2),
                            pick (rand, 1, 2));
  else if (kind == 1) /* maps */
    g_string_append_printf (text, "conv %d %dx%d stride=%d", pick (rand, 12, 40),
                            pick (rand, 1, 4), pick (rand, 1, 4), pick (rand, 1, 2));
  else /* tiles: of an input with many channels */
    g_string_append_printf (text, "conv %d 3x3", pick (rand, 8, 20));
  g_string_append_printf (text, " pad=same border=%s\n%s\nmaxpool 2\n",
                          pick_word (rand, borders, 3), points[point]);
  if (pick (rand, 0, 1))
    g_string_append (text, "conv 9 3x3\n");
  return g_string_free (text, FALSE);
}

/* A pooling that its convolution's step makes is the same to the bit as one by itself,
 * which it is where the convolution's own output is wanted. */
static void
test_pooled (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (22);
  int               n_absorbed = 0;

  for (int i = 0; i < 90; i++)
    {
      gboolean               monotonic;
      g_autofree char       *text = pooled_network (rand, i % 3, &monotonic);
      g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
      guint                  taps[] = { cnn_network_n_nodes (network) - 1, 1 };
      CnnShape               in = { pick (rand, 150, 300), pick (rand, 150, 300),
                                    i % 3 < 2 ? pick (rand, 1, 4) : pick (rand, 8, 12) };
      g_autofree float      *values = g_new (float, cnn_shape_cells (in));
      CnnPlanOptions         one_piece = { .workers = 1 };
      Host                   apart;

      for (gint64 k = 0; k < cnn_shape_cells (in); k++)
        values[k] = (float) g_rand_double_range (rand, -1.0, 1.0);
      g_assert_false (is_absorbed (network, in, 2, taps));
      n_absorbed += is_absorbed (network, in, 1, taps);
      g_assert_true (monotonic || !is_absorbed (network, in, 1, taps));
      g_assert_true (host_run (&apart, network, in, values, 2, taps, &one_piece, FALSE));
      apart.n = 1;
      for (int k = 0; k < 3; k++)
        {
          CnnPlanOptions options = { .workers = pick (rand, 1, 3), .band_rows = pick (rand, 0, 20),
                                     .strip_columns = k == 2 ? pick (rand, 10, 100) : 0 };
          Host           together;

          g_assert_true (host_run (&together, network, in, values, 1, taps, &options, k == 1));
          host_compare (&apart, &together, text, &options, TRUE);
          host_clear (&together);
        }
      apart.n = 2;
      host_clear (&apart);
    }
  /* Both sides are even in a quarter or more, and one slope of five is below 0. */
  g_assert_cmpint (n_absorbed, >, 15);
}

/* Whenever source or sink break, or the run is cancelled, it ends with that, in
 * any number of threads. */
static void
test_broken (void)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse ("conv 4 3x3 pad=same; relu; maxpool 2", NULL);
  CnnShape               in = { 400, 300, 3 };
  g_autofree float      *values = g_new0 (float, cnn_shape_cells (in));
  guint                  taps[] = { 0, 3 };

  for (int i = 0; i < 120; i++)
    {
      CnnPlanOptions           options = { .workers = 1 + i % 4, .band_rows = 5,
                                           .strip_columns = 90 };
      g_autoptr (GError)       error = NULL;
      g_autoptr (CnnPlan)      plan = cnn_plan_new (network, in, 2, taps, &options, &error);
      g_autoptr (GCancellable) cancellable = i % 3 == 0 ? g_cancellable_new () : NULL;
      int                      code = cancellable ? CNN_ERROR_CANCELLED : CNN_ERROR_IO;
      Host                     host;
      CnnSource                source = { host_read, &host };
      CnnSink                  sink = { host_write, &host };

      g_assert_no_error (error);
      host_open (&host, plan, in, values, 2, taps, NULL);
      host.fail_at = 1 + i;
      host.cancellable = cancellable;
      g_assert_false (cnn_plan_run (plan, &source, &sink, NULL, NULL, cancellable, &error));
      g_assert_error (error, CNN_ERROR, code);
      host_clear (&host);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/stream/numbers", NULL, test_random);
  g_test_add_data_func ("/stream/whole-numbers", GINT_TO_POINTER (TRUE), test_random);
  g_test_add_func ("/stream/constants", test_constants);
  g_test_add_func ("/stream/softmax", test_softmax);
  g_test_add_func ("/stream/reduced", test_reduced);
  g_test_add_func ("/stream/deep", test_deep);
  g_test_add_func ("/stream/pooled", test_pooled);
  g_test_add_func ("/stream/broken", test_broken);
  return g_test_run ();
}
