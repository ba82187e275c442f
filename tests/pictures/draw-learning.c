/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <math.h>

#include "plan.h"
#include "value-colour.h"

/* What a cell sees, and how weights are found. */

/* --- the receptive field ---------------------------------------------------------------------- */

/** draw_receptive: a row of cells through conv 3, pooling 2 and conv 3, as the engine has it. */
void
draw_receptive (void)
{
  static const char *const names[] = { "input", "conv 3x3", "maxpool 2", "conv 3x3" };
  g_autoptr (CnnNetwork)   network = cnn_network_parse ("conv 1 3x3; maxpool 2; conv 1 3x3", NULL);
  g_autofree CnnNodeInfo  *infos   = cnn_network_infer (network, (CnnShape) { 14, 14, 1 }, NULL);
  Canvas                  *canvas  = canvas_new (820, 290);
  double                   cell    = 38;

  for (int level = 3; level >= 0; level--)
    {
      const CnnReceptive *field = &infos[level].receptive;
      CnnReceptive        top = infos[3].receptive;
      double              y = 240 - level * 72, jump = field->jump.width;

      for (int i = 0; i < infos[level].shape.width; i++)
        {
          /* The middle of what a cell sees is where it stands. */
          double   middle = field->start.width + i * jump + field->size.width / 2.0;
          double   x = 200 + middle * cell, half = 15;
          double   from = top.start.width + 1 * top.jump.width;
          gboolean seen = field->start.width + i * jump >= from - 1e-6 &&
                          field->start.width + i * jump + field->size.width <=
                            from + top.size.width + 1e-6;
          GdkRGBA  fill = seen ? (GdkRGBA) { 0.98, 0.78, 0.48, 1.0 }
                               : (GdkRGBA) { 0.94, 0.95, 0.97, 1.0 };

          if (seen && level < 3 && level >= 0)
            {
              const CnnReceptive *above = &infos[level + 1].receptive;

              for (int k = 0; k < infos[level + 1].shape.width; k++)
                {
                  double first = above->start.width + k * above->jump.width;
                  double its = first + above->size.width / 2.0;

                  if (first >= from - 1e-6 &&
                      first + above->size.width <= from + top.size.width + 1e-6 &&
                      field->start.width + i * jump >= first - 1e-6 &&
                      field->start.width + i * jump + field->size.width <=
                        first + above->size.width + 1e-6)
                    draw_line (canvas, x, y - 15, 200 + its * cell, y - 57, &ink_window, 1);
                }
            }
          draw_box (canvas, x - half, y - half, 2 * half, 2 * half, &fill,
                    seen ? &ink_window : &ink_pale);
        }
      draw_code (canvas, -14, y, names[level]);
      draw_text (canvas, 784, y, 15, &ink_dark, "%d", (int) field->size.width);
    }
  canvas_finish (canvas, "receptive");
}

/* --- down the slope --------------------------------------------------------------------------- */

/** draw_descent: (w − 3)² with three learning rates, from 0. */
void
draw_descent (void)
{
  static const double rates[] = { 0.05, 0.3, 1.03 };
  Canvas             *canvas  = canvas_new (820, 230);

  for (int r = 0; r < 3; r++)
    {
      double x0 = 24 + r * 268, y0 = 190, across = 34, up = 10, w = 0.0;

      draw_line (canvas, x0, y0, x0 + 240, y0, &ink_grey, 1);
      for (int i = 0; i <= 6; i++)
        draw_text (canvas, x0 + i * across + 6, y0 + 12, 10, &ink_grey, "%d", i);
      for (int i = 0; i <= 72; i++)
        {
          double at = -0.1 + i * 6.3 / 72.0;

          cairo_line_to (canvas->cr, x0 + 6 + at * across, y0 - (at - 3) * (at - 3) * up - 6);
        }
      draw_colour (canvas, &ink_pale, 1.0);
      cairo_set_line_width (canvas->cr, 3);
      cairo_stroke (canvas->cr);
      for (int step = 0; step < 6; step++)
        {
          double next = w - rates[r] * 2.0 * (w - 3.0);
          double x = x0 + 6 + w * across, y = y0 - (w - 3) * (w - 3) * up - 6;
          double xn = x0 + 6 + next * across, yn = y0 - (next - 3) * (next - 3) * up - 6;

          if (r == 2 && step == 3)
            next = w;
          else if (step < 5 && hypot (xn - x, yn - y) > 6)
            draw_arrow (canvas, x, y, xn, yn);
          cairo_arc (canvas->cr, x, y, 4.5, 0, 2 * G_PI);
          draw_colour (canvas, &ink_window, 1.0);
          cairo_fill (canvas->cr);
          if (r == 2 && step == 3)
            break;
          w = next;
        }
      draw_text (canvas, x0 + 120, 18, 14, &ink_dark, "η = %g", rates[r]);
    }
  canvas_finish (canvas, "descent");
}

