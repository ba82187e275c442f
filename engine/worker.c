/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include <string.h>

#include "border.h"
#include "i18n.h"

/* A worker runs units with buffers and steps of its own; other threads never
 * touch them. Of each layer it keeps some rows, [rows][columns][channels], or as planes. */

typedef struct
{
  CnnTask  task;
  CnnStep *step;
} Prepared;

typedef struct
{
  float   *rows;    /* of the node, or of the one it runs in place of */
  int      first;   /* number of the first row in it */
  gboolean in_sink; /* all of a unit's rows, where they shall end up */
  gboolean streams; /* there, and not read before the run's end */
} Buffer;

struct _CnnWorker
{
  const CnnPlan *plan;
  GArray       **prepared; /* [plan->n], of Prepared */
  Buffer        *buffers;  /* [plan->n] */
  CnnUnitNode   *nodes;    /* [plan->n] */
  float         *arena;    /* for the phase that needs most */
  gsize          size;     /* of it, in floats */
  float         *scratch;  /* within it */
};

static void
prepared_clear (gpointer data)
{
  cnn_step_free (((Prepared *) data)->step);
}

/**
 * cnn_worker_new:
 *
 * Returns: (transfer full): a worker for @plan, which must outlive it
 */
CnnWorker *
cnn_worker_new (const CnnPlan *plan)
{
  CnnWorker *worker = g_new0 (CnnWorker, 1);

  worker->plan = plan;
  worker->prepared = g_new0 (GArray *, plan->n);
  worker->buffers = g_new0 (Buffer, plan->n);
  worker->nodes = g_new0 (CnnUnitNode, plan->n);
  for (guint i = 0; i < plan->n; i++)
    {
      worker->prepared[i] = g_array_new (FALSE, FALSE, sizeof (Prepared));
      g_array_set_clear_func (worker->prepared[i], prepared_clear);
    }
  return worker;
}

void
cnn_worker_free (CnnWorker *worker)
{
  for (guint i = 0; i < worker->plan->n; i++)
    g_array_unref (worker->prepared[i]);
  g_free (worker->prepared);
  g_free (worker->buffers);
  g_free (worker->nodes);
  cnn_floats_free (worker->arena);
  g_free (worker);
}

static gboolean
task_equal (const CnnTask *a, const CnnTask *b)
{
  for (guint j = 0; j < a->n_in; j++)
    if (!cnn_shape_equal (a->in[j], b->in[j]))
      return FALSE;
  return cnn_shape_equal (a->out, b->out) && memcmp (&a->pad, &b->pad, sizeof a->pad) == 0 &&
         a->streams == b->streams && a->in_stride == b->in_stride && a->in_first == b->in_first &&
         a->out_stride == b->out_stride;
}

/**
 * cnn_worker_step:
 * @task: what is to be done
 * @node: number of the node that does it
 *
 * Returns: (transfer none): a step for it, made when it is first asked for; or
 *   %NULL with %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_worker_step (CnnWorker *worker, const CnnTask *task, guint node, GError **error)
{
  GArray  *prepared = worker->prepared[node];
  Prepared made = { *task, NULL };

  for (guint i = 0; i < prepared->len; i++)
    if (task_equal (task, &g_array_index (prepared, Prepared, i).task))
      return g_array_index (prepared, Prepared, i).step;
  made.step = task->node->op->prepare (task, error);
  if (made.step)
    g_array_append_val (prepared, made);
  else
    g_prefix_error (error, _("line %d, column %d: %s: "), task->node->line, task->node->column,
                    task->node->op->name);
  return made.step;
}

/* --- buffers -------------------------------------------------------------- */

static gboolean
begin_phase (CnnWorker *worker, const CnnPhase *phase, GError **error)
{
  const CnnPlan *plan = worker->plan;
  gsize          size = phase->scratch, at = 0;

  for (guint k = 0; k < phase->n_nodes; k++)
    size += cnn_phase_node_floats (plan, phase, k);
  if (size > worker->size)
    {
      cnn_floats_free (worker->arena);
      worker->arena = cnn_floats_alloc (size);
      worker->size = worker->arena ? size : 0;
    }
  if (worker->arena == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("there is not enough memory for the bands"));
      return FALSE;
    }
  worker->scratch = worker->arena;
  at = phase->scratch;
  for (guint k = 0; k < phase->n_nodes; k++)
    {
      guint i = phase->nodes[k];

      worker->buffers[i].in_sink = worker->buffers[i].streams = FALSE;
      if (plan->nodes[i].in_place)
        {
          worker->buffers[i].rows = worker->buffers[plan->nodes[i].node->in[0]].rows;
          continue;
        }
      worker->buffers[i].rows = worker->arena + at;
      at += cnn_phase_node_floats (plan, phase, k);
    }
  return TRUE;
}

