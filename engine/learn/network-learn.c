/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "descent.h"
#include "plan.h"
#include "random.h"

/* Networks that are learnt by descent, from random patches. */

/* Rows and columns of a patch, and cells at its sides that do not count; a deep network sees
 * further, but hardly anything hangs on that. */
#define PATCH  32
#define MARGIN 2

/* Without a limit of time all cells are shown so often, in so many minibatches. */
#define TIMES_SHOWN 100
#define LEAST_STEPS 800
#define MOST_STEPS  3000

/* The learning rate at its peak, the share of the way after which it is there, and how much of it
 * it begins and ends with. */
#define RATE      4e-3
#define DEEP_RATE 2e-3
#define RISE      0.05
#define FIRST     0.1
#define LAST      0.002

/* How much of the weights' averages stays with each minibatch. */
#define AVERAGE 0.98

/* Seconds from one measure to the next, at least, and how many times as long as it takes; without
 * a limit of time, how many there are. */
#define MEASURE_SECONDS 1.0
#define MEASURE_TIMES   10.0
#define MEASURES        30

/* --- minibatches ---------------------------------------------------------------------------- */

/* How much of the way is gone, 0 to 1. */
static double
fraction_of (const CnnDescent *descent)
{
  double done;

  if (descent->until <= 0.0)
    done = (double) descent->learning->state.step / (double) descent->n_steps;
  else
    done = (cnn_learning_seconds (descent->learning) - descent->begin) /
           MAX (descent->until - descent->begin, 1e-3);
  return CLAMP (done, 0.0, 1.0);
}

/* Up in a short time, then down along half a wave. */
static double
rate_at (double done, double peak)
{
  double down = (done - RISE) / (1.0 - RISE);

  if (done < RISE)
    return peak * (FIRST + (1.0 - FIRST) * done / RISE);
  return peak * (LAST + (1.0 - LAST) * 0.5 * (1.0 + cos (G_PI * down)));
}

static gboolean
read_patch (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const CnnDescent *descent = data;
  guint64           first = descent->learning->state.step * CNN_DESCENT_BATCH;

  cnn_patches_read (&descent->patches, first + image, in, target);
  return TRUE;
}

static void
follow (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const CnnDescent *descent = data;
  float            *average = descent->averages[number];

  cnn_optimiser_update (&descent->optimiser, &descent->update, trained->n, from, from + n,
                        trained->values, trained->gradient, descent->states[number]);
  for (gsize i = from; i < from + n; i++)
    average[i] += (1.0f - descent->average) * (trained->values[i] - average[i]);
}

/* A minibatch. Sets @lost where the loss is no number any more. */
static gboolean
do_step (CnnDescent *descent, gboolean *lost, GError **error)
{
  CnnFilterState  *state = &descent->learning->state;
  CnnTrainerSource source = { read_patch, descent };
  CnnTrainerLoss   loss;
  double           peak = descent->is_deep ? DEEP_RATE : RATE;

  descent->update = (CnnUpdate) { rate_at (fraction_of (descent), peak), state->step + 1, 1.0 };
  /* The first ones are no average of many. */
  descent->average = (float) MIN (AVERAGE, (double) state->step / (double) (state->step + 10));
  if (!cnn_trainer_step (descent->trainer, CNN_DESCENT_BATCH, state->step * CNN_DESCENT_BATCH,
                         &source, follow, descent, &loss, error))
    return FALSE;
  *lost = !isfinite (loss.loss);
  state->step++;
  descent->loss += loss.loss;
  descent->n_losses++;
  return TRUE;
}

/* --- in which positions the filter does the same -------------------------------------------- */

/* It is looked for after this share of the way; and pictures that are turned may come out worse by
 * so many dB. */
#define TURNS_AFTER  0.2
#define TURNS_MARGIN 0.3

/* Whether the network, which has seen the pictures as they are, does the same with turned ones. */
static gboolean
does_same (CnnDescent *descent, CnnNetwork *network, double psnr, guint turn, gboolean *same,
           GError **error)
{
  double turned;

  if (!cnn_measure (descent->learning, descent->patches.pairs, network, turn, &turned, error))
    return FALSE;
  *same = turned >= psnr - TURNS_MARGIN;
  return TRUE;
}

