/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include <string.h>
#include <unistd.h>

#include "i18n.h"
#include "reduce.h"

/* So few cells that threads and bands cost more than they save: the network
 * runs layer by layer on whole maps. */
#define TINY_CELLS 65536

/* --- what runs when --------------------------------------------------------- */

static gboolean
plan_is_tiny (const CnnPlan *plan)
{
  gint64 cells = 0;

  for (guint i = 0; i < plan->n; i++)
    if (plan->nodes[i].needed)
      cells += cnn_shape_cells (plan->infos[i].shape);
  return cells <= TINY_CELLS;
}

/* Zeros beyond the reach of a single window's other cells: no primitive takes a
 * tile that is nothing but padding. */
static gboolean
pads_whole_windows (const CnnWindow *window)
{
  CnnSize extent = cnn_window_extent (window);

  return MAX (window->pad.top, window->pad.bottom) >= extent.height ||
         MAX (window->pad.left, window->pad.right) >= extent.width;
}

static void
set_window (CnnPlan *plan, guint i)
{
  CnnPlanNode *node = &plan->nodes[i];

  node->window = cnn_window_one ();
  if (i > 0)
    cnn_node_window (node->node, plan->infos[node->node->in[0]].shape, &node->window, NULL);
  node->extends = !node->node->op->seeks && (node->window.border != CNN_BORDER_ZERO ||
                                             pads_whole_windows (&node->window));
}

/* A layer that runs in place makes just the tiles of the one before it. */
static void
set_grid (CnnPlan *plan, guint i)
{
  CnnPlanNode *node = &plan->nodes[i];
  const CnnOp *op = node->node->op;

  node->grid = (CnnSize) { 1, 1 };
  if (!node->needed || node->whole)
    return;
  if (node->by != i)
    {
      CnnSize of = plan->nodes[node->by].grid;

      node->grid = (CnnSize) { MAX (of.height / 2, 1), MAX (of.width / 2, 1) };
    }
  else if (node->in_place)
    node->grid = plan->nodes[node->node->in[0]].grid;
  else if (op->grid)
    node->grid = op->grid (node->node, plan->infos[node->node->in[0]].shape, plan->infos[i].shape);
  /* Then units do not make the same cells twice. */
  if (!node->reduced)
    node->cut = node->grid;
}

static gboolean
is_whole (const CnnPlan *plan, guint i, gboolean tiny)
{
  const CnnPlanNode *node = &plan->nodes[i];
  gboolean           after_whole = node->node->n_in > 0;

  if (tiny || cnn_node_reach (node->node) == CNN_REACH_WHOLE)
    return TRUE;
  for (guint j = 0; j < node->node->n_in; j++)
    after_whole = after_whole && plan->nodes[node->node->in[j]].whole;
  return after_whole && cnn_shape_cells (plan->infos[i].shape) <= TINY_CELLS;
}

static gboolean
wraps (const CnnWindow *window)
{
  return window->border == CNN_BORDER_WRAP && (window->pad.top > 0 || window->pad.bottom > 0 ||
                                               window->pad.left > 0 || window->pad.right > 0);
}

/* Bands cannot wrap around: rows from the other end are needed first. */
static gboolean
needs_held (const CnnPlanNode *node)
{
  return (node->whole && !node->reduces) || (wraps (&node->window) && !node->rereads);
}

static void
set_reduces (CnnPlan *plan, guint i)
{
  CnnPlanNode *node = &plan->nodes[i];
  guint        k = node->node->in[0];
  CnnPlanNode *in = &plan->nodes[k];

  node->reduces = !in->whole;
  if (!node->reduces)
    return;
  in->reduced = TRUE;
  in->cut = cnn_reduce_block (plan->infos[k].shape);
}