static gboolean
spans_equal (CnnSpan a, CnnSpan b)
{
  return a.first == b.first && a.end == b.end;
}

/* An output that no cache holds is written past them: whoever reads it gets it from
 * memory anyway, and what is in the caches stays. */
#define LARGE_FLOATS (16 * 1024 * 1024 / (gint64) sizeof (float))

static gboolean
is_large (const CnnPlan *plan, guint i)
{
  const CnnRect *region = &plan->nodes[i].region;

  return (gint64) region->width * region->height * plan->infos[i].shape.channels >= LARGE_FLOATS;
}

/* A tap that nobody else reads is made right in the sink's memory, if that has rows
 * as long as the unit's. */
static void
aim_at_sink (CnnWorker *worker, CnnRun *run, const CnnPhase *phase, guint tap)
{
  const CnnPlanNode *node = &worker->plan->nodes[tap];
  const CnnUnitNode *at = &worker->nodes[tap];
  float             *rows = cnn_run_tap_rows (run, tap, at->own_rows.first);
  gboolean           streams = is_large (worker->plan, tap);

  if (rows == NULL || at->step == 0 || node->held || node->reduced ||
      !spans_equal (at->rows, at->own_rows) || !spans_equal (at->columns, at->own_columns) ||
      at->columns.end - at->columns.first != node->region.width)
    return;
  for (guint k = 0; k < phase->n_nodes; k++)
    {
      const CnnNode *after = cnn_plan_maker (worker->plan, phase->nodes[k]);

      for (guint j = 0; j < after->n_in; j++)
        if (after->in[j] == tap)
          return;
    }
  /* And what it runs in place of. */
  for (guint i = tap;; i = worker->plan->nodes[i].node->in[0])
    {
      worker->buffers[i] = (Buffer) { rows, at->own_rows.first, TRUE, streams };
      if (!worker->plan->nodes[i].in_place)
        break;
      /* One by itself reads what lies there. */
      streams = streams && worker->plan->nodes[i].fused;
    }
}

static gsize
row_floats (const CnnWorker *worker, guint i)
{
  const CnnSpan *columns = &worker->nodes[i].columns;

  return cnn_node_row_floats (worker->plan, i, columns->end - columns->first);
}

static float *
row_at (const CnnWorker *worker, guint i, int row)
{
  return worker->buffers[i].rows +
         (gsize) (row - worker->buffers[i].first) * row_floats (worker, i);
}

/* Moves the rows that are still needed to the front; those of an input that is
 * in memory are needed from there only, and those in the sink stay. */
static void
drop_rows (CnnWorker *worker, CnnRun *run, const CnnPhase *phase)
{
  for (guint k = 0; k < phase->n_nodes; k++)
    {
      guint        i = phase->nodes[k];
      CnnUnitNode *at = &worker->nodes[i];
      gboolean     elsewhere = worker->plan->nodes[i].in_place || (i == 0 && cnn_run_input (run));

      if (worker->buffers[i].in_sink)
        continue;
      if (!elsewhere && at->base > worker->buffers[i].first)
        memmove (worker->buffers[i].rows, row_at (worker, i, at->base),
                 (gsize) (at->made - at->base) * row_floats (worker, i) * sizeof (float));
      worker->buffers[i].first = at->base;
    }
}

/* --- a step of a layer ------------------------------------------------------ */

/* A layer's output as it lies in memory: the first cell that is there, and
 * floats from one row to the next. */
typedef struct
{
  const float *values;
  int          y;
  int          x;
  gsize        stride;
} View;

static View
view_of (const CnnWorker *worker, CnnRun *run, guint phase, guint i)
{
  const CnnPlanNode *node = &worker->plan->nodes[i];
  CnnShape           shape = worker->plan->infos[i].shape;

  if (i == 0 && cnn_run_input (run))
    return (View) { cnn_run_input (run), 0, 0, (gsize) shape.width * shape.channels };
  if (node->whole || (node->held && node->phase != phase))
    return (View) { cnn_run_held (run, i), 0, 0, (gsize) shape.width * shape.channels };
  return (View) { worker->buffers[i].rows, worker->buffers[i].first, worker->nodes[i].columns.first,
                  row_floats (worker, i) };
}

