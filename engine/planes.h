/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Rows as planes. A convolution with neighbouring columns in the lanes of a vector takes its
 * input's rows apart, so that every fourth column lies side by side, and puts its output's
 * together. Between two of them rows stay as they are worked on:
 *
 *   [CNN_PLANES_BY][channels][stride]
 *
 * Column x of a row is in plane x mod 4, at place CNN_PLANES_MARGIN + x / 4. Around the row
 * lies as much zero as a 3×3 window may pad, and room for whole vectors. */

#define CNN_PLANES_BY     4
#define CNN_PLANES_MARGIN 16

/* Narrower maps would be mostly margin. */
#define CNN_PLANES_LEAST 128

/** cnn_planes_at: floats from a row's begin to column @column of channel 0, which may be below 0 */
static inline gsize
cnn_planes_at (int channels, gsize stride, int column)
{
  int by = CNN_PLANES_BY, plane = (column % by + by) % by;

  return (gsize) plane * channels * stride + CNN_PLANES_MARGIN + (column - plane) / by;
}

/** cnn_planes_row: floats of a row */
static inline gsize
cnn_planes_row (int channels, gsize stride)
{
  return CNN_PLANES_BY * channels * stride;
}

gsize cnn_planes_stride (int columns);
void  cnn_planes_edges  (float *row, int columns, int channels, gsize stride);

G_END_DECLS
