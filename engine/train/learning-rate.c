/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learning-rate.h"

#include <math.h>
#include <stddef.h>

#include "error.h"
#include "i18n.h"
#include "settings.h"

/* --- the kinds ------------------------------------------------------------ */

static double
constant_rate (const CnnSchedule *schedule, double base, guint64 step, guint64 n_steps,
               guint64 steps_per_epoch)
{
  return base;
}

/* As PyTorch's StepLR. */
static double
step_rate (const CnnSchedule *schedule, double base, guint64 step, guint64 n_steps,
           guint64 steps_per_epoch)
{
  guint64 epoch = step / MAX (steps_per_epoch, 1);

  return base * pow (schedule->gamma, (double) (epoch / (guint64) schedule->every));
}

/* As PyTorch's CosineAnnealingLR, from step to step, T_max being all steps. */
static double
cosine_rate (const CnnSchedule *schedule, double base, guint64 step, guint64 n_steps,
             guint64 steps_per_epoch)
{
  double part = (double) step / (double) n_steps;

  return schedule->minimum + (base - schedule->minimum) * (1.0 + cos (G_PI * part)) / 2.0;
}

/* Half a wave from @start, at 0, to @end, at 1. */
static double
half_wave (double start, double end, double part)
{
  return end + (start - end) / 2.0 * (1.0 + cos (G_PI * part));
}

/* As PyTorch's OneCycleLR with two phases; the momentum stays as it is. */
static double
one_cycle_rate (const CnnSchedule *schedule, double base, guint64 step, guint64 n_steps,
                guint64 steps_per_epoch)
{
  double first = base / schedule->divide;
  double last = first / schedule->final_divide;
  double peak = schedule->rise * (double) n_steps - 1.0;
  double end = (double) n_steps - 1.0;

  /* So few steps that there is no rise. */
  if (peak <= 0.0)
    return end > 0.0 ? half_wave (base, last, (double) step / end) : base;
  if ((double) step <= peak)
    return half_wave (first, base, (double) step / peak);
  return half_wave (base, last, ((double) step - peak) / (end - peak));
}

#define FIELD(key_, field, type_, initial_, min_, max_, ...)                              \
  { .key = key_, .type = type_, .offset = offsetof (CnnSchedule, field),                  \
    .initial = initial_, .min = min_, .max = max_, __VA_ARGS__ }
#define WARM_UP                                                                           \
  FIELD ("warm-up", warm_up, CNN_PARAM_FLOAT, "0", 0.0, 1e6, .label = N_("Warm-up"),      \
         .tooltip = N_("Epochs in which the rate rises from next to nothing, before all else"))

static const CnnParam constant_params[] = { WARM_UP, { NULL } };
static const CnnParam step_params[] = {
  FIELD ("every", every, CNN_PARAM_INT, "10", 1, 1000000, .positional = TRUE,
         .label = N_("Every"), .tooltip = N_("Epochs from one change of the rate to the next")),
  FIELD ("gamma", gamma, CNN_PARAM_FLOAT, "0.1", 0.0, 1.0, .label = N_("Factor"),
         .tooltip = N_("What the rate is multiplied with then")),
  WARM_UP, { NULL }
};
static const CnnParam cosine_params[] = {
  FIELD ("minimum", minimum, CNN_PARAM_FLOAT, "0", 0.0, 1e6, .label = N_("Minimum"),
         .tooltip = N_("The rate that it goes down to")),
  WARM_UP, { NULL }
};
static const CnnParam one_cycle_params[] = {
  FIELD ("rise", rise, CNN_PARAM_FLOAT, "0.3", 0.0, 0.99, .label = N_("Rise"),
         .tooltip = N_("The share of all steps in which the rate rises")),
  FIELD ("divide", divide, CNN_PARAM_FLOAT, "25", 1.0, 1e9, .label = N_("Beginning"),
         .tooltip = N_("How many times smaller the rate is at the beginning than at its peak")),
  FIELD ("final-divide", final_divide, CNN_PARAM_FLOAT, "10000", 1.0, 1e12, .rare = TRUE,
         .label = N_("End"),
         .tooltip = N_("How many times smaller it is at the end than at the beginning")),
  { NULL }
};