static const float *
view_at (const View *view, int channels, int y, int x)
{
  return view->values + (gsize) (y - view->y) * view->stride + (gsize) (x - view->x) * channels;
}

static void
copy_rect (float *to, gsize to_stride, const float *from, gsize from_stride, gsize n, int rows)
{
  for (int y = 0; y < rows; y++)
    memcpy (to + y * to_stride, from + y * from_stride, n * sizeof (float));
}

/* The tile as a step wants it: where it lies, if it lies in one piece, else put
 * together in the scratch memory. */
static const float *
get_tile (const CnnPlanNode *node, const View *view, CnnShape whole, CnnShape in, guint input,
          const CnnRect *need, const CnnRect *reach, float **scratch)
{
  float *tile = *scratch;
  gsize  row = (gsize) in.width * in.channels;

  if (node->extends && input == 0)
    cnn_border_tile (node->window.border, whole, view->values,
                     (CnnRect) { .x = view->x, .y = view->y }, view->stride, *reach, tile);
  else if (view->stride == row)
    return view_at (view, in.channels, need->y, need->x);
  else
    copy_rect (tile, row, view_at (view, in.channels, need->y, need->x), view->stride, row,
               in.height);
  *scratch += in.height * row;
  return tile;
}

/* A rectangle of the input: from the rows that are kept, or read again. */
static gboolean
get_input (CnnWorker *worker, CnnRun *run, const View *view, const CnnRect *rect, float *to,
           gsize stride)
{
  const CnnUnitNode *at = &worker->nodes[0];
  int                channels = worker->plan->infos[0].shape.channels;

  if (rect->y < view->y || rect->y + rect->height > at->made || rect->x < view->x ||
      rect->x + rect->width > at->columns.end)
    return cnn_run_read (run, rect, to, stride);
  copy_rect (to, stride, view_at (view, channels, rect->y, rect->x), view->stride,
             (gsize) rect->width * channels, rect->height);
  return TRUE;
}

static int
wrap (int at, int length)
{
  return cnn_border_index (CNN_BORDER_WRAP, at, length);
}

/* A tile of the input that wraps around, in pieces of which none does. */
static gboolean
get_wrapped (CnnWorker *worker, CnnRun *run, const View *view, const CnnRect *reach, float *tile)
{
  CnnShape in = worker->plan->infos[0].shape;
  gsize    stride = (gsize) reach->width * in.channels;
  CnnRect  piece;

  for (int y = 0; y < reach->height; y += piece.height)
    {
      piece.y = wrap (reach->y + y, in.height);
      piece.height = MIN (reach->height - y, in.height - piece.y);
      for (int x = 0; x < reach->width; x += piece.width)
        {
          piece.x = wrap (reach->x + x, in.width);
          piece.width = MIN (reach->width - x, in.width - piece.x);
          if (!get_input (worker, run, view, &piece, tile + y * stride + x * in.channels, stride))
            return FALSE;
        }
    }
  return TRUE;
}

/* Says of rows that are planes how they lie. */
static void
set_planes (const CnnWorker *worker, guint i, const CnnRect *reach, CnnTask *task)
{
  guint    in = task->node->in[0];
  CnnSpan *from = &worker->nodes[in].columns, *to = &worker->nodes[i].columns;

  if (worker->plan->nodes[in].planes)
    {
      task->in_stride = cnn_planes_stride (from->end - from->first);
      task->in_first = reach->x - from->first;
    }
  if (worker->plan->nodes[i].planes)
    task->out_stride = cnn_planes_stride (to->end - to->first);
}

