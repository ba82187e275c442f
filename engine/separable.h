/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

gboolean cnn_kernel_separate (const float *kernel, int rows, int columns, float *column,
                              float *row);

G_END_DECLS
