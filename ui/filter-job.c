/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Learning a filter in a thread, and what others see of it. */

#include "filter-job.h"

#include <string.h>

#include "error.h"
#include "work-thread.h"

/* The picture that is looked at is made no more often than anybody could follow … */
#define LOOK_EVERY (G_USEC_PER_SEC / 8)

/* … and takes no more than one in so many parts of the time. */
#define LOOK_SHARE 10

struct _CnnFilterJob
{
  CnnFilterLearner  learner;
  CnnFilterOptions  options;
  CnnPairs        **alternatives;
  guint             n_alternatives;
  CnnFilterResult  *result; /* (nullable) */

  /* Of the thread that learns. */
  gboolean          fresh;     /* the weights are others than those that were looked at */
  gint64            next_look; /* not before this time */

  WorkThread        work;
  CnnFilterPlace   *wanted;    /* (nullable): what a person looks at */
  guint             n_marked;  /* points of the model that is at the end of the course */
  CnnFilterSnapshot seen;
};

/** cnn_filter_learner_default: the engine. */
const CnnFilterLearner *
cnn_filter_learner_default (void)
{
  static const CnnFilterLearner engine = { cnn_filter_learn, cnn_filter_learning_network };

  return &engine;
}

/** cnn_filter_snapshot_init: of nothing yet. */
void
cnn_filter_snapshot_init (CnnFilterSnapshot *snapshot)
{
  memset (snapshot, 0, sizeof *snapshot);
  snapshot->course = g_array_new (FALSE, FALSE, sizeof (CnnFilterMark));
}

/** cnn_filter_snapshot_clear: frees what is in it; the result is the job's. */
void
cnn_filter_snapshot_clear (CnnFilterSnapshot *snapshot)
{
  g_clear_pointer (&snapshot->course, g_array_unref);
  g_clear_pointer (&snapshot->place, cnn_filter_place_unref);
  g_clear_pointer (&snapshot->learned, cnn_tensor_unref);
  g_clear_error (&snapshot->error);
  snapshot->result = NULL;
}

/**
 * cnn_filter_job_new:
 * @learner: who learns
 * @alternatives: as for cnn_filter_learn(); the job takes references
 * @options: as for cnn_filter_learn()
 *
 * Returns: (transfer full): the job, not begun yet
 */
CnnFilterJob *
cnn_filter_job_new (const CnnFilterLearner *learner, CnnPairs *const *alternatives,
                    guint n_alternatives, const CnnFilterOptions *options)
{
  CnnFilterJob *job = g_new0 (CnnFilterJob, 1);

  job->learner = *learner;
  job->options = *options;
  job->n_alternatives = n_alternatives;
  job->alternatives = g_new (CnnPairs *, n_alternatives);
  for (guint i = 0; i < n_alternatives; i++)
    job->alternatives[i] = cnn_pairs_ref (alternatives[i]);
  work_thread_init (&job->work);
  cnn_filter_snapshot_init (&job->seen);
  job->seen.limit = options->seconds;
  return job;
}

/** cnn_filter_job_free: cancels it where it still runs, and waits for that. */
void
cnn_filter_job_free (CnnFilterJob *job)
{
  work_thread_join (&job->work);
  work_thread_clear (&job->work);
  cnn_filter_snapshot_clear (&job->seen);
  g_clear_pointer (&job->wanted, cnn_filter_place_unref);
  g_clear_pointer (&job->result, cnn_filter_result_free);
  for (guint i = 0; i < job->n_alternatives; i++)
    cnn_pairs_unref (job->alternatives[i]);
  g_free (job->alternatives);
  g_free (job);
}

/**
 * cnn_filter_job_finish:
 * @job: (transfer full): one that is done
 *
 * Ends it for good, also what is looked at.
 *
 * Returns: (transfer full) (nullable): what was learnt
 */
CnnFilterResult *
cnn_filter_job_finish (CnnFilterJob *job)
{
  CnnFilterResult *result;

  work_thread_join (&job->work);
  result = g_steal_pointer (&job->result);
  cnn_filter_job_free (job);
  return result;
}

/* --- what is looked at ------------------------------------------------------------------- */

/* Makes the picture and hands it over. What cannot be made is not shown: the learning itself says
 * what is wrong. */
static void
show_place (CnnFilterJob *job, CnnFilterPlace *place, CnnNetwork *network, guint alternative)
{
  CnnTensor *learned = cnn_filter_place_learned (place, network, alternative,
                                                 job->work.cancellable, NULL);

  if (learned == NULL)
    return;
  g_mutex_lock (&job->work.mutex);
  g_clear_pointer (&job->seen.place, cnn_filter_place_unref);
  g_clear_pointer (&job->seen.learned, cnn_tensor_unref);
  job->seen.place = cnn_filter_place_ref (place);
  job->seen.learned = learned;
  g_mutex_unlock (&job->work.mutex);
}

/* Between two minibatches. */
static void
look_while_learning (CnnFilterJob *job, CnnFilterLearning *learning, guint alternative,
                     CnnFilterPlace *place)
{
  gint64                 begin = g_get_monotonic_time (), took;
  g_autoptr (CnnNetwork) network = job->learner.network (learning, NULL);

  if (network)
    show_place (job, place, network, alternative);
  took = g_get_monotonic_time () - begin;
  job->next_look = begin + MAX (LOOK_EVERY, took * LOOK_SHARE);
  job->fresh = FALSE;
}

