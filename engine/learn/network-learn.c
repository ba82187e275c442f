/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "export.h"
#include "i18n.h"
#include "learn-private.h"
#include "optimiser.h"
#include "plan.h"
#include "random.h"
#include "trainer.h"

/* Networks that are learnt by descent, from random patches. */

/* Seeds of their own for what is drawn for different ends. */
enum
{
  SEED_WEIGHTS = 1,
  SEED_PATCHES
};

typedef struct
{
  CnnFilterLearning *learning;
  CnnPatches         patches;
  CnnNetwork        *network; /* what is trained */
  CnnNetwork        *whole;   /* what comes of it: the same for each channel, or it itself */
  CnnTrainer        *trainer;
  CnnOptimiser       optimiser;
  CnnUpdate          update;
  guint              n_trained;
  guint              n_state;
  float            **states;   /* of the optimiser, for each weight */
  float            **averages; /* of each weight lately, which is better than it is now */
  float              average;  /* how much of them stays with each minibatch */
  gboolean           is_deep;
  gboolean           pointwise; /* it sees no neighbours */
  guint64            n_steps;  /* without a limit of time */
  double             begin;    /* seconds */
  double             until;    /* seconds; 0: @n_steps decide */
  double             loss;     /* sum over @n_losses minibatches */
  guint              n_losses;
  double             measured; /* when, in seconds */
  double             measuring; /* seconds that it took */
  CnnNetwork        *best;
  double             psnr;     /* of @best */
} Descent;

/* Maps of the hidden layers, and how many layers there are. */
#define MAPS           16
#define POINTWISE_MAPS 32
#define LAYERS         3
#define DEEP_LAYERS    5

/* Rows and columns of a patch, patches of a minibatch, and cells at the sides of a patch that do
 * not count; a layer more sees a cell further, but hardly anything hangs on that. */
#define PATCH  32
#define BATCH  8
#define MARGIN 2

/* Without a limit of time all cells are shown so often, in so many minibatches. */
#define TIMES_SHOWN 100
#define LEAST_STEPS 300
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

/* --- the network ------------------------------------------------------------------------------- */

/* @groups: so many copies of a network of one channel, beside each other; 0: one of @channels */
static char *
network_text (CnnFilterModel model, gboolean pointwise, int channels, int groups)
{
  GString         *text = g_string_new (NULL);
  g_autofree char *of = NULL;
  int              maps = pointwise ? POINTWISE_MAPS : MAPS;
  int              layers = model == CNN_FILTER_SMALL ? LAYERS : DEEP_LAYERS;

  if (groups > 0)
    of = g_strdup_printf (" groups=%d", groups);
  g_string_printf (text, "input ?x?x%d as=picture\n", channels);
  for (int i = 0; i < layers; i++)
    g_string_append_printf (text, "conv %d %s%s\n%s",
                            i + 1 < layers ? maps * MAX (groups, 1) : channels,
                            pointwise ? "1x1" : "3x3 pad=same border=replicate", of ? of : "",
                            i + 1 < layers ? "relu\n" : "");
  g_string_append (text, "add picture\n");
  return g_string_free (text, FALSE);
}

/* What layer @number of a deep network begins with: its first layers and its last are those of the
 * small one, and those between let through what they get, so that it begins as good as that.
 * Source: Chen, Goodfellow and Shlens, "Net2Net: accelerating learning via knowledge transfer"
 * (2016), 2.3. */
static float
value_from_small (const Descent *descent, const CnnTrained *trained, guint number, gsize i)
{
  const GPtrArray *small = descent->learning->small;
  guint            n_last = descent->n_trained - 2, n_same = small->len - 2;
  gsize            maps = MAPS;

  if (number < n_same)
    return ((const CnnTensor *) small->pdata[number])->values[i];
  if (number >= n_last)
    return ((const CnnTensor *) small->pdata[number - n_last + n_same])->values[i];
  /* [maps][3][3][maps], and the bias */
  return trained->n > maps && i / maps % 9 == 4 && i / (maps * 9) == i % maps ? 1.0f : 0.0f;
}

/* Begins as no filter, as the last layer makes nothing; or as the small network that there is. */
static void
begin_weights (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const Descent *descent = data;
  gboolean       last = trained->node + 2 == cnn_network_n_nodes (descent->network);
  gboolean       grown = descent->learning->small != NULL && descent->is_deep;

  for (gsize i = from; i < from + n; i++)
    {
      if (grown)
        trained->values[i] = value_from_small (descent, trained, number, i);
      else if (last)
        trained->values[i] = 0.0f;
      descent->averages[number][i] = trained->values[i];
    }
}

