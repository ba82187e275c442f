/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <omp.h>

#include "error.h"
#include "i18n.h"
#include "learn-private.h"

/* What all ways to learn a filter share: threads, and telling how far it is. */

CnnPairs *
cnn_learning_pairs (const CnnFilterLearning *learning)
{
  return learning->alternatives[learning->state.alternative];
}

/* Seconds since learning began. */
double
cnn_learning_seconds (const CnnFilterLearning *learning)
{
  return (double) (g_get_monotonic_time () - learning->start) / G_USEC_PER_SEC;
}

/**
 * cnn_learning_tell:
 *
 * Tells the caller how far it is.
 *
 * Returns: whether to go on; if not, either learning->stopped is set, or %CNN_ERROR_CANCELLED
 */
gboolean
cnn_learning_tell (CnnFilterLearning *learning, GError **error)
{
  CnnFilterState *state = &learning->state;

  state->seconds = cnn_learning_seconds (learning);
  state->n_history = learning->history->len;
  state->history = &g_array_index (learning->history, CnnFilterPoint, 0);
  if (learning->func && !learning->stopped)
    learning->stopped = !learning->func (learning, state, learning->data);
  state->changed = FALSE;
  if (!g_cancellable_is_cancelled (learning->cancellable))
    return !learning->stopped;
  g_set_error (error, CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
  return FALSE;
}

typedef struct
{
  CnnJobFunc func;
  gpointer   data;
  guint      n;
  gint       next;
} Jobs;

static void
work (gpointer data, guint member)
{
  Jobs *jobs = data;
  guint job;

  while ((job = (guint) g_atomic_int_add (&jobs->next, 1)) < jobs->n)
    jobs->func (jobs->data, job);
}

/* Numbers below which waiting for others costs more than doing it alone, above all where the
 * machine is busy. */
#define ALONE (2 << 20)

/**
 * cnn_learning_each:
 * @n_jobs: how many
 * @numbers: that all of them read together, about
 * @func: does one
 * @data: for @func
 *
 * Lets the crew do all jobs, or does them itself where they are small.
 */
void
cnn_learning_each (CnnFilterLearning *learning, guint n_jobs, gsize numbers, CnnJobFunc func,
                   gpointer data)
{
  Jobs jobs = { func, data, n_jobs, 0 };
  int  usual = omp_get_max_threads ();

  omp_set_num_threads (1);
  if (numbers < ALONE)
    work (&jobs, 0);
  else
    cnn_crew_run (learning->crew, work, &jobs);
  omp_set_num_threads (usual);
}

/**
 * cnn_filter_learning_network:
 * @learning: what is being learnt
 *
 * Returns: (transfer full): the network as it is now; or %NULL with %CNN_ERROR_LIMIT set
 */
CnnNetwork *
cnn_filter_learning_network (CnnFilterLearning *learning, GError **error)
{
  if (learning->make)
    return learning->make (learning->make_data, error);
  return cnn_network_ref (learning->network);
}
