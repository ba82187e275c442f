/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crew.h"

#include <omp.h>

/* How long a thread looks again and again before it falls asleep: about what
 * waking it up takes. */
#define PATIENCE_US 50

typedef struct
{
  CnnCrew *crew;
  guint    number;
  GThread *thread;
} Member;

struct _CnnCrew
{
  guint       n_helpers;
  Member     *helpers;
  CnnCrewFunc func;
  gpointer    data;
  gint        round;     /* 0 and 1 in turns; changes when there is work */
  gint        n_working; /* helpers that are not done */
  gboolean    over;
  GMutex      mutex;     /* for those who sleep */
  GCond       changed;
};

static gboolean
is_other (gint *value, gint old)
{
  return g_atomic_int_get (value) != old;
}

/* Waits until @value is not @old. */
static void
wait_while (CnnCrew *crew, gint *value, gint old)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (!is_other (value, old) && g_get_monotonic_time () < end)
    continue;
  if (is_other (value, old))
    return;
  g_mutex_lock (&crew->mutex);
  while (!is_other (value, old))
    g_cond_wait (&crew->changed, &crew->mutex);
  g_mutex_unlock (&crew->mutex);
}

/* Changes a number that others wait for. */
static void
change (CnnCrew *crew, gint *value, gint by)
{
  g_mutex_lock (&crew->mutex);
  g_atomic_int_add (value, by);
  g_cond_broadcast (&crew->changed);
  g_mutex_unlock (&crew->mutex);
}

/* Every helper does its work in each round before the next one begins. */
static void
next_round (CnnCrew *crew)
{
  change (crew, &crew->round, crew->round ? -1 : 1);
}

static gpointer
help (gpointer data)
{
  Member  *member = data;
  CnnCrew *crew = member->crew;

  /* Work is split over the crew; splitting each small primitive as well would
   * cost more than it saves. */
  omp_set_num_threads (1);
  for (gint round = 0;; round = !round)
    {
      wait_while (crew, &crew->round, round);
      if (crew->over)
        return NULL;
      crew->func (crew->data, member->number);
      change (crew, &crew->n_working, -1);
    }
}

/**
 * cnn_crew_new:
 * @n_members: how many work together, with the one who calls
 *
 * Returns: (transfer full): the crew
 */
CnnCrew *
cnn_crew_new (guint n_members)
{
  CnnCrew *crew = g_new0 (CnnCrew, 1);

  g_mutex_init (&crew->mutex);
  g_cond_init (&crew->changed);
  crew->n_helpers = n_members - 1;
  crew->helpers = g_new0 (Member, crew->n_helpers);
  for (guint i = 0; i < crew->n_helpers; i++)
    {
      crew->helpers[i] = (Member) { crew, i + 1, NULL };
      crew->helpers[i].thread = g_thread_new ("cnn-crew", help, &crew->helpers[i]);
    }
  return crew;
}

void
cnn_crew_free (CnnCrew *crew)
{
  crew->over = TRUE;
  next_round (crew);
  for (guint i = 0; i < crew->n_helpers; i++)
    g_thread_join (crew->helpers[i].thread);
  g_free (crew->helpers);
  g_cond_clear (&crew->changed);
  g_mutex_clear (&crew->mutex);
  g_free (crew);
}

/**
 * cnn_crew_run:
 * @func: what every member does once
 * @data: for @func
 *
 * Lets the whole crew work. The caller is member 0; returns when all are done.
 * One thread at a time may call it.
 */
void
cnn_crew_run (CnnCrew *crew, CnnCrewFunc func, gpointer data)
{
  gint n_working;

  crew->func = func;
  crew->data = data;
  if (crew->n_helpers > 0)
    {
      g_atomic_int_set (&crew->n_working, (gint) crew->n_helpers);
      next_round (crew);
    }
  func (data, 0);
  while ((n_working = g_atomic_int_get (&crew->n_working)) > 0)
    wait_while (crew, &crew->n_working, n_working);
}
