/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work-thread.h"

/** work_thread_init: nothing runs yet. */
void
work_thread_init (WorkThread *work)
{
  g_mutex_init (&work->mutex);
  g_cond_init (&work->cond);
  work->cancellable = g_cancellable_new ();
  work->thread = NULL;
  work->stop = FALSE;
}

/**
 * work_thread_start:
 * @name: of the thread
 * @func: what it does
 * @data: for @func
 *
 * Begins, once.
 */
void
work_thread_start (WorkThread *work, const char *name, GThreadFunc func, gpointer data)
{
  work->thread = g_thread_new (name, func, data);
}

/** work_thread_stop: asks it to end with what it has. Any thread may ask. */
void
work_thread_stop (WorkThread *work)
{
  g_mutex_lock (&work->mutex);
  work->stop = TRUE;
  g_cond_broadcast (&work->cond);
  g_mutex_unlock (&work->mutex);
}

/** work_thread_cancel: asks it to end without a result. Any thread may ask. */
void
work_thread_cancel (WorkThread *work)
{
  g_cancellable_cancel (work->cancellable);
  g_mutex_lock (&work->mutex);
  g_cond_broadcast (&work->cond);
  g_mutex_unlock (&work->mutex);
}

/** work_thread_join: cancels it where it still runs, and waits for its end. */
void
work_thread_join (WorkThread *work)
{
  work_thread_cancel (work);
  g_clear_pointer (&work->thread, g_thread_join);
}

/** work_thread_clear: frees what is in it; nothing may run any more. */
void
work_thread_clear (WorkThread *work)
{
  g_mutex_clear (&work->mutex);
  g_cond_clear (&work->cond);
  g_clear_object (&work->cancellable);
}
