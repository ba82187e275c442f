/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <math.h>

#include "cnn-test.h"

/* How a window goes over a map: kernel, stride, padding, borders, dilation, channels. */

static const double small[] = { 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1,
                                0, 0, 1, 1, 1, 0, 2, 1, 1, 1 };
static const double edge[]  = { -1, 0, 1, -2, 0, 2, -1, 0, 1 };

/* What the engine makes of a picture of doubles. */
static double *
run (const char *text, CnnShape in, const double *values, CnnShape *out)
{
  g_autofree float *given = g_new (float, cnn_shape_cells (in));
  g_autofree float *got   = NULL;
  double           *result;

  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    given[i] = (float) values[i];
  got = cnn_test_run (text, in, given, out);
  result = g_new (double, cnn_shape_cells (*out));
  for (gint64 i = 0; i < cnn_shape_cells (*out); i++)
    result[i] = got[i];
  return result;
}

/** draw_window: one window, times a kernel, added up. */
void
draw_window (void)
{
  Canvas             *canvas = canvas_new (820, 250);
  Grid                input  = { 20, 40, 38, 5, 5 }, kernel = { 290, 78, 38, 3, 3 };
  Grid                terms  = { 460, 78, 38, 3, 3 }, output = { 670, 78, 38, 3, 3 };
  double              products[9];
  CnnShape            shape;
  g_autofree double  *sums = run ("conv kernels=sobel-x", (CnnShape) { 5, 5, 1 }, small, &shape);

  for (int i = 0; i < 9; i++)
    products[i] = small[(i / 3 + 2) * 5 + i % 3] * edge[i];
  draw_cells (canvas, &input, small, 6.0, 0);
  draw_cells (canvas, &kernel, edge, 4.0, 0);
  draw_cells (canvas, &terms, products, 4.0, 0);
  draw_cells (canvas, &output, sums, 8.0, 0);
  draw_frame (canvas, &input, 2, 0, 3, 3, &ink_window);
  draw_frame (canvas, &kernel, 0, 0, 3, 3, &ink_third);
  draw_frame (canvas, &output, 2, 0, 1, 1, &ink_result);
  draw_text (canvas, 250, 135, 26, &ink_grey, "×");
  draw_text (canvas, 432, 135, 26, &ink_grey, "=");
  draw_text (canvas, 612, 135, 22, &ink_grey, "Σ");
  draw_number (canvas, 640, 173, 15, &ink_result, sums[6], 0);
  draw_arrow (canvas, 585, 173, 625, 173);
  draw_code (canvas, 115, 20, "5×5");
  draw_code (canvas, 347, 58, "3×3");
  draw_code (canvas, 727, 58, "3×3");
  canvas_finish (canvas, "window");
}

/* Windows of a row of cells and where each answer goes. */
static void
row_of_windows (Canvas *canvas, double x, double y, int cells, int kernel, int stride, int pad,
                int dilation)
{
  Grid input  = { x + pad * 26.0, y, 26, 1, cells };
  int  reach  = (kernel - 1) * dilation + 1;
  int  n      = (cells + 2 * pad - reach) / stride + 1;
  Grid output = { 0, y + 84, 26, 1, 1 };

  for (int j = -pad; j < cells + pad; j++)
    {
      gboolean outside = j < 0 || j >= cells;
      GdkRGBA  fill    = outside ? ink_white : (GdkRGBA) { 0.93, 0.94, 0.96, 1.0 };

      draw_cell (canvas, &input, 0, j, &fill);
      if (outside)
        draw_text (canvas, grid_x (&input, j + 0.5), y + 13, 11, &ink_grey, "0");
    }
  for (int i = 0; i < n; i++)
    {
      double  first = grid_x (&input, i * stride - pad), width = reach * input.cell;
      GdkRGBA colour = i % 2 == 0 ? ink_window : ink_third;

      output.x = first + width / 2 - 13;
      for (int k = 0; k < kernel; k++)
        draw_line (canvas, first + (k * dilation + 0.5) * input.cell, y + 30 + (i % 2) * 7,
                   output.x + 13, y + 82, &colour, 0.9);
      draw_line (canvas, first + 3, y + 30 + (i % 2) * 7, first + width - 3, y + 30 + (i % 2) * 7,
                 &colour, 3.0);
      draw_cell (canvas, &output, 0, 0, &ink_white);
      draw_frame (canvas, &output, 0, 0, 1, 1, &ink_result);
    }
}

