/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "learn-scene.h"

/* One kernel learnt from pictures before and after it: that it is the kernel, which size and
 * channels are chosen, and what is said where nothing can be learnt. */

#define SIDE 96

/* --- kernels are recovered ------------------------------------------------------------------ */

typedef struct
{
  const char *name;
  int         channels;
  int         size;
  gboolean    across;
  gboolean    asked;  /* for the size and the channels */
  double      offset;
  double      clip;   /* after is clamped to 0 … 1 */
  double      mask;   /* share of the cells that count nothing and have anything after */
  double      within;
} Recovered;

static const Recovered recovered[] = {
  { "each-3", 3, 3, FALSE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "each-5", 3, 5, FALSE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "across-3", 3, 3, TRUE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "across-5", 3, 5, TRUE, TRUE, 0.0, FALSE, 0.0, 1e-4 },
  { "across-1", 3, 1, TRUE, FALSE, 0.05, FALSE, 0.0, 1e-4 },
  { "grey-7", 1, 7, FALSE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "grey-11", 1, 11, FALSE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "two-channels", 2, 3, TRUE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "four-channels", 4, 3, FALSE, FALSE, 0.0, FALSE, 0.0, 1e-4 },
  { "offset", 3, 3, FALSE, FALSE, 0.3, FALSE, 0.0, 1e-4 },
  { "clipped", 3, 3, FALSE, FALSE, 0.1, TRUE, 0.0, 1e-4 },
  { "clipped-across", 3, 3, TRUE, FALSE, 0.1, TRUE, 0.0, 1e-4 },
  { "mask", 3, 5, FALSE, FALSE, 0.0, FALSE, 0.4, 1e-4 },
};

/* Whether the result's numbers are those of the kernel. */
static void
is_kernel (const CnnFilterResult *result, const SceneKernel *kernel, double within)
{
  gsize seen = (gsize) result->kernels->dims[3];

  g_assert_cmpint (result->kernels->dims[0], ==, kernel->channels);
  g_assert_cmpint (result->kernels->dims[1], ==, kernel->size);
  g_assert_cmpint (result->kernels->dims[2], ==, kernel->size);
  g_assert_cmpint (seen, ==, kernel->across ? kernel->channels : 1);
  for (int o = 0; o < kernel->channels; o++)
    {
      gsize n = (gsize) kernel->size * kernel->size * seen;

      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon (result->kernels->values[o * n + i],
                                        kernel->weights[o * n + i], within);
      g_assert_cmpfloat_with_epsilon (result->offset[o], kernel->offset, within);
    }
}

static void
test_recovered (gconstpointer data)
{
  const Recovered      *test = data;
  g_autoptr (Scene)     scene = scene_new ((CnnShape) { SIDE, SIDE + 9, test->channels }, 3);
  g_autoptr (SceneKernel) kernel = scene_kernel_new (test->channels, test->size, test->across,
                                                     test->offset, 17);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions      options = scene_options ();

  scene_filter (scene, kernel);
  if (test->clip)
    {
      gsize n_clipped = scene_clip (scene);

      g_assert_cmpuint (n_clipped, >, cnn_shape_cells (scene->shape) / 50);
    }
  if (test->mask > 0.0)
    scene_mask (scene, test->mask);
  if (test->asked)
    {
      options.size = test->size;
      options.channels = test->across ? CNN_FILTER_CHANNELS_ACROSS : CNN_FILTER_CHANNELS_EACH;
    }
  result = scene_learn (scene, &options);
  g_assert_cmpint (result->model, ==, CNN_FILTER_KERNEL);
  is_kernel (result, kernel, test->within);
  g_assert_true (result->found);
  g_assert_cmpfloat (result->psnr, >, 90.0);
  g_assert_cmpfloat (result->residual, <, 1e-5);
}

/* Bytes: each value after is off by up to half a step, which many cells average out. */
static void
test_bytes (void)
{
  g_autoptr (Scene)       scene = scene_new ((CnnShape) { 2 * SIDE, 2 * SIDE, 3 }, 4);
  g_autoptr (SceneKernel) kernel = scene_kernel_new (3, 3, FALSE, 0.0, 5);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions        options = scene_options ();

  scene_round (scene->before, scene->shape);
  scene_filter (scene, kernel);
  scene_clip (scene);
  scene_round (scene->after, scene->shape);
  result = scene_learn (scene, &options);
  is_kernel (result, kernel, 0.01);
  g_assert_cmpfloat (result->psnr, >, 58.0);
}

