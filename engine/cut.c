/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include <unistd.h>

/* How a phase is cut up: sections for the workers, strips that are narrow enough for
 * the cache, and bands of rows. */

/* --- what a cut takes ------------------------------------------------------- */

/* Floats that a node's tile takes when it is put together. */
static gsize
tile_floats (const CnnPlan *plan, guint i, const CnnUnitNode *unit)
{
  CnnTask task;
  CnnRect needs[CNN_MAX_INPUTS], reach;
  gint64  cells = 0;

  if (i == 0 || unit->goal <= unit->made)
    return 0;
  cnn_unit_tile (plan, i, (CnnSpan) { unit->made, unit->goal }, unit->columns, &task, needs,
                 &reach);
  for (guint j = 0; j < task.n_in; j++)
    if (!plan->nodes[task.node->in[j]].planes)
      cells += cnn_shape_cells (task.in[j]);
  return (gsize) cells;
}

/* Goes through a unit without computing, to see what it takes. */
static void
measure_unit (const CnnPlan *plan, guint number, int unit, CnnUnitNode *nodes)
{
  CnnPhase *phase = &plan->phases[number];
  double    work = 0.0;

  cnn_unit_begin (plan, number, unit, nodes);
  while (cnn_unit_next (plan, number, nodes))
    {
      work += cnn_unit_work (plan, number, nodes);
      for (guint k = 0; k < phase->n_nodes; k++)
        {
          CnnUnitNode *at = &nodes[phase->nodes[k]];

          phase->rows[k] = MAX (phase->rows[k], at->goal - at->base);
          phase->columns[k] = MAX (phase->columns[k], at->columns.end - at->columns.first);
          phase->scratch = MAX (phase->scratch, tile_floats (plan, phase->nodes[k], at));
          at->made = MAX (at->made, at->goal);
        }
      cnn_unit_drop (plan, number, nodes);
    }
  phase->work += work;
  phase->longest = MAX (phase->longest, work);
}

/* What a worker takes with the phase cut up as it is, and what all of it takes. */
static void
measure_phase (const CnnPlan *plan, guint number)
{
  CnnPhase               *phase = &plan->phases[number];
  g_autofree CnnUnitNode *nodes = g_new0 (CnnUnitNode, plan->n);

  for (guint k = 0; k < phase->n_nodes; k++)
    phase->rows[k] = phase->columns[k] = 0;
  phase->scratch = 0;
  phase->work = phase->longest = 0.0;
  for (int unit = 0; unit < cnn_phase_n_units (phase); unit++)
    measure_unit (plan, number, unit, nodes);
  phase->scratch = (phase->scratch + 15) / 16 * 16;
  phase->bytes = phase->scratch * sizeof (float);
  for (guint k = 0; k < phase->n_nodes; k++)
    phase->bytes += cnn_phase_node_floats (plan, phase, k) * sizeof (float);
}

/* --- a good cut --------------------------------------------------------------- */

/**
 * Band:
 * @finest: rows and columns of the phase's finest output
 * @row: bytes of all that is made for one row of the coarsest
 * @kept: bytes of the rows that are kept from one band to the next
 * @least: rows of a band that makes as many rows of each layer as are kept of it
 */
typedef struct
{
  CnnSize finest;
  guint64 row;
  guint64 kept;
  int     least;
} Band;

/* Rows of a node that stay for the next band: where a window begins in one and ends
 * in the other. */
static int
rows_kept (const CnnPlan *plan, const CnnPhase *phase, guint node)
{
  int rows = 0;

  for (guint k = 0; k < phase->n_nodes; k++)
    {
      const CnnPlanNode *after = &plan->nodes[phase->nodes[k]];
      const CnnNode     *maker = cnn_plan_maker (plan, phase->nodes[k]);
      int                up = cnn_window_up (&after->window).height;

      for (guint j = 0; phase->nodes[k] > 0 && j < maker->n_in; j++)
        if (maker->in[j] == node)
          rows = MAX (rows, (cnn_window_extent (&after->window).height -
                             after->window.stride.height + up - 1) / up);
    }
  return rows;
}

static void
look_at_outputs (const CnnPlan *plan, guint number, Band *band, double *coarsest, double *share)
{
  const CnnPhase *phase = &plan->phases[number];

  band->finest = (CnnSize) { 1, 1 };
  *coarsest = 0.0;
  *share = 0.0;
  for (guint k = 0; k < phase->n_nodes; k++)
    {
      const CnnNodeInfo *info = &plan->infos[phase->nodes[k]];
      CnnRect            output = cnn_node_output (plan, phase->nodes[k]);
      double             jump = info->receptive.jump.height;

      if (!cnn_node_is_output (plan, phase->nodes[k], number))
        continue;
      *coarsest = MAX (*coarsest, jump > 0.0 ? jump : 1.0);
      *share = MAX (*share, (double) output.width / info->shape.width);
      band->finest.height = MAX (band->finest.height, output.height);
      band->finest.width = MAX (band->finest.width, output.width);
    }
}

