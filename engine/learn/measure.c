/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "learn-private.h"
#include "plan.h"

/* How close pictures are, as an eye compares them: in stored values, between black and white. */

/* What is left at least: two pictures that are the same have 200 dB, not infinitely many. */
#define LEAST_SQUARE 1e-20

/* Pictures that a plan gets at a time. */
#define BATCH 16

/** cnn_psnr: in dB, of values from 0 to 1. */
double
cnn_psnr (double mean_square)
{
  return -10.0 * log10 (MAX (mean_square, LEAST_SQUARE));
}

/**
 * cnn_measure_squares:
 * @made: numbers, [n][channels]
 * @after: what they should be
 * @counts: how much each cell counts, [n]
 * @sum: (out): the sum of the means over the channels of the squared differences of stored values,
 *   clamped to 0 … 1, times the counts
 *
 * Returns: the sum of the counts
 */
double
cnn_measure_squares (const CnnPairs *pairs, gsize n, const float *made, const float *after,
                     const float *counts, double *sum)
{
  gsize             channels = (gsize) pairs->channels;
  g_autofree float *a = g_new (float, 2 * n * channels + 1);
  float            *b = a + n * channels;
  double            weight = 0.0;

  pairs->stored (made, n, a, pairs->data);
  pairs->stored (after, n, b, pairs->data);
  *sum = 0.0;
  for (gsize i = 0; i < n; i++)
    {
      double squares = 0.0;

      for (gsize c = i * channels; c < (i + 1) * channels; c++)
        {
          double by = (double) CLAMP (a[c], 0.0f, 1.0f) - CLAMP (b[c], 0.0f, 1.0f);

          squares += by * by;
        }
      weight += counts[i];
      *sum += squares / (double) channels * counts[i];
    }
  return weight;
}

/* --- blocks --------------------------------------------------------------------------------- */

typedef struct
{
  const CnnPairs *pairs;
  const CnnSplit *split;
  const float    *constant; /* (nullable): what is held against the picture after, [channels];
                             * %NULL: the picture before */
  const float    *made;     /* (nullable): instead of both: of blocks @first …, [n][shape] */
  CnnShape        shape;    /* of what was made for each */
  const guint    *blocks;   /* their numbers */
  int             halo;
  guint           turn;     /* how the network is shown it */
  double         *squares;  /* [blocks] */
  double         *weights;  /* [blocks] */
} Trial;

/* The part of the picture that is shown for a block: the block with @halo around it, moved so that
 * it is inside. */
static CnnRect
shown_for (const CnnPairs *pairs, const CnnHeld *held, CnnShape shape, int halo)
{
  const CnnRect *rect = &cnn_pairs_part (pairs, held->part)->rect;

  return (CnnRect) { CLAMP (held->rect.x - halo, 0, rect->width - shape.width),
                     CLAMP (held->rect.y - halo, 0, rect->height - shape.height), shape.width,
                     shape.height };
}

static void
try_block (gpointer data, guint i)
{
  const Trial       *trial = data;
  const CnnPairs    *pairs = trial->pairs;
  guint              number = trial->blocks ? trial->blocks[i] : i;
  const CnnHeld     *held = &g_array_index (trial->split->held, CnnHeld, number);
  const CnnPairPart *part = cnn_pairs_part (pairs, held->part);
  gsize              channels = (gsize) pairs->channels, width = (gsize) held->rect.width;
  CnnRect            shown = shown_for (pairs, held, trial->shape, trial->halo);
  g_autofree float  *constant = g_new (float, width * channels);

  for (gsize k = 0; trial->constant && k < width * channels; k++)
    constant[k] = trial->constant[k % channels];
  trial->squares[number] = trial->weights[number] = 0.0;
  for (int y = held->rect.y; y < held->rect.y + held->rect.height; y++)
    {
      gsize        at = (gsize) y * part->rect.width + held->rect.x;
      const float *made = trial->constant ? constant : part->before + at * channels;
      double       squares;

      if (trial->made)
        made = trial->made + i * (gsize) cnn_shape_cells (trial->shape) +
               ((gsize) (y - shown.y) * shown.width + (held->rect.x - shown.x)) * channels;
      trial->weights[number] += cnn_measure_squares (pairs, width, made,
                                                     part->after + at * channels,
                                                     part->counts + at, &squares);
      trial->squares[number] += squares;
    }
}

static double
sum_up (const Trial *trial)
{
  double squares = 0.0, weight = 0.0;

  for (guint i = 0; i < trial->split->held->len; i++)
    {
      squares += trial->squares[i];
      weight += trial->weights[i];
    }
  return cnn_psnr (squares / MAX (weight, 1e-30));
}

/* What a block takes, in numbers; turning one into what is stored is like reading many. */
static gsize
numbers_of (const CnnFilterLearning *learning, const CnnPairs *pairs)
{
  return (gsize) learning->split->side * learning->split->side * pairs->channels * 16;
}

/**
 * cnn_measure_constant:
 * @constant: (nullable): one colour, [channels]
 *
 * Returns: PSNR of what is held back between the picture after and that colour, or the picture
 *   before, in dB
 */
double
cnn_measure_constant (CnnFilterLearning *learning, const CnnPairs *pairs, const float *constant)
{
  guint              n = learning->split->held->len;
  g_autofree double *squares = g_new0 (double, n), *weights = g_new0 (double, n);
  Trial trial = { .pairs = pairs, .split = learning->split, .constant = constant,
                  .shape = { 1, 1, 1 }, .squares = squares, .weights = weights };

  cnn_learning_each (learning, n, (gsize) n * numbers_of (learning, pairs), try_block, &trial);
  return sum_up (&trial);
}

