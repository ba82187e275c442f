/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CNN_COPY_DIMS 12

/**
 * CnnCopy:
 * @n_dims: dimensions of the block
 * @sizes: its extents in the order of the result, outermost first
 * @from: floats from one to the next in the source
 * @to: the same in the result
 *
 * Copying a block of values into another order.
 */
typedef struct
{
  int   n_dims;
  gsize sizes[CNN_COPY_DIMS];
  gsize from[CNN_COPY_DIMS];
  gsize to[CNN_COPY_DIMS];
} CnnCopy;

void cnn_copy_plan (CnnCopy *copy, int n_dims, const gsize *sizes, const gsize *from);
void cnn_copy_run  (const CnnCopy *copy, const float *from, float *to);

G_END_DECLS
