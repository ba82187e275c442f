/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "train-data.h"

G_BEGIN_DECLS

/**
 * CnnDataSummary:
 *
 * Says what images there are to learn from, or why there are none. They are looked for in a
 * thread.
 *
 * Signal "found" (guint n_classes): that there are images of so many classes.
 */
#define CNN_TYPE_DATA_SUMMARY (cnn_data_summary_get_type ())
G_DECLARE_FINAL_TYPE (CnnDataSummary, cnn_data_summary, CNN, DATA_SUMMARY, GtkBox)

GtkWidget *cnn_data_summary_new  (void);
void       cnn_data_summary_look (CnnDataSummary *summary, const CnnTrainSettings *settings,
                                  const CnnPictureDecoder *decoder);
void       cnn_data_summary_say  (CnnDataSummary *summary, const char *text);

G_END_DECLS