void
draw_stride (void)
{
  Canvas *canvas = canvas_new (820, 170);

  row_of_windows (canvas, 30, 44, 7, 3, 1, 0, 1);
  row_of_windows (canvas, 315, 44, 7, 3, 2, 0, 1);
  row_of_windows (canvas, 600, 44, 7, 3, 3, 0, 1);
  draw_code (canvas, 121, 22, "stride=1");
  draw_code (canvas, 406, 22, "stride=2");
  draw_code (canvas, 691, 22, "stride=3");
  canvas_finish (canvas, "stride");
}

void
draw_padding (void)
{
  Canvas *canvas = canvas_new (820, 170);

  row_of_windows (canvas, 50, 44, 5, 3, 1, 0, 1);
  row_of_windows (canvas, 285, 44, 5, 3, 1, 1, 1);
  row_of_windows (canvas, 560, 44, 5, 3, 1, 2, 1);
  draw_code (canvas, 115, 22, "pad=valid");
  draw_code (canvas, 376, 22, "pad=same");
  draw_code (canvas, 677, 22, "pad=2");
  canvas_finish (canvas, "padding");
}

void
draw_dilation (void)
{
  Canvas *canvas = canvas_new (820, 232);
  int     lefts[] = { 60, 320, 580 };

  for (int d = 1; d <= 3; d++)
    {
      Grid             grid  = { lefts[d - 1], 48, 24, 7, 7 };
      int              first = 3 - d;
      g_autofree char *words = g_strdup_printf ("3x3 dilation=%d", d);

      for (int i = 0; i < 49; i++)
        {
          gboolean seen = (i / 7 - first) % d == 0 && (i % 7 - first) % d == 0 &&
                          abs (i / 7 - 3) <= d && abs (i % 7 - 3) <= d;
          GdkRGBA  fill = seen ? (GdkRGBA) { 0.98, 0.75, 0.42, 1.0 }
                               : (GdkRGBA) { 0.93, 0.94, 0.96, 1.0 };

          draw_cell (canvas, &grid, i / 7, i % 7, &fill);
        }
      draw_frame (canvas, &grid, first, first, 2 * d + 1, 2 * d + 1, &ink_window);
      draw_code (canvas, grid_x (&grid, 3.5), 24, words);
    }
  canvas_finish (canvas, "dilation");
}

/* --- channels --------------------------------------------------------------------------------- */