static const CnnScheduleKind kinds[] = {
  { "constant", N_("Constant"), N_("The rate stays as it is"), constant_params, constant_rate },
  { "step", N_("Steps"), N_("The rate becomes smaller every few epochs"), step_params, step_rate },
  { "cosine", N_("Cosine"), N_("The rate goes down along half a wave until training ends"),
    cosine_params, cosine_rate },
  { "one-cycle", N_("One cycle"), N_("The rate rises first, and then goes down to almost nothing"),
    one_cycle_params, one_cycle_rate },
};

/**
 * cnn_schedule_kinds:
 * @n_kinds: (out): how many
 *
 * Returns: (transfer none): the kinds of schedules, in the order of a menu
 */
const CnnScheduleKind *const *
cnn_schedule_kinds (guint *n_kinds)
{
  static const CnnScheduleKind *const list[] = { &kinds[0], &kinds[1], &kinds[2], &kinds[3] };

  G_STATIC_ASSERT (G_N_ELEMENTS (list) == G_N_ELEMENTS (kinds));
  *n_kinds = G_N_ELEMENTS (list);
  return list;
}

static CnnSettingsKinds
all_kinds (void)
{
  return (CnnSettingsKinds) { _("learning rate"), kinds, sizeof kinds[0], G_N_ELEMENTS (kinds) };
}

/** cnn_schedule_find: the kind of that name, or %NULL. */
const CnnScheduleKind *
cnn_schedule_find (const char *name)
{
  CnnSettingsKinds all = all_kinds ();

  return cnn_settings_find (&all, name);
}

/* --- text ----------------------------------------------------------------- */

/** cnn_schedule_init: makes it one of @kind with the initial parameters. */
void
cnn_schedule_init (CnnSchedule *schedule, const CnnScheduleKind *kind)
{
  *schedule = (CnnSchedule) { .kind = kind };
  cnn_settings_init (kind->params, schedule);
}

/**
 * cnn_schedule_parse:
 * @text: a kind's name and its parameters, such as “step 5 gamma=0.5” or “cosine warm-up=1”
 * @schedule: (out): the schedule; as it was where @text is wrong
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_schedule_parse (const char *text, CnnSchedule *schedule, GError **error)
{
  CnnSettingsKinds       all = all_kinds ();
  CnnSchedule            read;
  const char            *rest;
  const CnnScheduleKind *kind = cnn_settings_kind (&all, text, &rest, error);

  if (kind == NULL)
    return FALSE;
  cnn_schedule_init (&read, kind);
  if (!cnn_settings_read (kind->name, kind->params, rest, &read, error))
    return FALSE;
  *schedule = read;
  return TRUE;
}

/**
 * cnn_schedule_print:
 *
 * Returns: (transfer full): a text that cnn_schedule_parse() reads back to the same
 */
char *
cnn_schedule_print (const CnnSchedule *schedule)
{
  GString *text = g_string_new (schedule->kind->name);

  cnn_settings_print (schedule->kind->params, schedule, text);
  return g_string_free (text, FALSE);
}

/* --- the rate ------------------------------------------------------------- */

/**
 * cnn_schedule_rate:
 * @base: the learning rate, of one cycle the greatest
 * @step: which step, from 0
 * @n_steps: steps of the whole training; later steps have the last one's rate
 * @steps_per_epoch: steps of an epoch
 *
 * The warm-up goes in equal steps up to @base, which comes right after it; the schedule's
 * own course begins then.
 *
 * Returns: the rate for that step
 */
double
cnn_schedule_rate (const CnnSchedule *schedule, double base, guint64 step, guint64 n_steps,
                   guint64 steps_per_epoch)
{
  double  wanted = schedule->warm_up * (double) steps_per_epoch + 0.5;
  guint64 warm_up;

  n_steps = MAX (n_steps, 1);
  step = MIN (step, n_steps - 1);
  warm_up = wanted < (double) n_steps ? (guint64) wanted : n_steps;
  if (step < warm_up)
    return base * (double) (step + 1) / (double) (warm_up + 1);
  return schedule->kind->rate (schedule, base, step - warm_up, n_steps - warm_up, steps_per_epoch);
}
