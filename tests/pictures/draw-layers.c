/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <math.h>

#include "cnn-test.h"
#include "value-colour.h"

/* Activation, pooling, and what makes a vector of maps. */

static const double four[] = { 1, 3, 2, 4, 3, 5, 4, 6, 2, 5, 6, 7, 4, 7, 6, 8 };

static double
value_at (const char *text, double x)
{
  float             value = (float) x;
  CnnShape          shape;
  g_autofree float *got = cnn_test_run (text, (CnnShape) { 1, 1, 1 }, &value, &shape);

  return *got;
}

static void
run_four (const char *text, double *values, int n)
{
  float             given[16];
  CnnShape          shape;
  g_autofree float *got = NULL;

  for (int i = 0; i < 16; i++)
    given[i] = (float) four[i];
  got = cnn_test_run (text, (CnnShape) { 4, 4, 1 }, given, &shape);
  g_assert_cmpint (cnn_shape_cells (shape), ==, n);
  for (int i = 0; i < n; i++)
    values[i] = got[i];
}

/* --- activation ------------------------------------------------------------------------------- */

static void
draw_curve (Canvas *canvas, double x, double y, double unit, const char *text)
{
  for (int i = -4; i <= 4; i++)
    {
      draw_line (canvas, x + i * unit, y - 3 * unit, x + i * unit, y + 1.6 * unit, &ink_pale, 0.5);
      if (i >= -1 && i <= 3)
        draw_line (canvas, x - 4 * unit, y - i * unit, x + 4 * unit, y - i * unit, &ink_pale, 0.5);
    }
  draw_line (canvas, x - 4 * unit, y, x + 4 * unit, y, &ink_grey, 1);
  draw_line (canvas, x, y - 3 * unit, x, y + 1.6 * unit, &ink_grey, 1);
  draw_text (canvas, x + unit, y + 10, 9, &ink_grey, "1");
  draw_text (canvas, x - 8, y - unit, 9, &ink_grey, "1");
  cairo_save (canvas->cr);
  cairo_rectangle (canvas->cr, x - 4 * unit, y - 3.1 * unit, 8 * unit, 4.7 * unit);
  cairo_clip (canvas->cr);
  for (int i = 0; i <= 160; i++)
    {
      double at = -4 + i / 20.0;

      cairo_line_to (canvas->cr, x + at * unit, y - value_at (text, at) * unit);
    }
  draw_colour (canvas, &ink_window, 1.0);
  cairo_set_line_width (canvas->cr, 2.6);
  cairo_stroke (canvas->cr);
  cairo_restore (canvas->cr);
  draw_code (canvas, x, y - 3 * unit - 16, text);
}

void
draw_activations (void)
{
  static const char *const texts[] = { "relu", "leaky-relu slope=0.1", "prelu slope=0.25",
                                       "elu alpha=1", "sigmoid", "tanh" };
  Canvas                  *canvas = canvas_new (820, 400);

  for (int i = 0; i < 6; i++)
    draw_curve (canvas, 142 + i % 3 * 268, 128 + i / 3 * 195, 30, texts[i]);
  canvas_finish (canvas, "activations");
}

/** draw_relu: what answers, and what is kept of it. */
void
draw_relu (void)
{
  static const char *const texts[] = {
    "input ?x?x1\nconv kernels=sobel-x pad=same border=replicate\navgpool 2",
    "input ?x?x1\nconv kernels=sobel-x pad=same border=replicate\navgpool 2\nrelu"
  };
  Canvas                  *canvas = canvas_new (820, 250);

  for (int k = 0; k < 2; k++)
    {
      int               rows, columns;
      g_autofree float *values = picture_values (texts[k], 0, 0, &rows, &columns);
      Grid              grid   = { 14 + k * 424, 28, 370.0 / columns, rows, columns };

      draw_signed (canvas, &grid, values, 1, 0.6);
      draw_code (canvas, grid_x (&grid, columns / 2.0), 13,
                 k == 0 ? "conv kernels=sobel-x" : "relu");
    }
  draw_arrow (canvas, 394, 130, 428, 130);
  canvas_finish (canvas, "relu");
}

