/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "learn-filter.h"

G_BEGIN_DECLS

/**
 * CnnFilterHost:
 * @save: writes what was learnt to a file; returns %FALSE with an error set when it cannot
 * @can_live: whether it can be a live filter of the host's
 * @presets: (nullable): folder of a person's own networks
 * @data: for both
 *
 * What a host can do with what was learnt. It must be good as long as the view.
 */
typedef struct
{
  gboolean  (*save)     (gpointer data, const CnnFilterResult *result, const char *file,
                         GError **error);
  gboolean  (*can_live) (gpointer data, const CnnFilterResult *result);
  const char *presets;
  gpointer    data;
} CnnFilterHost;

/**
 * CnnFilterResultView:
 *
 * What was learnt: its kernels, and what can be done with it.
 *
 * Signal "live" (void): a person wants it as a live filter.
 */
#define CNN_TYPE_FILTER_RESULT_VIEW (cnn_filter_result_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnFilterResultView, cnn_filter_result_view, CNN, FILTER_RESULT_VIEW, GtkBox)

GtkWidget *cnn_filter_result_view_new  (const CnnFilterHost *host);
void       cnn_filter_result_view_show (CnnFilterResultView *view, const CnnFilterResult *result);

G_END_DECLS
