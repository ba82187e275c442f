/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "filter-job.h"
#include "filter-result.h"

G_BEGIN_DECLS

/**
 * CnnFilterView:
 *
 * A filter while it is learnt, and what came of it. It is learnt in a thread of its own.
 *
 * Signals: "learn" (void): a person wants it to begin
 * "changed" (void): it began or ended
 * "live" (void): a person wants what was learnt as a live filter
 */
#define CNN_TYPE_FILTER_VIEW (cnn_filter_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnFilterView, cnn_filter_view, CNN, FILTER_VIEW, GtkBox)

GtkWidget             *cnn_filter_view_new         (const CnnFilterHost *host);
void                   cnn_filter_view_set_picture (CnnFilterView *view,
                                                    const CnnFilterPicture *picture);
void                   cnn_filter_view_set_trouble (CnnFilterView *view, const char *sentence);
void                   cnn_filter_view_start       (CnnFilterView *view,
                                                    const CnnFilterLearner *learner,
                                                    CnnPairs *const *alternatives,
                                                    guint n_alternatives,
                                                    const CnnFilterOptions *options);
void                   cnn_filter_view_forget      (CnnFilterView *view);
gboolean               cnn_filter_view_is_running  (CnnFilterView *view);
CnnFilterPhase         cnn_filter_view_phase       (CnnFilterView *view);
const CnnFilterResult *cnn_filter_view_result      (CnnFilterView *view);
CnnFilterResult       *cnn_filter_view_steal_result (CnnFilterView *view);

G_END_DECLS
