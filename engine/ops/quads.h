/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The largest of each 2×2 cells and the way back, in training: windows that do not overlap. */

/**
 * CnnQuads:
 * @n: windows in a row
 * @channels: of a cell
 * @next: floats from a cell of the map to its neighbour, at least @channels
 * @row: floats from a row of the map to the next
 * @slope: what negative values are multiplied with after that, 0 or more; 1: they stay
 *
 * A row of windows, which is two of the map.
 */
typedef struct
{
  gsize n;
  gsize channels;
  gsize next;
  gsize row;
  float slope;
} CnnQuads;

void cnn_quads_choose (const CnnQuads *quads, const float *in, float *out, guint8 *winners);
void cnn_quads_give   (const CnnQuads *quads, const float *d_out, const guint8 *winners,
                       float *d_in);
void cnn_quads_sum    (const CnnQuads *quads, const float *d_out, const guint8 *winners,
                       float *sums);

G_END_DECLS