static gboolean
find_turns (CnnDescent *descent, CnnNetwork *network, double psnr, GError **error)
{
  static const guint turns[] = { CNN_TURN_ACROSS, CNN_TURN_DOWN, CNN_TURN_TRANSPOSE };
  const CnnPairs    *pairs = descent->patches.pairs;
  int                shown = descent->learning->split->side + 2 * CNN_PAIR_HALO;
  gboolean           same[3] = { TRUE, TRUE, TRUE };

  /* What is not shown as a square cannot be turned. */
  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnRect *rect = &cnn_pairs_part (pairs, i)->rect;

      same[0] = same[0] && MIN (rect->width, rect->height) >= shown;
    }
  for (guint i = 0; i < G_N_ELEMENTS (turns) && same[0]; i++)
    if (!does_same (descent, network, psnr, turns[i], &same[i], error))
      return FALSE;
  descent->learning->turns = same[0] && same[1] && same[2] ? CNN_N_TURNS : same[0] ? 2 : 1;
  descent->patches.turns = descent->learning->turns;
  return TRUE;
}

/* --- how good it is ------------------------------------------------------------------------- */

static gboolean
measure (CnnDescent *descent, GError **error)
{
  CnnFilterLearning     *learning = descent->learning;
  CnnFilterState        *state = &learning->state;
  double                 start = cnn_learning_seconds (learning);
  g_autoptr (CnnNetwork) network = cnn_descent_network (descent, error);
  CnnFilterPoint         point;

  if (network == NULL || !cnn_measure (learning, descent->patches.pairs, network, 0, &state->psnr,
                                       error) ||
      (learning->turns == 0 && fraction_of (descent) >= TURNS_AFTER &&
       !find_turns (descent, network, state->psnr, error)))
    return FALSE;
  if (descent->best == NULL || state->psnr > descent->psnr)
    {
      g_clear_pointer (&descent->best, cnn_network_unref);
      descent->best = g_steal_pointer (&network);
      descent->psnr = state->psnr;
      state->best = MAX (state->best, state->psnr);
    }
  descent->measured = cnn_learning_seconds (learning);
  descent->measuring = descent->measured - start;
  point = (CnnFilterPoint) { descent->measured, descent->loss / MAX (descent->n_losses, 1),
                             state->psnr };
  g_array_append_val (learning->history, point);
  descent->loss = 0.0;
  descent->n_losses = 0;
  return TRUE;
}

static gboolean
is_time_to_measure (const CnnDescent *descent)
{
  double since = cnn_learning_seconds (descent->learning) - descent->measured;

  if (descent->until <= 0.0)
    return descent->learning->state.step % (descent->n_steps / MEASURES) == 0;
  return since > MAX (MEASURE_SECONDS, MEASURE_TIMES * descent->measuring);
}

static gboolean
descend (CnnDescent *descent, GError **error)
{
  CnnFilterLearning *learning = descent->learning;
  CnnFilterState    *state = &learning->state;
  gboolean           lost = FALSE;

  while (fraction_of (descent) < 1.0 && !lost)
    {
      if (!do_step (descent, &lost, error))
        return FALSE;
      if (lost)
        break;
      if (is_time_to_measure (descent))
        {
          if (!measure (descent, error))
            return FALSE;
          if (descent->psnr >= learning->options.enough)
            return TRUE;
        }
      state->fraction = learning->from + learning->share * fraction_of (descent);
      state->changed = TRUE;
      if (!cnn_learning_tell (learning, error) && !learning->stopped)
        return FALSE;
      if (learning->stopped)
        return descent->best != NULL || measure (descent, error);
    }
  return lost || measure (descent, error);
}

/* --- the result ----------------------------------------------------------------------------- */

/* Patches on which the difference is measured that is left of what was learnt from. */
#define RESIDUAL_PATCHES 64

