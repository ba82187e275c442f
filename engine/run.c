/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include <omp.h>
#include <string.h>

#include "border.h"
#include "i18n.h"
#include "reduce.h"

/* The thread that runs the plan reads from the source, writes to the sink and
 * reports; workers compute, and wait for it where they need that. With one
 * worker, that is the same thread. */

/* Rows of a held map that are written at a time. */
#define ROWS 64

typedef struct
{
  guint        node; /* of a write */
  gboolean     write;
  CnnRect      rect;
  float       *to;
  const float *from;
  gsize        stride;
  gboolean     serving;
  gboolean     done;
} Request;

struct _CnnRun
{
  CnnPlan         *plan;
  const CnnSource *source;
  const CnnSink   *sink;
  CnnProgressFunc  progress;
  gpointer         progress_data;
  GCancellable    *cancellable;
  GThread         *thread;   /* the one that runs the plan */
  float          **maps;     /* [n]: held maps */
  double         **sums;     /* [n]: of layers that take in their input bit by bit */
  double           all;
  guint            phase;

  GMutex           mutex;    /* of what follows */
  GCond            to_main;
  GCond            to_workers;
  GQueue           requests; /* of Request */
  int              next_unit;
  guint            n_working;
  double           done;
  gboolean         stop;
  GError          *error;    /* the first there was */
};

/* --- what can end a run ----------------------------------------------------- */

static void
run_stop (CnnRun *run, GError *error)
{
  if (run->error == NULL)
    run->error = error;
  else
    g_clear_error (&error);
  run->stop = TRUE;
  g_cond_broadcast (&run->to_workers);
  g_cond_signal (&run->to_main);
}