void
draw_softmax (void)
{
  static const double scores[] = { 2, 1, 0, -1 };
  Canvas             *canvas = canvas_new (820, 210);
  float               given[4];
  CnnShape            shape;
  g_autofree float   *shares = NULL;

  for (int i = 0; i < 4; i++)
    given[i] = (float) scores[i];
  shares = cnn_test_run ("softmax", (CnnShape) { 1, 1, 4 }, given, &shape);
  for (int i = 0; i < 4; i++)
    {
      double  y      = 18 + i * 47;
      double  length = scores[i] * 50, power = exp (scores[i]) * 26;
      GdkRGBA fill   = cnn_value_colour_on (&ink_white, scores[i], 2.5);

      draw_box (canvas, 110 + MIN (length, 0), y, MAX (fabs (length), 2), 28, &fill, NULL);
      draw_number (canvas, 30, y + 14, 15, &ink_dark, scores[i], 0);
      draw_arrow (canvas, 236, y + 14, 274, y + 14);
      draw_box (canvas, 340, y, MAX (power, 2), 28, &ink_pale, NULL);
      draw_number (canvas, 308, y + 14, 15, &ink_dark, exp (scores[i]), 2);
      draw_arrow (canvas, 545, y + 14, 583, y + 14);
      draw_box (canvas, 660, y, MAX (150 * shares[i], 2), 28, &ink_result, NULL);
      draw_text (canvas, 621, y + 14, 15, &ink_dark, "%.3f", shares[i]);
    }
  draw_line (canvas, 110, 12, 110, 198, &ink_grey, 1);
  draw_text (canvas, 255, 12, 12, &ink_grey, "exp");
  draw_text (canvas, 564, 12, 12, &ink_grey, "/ Σ");
  canvas_finish (canvas, "softmax");
}

/* --- pooling ---------------------------------------------------------------------------------- */

static void
colour_blocks (Canvas *canvas, const Grid *grid, int block)
{
  static const GdkRGBA *const colours[] = { &ink_window, &ink_result, &ink_third, &ink_grey };

  for (int i = 0; i < 4; i++)
    draw_frame (canvas, grid, i / 2 * block, i % 2 * block, block, block, colours[i]);
}

void
draw_pooling (void)
{
  static const char *const texts[] = { "maxpool 2", "avgpool 2", "minpool 2" };
  Canvas                  *canvas = canvas_new (820, 210);
  Grid                     input = { 30, 44, 38, 4, 4 };

  draw_cells (canvas, &input, four, 14, 0);
  colour_blocks (canvas, &input, 2);
  for (int k = 0; k < 3; k++)
    {
      Grid   grid = { 300 + k * 190, 72, 46, 2, 2 };
      double values[4];

      run_four (texts[k], values, 4);
      draw_cells (canvas, &grid, values, 14, 2);
      colour_blocks (canvas, &grid, 1);
      draw_code (canvas, grid_x (&grid, 1), 48, texts[k]);
    }
  draw_arrow (canvas, 205, 118, 270, 118);
  canvas_finish (canvas, "pooling");
}

void
draw_stochastic (void)
{
  static const double window[] = { 1, 3, 0, 4 };
  Canvas             *canvas = canvas_new (820, 150);
  Grid                grid = { 40, 28, 46, 2, 2 };
  double              shares[4], sum = 0, left = 250;

  for (int i = 0; i < 4; i++)
    sum += window[i];
  for (int i = 0; i < 4; i++)
    shares[i] = window[i] / sum;
  draw_cells (canvas, &grid, window, 8, 0);
  draw_arrow (canvas, 160, 74, 215, 74);
  for (int i = 0; i < 4; i++)
    {
      double  width = 480 * shares[i];
      GdkRGBA fill = cnn_value_colour_on (&ink_white, window[i], 6);

      if (width <= 0)
        continue;
      draw_box (canvas, left, 50, width, 46, &fill, &ink_grey);
      draw_number (canvas, left + width / 2, 74, 16, &ink_dark, window[i], 0);
      draw_text (canvas, left + width / 2, 114, 12, &ink_grey, "%.3f", shares[i]);
      left += width;
    }
  draw_text (canvas, 250, 38, 12, &ink_grey, "0");
  draw_text (canvas, 730, 38, 12, &ink_grey, "1");
  canvas_finish (canvas, "stochastic");
}

void
draw_pyramid (void)
{
  Canvas *canvas = canvas_new (820, 240);
  int     levels[] = { 1, 2, 4 }, at = 0, rows, columns;

  g_autofree float *values = picture_values ("input ?x?x1\navgpool 3", 0, 0, &rows, &columns);

  for (int l = 0; l < 3; l++)
    {
      Grid    grid = { 20 + l * 270, 20, 240.0 / columns, rows, columns };
      int     n = levels[l];
      double  width = 240.0 / n, height = grid.cell * rows / n;

      draw_map (canvas, &grid, values, 1, 0, 1);
      for (int i = 0; i <= n; i++)
        {
          draw_line (canvas, grid.x + i * width, 20, grid.x + i * width, 20 + n * height,
                     &ink_window, 2.2);
          draw_line (canvas, grid.x, 20 + i * height, grid.x + 240, 20 + i * height, &ink_window,
                     2.2);
        }
      draw_arrow (canvas, grid.x + 120, 24 + n * height, 86.0 + (at + n * n / 2.0) * 31, 204);
      for (int i = 0; i < n * n; i++, at++)
        draw_box (canvas, 86 + at * 31, 206, 27, 24,
                  l == 0 ? &ink_pale : &ink_white,
                  l == 0 ? &ink_window : l == 1 ? &ink_result : &ink_third);
    }
  canvas_finish (canvas, "pyramid");
}