static void
set_phases (CnnPlan *plan)
{
  gboolean tiny = plan_is_tiny (plan);

  for (guint i = 0; i < plan->n; i++)
    {
      CnnPlanNode *node = &plan->nodes[i];

      if (!node->needed)
        continue;
      set_window (plan, i);
      node->whole = is_whole (plan, i, tiny);
      node->held = node->whole;
      node->rereads = !node->whole && i > 0 && node->node->in[0] == 0 && wraps (&node->window);
      node->cut = (CnnSize) { 1, 1 };
      for (guint j = 0; j < node->node->n_in; j++)
        {
          CnnPlanNode *in = &plan->nodes[node->node->in[j]];
          gboolean     later = !node->whole && (in->whole || in->stops || needs_held (node));

          node->phase = MAX (node->phase, in->phase + later);
        }
      if (cnn_node_reduction (node->node))
        set_reduces (plan, i);
      plan->n_phases = MAX (plan->n_phases, node->phase + 1);
    }
  for (guint i = plan->n; i-- > 0;)
    {
      CnnPlanNode *node = &plan->nodes[i];

      for (guint j = 0; node->needed && j < node->node->n_in; j++)
        {
          guint        k = node->node->in[j];
          CnnPlanNode *in = &plan->nodes[k];

          in->last_phase = MAX (in->last_phase, node->phase);
          /* The input can be read again; another layer's output cannot. */
          if (needs_held (node) || (k > 0 && in->phase != node->phase))
            in->held = TRUE;
        }
    }
}

static guint
n_uses (const CnnPlan *plan, guint i)
{
  guint uses = 0;

  for (guint k = 0; k < plan->n; k++)
    for (guint j = 0; plan->nodes[k].needed && j < plan->nodes[k].node->n_in; j++)
      uses += plan->nodes[k].node->in[j] == i;
  return uses;
}

/* An activation in the step of the convolution before it, which comes out the same to the bit
 * either way, also where a normalisation between them is folded into the weights. */
static void
set_fused (CnnPlan *plan, guint i, gboolean folds)
{
  CnnPlanNode *node = &plan->nodes[i];
  CnnPlanNode *in = &plan->nodes[node->node->in[0]];
  CnnPlanNode *by = in;

  if (in->fused && in->node->op->affine)
    by = &plan->nodes[in->node->in[0]];
  if (folds && node->node->op->affine && in->node->op->folds)
    node->fused = in->folds = TRUE;
  else if (by->node->op->fuses && node->node->op->slope)
    {
      node->fused = TRUE;
      by->then = node->node;
    }
}

static void
set_in_place (CnnPlan *plan, guint i, gboolean folds)
{
  CnnPlanNode *node = &plan->nodes[i];
  CnnPlanNode *in;

  if (!node->needed || node->node->n_in != 1 || cnn_node_reach (node->node) != CNN_REACH_POINT)
    return;
  if (!cnn_shape_equal (plan->infos[i].shape, plan->infos[node->node->in[0]].shape))
    return;
  in = &plan->nodes[node->node->in[0]];
  if (node->whole)
    node->in_place = cnn_node_ends (plan, i, node->node->in[0]) && in->held;
  else
    node->in_place = n_uses (plan, node->node->in[0]) == 1 && !in->whole && !in->held &&
                     in->tap < 0 && node->node->in[0] > 0;
  if (node->in_place && !node->whole)
    set_fused (plan, i, folds);
}

/* Whether a layer with such a window keeps the largest of each 2×2, which do not overlap. */
gboolean
cnn_node_is_half (const CnnNode *node, const CnnWindow *window)
{
  CnnWindow half = cnn_window_one ();

  half.kernel = half.stride = (CnnSize) { 2, 2 };
  return node->op->largest && node->op->largest (node) && memcmp (window, &half, sizeof half) == 0;
}

/* What 2×2 windows see together. */
static CnnWindow
pooled_window (const CnnWindow *window)
{
  CnnWindow pooled = *window;
  CnnSize   extent = cnn_window_extent (window);

  pooled.kernel.height = extent.height + window->stride.height;
  pooled.kernel.width = extent.width + window->stride.width;
  pooled.dilation = (CnnSize) { 1, 1 };
  pooled.stride.height *= 2;
  pooled.stride.width *= 2;
  return pooled;
}

static gboolean
only_feeds (const CnnPlan *plan, guint i, guint after)
{
  const CnnPlanNode *node = &plan->nodes[i];

  return !node->whole && !node->held && !node->reduced && node->tap < 0 &&
         node->phase == plan->nodes[after].phase && node->last_use == after &&
         n_uses (plan, i) == 1;
}

