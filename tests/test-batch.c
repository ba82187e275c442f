/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"

/* Images in batches give what each gives alone: random networks on random images,
 * in batches of all sizes, full and not, with any number of workers, against the
 * same network on one picture. Exact on whole numbers. */

#define NETWORKS 150

/* Share of the range: matrix products of one and of several vectors add up in
 * another order, as strips do in test-stream.c, which allows the same. */
#define TOLERANCE 4e-6f

/* --- networks --------------------------------------------------------------------- */

static void
append_map_layer (GString *text, GRand *rand, int number, gboolean whole)
{
  static const char *const borders[] = { "zero", "zero", "reflect", "replicate", "wrap" };
  static const char *const pools[] = { "maxpool", "minpool", "avgpool", "stochastic-pool",
                                       "lp-pool", "maxpool dilation=2 round=up",
                                       "avgpool count-padding=yes round=up" };
  static const char *const points[] = { "relu", "leaky-relu slope=2", "dropout", "tanh", "prelu",
                                        "batchnorm", "softmax", "softmax axis=map", "elu", "gelu",
                                        "log-softmax", "instancenorm", "lrn 3 alpha=0.5",
                                        "slice rows=::-1 columns=:-1", "pad 1,0,-1,2 value=2" };

  switch (pick (rand, 0, 5))
    {
    case 0: case 1:
      g_string_append_printf (text, "conv %d 3x%d stride=%d pad=same border=%s\n",
                              pick (rand, 1, 40), pick (rand, 1, 3), pick (rand, 1, 2),
                              pick_word (rand, borders, 5));
      break;
    case 2:
      g_string_append_printf (text, "%s size=2 stride=%d\n",
                              pick_word (rand, pools, whole ? 2 : 7), pick (rand, 1, 2));
      break;
    case 3:
      g_string_append_printf (text, "dropout as=m%d\nmaxpool 3 stride=1 pad=same\n%s m%d\n", number,
                              pick_word (rand, (const char *const[]) { "add", "concat" }, 2),
                              number);
      break;
    default:
      g_string_append_printf (text, "%s\n", pick_word (rand, points, whole ? 3 : 15));
    }
}

static void
append_vector_layer (GString *text, GRand *rand, int number, gboolean whole)
{
  static const char *const points[] = { "relu", "leaky-relu slope=2", "dropout", "sigmoid", "prelu",
                                        "batchnorm", "softmax", "softmax axis=map",
                                        "softmax axis=all", "log-softmax", "mish",
                                        "log-softmax axis=all" };

  switch (pick (rand, 0, 4))
    {
    case 0: case 1: case 2:
      g_string_append_printf (text, "dense %d\n", pick (rand, 1, pick (rand, 0, 1) ? 20 : 300));
      break;
    case 3:
      g_string_append_printf (text, "dropout as=v%d\ndense %d\nrelu\nconcat v%d\n", number,
                              pick (rand, 1, 30), number);
      break;
    default:
      g_string_append_printf (text, "%s\n", pick_word (rand, points, whole ? 3 : 12));
    }
}

static char *
random_network (GRand *rand, gboolean whole)
{
  static const char *const ends[] = { "flatten", "flatten", "global-maxpool", "spp levels=1,2",
                                      "global-avgpool" };
  GString                 *text = g_string_new (NULL);

  for (int i = 0, n = pick (rand, 0, 3); i < n; i++)
    append_map_layer (text, rand, i, whole);
  if (text->len == 0 || pick (rand, 0, 4) > 0)
    {
      g_string_append_printf (text, "%s\n", pick_word (rand, ends, whole ? 4 : 5));
      for (int i = 0, n = pick (rand, 1, 4); i < n; i++)
        append_vector_layer (text, rand, i, whole);
    }
  return g_string_free (text, FALSE);
}

/* Weights of few whole numbers, so that sums of many products stay exact. */
static void
make_whole (CnnPlan *plan, guint n_nodes)
{
  for (guint i = 0; i < n_nodes; i++)
    {
      guint             n;
      CnnTensor *const *weights = cnn_plan_weights (plan, i, &n);

      for (guint k = 0; k < n; k++)
        for (gsize j = 0; j < cnn_tensor_length (weights[k]); j++)
          weights[k]->values[j] = (float) ((int) (j * 7 + i) % 3 - 1);
    }
}

/* --- both ways ---------------------------------------------------------------------- */

/* Some images, and what the two taps of a network make of them, [n][cells]. */
typedef struct
{
  CnnShape shape;
  guint    n;
  float   *in;
  gsize    cells[2];
  float   *alone[2];
  float   *batched[2];
} Images;