/* Noise after: the kernel is still there, and a larger one is not taken for the noise's sake. */
static void
test_noise (void)
{
  g_autoptr (Scene)       scene = scene_new ((CnnShape) { 2 * SIDE, 2 * SIDE, 1 }, 4);
  g_autoptr (SceneKernel) kernel = scene_kernel_new (1, 3, FALSE, 0.0, 5);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions        options = scene_options ();

  scene_filter (scene, kernel);
  scene_noise (scene->after, scene->shape, 0.02, 77);
  result = scene_learn (scene, &options);
  is_kernel (result, kernel, 0.02);
  g_assert_cmpfloat_with_epsilon (result->psnr, -20.0 * log10 (0.02), 0.6);
  g_assert_cmpfloat_with_epsilon (result->residual, 0.02, 0.001);
}

/* In one of two alternatives it is a kernel, in the other it is not. */
static void
test_alternatives (void)
{
  g_autoptr (Scene)       scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 4);
  g_autoptr (SceneKernel) kernel = scene_kernel_new (3, 3, FALSE, 0.0, 5);
  g_autoptr (CnnFilterResult) result = NULL;
  g_autoptr (CnnPairs)    stored = NULL, squares = NULL;
  g_autoptr (GError)      error = NULL;
  CnnFilterOptions        options = scene_options ();

  scene_filter (scene, kernel);
  scene_clip (scene);
  squares = scene_pairs (scene, TRUE);
  scene_roots (scene);
  stored = scene_pairs (scene, FALSE);
  result = cnn_filter_learn ((CnnPairs *[]) { stored, squares }, 2, &options, NULL, NULL, NULL,
                             &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result->alternative, ==, 1);
  is_kernel (result, kernel, 1e-4);
  g_assert_cmpfloat (result->psnr, >, 80.0);
}

/* Several pairs are one set of equations: each alone leaves something open. */
static void
test_several (void)
{
  g_autoptr (Scene)       one = scene_new ((CnnShape) { SIDE, SIDE, 2 }, 4);
  g_autoptr (Scene)       other = scene_new ((CnnShape) { SIDE, SIDE / 2, 2 }, 5);
  g_autoptr (SceneKernel) kernel = scene_kernel_new (2, 3, FALSE, 0.0, 5);
  g_autoptr (CnnFilterResult) result = NULL, alone = NULL;
  g_autoptr (CnnPairs)    pairs = NULL;
  g_autoptr (GError)      error = NULL;
  CnnFilterOptions        options = scene_options ();

  scene_flat (one, 0);
  scene_flat (other, 1);
  scene_filter (one, kernel);
  scene_filter (other, kernel);
  options.size = 3;
  options.channels = CNN_FILTER_CHANNELS_EACH;
  alone = scene_learn (one, &options);
  g_assert_nonnull (g_hash_table_lookup (alone->notes, "convolens.filter.undetermined"));
  pairs = scene_pairs (one, FALSE);
  scene_add (other, pairs, &error);
  g_assert_no_error (error);
  result = cnn_filter_learn (&pairs, 1, &options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  is_kernel (result, kernel, 1e-4);
  g_assert_null (g_hash_table_lookup (result->notes, "convolens.filter.undetermined"));
}

/* Of a large picture only squares are read, and their edges are none of the picture. */
static void
test_large (void)
{
  g_autoptr (Scene)       scene = scene_new ((CnnShape) { 2100, 2050, 1 }, 4);
  g_autoptr (SceneKernel) kernel = scene_kernel_new (1, 3, FALSE, 0.1, 5);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions        options = scene_options ();

  scene_filter (scene, kernel);
  result = scene_learn (scene, &options);
  is_kernel (result, kernel, 1e-4);
  g_assert_cmpfloat (result->psnr, >, 90.0);
}

/* --- what is held back ---------------------------------------------------------------------- */

/* Whatever stands in what is held back, the same is learnt, and how good it is said to be depends
 * on nothing else. */
static void
test_held_back (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 4);
  g_autoptr (SceneKernel)     kernel = scene_kernel_new (3, 5, TRUE, 0.1, 5);
  g_autoptr (CnnFilterResult) result = NULL, spoilt = NULL;
  CnnFilterOptions            options = scene_options ();

  scene_filter (scene, kernel);
  options.size = 5;
  options.channels = CNN_FILTER_CHANNELS_ACROSS;
  result = scene_learn (scene, &options);
  scene_spoil_held (scene);
  spoilt = scene_learn (scene, &options);
  g_assert_cmpmem (result->kernels->values, 3 * 5 * 5 * 3 * sizeof (float),
                   spoilt->kernels->values, 3 * 5 * 5 * 3 * sizeof (float));
  g_assert_true (result->residual == spoilt->residual);
  g_assert_cmpfloat (result->psnr, >, 90.0);
  g_assert_cmpfloat (spoilt->psnr, <, 20.0);
}

/* Noise has nothing to do with noise: with half as many unknowns as cells, what is learnt by heart
 * fits what is learnt from, and must not fit what is held back. */
