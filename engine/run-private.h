/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "plan-private.h"

G_BEGIN_DECLS

/* What the files of a run share: run.c, run-host.c and run-whole.c. The locks are
 * pthread's, which the thread sanitizer knows; GLib's it cannot see. */

/** CnnRequest: what a worker asks the thread that runs the plan to do. */
typedef struct
{
  guint        node; /* of a write */
  gboolean     write;
  CnnRect      rect;
  float       *to;
  const float *from;
  gsize        stride;
  gboolean     serving;
  gboolean     done;
} CnnRequest;

struct _CnnRun
{
  CnnPlan         *plan;
  const CnnSource *source;
  const CnnSink   *sink;
  CnnProgressFunc  progress;
  gpointer         progress_data;
  GCancellable    *cancellable;
  GThread         *thread;   /* the one that runs the plan */
  float          **maps;     /* [n]: held maps */
  double         **sums;     /* [n]: of layers that take in their input bit by bit */
  double           all;
  guint            phase;

  pthread_mutex_t  mutex;    /* of what follows */
  pthread_cond_t   to_main;
  pthread_cond_t   to_workers;
  GQueue           requests; /* of CnnRequest */
  int              next_unit;
  guint            n_working;
  double           done;
  gboolean         stop;
  GError          *error;    /* the first there was */
};

/* --- run-host.c ------------------------------------------------------------ */

void     cnn_run_stop            (CnnRun *run, GError *error);
gboolean cnn_run_check_cancelled (CnnRun *run);
gboolean cnn_run_serve           (CnnRun *run, const CnnRequest *request, GError **error);
float   *cnn_run_map_new         (CnnRun *run, CnnShape shape);
void     cnn_run_sums_new        (CnnRun *run, guint node);

/* --- run-whole.c ----------------------------------------------------------- */

double   cnn_whole_work          (const CnnPlan *plan, guint node);
gboolean cnn_run_whole           (CnnRun *run, guint node);

G_END_DECLS
