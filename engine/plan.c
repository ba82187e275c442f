/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <string.h>
#include <unistd.h>

#include "border.h"
#include "i18n.h"
#include "network-private.h"

/* A plan runs node by node on whole maps; each map lives until the last node
 * that needs it has run. */

typedef struct
{
  const CnnNode *node;
  CnnTask        task;
  CnnTensor     *weights[CNN_MAX_WEIGHTS];
  guint          n_weights;
  CnnWindow      window;
  gboolean       extends;  /* the border is put around the input before it runs */
  gboolean       in_place; /* takes over the buffer of its input */
  gboolean       needed;   /* by a tap, or by a node that is */
  guint          last_use; /* the last node that reads its output */
  int            tap;      /* −1 for none */
  CnnStep       *step;
} PlanNode;

struct _CnnPlan
{
  CnnNetwork  *network;
  CnnNodeInfo *infos; /* [n] */
  PlanNode    *nodes; /* [n] */
  guint        n;
  guint64      memory;
};

/* --- making a plan -------------------------------------------------------- */

static void
plan_mark_needed (CnnPlan *plan)
{
  for (guint i = plan->n; i-- > 0;)
    {
      PlanNode *node = &plan->nodes[i];

      node->needed = node->needed || node->tap >= 0;
      if (!node->needed)
        continue;
      for (guint j = 0; j < node->node->n_in; j++)
        {
          PlanNode *in = &plan->nodes[node->node->in[j]];

          in->needed = TRUE;
          in->last_use = MAX (in->last_use, i);
        }
    }
}

static void
plan_set_task (CnnPlan *plan, guint i)
{
  PlanNode *node = &plan->nodes[i];
  CnnTask  *task = &node->task;

  task->node = node->node;
  task->weights = node->weights;
  task->n_in = node->node->n_in;
  for (guint j = 0; j < task->n_in; j++)
    task->in[j] = plan->infos[node->node->in[j]].shape;
  task->out = plan->infos[i].shape;
  if (i == 0)
    return;
  cnn_node_window (node->node, task->in[0], &node->window, NULL);
  node->extends = node->window.border != CNN_BORDER_ZERO;
  if (node->extends)
    task->in[0] = cnn_border_shape (&node->window, task->in[0]);
  else
    task->pad = node->window.pad;
  node->in_place = node->node->op->reach == CNN_REACH_POINT && task->n_in == 1 &&
                   plan->nodes[node->node->in[0]].last_use == i;
}

static guint64
map_bytes (CnnShape shape)
{
  return (guint64) cnn_shape_cells (shape) * sizeof (float);
}

/* The most that maps take at any moment of a run, and what weights take as the
 * network's and as oneDNN's copy. */
static guint64
plan_count_memory (const CnnPlan *plan)
{
  guint64 now = 0, most = 0, weights = 0;

  for (guint i = 0; i < plan->n; i++)
    {
      const PlanNode *node = &plan->nodes[i];
      guint64         extended = node->extends ? map_bytes (node->task.in[0]) : 0;
      CnnWeight       list[CNN_MAX_WEIGHTS];
      guint           n;

      if (!node->needed)
        continue;
      if (!node->in_place)
        now += map_bytes (node->task.out);
      most = MAX (most, now + extended);
      for (guint j = 0; j < i && !node->in_place; j++)
        if (plan->nodes[j].needed && plan->nodes[j].last_use == i)
          now -= map_bytes (plan->nodes[j].task.out);
      n = i > 0 ? cnn_node_weights (node->node, plan->infos[node->node->in[0]].shape, list) : 0;
      for (guint j = 0; j < n; j++)
        {
          double bytes = 2.0 * sizeof (float);

          for (int d = 0; d < list[j].n_dims; d++)
            bytes *= list[j].dims[d];
          weights += (guint64) MIN (bytes, 1e15);
        }
    }
  return most + weights;
}

static guint64
machine_memory (void)
{
  return (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE);
}

static gboolean
plan_check_memory (const CnnPlan *plan, const CnnPlanOptions *options, GError **error)
{
  guint64          budget = options && options->memory ? options->memory : machine_memory () / 2;
  g_autofree char *needs = NULL;
  g_autofree char *has = NULL;

  if (plan->memory <= budget)
    return TRUE;
  needs = g_format_size_full (plan->memory, G_FORMAT_SIZE_IEC_UNITS);
  has = g_format_size_full (budget, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("the network needs %s of memory on an input of " CNN_SHAPE_FORMAT
                 ", %s may be used; try a smaller picture or fewer kernels"),
               needs, CNN_SHAPE_ARGS (plan->infos[0].shape), has);
  return FALSE;
}

static gboolean
plan_make_weights (CnnPlan *plan, PlanNode *node, GError **error)
{
  CnnShape  in = plan->infos[node->node->in[0]].shape;
  CnnWeight list[CNN_MAX_WEIGHTS];
  guint     n = cnn_node_weights (node->node, in, list);

  for (; node->n_weights < n; node->n_weights++)
    {
      const CnnWeight *weight = &list[node->n_weights];

      node->weights[node->n_weights] = cnn_tensor_new (weight->n_dims, weight->dims);
      if (node->weights[node->n_weights] == NULL)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the "
                                                            "weights"));
          return FALSE;
        }
    }
  return n == 0 || node->node->op->init (node->node, in, node->node->seed, node->weights, error);
}

