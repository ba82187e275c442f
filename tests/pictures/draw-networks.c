/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "model.h"
#include "presets.h"

/* Whole networks, with what really flows through them. */

static float *
run_to (CnnNetwork *network, guint node, CnnShape in, const float *values, CnnShape *out)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnPlan) plan  = cnn_plan_new (network, in, 1, &node, NULL, &error);

  g_assert_no_error (error);
  *out = cnn_plan_info (plan, node)->shape;
  return cnn_test_run_plan (plan, in, values, *out);
}

/* The n-th layer of that kind, from 1. */
static guint
node_of (CnnNetwork *network, const char *op, int n)
{
  for (guint i = 1; i < cnn_network_n_nodes (network); i++)
    if (strcmp (cnn_network_node (network, i)->op->name, op) == 0 && --n == 0)
      return i;
  g_assert_not_reached ();
}

static float
greatest (const float *values, gint64 n)
{
  float most = 1e-6f;

  for (gint64 i = 0; i < n; i++)
    most = MAX (most, fabsf (values[i]));
  return most;
}

/* A stack of a layer's maps. */
static void
draw_stack (Canvas *canvas, double x, double y, double side, const float *values, CnnShape shape,
            int n)
{
  for (int m = 0; m < n; m++)
    {
      Grid grid = { x + (m % 2) * (side + 6), y + m / 2 * (side + 6), side / shape.width,
                    shape.height, shape.width };

      draw_signed (canvas, &grid, values + m, shape.channels,
                   greatest (values, cnn_shape_cells (shape)) * 0.7);
      draw_box (canvas, grid.x, grid.y, side, side, NULL, &ink_pale);
    }
}

/** draw_network: a drawn digit on its way through the network of digits. */
void
draw_network (void)
{
  static const struct
  {
    const char *op;
    int         n;
  } stages[] = { { "relu", 1 }, { "maxpool", 1 }, { "maxpool", 2 } };
  g_autoptr (GError)   error   = NULL;
  g_autofree char     *file    = g_test_build_filename (G_TEST_DIST, "..", "..", "data",
                                                        "networks", "digits.onnx", NULL);
  CnnShape             in      = { DIGIT_SIDE, DIGIT_SIDE, 1 }, shape;
  g_autoptr (CnnModel) model   = cnn_model_open (file, in, &error);
  g_autofree float    *digit   = picture_digit (DIGIT_SIDE);
  g_autofree float    *answer  = NULL;
  Canvas              *canvas  = canvas_new (820, 250);
  Grid                 picture = { 14, 68, 4, DIGIT_SIDE, DIGIT_SIDE };
  CnnNetwork          *network;

  g_assert_no_error (error);
  network = cnn_model_network (model);
  draw_map (canvas, &picture, digit, 1, 1, 0);
  draw_box (canvas, 14, 68, 112, 112, NULL, &ink_pale);
  draw_code (canvas, 70, 232, "28×28×1");
  for (int s = 0; s < 3; s++)
    {
      g_autofree float *values = run_to (network, node_of (network, stages[s].op, stages[s].n),
                                         in, digit, &shape);
      g_autofree char  *words  = g_strdup_printf ("%d×%d×%d", shape.height, shape.width,
                                                  shape.channels);
      double            x      = 168 + s * 166, side = s == 0 ? 58 : 58;

      draw_stack (canvas, x, 28, side, values, shape, 6);
      draw_arrow (canvas, x - 36, 124, x - 8, 124);
      draw_code (canvas, x + 61, 232, words);
      draw_code (canvas, x + 61, 12, s == 0 ? "conv, relu" : s == 1 ? "conv, maxpool" :
                                                                    "… maxpool");
    }
  answer = run_to (network, node_of (network, "softmax", 1), in, digit, &shape);
  draw_arrow (canvas, 630, 124, 658, 124);
  draw_code (canvas, 730, 12, "dense, softmax");
  for (int i = 0; i < 10; i++)
    {
      double y = 34 + i * 18.5;

      draw_text (canvas, 674, y, 13, &ink_dark, "%d", i);
      draw_box (canvas, 688, y - 7, 112, 14, &(GdkRGBA) { 0.94, 0.95, 0.97, 1.0 }, NULL);
      if (answer[i] > 0.01)
        draw_box (canvas, 688, y - 7, MAX (112 * answer[i], 8), 14, &ink_result, NULL);
    }
  draw_code (canvas, 730, 232, "1×1×10");
  canvas_finish (canvas, "network");
}

