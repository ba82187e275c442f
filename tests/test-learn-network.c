/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "cnn-test.h"
#include "learn-scene.h"
#include "model.h"
#include "onnx/save.h"
#include "trainer.h"

/* Networks learnt from pictures before and after a filter: that they learn what no kernel can,
 * that only the seed decides what, stopping, and that they are what is said of them. */

#define SIDE 96

/* A scene with what no kernel takes away: some cells are black or white. */
static Scene *
median_scene (int channels)
{
  Scene *scene = scene_new ((CnnShape) { SIDE, SIDE, channels }, 3);

  scene_specks (scene, 0.04);
  scene_median (scene);
  return scene;
}

static CnnFilterOptions
options_of (CnnFilterModel model)
{
  CnnFilterOptions options = scene_options ();

  options.model = model;
  return options;
}

static const char *
note (const CnnFilterResult *result, const char *key)
{
  g_autofree char *whole = g_strdup_printf ("convolens.filter.%s", key);

  return g_hash_table_lookup (result->notes, whole);
}

/* Stops after so many calls. */
static gboolean
count_down (CnnFilterLearning *learning, const CnnFilterState *state, gpointer data)
{
  guint *left = data;

  return --*left > 0;
}

/* As scene_learn(), no longer than for @calls calls. */
static CnnFilterResult *
learn_some (const Scene *scene, const CnnFilterOptions *options, guint calls)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (CnnPairs) pairs = scene_pairs (scene, FALSE);
  CnnFilterResult     *result = cnn_filter_learn (&pairs, 1, options, count_down, &calls, NULL,
                                                  &error);

  g_assert_no_error (error);
  return result;
}

/* --- what is learnt ------------------------------------------------------------------------- */

/* How good the small network was of which a deep one grows. */
static gboolean
watch_small (CnnFilterLearning *learning, const CnnFilterState *state, gpointer data)
{
  double *small = data;

  if (state->model == CNN_FILTER_SMALL)
    *small = state->best;
  return TRUE;
}

/* A small network does what no kernel can; and a deep one, which grows of it, more. */
static void
test_median (void)
{
  g_autoptr (Scene)           scene = median_scene (1);
  CnnFilterOptions            options = options_of (CNN_FILTER_KERNEL);
  g_autoptr (CnnFilterResult) kernel = scene_learn (scene, &options), deep = NULL;
  g_autoptr (CnnPairs)        pairs = scene_pairs (scene, FALSE);
  g_autoptr (GError)          error = NULL;
  double                      small = 0.0;

  options.model = CNN_FILTER_DEEP;
  deep = cnn_filter_learn (&pairs, 1, &options, watch_small, &small, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("identity %g, kernel %g, small %g, deep %g", deep->identity, kernel->psnr, small,
                  deep->psnr);
  g_assert_cmpint (deep->model, ==, CNN_FILTER_DEEP);
  g_assert_null (deep->kernels);
  g_assert_true (deep->found);
  g_assert_cmpfloat (small, >, kernel->psnr + 2.5);
  g_assert_cmpfloat (deep->psnr, >, small + 0.5);
  g_assert_cmpfloat (deep->psnr, >, kernel->psnr + 4.0);
  g_assert_cmpfloat (deep->residual, >, 0.0);
  scene_check_network (scene, deep);
  g_assert_cmpstr (note (deep, "positions"), ==, "8");
}

/* What is done to each channel alike is learnt of all of them, and done to each. */
static void
test_shared (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 3);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions            options = options_of (CNN_FILTER_SMALL);
  g_autofree char            *text = NULL;

  scene_median (scene);
  options.channels = CNN_FILTER_CHANNELS_EACH;
  options.symmetry = CNN_FILTER_SYMMETRY_ALL;
  result = learn_some (scene, &options, 300);
  g_assert_cmpfloat (result->psnr, >, result->identity + 1.0);
  text = cnn_network_print (result->network);
  g_assert_nonnull (strstr (text, "groups=3"));
  scene_check_network (scene, result);
}