/* --- a network ------------------------------------------------------------------------------ */

/* How far it sees from a cell. */
static int
reach_of (const CnnNodeInfo *info)
{
  double size = MAX (info->receptive.size.height, info->receptive.size.width);

  return MIN ((int) ceil (size / 2.0), CNN_PAIR_HALO);
}

static CnnShape
shape_for (const CnnFilterLearning *learning, const CnnPairs *pairs, guint part, int halo)
{
  const CnnRect *rect = &cnn_pairs_part (pairs, part)->rect;
  int            side = learning->split->side + 2 * halo;

  return (CnnShape) { MIN (rect->height, side), MIN (rect->width, side), pairs->channels };
}

static void
show_block (const Trial *trial, guint number, float *to)
{
  const CnnHeld     *held = &g_array_index (trial->split->held, CnnHeld, number);
  const CnnPairPart *part = cnn_pairs_part (trial->pairs, held->part);
  CnnRect            shown = shown_for (trial->pairs, held, trial->shape, trial->halo);
  gsize              channels = (gsize) trial->pairs->channels;
  gsize              row = (gsize) shown.width * channels;

  for (int y = 0; y < shown.height; y++)
    memcpy (to + (gsize) y * row,
            part->before + ((gsize) (shown.y + y) * part->rect.width + shown.x) * channels,
            row * sizeof (float));
}

/* Shows all blocks to the network, turned, and turns back what comes out. */
static gboolean
run_blocks (CnnFilterLearning *learning, const Trial *trial, CnnPlan *plan, guint n, float *in,
            float *made, GError **error)
{
  static const guint back[CNN_N_TURNS] = { 0, 1, 2, 3, 4, 6, 5, 7 };
  gsize              cells = (gsize) cnn_shape_cells (trial->shape);
  int                side = trial->shape.width, channels = trial->shape.channels;
  gsize              row = (gsize) side * channels;

  for (guint i = 0; i < n; i++)
    {
      show_block (trial, trial->blocks[i], trial->turn > 0 ? made : in + i * cells);
      if (trial->turn > 0)
        cnn_patch_turn (trial->turn, side, channels, made, row, in + i * cells);
    }
  if (!cnn_plan_run_batch (plan, n, in, &made, learning->cancellable, error))
    return FALSE;
  for (guint i = 0; i < n && trial->turn > 0; i++)
    {
      memcpy (in, made + i * cells, cells * sizeof (float));
      cnn_patch_turn (back[trial->turn], side, channels, in, row, made + i * cells);
    }
  return TRUE;
}

/* All blocks that are shown in the same shape. */
static gboolean
try_shape (CnnFilterLearning *learning, Trial *trial, CnnNetwork *network, GArray *blocks,
           GError **error)
{
  gsize             cells = (gsize) cnn_shape_cells (trial->shape);
  g_autofree float *in = g_new (float, BATCH * cells), *made = g_new (float, BATCH * cells);
  guint             last = cnn_network_n_nodes (network) - 1;
  CnnPlanOptions    options = { .workers = (int) learning->n_workers, .batch = BATCH };
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, trial->shape, 1, &last, &options, error);

  if (plan == NULL)
    return FALSE;
  for (guint from = 0; from < blocks->len; from += BATCH)
    {
      guint n = MIN (BATCH, blocks->len - from);

      trial->blocks = &g_array_index (blocks, guint, from);
      if (!run_blocks (learning, trial, plan, n, in, made, error))
        return FALSE;
      trial->made = made;
      cnn_learning_each (learning, n, (gsize) n * numbers_of (learning, trial->pairs), try_block,
                         trial);
    }
  return TRUE;
}

/**
 * cnn_measure:
 * @network: input ?x?xchannels, output of the same size
 * @turn: how the network is to be shown the pictures, what comes out being turned back; blocks that
 *   cannot be shown as squares are left out, unless it is 0
 * @psnr: (out): of what is held back between its output, clamped, and after, in dB
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT or %CNN_ERROR_CANCELLED set
 */
gboolean
cnn_measure (CnnFilterLearning *learning, const CnnPairs *pairs, CnnNetwork *network, guint turn,
             double *psnr, GError **error)
{
  guint                   n = learning->split->held->len;
  g_autofree double      *squares = g_new0 (double, n), *weights = g_new0 (double, n);
  g_autofree gboolean    *done = g_new0 (gboolean, n);
  CnnShape                any = { 64, 64, pairs->channels };
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, any, error);
  Trial                   trial = { .pairs = pairs, .split = learning->split, .squares = squares,
                                    .weights = weights, .turn = turn };

  if (infos == NULL)
    return FALSE;
  trial.halo = reach_of (&infos[cnn_network_n_nodes (network) - 1]);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (guint));

      if (done[i])
        continue;
      trial.shape = shape_for (learning, pairs,
                               g_array_index (learning->split->held, CnnHeld, i).part, trial.halo);
      for (guint k = i; k < n; k++)
        {
          guint part = g_array_index (learning->split->held, CnnHeld, k).part;

          if (done[k] ||
              !cnn_shape_equal (trial.shape, shape_for (learning, pairs, part, trial.halo)))
            continue;
          g_array_append_val (blocks, k);
          done[k] = TRUE;
        }
      if (turn > 0 && trial.shape.height != trial.shape.width)
        continue;
      if (!try_shape (learning, &trial, network, blocks, error))
        return FALSE;
    }
  *psnr = sum_up (&trial);
  return TRUE;
}
