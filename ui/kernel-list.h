/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "param.h"

G_BEGIN_DECLS

/**
 * CnnKernelList:
 *
 * Kernels as small pictures with their names, one of them chosen.
 *
 * Signals: "selected" (int kernel): a person chose another
 */
#define CNN_TYPE_KERNEL_LIST (cnn_kernel_list_get_type ())
G_DECLARE_FINAL_TYPE (CnnKernelList, cnn_kernel_list, CNN, KERNEL_LIST, GtkScrolledWindow)

GtkWidget *cnn_kernel_list_new (void);
void       cnn_kernel_list_set (CnnKernelList *list, const GPtrArray *kernels, CnnSize layer,
                                int selected);

G_END_DECLS