static gboolean
make_rows (CnnWorker *worker, CnnRun *run, guint phase, guint i, GError **error)
{
  const CnnPlan     *plan = worker->plan;
  const CnnPlanNode *node = &plan->nodes[i];
  CnnUnitNode       *at = &worker->nodes[i];
  CnnTask            task;
  CnnRect            needs[CNN_MAX_INPUTS], reach;
  CnnStep           *step;
  const float       *in[CNN_MAX_INPUTS];
  float             *scratch = worker->scratch;

  cnn_unit_tile (plan, i, (CnnSpan) { at->made, at->goal }, at->columns, &task, needs, &reach);
  task.streams = worker->buffers[i].streams;
  set_planes (worker, i, &reach, &task);
  step = cnn_worker_step (worker, &task, i, error);
  if (step == NULL)
    return FALSE;
  for (guint j = 0; j < task.n_in; j++)
    {
      View view = view_of (worker, run, phase, task.node->in[j]);

      if (node->rereads && !cnn_run_input (run))
        {
          in[j] = scratch;
          if (!get_wrapped (worker, run, &view, &reach, scratch))
            return FALSE;
        }
      else if (task.in_stride > 0)
        in[j] = view.values + (gsize) (needs[j].y - view.y) * view.stride;
      else
        in[j] = get_tile (node, &view, plan->infos[task.node->in[j]].shape, task.in[j], j,
                          &needs[j], &reach, &scratch);
    }
  if (!step->run (step, in, row_at (worker, i, at->made), at->made, at->columns.first))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("line %d, column %d: %s: the computation failed"), node->node->line,
                   node->node->column, node->node->op->name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_rows (CnnWorker *worker, CnnRun *run)
{
  CnnUnitNode *at = &worker->nodes[0];
  CnnRect      rect = { at->columns.first, at->made, at->columns.end - at->columns.first,
                        at->goal - at->made };

  return cnn_run_read (run, &rect, row_at (worker, 0, at->made), row_floats (worker, 0));
}

static const float *
value_at (const CnnWorker *worker, guint i, const CnnRect *rect)
{
  return row_at (worker, i, rect->y) + (gsize) (rect->x - worker->nodes[i].columns.first) *
                                         worker->plan->infos[i].shape.channels;
}

/* Passes on the part of the new rows that is this unit's to pass on. */
static gboolean
put_rows (CnnWorker *worker, CnnRun *run, guint i)
{
  const CnnPlanNode *node = &worker->plan->nodes[i];
  CnnUnitNode       *at = &worker->nodes[i];
  int                first = MAX (at->made, at->own_rows.first);
  int                end = MIN (at->goal, at->own_rows.end);
  CnnRect            rect = { at->own_columns.first, first,
                              at->own_columns.end - at->own_columns.first, end - first };
  const float       *values;

  if (rect.width <= 0 || rect.height <= 0)
    return TRUE;
  values = value_at (worker, i, &rect);
  if (node->held)
    cnn_run_hold (run, i, &rect, values, row_floats (worker, i));
  if (node->reduced)
    cnn_run_reduce (run, i, &rect, values, row_floats (worker, i));
  if (node->tap < 0 || worker->buffers[i].in_sink || !cnn_rect_intersect (&rect, &node->region))
    return TRUE;
  return cnn_run_write (run, i, &rect, value_at (worker, i, &rect), row_floats (worker, i));
}

/**
 * cnn_worker_unit:
 * @run: where input comes from and output goes
 * @number: the phase
 * @unit: number of the unit in it
 *
 * Runs a unit.
 *
 * Returns: %TRUE; or %FALSE, with an error set where it was the worker's own,
 *   and without where the run has ended
 */
gboolean
cnn_worker_unit (CnnWorker *worker, CnnRun *run, guint number, int unit, GError **error)
{
  const CnnPlan  *plan = worker->plan;
  const CnnPhase *phase = &plan->phases[number];

  if (!begin_phase (worker, phase, error))
    return FALSE;
  cnn_unit_begin (plan, number, unit, worker->nodes);
  for (guint k = 0; k < phase->n_nodes; k++)
    worker->buffers[phase->nodes[k]].first = worker->nodes[phase->nodes[k]].base;
  for (guint k = 0; k < phase->n_nodes; k++)
    if (plan->nodes[phase->nodes[k]].tap >= 0)
      aim_at_sink (worker, run, phase, phase->nodes[k]);
  while (cnn_unit_next (plan, number, worker->nodes))
    {
      double work = cnn_unit_work (plan, number, worker->nodes);

      for (guint k = 0; k < phase->n_nodes; k++)
        {
          guint        i = phase->nodes[k];
          CnnUnitNode *at = &worker->nodes[i];

          if (at->goal <= at->made)
            continue;
          if (i > 0 ? !plan->nodes[i].fused && !make_rows (worker, run, number, i, error)
                    : (at->step > 0 || !cnn_run_input (run)) && !read_rows (worker, run))
            return FALSE;
          if (at->step > 0 && !put_rows (worker, run, i))
            return FALSE;
          at->made = at->goal;
        }
      cnn_unit_drop (plan, number, worker->nodes);
      drop_rows (worker, run, phase);
      if (!cnn_run_report (run, work))
        return FALSE;
    }
  return TRUE;
}
