/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimiser.h"

#include <math.h>
#include <stddef.h>

#include "error.h"
#include "i18n.h"
#include "optimiser-loops.h"
#include "settings.h"

/* --- the kinds ------------------------------------------------------------ */

#define FIELD(key_, field, initial_, max_, ...)                                          \
  { .key = key_, .type = CNN_PARAM_FLOAT, .offset = offsetof (CnnOptimiser, field),        \
    .initial = initial_, .min = 0.0, .max = max_, __VA_ARGS__ }

/* What is forgotten with each step must be less than all. */
#define BELOW_1 0.999999

#define DECAY(initial_)                                                                   \
  FIELD ("decay", decay, initial_, 1.0, .label = N_("Weight decay"),                      \
         .tooltip = N_("How strongly weights are drawn towards 0"))
#define MOMENTUM(initial_, ...)                                                           \
  FIELD ("momentum", momentum, initial_, BELOW_1, .label = N_("Momentum"),                \
         .tooltip = N_("How much of the last step's direction stays"), __VA_ARGS__)
#define EPSILON                                                                           \
  FIELD ("epsilon", epsilon, "1e-8", 1.0, .rare = TRUE, .label = N_("Epsilon"),           \
         .tooltip = N_("What is added so that nothing is divided by 0"))
#define BETAS                                                                             \
  FIELD ("beta1", beta1, "0.9", BELOW_1, .rare = TRUE, .label = N_("Beta 1"),             \
         .tooltip = N_("How much of the mean of derivatives stays with each step")),      \
  FIELD ("beta2", beta2, "0.999", BELOW_1, .rare = TRUE, .label = N_("Beta 2"),           \
         .tooltip = N_("How much of the mean of their squares stays with each step"))

static const CnnParam sgd_params[] = { DECAY ("0"), { NULL } };
static const CnnParam momentum_params[] = { MOMENTUM ("0.9", .positional = TRUE), DECAY ("0"),
                                            { NULL } };
static const CnnParam adam_params[] = { BETAS, EPSILON, DECAY ("0"), { NULL } };
static const CnnParam adamw_params[] = { BETAS, EPSILON, DECAY ("0.01"), { NULL } };
static const CnnParam rmsprop_params[] = {
  FIELD ("alpha", alpha, "0.99", BELOW_1, .rare = TRUE, .label = N_("Alpha"),
         .tooltip = N_("How much of the mean of squared derivatives stays with each step")),
  MOMENTUM ("0"), EPSILON, DECAY ("0"), { NULL }
};

static guint
no_state (const CnnOptimiser *optimiser)
{
  return 0;
}

static guint
one_state (const CnnOptimiser *optimiser)
{
  return 1;
}

static guint
two_states (const CnnOptimiser *optimiser)
{
  return 2;
}

static guint
rmsprop_state (const CnnOptimiser *optimiser)
{
  return optimiser->momentum > 0.0 ? 2 : 1;
}

static const CnnOptimiserKind kinds[] = {
  { "sgd", N_("Gradient descent"),
    N_("Goes a step against the derivatives of each minibatch"),
    0.05, sgd_params, no_state, cnn_optimise_sgd },
  { "momentum", N_("Gradient descent with momentum"),
    N_("Gathers speed in directions that the derivatives keep"),
    0.01, momentum_params, one_state, cnn_optimise_momentum },
  { "nesterov", N_("Nesterov's momentum"),
    N_("As with momentum, with the derivatives as if the step were already made"),
    0.01, momentum_params, one_state, cnn_optimise_nesterov },
  { "adam", N_("Adam"),
    N_("Gives each weight a step of its own, by the mean and the size of its derivatives"),
    0.001, adam_params, two_states, cnn_optimise_adam },
  { "adamw", N_("AdamW"),
    N_("Adam with weights drawn towards 0 in proportion to themselves"),
    0.001, adamw_params, two_states, cnn_optimise_adamw },
  { "rmsprop", N_("RMSprop"),
    N_("Divides each derivative by how large it has been lately"),
    0.01, rmsprop_params, rmsprop_state, cnn_optimise_rmsprop },
};

/**
 * cnn_optimisers:
 * @n_kinds: (out): how many
 *
 * Returns: (transfer none): the kinds of optimisers, in the order of a menu
 */
const CnnOptimiserKind *const *
cnn_optimisers (guint *n_kinds)
{
  static const CnnOptimiserKind *const list[] = {
    &kinds[0], &kinds[1], &kinds[2], &kinds[3], &kinds[4], &kinds[5],
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (list) == G_N_ELEMENTS (kinds));
  *n_kinds = G_N_ELEMENTS (list);
  return list;
}

