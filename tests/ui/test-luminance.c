/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "luminance.h"

/* Against the definition in double precision, IEC 61966-2-1 and ITU-R BT.709. */

static const double weights[] = { 0.2126, 0.7152, 0.0722 };

static double
defined (const guint *rgb, int bits, gboolean stored_linear, gboolean linear)
{
  double light = 0.0;

  for (int c = 0; c < 3; c++)
    {
      double value = rgb[c] / ((1 << bits) - 1.0);

      if (!stored_linear)
        value = value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
      light += weights[c] * value;
    }
  if (linear)
    return light;
  return light <= 0.0031308 ? light * 12.92 : 1.055 * pow (light, 1.0 / 2.4) - 0.055;
}

static double
converted (const CnnLuminance *luminance, const guint *rgb, int bits)
{
  guint8  bytes[2][4] = { { 9, 9, 9, 9 }, { (guint8) rgb[0], (guint8) rgb[1], (guint8) rgb[2] } };
  guint16 words[2][4] = { { 9, 9, 9, 9 }, { (guint16) rgb[0], (guint16) rgb[1],
                                            (guint16) rgb[2] } };
  float   values[2];

  if (bits == 8)
    cnn_luminance_convert (luminance, bytes, 4, 2, values);
  else
    cnn_luminance_convert (luminance, words, 4, 2, values);
  return values[1];
}

static void
test_definition (void)
{
  for (int kind = 0; kind < 8; kind++)
    {
      int      bits = kind & 1 ? 16 : 8;
      gboolean stored_linear = (kind & 2) != 0, linear = (kind & 4) != 0;
      guint    most = (1u << bits) - 1;
      g_autoptr (CnnLuminance) luminance = cnn_luminance_new (bits, stored_linear, weights, linear);

      for (int i = 0; i < 20000; i++)
        {
          /* Dark colours too, where the curve is steep. */
          guint top = i % 3 ? most : most / 50, rgb[3];

          for (int c = 0; c < 3; c++)
            rgb[c] = (guint) g_test_rand_int_range (0, (gint) top + 1);
          g_assert_cmpfloat_with_epsilon (converted (luminance, rgb, bits),
                                          defined (rgb, bits, stored_linear, linear), 2e-6);
        }
    }
}

static void
test_ends (void)
{
  g_autoptr (CnnLuminance) luminance = cnn_luminance_new (8, FALSE, weights, FALSE);
  const guint black[] = { 0, 0, 0 }, white[] = { 255, 255, 255 };
  double      last = -1.0;

  g_assert_cmpfloat (converted (luminance, black, 8), ==, 0.0);
  g_assert_cmpfloat_with_epsilon (converted (luminance, white, 8), 1.0, 1e-6);
  for (guint v = 0; v < 256; v++)
    {
      const guint grey[] = { v, v, v };
      double      value  = converted (luminance, grey, 8);

      g_assert_cmpfloat (value, >, last);
      g_assert_cmpfloat_with_epsilon (value, v / 255.0, 2e-6);
      last = value;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/luminance/definition", test_definition);
  g_test_add_func ("/luminance/ends", test_ends);
  return g_test_run ();
}
