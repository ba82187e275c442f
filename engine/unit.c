/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

/* A unit is a rectangle of a phase's outputs, with all that the layers before
 * them must make for it. It is worked off in steps: each step sets how far every
 * layer shall be, and afterwards drops the rows that nobody needs any more. */

static CnnSpan
span_with (CnnSpan span, int at)
{
  return (CnnSpan) { MIN (span.first, at), MAX (span.end, at + 1) };
}

/**
 * cnn_unit_needs:
 * @rows: whether the spans are rows, otherwise columns
 * @out: what the node shall make
 * @length: rows or columns of its input
 * @reach: (out) (optional): what its windows cover, also outside the input
 *
 * Returns: the part of its input that is needed, at least one row or column
 */
CnnSpan
cnn_unit_needs (const CnnPlanNode *node, gboolean rows, CnnSpan out, int length, CnnSpan *reach)
{
  const CnnWindow *window = &node->window;
  CnnRect          one = { 0, 0, 1, 1 }, in;
  CnnSpan          cover, need;

  if (rows)
    {
      one.y = out.first;
      one.height = out.end - out.first;
    }
  else
    {
      one.x = out.first;
      one.width = out.end - out.first;
    }
  in = cnn_window_input (window, one);
  cover.first = rows ? in.y : in.x;
  cover.end = cover.first + (rows ? in.height : in.width);
  if (reach)
    *reach = cover;

  /* A layer that broadcasts reads the only row there is. */
  need.first = CLAMP (cover.first, 0, length - 1);
  need.end = CLAMP (cover.end, need.first + 1, length);
  if (window->border == CNN_BORDER_ZERO || node->rereads)
    return need;
  for (int i = cover.first; i < MIN (cover.end, 0); i++)
    need = span_with (need, cnn_border_index (window->border, i, length));
  for (int i = MAX (cover.first, length); i < cover.end; i++)
    need = span_with (need, cnn_border_index (window->border, i, length));
  return need;
}

/**
 * cnn_node_is_output:
 *
 * Returns: whether the node's output is made in that phase to be passed on: for
 *   a tap, to be held or to be taken in by a layer that reduces it
 */
gboolean
cnn_node_is_output (const CnnPlan *plan, guint node, guint phase)
{
  const CnnPlanNode *at = &plan->nodes[node];

  return at->phase == phase && !at->whole && (at->tap >= 0 || at->held || at->reduced);
}

/**
 * cnn_node_ends:
 * @node: a node that runs on whole maps
 * @in: one of its inputs
 *
 * Returns: whether nobody reads @in's output once @node has run. Phases do not follow the
 *   network's order where it branches
 */
gboolean
cnn_node_ends (const CnnPlan *plan, guint node, guint in)
{
  return plan->nodes[in].last_use == node && plan->nodes[in].last_phase <= plan->nodes[node].phase;
}

/**
 * cnn_node_output:
 *
 * Returns: the part of an output that is wanted
 */
CnnRect
cnn_node_output (const CnnPlan *plan, guint node)
{
  const CnnPlanNode *at = &plan->nodes[node];
  CnnShape           shape = plan->infos[node].shape;

  if (at->held || at->reduced)
    return (CnnRect) { 0, 0, shape.width, shape.height };
  return at->region;
}

/**
 * cnn_node_work:
 * @places: how many places of its map are made
 *
 * Returns: what that takes. A cell counts as one multiplication: it is at least
 *   read and written
 */
double
cnn_node_work (const CnnPlan *plan, guint node, gint64 places)
{
  CnnShape shape = plan->infos[node].shape;
  double   share = (double) places / ((double) shape.height * shape.width);

  return ((double) plan->infos[plan->nodes[node].by].macs + (double) cnn_shape_cells (shape)) *
         share;
}

int
cnn_phase_n_units (const CnnPhase *phase)
{
  return phase->n_nodes > 0 ? phase->n_sections * phase->n_strips : 0;
}

static gboolean
is_banded (const CnnPlan *plan, guint phase, guint node)
{
  const CnnPlanNode *at = &plan->nodes[node];

  /* The input is read anew in every phase that wants it, unless it is held. */
  return !at->whole && (at->phase == phase || (node == 0 && !at->held));
}

/* Where part number @part of a length begins, at a multiple of @cut or at the end. */
static int
part_begin (int length, int part, int n_parts, int cut)
{
  int at = (int) ((gint64) length * part / n_parts);

  return part < n_parts ? MIN ((at + cut / 2) / cut * cut, length) : length;
}

static CnnSpan
slice (int first, int length, int part, int n_parts, int cut)
{
  return (CnnSpan) { first + part_begin (length, part, n_parts, cut),
                     first + part_begin (length, part + 1, n_parts, cut) };
}

static gboolean
is_empty (CnnSpan span)
{
  return span.first >= span.end;
}

