/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * WorkThread:
 * @mutex: of all that both sides touch, @stop among it
 * @cond: that something of it has changed
 * @cancellable: that it is to end without a result
 * @thread: (nullable): it; %NULL before it begins
 * @stop: whether it is to end with what it has
 *
 * A thread that does one long piece of work, and what ends it. A part of a job's struct.
 */
typedef struct
{
  GMutex        mutex;
  GCond         cond;
  GCancellable *cancellable;
  GThread      *thread;
  gboolean      stop;
} WorkThread;

void work_thread_init   (WorkThread *work);
void work_thread_start  (WorkThread *work, const char *name, GThreadFunc func, gpointer data);
void work_thread_stop   (WorkThread *work);
void work_thread_cancel (WorkThread *work);
void work_thread_join   (WorkThread *work);
void work_thread_clear  (WorkThread *work);

G_END_DECLS
