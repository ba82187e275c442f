/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A training in a thread, and what others see of it. */

#include "train-job.h"

#include <string.h>

#include "error.h"
#include "work-thread.h"

/* Kernels are copied no more often than anybody could see. */
#define KERNELS_EVERY (G_USEC_PER_SEC / 15)

struct _CnnTrainJob
{
  CnnTrainSettings     *settings;
  CnnPictureDecoder     decoder;
  CnnTrainProgressFunc  func;
  gpointer              func_data;

  /* Of the thread that trains. */
  CnnTrainTask         *task;
  int                   kernels_node; /* −1: there are none */
  gint64                kernels_time;

  WorkThread            work;
  gboolean              pause;  /* asked for */
  CnnTrainSnapshot      seen;
};

/** cnn_train_snapshot_init: of nothing yet. */
void
cnn_train_snapshot_init (CnnTrainSnapshot *snapshot)
{
  memset (snapshot, 0, sizeof *snapshot);
  snapshot->history = g_array_new (FALSE, FALSE, sizeof (CnnTrainingEpoch));
  loss_trace_init (&snapshot->trace);
}

/** cnn_train_snapshot_clear: frees what is in it; the result is the job's. */
void
cnn_train_snapshot_clear (CnnTrainSnapshot *snapshot)
{
  g_clear_pointer (&snapshot->history, g_array_unref);
  g_clear_pointer (&snapshot->kernels, cnn_tensor_unref);
  g_clear_pointer (&snapshot->images, g_free);
  g_clear_pointer (&snapshot->warning, g_free);
  g_clear_error (&snapshot->error);
}

/**
 * cnn_train_job_new:
 * @settings: what is asked for; copied
 * @decoder: reads pictures from files; it must be good as long as the job
 *
 * Returns: (transfer full): the job, not begun yet
 */
CnnTrainJob *
cnn_train_job_new (const CnnTrainSettings *settings, const CnnPictureDecoder *decoder)
{
  CnnTrainJob *job = g_new0 (CnnTrainJob, 1);

  job->settings = cnn_train_settings_copy (settings);
  job->decoder = *decoder;
  work_thread_init (&job->work);
  cnn_train_snapshot_init (&job->seen);
  job->seen.epochs = settings->epochs;
  return job;
}

/** cnn_train_job_free: cancels it where it still runs, and waits for that. */
void
cnn_train_job_free (CnnTrainJob *job)
{
  work_thread_join (&job->work);
  g_clear_pointer (&job->task, cnn_train_task_free);
  g_clear_pointer (&job->seen.result, cnn_train_result_free);
  cnn_train_snapshot_clear (&job->seen);
  work_thread_clear (&job->work);
  cnn_train_settings_free (job->settings);
  g_free (job);
}

/* --- what it learns ---------------------------------------------------------------------- */

/* The first layer whose weights are kernels of more than one cell, which is what can be seen;
 * −1 where there is none. */
static int
find_kernels (CnnTraining *training)
{
  g_autoptr (CnnNetwork) network = cnn_training_network (training, FALSE, NULL);

  for (guint i = 0; network && i < cnn_network_n_nodes (network); i++)
    {
      guint             n;
      CnnTensor *const *weights = cnn_training_weights (training, i, &n);

      if (n > 0 && weights[0]->n_dims == 4 && weights[0]->dims[1] * weights[0]->dims[2] > 1)
        return (int) i;
    }
  return -1;
}

/* (transfer full) (nullable) */
static CnnTensor *
copy_kernels (CnnTrainJob *job, CnnTraining *training)
{
  guint             n;
  CnnTensor *const *weights;
  CnnTensor        *copy;

  if (job->kernels_node < 0)
    return NULL;
  weights = cnn_training_weights (training, (guint) job->kernels_node, &n);
  copy = cnn_tensor_new (weights[0]->n_dims, weights[0]->dims);
  if (copy)
    memcpy (copy->values, weights[0]->values, cnn_tensor_length (copy) * sizeof (float));
  return copy;
}

static void
take_state (CnnTrainJob *job, const CnnTrainingState *state)
{
  CnnTrainSnapshot *seen = &job->seen;

  seen->state = *state;
  if (seen->history->len < state->n_history)
    g_array_append_vals (seen->history, state->history + seen->history->len,
                         state->n_history - seen->history->len);
  seen->state.history = NULL;
}

/* --- running ----------------------------------------------------------------------------- */

static void
set_phase (CnnTrainJob *job, CnnTrainPhase phase)
{
  g_mutex_lock (&job->work.mutex);
  job->seen.phase = phase;
  g_mutex_unlock (&job->work.mutex);
}

/* Waits as long as a pause lasts. Holds the mutex. */
static void
wait_for_end_of_pause (CnnTrainJob *job)
{
  while (job->pause && !job->work.stop && !g_cancellable_is_cancelled (job->work.cancellable))
    {
      job->seen.phase = CNN_TRAIN_PAUSED;
      g_cond_wait (&job->work.cond, &job->work.mutex);
    }
  job->seen.phase = CNN_TRAIN_TRAINING;
}

static gboolean
after_minibatch (CnnTraining *training, const CnnTrainingState *state, gpointer data)
{
  CnnTrainJob *job = data;
  gint64       now = g_get_monotonic_time ();
  CnnTensor   *kernels = NULL;
  gboolean     goes_on;

  if (now - job->kernels_time >= KERNELS_EVERY)
    {
      kernels = copy_kernels (job, training);
      job->kernels_time = now;
    }
  g_mutex_lock (&job->work.mutex);
  take_state (job, state);
  loss_trace_add (&job->seen.trace, state->last_loss);
  if (kernels)
    {
      g_clear_pointer (&job->seen.kernels, cnn_tensor_unref);
      job->seen.kernels = kernels;
    }
  wait_for_end_of_pause (job);
  goes_on = !job->work.stop;
  g_mutex_unlock (&job->work.mutex);
  if (job->func)
    job->func (state, job->func_data);
  return goes_on;
}

