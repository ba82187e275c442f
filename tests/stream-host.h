/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

G_BEGIN_DECLS

/* A picture for a plan to read, and maps for it to write. */

typedef struct
{
  CnnShape     in;
  const float *values;
  GThread     *thread;
  guint        n;
  CnnShape    *shapes;  /* [n] */
  CnnRect     *regions; /* [n]: what is wanted of each */
  float      **maps;    /* [n]: of the regions */
  guint8     **written; /* [n]: how often each place of a region was written */
  int          calls;
  int          fail_at; /* this call fails or cancels, from 1 */
  GCancellable *cancellable;
} Host;

gboolean host_read    (gpointer data, const CnnRect *rect, float *values, gsize stride,
                       GError **error);
gboolean host_write   (gpointer data, guint tap, const CnnRect *rect, const float *values,
                       gsize stride, GError **error);
void     host_open    (Host *host, const CnnPlan *plan, CnnShape in, const float *values,
                       guint n_taps, const guint *taps, const CnnRect *regions);
gboolean host_run     (Host *host, CnnNetwork *network, CnnShape in, const float *values,
                       guint n_taps, const guint *taps, const CnnPlanOptions *options,
                       gboolean memory);
void     host_compare (const Host *whole, const Host *cut, const char *text,
                       const CnnPlanOptions *options, gboolean exact);
void     host_clear   (Host *host);

G_END_DECLS
