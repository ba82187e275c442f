/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "planes.h"

G_BEGIN_DECLS

/* A plan runs in phases. In a phase, local layers work on bands of rows, depth
 * first, each keeping the rows its followers still need; layers that need all
 * of their input run on whole maps at the end of the phase, and what comes
 * after them is the next phase. Maps that must be whole for that are held in
 * memory, and those where a deep network's bands stop; all others only ever exist as
 * bands. */

/** CnnSpan: rows or columns from first up to, not including, end. */
typedef struct
{
  int first;
  int end;
} CnnSpan;

typedef struct
{
  const CnnNode *node;
  CnnTensor     *weights[CNN_MAX_WEIGHTS];
  guint          n_weights;
  CnnTensor     *folded[2];  /* what it runs with instead, where a layer was folded into it */
  CnnStore      *store;
  CnnWindow      window;
  CnnSize        grid;       /* its tiles begin and end at multiples of this */
  gboolean       extends;    /* the border is put around its input beforehand */
  gboolean       rereads;    /* its border wraps around the input, read again for that */
  gboolean       needed;     /* by a tap, or by a node that is */
  gboolean       whole;      /* runs on whole maps, at the end of its phase */
  gboolean       held;       /* its whole output is kept until the last use */
  gboolean       stops;      /* it is held for the next phase to begin there, see stops.c */
  gboolean       reduces;    /* takes in its input bit by bit while that is made */
  gboolean       reduced;    /* its output is taken in so */
  CnnSize        cut;        /* units begin and end at multiples of this */
  gboolean       in_place;   /* takes over the buffer of its input */
  gboolean       fused;      /* the layer before does it to its output */
  gboolean       folds;      /* a layer is folded into its weights */
  const CnnNode *then;       /* the layer that is fused into this one */
  guint          by;         /* the node whose step makes its output, from that one's
                              * inputs: itself, or a convolution that pools */
  gboolean       absorbed;   /* made by the step of the pooling after it */
  gboolean       planes;     /* its rows are planes */
  guint          phase;
  guint          last_phase; /* in which its output is used */
  guint          last_use;   /* the last node of the network that reads its output; with
                              * branches another may run later, see cnn_node_ends() */
  int            tap;        /* −1 for none */
  CnnRect        region;     /* of the tap's map that is wanted */
} CnnPlanNode;

/**
 * CnnPhase:
 * @n_sections: parts the rows are cut into
 * @n_strips: parts the columns are cut into
 * @band: rows of the coarsest output that a step makes
 * @n_nodes: how many nodes run in bands
 * @nodes: their numbers, in order
 * @rows: most rows that any unit keeps of each, [n_nodes]
 * @columns: most columns, [n_nodes]
 * @scratch: floats for a tile that is put together
 * @bytes: what a worker takes
 * @work: multiplications and cells of all units
 * @longest: the same of the unit that has most
 */
typedef struct
{
  int      n_sections;
  int      n_strips;
  int      band;
  guint    n_nodes;
  guint   *nodes;
  int     *rows;
  int     *columns;
  gsize    scratch;
  guint64  bytes;
  double   work;
  double   longest;
} CnnPhase;

typedef struct _CnnBatch CnnBatch;

struct _CnnPlan
{
  CnnNetwork  *network;
  CnnNodeInfo *infos;    /* [n] */
  CnnPlanNode *nodes;    /* [n] */
  guint        n;
  CnnPhase    *phases;   /* [n_phases] */
  guint        n_phases;
  guint        n_workers;
  guint64      memory;
  guint64      budget;   /* for it */
  GPtrArray   *workers;  /* of CnnWorker */
  CnnBatch    *batch;    /* or NULL: no images were run at a time */
};

/* --- plan.c ----------------------------------------------------------------- */

void     cnn_phases_free     (CnnPhase *phases, guint n);
void     cnn_plan_whole_task (const CnnPlan *plan, guint node, CnnTask *task);

/* The node whose inputs are read to make node @i. */
static inline const CnnNode *
cnn_plan_maker (const CnnPlan *plan, guint i)
{
  return plan->nodes[plan->nodes[i].by].node;
}

/* Floats of a row of a node's output, as it is kept in a phase. */
static inline gsize
cnn_node_row_floats (const CnnPlan *plan, guint i, int columns)
{
  int channels = plan->infos[i].shape.channels;

  return plan->nodes[i].planes ? cnn_planes_row (channels, cnn_planes_stride (columns))
                               : (gsize) columns * channels;
}

/* Floats that a worker keeps of number @k of a phase's nodes: whole cache lines. */
static inline gsize
cnn_phase_node_floats (const CnnPlan *plan, const CnnPhase *phase, guint k)
{
  gsize row = cnn_node_row_floats (plan, phase->nodes[k], phase->columns[k]);

  return plan->nodes[phase->nodes[k]].in_place ? 0 : (phase->rows[k] * row + 15) / 16 * 16;
}