static CnnSettingsKinds
all_kinds (void)
{
  return (CnnSettingsKinds) { _("optimiser"), kinds, sizeof kinds[0], G_N_ELEMENTS (kinds) };
}

/** cnn_optimiser_find: the kind of that name, or %NULL. */
const CnnOptimiserKind *
cnn_optimiser_find (const char *name)
{
  CnnSettingsKinds all = all_kinds ();

  return cnn_settings_find (&all, name);
}

/* --- text ----------------------------------------------------------------- */

/** cnn_optimiser_init: makes it one of @kind with the initial parameters. */
void
cnn_optimiser_init (CnnOptimiser *optimiser, const CnnOptimiserKind *kind)
{
  *optimiser = (CnnOptimiser) { .kind = kind };
  cnn_settings_init (kind->params, optimiser);
}

/**
 * cnn_optimiser_parse:
 * @text: a kind's name and its parameters, such as “momentum 0.9” or “adam beta1=0.8”
 * @optimiser: (out): the optimiser; as it was where @text is wrong
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_optimiser_parse (const char *text, CnnOptimiser *optimiser, GError **error)
{
  CnnSettingsKinds        all = all_kinds ();
  CnnOptimiser            read;
  const char             *rest;
  const CnnOptimiserKind *kind = cnn_settings_kind (&all, text, &rest, error);

  if (kind == NULL)
    return FALSE;
  cnn_optimiser_init (&read, kind);
  if (!cnn_settings_read (kind->name, kind->params, rest, &read, error))
    return FALSE;
  *optimiser = read;
  return TRUE;
}

/**
 * cnn_optimiser_print:
 *
 * Returns: (transfer full): a text that cnn_optimiser_parse() reads back to the same
 */
char *
cnn_optimiser_print (const CnnOptimiser *optimiser)
{
  GString *text = g_string_new (optimiser->kind->name);

  cnn_settings_print (optimiser->kind->params, optimiser, text);
  return g_string_free (text, FALSE);
}

/* --- a step --------------------------------------------------------------- */

/**
 * cnn_optimiser_n_state:
 *
 * Returns: floats that it keeps for each weight, at most %CNN_OPTIMISER_MAX_STATE; all are 0
 *   before the first step
 */
guint
cnn_optimiser_n_state (const CnnOptimiser *optimiser)
{
  return optimiser->kind->n_state (optimiser);
}

/**
 * cnn_optimiser_update:
 * @update: which step it is
 * @n: weights in all
 * @from: the first to change
 * @to: the one after the last
 * @weights: (inout): [n]
 * @gradients: the loss's derivatives by them, [n]
 * @state: (inout): [n_state][n], 0 before the first step; %NULL where nothing is kept
 *
 * Goes one step. Each weight changes by itself: parts may be done in any order and in several
 * threads. Weight decay applies to all weights alike.
 */
void
cnn_optimiser_update (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n, gsize from,
                      gsize to, float *weights, const float *gradients, float *state)
{
  float *parts[CNN_OPTIMISER_MAX_STATE] = { NULL };

  g_return_if_fail (from <= to && to <= n && update->step > 0);
  for (guint i = 0; i < cnn_optimiser_n_state (optimiser); i++)
    parts[i] = state + i * n + from;
  optimiser->kind->update (optimiser, update, to - from, weights + from, gradients + from, parts);
}

/* --- clipping ------------------------------------------------------------- */

#define LANES 8

/**
 * cnn_gradient_squares:
 * @gradients: [n]
 *
 * Returns: the sum of their squares, always added up in the same order
 */
double
cnn_gradient_squares (gsize n, const float *gradients)
{
  double sums[LANES] = { 0.0 };
  double sum = 0.0;
  gsize  i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int k = 0; k < LANES; k++)
      sums[k] += (double) gradients[i + k] * gradients[i + k];
  for (; i < n; i++)
    sums[i % LANES] += (double) gradients[i] * gradients[i];
  for (int k = 0; k < LANES; k++)
    sum += sums[k];
  return sum;
}

/**
 * cnn_gradient_clip:
 * @squares: the sum of the squares of all derivatives of a step
 * @most: how large the square root of that may be
 *
 * As PyTorch's clip_grad_norm_().
 *
 * Returns: the factor, at most 1, that makes the derivatives so small; no number where
 *   @squares is none
 */
double
cnn_gradient_clip (double squares, double most)
{
  double factor = most / (sqrt (squares) + 1e-6);

  return factor > 1.0 ? 1.0 : factor;
}