/* After the end: whatever a person turns to, until the job is freed. */
static void
look_afterwards (CnnFilterJob *job)
{
  g_autoptr (CnnFilterPlace) last = NULL;

  g_mutex_lock (&job->work.mutex);
  while (!g_cancellable_is_cancelled (job->work.cancellable))
    {
      if (job->wanted == NULL || job->wanted == last)
        {
          g_cond_wait (&job->work.cond, &job->work.mutex);
          continue;
        }
      g_clear_pointer (&last, cnn_filter_place_unref);
      last = cnn_filter_place_ref (job->wanted);
      g_mutex_unlock (&job->work.mutex);
      show_place (job, last, job->result->network, job->result->alternative);
      g_mutex_lock (&job->work.mutex);
    }
  g_mutex_unlock (&job->work.mutex);
}

/* --- learning ---------------------------------------------------------------------------- */

/* Holds the mutex. The history is that of one model, and begins anew with the next. */
static void
take_state (CnnFilterJob *job, const CnnFilterState *state)
{
  CnnFilterSnapshot *seen = &job->seen;

  if (seen->started && (seen->state.model != state->model ||
                        seen->state.alternative != state->alternative))
    job->n_marked = 0;
  for (; job->n_marked < state->n_history; job->n_marked++)
    {
      CnnFilterMark mark = { state->model, state->alternative, state->history[job->n_marked] };

      g_array_append_val (seen->course, mark);
    }
  seen->state = *state;
  seen->state.history = NULL;
  seen->started = TRUE;
}

static gboolean
after_step (CnnFilterLearning *learning, const CnnFilterState *state, gpointer data)
{
  CnnFilterJob              *job = data;
  gint64                     now = g_get_monotonic_time ();
  g_autoptr (CnnFilterPlace) place = NULL;
  gboolean                   goes_on;

  job->fresh = job->fresh || state->changed;
  g_mutex_lock (&job->work.mutex);
  take_state (job, state);
  goes_on = !job->work.stop;
  if (job->wanted && (job->fresh || job->wanted != job->seen.place))
    place = cnn_filter_place_ref (job->wanted);
  g_mutex_unlock (&job->work.mutex);
  if (place && goes_on && now >= job->next_look)
    look_while_learning (job, learning, state->alternative, place);
  return goes_on;
}

/* @error: (transfer full) (nullable) */
static void
end (CnnFilterJob *job, GError *error)
{
  CnnFilterSnapshot *seen = &job->seen;

  g_mutex_lock (&job->work.mutex);
  /* Who has thrown it away gets nothing, even if it was there already. */
  if (g_cancellable_is_cancelled (job->work.cancellable))
    {
      g_clear_pointer (&job->result, cnn_filter_result_free);
      g_clear_error (&error);
      seen->phase = CNN_FILTER_CANCELLED;
    }
  else
    seen->phase = job->result ? CNN_FILTER_DONE : CNN_FILTER_FAILED;
  seen->result = job->result;
  seen->error = error;
  g_mutex_unlock (&job->work.mutex);
}

static gpointer
run_thread (gpointer data)
{
  CnnFilterJob *job = data;
  GError       *error = NULL;

  job->result = job->learner.learn (job->alternatives, job->n_alternatives, &job->options,
                                    after_step, job, job->work.cancellable, &error);
  end (job, error);
  if (job->result)
    look_afterwards (job);
  return NULL;
}

/** cnn_filter_job_start: does it in a thread of its own. */
void
cnn_filter_job_start (CnnFilterJob *job)
{
  work_thread_start (&job->work, "filter", run_thread, job);
}

/* --- what others do ---------------------------------------------------------------------- */

/** cnn_filter_job_look: makes @place what is shown, as soon as that can be made. */
void
cnn_filter_job_look (CnnFilterJob *job, CnnFilterPlace *place)
{
  g_mutex_lock (&job->work.mutex);
  cnn_filter_place_ref (place);
  g_clear_pointer (&job->wanted, cnn_filter_place_unref);
  job->wanted = place;
  g_cond_broadcast (&job->work.cond);
  g_mutex_unlock (&job->work.mutex);
}

/** cnn_filter_job_stop: ends learning soon; the best so far is the result. */
void
cnn_filter_job_stop (CnnFilterJob *job)
{
  work_thread_stop (&job->work);
}

/** cnn_filter_job_cancel: ends it without a result. One that is done stays as it is. */
void
cnn_filter_job_cancel (CnnFilterJob *job)
{
  gboolean learns;

  g_mutex_lock (&job->work.mutex);
  learns = job->seen.phase == CNN_FILTER_LEARNING;
  g_mutex_unlock (&job->work.mutex);
  if (learns)
    work_thread_cancel (&job->work);
}

/**
 * cnn_filter_job_peek:
 * @snapshot: (inout): takes what has changed since it was taken last, from the same job
 */
void
cnn_filter_job_peek (CnnFilterJob *job, CnnFilterSnapshot *snapshot)
{
  const CnnFilterSnapshot *seen = &job->seen;

  g_mutex_lock (&job->work.mutex);
  snapshot->phase = seen->phase;
  snapshot->state = seen->state;
  snapshot->started = seen->started;
  snapshot->limit = seen->limit;
  snapshot->result = seen->result;
  if (snapshot->course->len < seen->course->len)
    g_array_append_vals (snapshot->course,
                         &g_array_index (seen->course, CnnFilterMark, snapshot->course->len),
                         seen->course->len - snapshot->course->len);
  if (snapshot->learned != seen->learned)
    {
      g_clear_pointer (&snapshot->learned, cnn_tensor_unref);
      g_clear_pointer (&snapshot->place, cnn_filter_place_unref);
      snapshot->learned = seen->learned ? cnn_tensor_ref (seen->learned) : NULL;
      snapshot->place = seen->place ? cnn_filter_place_ref (seen->place) : NULL;
    }
  if (seen->error && snapshot->error == NULL)
    snapshot->error = g_error_copy (seen->error);
  g_mutex_unlock (&job->work.mutex);
}
