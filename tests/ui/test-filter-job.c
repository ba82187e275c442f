/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "filter-job.h"
#include "filter-test.h"
#include "filter-words.h"
#include "plan.h"

/* Learning a filter in a thread, what is looked at, and what is said of it. */

/* --- a part of the pictures -------------------------------------------------------------- */

/* All that a network makes of the picture before, in one run over the whole of it. */
static CnnTensor *
run_whole (CnnNetwork *network, guint alternative)
{
  const CnnFilterPicture *picture = filter_test_picture ();
  CnnRect                 all = { 0, 0, picture->shape.width, picture->shape.height };
  const int               dims[] = { all.height, all.width, 3 };
  g_autoptr (CnnTensor)   in = cnn_tensor_new (3, dims);
  CnnTensor              *out = cnn_tensor_new (3, dims);
  guint                   last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan)     plan = cnn_plan_new (network, picture->shape, 1, &last, NULL, NULL);
  CnnSource               source = { .memory = in->values };
  CnnSink                 sink = { .memory = (float *const[]) { out->values } };

  g_assert_true (picture->read (NULL, alternative, FALSE, &all, in->values, NULL));
  g_assert_true (cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, NULL));
  return out;
}

static void
check_place (CnnNetwork *network, guint alternative, const CnnRect *rect, const CnnTensor *whole)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (CnnFilterPlace) place = cnn_filter_place_new (filter_test_picture (), rect, &error);
  g_autoptr (CnnTensor)      part = NULL;

  g_assert_no_error (error);
  part = cnn_filter_place_learned (place, network, alternative, NULL, &error);
  g_assert_no_error (error);
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      for (int c = 0; c < 3; c++)
        {
          int    at = (y * rect->width + x) * 3 + c;
          float  value = whole->values[((y + rect->y) * 200 + x + rect->x) * 3 + c];
          double expected = alternative == 1 ? sqrt (value) : value;

          g_assert_cmpfloat_with_epsilon (part->values[at], expected, 2e-5);
          g_assert_cmpfloat (place->before->values[at], ==,
                             filter_test_before (y + rect->y, x + rect->x, c));
          g_assert_cmpfloat (place->after->values[at], ==,
                             filter_test_before (y + rect->y, x + rect->x, c) + 0.4f);
        }
}

/* What is seen of a part is what the network makes of the whole picture there, also where what
 * the network sees lies outside of the part, or of the picture. */
static void
test_place (void)
{
  static const CnnRect rects[] = {
    { 60, 40, 50, 30 }, { 0, 0, 40, 40 }, { 170, 120, 30, 30 }, { 0, 0, 200, 150 },
    { 5, 149, 1, 1 },
  };
  /* The largest kernel that can be learnt, and deep layers. */
  static const char *const networks[] = {
    "input ?x?x3\nconv 3 63x63 pad=same border=replicate seed=5",
    "input ?x?x3\nconv 6 9x9 pad=same border=replicate seed=3\nrelu\n"
    "conv 3 9x9 pad=same border=replicate seed=4\nabs",
  };

  for (guint alternative = 0; alternative < 2; alternative++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (networks[alternative], &error);
      g_autoptr (CnnTensor)  whole = NULL;

      g_assert_no_error (error);
      whole = run_whole (network, alternative);
      for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
        check_place (network, alternative, &rects[i], whole);
    }
}

/* --- a job ------------------------------------------------------------------------------- */

typedef struct
{
  CnnFilterJob     *job;
  CnnFilterSnapshot seen;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  CnnFilterOptions options = filter_test_options ();

  filter_test_reset ();
  f->job = cnn_filter_job_new (filter_test_learner (), NULL, 0, &options);
  cnn_filter_snapshot_init (&f->seen);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  cnn_filter_snapshot_clear (&f->seen);
  g_clear_pointer (&f->job, cnn_filter_job_free);
}

#define WAIT_UNTIL(f, condition)                                                                  \
  for (gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC; ;)                             \
    {                                                                                             \
      cnn_filter_job_peek ((f)->job, &(f)->seen);                                                 \
      if (condition)                                                                              \
        break;                                                                                    \
      g_assert_cmpint (g_get_monotonic_time (), <, end);                                          \
      g_usleep (2000);                                                                            \
    }

