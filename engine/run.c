/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-private.h"

#include <omp.h>
#include <time.h>

/* The thread that runs the plan, and workers that it starts for layers in bands. It
 * serves their requests, reports and looks whether it is cancelled. */

typedef struct
{
  CnnRun    *run;
  CnnWorker *worker;
} WorkerThread;

static void
work (CnnRun *run, CnnWorker *worker)
{
  int n_units = cnn_phase_n_units (&run->plan->phases[run->phase]);

  for (;;)
    {
      GError *error = NULL;
      int     unit;

      pthread_mutex_lock (&run->mutex);
      unit = run->stop ? n_units : run->next_unit++;
      pthread_mutex_unlock (&run->mutex);
      if (unit >= n_units)
        return;
      if (cnn_worker_unit (worker, run, run->phase, unit, &error))
        continue;
      pthread_mutex_lock (&run->mutex);
      if (error)
        cnn_run_stop (run, error);
      pthread_mutex_unlock (&run->mutex);
    }
}

static gpointer
worker_thread (gpointer data)
{
  WorkerThread *thread = data;

  /* The picture is split over workers; splitting each small primitive as well
   * would cost more than it saves. */
  omp_set_num_threads (1);
  work (thread->run, thread->worker);
  pthread_mutex_lock (&thread->run->mutex);
  thread->run->n_working--;
  pthread_cond_signal (&thread->run->to_main);
  pthread_mutex_unlock (&thread->run->mutex);
  return NULL;
}

/* Called with the mutex locked; lets go of it while it does what was asked. */
static void
serve_next (CnnRun *run)
{
  CnnRequest *request = g_queue_pop_head (&run->requests);
  GError     *error = NULL;
  gboolean    ok;

  request->serving = TRUE;
  pthread_mutex_unlock (&run->mutex);
  ok = cnn_run_serve (run, request, &error);
  pthread_mutex_lock (&run->mutex);
  request->serving = FALSE;
  request->done = ok;
  if (error)
    cnn_run_stop (run, error);
  pthread_cond_broadcast (&run->to_workers);
}

/* How long the main thread sleeps before it looks whether it is cancelled. */
#define NAP_MS 20

static void
nap (CnnRun *run)
{
  gint64          end = g_get_monotonic_time () + NAP_MS * G_TIME_SPAN_MILLISECOND;
  struct timespec at = { end / G_TIME_SPAN_SECOND, end % G_TIME_SPAN_SECOND * 1000 };

  pthread_cond_timedwait (&run->to_main, &run->mutex, &at);
}

static void
serve_workers (CnnRun *run)
{
  double shown = -1.0;

  pthread_mutex_lock (&run->mutex);
  while (run->n_working > 0)
    {
      double done = run->done;

      cnn_run_check_cancelled (run);
      if (!run->stop && !g_queue_is_empty (&run->requests))
        serve_next (run);
      else
        nap (run);
      if (run->progress && !run->stop && done > shown)
        {
          shown = done;
          pthread_mutex_unlock (&run->mutex);
          run->progress (MIN (done / run->all, 1.0), run->progress_data);
          pthread_mutex_lock (&run->mutex);
        }
    }
  pthread_mutex_unlock (&run->mutex);
}

