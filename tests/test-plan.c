/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "plan-private.h"

/* Running: taps, progress, cancelling, errors of source and sink, limits. */

typedef struct
{
  CnnShape      in;
  float        *maps[4]; /* of each tap, or NULL */
  CnnShape      shapes[4];
  gint64        cells[4];
  int           reads;
  gint64        cells_read;
  int           writes;
  int           fail_read;  /* this read fails, from 1 */
  int           fail_write; /* this write fails, from 1 */
  GThread      *thread;
  double        progress;
  double        progress_before; /* the one before */
  double        cancel_at;
  GCancellable *cancellable;
} Host;

/* A value for each place, so that every rectangle can be checked. */
static float
pixel (int y, int x, int c)
{
  return (float) ((y * 31 + x * 7 + c * 3) % 17 - 8);
}

static gboolean
host_read (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Host *host = data;

  g_assert_true (g_thread_self () == host->thread);
  if (++host->reads == host->fail_read)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, "the source broke");
      return FALSE;
    }
  host->cells_read += (gint64) rect->width * rect->height;
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      for (int c = 0; c < host->in.channels; c++)
        values[y * stride + x * host->in.channels + c] = pixel (rect->y + y, rect->x + x, c);
  return TRUE;
}

static gboolean
host_write (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  Host *host = data;
  int   channels = host->shapes[tap].channels;

  g_assert_true (g_thread_self () == host->thread);
  if (++host->writes == host->fail_write)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, "the sink broke");
      return FALSE;
    }
  if (host->maps[tap] == NULL)
    host->maps[tap] = g_new (float, cnn_shape_cells (host->shapes[tap]));
  for (int y = 0; y < rect->height; y++)
    memcpy (host->maps[tap] +
              ((gsize) (rect->y + y) * host->shapes[tap].width + rect->x) * channels,
            values + y * stride, rect->width * channels * sizeof (float));
  host->cells[tap] += (gint64) rect->width * rect->height;
  return TRUE;
}

static void
host_progress (double fraction, gpointer data)
{
  Host *host = data;

  g_assert_true (g_thread_self () == host->thread);
  g_assert_cmpfloat (fraction, >=, host->progress);
  g_assert_cmpfloat (fraction, <=, 1.0);
  host->progress_before = host->progress;
  host->progress = fraction;
  if (host->cancellable && fraction >= host->cancel_at)
    g_cancellable_cancel (host->cancellable);
}

static CnnPlan *
host_plan (Host *host, const char *text, CnnShape in, guint n_taps, const guint *taps)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnPlan               *plan;

  g_assert_no_error (error);
  plan = cnn_plan_new (network, in, n_taps, taps, NULL, &error);
  g_assert_no_error (error);
  host->in = in;
  host->thread = g_thread_self ();
  for (guint i = 0; i < n_taps; i++)
    host->shapes[i] = cnn_plan_info (plan, taps[i])->shape;
  return plan;
}

static gboolean
host_run (Host *host, CnnPlan *plan, GError **error)
{
  CnnSource source = { host_read, host };
  CnnSink   sink = { host_write, host };

  return cnn_plan_run (plan, &source, &sink, host_progress, host, host->cancellable, error);
}

static void
host_clear (Host *host)
{
  for (guint i = 0; i < G_N_ELEMENTS (host->maps); i++)
    g_free (host->maps[i]);
  g_clear_object (&host->cancellable);
}

/* --- tests ---------------------------------------------------------------- */

