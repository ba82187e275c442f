/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "resample.h"

G_BEGIN_DECLS

/**
 * CnnFrameAxis:
 * @cells: of the network's input
 * @start: where cell 0 begins, in the picture's pixels; may lie outside
 * @step: how many pixels a cell is wide
 *
 * How cells lie along one side of a picture: places of fractions, so that something can
 * be in the very middle.
 */
typedef struct
{
  int    cells;
  double start;
  double step;
} CnnFrameAxis;

/** CnnFrame: which part of a picture a network with an input of fixed size is shown. */
typedef struct
{
  CnnFrameAxis rows;
  CnnFrameAxis columns;
} CnnFrame;

/** CnnFraming: how a picture of another form is brought to the input's. */
typedef enum
{
  CNN_FRAMING_CROP,   /* its middle, without what is too much at two sides */
  CNN_FRAMING_FIT,    /* all of it, with grey at two sides */
  CNN_FRAMING_STRETCH /* all of it, out of shape */
} CnnFraming;

CnnFrame      cnn_frame_new      (CnnFraming framing, CnnSize picture, CnnSize input);
void          cnn_frame_read     (const CnnFrame *frame, CnnSize picture, int channels,
                                  ResampleRead read, gpointer data, float outside,
                                  float *values);
ResampleAxis *cnn_frame_axis_map (const CnnFrameAxis *axis, int map, int pixels);

G_END_DECLS