/* What counts nothing has anything after, and is not learnt. */
static void
test_mask (void)
{
  g_autoptr (Scene)           scene = median_scene (1);
  CnnFilterOptions            options = options_of (CNN_FILTER_SMALL);
  g_autoptr (CnnFilterResult) all = learn_some (scene, &options, 400), some = NULL;

  scene_mask (scene, 0.3);
  some = learn_some (scene, &options, 400);
  g_test_message ("all %g, some %g", all->psnr, some->psnr);
  g_assert_cmpfloat (some->psnr, >, all->psnr - 2.0);
}

static void
test_absolute (void)
{
  g_autoptr (Scene)           scene = median_scene (1);
  CnnFilterOptions            options = options_of (CNN_FILTER_KERNEL);
  g_autoptr (CnnFilterResult) kernel = scene_learn (scene, &options), small = NULL;

  options.model = CNN_FILTER_SMALL;
  options.loss = CNN_LOSS_ABSOLUTE_ERROR;
  small = learn_some (scene, &options, 400);
  g_assert_cmpstr (note (small, "loss"), ==, "absolute");
  g_assert_cmpfloat (small->psnr, >, kernel->psnr + 1.0);
}

/* --- automatic ------------------------------------------------------------------------------ */

/* A kernel is enough. */
static void
test_automatic_kernel (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 4);
  g_autoptr (SceneKernel)     kernel = scene_kernel_new (3, 3, FALSE, 0.0, 5);
  CnnFilterOptions            options = options_of (CNN_FILTER_AUTOMATIC);
  g_autoptr (CnnFilterResult) result = NULL;

  scene_filter (scene, kernel);
  result = scene_learn (scene, &options);
  g_assert_cmpint (result->model, ==, CNN_FILTER_KERNEL);
}

/* A curve is no kernel; a network that sees no neighbours does it, on other pictures too. */
static void
test_automatic_curve (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 4);
  g_autoptr (Scene)           other = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 9);
  CnnFilterOptions            options = options_of (CNN_FILTER_AUTOMATIC);
  g_autoptr (CnnFilterResult) result = NULL, kernel = NULL;
  g_autofree char            *text = NULL;

  scene_curve (scene);
  scene_curve (other);
  options.enough = 40.0;
  result = scene_learn (scene, &options);
  options.model = CNN_FILTER_KERNEL;
  kernel = scene_learn (scene, &options);
  g_test_message ("kernel %g, network %g, other %g", kernel->psnr, result->psnr,
                  scene_judge (other, result));
  g_assert_cmpint (result->model, ==, CNN_FILTER_SMALL);
  text = cnn_network_print (result->network);
  g_assert_nonnull (strstr (text, "1x1"));
  g_assert_cmpfloat (result->psnr, >, kernel->psnr + 1.0);
  g_assert_cmpfloat (scene_judge (other, result), >, 36.0);
}

/* More complicated ones are only taken where they are better: noise cannot be learnt. */
static void
test_automatic_noise (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 1 }, 4);
  g_autoptr (SceneKernel)     kernel = scene_kernel_new (1, 3, FALSE, 0.0, 5);
  CnnFilterOptions            options = options_of (CNN_FILTER_AUTOMATIC);
  g_autoptr (CnnFilterResult) result = NULL;

  scene_filter (scene, kernel);
  scene_noise (scene->after, scene->shape, 0.03, 6);
  options.seconds = 3.0;
  result = scene_learn (scene, &options);
  g_assert_cmpint (result->model, ==, CNN_FILTER_KERNEL);
  g_assert_true (result->found);
}

/* --- positions ------------------------------------------------------------------------------ */

static void
test_positions (void)
{
  g_autoptr (Scene)           lit = scene_new ((CnnShape) { SIDE, SIDE, 1 }, 4);
  CnnFilterOptions            options = options_of (CNN_FILTER_SMALL);
  g_autoptr (CnnFilterResult) none = NULL, asked = NULL;

  scene_largest (lit);
  none = learn_some (lit, &options, 300);
  options.symmetry = CNN_FILTER_SYMMETRY_MIRROR;
  asked = learn_some (lit, &options, 300);
  g_assert_cmpstr (note (none, "positions"), ==, "1");
  g_assert_cmpstr (note (asked, "positions"), ==, "2");
  g_assert_cmpfloat (asked->psnr, <, none->psnr - 3.0);
}

