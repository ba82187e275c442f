/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tensor.h"

G_BEGIN_DECLS

/**
 * CnnKernelsStrip:
 *
 * Kernels of a layer as small pictures: those of three channels in colour, others by the sign
 * of their weights.
 */
#define CNN_TYPE_KERNELS_STRIP (cnn_kernels_strip_get_type ())
G_DECLARE_FINAL_TYPE (CnnKernelsStrip, cnn_kernels_strip, CNN, KERNELS_STRIP, GtkDrawingArea)

GtkWidget *cnn_kernels_strip_new  (void);
void       cnn_kernels_strip_show (CnnKernelsStrip *strip, CnnTensor *kernels);

G_END_DECLS
