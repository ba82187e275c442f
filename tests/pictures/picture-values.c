/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <string.h>

#include "cnn-test.h"
#include "file-picture.h"

/* What the pictures show: a photograph-like picture, and a digit. */

/**
 * picture_values:
 * @text: a network of one map that takes brightness
 * @height: rows of the valley's middle; 0 for all
 * @rows: (out): of what comes out
 *
 * Returns: (transfer full): [rows][columns]
 */
float *
picture_values (const char *text, int height, int width, int *rows, int *columns)
{
  g_autoptr (GError)     error   = NULL;
  g_autofree char       *file    = g_test_build_filename (G_TEST_DIST, "..", "..", "docs",
                                                          "valley.png", NULL);
  g_autoptr (CnnPicture) picture = file_picture_new (file, &error);
  CnnShape               whole, part, out;
  g_autofree float      *values  = NULL;
  float                 *result;
  CnnRect                rect;

  g_assert_no_error (error);
  whole = cnn_picture_shape (picture);
  whole.channels = 1;
  part = whole;
  if (height > 0)
    part = (CnnShape) { height, width, 1 };
  rect = (CnnRect) { .x = (whole.width - part.width) / 2, .y = (whole.height - part.height) / 2,
                     .width = part.width, .height = part.height };
  values = g_new (float, cnn_shape_cells (part));
  cnn_picture_read (picture, whole, &rect, values, (gsize) part.width, NULL, &error);
  g_assert_no_error (error);
  result = cnn_test_run (text, part, values, &out);
  g_assert_cmpint (out.channels, ==, 1);
  *rows = out.height;
  *columns = out.width;
  return result;
}

/** picture_digit: (transfer full): a 5 as a brush leaves it, [side][side]: ink 1 on 0. */
float *
picture_digit (int side)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  cairo_t         *cr      = cairo_create (surface);
  float           *values  = g_new (float, (gsize) side * side);

  cairo_scale (cr, side / 28.0, side / 28.0);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 2.4);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_move_to (cr, 19.0, 5.2);
  cairo_curve_to (cr, 16.0, 4.8, 13.5, 5.6, 11.2, 5.4);
  cairo_line_to (cr, 10.0, 12.6);
  cairo_curve_to (cr, 14.0, 10.2, 19.2, 11.8, 18.8, 16.2);
  cairo_curve_to (cr, 18.4, 21.4, 12.4, 23.4, 8.4, 20.8);
  cairo_stroke (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        const guint8 *row = cairo_image_surface_get_data (surface) +
                            (gsize) y * cairo_image_surface_get_stride (surface);
        guint32       pixel;

        memcpy (&pixel, row + 4 * x, 4);
        values[y * side + x] = (float) (pixel & 255) / 255.0f;
      }
  cairo_surface_destroy (surface);
  return values;
}