static gboolean
run_check_cancelled (CnnRun *run)
{
  if (!run->stop && g_cancellable_is_cancelled (run->cancellable))
    run_stop (run, g_error_new (CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled")));
  return !run->stop;
}

/* --- requests: what only the main thread does -------------------------------- */

static gboolean
serve (CnnRun *run, const Request *request, GError **error)
{
  if (request->write)
    return run->sink->write (run->sink->data, (guint) run->plan->nodes[request->node].tap,
                             &request->rect, request->from, request->stride, error);
  return run->source->read (run->source->data, &request->rect, request->to, request->stride, error);
}

static gboolean
ask (CnnRun *run, Request *request)
{
  GError  *error = NULL;
  gboolean ok = TRUE;

  if (g_thread_self () == run->thread)
    {
      ok = run_check_cancelled (run) && serve (run, request, &error);
      if (error)
        run_stop (run, error);
      return ok;
    }
  g_mutex_lock (&run->mutex);
  g_queue_push_tail (&run->requests, request);
  g_cond_signal (&run->to_main);
  /* What is being served must not go away under the main thread's hands. */
  while (!request->done && (!run->stop || request->serving))
    g_cond_wait (&run->to_workers, &run->mutex);
  ok = request->done;
  if (!ok)
    g_queue_remove (&run->requests, request);
  g_mutex_unlock (&run->mutex);
  return ok;
}

static void
copy_rows (float *to, gsize to_stride, const float *from, gsize from_stride, gsize n, int rows)
{
  for (int y = 0; y < rows; y++)
    memcpy (to + y * to_stride, from + y * from_stride, n * sizeof (float));
}

/* (nullable): the whole input, where it is in memory. */
const float *
cnn_run_input (CnnRun *run)
{
  return run->source->memory;
}

/* Reads a rectangle of the input; FALSE when the run has ended. */
gboolean
cnn_run_read (CnnRun *run, const CnnRect *rect, float *values, gsize stride)
{
  Request  request = { .rect = *rect, .to = values, .stride = stride };
  CnnShape shape = run->plan->infos[0].shape;
  gsize    row = (gsize) shape.width * shape.channels;

  if (run->source->memory == NULL)
    return ask (run, &request);
  copy_rows (values, stride, run->source->memory + rect->y * row + rect->x * shape.channels, row,
             (gsize) rect->width * shape.channels, rect->height);
  return TRUE;
}

/* Puts a rectangle of a node's output into memory that holds @part of its map. */
static void
put_rows (CnnRun *run, guint node, float *map, const CnnRect *part, const CnnRect *rect,
          const float *values, gsize stride)
{
  gsize channels = (gsize) run->plan->infos[node].shape.channels;
  gsize row = part->width * channels;

  copy_rows (map + (rect->y - part->y) * row + (rect->x - part->x) * channels, row, values, stride,
             rect->width * channels, rect->height);
}

/* Writes a rectangle of a tap; FALSE when the run has ended. */
gboolean
cnn_run_write (CnnRun *run, guint node, const CnnRect *rect, const float *values, gsize stride)
{
  const CnnPlanNode *at = &run->plan->nodes[node];
  Request            request = { .node = node, .write = TRUE, .rect = *rect, .from = values,
                                 .stride = stride };

  if (run->sink->memory == NULL)
    return ask (run, &request);
  put_rows (run, node, run->sink->memory[at->tap], &at->region, rect, values, stride);
  return TRUE;
}

/* Says that some work is done; FALSE when the run has ended. */
gboolean
cnn_run_report (CnnRun *run, double work)
{
  gboolean main_thread = g_thread_self () == run->thread;
  gboolean ok;

  g_mutex_lock (&run->mutex);
  run->done += work;
  ok = main_thread ? run_check_cancelled (run) : !run->stop;
  g_mutex_unlock (&run->mutex);
  if (ok && main_thread && run->progress)
    run->progress (MIN (run->done / run->all, 1.0), run->progress_data);
  return ok;
}

/* --- held maps --------------------------------------------------------------- */

const float *
cnn_run_held (CnnRun *run, guint node)
{
  return run->maps[node];
}

/* Keeps a rectangle of a map that is held. Units do not overlap. */
void
cnn_run_hold (CnnRun *run, guint node, const CnnRect *rect, const float *values, gsize stride)
{
  CnnShape shape = run->plan->infos[node].shape;
  CnnRect  all = { 0, 0, shape.width, shape.height };

  put_rows (run, node, run->maps[node], &all, rect, values, stride);
}

/* Takes in a rectangle of a map where it is reduced. Units do not overlap, also not
 * in the sums they touch. */
void
cnn_run_reduce (CnnRun *run, guint node, const CnnRect *rect, const float *values, gsize stride)
{
  const CnnPlan *plan = run->plan;

  for (guint i = node + 1; i < plan->n; i++)
    if (plan->nodes[i].reduces && plan->nodes[i].node->in[0] == node)
      cnn_reduce_add (plan->nodes[i].node->op->reduction, plan->infos[node].shape, rect, values,
                      stride, run->sums[i]);
}

static void
no_memory (CnnRun *run, CnnShape shape)
{
  run_stop (run, g_error_new (CNN_ERROR, CNN_ERROR_LIMIT,
                              _("there is not enough memory for %d×%d×%d values"),
                              CNN_SHAPE_ARGS (shape)));
}

static void
sums_new (CnnRun *run, guint i)
{
  const CnnPlanNode *node = &run->plan->nodes[i];
  CnnShape           map = run->plan->infos[node->node->in[0]].shape;

  run->sums[i] = g_try_new (double, cnn_reduce_length (map));
  if (run->sums[i])
    cnn_reduce_begin (node->node->op->reduction, map, run->sums[i]);
  else
    no_memory (run, run->plan->infos[i].shape);
}

static float *
hold_new (CnnRun *run, CnnShape shape)
{
  float *floats = cnn_floats_alloc ((gsize) cnn_shape_cells (shape));

  if (floats == NULL)
    no_memory (run, shape);
  return floats;
}

/* --- layers on whole maps ------------------------------------------------------ */

static double
whole_work (const CnnPlan *plan, guint i)
{
  CnnShape shape = plan->infos[i].shape;

  return cnn_node_work (plan, i, (gint64) shape.height * shape.width);
}

static gboolean
whole_read (CnnRun *run)
{
  CnnShape shape = run->plan->infos[0].shape;
  gsize    stride = (gsize) shape.width * shape.channels;

  for (int y = 0; y < shape.height; y += ROWS)
    {
      CnnRect rect = { 0, y, shape.width, MIN (ROWS, shape.height - y) };

      if (!cnn_run_read (run, &rect, run->maps[0] + y * stride, stride) ||
          !cnn_run_report (run, cnn_node_work (run->plan, 0, (gint64) rect.height * rect.width)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
whole_write (CnnRun *run, guint i)
{
  const CnnRect *region = &run->plan->nodes[i].region;
  CnnShape       shape = run->plan->infos[i].shape;
  gsize          stride = (gsize) shape.width * shape.channels;

  for (int y = 0; y < region->height; y += ROWS)
    {
      CnnRect rect = { region->x, region->y + y, region->width, MIN (ROWS, region->height - y) };

      if (!cnn_run_write (run, i, &rect,
                          run->maps[i] + rect.y * stride + (gsize) rect.x * shape.channels, stride))
        return FALSE;
    }
  return TRUE;
}

/* Runs a layer on its whole input. What it runs in place of is gone after. */
static gboolean
whole_compute (CnnRun *run, guint i)
{
  CnnPlan           *plan = run->plan;
  const CnnPlanNode *node = &plan->nodes[i];
  const guint       *in = node->node->in;
  const float       *from[CNN_MAX_INPUTS];
  float             *extended = NULL;
  GError            *error = NULL;
  CnnTask            task;
  CnnStep           *step;

  cnn_plan_whole_task (plan, i, &task);
  step = cnn_worker_step (plan->workers->pdata[0], &task, i, &error);
  for (guint j = 0; j < task.n_in; j++)
    from[j] = run->maps[in[j]];
  run->maps[i] = node->in_place ? run->maps[in[0]] : hold_new (run, task.out);
  if (node->in_place)
    run->maps[in[0]] = NULL;
  if (step && node->extends)
    {
      extended = hold_new (run, task.in[0]);
      if (extended)
        cnn_border_extend (&node->window, plan->infos[in[0]].shape, from[0], extended);
      from[0] = extended;
    }
  if (step && !run->stop && !step->run (step, from, run->maps[i], 0, 0))
    g_set_error (&error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("line %d, column %d: %s: the computation failed"), node->node->line,
                 node->node->column, node->node->op->name);
  cnn_floats_free (extended);
  if (error)
    run_stop (run, error);
  return cnn_run_report (run, whole_work (plan, i));
}

/* The value of each map, of which all has been taken in. */
static gboolean
whole_reduce (CnnRun *run, guint i)
{
  const CnnPlanNode *node = &run->plan->nodes[i];
  CnnShape           map = run->plan->infos[node->node->in[0]].shape;

  run->maps[i] = hold_new (run, run->plan->infos[i].shape);
  if (run->maps[i])
    cnn_reduce_finish (node->node->op->reduction, map, run->sums[i], run->maps[i]);
  g_clear_pointer (&run->sums[i], g_free);
  return cnn_run_report (run, whole_work (run->plan, i));
}

static gboolean
whole_node (CnnRun *run, guint i)
{
  const CnnPlanNode *nodes = run->plan->nodes;
  const guint       *in = nodes[i].node->in;

  if (i == 0)
    {
      run->maps[0] = hold_new (run, run->plan->infos[0].shape);
      if (run->stop || !whole_read (run))
        return FALSE;
    }
  else if (nodes[i].reduces ? !whole_reduce (run, i) : !whole_compute (run, i))
    return FALSE;
  if (nodes[i].tap >= 0 && !whole_write (run, i))
    return FALSE;
  for (guint j = 0; j < nodes[i].node->n_in; j++)
    if (nodes[in[j]].last_use == i)
      g_clear_pointer (&run->maps[in[j]], cnn_floats_free);
  return TRUE;
}

/* --- layers in bands ------------------------------------------------------------ */

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

      g_mutex_lock (&run->mutex);
      unit = run->stop ? n_units : run->next_unit++;
      g_mutex_unlock (&run->mutex);
      if (unit >= n_units)
        return;
      if (cnn_worker_unit (worker, run, run->phase, unit, &error))
        continue;
      g_mutex_lock (&run->mutex);
      if (error)
        run_stop (run, error);
      g_mutex_unlock (&run->mutex);
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
  g_mutex_lock (&thread->run->mutex);
  thread->run->n_working--;
  g_cond_signal (&thread->run->to_main);
  g_mutex_unlock (&thread->run->mutex);
  return NULL;
}

/* Called with the mutex locked; lets go of it while it does what was asked. */
static void
serve_next (CnnRun *run)
{
  Request *request = g_queue_pop_head (&run->requests);
  GError  *error = NULL;
  gboolean ok;

  request->serving = TRUE;
  g_mutex_unlock (&run->mutex);
  ok = serve (run, request, &error);
  g_mutex_lock (&run->mutex);
  request->serving = FALSE;
  request->done = ok;
  if (error)
    run_stop (run, error);
  g_cond_broadcast (&run->to_workers);
}

/* How long the main thread sleeps before it looks whether it is cancelled. */
#define NAP_MS 20

static void
serve_workers (CnnRun *run)
{
  double shown = -1.0;

  g_mutex_lock (&run->mutex);
  while (run->n_working > 0)
    {
      double done = run->done;

      run_check_cancelled (run);
      if (!run->stop && !g_queue_is_empty (&run->requests))
        serve_next (run);
      else
        g_cond_wait_until (&run->to_main, &run->mutex,
                           g_get_monotonic_time () + NAP_MS * G_TIME_SPAN_MILLISECOND);
      if (run->progress && !run->stop && done > shown)
        {
          shown = done;
          g_mutex_unlock (&run->mutex);
          run->progress (MIN (done / run->all, 1.0), run->progress_data);
          g_mutex_lock (&run->mutex);
        }
    }
  g_mutex_unlock (&run->mutex);
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
      run->maps[i] = hold_new (run, plan->infos[i].shape);
  for (guint i = 0; i < plan->n; i++)
    if (plan->nodes[i].reduces && plan->nodes[i].phase == run->phase)
      sums_new (run, i);
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
      if (!run_check_cancelled (run) || !run_bands (run))
        return;
      for (guint i = 0; i < plan->n; i++)
        if (plan->nodes[i].needed && plan->nodes[i].whole && plan->nodes[i].phase == run->phase &&
            !whole_node (run, i))
          return;
      for (guint i = 0; i < plan->n; i++)
        if (plan->nodes[i].last_phase <= run->phase && plan->nodes[i].phase <= run->phase)
          g_clear_pointer (&run->maps[i], cnn_floats_free);
    }
  if (run_check_cancelled (run) && run->progress)
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
      work += whole_work (plan, i);
  return work;
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

  g_mutex_init (&run.mutex);
  g_cond_init (&run.to_main);
  g_cond_init (&run.to_workers);
  run_phases (&run);
  for (guint i = 0; i < plan->n; i++)
    {
      cnn_floats_free (maps[i]);
      g_free (sums[i]);
    }
  g_cond_clear (&run.to_workers);
  g_cond_clear (&run.to_main);
  g_mutex_clear (&run.mutex);
  if (run.error)
    g_propagate_error (error, run.error);
  return !run.stop;
}