static void
widen (CnnSpan *span, CnnSpan other)
{
  if (is_empty (other))
    return;
  if (is_empty (*span))
    *span = other;
  span->first = MIN (span->first, other.first);
  span->end = MAX (span->end, other.end);
}

static int
grid_end (int end, int grid, int length)
{
  return (int) MIN (((gint64) end + grid - 1) / grid * grid, length);
}

/* Extends a span to where the node's tiles may begin and end. */
static void
snap (CnnSpan *span, int grid, int length)
{
  span->first -= span->first % grid;
  span->end = grid_end (span->end, grid, length);
}

static double
jump_of (const CnnPlan *plan, guint node)
{
  double jump = plan->infos[node].receptive.jump.height;

  return jump > 0.0 ? jump : 1.0;
}

static double
coarsest_jump (const CnnPlan *plan, const CnnPhase *phase, guint number)
{
  double jump = 0.0;

  for (guint k = 0; k < phase->n_nodes; k++)
    if (cnn_node_is_output (plan, phase->nodes[k], number))
      jump = MAX (jump, jump_of (plan, phase->nodes[k]));
  return jump;
}

/**
 * cnn_unit_finer:
 * @jump: from one cell's receptive field to the next
 *
 * Returns: how many rows of a node there are to one of a layer with that jump, at least 1
 */
int
cnn_unit_finer (const CnnPlan *plan, guint node, double jump)
{
  return (int) CLAMP (jump / jump_of (plan, node), 1.0, 1 << 15);
}

/**
 * cnn_unit_begin:
 * @unit: number of the unit
 * @nodes: (out): what each node makes in it, [plan->n]; filled for the nodes of
 *   the phase
 */
void
cnn_unit_begin (const CnnPlan *plan, guint number, int unit, CnnUnitNode *nodes)
{
  const CnnPhase *phase = &plan->phases[number];
  double          coarsest = coarsest_jump (plan, phase, number);

  for (guint k = 0; k < phase->n_nodes; k++)
    {
      guint        i = phase->nodes[k];
      CnnUnitNode *at = &nodes[i];
      CnnRect      output = cnn_node_output (plan, i);
      CnnSize      cut = plan->nodes[i].cut;

      *at = (CnnUnitNode) { 0 };
      if (!cnn_node_is_output (plan, i, number))
        continue;
      at->own_rows = slice (output.y, output.height, unit % phase->n_sections, phase->n_sections,
                            cut.height);
      at->own_columns = slice (output.x, output.width, unit / phase->n_sections, phase->n_strips,
                               cut.width);
      if (is_empty (at->own_rows) || is_empty (at->own_columns))
        continue;
      at->rows = at->own_rows;
      at->columns = at->own_columns;
      at->step = (int) MIN ((gint64) phase->band * cnn_unit_finer (plan, i, coarsest),
                            output.height);
    }
  for (guint k = phase->n_nodes; k-- > 0;)
    {
      guint              i = phase->nodes[k];
      const CnnPlanNode *node = &plan->nodes[i];
      const CnnNode     *maker = cnn_plan_maker (plan, i);

      if (is_empty (nodes[i].rows) || is_empty (nodes[i].columns))
        nodes[i].rows = nodes[i].columns = (CnnSpan) { 0, 0 };
      snap (&nodes[i].rows, node->grid.height, plan->infos[i].shape.height);
      snap (&nodes[i].columns, node->grid.width, plan->infos[i].shape.width);
      nodes[i].base = nodes[i].made = nodes[i].goal = nodes[i].rows.first;
      if (nodes[i].rows.end == 0 || i == 0)
        continue;
      for (guint j = 0; j < maker->n_in; j++)
        {
          guint    in = maker->in[j];
          CnnShape shape = plan->infos[in].shape;

          if (!is_banded (plan, number, in))
            continue;
          widen (&nodes[in].rows, cnn_unit_needs (node, TRUE, nodes[i].rows, shape.height, NULL));
          widen (&nodes[in].columns,
                 cnn_unit_needs (node, FALSE, nodes[i].columns, shape.width, NULL));
        }
    }
}

/**
 * cnn_unit_next:
 *
 * Sets how far each node shall be after the next step.
 *
 * Returns: %FALSE when nothing is left to do
 */
