/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** LOSS_TRACE_MOST: the most points that are kept; even. */
#define LOSS_TRACE_MOST 2000

/**
 * LossTrace:
 * @n: how many points there are
 * @every: how many minibatches each of them is the mean of
 * @points: [n]
 *
 * The losses of all minibatches, in an amount of memory that does not grow: when it is full,
 * each two points become one.
 */
typedef struct
{
  guint   n;
  guint64 every;
  float   points[LOSS_TRACE_MOST];

  /*< private >*/
  double  sum;   /* of the point that is not full yet */
  guint64 count; /* of the minibatches in it */
} LossTrace;

void loss_trace_init (LossTrace *trace);
void loss_trace_add  (LossTrace *trace, double loss);

G_END_DECLS
