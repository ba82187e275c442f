/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter-test.h"

#include <math.h>
#include <string.h>

#include "error.h"

#define HEIGHT 150
#define WIDTH  200

/* --- the pictures ------------------------------------------------------------------------ */

/** filter_test_before: what the picture before stores there, 0 to 0.6. */
float
filter_test_before (int y, int x, int channel)
{
  double waves = sin (x / (7.0 + 3.0 * channel)) * cos (y / (11.0 - 2.0 * channel));

  return (float) (0.3 + 0.15 * waves + (hypot (x - 100, y - 75) < 40.0 ? 0.15 : 0.0));
}

/* Numbers of alternative 1 are squares of what is stored. */
static gboolean
read_part (gpointer data, guint alternative, gboolean after, const CnnRect *rect, float *values,
           GError **error)
{
  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++)
      for (int c = 0; c < 3; c++)
        {
          float value = filter_test_before (y, x, c) + (after ? 0.4f : 0.0f);

          *values++ = alternative == 1 ? value * value : value;
        }
  return TRUE;
}

static void
stored (gpointer data, guint alternative, const float *values, gsize n, float *to)
{
  for (gsize i = 0; i < 3 * n; i++)
    to[i] = alternative == 1 ? sqrtf (values[i]) : values[i];
}

/** filter_test_picture: colours, in two alternatives; after is four tenths brighter. */
const CnnFilterPicture *
filter_test_picture (void)
{
  static const CnnFilterPicture picture = { { HEIGHT, WIDTH, 3 }, 2, read_part, stored, NULL };

  return &picture;
}

/* --- who learns -------------------------------------------------------------------------- */

static struct
{
  GMutex      mutex;
  int         allowed;  /* steps */
  int         step;     /* that it is at; only the learner changes it */
  const char *sentence; /* (nullable): what goes wrong after the allowed steps */
  gboolean    kernel;   /* what is learnt is a kernel */
  gboolean    none;     /* nothing is found */
} fake;

/** filter_test_reset: nothing is allowed yet. */
void
filter_test_reset (void)
{
  g_mutex_lock (&fake.mutex);
  fake.allowed = fake.step = 0;
  fake.sentence = NULL;
  fake.kernel = fake.none = FALSE;
  g_mutex_unlock (&fake.mutex);
}

/** filter_test_allow: lets it go on until so many steps are done. */
void
filter_test_allow (int steps)
{
  g_mutex_lock (&fake.mutex);
  fake.allowed = steps;
  g_mutex_unlock (&fake.mutex);
}

/** filter_test_fail: makes it end with that error after the steps that are allowed. */
void
filter_test_fail (const char *sentence)
{
  g_mutex_lock (&fake.mutex);
  fake.sentence = sentence;
  g_mutex_unlock (&fake.mutex);
}

/** filter_test_kernel: makes what is learnt a 3×3 kernel for each channel. */
void
filter_test_kernel (void)
{
  g_mutex_lock (&fake.mutex);
  fake.kernel = TRUE;
  g_mutex_unlock (&fake.mutex);
}

/** filter_test_none: makes what is learnt no better than nothing. */
void
filter_test_none (void)
{
  g_mutex_lock (&fake.mutex);
  fake.none = TRUE;
  g_mutex_unlock (&fake.mutex);
}

static CnnNetwork *
network_after (int step)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = g_strdup_printf ("input ?x?x3\nadd values=0.%d", step);
  CnnNetwork        *network = cnn_network_parse (text, &error);

  g_assert_no_error (error);
  return network;
}

static CnnNetwork *
learning_network (CnnFilterLearning *learning, GError **error)
{
  return network_after (fake.step);
}

/* Takes the next step where it is allowed; what is to go wrong to @sentence. */
static gboolean
take_step (const char **sentence)
{
  gboolean may;

  g_mutex_lock (&fake.mutex);
  may = fake.step < MIN (fake.allowed, FILTER_TEST_STEPS);
  fake.step += may;
  *sentence = may ? NULL : fake.sentence;
  g_mutex_unlock (&fake.mutex);
  return may;
}

static void
add_kernel (CnnFilterResult *result)
{
  const int    dims[] = { 3, 3, 3, 1 };
  const double cross[] = { 0.0, 0.125, 0.0, 0.125, 0.5, 0.125, 0.0, 0.125, 0.0 };

  result->model = CNN_FILTER_KERNEL;
  result->kernels = cnn_tensor_new (4, dims);
  result->offset = g_new0 (double, 3);
  for (int o = 0; o < 3; o++)
    for (int i = 0; i < 9; i++)
      result->kernels->values[9 * o + i] = (float) (cross[i] * (o + 1));
}

static CnnFilterResult *
new_result (int steps)
{
  CnnFilterResult *result = g_new0 (CnnFilterResult, 1);

  result->model = steps <= 2 ? CNN_FILTER_KERNEL : CNN_FILTER_SMALL;
  result->network = network_after (steps);
  result->found = steps > 0 && !fake.none;
  result->identity = FILTER_TEST_IDENTITY;
  result->psnr = FILTER_TEST_IDENTITY + 3.0 * steps;
  result->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  result->steps = (guint64) steps;
  result->seconds = steps;
  if (fake.kernel)
    add_kernel (result);
  return result;
}

static CnnFilterResult *
learn (CnnPairs *const *alternatives, guint n_alternatives, const CnnFilterOptions *options,
       CnnFilterFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  CnnFilterPoint history[FILTER_TEST_STEPS];
  CnnFilterState state = { .identity = FILTER_TEST_IDENTITY, .history = history };
  const char    *sentence = NULL;
  gboolean       goes_on = TRUE;

  while (goes_on && fake.step < FILTER_TEST_STEPS && !g_cancellable_is_cancelled (cancellable))
    {
      state.changed = take_step (&sentence);
      if (sentence)
        break;
      if (state.changed)
        {
          double psnr = FILTER_TEST_IDENTITY + 3.0 * fake.step;

          state.n_history = fake.step == 3 ? 0 : state.n_history;
          history[state.n_history++] = (CnnFilterPoint) { fake.step, 0.5 / fake.step, psnr };
          state.model = fake.step <= 2 ? CNN_FILTER_KERNEL : CNN_FILTER_SMALL;
          state.step = fake.step <= 2 ? 0 : 100 * (guint64) fake.step;
          state.fraction = fake.step / (double) FILTER_TEST_STEPS;
          state.seconds = fake.step;
          state.psnr = state.best = psnr;
        }
      if (fake.step > 0)
        goes_on = func (NULL, &state, data);
      if (!state.changed)
        g_usleep (2000);
    }
  if (sentence)
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_SPEC, sentence);
  else if (g_cancellable_is_cancelled (cancellable))
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_CANCELLED, "cancelled");
  return sentence || g_cancellable_is_cancelled (cancellable) ? NULL : new_result (fake.step);
}

/** filter_test_learner: takes the steps that are allowed. */
const CnnFilterLearner *
filter_test_learner (void)
{
  static const CnnFilterLearner learner = { learn, learning_network };

  return &learner;
}

/** filter_test_options: what is said of it; @seconds is ten. */
CnnFilterOptions
filter_test_options (void)
{
  return (CnnFilterOptions) { .seconds = 10.0 };
}
