/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/**
 * ResampleAxis:
 * @n: how many samples come out
 * @first: of each, the first sample it is made of
 * @count: of each, how many it is made of; 0 where it lies outside
 * @weights: of each, its @count weights, which add up to 1
 *
 * How samples are made of others along one side of a picture.
 */
typedef struct
{
  int     n;
  int    *first;
  int    *count;
  float **weights;
  float  *storage;
} ResampleAxis;

/**
 * ResampleRead:
 * @data: what was given with the function
 * @rect: samples that go in
 * @values: where they go, [rect.height][rect.width][channels]
 */
typedef void (*ResampleRead) (gpointer data, const CnnRect *rect, float *values);

ResampleAxis *resample_axis_area  (int n, double start, double step, int n_in);
ResampleAxis *resample_axis_lines (int n, double start, double step, int n_in);
ResampleAxis *resample_axis_scale (int n, int n_in);
void          resample_axis_free  (ResampleAxis *axis);

CnnRect       resample_needs      (const ResampleAxis *rows, const ResampleAxis *columns,
                                   const CnnRect *rect);
void          resample_rect       (const ResampleAxis *rows, const ResampleAxis *columns,
                                   const CnnRect *rect, int channels, ResampleRead read,
                                   gpointer data, float *values, gsize stride);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResampleAxis, resample_axis_free)

G_END_DECLS
