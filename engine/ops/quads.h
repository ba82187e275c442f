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
 * @kind: 0 for the fastest loops that this processor has, 1 for those of an older one, …: for
 *   tests
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
  guint kind;
} CnnQuads;

/** CNN_QUADS_ROOM: floats that are read behind the last of the numbers in fours. */
#define CNN_QUADS_ROOM 12

/**
 * CnnQuadsSums:
 * @rows: rows of windows
 * @fours: what the four cells of a window were multiplied with, [4], for each number of an
 *   image, and %CNN_QUADS_ROOM floats behind the last
 * @next: floats of @fours from a window to its neighbour
 * @row: floats of @fours from a row of windows to the next
 * @numbers: where in @fours the first window's numbers are, [n_numbers]
 * @n_numbers: of a kernel
 * @sums: what each number was multiplied with is added, [n_numbers][channels]
 * @all: that of a number that is always 1, [channels]
 *
 * The sums over all windows that a convolution's weights want, of which only one in four
 * products is not 0.
 */
typedef struct
{
  gsize        rows;
  const float *fours;
  gsize        next;
  gsize        row;
  const gsize *numbers;
  gsize        n_numbers;
  float       *sums;
  float       *all;
} CnnQuadsSums;

guint cnn_quads_n_kinds (void);
void  cnn_quads_choose  (const CnnQuads *quads, const float *in, float *out, guint8 *winners);
void  cnn_quads_give    (const CnnQuads *quads, const float *d_out, const guint8 *winners,
                         float *d_in);
void  cnn_quads_add     (const CnnQuads *quads, const CnnQuadsSums *sums, const float *d_out,
                         const guint8 *winners);

G_END_DECLS