/* --- unit.c: a part of the picture in a phase ------------------------------ */

/** CnnUnitNode: what a node makes in a unit, and the part of it that is output. */
typedef struct
{
  CnnSpan rows;
  CnnSpan columns;
  CnnSpan own_rows;
  CnnSpan own_columns;
  int     step;  /* output rows of a step; 0 where it is no output */
  int     base;  /* first row that is kept */
  int     made;  /* rows are made up to here */
  int     goal;  /* rows to be made in this step */
} CnnUnitNode;

CnnSpan  cnn_unit_needs   (const CnnPlanNode *node, gboolean rows, CnnSpan out, int length,
                           CnnSpan *reach);
gboolean cnn_node_is_output (const CnnPlan *plan, guint node, guint phase);
gboolean cnn_node_ends    (const CnnPlan *plan, guint node, guint in);
CnnRect  cnn_node_output  (const CnnPlan *plan, guint node);
double   cnn_node_work    (const CnnPlan *plan, guint node, gint64 places);
int      cnn_phase_n_units (const CnnPhase *phase);
int      cnn_unit_finer   (const CnnPlan *plan, guint node, double jump);
void     cnn_unit_begin   (const CnnPlan *plan, guint phase, int unit, CnnUnitNode *nodes);
gboolean cnn_unit_next    (const CnnPlan *plan, guint phase, CnnUnitNode *nodes);
double   cnn_unit_work    (const CnnPlan *plan, guint phase, const CnnUnitNode *nodes);
void     cnn_unit_drop    (const CnnPlan *plan, guint phase, CnnUnitNode *nodes);
void     cnn_unit_tile    (const CnnPlan *plan, guint node, CnnSpan rows, CnnSpan columns,
                           CnnTask *task, CnnRect *needs, CnnRect *reach);

/* --- schedule.c: what runs when, and what it takes ----------------------------- */

gboolean cnn_schedule     (CnnPlan *plan, const CnnPlanOptions *options, GError **error);
gboolean cnn_node_is_half (const CnnNode *node, const CnnWindow *window);
gboolean cnn_schedule_refuse (const CnnPlan *plan, GError **error);

/* --- cut.c: how a phase is cut up --------------------------------------------- */

void     cnn_cut_phase    (CnnPlan *plan, guint phase, const CnnPlanOptions *options);
gboolean cnn_cut_smaller  (CnnPlan *plan);

/* --- fold-weights.c: layers that go into weights -------------------------------------- */

gboolean cnn_plan_fold    (CnnPlan *plan, guint node, GError **error);

/* --- needs.c: what a plan takes of memory --------------------------------------- */

guint64  cnn_node_weight_bytes (const CnnPlan *plan, guint node);
guint64  cnn_plan_needs   (const CnnPlan *plan);

/* --- stops.c: where deep networks' bands end --------------------------------- */

gboolean cnn_stops_choose (CnnPlan *plan, guint64 most);
gboolean cnn_stops_pay    (const CnnPlan *plan);

/* --- worker.c: running units ------------------------------------------------ */

typedef struct _CnnWorker CnnWorker;
typedef struct _CnnRun    CnnRun;

CnnWorker *cnn_worker_new  (const CnnPlan *plan);
void       cnn_worker_free (CnnWorker *worker);
CnnStep   *cnn_worker_step (CnnWorker *worker, const CnnTask *task, guint node, GError **error);
gboolean   cnn_worker_unit (CnnWorker *worker, CnnRun *run, guint phase, int unit, GError **error);

/* --- run.c: the thread that runs the plan ------------------------------------ */

const float *cnn_run_input  (CnnRun *run);
gboolean     cnn_run_read   (CnnRun *run, const CnnRect *rect, float *values, gsize stride);
gboolean     cnn_run_write  (CnnRun *run, guint node, const CnnRect *rect, const float *values,
                             gsize stride);
float       *cnn_run_tap_rows (CnnRun *run, guint node, int row);
gboolean     cnn_run_report (CnnRun *run, double work);
const float *cnn_run_held   (CnnRun *run, guint node);
void         cnn_run_hold   (CnnRun *run, guint node, const CnnRect *rect, const float *values,
                             gsize stride);
void         cnn_run_reduce (CnnRun *run, guint node, const CnnRect *rect, const float *values,
                             gsize stride);

/* --- batch.c: many small images ------------------------------------------------ */

CnnBatch *cnn_batch_new  (CnnPlan *plan, guint most, GError **error);
void      cnn_batch_free (CnnBatch *batch);

G_END_DECLS
