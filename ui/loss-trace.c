/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loss-trace.h"

/** loss_trace_init: nothing yet. */
void
loss_trace_init (LossTrace *trace)
{
  trace->n = 0;
  trace->every = 1;
  trace->sum = 0.0;
  trace->count = 0;
}

static void
halve (LossTrace *trace)
{
  trace->n /= 2;
  trace->every *= 2;
  for (guint i = 0; i < trace->n; i++)
    trace->points[i] = (trace->points[2 * i] + trace->points[2 * i + 1]) / 2.0f;
}

/** loss_trace_add: the next minibatch's. */
void
loss_trace_add (LossTrace *trace, double loss)
{
  trace->sum += loss;
  if (++trace->count < trace->every)
    return;
  if (trace->n == LOSS_TRACE_MOST)
    {
      halve (trace);
      /* This one begins a point of the new length. */
      if (trace->count < trace->every)
        return;
    }
  trace->points[trace->n++] = (float) (trace->sum / (double) trace->count);
  trace->sum = 0.0;
  trace->count = 0;
}
