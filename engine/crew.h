/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnCrew:
 *
 * Threads that wait for work. Starting one for every small piece of work would
 * cost more than the work.
 */
typedef struct _CnnCrew CnnCrew;

/**
 * CnnCrewFunc:
 * @data: what was given with it
 * @member: which member of the crew calls it, from 0
 */
typedef void (*CnnCrewFunc) (gpointer data, guint member);

CnnCrew *cnn_crew_new  (guint n_members);
void     cnn_crew_free (CnnCrew *crew);
void     cnn_crew_run  (CnnCrew *crew, CnnCrewFunc func, gpointer data);

G_END_DECLS
