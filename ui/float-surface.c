/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "float-surface.h"

#include "mapping.h"

/**
 * float_surface_new:
 * @shape: of the picture; 1 or 3 channels
 * @values: [height][width][channels]: as pictures store them, 0 is black and 1 white
 *
 * Returns: (transfer full): the picture, to be drawn
 */
cairo_surface_t *
float_surface_new (CnnShape shape, const float *values)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, shape.width,
                                                         shape.height);
  guint8          *pixels  = cairo_image_surface_get_data (surface);
  int              stride  = cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  for (int y = 0; y < shape.height; y++)
    for (int x = 0; x < shape.width; x++, values += shape.channels)
      {
        guint8  bytes[3];
        guint8 *pixel = pixels + (gsize) y * stride + 4 * x;
        float   kept[3];

        /* Pictures of floats may hold more than white, and what is no number. */
        for (int c = 0; c < shape.channels; c++)
          kept[c] = values[c] > 0.0f ? MIN (values[c], 1.0f) : 0.0f;
        mapping_bytes (kept, shape.channels, bytes);
        *(guint32 *) (void *) pixel = shape.channels == 3
                                        ? (guint32) bytes[0] << 16 | bytes[1] << 8 | bytes[2]
                                        : bytes[0] * 0x010101u;
      }
  cairo_surface_mark_dirty (surface);
  return surface;
}