/* --- 8×8 -------------------------------------------------------------------------------------- */

/** draw_eight: a bright bar through the preset of 8×8. */
void
draw_eight (void)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (cnn_preset_find ("article-8x8")->text, NULL);
  Canvas                *canvas  = canvas_new (820, 300);
  CnnShape               in      = { 8, 8, 1 }, shape;
  float                  values[64];
  double                 shown[64];
  Grid                   picture = { 14, 56, 23, 8, 8 };
  static const char *const names[] = { "conv 2 3x3", "relu", "maxpool 2" };

  for (int i = 0; i < 64; i++)
    {
      values[i] = i % 8 >= 3 && i % 8 <= 5 && i / 8 >= 1 && i / 8 <= 6;
      shown[i] = values[i];
    }
  draw_cells (canvas, &picture, shown, 2, 0);
  draw_code (canvas, 106, 18, "8×8×1");
  for (int s = 0; s < 3; s++)
    {
      g_autofree float *maps = run_to (network, (guint) s + 1, in, values, &shape);
      double            cell = s < 2 ? 20 : 40, x = 232 + s * 150;

      for (int m = 0; m < 2; m++)
        {
          Grid   grid = { x, 36 + m * 132, cell, shape.height, shape.width };

          for (int i = 0; i < shape.height * shape.width; i++)
            shown[i] = maps[i * 2 + m];
          draw_cells (canvas, &grid, shown, 4, 0);
        }
      draw_arrow (canvas, x - 26, 156, x - 6, 156);
      draw_code (canvas, x + 60, 18, names[s]);
    }
  {
    g_autofree float *vector = run_to (network, 4, in, values, &shape);
    Grid              grid   = { 702, 28, 14.2, 18, 1 };

    for (int i = 0; i < 18; i++)
      shown[i] = vector[i];
    draw_cells (canvas, &grid, shown, 4, 0);
    draw_arrow (canvas, 658, 156, 694, 156);
    draw_code (canvas, 709, 14, "flatten");
  }
  draw_arrow (canvas, 722, 156, 744, 156);
  for (int i = 0; i < 4; i++)
    draw_box (canvas, 748, 96 + i * 32, 24, 24, &ink_white, &ink_window);
  for (int i = 0; i < 2; i++)
    draw_box (canvas, 790, 128 + i * 32, 24, 24, &ink_white, &ink_result);
  draw_text (canvas, 760, 240, 13, &ink_grey, "4");
  draw_text (canvas, 802, 240, 13, &ink_grey, "2");
  canvas_finish (canvas, "eight");
}

/* --- 4×4 in colour ---------------------------------------------------------------------------- */

/** draw_colours: shapes of the 4×4 network: three channels, two maps, three maps. */
void
draw_colours (void)
{
  static const GdkRGBA   channels[] = { { 0.80, 0.15, 0.15, 1 }, { 0.10, 0.55, 0.20, 1 },
                                        { 0.15, 0.35, 0.85, 1 } };
  static const float     red[]   = { 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
  static const float     green[] = { 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0 };
  static const float     blue[]  = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1 };
  g_autoptr (CnnNetwork) network = cnn_network_parse (cnn_preset_find ("article-rgb")->text, NULL);
  Canvas                *canvas  = canvas_new (820, 420);
  CnnShape               in      = { 4, 4, 3 }, shape;
  float                  values[48];
  int                    counts[] = { 3, 2, 3 };

  for (int i = 0; i < 16; i++)
    {
      values[i * 3] = red[i];
      values[i * 3 + 1] = green[i];
      values[i * 3 + 2] = blue[i];
    }
  for (int stage = 0; stage < 3; stage++)
    {
      g_autofree float *maps = stage == 0 ? g_memdup2 (values, sizeof values)
                                          : run_to (network, (guint) stage, in, values, &shape);
      int               n = counts[stage];

      for (int m = 0; m < n; m++)
        {
          Grid   grid = { 60 + stage * 290.0, 206 - n * 64.0 + m * 128.0 + 6, 29, 4, 4 };
          double shown[16];

          for (int i = 0; i < 16; i++)
            shown[i] = maps[i * n + m];
          draw_cells (canvas, &grid, shown, stage == 0 ? 2 : stage == 1 ? 6 : 14, 0);
          draw_frame (canvas, &grid, 0, 0, 4, 4, stage == 0 ? &channels[m] : &ink_grey);
          for (int to = 0; stage < 2 && to < counts[stage + 1]; to++)
            draw_line (canvas, grid.x + 122, grid.y + 58, 60 + (stage + 1) * 290.0 - 8,
                       206 - counts[stage + 1] * 64.0 + to * 128.0 + 64,
                       stage == 0 ? &channels[m] : &ink_pale, 1.2);
        }
    }
  draw_code (canvas, 118, 408, "4×4×3");
  draw_code (canvas, 408, 408, "4×4×2");
  draw_code (canvas, 698, 408, "4×4×3");
  draw_code (canvas, 263, 14, "2 × 3×3×3");
  draw_code (canvas, 553, 14, "3 × 3×3×2");
  canvas_finish (canvas, "colours");
}