void
draw_global (void)
{
  static const char *const kernels[] = { "sobel-x", "sobel-y", "line-h" };
  Canvas                  *canvas = canvas_new (820, 160);

  for (int k = 0; k < 3; k++)
    {
      g_autofree char  *text = g_strdup_printf ("input ?x?x1\nconv kernels=%s pad=same "
                                                "border=replicate\nrelu\navgpool 4", kernels[k]);
      int               rows, columns;
      g_autofree float *values = picture_values (text, 0, 0, &rows, &columns);
      Grid              grid   = { 16 + k * 272, 16, 150.0 / columns, rows, columns };
      double            mean   = 0;

      for (int i = 0; i < rows * columns; i++)
        mean += values[i] / rows / columns;
      draw_signed (canvas, &grid, values, 1, 0.6);
      draw_arrow (canvas, grid.x + 158, 66, grid.x + 186, 66);
      draw_box (canvas, grid.x + 190, 50, 62, 32, &ink_white, &ink_result);
      draw_text (canvas, grid.x + 221, 66, 14, &ink_dark, "%.3f", mean);
      draw_code (canvas, grid.x + 75, 142, kernels[k]);
    }
  canvas_finish (canvas, "global");
}

/* --- vectors ---------------------------------------------------------------------------------- */

/** draw_flatten: two maps of 2×3 cells become twelve numbers. */
void
draw_flatten (void)
{
  Canvas *canvas = canvas_new (820, 190);
  double  maps[2][6], all[12];
  Grid    vector = { 158, 136, 42, 1, 12 };

  for (int i = 0; i < 12; i++)
    {
      all[i] = i + 1;
      maps[i % 2][i / 2] = i + 1;
    }
  for (int m = 0; m < 2; m++)
    {
      Grid grid = { 260 + m * 170, 16, 42, 2, 3 };

      draw_cells (canvas, &grid, maps[m], 40, 0);
      draw_frame (canvas, &grid, 0, 0, 2, 3, m == 0 ? &ink_window : &ink_third);
    }
  draw_arrow (canvas, 410, 106, 410, 130);
  draw_cells (canvas, &vector, all, 40, 0);
  for (int i = 0; i < 12; i++)
    {
      Grid inner = { vector.x + i * 42 + 2, vector.y + 2, 38, 1, 1 };

      draw_frame (canvas, &inner, 0, 0, 1, 1, i % 2 == 0 ? &ink_window : &ink_third);
    }
  canvas_finish (canvas, "flatten");
}

void
draw_dense (void)
{
  static const double weights[3][4] = { { 1, 0.5, -1, 0 }, { -0.5, 1, 1, 0.5 }, { 0, -1, 0.5, 2 } };
  static const double in[] = { 1, 2, 0, 1 };
  Canvas             *canvas = canvas_new (820, 270);
  float               given[] = { 1, 2, 0, 1 };
  CnnShape            shape;
  g_autofree float   *out = cnn_test_run ("dense 3 weights=\"[[1,0.5,-1,0],[-0.5,1,1,0.5],"
                                          "[0,-1,0.5,2]]\" bias=0", (CnnShape) { 1, 1, 4 }, given,
                                          &shape);

  for (int u = 0; u < 3; u++)
    for (int i = 0; i < 4; i++)
      {
        GdkRGBA colour = cnn_value_colour_on (&ink_white, weights[u][i], 1.6);
        double  x0 = 232, y0 = 36 + i * 64, x1 = 568, y1 = 62 + u * 72;

        if (weights[u][i] == 0.0)
          colour = ink_pale;
        draw_line (canvas, x0, y0, x1, y1, &colour, 0.8 + 2.2 * fabs (weights[u][i]));
      }
  for (int i = 0; i < 4; i++)
    {
      draw_box (canvas, 178, 18 + i * 64, 54, 36, &ink_white, &ink_window);
      draw_number (canvas, 205, 36 + i * 64, 16, &ink_dark, in[i], 2);
    }
  for (int u = 0; u < 3; u++)
    {
      draw_box (canvas, 568, 44 + u * 72, 54, 36, &ink_white, &ink_result);
      draw_number (canvas, 595, 62 + u * 72, 16, &ink_dark, out[u], 2);
    }
  canvas_finish (canvas, "dense");
}
