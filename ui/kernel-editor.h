/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "kernel-edit.h"

G_BEGIN_DECLS

/**
 * CnnKernelEditor:
 *
 * The kernels of a convolution: a list of them, and the chosen one as a grid of
 * numbers for each input channel.
 *
 * Signals: "changed" (void): a person changed them
 * "begin" (void), "end" (void): around changes that belong together
 */
#define CNN_TYPE_KERNEL_EDITOR (cnn_kernel_editor_get_type ())
G_DECLARE_FINAL_TYPE (CnnKernelEditor, cnn_kernel_editor, CNN, KERNEL_EDITOR, GtkBox)

GtkWidget *cnn_kernel_editor_new      (void);
void       cnn_kernel_editor_set      (CnnKernelEditor *editor, const char *kernels,
                                       const CnnKernelLayer *layer);
void       cnn_kernel_editor_set_kernels (CnnKernelEditor *editor, const GPtrArray *kernels,
                                          const CnnKernelLayer *layer);
char      *cnn_kernel_editor_get      (CnnKernelEditor *editor);

G_END_DECLS