/* --- the same, always ----------------------------------------------------------------------- */

static void
test_same (gconstpointer data)
{
  CnnFilterModel              model = GPOINTER_TO_INT (data);
  g_autoptr (Scene)           scene = median_scene (model == CNN_FILTER_DEEP ? 1 : 3);
  CnnFilterOptions            options = options_of (model);
  guint                       calls = model == CNN_FILTER_DEEP ? 630 : 130;
  g_autoptr (CnnFilterResult) one = NULL, other = NULL;
  g_autofree float           *made = NULL;
  gsize                       n = (gsize) cnn_shape_cells (scene->shape) * sizeof (float);

  scene_mask (scene, 0.2);
  options.workers = 1;
  one = learn_some (scene, &options, calls);
  made = scene_run (scene, one->network);
  for (int workers = model == CNN_FILTER_DEEP ? 3 : 2; workers <= 3; workers++)
    {
      g_autoptr (CnnFilterResult) again = NULL;
      g_autofree float           *made_again = NULL;

      options.workers = workers;
      again = learn_some (scene, &options, calls);
      made_again = scene_run (scene, again->network);
      g_assert_cmpmem (made, n, made_again, n);
      g_assert_true (one->psnr == again->psnr && one->residual == again->residual);
    }
  options.seed = 2;
  other = learn_some (scene, &options, 20);
  g_assert_true (one->psnr != other->psnr);
}

/* --- while it is learnt --------------------------------------------------------------------- */

typedef struct
{
  const Scene   *scene;
  guint          stop_at;  /* so many calls */
  GCancellable  *cancel;
  guint          n;
  guint          n_points;
  double         best;
  double         fraction;
  CnnFilterModel model;
} Watch;

static gboolean
watch (CnnFilterLearning *learning, const CnnFilterState *state, gpointer data)
{
  Watch *seen = data;

  g_assert_cmpint (state->model, !=, CNN_FILTER_AUTOMATIC);
  g_assert_cmpfloat (state->fraction, >=, seen->fraction);
  g_assert_cmpfloat (state->fraction, <=, 1.0);
  /* What only served to find out something, before what was asked for, is no best. */
  if (state->model == seen->model)
    g_assert_cmpfloat (state->best, >=, seen->best);
  seen->model = state->model;
  seen->fraction = state->fraction;
  seen->best = state->best;
  if (state->n_history > 0)
    g_assert_cmpfloat (state->history[state->n_history - 1].psnr, <=, state->best);
  seen->n_points = MAX (seen->n_points, state->n_history);
  if (seen->n++ % 100 == 0)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_filter_learning_network (learning, &error);
      g_autofree float      *made = NULL;

      g_assert_no_error (error);
      made = scene_run (seen->scene, network);
      g_assert_true (isfinite (made[0]));
    }
  if (seen->cancel && seen->n == seen->stop_at)
    g_cancellable_cancel (seen->cancel);
  return seen->cancel || seen->n < seen->stop_at;
}

static void
test_stop (void)
{
  g_autoptr (Scene)           scene = median_scene (1);
  g_autoptr (CnnPairs)        pairs = scene_pairs (scene, FALSE);
  CnnFilterOptions            options = options_of (CNN_FILTER_SMALL);
  Watch                       seen = { .scene = scene, .stop_at = 200 };
  g_autoptr (GError)          error = NULL;
  g_autoptr (CnnFilterResult) result = cnn_filter_learn (&pairs, 1, &options, watch, &seen, NULL,
                                                         &error);

  g_assert_no_error (error);
  g_assert_cmpuint (seen.n, ==, 200);
  g_assert_cmpuint (seen.n_points, >, 3);
  g_assert_cmpint (result->model, ==, CNN_FILTER_SMALL);
  g_assert_cmpfloat_with_epsilon (result->psnr, seen.best, 1e-6);
  g_assert_cmpfloat (result->psnr, >, result->identity);
}