static gboolean
begin (Descent *descent, GError **error)
{
  CnnFilterLearning *learning = descent->learning;
  int                channels = descent->patches.pairs->channels;
  int                seen = descent->patches.single ? 1 : channels, side = descent->patches.side;
  g_autofree char   *text = network_text (learning->state.model, descent->pointwise, seen, 0);
  g_autofree char   *all = network_text (learning->state.model, descent->pointwise, channels,
                                         descent->patches.single ? channels : 0);
  CnnShape           shape = { side, side, seen };
  CnnTrainerOptions  options = { .loss = learning->options.loss, .batch = BATCH,
                                 .workers = (int) learning->n_workers,
                                 .seed = cnn_random_bits (learning->options.seed, SEED_WEIGHTS) | 1 };
  const CnnTrained  *trained;

  descent->network = cnn_network_parse (text, error);
  descent->whole = cnn_network_parse (all, error);
  if (descent->network && descent->whole)
    descent->trainer = cnn_trainer_new (descent->network, shape, &options, error);
  if (descent->trainer == NULL)
    return FALSE;
  cnn_optimiser_parse ("adam beta2=0.99 epsilon=1e-12", &descent->optimiser, NULL);
  descent->n_state = cnn_optimiser_n_state (&descent->optimiser);
  trained = cnn_trainer_trained (descent->trainer, &descent->n_trained);
  descent->states = g_new0 (float *, descent->n_trained + 1);
  descent->averages = g_new0 (float *, descent->n_trained + 1);
  for (guint i = 0; i < descent->n_trained; i++)
    {
      descent->states[i] = g_new0 (float, trained[i].n * descent->n_state);
      descent->averages[i] = g_new0 (float, trained[i].n);
    }
  cnn_trainer_change (descent->trainer, begin_weights, descent);
  return TRUE;
}

static void
end (Descent *descent)
{
  for (guint i = 0; i < descent->n_trained; i++)
    {
      g_free (descent->states[i]);
      g_free (descent->averages[i]);
    }
  g_free (descent->states);
  g_free (descent->averages);
  g_clear_pointer (&descent->trainer, cnn_trainer_free);
  g_clear_pointer (&descent->network, cnn_network_unref);
  g_clear_pointer (&descent->whole, cnn_network_unref);
  g_clear_pointer (&descent->best, cnn_network_unref);
}

/* (transfer full) (nullable): the averages of a layer's weights, @n times. */
static CnnTensor *
average_of (const Descent *descent, guint node, guint weight, const CnnTensor *tensor, int n)
{
  int               dims[CNN_TENSOR_MAX_DIMS];
  CnnTensor        *copy;
  guint             n_trained;
  const CnnTrained *trained = cnn_trainer_trained (descent->trainer, &n_trained);

  memcpy (dims, tensor->dims, sizeof dims);
  dims[0] *= n;
  copy = cnn_tensor_new (tensor->n_dims, dims);
  for (guint i = 0; copy && i < n_trained; i++)
    for (int k = 0; k < n && trained[i].node == node && trained[i].weight == weight; k++)
      memcpy (copy->values + k * trained[i].n, descent->averages[i],
              trained[i].n * sizeof (float));
  return copy;
}

/* (transfer full) (nullable): the network with the averages as its weights. */
static CnnNetwork *
make_network (gpointer data, GError **error)
{
  const Descent                *descent = data;
  guint                         n = cnn_network_n_nodes (descent->network);
  int times = descent->patches.single ? descent->patches.pairs->channels : 1;
  g_autoptr (GPtrArray)         copies = g_ptr_array_new_with_free_func (
    (GDestroyNotify) cnn_tensor_unref);
  g_autofree CnnTensor        **list = g_new0 (CnnTensor *, n * CNN_MAX_WEIGHTS);
  g_autofree CnnTensor *const **weights = g_new0 (CnnTensor *const *, n);

  for (guint i = 0; i < n; i++)
    {
      guint             n_weights;
      CnnTensor *const *now = cnn_trainer_weights (descent->trainer, i, &n_weights);

      for (guint k = 0; k < n_weights; k++)
        {
          CnnTensor *copy = average_of (descent, i, k, now[k], times);

          if (copy == NULL)
            {
              g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                           _("there is not enough memory for the weights"));
              return NULL;
            }
          g_ptr_array_add (copies, copy);
          list[i * CNN_MAX_WEIGHTS + k] = copy;
          weights[i] = list + i * CNN_MAX_WEIGHTS;
        }
    }
  return cnn_network_with_weights (descent->whole, weights, error);
}

/* --- minibatches --------------------------------------------------------------------------------- */

/* How much of the way is gone, 0 to 1. */
static double
fraction_of (const Descent *descent)
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
  const Descent *descent = data;

  cnn_patches_read (&descent->patches, descent->learning->state.step * BATCH + image, in,
                    target);
  return TRUE;
}

static void
follow (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const Descent *descent = data;
  float         *average = descent->averages[number];

  cnn_optimiser_update (&descent->optimiser, &descent->update, trained->n, from, from + n,
                        trained->values, trained->gradient, descent->states[number]);
  for (gsize i = from; i < from + n; i++)
    average[i] += (1.0f - descent->average) * (trained->values[i] - average[i]);
}