/* Several taps in one run give what each gives alone; the input is one too. */
static void
test_taps (void)
{
  const char         *text = "conv 4 3x3 pad=same border=wrap as=a; relu; conv 4 3x3 pad=same\n"
                             "add a; maxpool 3 stride=2";
  const guint         taps[] = { 0, 4, 1, 5 };
  CnnShape            in = { 150, 91, 3 };
  Host                host = { 0 };
  g_autoptr (CnnPlan) plan = host_plan (&host, text, in, 4, taps);
  g_autoptr (GError)  error = NULL;

  g_assert_true (host_run (&host, plan, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (host.progress, ==, 1.0);
  for (int i = 0; i < 4; i++)
    {
      Host                alone = { 0 };
      g_autoptr (CnnPlan) alone_plan = host_plan (&alone, text, in, 1, &taps[i]);

      g_assert_true (host_run (&alone, alone_plan, NULL));
      g_assert_cmpint (host.cells[i], ==, (gint64) host.shapes[i].height * host.shapes[i].width);
      g_assert_cmpmem (host.maps[i], cnn_shape_cells (host.shapes[i]) * sizeof (float),
                       alone.maps[0], cnn_shape_cells (alone.shapes[0]) * sizeof (float));
      host_clear (&alone);
    }
  for (int y = 0; y < in.height; y++)
    for (int x = 0; x < in.width; x++)
      g_assert_cmpfloat (host.maps[0][(y * in.width + x) * 3 + 1], ==, pixel (y, x, 1));
  host_clear (&host);
}

/* An activation that oneDNN does at the end of a convolution gives what it gives
 * by itself, which it must do where the convolution is a tap too. */
static void
test_fused (void)
{
  static const char *const texts[] = { "conv 5 3x3 pad=same; relu; maxpool 2",
                                       "conv 16 3x3; leaky-relu slope=-0.3; conv 3 3x3" };
  const guint              taps[] = { 2, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Host                fused = { 0 }, apart = { 0 };
      CnnShape            in = { 300, 200, 3 };
      g_autoptr (CnnPlan) plan = host_plan (&fused, texts[i], in, 1, taps);
      g_autoptr (CnnPlan) apart_plan = host_plan (&apart, texts[i], in, 2, taps);
      gsize               bytes = (gsize) cnn_shape_cells (fused.shapes[0]) * sizeof (float);
      gboolean            negative = FALSE;

      g_assert_true (host_run (&fused, plan, NULL));
      g_assert_true (host_run (&apart, apart_plan, NULL));
      g_assert_cmpmem (fused.maps[0], bytes, apart.maps[0], bytes);
      for (gint64 k = 0; k < cnn_shape_cells (apart.shapes[1]); k++)
        {
          float value = apart.maps[1][k];

          negative = negative || value < 0.0f;
          g_assert_cmpfloat (fused.maps[0][k], ==,
                             value > 0.0f ? value : (i == 0 ? 0.0f : -0.3f) * value);
        }
      g_assert_true (negative);
      host_clear (&fused);
      host_clear (&apart);
    }
}

/* A normalisation after a convolution goes into its weights, unless somebody wants to see what
 * the convolution makes; the plan's weights are the network's either way. */
static void
test_folded (void)
{
#define NORM "batchnorm scale=2,-1,0.5 shift=1,0,-3 mean=-0.2,0.3,1 variance=0.04,1,9"
  static const struct
  {
    const char *text;
    guint       n;
  } cases[] = { { "conv 3 3x3 pad=same; " NORM, 2 },
                { "conv 3 1x1 bias=no; " NORM "; relu", 3 },
                { "conv 3 3x3 bias=0.1,-2,0.3; " NORM "; relu; maxpool 2", 4 },
                { "conv 16 3x3; batchnorm mean=0.1; conv 3 3x3; " NORM, 4 },
                { "conv 32 1x1; conv 32 3x3 pad=1 bias=no; batchnorm scale=-2 shift=0.3; relu", 4 },
                { "conv 2 3x3 groups=channels; batchnorm scale=7", 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint               n = cases[i].n, all[4] = { n, 1, 2, 3 }, n_weights;
      Host                folded = { 0 }, apart = { 0 };
      CnnShape            in = { 300, 200, 2 };
      g_autoptr (CnnPlan) plan = host_plan (&folded, cases[i].text, in, 1, all);
      g_autoptr (CnnPlan) apart_plan = host_plan (&apart, cases[i].text, in, n, all);
      double              most = 0.0;

      g_assert_true (plan->nodes[1].folds || plan->nodes[2].folds || plan->nodes[3].folds);
      for (guint k = 1; k <= n; k++)
        {
          CnnTensor *const *a = cnn_plan_weights (plan, k, &n_weights);
          CnnTensor *const *b = cnn_plan_weights (apart_plan, k, &n_weights);

          g_assert_false (apart_plan->nodes[k].folds);
          for (guint j = 0; j < n_weights; j++)
            g_assert_cmpmem (a[j]->values, cnn_tensor_length (a[j]) * sizeof (float), b[j]->values,
                             cnn_tensor_length (b[j]) * sizeof (float));
        }
      g_assert_true (host_run (&folded, plan, NULL));
      g_assert_true (host_run (&apart, apart_plan, NULL));
      for (gint64 k = 0; k < folded.cells[0]; k++)
        most = MAX (most, fabs (apart.maps[0][k]));
      for (gint64 k = 0; k < folded.cells[0]; k++)
        g_assert_cmpfloat_with_epsilon (folded.maps[0][k], apart.maps[0][k], 3e-6 * most);
      host_clear (&folded);
      host_clear (&apart);
    }
}

static void
test_again (void)
{
  guint               tap = 2;
  Host                host = { 0 }, second = { 0 };
  g_autoptr (CnnPlan) plan = host_plan (&host, "conv 3 5x5; tanh", (CnnShape) { 70, 40, 2 }, 1,
                                        &tap);

  second = host;
  g_assert_true (host_run (&host, plan, NULL));
  g_assert_true (host_run (&second, plan, NULL));
  g_assert_cmpmem (host.maps[0], cnn_shape_cells (host.shapes[0]) * sizeof (float), second.maps[0],
                   cnn_shape_cells (host.shapes[0]) * sizeof (float));
  host_clear (&host);
  host_clear (&second);
}

static void
test_cancel (void)
{
  const double at[] = { 0.0, 0.01, 0.5, 0.9 };

  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    {
      guint               tap = 2;
      Host                host = { .cancellable = g_cancellable_new (), .cancel_at = at[i] };
      g_autoptr (CnnPlan) plan = host_plan (&host, "conv 3 3x3; conv 2 3x3",
                                            (CnnShape) { 9000, 40, 1 }, 1, &tap);
      g_autoptr (GError)  error = NULL;

      g_assert_false (host_run (&host, plan, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_CANCELLED);
      g_assert_cmpfloat (host.progress, <, 1.0);
      host_clear (&host);
    }
}

static void
test_host_errors (void)
{
  for (int i = 0; i < 2; i++)
    {
      guint               tap = 1;
      Host                host = { .fail_read = i == 0 ? 2 : 0, .fail_write = i == 1 ? 2 : 0 };
      g_autoptr (CnnPlan) plan = host_plan (&host, "relu", (CnnShape) { 300, 20, 1 }, 1, &tap);
      g_autoptr (GError)  error = NULL;

      g_assert_false (host_run (&host, plan, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
      g_assert_cmpstr (error->message, ==, i == 0 ? "the source broke" : "the sink broke");
      host_clear (&host);
    }
}

static void
check_refused (const char *text, CnnShape in, guint64 memory, CnnError code, const char *message)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autoptr (CnnPlan)    plan = NULL;
  CnnPlanOptions         options = { .memory = memory };
  guint                  last;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, in, 1, &last, &options, &error);
  g_assert_null (plan);
  g_assert_error (error, CNN_ERROR, (int) code);
  if (strcmp (error->message, message) != 0)
    g_error ("“%s” was expected, not “%s”", message, error->message);
}

static void
test_refused (void)
{
  CnnShape tiny = { 3, 3, 1 }, rgb = { 40, 30, 3 };

  check_refused ("relu\nconv 1 5x5", tiny, 0, CNN_ERROR_SHAPE,
                 "line 2, column 1: conv: the 5×5 window does not fit into the 3×3 map");
  check_refused ("maxpool 2; maxpool 2", tiny, 0, CNN_ERROR_SHAPE,
                 "line 1, column 12: maxpool: the 2×2 window does not fit into the 1×1 map");
  check_refused ("dense 10", rgb, 0, CNN_ERROR_SHAPE,
                 "line 1, column 1: dense: found a map of 40×30×3, expected a vector; put flatten "
                 "or a global pooling before it");
  check_refused ("conv 4 3x3 groups=2", rgb, 0, CNN_ERROR_SHAPE,
                 "line 1, column 1: conv: 3 channels and 4 kernels cannot be split into 2 groups");
  check_refused ("conv 4 3x3 bias=1,2,3", rgb, 0, CNN_ERROR_SHAPE,
                 "line 1, column 1: conv: found 3 biases, expected one, or one for each of 4 maps");
  check_refused ("conv kernels=\"[[[1]],[[2]]]\"", rgb, 0, CNN_ERROR_SHAPE,
                 "line 1, column 1: conv: kernel 1 has 2 matrices, expected one for each of 3 "
                 "channels");
  check_refused ("conv 4 3x3 kernels=box,box groups=channels", rgb, 0, CNN_ERROR_SHAPE,
                 "line 1, column 1: conv: 3 channels and 4 kernels cannot be split into 3 groups");
  check_refused ("flatten; dense weights=\"[[1,2]]\"", rgb, 0, CNN_ERROR_SHAPE,
                 "line 1, column 10: dense: the rows of the weights have 2 numbers, expected one "
                 "for each of 3600 inputs");
  check_refused ("flatten", (CnnShape) { 4000, 6000, 3 }, 1 << 20, CNN_ERROR_LIMIT,
                 "the network needs 549.3 MiB of memory on an input of 4000×6000×3, "
                 "1.0 MiB may be used; try a smaller picture or fewer kernels");
}

/* A region costs what it needs, and progress counts what is done for it. */
static void
test_region (void)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse ("conv 2 5x5; relu; maxpool 2; conv 3 3x3",
                                                      NULL);
  CnnRect                region = { 1500, 1000, 300, 200 };
  CnnPlanOptions         options = { .regions = &region, .workers = 1 };
  guint                  tap = 4;
  Host                   host = { .in = { 4000, 6000, 1 }, .thread = g_thread_self () };
  g_autoptr (CnnPlan)    plan = cnn_plan_new (network, host.in, 1, &tap, &options, &error);

  g_assert_no_error (error);
  host.shapes[0] = cnn_plan_info (plan, tap)->shape;
  g_assert_true (host_run (&host, plan, &error));
  g_assert_no_error (error);
  g_assert_cmpint (host.cells[0], ==, 300 * 200);
  g_assert_cmpint (host.cells_read, ==, (2 * 302 + 4) * (2 * 202 + 4));
  g_assert_cmpfloat_with_epsilon (host.progress_before, 1.0, 1e-6);
  host_clear (&host);
}

static guint64
memory_for (const char *text, CnnShape in)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  guint                  last = cnn_network_n_nodes (network) - 1;
  CnnPlanOptions         options = { .workers = 2 };
  g_autoptr (CnnPlan)    plan = cnn_plan_new (network, in, 1, &last, &options, NULL);

  return cnn_plan_memory (plan);
}

static void
test_memory (void)
{
  const char *text = "conv 8 3x3 pad=same; relu; conv 8 3x3 pad=same; maxpool 2; conv 16 3x3";
  guint64     small = memory_for (text, (CnnShape) { 1000, 1000, 3 });
  guint64     wide = memory_for (text, (CnnShape) { 1000, 20000, 3 });

  /* Tiny: the input and the first output, 4 maps, and weights twice. */
  g_assert_cmpint (memory_for ("conv 3 3x3 pad=same bias=no; relu", (CnnShape) { 50, 50, 1 }), ==,
                   50 * 50 * 4 * 4 + 2 * 27 * 4);
  /* Bands: as much for a hundred times the pixels, in both directions; where rows are longer
   * than a cache takes, in strips, less than a tenth of the first map. */
  g_assert_cmpint (memory_for (text, (CnnShape) { 100000, 1000, 3 }), <, 2 * small);
  g_assert_cmpint (wide, <, 1000 * 20000 * 8 / 10 * 4);
  g_assert_cmpint (memory_for (text, (CnnShape) { 1000, 100000, 3 }), <, 2 * wide);
  g_assert_cmpint (memory_for (text, (CnnShape) { 20000, 20000, 3 }), <, 2 * wide);
  g_assert_cmpint (memory_for (text, (CnnShape) { 2000, 2000, 3 }), <, 2000 * 2000 * 4);
  /* A border that wraps around the input reads it again. */
  g_assert_cmpint (memory_for ("conv 2 9x9 pad=same border=wrap", (CnnShape) { 10000, 10000, 3 }),
                   <, 16 << 20);
  /* What becomes one value is not held. */
  g_assert_cmpint (memory_for ("conv 16 3x3; relu; global-avgpool; dense 10; softmax",
                               (CnnShape) { 10000, 10000, 3 }), <, 16 << 20);
}

/* A band makes at least as many rows as large windows keep, unless memory is short. */
static void
test_band (void)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse ("relu; conv 2 31x31 pad=same; maxpool 2",
                                                      NULL);
  CnnShape               in = { 3000, 12000, 1 }; /* more than caches of today hold */
  CnnPlanOptions         options = { .workers = 2 };
  guint                  tap = 3;
  g_autoptr (CnnPlan)    plan = cnn_plan_new (network, in, 1, &tap, &options, NULL);
  g_autoptr (CnnPlan)    small = NULL;

  g_assert_cmpint (plan->phases[0].band, >=, 15);
  options.memory = cnn_plan_memory (plan) * 3 / 4;
  small = cnn_plan_new (network, in, 1, &tap, &options, NULL);
  g_assert_cmpint (cnn_plan_memory (small), <=, options.memory);
}

/* The same text draws the same weights, another seed others; layers draw
 * different ones from each other. */
static void
test_seeds (void)
{
  guint               taps[] = { 1, 3 };
  Host                host = { 0 };
  g_autoptr (CnnPlan) plan = NULL, same = NULL, other = NULL;
  guint               n;
  const float        *a, *b, *c, *d;

  plan = host_plan (&host, "conv 2 3x3; relu; conv 2 3x3", (CnnShape) { 9, 9, 2 }, 2, taps);
  same = host_plan (&host, "conv 2 3x3; tanh; conv 2 3x3", (CnnShape) { 9, 9, 2 }, 2, taps);
  other = host_plan (&host, "conv 2 3x3 seed=1; relu; conv 2 3x3", (CnnShape) { 9, 9, 2 }, 2, taps);
  a = cnn_plan_weights (plan, 1, &n)[0]->values;
  g_assert_cmpuint (n, ==, 2);
  b = cnn_plan_weights (plan, 3, &n)[0]->values;
  c = cnn_plan_weights (same, 1, &n)[0]->values;
  d = cnn_plan_weights (other, 1, &n)[0]->values;
  g_assert_cmpmem (a, 36 * sizeof (float), c, 36 * sizeof (float));
  g_assert_cmpint (memcmp (a, b, 36 * sizeof (float)), !=, 0);
  g_assert_cmpint (memcmp (a, d, 36 * sizeof (float)), !=, 0);
}

static void
test_labels (void)
{
  g_autoptr (CnnNetwork) network =
    cnn_network_parse ("conv kernels=sobel-x,gaussian(2),\"[[1]]\"; relu; maxpool 2; flatten; "
                       "dense 2; dropout",
                       NULL);
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, (CnnShape) { 50, 50, 1 }, NULL);
  static const struct
  {
    guint       node;
    int         map;
    const char *label;
  } cases[] = {
    { 1, 0, "sobel-x" }, { 2, 1, "gaussian(2)" }, { 3, 0, "sobel-x" },
    { 3, 2, NULL },      { 4, 0, NULL },          { 6, 1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *label = cnn_network_map_label (network, infos, cases[i].node, cases[i].map);

      g_assert_cmpstr (label, ==, cases[i].label);
    }
}

/* Branches give what each path gives by itself; small maps in one piece and large ones in
 * bands. */
static void
test_branches (void)
{
#define SQUEEZE "conv kernels=sobel-x,laplacian,\"[[1,-2],[0,3]]\" pad=same as=s; relu as=r; "
#define LEFT    "conv kernels=sharpen,edge pad=same"
#define RIGHT   "conv kernels=sobel-y,emboss pad=same"
  const int sides[] = { 9, 300 };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      CnnShape          in = { sides[i], sides[i] + 3, 2 }, shape, part;
      g_autofree float *values = g_new (float, cnn_shape_cells (in));
      g_autofree float *both = NULL, *left = NULL, *right = NULL;

      for (int y = 0; y < in.height; y++)
        for (int x = 0; x < in.width; x++)
          for (int c = 0; c < in.channels; c++)
            values[(y * in.width + x) * in.channels + c] = pixel (y, x, c);
      both = cnn_test_run (SQUEEZE LEFT " as=a;" RIGHT " from=r; concat a", in, values, &shape);
      left = cnn_test_run (SQUEEZE LEFT, in, values, &part);
      right = cnn_test_run (SQUEEZE RIGHT, in, values, &part);
      g_assert_cmpint (shape.channels, ==, 4);
      g_assert_cmpint (part.channels, ==, 2);
      for (gint64 k = 0; k < cnn_shape_cells (shape); k++)
        {
          const float *path = k % 4 < 2 ? right : left;

          g_assert_cmpfloat (both[k], ==, path[k / 4 * 2 + k % 2]);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/taps", test_taps);
  g_test_add_func ("/plan/branches", test_branches);
  g_test_add_func ("/plan/fused", test_fused);
  g_test_add_func ("/plan/folded", test_folded);
  g_test_add_func ("/plan/again", test_again);
  g_test_add_func ("/plan/cancel", test_cancel);
  g_test_add_func ("/plan/host-errors", test_host_errors);
  g_test_add_func ("/plan/refused", test_refused);
  g_test_add_func ("/plan/region", test_region);
  g_test_add_func ("/plan/memory", test_memory);
  g_test_add_func ("/plan/band", test_band);
  g_test_add_func ("/plan/seeds", test_seeds);
  g_test_add_func ("/plan/labels", test_labels);
  return g_test_run ();
}