/* Takes the network of a minibatch. */
typedef struct
{
  const Scene *scene;
  guint64      step;
  float       *made;
} Taking;

static gboolean
take_network (CnnFilterLearning *learning, const CnnFilterState *state, gpointer data)
{
  Taking                *taking = data;
  g_autoptr (CnnNetwork) network = NULL;

  if (state->model != CNN_FILTER_SMALL || state->step < taking->step)
    return TRUE;
  network = cnn_filter_learning_network (learning, NULL);
  taking->made = scene_run (taking->scene, network);
  return FALSE;
}

/* Whatever stands in what is held back, the same is learnt. */
static void
test_held_back (void)
{
  g_autoptr (Scene) scene = median_scene (1);
  CnnFilterOptions  options = options_of (CNN_FILTER_SMALL);
  gsize             n = (gsize) cnn_shape_cells (scene->shape) * sizeof (float);
  Taking            taking[2] = { { scene, 50 }, { scene, 50 } };

  options.size = 3;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (CnnPairs)        pairs = scene_pairs (scene, FALSE);
      g_autoptr (GError)          error = NULL;
      g_autoptr (CnnFilterResult) result = cnn_filter_learn (&pairs, 1, &options, take_network,
                                                             &taking[i], NULL, &error);

      g_assert_no_error (error);
      scene_spoil_held (scene);
    }
  g_assert_cmpmem (taking[0].made, n, taking[1].made, n);
  g_free (taking[0].made);
  g_free (taking[1].made);
}

/* Stopped at once, the best is what there was. */
static void
test_stop_at_once (void)
{
  g_autoptr (Scene)           scene = median_scene (1);
  g_autoptr (CnnPairs)        pairs = scene_pairs (scene, FALSE);
  CnnFilterOptions            options = options_of (CNN_FILTER_AUTOMATIC);
  Watch                       seen = { .scene = scene, .stop_at = 1 };
  g_autoptr (GError)          error = NULL;
  g_autoptr (CnnFilterResult) result = cnn_filter_learn (&pairs, 1, &options, watch, &seen, NULL,
                                                         &error);

  g_assert_no_error (error);
  g_assert_cmpuint (seen.n, ==, 1);
  g_assert_cmpint (result->model, ==, CNN_FILTER_KERNEL);
}

