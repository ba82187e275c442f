/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

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

/** KernelTool: what can be done to a kernel as a whole. */
typedef enum
{
  KERNEL_ROTATE_LEFT,
  KERNEL_ROTATE_RIGHT,
  KERNEL_ROTATE_45,
  KERNEL_FLIP_SIDES,
  KERNEL_FLIP_UPSIDE_DOWN,
  KERNEL_TRANSPOSE,
  KERNEL_NEGATE,
  KERNEL_SUM_TO_1,
  KERNEL_SUM_TO_0
} KernelTool;

CnnKernel *kernel_new_literal (int depth, CnnSize size, const double *values);
CnnKernel *kernel_new_named   (const CnnKernelKind *kind);
CnnSize    kernel_drawn_size  (const CnnKernel *kernel, CnnSize layer);
double    *kernel_draw        (const CnnKernel *kernel, int matrix, CnnSize layer, CnnSize *size);
double    *kernel_draw_written (const CnnKernel *kernel, int matrix, CnnSize layer, CnnSize *size);
int        kernel_n_matrices  (const CnnKernel *kernel);
double     kernel_total       (const CnnKernel *kernel, CnnSize layer);

void       kernel_write_down  (CnnKernel *kernel, CnnSize layer);
void       kernel_set_matrix  (CnnKernel *kernel, int matrix, const double *values);
void       kernel_set_size    (CnnKernel *kernel, CnnSize size);
void       kernel_set_depth   (CnnKernel *kernel, int depth, int matrix);
gboolean   kernel_can_apply   (const CnnKernel *kernel, KernelTool tool, CnnSize layer);
gboolean   kernel_apply       (CnnKernel *kernel, KernelTool tool, CnnSize layer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnKernel, cnn_kernel_free)

G_END_DECLS
