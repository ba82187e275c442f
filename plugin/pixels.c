/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which babl format the numbers of pixels are read and written in. */

#include "pixels.h"

static const Babl *
format (GimpDrawable *drawable, const char *const names[2][2], int channels, gboolean alpha)
{
  const Babl *own = gimp_drawable_get_format (drawable);

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
  static const char *const perceptual[2][2] = {
    { "Y' float", "Y'A float" },
    { "R'G'B' float", "R'G'B'A float" },
  };
  static const char *const linear[2][2] = {
    { "Y float", "YA float" },
    { "RGB float", "RGBA float" },
  };

  return format (drawable, encoding == PIXELS_LINEAR ? linear : perceptual, channels, alpha);
}

/**
 * pixels_own_format:
 * @drawable: one of an image of floating-point pixels
 * @channels: 1 for grey, 3 for colour
 * @alpha: whether alpha comes after these
 *
 * Returns: float32 pixels that go into the drawable without any conversion but
 *   to its width of number
 */
const Babl *
pixels_own_format (GimpDrawable *drawable, int channels, gboolean alpha)
{
  static const char *const perceptual[2][2] = {
    { "Y~ float", "Y~A float" },
    { "R~G~B~ float", "R~G~B~A float" },
  };

  switch (gimp_image_get_precision (gimp_item_get_image (GIMP_ITEM (drawable))))
    {
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_FLOAT_LINEAR:
    case GIMP_PRECISION_DOUBLE_LINEAR:
      return pixels_format (drawable, PIXELS_LINEAR, channels, alpha);

    case GIMP_PRECISION_HALF_PERCEPTUAL:
    case GIMP_PRECISION_FLOAT_PERCEPTUAL:
    case GIMP_PRECISION_DOUBLE_PERCEPTUAL:
      return format (drawable, perceptual, channels, alpha);

    default:
      return pixels_format (drawable, PIXELS_PERCEPTUAL, channels, alpha);
    }
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