static CnnFilterPlace *
place_at (int x, int y)
{
  CnnRect         rect = { x, y, 20, 10 };
  CnnFilterPlace *place = cnn_filter_place_new (filter_test_picture (), &rect, NULL);

  g_assert_nonnull (place);
  return place;
}

/* What is seen is of that place, after so many steps. */
static gboolean
sees (const Fixture *f, const CnnFilterPlace *place, int steps)
{
  if (f->seen.place != place)
    return FALSE;
  for (gsize i = 0; i < cnn_tensor_length (place->before); i++)
    if (fabs (f->seen.learned->values[i] - place->before->values[i] - steps / 10.0) > 1e-5)
      return FALSE;
  return TRUE;
}

static void
test_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnFilterPlace) place = place_at (10, 20), other = place_at (100, 60);
  CnnFilterResult           *result;

  cnn_filter_job_look (f->job, place);
  cnn_filter_job_start (f->job);
  cnn_filter_job_peek (f->job, &f->seen);
  g_assert_false (f->seen.started);
  filter_test_allow (1);
  WAIT_UNTIL (f, f->seen.learned != NULL);
  g_assert_true (sees (f, place, 1));
  g_assert_cmpint (f->seen.phase, ==, CNN_FILTER_LEARNING);
  g_assert_cmpint (f->seen.state.model, ==, CNN_FILTER_KERNEL);

  filter_test_allow (FILTER_TEST_STEPS);
  WAIT_UNTIL (f, f->seen.phase != CNN_FILTER_LEARNING);
  g_assert_cmpint (f->seen.phase, ==, CNN_FILTER_DONE);
  /* The course is of both models, one after the other. */
  g_assert_cmpuint (f->seen.course->len, ==, FILTER_TEST_STEPS);
  for (int i = 0; i < FILTER_TEST_STEPS; i++)
    {
      const CnnFilterMark *mark = &g_array_index (f->seen.course, CnnFilterMark, i);

      g_assert_cmpint (mark->model, ==, i < 2 ? CNN_FILTER_KERNEL : CNN_FILTER_SMALL);
      g_assert_cmpfloat (mark->point.seconds, ==, i + 1.0);
      g_assert_cmpfloat (mark->point.psnr, ==, FILTER_TEST_IDENTITY + 3.0 * (i + 1));
    }
  /* What is looked at is what was learnt in the end, and can be another part. */
  WAIT_UNTIL (f, sees (f, place, FILTER_TEST_STEPS));
  cnn_filter_job_look (f->job, other);
  WAIT_UNTIL (f, sees (f, other, FILTER_TEST_STEPS));
  result = cnn_filter_job_finish (g_steal_pointer (&f->job));
  g_assert_cmpuint (result->steps, ==, FILTER_TEST_STEPS);
  cnn_filter_result_free (result);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  filter_test_allow (3);
  cnn_filter_job_start (f->job);
  WAIT_UNTIL (f, f->seen.course->len == 3);
  cnn_filter_job_stop (f->job);
  WAIT_UNTIL (f, f->seen.phase != CNN_FILTER_LEARNING);
  g_assert_cmpint (f->seen.phase, ==, CNN_FILTER_DONE);
  g_assert_cmpuint (f->seen.result->steps, ==, 3);
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  filter_test_allow (3);
  cnn_filter_job_start (f->job);
  WAIT_UNTIL (f, f->seen.course->len == 3);
  cnn_filter_job_cancel (f->job);
  WAIT_UNTIL (f, f->seen.phase != CNN_FILTER_LEARNING);
  g_assert_cmpint (f->seen.phase, ==, CNN_FILTER_CANCELLED);
  g_assert_null (f->seen.result);
  g_assert_null (cnn_filter_job_finish (g_steal_pointer (&f->job)));
}

