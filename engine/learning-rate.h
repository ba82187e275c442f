/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "param.h"

G_BEGIN_DECLS

typedef struct _CnnSchedule CnnSchedule;

/**
 * CnnScheduleKind:
 * @name: as written in text
 * @label: (translatable) as shown to a person
 * @blurb: (translatable) what it does, in a sentence
 * @params: its parameters in a #CnnSchedule, ending at a %NULL key
 * @rate: the rate at @step of @n_steps steps, both without those of the warm-up
 *
 * How the learning rate changes in the course of training.
 */
typedef struct
{
  const char     *name;
  const char     *label;
  const char     *blurb;
  const CnnParam *params;

  double (*rate) (const CnnSchedule *schedule, double base, guint64 step, guint64 n_steps,
                  guint64 steps_per_epoch);
} CnnScheduleKind;

/**
 * CnnSchedule:
 * @kind: which
 * @every: epochs after which a rate is multiplied with @gamma
 * @gamma: the factor
 * @minimum: the rate that a cosine goes down to
 * @rise: the share of all steps in which one cycle's rate rises
 * @divide: how many times smaller it is at the beginning than at its peak
 * @final_divide: how many times smaller again at the end than at the beginning
 * @warm_up: epochs in which the rate rises from next to nothing, before all else
 *
 * A schedule with its parameters; those that its kind does not have are 0.
 */
struct _CnnSchedule
{
  const CnnScheduleKind *kind;
  int                    every;
  double                 gamma;
  double                 minimum;
  double                 rise;
  double                 divide;
  double                 final_divide;
  double                 warm_up;
};

const CnnScheduleKind *const *cnn_schedule_kinds (guint *n_kinds);
const CnnScheduleKind *cnn_schedule_find (const char *name);

void     cnn_schedule_init  (CnnSchedule *schedule, const CnnScheduleKind *kind);
gboolean cnn_schedule_parse (const char *text, CnnSchedule *schedule, GError **error);
char    *cnn_schedule_print (const CnnSchedule *schedule);
double   cnn_schedule_rate  (const CnnSchedule *schedule, double base, guint64 step,
                             guint64 n_steps, guint64 steps_per_epoch);

G_END_DECLS