/* --- classes ---------------------------------------------------------------------------------- */

static void
draw_shape (Canvas *canvas, double x, double y, int kind, double turn)
{
  cairo_save (canvas->cr);
  draw_box (canvas, x, y, 52, 52, &ink_white, &ink_pale);
  cairo_translate (canvas->cr, x + 26, y + 26);
  cairo_rotate (canvas->cr, turn);
  cairo_scale (canvas->cr, 1, 1 - 0.1 * sin (turn * 7));
  draw_colour (canvas, &ink_dark, 1.0);
  cairo_set_line_width (canvas->cr, 4);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  if (kind == 0)
    cairo_arc (canvas->cr, 0, 0, 16, 0, 2 * G_PI);
  else if (kind == 1)
    {
      cairo_move_to (canvas->cr, -15, 0);
      cairo_line_to (canvas->cr, 15, 0);
      cairo_move_to (canvas->cr, 0, -15);
      cairo_line_to (canvas->cr, 0, 15);
    }
  else
    {
      cairo_move_to (canvas->cr, 0, -16);
      cairo_line_to (canvas->cr, 15, 12);
      cairo_line_to (canvas->cr, -15, 12);
      cairo_close_path (canvas->cr);
    }
  cairo_stroke (canvas->cr);
  cairo_restore (canvas->cr);
}

/** draw_classes: layer groups are classes, the layers in them samples. */
void
draw_classes (void)
{
  static const char *const names[] = { "ring", "cross", "triangle" };
  Canvas                  *canvas  = canvas_new (820, 262);

  for (int k = 0; k < 3; k++)
    {
      double y = 16 + k * 82;

      draw_box (canvas, 16, y, 470, 70, &(GdkRGBA) { 0.96, 0.965, 0.975, 1.0 }, &ink_pale);
      cairo_move_to (canvas->cr, 32, y + 28);
      cairo_line_to (canvas->cr, 44, y + 28);
      cairo_line_to (canvas->cr, 38, y + 36);
      cairo_close_path (canvas->cr);
      draw_colour (canvas, &ink_grey, 1.0);
      cairo_fill (canvas->cr);
      draw_text (canvas, -54, y + 34, 15, &ink_dark, "%s", names[k]);
      for (int i = 0; i < 5; i++)
        draw_shape (canvas, 150 + i * 66, y + 9, k, (i - 2) * 0.23 + k);
      draw_arrow (canvas, 496, y + 35, 556, 131 + (k - 1) * 18);
    }
  draw_box (canvas, 562, 96, 92, 70, &ink_white, &ink_window);
  draw_text (canvas, 608, 131, 15, &ink_dark, ".onnx");
  draw_shape (canvas, 582, 22, 2, 0.35);
  draw_arrow (canvas, 608, 78, 608, 93);
  draw_arrow (canvas, 658, 131, 690, 131);
  for (int k = 0; k < 3; k++)
    {
      double y = 100 + k * 32;

      draw_box (canvas, 696, y - 9, 108, 18, &(GdkRGBA) { 0.94, 0.95, 0.97, 1.0 }, NULL);
      draw_box (canvas, 696, y - 9, k == 2 ? 98 : 9, 18, &ink_result, NULL);
      draw_text (canvas, -700, y + 17, 10, &ink_grey, "%s", names[k]);
    }
  canvas_finish (canvas, "classes");
}
