/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "param.h"

G_BEGIN_DECLS

/**
 * CnnKernelLayer:
 * @size: the kernel size that the layer says, 0×0 when it says none; of a
 *   layer that takes just a matrix, the matrix's when there is none yet
 * @channels: channels that each kernel meets; 0 when that is not known
 * @colour: whether these are the red, green and blue of the picture
 * @matrix: the layer takes just one matrix: no list, no names, no channels
 *
 * What the layer is like whose kernels are edited.
 */
typedef struct
{
  CnnSize  size;
  int      channels;
  gboolean colour;
  gboolean matrix;
} CnnKernelLayer;

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
char      *cnn_kernel_editor_get      (CnnKernelEditor *editor);

G_END_DECLS