static void
test_cancel (void)
{
  g_autoptr (Scene)           scene = median_scene (1);
  g_autoptr (CnnPairs)        pairs = scene_pairs (scene, FALSE);
  g_autoptr (GCancellable)    cancel = g_cancellable_new ();
  CnnFilterOptions            options = options_of (CNN_FILTER_DEEP);
  Watch                       seen = { .scene = scene, .stop_at = 50, .cancel = cancel };
  g_autoptr (GError)          error = NULL;

  g_assert_null (cnn_filter_learn (&pairs, 1, &options, watch, &seen, cancel, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_CANCELLED);
  g_assert_cmpuint (seen.n, ==, 50);
}

/* --- in a file ------------------------------------------------------------------------------ */

static void
test_saved (gconstpointer data)
{
  g_autoptr (Scene)           scene = median_scene (3);
  g_autoptr (Scene)           other = scene_new ((CnnShape) { 40, 52, 3 }, 8);
  CnnFilterOptions            options = options_of (GPOINTER_TO_INT (data));
  g_autoptr (CnnFilterResult) result = learn_some (scene, &options, 60);
  g_autofree char            *folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  g_autofree char            *file = g_build_filename (folder, "filter.onnx", NULL);
  g_autoptr (GError)          error = NULL;
  g_autoptr (CnnModel)        model = NULL;
  g_autofree float           *made = scene_run (other, result->network), *opened = NULL;

  cnn_model_save (result->network, scene->shape, result->notes, file, &error);
  g_assert_no_error (error);
  model = cnn_model_open (file, other->shape, &error);
  g_assert_no_error (error);
  g_assert_true (cnn_model_info (model)->any_size);
  g_assert_cmpstr (g_hash_table_lookup (cnn_model_info (model)->metadata,
                                        "convolens.filter.model"), ==, note (result, "model"));
  opened = scene_run (other, cnn_model_network (model));
  for (gsize i = 0; i < (gsize) cnn_shape_cells (other->shape); i++)
    g_assert_cmpfloat_with_epsilon (made[i], opened[i], 1e-5);
  g_remove (file);
  g_rmdir (folder);
}

/* --- targets that do not count -------------------------------------------------------------- */

static gboolean
read_half (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
           GError **error)
{
  const float *spoilt = data;

  for (int i = 0; i < 16; i++)
    {
      in[i] = (float) (i % 5) / 4.0f;
      target[i] = i % 2 ? *spoilt : 0.5f;
    }
  return TRUE;
}

/* With half of the targets no numbers, loss and derivative are those of the other half. */
static void
test_no_target (gconstpointer data)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse ("conv kernels=\"[[0.75]]\" bias=0.1", NULL);
  CnnTrainerOptions      options = { .loss = GPOINTER_TO_INT (data), .batch = 1, .workers = 1 };
  g_autoptr (CnnTrainer) trainer = cnn_trainer_new (network, (CnnShape) { 4, 4, 1 }, &options,
                                                    NULL);
  float                  spoilt = NAN;
  CnnTrainerSource       source = { read_half, &spoilt };
  CnnTrainerLoss         loss;
  double                 sum = 0.0, slope = 0.0;
  guint                  n;
  const CnnTrained      *trained;

  g_assert_true (cnn_trainer_gradient (trainer, 1, 0, &source, &loss, NULL));
  trained = cnn_trainer_trained (trainer, &n);
  for (int i = 0; i < 16; i += 2)
    {
      double x = (i % 5) / 4.0, by = 0.75 * x + 0.1 - 0.5;

      sum += (options.loss == CNN_LOSS_SQUARED_ERROR ? by * by : fabs (by)) / 8.0;
      slope += (options.loss == CNN_LOSS_SQUARED_ERROR ? 2.0 * by * x : by > 0.0 ? x : -x) / 8.0;
    }
  g_assert_cmpfloat_with_epsilon (loss.loss, sum, 1e-6);
  g_assert_cmpfloat_with_epsilon (trained[0].gradient[0], slope, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learn-network/median", test_median);
  g_test_add_func ("/learn-network/shared", test_shared);
  g_test_add_func ("/learn-network/mask", test_mask);
  g_test_add_func ("/learn-network/absolute", test_absolute);
  g_test_add_func ("/learn-network/automatic/kernel", test_automatic_kernel);
  g_test_add_func ("/learn-network/automatic/curve", test_automatic_curve);
  g_test_add_func ("/learn-network/automatic/noise", test_automatic_noise);
  g_test_add_func ("/learn-network/positions", test_positions);
  g_test_add_data_func ("/learn-network/same/kernel", GINT_TO_POINTER (CNN_FILTER_KERNEL),
                        test_same);
  g_test_add_data_func ("/learn-network/same/small", GINT_TO_POINTER (CNN_FILTER_SMALL),
                        test_same);
  g_test_add_data_func ("/learn-network/same/deep", GINT_TO_POINTER (CNN_FILTER_DEEP), test_same);
  g_test_add_func ("/learn-network/held-back", test_held_back);
  g_test_add_func ("/learn-network/stop", test_stop);
  g_test_add_func ("/learn-network/stop-at-once", test_stop_at_once);
  g_test_add_func ("/learn-network/cancel", test_cancel);
  g_test_add_data_func ("/learn-network/saved/kernel", GINT_TO_POINTER (CNN_FILTER_KERNEL),
                        test_saved);
  g_test_add_data_func ("/learn-network/saved/small", GINT_TO_POINTER (CNN_FILTER_SMALL),
                        test_saved);
  g_test_add_data_func ("/learn-network/no-target/squared",
                        GINT_TO_POINTER (CNN_LOSS_SQUARED_ERROR), test_no_target);
  g_test_add_data_func ("/learn-network/no-target/absolute",
                        GINT_TO_POINTER (CNN_LOSS_ABSOLUTE_ERROR), test_no_target);
  return g_test_run ();
}
