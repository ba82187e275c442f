/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-private.h"

#include <string.h>

#include "i18n.h"
#include "reduce.h"

/* Where input comes from and output goes. The thread that runs the plan reads from
 * the source and writes to the sink; workers wait for it where they need that. With
 * one worker, that is the same thread. */

/* --- what can end a run ----------------------------------------------------- */

/* Ends the run, with the first error there was (transfer full). Called with the
 * mutex locked where workers are at work. */
void
cnn_run_stop (CnnRun *run, GError *error)
{
  if (run->error == NULL)
    run->error = error;
  else
    g_clear_error (&error);
  run->stop = TRUE;
  pthread_cond_broadcast (&run->to_workers);
  pthread_cond_signal (&run->to_main);
}

/* Ends the run if it was cancelled; FALSE when it has ended. */
gboolean
cnn_run_check_cancelled (CnnRun *run)
{
  if (!run->stop && g_cancellable_is_cancelled (run->cancellable))
    cnn_run_stop (run, g_error_new (CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled")));
  return !run->stop;
}

/* --- requests: what only the main thread does -------------------------------- */

/* Does what was asked for, in the thread that runs the plan. */
gboolean
cnn_run_serve (CnnRun *run, const CnnRequest *request, GError **error)
{
  if (request->write)
    return run->sink->write (run->sink->data, (guint) run->plan->nodes[request->node].tap,
                             &request->rect, request->from, request->stride, error);
  return run->source->read (run->source->data, &request->rect, request->to, request->stride, error);
}

static gboolean
ask (CnnRun *run, CnnRequest *request)
{
  GError  *error = NULL;
  gboolean ok = TRUE;

  if (g_thread_self () == run->thread)
    {
      ok = cnn_run_check_cancelled (run) && cnn_run_serve (run, request, &error);
      if (error)
        cnn_run_stop (run, error);
      return ok;
    }
  pthread_mutex_lock (&run->mutex);
  g_queue_push_tail (&run->requests, request);
  pthread_cond_signal (&run->to_main);
  /* What is being served must not go away under the main thread's hands. */
  while (!request->done && (!run->stop || request->serving))
    pthread_cond_wait (&run->to_workers, &run->mutex);
  ok = request->done;
  if (!ok)
    g_queue_remove (&run->requests, request);
  pthread_mutex_unlock (&run->mutex);
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
  CnnRequest  request = { .rect = *rect, .to = values, .stride = stride };
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
  CnnRequest            request = { .node = node, .write = TRUE, .rect = *rect, .from = values,
                                 .stride = stride };

  if (run->sink->memory == NULL)
    return ask (run, &request);
  put_rows (run, node, run->sink->memory[at->tap], &at->region, rect, values, stride);
  return TRUE;
}

/* (nullable): where a row of a tap's region lies in the sink's memory. */
float *
cnn_run_tap_rows (CnnRun *run, guint node, int row)
{
  const CnnPlanNode *at = &run->plan->nodes[node];

  if (run->sink->memory == NULL)
    return NULL;
  return run->sink->memory[at->tap] + (gsize) (row - at->region.y) * at->region.width *
                                        run->plan->infos[node].shape.channels;
}

/* Says that some work is done; FALSE when the run has ended. */
gboolean
cnn_run_report (CnnRun *run, double work)
{
  gboolean main_thread = g_thread_self () == run->thread;
  gboolean ok;

  pthread_mutex_lock (&run->mutex);
  run->done += work;
  ok = main_thread ? cnn_run_check_cancelled (run) : !run->stop;
  pthread_mutex_unlock (&run->mutex);
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
      cnn_reduce_add (cnn_node_reduction (plan->nodes[i].node), plan->infos[node].shape, rect,
                      values, stride, run->sums[i]);
}

static void
no_memory (CnnRun *run, CnnShape shape)
{
  cnn_run_stop (run, g_error_new (CNN_ERROR, CNN_ERROR_LIMIT,
                              _("there is not enough memory for %d×%d×%d values"),
                              CNN_SHAPE_ARGS (shape)));
}

/* Sums of a layer that takes in its input bit by bit. */
void
cnn_run_sums_new (CnnRun *run, guint i)
{
  const CnnPlanNode *node = &run->plan->nodes[i];
  CnnShape           map = run->plan->infos[node->node->in[0]].shape;

  run->sums[i] = g_try_new (double, cnn_reduce_length (map));
  if (run->sums[i])
    cnn_reduce_begin (cnn_node_reduction (node->node), map, run->sums[i]);
  else
    no_memory (run, run->plan->infos[i].shape);
}

/* Room for a map; NULL when there is not enough memory, which ends the run. */
float *
cnn_run_map_new (CnnRun *run, CnnShape shape)
{
  float *floats = cnn_floats_alloc ((gsize) cnn_shape_cells (shape));

  if (floats == NULL)
    no_memory (run, shape);
  return floats;
}