/* Root of the mean of the squared differences on patches as they are. */
static gboolean
find_residual (const CnnDescent *descent, CnnNetwork *network, double *residual, GError **error)
{
  CnnPatches          patches = descent->patches;
  CnnShape            shape = { patches.side, patches.side, patches.pairs->channels };
  gsize               cells = (gsize) cnn_shape_cells (shape), n = 0;
  g_autofree float   *in = g_new (float, cells * RESIDUAL_PATCHES);
  g_autofree float   *made = g_new (float, cells * RESIDUAL_PATCHES);
  g_autofree float   *target = g_new (float, cells * RESIDUAL_PATCHES);
  CnnPlanOptions      options = { .workers = (int) descent->learning->n_workers,
                                  .batch = RESIDUAL_PATCHES };
  guint               last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, shape, 1, &last, &options, error);
  double              sum = 0.0;

  patches.turns = 1;
  patches.single = FALSE;
  for (guint i = 0; i < RESIDUAL_PATCHES; i++)
    cnn_patches_read (&patches, i, in + i * cells, target + i * cells);
  if (plan == NULL || !cnn_plan_run_batch (plan, RESIDUAL_PATCHES, in, &made, NULL, error))
    return FALSE;
  for (gsize i = 0; i < cells * RESIDUAL_PATCHES; i++)
    if (!isnan (target[i]))
      {
        sum += ((double) made[i] - target[i]) * ((double) made[i] - target[i]);
        n++;
      }
  *residual = sqrt (sum / (double) MAX (n, 1));
  return TRUE;
}

static CnnFilterResult *
make_result (const CnnDescent *descent, GError **error)
{
  CnnFilterLearning          *learning = descent->learning;
  CnnNetwork                 *network = descent->best ? descent->best : learning->network;
  g_autoptr (CnnFilterResult) result = cnn_filter_result_new (learning, network, error);

  if (result == NULL || !find_residual (descent, network, &result->residual, error))
    return NULL;
  result->steps = learning->state.step;
  cnn_filter_note (result->notes, "steps", g_strdup_printf ("%" G_GUINT64_FORMAT, result->steps));
  cnn_filter_note (result->notes, "loss",
                   g_strdup (learning->options.loss == CNN_LOSS_ABSOLUTE_ERROR ? "absolute"
                                                                               : "squared"));
  cnn_filter_note (result->notes, "positions",
                   g_strdup_printf ("%u", descent->patches.turns));
  return g_steal_pointer (&result);
}

/**
 * cnn_network_learn:
 * @learning: options, in which of the alternatives, and which model
 * @pointwise: whether the small network sees no neighbours
 * @until: seconds since learning began after which it ends; 0: without a limit
 *
 * Returns: (transfer full): the best network on the way; or %NULL with %CNN_ERROR_LIMIT or
 *   %CNN_ERROR_CANCELLED set
 */
CnnFilterResult *
cnn_network_learn (CnnFilterLearning *learning, gboolean pointwise, double until, GError **error)
{
  const CnnPairs  *pairs = cnn_learning_pairs (learning);
  CnnFilterState  *state = &learning->state;
  CnnDescent          descent = { .learning = learning, .pointwise = pointwise,
                               .until = until };
  CnnFilterResult *result = NULL;
  double           cells = 0.0;
  gboolean         ok;

  descent.is_deep = state->model == CNN_FILTER_DEEP;
  descent.patches = (CnnPatches) { pairs, learning->split, PATCH, pointwise ? 0 : MARGIN,
                                   learning->shared, MAX (learning->turns, 1),
                                   cnn_random_bits (learning->options.seed, CNN_SEED_PATCHES) };
  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnRect *rect = &cnn_pairs_part (pairs, i)->rect;

      descent.patches.side = MIN (descent.patches.side, MIN (rect->width, rect->height));
      cells += (double) rect->width * rect->height;
    }
  descent.n_steps = (guint64) CLAMP (cells * TIMES_SHOWN / (CNN_DESCENT_BATCH * PATCH * PATCH),
                                     LEAST_STEPS, MOST_STEPS);
  descent.begin = descent.measured = cnn_learning_seconds (learning);
  state->step = 0;
  g_array_set_size (learning->history, 0);
  ok = cnn_descent_begin (&descent, error);
  if (ok)
    {
      learning->make = cnn_descent_network;
      learning->make_data = &descent;
      ok = descend (&descent, error);
      learning->make = NULL;
    }
  if (ok && state->model == CNN_FILTER_SMALL && !pointwise)
    cnn_descent_keep (&descent);
  if (ok)
    result = make_result (&descent, error);
  cnn_descent_end (&descent);
  return result;
}