gboolean
cnn_unit_next (const CnnPlan *plan, guint number, CnnUnitNode *nodes)
{
  const CnnPhase *phase = &plan->phases[number];
  gboolean        more = FALSE;

  for (guint k = 0; k < phase->n_nodes; k++)
    {
      CnnUnitNode *at = &nodes[phase->nodes[k]];

      if (at->step == 0 || at->made >= at->own_rows.end)
        continue;
      at->goal = MAX (at->goal, MIN (MAX (at->made, at->own_rows.first) + at->step,
                                     at->own_rows.end));
      more = TRUE;
    }
  for (guint k = phase->n_nodes; k-- > 0;)
    {
      guint              i = phase->nodes[k];
      const CnnPlanNode *node = &plan->nodes[i];
      const CnnNode     *maker = cnn_plan_maker (plan, i);
      CnnSpan            rows = { nodes[i].rows.first, nodes[i].goal };

      if (i == 0 || rows.first >= rows.end)
        continue;
      rows.end = nodes[i].goal = grid_end (rows.end, node->grid.height, nodes[i].rows.end);
      for (guint j = 0; j < maker->n_in; j++)
        {
          guint in = maker->in[j];

          if (is_banded (plan, number, in))
            nodes[in].goal = MAX (nodes[in].goal,
                                  cnn_unit_needs (node, TRUE, rows, plan->infos[in].shape.height,
                                                  NULL).end);
        }
    }
  return more;
}

/**
 * cnn_unit_work:
 *
 * Returns: what the step takes that cnn_unit_next() set
 */
double
cnn_unit_work (const CnnPlan *plan, guint number, const CnnUnitNode *nodes)
{
  const CnnPhase *phase = &plan->phases[number];
  double          work = 0.0;

  for (guint k = 0; k < phase->n_nodes; k++)
    {
      const CnnUnitNode *at = &nodes[phase->nodes[k]];

      if (at->goal > at->made)
        work += cnn_node_work (plan, phase->nodes[k], (gint64) (at->goal - at->made) *
                                                      (at->columns.end - at->columns.first));
    }
  return work;
}

/**
 * cnn_unit_drop:
 *
 * Sets the first row of each node that a later step still needs.
 */
void
cnn_unit_drop (const CnnPlan *plan, guint number, CnnUnitNode *nodes)
{
  const CnnPhase *phase = &plan->phases[number];

  for (guint k = 0; k < phase->n_nodes; k++)
    nodes[phase->nodes[k]].base = nodes[phase->nodes[k]].made;
  for (guint k = phase->n_nodes; k-- > 0;)
    {
      guint              i = phase->nodes[k];
      const CnnPlanNode *node = &plan->nodes[i];
      const CnnNode     *maker = cnn_plan_maker (plan, i);
      CnnSpan            left = { nodes[i].made, nodes[i].rows.end };

      for (guint j = 0; i > 0 && j < maker->n_in; j++)
        {
          guint        in = maker->in[j];
          CnnUnitNode *from = &nodes[in];

          if (!is_banded (plan, number, in))
            continue;
          if (left.first < left.end)
            from->base = MIN (from->base,
                              cnn_unit_needs (node, TRUE, left, plan->infos[in].shape.height,
                                              NULL).first);
          /* Both are the same rows in memory. */
          if (node->in_place)
            from->base = MIN (from->base, nodes[i].base);
        }
    }
}

/**
 * cnn_unit_tile:
 * @rows: rows to make
 * @columns: columns to make
 * @task: (out): the task of making them
 * @needs: (out): the part of each input that is needed, [CNN_MAX_INPUTS]
 * @reach: (out): what its windows cover of input 0, also outside it
 */
void
cnn_unit_tile (const CnnPlan *plan, guint i, CnnSpan rows, CnnSpan columns, CnnTask *task,
               CnnRect *needs, CnnRect *reach)
{
  const CnnPlanNode *node = &plan->nodes[i];
  const CnnPlanNode *by = &plan->nodes[node->by];
  const CnnNode     *maker = by->node;
  CnnSpan            over_rows = { 0, 0 }, over_columns = { 0, 0 };

  *task = (CnnTask) {
    .node = maker,
    .weights = by->folds ? by->folded : by->weights,
    .store = by->store,
    .n_in = maker->n_in,
    .then = by->then,
    .halves = by != node,
    .out = { rows.end - rows.first, columns.end - columns.first, plan->infos[i].shape.channels },
    .whole = plan->infos[maker->in[0]].shape,
  };
  for (guint j = task->n_in; j-- > 0;)
    {
      CnnShape in = plan->infos[maker->in[j]].shape;
      CnnSpan  y = cnn_unit_needs (node, TRUE, rows, in.height, &over_rows);
      CnnSpan  x = cnn_unit_needs (node, FALSE, columns, in.width, &over_columns);

      needs[j] = (CnnRect) { x.first, y.first, x.end - x.first, y.end - y.first };
      task->in[j] = (CnnShape) { needs[j].height, needs[j].width, in.channels };
      if (j > 0 || node->extends || maker->op->broadcasts || maker->op->seeks)
        continue;
      task->pad = (CnnSides) {
        .top = y.first - over_rows.first,
        .right = over_columns.end - x.end,
        .bottom = over_rows.end - y.end,
        .left = x.first - over_columns.first,
      };
    }
  *reach = (CnnRect) { over_columns.first, over_rows.first, over_columns.end - over_columns.first,
                       over_rows.end - over_rows.first };
  if (node->extends)
    {
      task->in[0].height = reach->height;
      task->in[0].width = reach->width;
    }
}
