/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/** PixelsEncoding: which number stands for a given amount of light. */
typedef enum
{
  PIXELS_PERCEPTUAL, /* as ordinary 8-bit pictures store it */
  PIXELS_LINEAR      /* in proportion to the light */
} PixelsEncoding;

const Babl *pixels_format     (GimpDrawable *drawable, PixelsEncoding encoding, int channels,
                               gboolean alpha);
const Babl *pixels_format_of  (const Babl *own, PixelsEncoding encoding, int channels,
                               gboolean alpha);
const Babl *pixels_own_format (GimpDrawable *drawable, int channels, gboolean alpha);
gboolean    pixels_are_bytes  (GimpDrawable *drawable, const Babl *format);
void        pixels_write      (GeglBuffer *buffer, const GeglRectangle *rect, const Babl *format,
                               const float *pixels);
gboolean    pixels_are_floats (GimpImage *image);

G_END_DECLS
