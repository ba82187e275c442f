/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* How a map is resized along rows or columns. Both are done in the same way, one
 * after the other. */

typedef enum
{
  CNN_RESIZE_NEAREST,
  CNN_RESIZE_LINEAR,
  CNN_RESIZE_CUBIC
} CnnResizeMode;

typedef enum
{
  CNN_RESIZE_HALF_PIXEL,
  CNN_RESIZE_HALF_PIXEL_SYMMETRIC,
  CNN_RESIZE_PYTORCH_HALF_PIXEL,
  CNN_RESIZE_ALIGN_CORNERS,
  CNN_RESIZE_ASYMMETRIC,
  CNN_RESIZE_TF_CROP
} CnnResizeCoordinates;

typedef enum
{
  CNN_RESIZE_PREFER_FLOOR,
  CNN_RESIZE_PREFER_CEIL,
  CNN_RESIZE_FLOOR,
  CNN_RESIZE_CEIL
} CnnResizeNearest;

/** CnnResize: the parameters of a resize. */
typedef struct
{
  CnnNumbers scale;
  CnnSize    to;
  int        mode;
  int        coordinates;
  int        nearest;
  double     cubic_a;
  gboolean   antialias;
  gboolean   exclude_outside;
  CnnNumbers roi;
  double     extrapolate;
} CnnResize;

/**
 * CnnResizeAxis:
 * @p: the parameters
 * @in: rows (columns) of the input
 * @out: of the output
 * @scale: how much larger a cell becomes
 * @first: where the part to be resized begins, 0 at the first row, 1 at the last
 * @last: where it ends
 */
typedef struct
{
  const CnnResize *p;
  int              in;
  int              out;
  double           scale;
  double           first;
  double           last;
} CnnResizeAxis;

/**
 * CnnResizeTaps:
 * @entries: [out][length]: the first cell, how many cells, their weights. Numbers of cells are
 *   floats too, so that all steps of the layer can share them as they share weights; %NULL when
 *   there was not enough memory
 * @length: floats of each entry
 *
 * What cells take along one axis.
 */
typedef struct
{
  const float *entries;
  gsize        length;
} CnnResizeTaps;

gboolean cnn_resize_axis       (const CnnResize *p, gboolean rows, int in, CnnResizeAxis *axis,
                                GError **error);
double   cnn_resize_at         (const CnnResizeAxis *axis, int out);
gboolean cnn_resize_is_outside (const CnnResizeAxis *axis, double at);
int      cnn_resize_nearest    (const CnnResizeAxis *axis, double at);
int      cnn_resize_most       (const CnnResizeAxis *axis);
int      cnn_resize_taps       (const CnnResizeAxis *axis, int out, int *first, double *weights);
CnnResizeTaps cnn_resize_table (const CnnResizeAxis *axis, CnnStore *store, const char *form);
CnnTrainStep *cnn_resize_train (const CnnTask *task, GError **error);
void     cnn_resize_window     (const CnnResizeAxis *axis, int *up, int *stride, int *extent,
                                int *before, int *after);
gboolean cnn_resize_write      (CnnWriter *writer, const CnnNode *node, GError **error);

G_END_DECLS