static void
images_clear (Images *images)
{
  g_free (images->in);
  for (int tap = 0; tap < 2; tap++)
    {
      g_free (images->alone[tap]);
      g_free (images->batched[tap]);
    }
}

/* Values of which many are zero. */
static void
draw_images (Images *images, GRand *rand, gboolean whole)
{
  gsize n = images->n * (gsize) cnn_shape_cells (images->shape);

  images->in = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    images->in[i] = pick (rand, 0, 2) == 0 ? 0.0f
                    : whole                ? (float) pick (rand, -3, 3)
                                           : (float) g_rand_double_range (rand, -1.0, 1.0);
}

static void
run_alone (Images *images, CnnPlan *plan, const guint *taps)
{
  for (int tap = 0; tap < 2; tap++)
    {
      images->cells[tap] = (gsize) cnn_shape_cells (cnn_plan_info (plan, taps[tap])->shape);
      images->alone[tap] = g_new (float, images->n * images->cells[tap]);
      images->batched[tap] = g_new (float, images->n * images->cells[tap]);
    }
  for (guint i = 0; i < images->n; i++)
    {
      float    *out[] = { images->alone[0] + i * images->cells[0],
                          images->alone[1] + i * images->cells[1] };
      CnnSource source = { .memory = images->in + i * cnn_shape_cells (images->shape) };
      CnnSink   sink = { .memory = out };

      g_assert_true (cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, NULL));
    }
}

/* In calls of up to @batch images. */
static void
run_batched (Images *images, CnnPlan *plan, guint batch)
{
  for (guint i = 0; i < images->n; i += batch)
    {
      g_autoptr (GError) error = NULL;
      float             *out[] = { images->batched[0] + i * images->cells[0],
                                   images->batched[1] + i * images->cells[1] };

      cnn_plan_run_batch (plan, MIN (batch, images->n - i),
                          images->in + i * cnn_shape_cells (images->shape), out, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
compare (const Images *images, const char *text, const CnnPlanOptions *options, gboolean exact)
{
  for (int tap = 0; tap < 2; tap++)
    {
      gsize n = images->n * images->cells[tap];
      float most = 0.0f;

      for (gsize i = 0; i < n; i++)
        most = MAX (most, fabsf (images->alone[tap][i]));
      for (gsize i = 0; i < n; i++)
        if (!(fabsf (images->alone[tap][i] - images->batched[tap][i]) <=
              (exact ? 0.0f : TOLERANCE * most)))
          g_error ("%son %u images of %d×%d×%d, batches of %d, %d workers: value %u of image %u, "
                   "tap %d, is %.9g instead of %.9g",
                   text, images->n, CNN_SHAPE_ARGS (images->shape), options->batch,
                   options->workers, (guint) (i % images->cells[tap]),
                   (guint) (i / images->cells[tap]), tap, images->batched[tap][i],
                   images->alone[tap][i]);
    }
}

static CnnPlan *
new_plan (CnnNetwork *network, const Images *images, const guint *taps,
          const CnnPlanOptions *options, gboolean whole)
{
  CnnPlan *plan = cnn_plan_new (network, images->shape, 2, taps, options, NULL);

  if (plan && whole)
    make_whole (plan, cnn_network_n_nodes (network));
  return plan;
}

/* --- tests ---------------------------------------------------------------------------- */

static gboolean
check_network (GRand *rand, const char *text, gboolean whole)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  Images                 images = { { pick (rand, 3, 14), pick (rand, 3, 14), pick (rand, 1, 3) },
                                    (guint) pick (rand, 1, 90) };
  g_autoptr (CnnPlan)    plan = NULL;
  guint                  last;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  guint taps[] = { last, (guint) pick (rand, 0, (int) last - 1) };

  plan = new_plan (network, &images, taps, NULL, whole);
  if (plan == NULL)
    return FALSE;
  draw_images (&images, rand, whole);
  run_alone (&images, plan, taps);
  for (int i = 0; i < 3; i++)
    {
      CnnPlanOptions      options = { .workers = pick (rand, 1, 3), .batch = pick (rand, 0, 70) };
      g_autoptr (CnnPlan) many = new_plan (network, &images, taps, &options, whole);

      run_batched (&images, many, (guint) MAX (options.batch, 1));
      compare (&images, text, &options, whole);
    }
  images_clear (&images);
  return TRUE;
}

static void
test_random (gconstpointer whole)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);
  int               n_run = 0;

  for (int i = 0; i < NETWORKS; i++)
    {
      g_autofree char *text = random_network (rand, whole != NULL);

      n_run += check_network (rand, text, whole != NULL);
    }
  g_assert_cmpint (n_run, >, NETWORKS * 2 / 3);
}