static void
test_by_heart (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { 48, 48, 1 }, 4);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions            options = scene_options ();

  for (gsize i = 0; i < 48 * 48; i++)
    scene->before[i] = scene->after[i] = 0.5f;
  scene_noise (scene->before, scene->shape, 0.1, 1);
  scene_noise (scene->after, scene->shape, 0.1, 2);
  options.size = 21;
  result = scene_learn (scene, &options);
  g_assert_cmpfloat (-20.0 * log10 (result->residual), >, 23.0);
  g_assert_cmpfloat (result->psnr, <, 19.0);
  g_assert_false (result->found);
}

static void
test_unrelated (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 4);
  g_autoptr (Scene)           other = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 5);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions            options = scene_options ();

  memcpy (scene->after, other->before, cnn_shape_cells (scene->shape) * sizeof (float));
  result = scene_learn (scene, &options);
  g_assert_false (result->found);
}

/* What is said of the network is what the network does, on all cells that were held back. */
static void
test_network (void)
{
  g_autoptr (Scene)           scene = scene_new ((CnnShape) { SIDE, SIDE, 3 }, 4);
  g_autoptr (SceneKernel)     kernel = scene_kernel_new (3, 5, TRUE, 0.1, 5);
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions            options = scene_options ();

  scene_filter (scene, kernel);
  options.size = 3;
  result = scene_learn (scene, &options);
  scene_check_network (scene, result);
}

/* --- nothing can be learnt ------------------------------------------------------------------ */

static void
refused (Scene *scene, const CnnFilterOptions *options, CnnError code, const char *words)
{
  g_autoptr (GError)          error = NULL;
  g_autoptr (CnnPairs)        pairs = scene_no_pairs (scene, FALSE);
  g_autoptr (CnnFilterResult) result = NULL;

  if (scene_add (scene, pairs, &error))
    result = cnn_filter_learn (&pairs, 1, options, NULL, NULL, NULL, &error);
  g_assert_null (result);
  g_assert_error (error, CNN_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_errors (void)
{
  g_autoptr (Scene)    scene = scene_new ((CnnShape) { 32, 40, 3 }, 4);
  g_autoptr (Scene)    small = scene_new ((CnnShape) { 7, 40, 3 }, 4);
  g_autoptr (CnnPairs) none = scene_no_pairs (scene, FALSE);
  g_autoptr (GError)   error = NULL;
  CnnFilterOptions     options = scene_options ();
  float                kept;

  g_assert_null (cnn_filter_learn (&none, 1, &options, NULL, NULL, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  refused (small, &options, CNN_ERROR_SHAPE, "too small");
  refused (scene, &options, CNN_ERROR_SHAPE, "are the same");
  scene_noise (scene->after, scene->shape, 0.1, 1);
  options.size = 31;
  refused (scene, &options, CNN_ERROR_SHAPE, "31×31");
  options.size = 0;
  kept = scene->before[(5 * 40 + 7) * 3 + 1];
  scene->before[(5 * 40 + 7) * 3 + 1] = NAN;
  refused (scene, &options, CNN_ERROR_FORMAT, "column 7, row 5");
  scene->before[(5 * 40 + 7) * 3 + 1] = kept;
  scene->after[(6 * 40 + 9) * 3] = INFINITY;
  refused (scene, &options, CNN_ERROR_FORMAT, "column 9, row 6");
  /* But where it does not count it may be anything. */
  scene->counts[6 * 40 + 9] = 0.0f;
  g_clear_pointer (&none, cnn_pairs_unref);
  none = scene_pairs (scene, FALSE);
  for (gsize i = 0; i < 32 * 40 * 3; i++)
    scene->after[i] = 0.25f;
  refused (scene, &options, CNN_ERROR_SHAPE, "the picture after is empty");
  for (gsize i = 0; i < 32 * 40 * 3; i++)
    scene->before[i] = 0.5f;
  refused (scene, &options, CNN_ERROR_SHAPE, "the picture before is empty");
  memset (scene->counts, 0, 32 * 40 * sizeof (float));
  refused (scene, &options, CNN_ERROR_SHAPE, "counts");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (recovered); i++)
    {
      g_autofree char *path = g_strdup_printf ("/learn-filter/recovered/%s", recovered[i].name);

      g_test_add_data_func (path, &recovered[i], test_recovered);
    }
  g_test_add_func ("/learn-filter/bytes", test_bytes);
  g_test_add_func ("/learn-filter/noise", test_noise);
  g_test_add_func ("/learn-filter/alternatives", test_alternatives);
  g_test_add_func ("/learn-filter/several", test_several);
  g_test_add_func ("/learn-filter/large", test_large);
  g_test_add_func ("/learn-filter/held-back", test_held_back);
  g_test_add_func ("/learn-filter/by-heart", test_by_heart);
  g_test_add_func ("/learn-filter/unrelated", test_unrelated);
  g_test_add_func ("/learn-filter/network", test_network);
  g_test_add_func ("/learn-filter/errors", test_errors);
  return g_test_run ();
}
