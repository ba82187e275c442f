/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame.h"

/**
 * cnn_frame_new:
 * @framing: what happens to what does not fit
 * @picture: rows and columns of the picture
 * @input: of the network's input
 *
 * Returns: where the network looks
 */
CnnFrame
cnn_frame_new (CnnFraming framing, CnnSize picture, CnnSize input)
{
  double down   = (double) picture.height / input.height;
  double across = (double) picture.width / input.width;

  if (framing == CNN_FRAMING_CROP)
    down = across = MIN (down, across);
  else if (framing == CNN_FRAMING_FIT)
    down = across = MAX (down, across);
  return (CnnFrame) { { input.height, (picture.height - input.height * down) / 2.0, down },
                      { input.width, (picture.width - input.width * across) / 2.0, across } };
}

static ResampleAxis *
make_axis (const CnnFrameAxis *axis, int pixels)
{
  if (axis->step < 1.0)
    return resample_axis_lines (axis->cells, axis->start, axis->step, pixels);
  return resample_axis_area (axis->cells, axis->start, axis->step, pixels);
}

/**
 * cnn_frame_read:
 * @picture: rows and columns of the picture
 * @channels: numbers in a pixel
 * @read: gives the picture's pixels, a strip at a time
 * @data: for @read
 * @outside: what cells get that lie beside the picture
 * @values: where they go, [rows.cells][columns.cells][@channels]
 */
void
cnn_frame_read (const CnnFrame *frame, CnnSize picture, int channels, ResampleRead read,
                gpointer data, float outside, float *values)
{
  g_autoptr (ResampleAxis) rows    = make_axis (&frame->rows, picture.height);
  g_autoptr (ResampleAxis) columns = make_axis (&frame->columns, picture.width);
  CnnRect                  all     = { 0, 0, frame->columns.cells, frame->rows.cells };
  gsize                    stride  = (gsize) all.width * channels;

  resample_rect (rows, columns, &all, channels, read, data, values, stride);
  for (int y = 0; y < all.height; y++)
    for (int x = 0; x < all.width; x++)
      if (rows->count[y] == 0 || columns->count[x] == 0)
        for (int c = 0; c < channels; c++)
          values[y * stride + x * channels + c] = outside;
}

/**
 * cnn_frame_axis_map:
 * @axis: how the input's cells lie over the picture
 * @map: how many cells a map has that covers the whole input
 * @pixels: how many pixels the picture has
 *
 * The way back: straight lines between the map's cells.
 *
 * Returns: (transfer full): how the picture's pixels are made of the map's cells; those
 *   that the network does not see, of none
 */
ResampleAxis *
cnn_frame_axis_map (const CnnFrameAxis *axis, int map, int pixels)
{
  double finer = (double) map / axis->cells / axis->step;

  return resample_axis_lines (pixels, -axis->start * finer, finer, map);
}