static Band
look_at_phase (const CnnPlan *plan, guint number)
{
  const CnnPhase *phase = &plan->phases[number];
  Band            band = { .least = 1 };
  double          coarsest;
  double          share; /* of the width that is wanted */

  look_at_outputs (plan, number, &band, &coarsest, &share);
  for (guint k = 0; k < phase->n_nodes; k++)
    {
      guint              i = phase->nodes[k];
      const CnnNodeInfo *info = &plan->infos[i];
      int                rows = cnn_unit_finer (plan, i, coarsest);
      int                kept = rows_kept (plan, phase, i);
      double             bytes = share * info->shape.width * info->shape.channels * sizeof (float);

      band.least = MAX (band.least, (kept + rows - 1) / rows);
      if (plan->nodes[i].in_place)
        continue;
      band.row += (guint64) (bytes * rows);
      band.kept += (guint64) (bytes * kept);
    }
  band.row = MAX (band.row, 1);
  return band;
}

static guint64
cache_bytes (void)
{
  long bytes = sysconf (_SC_LEVEL2_CACHE_SIZE);

  return bytes > 0 ? (guint64) bytes : 1024 * 1024;
}

/* Bytes of the phase's weights, which are read once for each band. */
static guint64
phase_weight_bytes (const CnnPlan *plan, const CnnPhase *phase)
{
  guint64 bytes = 0;

  for (guint k = 0; k < phase->n_nodes; k++)
    bytes += cnn_node_weight_bytes (plan, plan->nodes[phase->nodes[k]].by);
  return bytes;
}

/**
 * cnn_cut_phase:
 * @options: (nullable): what the caller decides
 *
 * A band of all layers shall stay in the cache, with the rows that are kept, and leave half of
 * it to what is read and written besides; but it shall be at least so high that no more rows
 * are kept, and moved, than made. Only where the cache is far too small for that, the picture
 * is also cut into strips of columns: these must be put together from rows of the whole width
 * and taken apart into such. Where weights do not stay in it either, a band is so high that it
 * takes as much as they do. Each worker gets a section of the rows, unless it would be a low one.
 */
void
cnn_cut_phase (CnnPlan *plan, guint number, const CnnPlanOptions *options)
{
  CnnPhase *phase = &plan->phases[number];
  Band      band = look_at_phase (plan, number);
  gint64    weights = (gint64) phase_weight_bytes (plan, phase);
  gint64    cache = (gint64) cache_bytes ();
  int       most_strips = MAX (band.finest.width / 256, 1);

  phase->n_strips = (int) CLAMP (band.least * (gint64) band.row / (2 * cache), 1, most_strips);
  phase->band = (int) CLAMP ((cache / 2 * phase->n_strips - (gint64) band.kept) / (gint64) band.row,
                             band.least, MAX (band.least, 64));
  if (weights > cache)
    phase->band = MAX (phase->band, (int) MIN (weights / (gint64) band.row, 64));
  phase->n_sections = (int) CLAMP (band.finest.height / 64, 1, (int) plan->n_workers);
  if (options && options->strip_columns > 0)
    phase->n_strips = MAX (band.finest.width / options->strip_columns, 1);
  if (options && options->band_rows > 0)
    phase->band = options->band_rows;
  if (options && options->workers > 0)
    phase->n_sections = MIN (band.finest.height, options->workers);
  measure_phase (plan, number);
}

/**
 * cnn_cut_smaller:
 *
 * Cuts into lower bands, then into narrower strips, to take less memory.
 *
 * Returns: %FALSE where that does not help any more
 */
gboolean
cnn_cut_smaller (CnnPlan *plan)
{
  gboolean smaller = FALSE;

  for (guint number = 0; number < plan->n_phases; number++)
    {
      CnnPhase *phase = &plan->phases[number];

      if (phase->n_nodes == 0)
        continue;
      if (phase->band > 1)
        phase->band /= 2;
      else if (look_at_phase (plan, number).finest.width / phase->n_strips > 32)
        phase->n_strips *= 2;
      else
        continue;
      measure_phase (plan, number);
      smaller = TRUE;
    }
  return smaller;
}
