/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which babl format the numbers of pixels are read and written in. */

#include "pixels.h"

static const Babl *
format (const Babl *own, const char *const names[2][2], int channels, gboolean alpha)
{
  return babl_format_with_space (names[channels == 3][alpha != FALSE],
                                 babl_format_get_space (own));
}

/**
 * pixels_format:
 * @drawable: whose colour space it is in
 * @encoding: which
 * @channels: 1 for grey, 3 for colour
 * @alpha: whether alpha comes after these
 *
 * Returns: float32 pixels
 */
const Babl *
pixels_format (GimpDrawable *drawable, PixelsEncoding encoding, int channels, gboolean alpha)
{
  return pixels_format_of (gimp_drawable_get_format (drawable), encoding, channels, alpha);
}

/**
 * pixels_format_of:
 * @own: a drawable's own format
 *
 * As pixels_format(), from any thread.
 */
const Babl *
pixels_format_of (const Babl *own, PixelsEncoding encoding, int channels, gboolean alpha)
{
  static const char *const perceptual[2][2] = {
    { "Y' float", "Y'A float" },
    { "R'G'B' float", "R'G'B'A float" },
  };
  static const char *const linear[2][2] = {
    { "Y float", "YA float" },
    { "RGB float", "RGBA float" },
  };

  return format (own, encoding == PIXELS_LINEAR ? linear : perceptual, channels, alpha);
}

/* The drawable's own kind of number, as float32. */
static const Babl *
own_as_floats (GimpDrawable *drawable, int channels, gboolean alpha)
{
  static const char *const perceptual[2][2] = {
    { "Y~ float", "Y~A float" },
    { "R~G~B~ float", "R~G~B~A float" },
  };

  switch (gimp_image_get_precision (gimp_item_get_image (GIMP_ITEM (drawable))))
    {
    case GIMP_PRECISION_HALF_LINEAR:
      return pixels_format (drawable, PIXELS_LINEAR, channels, alpha);

    case GIMP_PRECISION_HALF_PERCEPTUAL:
      return format (gimp_drawable_get_format (drawable), perceptual, channels, alpha);

    default:
      return pixels_format (drawable, PIXELS_PERCEPTUAL, channels, alpha);
    }
}

/**
 * pixels_own_format:
 * @drawable: one of an image of floating-point pixels
 * @channels: 1 for grey, 3 for colour, as the drawable has
 * @alpha: whether alpha comes after these, as the drawable has it
 *
 * Returns: pixels that go into the drawable as the numbers they are, for
 *   pixels_write()
 */
const Babl *
pixels_own_format (GimpDrawable *drawable, int channels, gboolean alpha)
{
  const Babl *own  = gimp_drawable_get_format (drawable);
  const Babl *type = babl_format_get_type (own, 0);

  /* babl may take a detour through other colours on its way from one width of
   * number to another, which costs the last digits. Its own format needs no
   * way at all, and of a half there are few digits to lose. */
  if (type == babl_type ("float") || type == babl_type ("double"))
    return own;
  return own_as_floats (drawable, channels, alpha);
}

/**
 * pixels_are_bytes:
 * @drawable: what is written to
 * @format: float32 pixels
 *
 * Returns: whether the drawable stores each number of @format as a byte, 255
 *   for 1, so that nobody need be asked to convert it
 */
gboolean
pixels_are_bytes (GimpDrawable *drawable, const Babl *format)
{
  const Babl *own = gimp_drawable_get_format (drawable);

  return babl_format_get_type (own, 0) == babl_type ("u8") &&
         babl_format_get_model (own) == babl_format_get_model (format) &&
         babl_format_get_space (own) == babl_format_get_space (format);
}

/**
 * pixels_write:
 * @buffer: where
 * @rect: which pixels
 * @format: what they are; float32, or double for which they are widened
 * @pixels: the pixels, [rect->height][rect->width][components]
 */
void
pixels_write (GeglBuffer *buffer, const GeglRectangle *rect, const Babl *format,
              const float *pixels)
{
  gsize n = (gsize) rect->width * rect->height * babl_format_get_n_components (format);
  g_autofree double *wide = NULL;

  if (babl_format_get_type (format, 0) == babl_type ("double"))
    {
      wide = g_new (double, n);
      for (gsize i = 0; i < n; i++)
        wide[i] = pixels[i];
    }
  gegl_buffer_set (buffer, rect, 0, format, wide != NULL ? (const void *) wide : pixels,
                   GEGL_AUTO_ROWSTRIDE);
}

/**
 * pixels_are_floats:
 *
 * Returns: whether the image's pixels can hold any number
 */
gboolean
pixels_are_floats (GimpImage *image)
{
  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_HALF_NON_LINEAR:
    case GIMP_PRECISION_HALF_PERCEPTUAL:
    case GIMP_PRECISION_FLOAT_LINEAR:
    case GIMP_PRECISION_FLOAT_NON_LINEAR:
    case GIMP_PRECISION_FLOAT_PERCEPTUAL:
    case GIMP_PRECISION_DOUBLE_LINEAR:
    case GIMP_PRECISION_DOUBLE_NON_LINEAR:
    case GIMP_PRECISION_DOUBLE_PERCEPTUAL:
      return TRUE;

    default:
      return FALSE;
    }
}
