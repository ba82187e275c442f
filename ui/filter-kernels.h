/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "learn-filter.h"

G_BEGIN_DECLS

/**
 * CnnFilterKernels:
 *
 * The kernels of a filter that was learnt: all as small pictures, a chosen one in numbers.
 */
#define CNN_TYPE_FILTER_KERNELS (cnn_filter_kernels_get_type ())
G_DECLARE_FINAL_TYPE (CnnFilterKernels, cnn_filter_kernels, CNN, FILTER_KERNELS, GtkBox)

GtkWidget *cnn_filter_kernels_new  (void);
void       cnn_filter_kernels_show (CnnFilterKernels *view, const CnnFilterResult *result);
char      *cnn_filter_kernels_text (CnnFilterKernels *view);

G_END_DECLS