/* Of a convolution's output, kept only as the largest of each 2×2, nothing else need
 * ever be written: the convolution's step makes the pooling's rows. */
static void
set_absorbed (CnnPlan *plan, guint i)
{
  CnnPlanNode *node = &plan->nodes[i];
  guint        conv, after;
  CnnShape     shape;

  if (!node->needed || node->whole || !cnn_node_is_half (node->node, &node->window))
    return;
  conv = node->node->in[0];
  for (after = i; plan->nodes[conv].fused; after = conv, conv = plan->nodes[conv].node->in[0])
    if (!only_feeds (plan, conv, after))
      return;
  shape = plan->infos[conv].shape;
  if (!only_feeds (plan, conv, after) || plan->nodes[conv].node->op->halves == NULL ||
      !plan->nodes[conv].node->op->halves (plan->nodes[conv].node,
                                           plan->infos[plan->nodes[conv].node->in[0]].shape, shape))
    return;
  /* A slope below 0 turns the order of values around. */
  if (plan->nodes[conv].then && plan->nodes[conv].then->op->slope (plan->nodes[conv].then) < 0.0)
    return;
  /* Tiles made together would lack a row at the edge, and round otherwise. */
  if (shape.height % 2 != 0 || shape.width % 2 != 0)
    return;
  for (guint k = node->node->in[0]; k != conv; k = plan->nodes[k].node->in[0])
    plan->nodes[k].absorbed = TRUE;
  plan->nodes[conv].absorbed = TRUE;
  node->by = conv;
  node->extends = plan->nodes[conv].extends;
  node->rereads = plan->nodes[conv].rereads;
  node->window = pooled_window (&plan->nodes[conv].window);
}

static gboolean
takes_planes (const CnnPlan *plan, guint i)
{
  const CnnPlanNode *node = &plan->nodes[i];
  const CnnNode     *maker = cnn_plan_maker (plan, i);

  return node->needed && !node->whole && !node->absorbed && !node->extends && !node->rereads &&
         maker->op->takes_planes && maker->in[0] > 0 &&
         maker->op->takes_planes (maker, plan->infos[maker->in[0]].shape,
                                  plan->infos[node->by].shape);
}

static gboolean
gives_planes (const CnnPlan *plan, guint i)
{
  const CnnPlanNode *node = &plan->nodes[i];
  const CnnNode     *maker = cnn_plan_maker (plan, i);

  return i > 0 && !node->whole && maker->op->gives_planes &&
         maker->op->gives_planes (maker, plan->infos[maker->in[0]].shape,
                                  plan->infos[node->by].shape, node->by != i);
}

/* Between two layers that take rows apart to work on planes, these stay planes, where nobody
 * else wants them. */
static void
set_planes (CnnPlan *plan, guint i)
{
  guint in, k;

  if (!takes_planes (plan, i))
    return;
  in = cnn_plan_maker (plan, i)->in[0];
  if (plan->infos[in].shape.width < CNN_PLANES_LEAST || !only_feeds (plan, in, plan->nodes[i].by))
    return;
  for (k = in; plan->nodes[k].in_place && plan->nodes[k].fused; k = plan->nodes[k].node->in[0])
    ;
  if (!gives_planes (plan, k))
    return;
  for (plan->nodes[k].planes = TRUE; in != k; in = plan->nodes[in].node->in[0])
    plan->nodes[in].planes = TRUE;
}

static void
list_nodes (CnnPlan *plan, guint number)
{
  CnnPhase *phase = &plan->phases[number];

  phase->nodes = g_new0 (guint, plan->n);
  for (guint i = 0; i < plan->n; i++)
    {
      const CnnPlanNode *node = &plan->nodes[i];
      gboolean           here = node->needed && !node->whole && !node->absorbed &&
                                    node->phase == number;

      for (guint k = i + 1; i == 0 && !node->held && !node->whole && k < plan->n; k++)
        for (guint j = 0; j < plan->nodes[k].node->n_in; j++)
          here = here || (plan->nodes[k].needed && !plan->nodes[k].whole &&
                          plan->nodes[k].phase == number && plan->nodes[k].node->in[j] == 0);
      if (here)
        phase->nodes[phase->n_nodes++] = i;
    }
  phase->rows = g_new0 (int, phase->n_nodes);
  phase->columns = g_new0 (int, phase->n_nodes);
}