static gboolean
plan_prepare (CnnPlan *plan, GError **error)
{
  for (guint i = 1; i < plan->n; i++)
    {
      PlanNode *node = &plan->nodes[i];

      if (!node->needed)
        continue;
      if (plan_make_weights (plan, node, error))
        node->step = node->node->op->prepare (&node->task, error);
      if (node->step == NULL)
        {
          g_prefix_error (error, _("line %d, column %d: %s: "), node->node->line,
                          node->node->column, node->node->op->name);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * cnn_plan_new:
 * @network: the network
 * @input: shape of the picture, as for cnn_network_infer()
 * @n_taps: how many taps there are, at least 1
 * @taps: numbers of the nodes whose output is wanted, each once
 * @options: (nullable): what the caller decides
 *
 * Prepares a network for one input shape. Works everything out and allocates
 * the weights, but no map.
 *
 * Returns: (transfer full): the plan, or %NULL with %CNN_ERROR_SHAPE,
 *   %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnPlan *
cnn_plan_new (CnnNetwork *network, CnnShape input, guint n_taps, const guint *taps,
              const CnnPlanOptions *options, GError **error)
{
  g_autoptr (CnnPlan) plan = g_new0 (CnnPlan, 1);

  g_return_val_if_fail (n_taps > 0, NULL);

  plan->network = cnn_network_ref (network);
  plan->infos = cnn_network_infer (network, input, error);
  if (plan->infos == NULL)
    return NULL;
  plan->n = cnn_network_n_nodes (network);
  plan->nodes = g_new0 (PlanNode, plan->n);
  for (guint i = 0; i < plan->n; i++)
    {
      plan->nodes[i].node = cnn_network_node (network, i);
      plan->nodes[i].tap = -1;
    }
  for (guint i = 0; i < n_taps; i++)
    {
      g_return_val_if_fail (taps[i] < plan->n && plan->nodes[taps[i]].tap < 0, NULL);
      plan->nodes[taps[i]].tap = (int) i;
    }
  plan_mark_needed (plan);
  for (guint i = 0; i < plan->n; i++)
    plan_set_task (plan, i);
  plan->memory = plan_count_memory (plan);
  if (!plan_check_memory (plan, options, error) || !plan_prepare (plan, error))
    return NULL;
  return g_steal_pointer (&plan);
}

void
cnn_plan_free (CnnPlan *plan)
{
  for (guint i = 0; plan->nodes && i < plan->n; i++)
    {
      PlanNode *node = &plan->nodes[i];

      cnn_step_free (node->step);
      for (guint j = 0; j < CNN_MAX_WEIGHTS; j++)
        g_clear_pointer (&node->weights[j], cnn_tensor_unref);
    }
  g_free (plan->nodes);
  g_free (plan->infos);
  cnn_network_unref (plan->network);
  g_free (plan);
}

/**
 * cnn_plan_info:
 *
 * Returns: (transfer none): what is known of node number @node
 */
const CnnNodeInfo *
cnn_plan_info (const CnnPlan *plan, guint node)
{
  g_return_val_if_fail (node < plan->n, NULL);

  return &plan->infos[node];
}

/**
 * cnn_plan_weights:
 * @n_weights: (out): how many there are
 *
 * Returns: (transfer none): the weights of node number @node, as its op lists
 *   them; none for a node that no tap needs
 */
CnnTensor *const *
cnn_plan_weights (const CnnPlan *plan, guint node, guint *n_weights)
{
  g_return_val_if_fail (node < plan->n, NULL);

  *n_weights = plan->nodes[node].n_weights;
  return plan->nodes[node].weights;
}

/**
 * cnn_plan_memory:
 *
 * Returns: bytes that maps and weights take at most during a run
 */
guint64
cnn_plan_memory (const CnnPlan *plan)
{
  return plan->memory;
}

/**
 * cnn_plan_explain:
 * @node: number of a node that a tap needs
 * @cells: where to read the node's inputs; for node 0, the picture
 * @y: row of the cell
 * @x: column of the cell
 * @channel: its map
 * @explanation: an explanation without parts, to be filled
 *
 * Works out one value of a node's output step by step, in double precision.
 */
void
cnn_plan_explain (const CnnPlan *plan, guint node, const CnnCells *cells, int y, int x, int channel,
                  CnnExplanation *explanation)
{
  CnnTask task;

  g_return_if_fail (node < plan->n && plan->nodes[node].needed);

  task = plan->nodes[node].task;
  for (guint i = 0; i < task.n_in; i++)
    task.in[i] = plan->infos[plan->nodes[node].node->in[i]].shape;
  task.node->op->explain (&task, cells, y, x, channel, explanation);
}

/* --- running it ----------------------------------------------------------- */

/* Rows that are read and written at a time. */
#define ROWS 64

typedef struct
{
  CnnPlan         *plan;
  const CnnSource *source;
  const CnnSink   *sink;
  CnnProgressFunc  progress;
  gpointer         progress_data;
  GCancellable    *cancellable;
  float          **maps; /* [n], each of its node's shape, or NULL */
  double           done;
  double           all;
} Run;

static gboolean
run_cancelled (Run *run, GError **error)
{
  if (!g_cancellable_is_cancelled (run->cancellable))
    return FALSE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
  return TRUE;
}

/* Reading, computing and writing a cell count as one multiplication each. */
static double
node_work (const CnnPlan *plan, guint i)
{
  double cells = (double) cnn_shape_cells (plan->infos[i].shape);

  if (!plan->nodes[i].needed)
    return 0.0;
  return (double) plan->infos[i].macs + cells * (plan->nodes[i].tap >= 0 ? 2.0 : 1.0);
}

static void
run_report (Run *run, double work)
{
  run->done += work;
  if (run->progress)
    run->progress (MIN (run->done / run->all, 1.0), run->progress_data);
}

static float *
run_alloc (CnnShape shape, GError **error)
{
  float *floats = cnn_floats_alloc ((gsize) cnn_shape_cells (shape));

  if (floats == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("there is not enough memory for " CNN_SHAPE_FORMAT " values"),
                 CNN_SHAPE_ARGS (shape));
  return floats;
}

static gboolean
run_read (Run *run, GError **error)
{
  CnnShape shape = run->plan->infos[0].shape;
  gsize    stride = (gsize) shape.width * shape.channels;

  run->maps[0] = run_alloc (shape, error);
  if (run->maps[0] == NULL)
    return FALSE;
  for (int y = 0; y < shape.height; y += ROWS)
    {
      CnnRect rect = { 0, y, shape.width, MIN (ROWS, shape.height - y) };

      if (run_cancelled (run, error) ||
          !run->source->read (run->source->data, &rect, run->maps[0] + y * stride, stride, error))
        return FALSE;
      run_report (run, (double) rect.height * (double) stride);
    }
  return TRUE;
}

static gboolean
run_write (Run *run, guint i, GError **error)
{
  CnnShape shape = run->plan->infos[i].shape;
  gsize    stride = (gsize) shape.width * shape.channels;

  for (int y = 0; y < shape.height; y += ROWS)
    {
      CnnRect rect = { 0, y, shape.width, MIN (ROWS, shape.height - y) };

      if (run_cancelled (run, error) ||
          !run->sink->write (run->sink->data, (guint) run->plan->nodes[i].tap, &rect,
                             run->maps[i] + y * stride, stride, error))
        return FALSE;
      run_report (run, (double) rect.height * (double) stride);
    }
  return TRUE;
}

static gboolean
run_node (Run *run, guint i, GError **error)
{
  PlanNode    *node = &run->plan->nodes[i];
  const guint *in = node->node->in;
  const float *from[CNN_MAX_INPUTS];
  float       *extended = NULL;
  gboolean     ok;

  for (guint j = 0; j < node->node->n_in; j++)
    from[j] = run->maps[in[j]];
  run->maps[i] = node->in_place ? run->maps[in[0]] : run_alloc (node->task.out, error);
  if (node->in_place)
    run->maps[in[0]] = NULL;
  if (run->maps[i] == NULL)
    return FALSE;
  if (node->extends)
    {
      extended = run_alloc (node->task.in[0], error);
      if (extended == NULL)
        return FALSE;
      cnn_border_extend (&node->window, run->plan->infos[in[0]].shape, from[0], extended);
      from[0] = extended;
    }
  ok = node->step->run (node->step, from, run->maps[i], 0, 0);
  cnn_floats_free (extended);
  if (!ok)
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("line %d, column %d: %s: the "
                                                            "computation failed"),
                 node->node->line, node->node->column, node->node->op->name);
  run_report (run, (double) run->plan->infos[i].macs + (double) cnn_shape_cells (node->task.out));
  return ok;
}

static gboolean
run_all (Run *run, GError **error)
{
  CnnPlan *plan = run->plan;

  for (guint i = 0; i < plan->n; i++)
    {
      const CnnNode *node = plan->nodes[i].node;

      if (!plan->nodes[i].needed)
        continue;
      if (run_cancelled (run, error))
        return FALSE;
      if (!(i == 0 ? run_read (run, error) : run_node (run, i, error)))
        return FALSE;
      if (plan->nodes[i].tap >= 0 && !run_write (run, i, error))
        return FALSE;
      for (guint j = 0; j < node->n_in; j++)
        if (plan->nodes[node->in[j]].last_use == i)
          g_clear_pointer (&run->maps[node->in[j]], cnn_floats_free);
    }
  return TRUE;
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
  Run                run = { .plan = plan,
                             .source = source,
                             .sink = sink,
                             .progress = progress,
                             .progress_data = progress_data,
                             .cancellable = cancellable,
                             .maps = maps };
  gboolean           ok;

  for (guint i = 0; i < plan->n; i++)
    run.all += node_work (plan, i);
  ok = run_all (&run, error);
  for (guint i = 0; i < plan->n; i++)
    cnn_floats_free (maps[i]);
  return ok;
}