/** draw_depth: one cell of a colour picture: three windows, three sums, their sum. */
void
draw_depth (void)
{
  static const GdkRGBA colours[] = { { 0.80, 0.15, 0.15, 1 }, { 0.10, 0.55, 0.20, 1 },
                                     { 0.15, 0.35, 0.85, 1 } };
  static const double  planes[3][16] = {
    { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
    { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
    { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 },
  };
  static const double  kernels[3][9] = {
    { 0, 0, 0, 0, 1, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, { 0, 0, 0, 0, 2, 0, 0, 0, 0 },
  };
  static const char *const texts[] = {
    "conv kernels=\"[[0,0,0],[0,1,0],[0,0,0]]\" pad=same",
    "conv kernels=\"[[1,1,1],[1,1,1],[1,1,1]]\" pad=same",
    "conv kernels=\"[[0,0,0],[0,2,0],[0,0,0]]\" pad=same",
  };
  Canvas *canvas = canvas_new (820, 400);
  double  total[16] = { 0 };
  Grid    result = { 670, 140, 30, 4, 4 };

  for (int c = 0; c < 3; c++)
    {
      double              top = 15 + c * 128;
      Grid                plane = { 30, top, 28, 4, 4 }, kernel = { 218, top + 14, 28, 3, 3 };
      Grid                sums = { 378, top, 28, 4, 4 };
      CnnShape            shape;
      g_autofree double  *values = run (texts[c], (CnnShape) { 4, 4, 1 }, planes[c], &shape);

      for (int i = 0; i < 16; i++)
        total[i] += values[i];
      draw_cells (canvas, &plane, planes[c], 40, 0);
      draw_cells (canvas, &kernel, kernels[c], 4, 0);
      draw_cells (canvas, &sums, values, 40, 0);
      draw_frame (canvas, &plane, 0, 0, 4, 4, &colours[c]);
      draw_frame (canvas, &plane, 0, 0, 3, 3, &ink_window);
      draw_frame (canvas, &kernel, 0, 0, 3, 3, &ink_third);
      draw_frame (canvas, &sums, 1, 1, 1, 1, &ink_window);
      draw_text (canvas, 180, top + 56, 24, &ink_grey, "∗");
      draw_text (canvas, 340, top + 56, 24, &ink_grey, "=");
      draw_arrow (canvas, 500, top + 56, 650, 200 + (c - 1) * 16);
    }
  draw_text (canvas, 560, 170, 20, &ink_grey, "+");
  draw_text (canvas, 560, 226, 20, &ink_grey, "+");
  draw_cells (canvas, &result, total, 40, 0);
  draw_frame (canvas, &result, 1, 1, 1, 1, &ink_result);
  canvas_finish (canvas, "depth");
}

/* --- pictures -------------------------------------------------------------------------------- */

/** draw_borders: what padding holds, around the middle of a picture. */
void
draw_borders (void)
{
  static const char *const borders[] = { "zero", "reflect", "replicate", "wrap" };
  Canvas                  *canvas = canvas_new (820, 238);

  for (int b = 0; b < 4; b++)
    {
      g_autofree char  *text  = g_strdup_printf ("input ?x?x1\nresize to=60x60 mode=linear "
                                                 "antialias=yes\npad 20 border=%s", borders[b]);
      g_autofree char  *words = g_strdup_printf ("border=%s", borders[b]);
      int               rows, columns;
      g_autofree float *values = picture_values (text, 240, 240, &rows, &columns);
      Grid              grid = { 20 + b * 200, 38, 1.8, rows, columns };

      draw_map (canvas, &grid, values, 1, 0, 1);
      draw_frame (canvas, &grid, 20, 20, 60, 60, &ink_window);
      draw_code (canvas, grid_x (&grid, columns / 2.0), 20, words);
    }
  canvas_finish (canvas, "borders");
}

/** draw_bank: a picture and what eight kernels answer. */
void
draw_bank (void)
{
  static const char *const kernels[] = { "identity", "sobel-x", "sobel-y", "laplacian",
                                         "line-h", "gabor(45)", "emboss", "gaussian(3)" };
  Canvas                  *canvas = canvas_new (820, 300);

  for (int k = 0; k < 8; k++)
    {
      g_autofree char  *text = g_strdup_printf ("input ?x?x1\nconv kernels=%s pad=same "
                                                "border=replicate\navgpool 6", kernels[k]);
      int               rows, columns;
      g_autofree float *values = picture_values (text, 0, 0, &rows, &columns);
      Grid              grid = { 12 + k % 4 * 202, 30 + k / 4 * 146, 190.0 / columns, rows,
                                 columns };
      double            most = 0;

      for (int i = 0; i < rows * columns; i++)
        most = MAX (most, fabs (values[i]));
      /* Those whose numbers add up to 1 make pictures, the others answers. */
      if (k == 0 || k >= 6)
        draw_map (canvas, &grid, values, 1, 0, 1);
      else
        draw_signed (canvas, &grid, values, 1, most * 0.5);
      draw_code (canvas, grid_x (&grid, columns / 2.0), 15 + k / 4 * 146, kernels[k]);
    }
  canvas_finish (canvas, "bank");
}