static void
run_threads (CnnRun *run, guint n_threads)
{
  g_autofree GThread     **threads = g_new0 (GThread *, n_threads);
  g_autofree WorkerThread *data = g_new0 (WorkerThread, n_threads);

  run->n_working = n_threads;
  for (guint i = 0; i < n_threads; i++)
    {
      data[i] = (WorkerThread) { run, run->plan->workers->pdata[i] };
      threads[i] = g_thread_new ("cnn-worker", worker_thread, &data[i]);
    }
  serve_workers (run);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

static gboolean
run_bands (CnnRun *run)
{
  const CnnPlan  *plan = run->plan;
  const CnnPhase *phase = &plan->phases[run->phase];
  guint           n_threads = MIN (plan->n_workers, (guint) cnn_phase_n_units (phase));

  for (guint i = 0; i < plan->n; i++)
    if (plan->nodes[i].needed && plan->nodes[i].held && cnn_node_is_output (plan, i, run->phase))
      run->maps[i] = cnn_run_map_new (run, plan->infos[i].shape);
  for (guint i = 0; i < plan->n; i++)
    if (plan->nodes[i].reduces && plan->nodes[i].phase == run->phase)
      cnn_run_sums_new (run, i);
  if (run->stop)
    return FALSE;
  run->next_unit = 0;
  if (n_threads == 1)
    {
      int usual = omp_get_max_threads ();

      omp_set_num_threads (1);
      work (run, plan->workers->pdata[0]);
      omp_set_num_threads (usual);
    }
  else if (n_threads > 1)
    run_threads (run, n_threads);
  return !run->stop;
}

static void
run_phases (CnnRun *run)
{
  const CnnPlan *plan = run->plan;

  for (run->phase = 0; run->phase < plan->n_phases; run->phase++)
    {
      if (!cnn_run_check_cancelled (run) || !run_bands (run))
        return;
      for (guint i = 0; i < plan->n; i++)
        if (plan->nodes[i].needed && plan->nodes[i].whole && plan->nodes[i].phase == run->phase &&
            !cnn_run_whole (run, i))
          return;
      for (guint i = 0; i < plan->n; i++)
        if (plan->nodes[i].last_phase <= run->phase && plan->nodes[i].phase <= run->phase)
          g_clear_pointer (&run->maps[i], cnn_floats_free);
    }
  if (cnn_run_check_cancelled (run) && run->progress)
    run->progress (1.0, run->progress_data);
}

static double
all_work (const CnnPlan *plan)
{
  double work = 0.0;

  for (guint number = 0; number < plan->n_phases; number++)
    work += plan->phases[number].work;
  for (guint i = 0; i < plan->n; i++)
    if (plan->nodes[i].whole)
      work += cnn_whole_work (plan, i);
  return work;
}

static void
locks_init (CnnRun *run)
{
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_mutex_init (&run->mutex, NULL);
  pthread_cond_init (&run->to_main, &attr);
  pthread_cond_init (&run->to_workers, NULL);
  pthread_condattr_destroy (&attr);
}

/**
 * cnn_plan_run:
 * @source: where to read the input
 * @sink: where to write the taps
 * @progress: (nullable): is told how far the run is
 * @progress_data: for @progress
 * @cancellable: (nullable): to stop the run, from any thread
 *
 * Runs the network. A plan runs once at a time, but as often as is liked.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_CANCELLED, %CNN_ERROR_LIMIT or
 *   %CNN_ERROR_UNSUPPORTED set, or whatever error the source or the sink set
 */
gboolean
cnn_plan_run (CnnPlan *plan, const CnnSource *source, const CnnSink *sink, CnnProgressFunc progress,
              gpointer progress_data, GCancellable *cancellable, GError **error)
{
  g_autofree float **maps = g_new0 (float *, plan->n);
  g_autofree double **sums = g_new0 (double *, plan->n);
  CnnRun             run = { .plan = plan,
                             .source = source,
                             .sink = sink,
                             .progress = progress,
                             .progress_data = progress_data,
                             .cancellable = cancellable,
                             .thread = g_thread_self (),
                             .maps = maps,
                             .sums = sums,
                             .all = all_work (plan),
                             .requests = G_QUEUE_INIT };

  locks_init (&run);
  run_phases (&run);
  for (guint i = 0; i < plan->n; i++)
    {
      cnn_floats_free (maps[i]);
      g_free (sums[i]);
    }
  pthread_cond_destroy (&run.to_workers);
  pthread_cond_destroy (&run.to_main);
  pthread_mutex_destroy (&run.mutex);
  if (run.error)
    g_propagate_error (error, run.error);
  return !run.stop;
}