/* --- backwards -------------------------------------------------------------------------------- */

typedef struct
{
  double x, y;
  double value;
  double derivative;
} Unit;

static void
connect (Canvas *canvas, const Unit *a, const Unit *b, double weight, double derivative,
         double share)
{
  GdkRGBA colour = cnn_value_colour_on (&ink_white, weight, 1.5);
  double  x = a->x + 30 + (b->x - a->x - 60) * share, y = a->y + (b->y - a->y) * share;

  if (weight == 0.0)
    colour = ink_pale;
  draw_line (canvas, a->x + 30, a->y, b->x - 30, b->y, &colour, 2);
  draw_box (canvas, x - 26, y - 17, 52, 34, &ink_white, NULL);
  draw_number (canvas, x, y - 8, 12, &ink_dark, weight, 3);
  draw_number (canvas, x, y + 8, 12, &ink_third, derivative, 3);
}

static void
draw_unit (Canvas *canvas, const Unit *unit, const char *name, gboolean given)
{
  draw_box (canvas, unit->x - 30, unit->y - 21, 60, 42, &ink_white, &ink_grey);
  draw_number (canvas, unit->x, unit->y - (given ? 0 : 9), 14, &ink_dark, unit->value, 3);
  if (!given)
    draw_number (canvas, unit->x, unit->y + 10, 12, &ink_third, unit->derivative, 3);
  draw_text (canvas, unit->x, unit->y - 32, 12, &ink_grey, "%s", name);
}

/** draw_backwards: the example of the tutorial, forward in black and back in violet. */
void
draw_backwards (void)
{
  static const double w[2][2] = { { 0.5, 0.25 }, { 0.5, -1 } }, v[2][2] = { { 1, 0.5 }, { 0, 1 } };
  Canvas             *canvas = canvas_new (820, 260);
  Unit                x[] = { { 60, 70, 1 }, { 60, 190, 2 } };
  Unit                z[] = { { 260, 70 }, { 260, 190 } }, h[] = { { 380, 70 }, { 380, 190 } };
  Unit                s[] = { { 580, 70 }, { 580, 190 } }, p[] = { { 700, 70 }, { 700, 190 } };
  double              sum = 0;

  for (int i = 0; i < 2; i++)
    {
      z[i].value = w[i][0] * x[0].value + w[i][1] * x[1].value;
      h[i].value = MAX (z[i].value, 0);
    }
  for (int i = 0; i < 2; i++)
    {
      s[i].value = v[i][0] * h[0].value + v[i][1] * h[1].value;
      sum += exp (s[i].value);
    }
  for (int i = 0; i < 2; i++)
    {
      p[i].value = exp (s[i].value) / sum;
      s[i].derivative = p[i].value - (i == 1);
      p[i].derivative = i == 1 ? -1 / p[i].value : 0;
    }
  for (int i = 0; i < 2; i++)
    {
      h[i].derivative = v[0][i] * s[0].derivative + v[1][i] * s[1].derivative;
      z[i].derivative = z[i].value > 0 ? h[i].derivative : 0;
    }
  for (int i = 0; i < 2; i++)
    {
      for (int j = 0; j < 2; j++)
        {
          double share = i == j ? 0.5 : 0.26;

          connect (canvas, &x[j], &z[i], w[i][j], z[i].derivative * x[j].value, share);
          connect (canvas, &h[j], &s[i], v[i][j], s[i].derivative * h[j].value, share);
        }
      draw_arrow (canvas, z[i].x + 32, z[i].y, h[i].x - 32, z[i].y);
      draw_arrow (canvas, s[i].x + 32, s[i].y, p[i].x - 32, s[i].y);
    }
  for (int i = 0; i < 2; i++)
    {
      draw_unit (canvas, &x[i], i == 0 ? "x₁" : "x₂", TRUE);
      draw_unit (canvas, &z[i], i == 0 ? "z₁" : "z₂", FALSE);
      draw_unit (canvas, &h[i], i == 0 ? "h₁" : "h₂", FALSE);
      draw_unit (canvas, &s[i], i == 0 ? "s₁" : "s₂", FALSE);
      draw_unit (canvas, &p[i], i == 0 ? "p₁" : "p₂", FALSE);
    }
  draw_code (canvas, 320, 14, "relu");
  draw_code (canvas, 640, 14, "softmax");
  draw_text (canvas, 775, 176, 12, &ink_grey, "−ln p₂ =");
  draw_number (canvas, 775, 196, 14, &ink_dark, -log (p[1].value), 3);
  draw_code (canvas, 160, 14, "dense 2");
  draw_code (canvas, 480, 14, "dense 2");
  canvas_finish (canvas, "backwards");
}
