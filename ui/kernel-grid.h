/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnKernelGrid:
 *
 * A matrix of numbers, coloured by sign and strength, that can be edited: in place
 * with the pointer or the keyboard.
 *
 * Signals: "changed" (void): a person changed a number
 * "begin" (void), "end" (void): around changes that belong together
 * "copy" (void), "paste" (void): a person pressed the keys for it
 */
#define CNN_TYPE_KERNEL_GRID (cnn_kernel_grid_get_type ())
G_DECLARE_FINAL_TYPE (CnnKernelGrid, cnn_kernel_grid, CNN, KERNEL_GRID, GtkBox)

GtkWidget    *cnn_kernel_grid_new    (void);
void          cnn_kernel_grid_set    (CnnKernelGrid *grid, CnnSize size, const double *values);
const double *cnn_kernel_grid_values (CnnKernelGrid *grid, CnnSize *size);
void          cnn_kernel_grid_focus  (CnnKernelGrid *grid, int row, int column);
void          cnn_kernel_grid_set_read_only (CnnKernelGrid *grid, int pane);
CnnRect       cnn_kernel_grid_cell   (CnnKernelGrid *grid, int row, int column);

G_END_DECLS