/* Says what is known before the first minibatch. */
static void
begin (CnnTrainJob *job)
{
  CnnTraining     *training = job->task->training;
  CnnTrainingState state;

  cnn_training_state (training, &state);
  job->kernels_node = find_kernels (training);
  g_mutex_lock (&job->work.mutex);
  take_state (job, &state);
  job->seen.images = cnn_train_data_describe (job->task->data);
  job->seen.warning = cnn_train_data_warn (job->task->data);
  job->seen.batches = (guint) (state.n_steps / MAX (job->settings->epochs, 1));
  job->seen.kernels = copy_kernels (job, training);
  job->seen.phase = CNN_TRAIN_TRAINING;
  g_mutex_unlock (&job->work.mutex);
}

/* @error: (transfer full) (nullable) */
static void
end (CnnTrainJob *job, CnnTrainResult *result, GError *error)
{
  gboolean cancelled = error && g_error_matches (error, CNN_ERROR, CNN_ERROR_CANCELLED);

  g_mutex_lock (&job->work.mutex);
  job->seen.result = result;
  job->seen.phase = cancelled ? CNN_TRAIN_CANCELLED : error ? CNN_TRAIN_FAILED : CNN_TRAIN_DONE;
  job->seen.error = error;
  g_mutex_unlock (&job->work.mutex);
}

/**
 * cnn_train_job_run:
 * @func: (nullable): told after each minibatch
 * @data: for @func
 *
 * Does it all in the calling thread; what came of it is in the snapshot then.
 */
void
cnn_train_job_run (CnnTrainJob *job, CnnTrainProgressFunc func, gpointer data)
{
  GError         *error = NULL;
  CnnTrainResult *result = NULL;

  job->func = func;
  job->func_data = data;
  job->task = cnn_train_task_new (job->settings, &job->decoder, job->work.cancellable, &error);
  if (job->task)
    {
      CnnTrainingState state;

      begin (job);
      cnn_training_run (job->task->training, after_minibatch, job, job->work.cancellable, &error);
      cnn_training_state (job->task->training, &state);
      /* Where numbers have run away, what was good before that is kept. */
      if (error == NULL || (!g_error_matches (error, CNN_ERROR, CNN_ERROR_CANCELLED) &&
                            state.best >= 0))
        {
          set_phase (job, CNN_TRAIN_TESTING);
          result = cnn_train_task_result (job->task, job->work.cancellable, error ? NULL : &error);
        }
    }
  end (job, result, error);
}

static gpointer
run_thread (gpointer data)
{
  cnn_train_job_run (data, NULL, NULL);
  return NULL;
}

/** cnn_train_job_start: does it in a thread of its own. */
void
cnn_train_job_start (CnnTrainJob *job)
{
  work_thread_start (&job->work, "training", run_thread, job);
}

/* --- what others do ---------------------------------------------------------------------- */

/** cnn_train_job_pause: makes it wait after the minibatch that it is at, or go on. */
void
cnn_train_job_pause (CnnTrainJob *job, gboolean pause)
{
  g_mutex_lock (&job->work.mutex);
  job->pause = pause;
  g_cond_broadcast (&job->work.cond);
  g_mutex_unlock (&job->work.mutex);
}

/** cnn_train_job_stop: ends training after the minibatch that it is at; there is a result. */
void
cnn_train_job_stop (CnnTrainJob *job)
{
  work_thread_stop (&job->work);
}

/** cnn_train_job_cancel: ends it, without a result. */
void
cnn_train_job_cancel (CnnTrainJob *job)
{
  work_thread_cancel (&job->work);
}

/**
 * cnn_train_job_peek:
 * @snapshot: (inout): takes what has changed since it was taken last, from the same job
 */
void
cnn_train_job_peek (CnnTrainJob *job, CnnTrainSnapshot *snapshot)
{
  const CnnTrainSnapshot *seen = &job->seen;

  g_mutex_lock (&job->work.mutex);
  snapshot->phase = seen->phase;
  snapshot->state = seen->state;
  snapshot->epochs = seen->epochs;
  snapshot->batches = seen->batches;
  snapshot->trace = seen->trace;
  snapshot->result = seen->result;
  if (seen->images && snapshot->images == NULL)
    snapshot->images = g_strdup (seen->images);
  if (seen->warning && snapshot->warning == NULL)
    snapshot->warning = g_strdup (seen->warning);
  if (snapshot->history->len < seen->history->len)
    g_array_append_vals (snapshot->history,
                         &g_array_index (seen->history, CnnTrainingEpoch, snapshot->history->len),
                         seen->history->len - snapshot->history->len);
  if (snapshot->kernels != seen->kernels)
    {
      g_clear_pointer (&snapshot->kernels, cnn_tensor_unref);
      snapshot->kernels = seen->kernels ? cnn_tensor_ref (seen->kernels) : NULL;
    }
  if (seen->error && snapshot->error == NULL)
    snapshot->error = g_error_copy (seen->error);
  g_mutex_unlock (&job->work.mutex);
  snapshot->state.history = &g_array_index (snapshot->history, CnnTrainingEpoch, 0);
}