/* Vectors that calculate with longer and with shorter ones, which must not take their memory. */
static void
test_broadcast (void)
{
  static const char *const texts[] = {
    "flatten\ndropout as=v\nreduce-max channels\nadd values=1,-2,5\nreduce-max all\nsub v",
    "global-maxpool\nreduce-max channels\nmul values=1,2,3,4,5,6,7,8,9\nrelu",
    "relu as=x\nreduce-max map as=m\nreduce-sum all from=x\nsub m reversed=yes",
    "flatten\ngather channels=2,0,2\nreshape 3x1x1\nrearrange \"c 1 1 -> 1 1 c\"\nneg",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < 4 * G_N_ELEMENTS (texts); i++)
    g_assert_true (check_network (rand, texts[i / 4], TRUE));
}

/* Weights that are no numbers reach the output also where the input is 0. */
static void
test_not_finite (void)
{
  static const float     bad[] = { INFINITY, -INFINITY, NAN };
  g_autoptr (CnnNetwork) network = cnn_network_parse ("dense 20; relu", NULL);
  guint                  tap = 1;
  float                  in[3 * 40] = { 0 };

  for (int i = 0; i < 9; i++)
    {
      CnnPlanOptions      options = { .batch = 1 + i / 3 };
      g_autoptr (CnnPlan) plan = cnn_plan_new (network, (CnnShape) { 1, 1, 40 }, 1, &tap, &options,
                                               NULL);
      float               out[3 * 20], *outs[] = { out };
      guint               n;

      cnn_plan_weights (plan, 1, &n)[0]->values[7 * 40 + 11] = bad[i % 3];
      g_assert_true (cnn_plan_run_batch (plan, (guint) options.batch, in, outs, NULL, NULL));
      for (int k = 0; k < options.batch * 20; k++)
        g_assert_true (k % 20 == 7 ? isnan (out[k]) : out[k] == 0.0f);
    }
}

static void
test_cancel (void)
{
  g_autoptr (CnnNetwork)   network = cnn_network_parse ("conv 4 3x3; flatten; dense 9", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  CnnPlanOptions           options = { .workers = 2, .batch = 50 };
  guint                    tap = 3;
  g_autoptr (CnnPlan)      plan = cnn_plan_new (network, (CnnShape) { 8, 8, 1 }, 1, &tap, &options,
                                                NULL);
  g_autofree float        *in = g_new0 (float, 50 * 64);
  float                    out[50 * 9], *outs[] = { out };

  for (guint n = 1; n <= 50; n += 7)
    {
      g_autoptr (GError) error = NULL;

      g_cancellable_cancel (cancellable);
      g_assert_false (cnn_plan_run_batch (plan, n, in, outs, cancellable, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_CANCELLED);
      g_cancellable_reset (cancellable);
      g_assert_true (cnn_plan_run_batch (plan, n, in, outs, cancellable, NULL));
    }
}

/* A batch takes what it may, in smaller parts; where one image does not fit, it is
 * refused. */
static void
test_memory (void)
{
  const char            *text = "conv 16 3x3 pad=same; relu; flatten; dense 9";
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  CnnShape               shape = { 64, 64, 1 };
  guint                  tap = 4;
  CnnPlanOptions         options = { .workers = 2 };
  g_autoptr (CnnPlan)    one = cnn_plan_new (network, shape, 1, &tap, &options, NULL);
  guint64                alone = cnn_plan_memory (one);
  g_autoptr (GError)     error = NULL;

  options.batch = 200;
  for (guint64 more = 32 << 20; more > 1 << 20; more /= 2)
    {
      g_autoptr (CnnPlan) plan = NULL;

      options.memory = alone + more;
      plan = cnn_plan_new (network, shape, 1, &tap, &options, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (cnn_plan_memory (plan), <=, options.memory);
    }
  options.memory = alone + (256 << 10);
  g_assert_null (cnn_plan_new (network, shape, 1, &tap, &options, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/batch/numbers", NULL, test_random);
  g_test_add_data_func ("/batch/whole-numbers", GINT_TO_POINTER (TRUE), test_random);
  g_test_add_func ("/batch/broadcast", test_broadcast);
  g_test_add_func ("/batch/not-finite", test_not_finite);
  g_test_add_func ("/batch/cancel", test_cancel);
  g_test_add_func ("/batch/memory", test_memory);
  return g_test_run ();
}
