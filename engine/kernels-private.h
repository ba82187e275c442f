/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

G_BEGIN_DECLS

/* kernels-fixed.c: tables of numbers */
extern const CnnKernelKind cnn_kernel_identity;
extern const CnnKernelKind cnn_kernel_sharpen;
extern const CnnKernelKind cnn_kernel_emboss;
extern const CnnKernelKind cnn_kernel_edge;
extern const CnnKernelKind cnn_kernel_sobel_x;
extern const CnnKernelKind cnn_kernel_sobel_y;
extern const CnnKernelKind cnn_kernel_prewitt_x;
extern const CnnKernelKind cnn_kernel_prewitt_y;
extern const CnnKernelKind cnn_kernel_scharr_x;
extern const CnnKernelKind cnn_kernel_scharr_y;
extern const CnnKernelKind cnn_kernel_roberts_x;
extern const CnnKernelKind cnn_kernel_roberts_y;
extern const CnnKernelKind cnn_kernel_laplacian;
extern const CnnKernelKind cnn_kernel_laplacian_8;
extern const CnnKernelKind cnn_kernel_line_h;
extern const CnnKernelKind cnn_kernel_line_v;
extern const CnnKernelKind cnn_kernel_line_45;
extern const CnnKernelKind cnn_kernel_line_135;

/* kernels-formula.c: drawn at any size */
extern const CnnKernelKind cnn_kernel_box;
extern const CnnKernelKind cnn_kernel_gaussian;
extern const CnnKernelKind cnn_kernel_motion;
extern const CnnKernelKind cnn_kernel_log;
extern const CnnKernelKind cnn_kernel_gabor;

G_END_DECLS