/* --- memory ------------------------------------------------------------------ */

static guint64
machine_memory (void)
{
  return (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE);
}

/* Says that the plan needs more memory than it may have; returns FALSE. */
gboolean
cnn_schedule_refuse (const CnnPlan *plan, GError **error)
{
  g_autofree char *needs = g_format_size_full (plan->memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *has = g_format_size_full (plan->budget, G_FORMAT_SIZE_IEC_UNITS);

  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("the network needs %s of memory on an input of %d×%d×%d, "
                 "%s may be used; try a smaller picture or fewer kernels"),
               needs, CNN_SHAPE_ARGS (plan->infos[0].shape), has);
  return FALSE;
}

/* Cuts the plan up and works out what it takes. */
static void
schedule_once (CnnPlan *plan, const CnnPlanOptions *options)
{
  gboolean streams = options == NULL || options->batch == 0;

  set_phases (plan);
  plan->phases = g_new0 (CnnPhase, plan->n_phases);
  for (guint i = 0; i < plan->n; i++)
    {
      set_in_place (plan, i, streams);
      if (streams)
        set_absorbed (plan, i);
      set_grid (plan, i);
    }
  for (guint i = 0; streams && i < plan->n; i++)
    set_planes (plan, i);
  for (guint number = 0; number < plan->n_phases; number++)
    {
      list_nodes (plan, number);
      cnn_cut_phase (plan, number, options);
    }
}

/* Makes it fit the budget where that can be. */
static gboolean
fit (CnnPlan *plan)
{
  plan->memory = cnn_plan_needs (plan);
  while (plan->memory > plan->budget && cnn_cut_smaller (plan))
    plan->memory = cnn_plan_needs (plan);
  while (plan->memory > plan->budget && plan->n_workers > 1)
    {
      plan->n_workers /= 2;
      plan->memory = cnn_plan_needs (plan);
    }
  return plan->memory <= plan->budget;
}

/* Another way to run the same nodes; which one stays is for the caller to say. */
typedef struct
{
  CnnPlanNode *nodes;
  CnnPhase    *phases;
  guint        n_phases;
  guint        n_workers;
  guint64      memory;
} Draft;

static void
draft_exchange (CnnPlan *plan, Draft *draft)
{
  Draft other = { plan->nodes, plan->phases, plan->n_phases, plan->n_workers, plan->memory };

  plan->nodes = draft->nodes;
  plan->phases = draft->phases;
  plan->n_phases = draft->n_phases;
  plan->n_workers = draft->n_workers;
  plan->memory = draft->memory;
  *draft = other;
}

static void
draft_clear (Draft *draft)
{
  cnn_phases_free (draft->phases, draft->n_phases);
  g_free (draft->nodes);
}

/**
 * cnn_schedule:
 * @plan: (inout): a plan whose needed nodes are known
 *
 * Decides in which phase each node runs, which maps are held, how a phase is cut
 * into units and bands, and what all that takes.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set
 */
gboolean
cnn_schedule (CnnPlan *plan, const CnnPlanOptions *options, GError **error)
{
  Draft    draft = { g_memdup2 (plan->nodes, plan->n * sizeof (CnnPlanNode)) };
  gboolean fits;

  plan->budget = options && options->memory ? options->memory : machine_memory () / 2;
  plan->n_workers = options && options->workers > 0 ? (guint) options->workers
                                                    : g_get_num_processors ();
  draft.n_workers = plan->n_workers;
  schedule_once (plan, options);
  fits = fit (plan);
  /* Where a part of a map is wanted, holding maps would make all of them. */
  if ((options == NULL || (options->batch == 0 && options->regions == NULL)) &&
      cnn_stops_pay (plan))
    {
      draft_exchange (plan, &draft);
      if (cnn_stops_choose (plan, plan->budget / 4))
        schedule_once (plan, options);
      if (plan->phases == NULL || (!fit (plan) && fits))
        draft_exchange (plan, &draft);
      else
        fits = plan->memory <= plan->budget;
    }
  draft_clear (&draft);
  return fits || cnn_schedule_refuse (plan, error);
}