/* A minibatch. Sets @lost where the loss is no number any more. */
static gboolean
do_step (Descent *descent, gboolean *lost, GError **error)
{
  CnnFilterState  *state = &descent->learning->state;
  CnnTrainerSource source = { read_patch, descent };
  CnnTrainerLoss   loss;
  double           peak = descent->is_deep ? DEEP_RATE : RATE;

  descent->update = (CnnUpdate) { rate_at (fraction_of (descent), peak), state->step + 1, 1.0 };
  /* The first ones are no average of many. */
  descent->average = (float) MIN (AVERAGE, (double) state->step / (double) (state->step + 10));
  if (!cnn_trainer_step (descent->trainer, BATCH, state->step * BATCH, &source,
                         follow, descent, &loss, error))
    return FALSE;
  *lost = !isfinite (loss.loss);
  state->step++;
  descent->loss += loss.loss;
  descent->n_losses++;
  return TRUE;
}

/* --- in which positions the filter does the same ----------------------------------------------------- */

/* It is looked for after this share of the way; and pictures that are turned may come out worse by
 * so many dB. */
#define TURNS_AFTER  0.2
#define TURNS_MARGIN 0.3

/* Whether the network, which has seen the pictures as they are, does the same with turned ones. */
static gboolean
does_same (Descent *descent, CnnNetwork *network, double psnr, guint turn, gboolean *same,
           GError **error)
{
  double turned;

  if (!cnn_measure (descent->learning, descent->patches.pairs, network, turn, &turned, error))
    return FALSE;
  *same = turned >= psnr - TURNS_MARGIN;
  return TRUE;
}

static gboolean
find_turns (Descent *descent, CnnNetwork *network, double psnr, GError **error)
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

/* --- how good it is --------------------------------------------------------------------------------- */

static gboolean
measure (Descent *descent, GError **error)
{
  CnnFilterLearning     *learning = descent->learning;
  CnnFilterState        *state = &learning->state;
  double                 start = cnn_learning_seconds (learning);
  g_autoptr (CnnNetwork) network = make_network (descent, error);
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
is_time_to_measure (const Descent *descent)
{
  double since = cnn_learning_seconds (descent->learning) - descent->measured;

  if (descent->until <= 0.0)
    return descent->learning->state.step % (descent->n_steps / MEASURES) == 0;
  return since > MAX (MEASURE_SECONDS, MEASURE_TIMES * descent->measuring);
}

static gboolean
descend (Descent *descent, GError **error)
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

/* --- the result ---------------------------------------------------------------------------------------- */

/* Patches on which the difference is measured that is left of what was learnt from. */
#define RESIDUAL_PATCHES 64

/* Root of the mean of the squared differences on patches as they are. */
static gboolean
find_residual (const Descent *descent, CnnNetwork *network, double *residual, GError **error)
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
make_result (const Descent *descent, GError **error)
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

/* Keeps the small network's weights, for a deep one to begin with. */
static void
keep_small (const Descent *descent)
{
  CnnFilterLearning *learning = descent->learning;
  guint              n;
  const CnnTrained  *trained = cnn_trainer_trained (descent->trainer, &n);

  g_clear_pointer (&learning->small, g_ptr_array_unref);
  learning->small = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_tensor_unref);
  for (guint i = 0; i < n; i++)
    {
      guint             n_weights;
      CnnTensor *const *weights = cnn_trainer_weights (descent->trainer, trained[i].node,
                                                       &n_weights);
      CnnTensor        *copy = average_of (descent, trained[i].node, trained[i].weight,
                                           weights[trained[i].weight], 1);

      if (copy)
        g_ptr_array_add (learning->small, copy);
    }
  if (learning->small->len < n)
    g_clear_pointer (&learning->small, g_ptr_array_unref);
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
  Descent          descent = { .learning = learning, .pointwise = pointwise,
                               .until = until };
  CnnFilterResult *result = NULL;
  double           cells = 0.0;
  gboolean         ok;

  descent.is_deep = state->model == CNN_FILTER_DEEP;
  descent.patches = (CnnPatches) { pairs, learning->split, PATCH, pointwise ? 0 : MARGIN,
                                   learning->shared, MAX (learning->turns, 1),
                                   cnn_random_bits (learning->options.seed, SEED_PATCHES) };
  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnRect *rect = &cnn_pairs_part (pairs, i)->rect;

      descent.patches.side = MIN (descent.patches.side, MIN (rect->width, rect->height));
      cells += (double) rect->width * rect->height;
    }
  descent.n_steps = (guint64) CLAMP (cells * TIMES_SHOWN / (BATCH * PATCH * PATCH), LEAST_STEPS,
                                     MOST_STEPS);
  descent.begin = descent.measured = cnn_learning_seconds (learning);
  state->step = 0;
  g_array_set_size (learning->history, 0);
  ok = begin (&descent, error);
  if (ok)
    {
      learning->make = make_network;
      learning->make_data = &descent;
      ok = descend (&descent, error);
      learning->make = NULL;
    }
  if (ok && state->model == CNN_FILTER_SMALL && !pointwise)
    keep_small (&descent);
  if (ok)
    result = make_result (&descent, error);
  end (&descent);
  return result;
}
