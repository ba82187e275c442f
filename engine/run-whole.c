/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-private.h"

#include <omp.h>

#include "border.h"
#include "i18n.h"
#include "reduce.h"

/* Layers on whole maps, in the thread that runs the plan. */

/* Rows that are read or written at a time. */
#define ROWS 64

/* Multiplications and cells that are not worth a second thread: threads wait for each other
 * in each primitive, which on a busy machine takes as long as others are given the processor. */
#define ALONE (1 << 18)

/* What a layer takes on its whole map. */
double
cnn_whole_work (const CnnPlan *plan, guint i)
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

static gboolean
whole_is_small (const CnnPlan *plan, guint i)
{
  const CnnNode *node = plan->nodes[i].node;
  double         work = cnn_whole_work (plan, i);

  for (guint j = 0; j < node->n_in; j++)
    work += (double) cnn_shape_cells (plan->infos[node->in[j]].shape);
  return work < ALONE;
}

/* Runs a layer on its whole input. What it runs in place of is gone after. */
static gboolean
whole_compute (CnnRun *run, guint i)
{
  int                usual = omp_get_max_threads ();
  CnnPlan           *plan = run->plan;
  const CnnPlanNode *node = &plan->nodes[i];
  const guint       *in = node->node->in;
  const float       *from[CNN_MAX_INPUTS];
  float             *extended = NULL;
  GError            *error = NULL;
  CnnTask            task;
  CnnStep           *step;

  if (whole_is_small (plan, i))
    omp_set_num_threads (1);
  cnn_plan_whole_task (plan, i, &task);
  step = cnn_worker_step (plan->workers->pdata[0], &task, i, &error);
  for (guint j = 0; j < task.n_in; j++)
    from[j] = run->maps[in[j]];
  run->maps[i] = node->in_place ? run->maps[in[0]] : cnn_run_map_new (run, task.out);
  if (node->in_place)
    run->maps[in[0]] = NULL;
  if (step && node->extends)
    {
      extended = cnn_run_map_new (run, task.in[0]);
      if (extended)
        cnn_border_extend (&node->window, plan->infos[in[0]].shape, from[0], extended);
      from[0] = extended;
    }
  if (step && !run->stop && !step->run (step, from, run->maps[i], 0, 0))
    g_set_error (&error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("line %d, column %d: %s: the computation failed"), node->node->line,
                 node->node->column, node->node->op->name);
  omp_set_num_threads (usual);
  cnn_floats_free (extended);
  if (error)
    cnn_run_stop (run, error);
  return cnn_run_report (run, cnn_whole_work (plan, i));
}

/* The value of each map, of which all has been taken in. */
static gboolean
whole_reduce (CnnRun *run, guint i)
{
  const CnnPlanNode *node = &run->plan->nodes[i];
  CnnShape           map = run->plan->infos[node->node->in[0]].shape;

  run->maps[i] = cnn_run_map_new (run, run->plan->infos[i].shape);
  if (run->maps[i])
    cnn_reduce_finish (cnn_node_reduction (node->node), map, run->sums[i], run->maps[i]);
  g_clear_pointer (&run->sums[i], g_free);
  return cnn_run_report (run, cnn_whole_work (run->plan, i));
}

/* Runs a layer on its whole input and lets go of maps that nobody needs any more;
 * FALSE when the run has ended. */
gboolean
cnn_run_whole (CnnRun *run, guint i)
{
  const CnnPlanNode *nodes = run->plan->nodes;
  const guint       *in = nodes[i].node->in;

  if (i == 0)
    {
      run->maps[0] = cnn_run_map_new (run, run->plan->infos[0].shape);
      if (run->stop || !whole_read (run))
        return FALSE;
    }
  else if (nodes[i].reduces ? !whole_reduce (run, i) : !whole_compute (run, i))
    return FALSE;
  if (nodes[i].tap >= 0 && !whole_write (run, i))
    return FALSE;
  for (guint j = 0; j < nodes[i].node->n_in; j++)
    if (cnn_node_ends (run->plan, i, in[j]))
      g_clear_pointer (&run->maps[in[j]], cnn_floats_free);
  return TRUE;
}