static void
test_failure (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  filter_test_allow (1);
  filter_test_fail ("the pictures are the same");
  cnn_filter_job_start (f->job);
  WAIT_UNTIL (f, f->seen.phase != CNN_FILTER_LEARNING);
  g_assert_cmpint (f->seen.phase, ==, CNN_FILTER_FAILED);
  g_assert_null (f->seen.result);
  text = cnn_filter_state_text (&f->seen);
  g_assert_cmpstr (text, ==, "the pictures are the same");
}

/* A job that is freed while it learns ends at once, wherever it is. */
static void
test_freed (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnFilterPlace) place = place_at (0, 0);

  filter_test_allow (2);
  cnn_filter_job_look (f->job, place);
  cnn_filter_job_start (f->job);
  WAIT_UNTIL (f, f->seen.course->len > 0);
}

/* --- words ------------------------------------------------------------------------------- */

static void
check_result (const CnnFilterResult *result, const char *expected)
{
  g_autofree char *text = cnn_filter_result_text (result);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_words (void)
{
  const int             grey[] = { 1, 5, 5, 1 }, each[] = { 3, 7, 7, 1 }, across[] = { 3, 1, 1, 3 };
  g_autoptr (CnnTensor) one = cnn_tensor_new (4, grey), three = cnn_tensor_new (4, each);
  g_autoptr (CnnTensor) nine = cnn_tensor_new (4, across);
  CnnFilterResult       result = { .model = CNN_FILTER_KERNEL, .found = TRUE, .psnr = 52.31,
                                   .kernels = one };

  check_result (&result, "Learnt: a 5×5 kernel, 52.3 dB: no eye sees the difference");
  result.kernels = three;
  result.psnr = 41.0;
  check_result (&result, "Learnt: a 7×7 kernel for each channel, 41.0 dB: the difference can "
                         "hardly be seen");
  result.kernels = nine;
  result.psnr = 200.0;
  check_result (&result, "Learnt: a 1×1 kernel across the channels that gives exactly the picture "
                         "after");
  result = (CnnFilterResult) { .model = CNN_FILTER_DEEP, .found = TRUE, .psnr = 33.0 };
  check_result (&result, "Learnt: a deep network, 33.0 dB: small differences remain");
  result.psnr = 25.0;
  check_result (&result, "Learnt: a deep network, 25.0 dB: it comes near, but differs visibly");
  result.found = FALSE;
  check_result (&result, "No filter was found: nothing that was learnt from one part of the "
                         "picture makes another part more like the picture after.");
}

static void
test_state_words (void)
{
  CnnFilterSnapshot seen = { .phase = CNN_FILTER_LEARNING, .limit = 60.0 };
  g_autofree char  *before = cnn_filter_state_text (&seen), *during = NULL, *quality = NULL;

  g_assert_cmpstr (before, ==, "Looking at the pictures…");
  seen.started = TRUE;
  seen.state = (CnnFilterState) { .model = CNN_FILTER_SMALL, .step = 1200, .fraction = 0.25,
                                  .seconds = 10.0, .identity = 24.04, .psnr = 31.0,
                                  .best = 31.56 };
  during = cnn_filter_state_text (&seen);
  g_assert_cmpstr (during, ==, "Learning a small network · 1200 steps · 30 s left");
  quality = cnn_filter_quality_text (&seen);
  g_assert_cmpstr (quality, ==, "PSNR before: 24.0 dB, now 31.0 dB, best 31.6 dB");
  /* What is left is never more than what it may take. */
  seen.state.seconds = 50.0;
  g_free (during);
  during = cnn_filter_state_text (&seen);
  g_assert_cmpstr (during, ==, "Learning a small network · 1200 steps · 10 s left");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filter-job/place", test_place);
  g_test_add ("/filter-job/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/filter-job/stop", Fixture, NULL, set_up, test_stop, tear_down);
  g_test_add ("/filter-job/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/filter-job/failure", Fixture, NULL, set_up, test_failure, tear_down);
  g_test_add ("/filter-job/freed", Fixture, NULL, set_up, test_freed, tear_down);
  g_test_add_func ("/filter-job/words", test_words);
  g_test_add_func ("/filter-job/state-words", test_state_words);
  return g_test_run ();
}
