/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * RunningProgress:
 * @from: where the bar stands when a run begins
 * @share: how far it goes until the run ends
 * @shown: what was shown last
 *
 * Progress of a run that is a part of the job.
 */
typedef struct
{
  double from;
  double share;
  double shown;
} RunningProgress;

void running_progress    (double fraction, gpointer progress);
void running_limit_cache (GimpDrawable *drawable, int enlarged);

G_END_DECLS
