/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw.h"

#include <math.h>
#include <string.h>

#include "picture-compare.h"
#include "value-colour.h"

/* Pixels of the file for each unit: drawings stay sharp where a page makes them larger. */
#define SHARP 2

const GdkRGBA ink_dark   = { 0.15, 0.17, 0.20, 1.0 };
const GdkRGBA ink_grey   = { 0.45, 0.48, 0.52, 1.0 };
const GdkRGBA ink_pale   = { 0.80, 0.82, 0.85, 1.0 };
const GdkRGBA ink_window = { 0.91, 0.49, 0.02, 1.0 };
const GdkRGBA ink_result = { 0.02, 0.55, 0.43, 1.0 };
const GdkRGBA ink_third  = { 0.47, 0.25, 0.72, 1.0 };
const GdkRGBA ink_white  = { 1.0, 1.0, 1.0, 1.0 };

/** canvas_new: (transfer full): an empty page of @width×@height units. */
Canvas *
canvas_new (int width, int height)
{
  Canvas *canvas = g_new (Canvas, 1);

  canvas->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * SHARP, height * SHARP);
  canvas->cr = cairo_create (canvas->surface);
  cairo_scale (canvas->cr, SHARP, SHARP);
  draw_colour (canvas, &ink_white, 1.0);
  cairo_paint (canvas->cr);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  return canvas;
}

/** canvas_finish: writes @canvas (transfer full) to @name.png among the pictures. */
void
canvas_finish (Canvas *canvas, const char *name)
{
  g_autofree char *file = picture_made (name);

  cairo_destroy (canvas->cr);
  g_assert_cmpint (cairo_surface_write_to_png (canvas->surface, file), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (canvas->surface);
  g_free (canvas);
}

void
draw_colour (Canvas *canvas, const GdkRGBA *colour, double alpha)
{
  cairo_set_source_rgba (canvas->cr, colour->red, colour->green, colour->blue, alpha);
}

/* @x is the middle, below 0 the left edge; @y the middle of a letter. */
static void
put_text (Canvas *canvas, double x, double y, double size, const char *family,
          const GdkRGBA *colour, const char *text)
{
  cairo_text_extents_t extents;
  double               left = fabs (x);

  cairo_select_font_face (canvas->cr, family, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (canvas->cr, size);
  cairo_text_extents (canvas->cr, text, &extents);
  draw_colour (canvas, colour, 1.0);
  cairo_move_to (canvas->cr, x >= 0.0 ? left - extents.x_advance / 2.0 : left, y + size * 0.36);
  cairo_show_text (canvas->cr, text);
  cairo_new_path (canvas->cr);
}

/**
 * draw_text:
 * @x: its middle; below 0: −@x is its left edge
 * @y: the middle of its letters' height
 */
void
draw_text (Canvas *canvas, double x, double y, double size, const GdkRGBA *colour,
           const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  put_text (canvas, x, y, size, "DejaVu Sans", colour, text);
}

/** draw_code: words of the notation, as draw_text(). */
void
draw_code (Canvas *canvas, double x, double y, const char *text)
{
  put_text (canvas, x, y, 13.0, "DejaVu Sans Mono", &ink_dark, text);
}

/** draw_number: with at most @digits behind the point, and a real minus. */
void
draw_number (Canvas *canvas, double x, double y, double size, const GdkRGBA *colour, double value,
             int digits)
{
  g_autofree char *number = g_strdup_printf ("%.*f", digits, fabs (value));

  if (strchr (number, '.') != NULL)
    for (char *end = number + strlen (number) - 1; *end == '0' || *end == '.'; end--)
      {
        gboolean point = *end == '.';

        *end = '\0';
        if (point)
          break;
      }
  draw_text (canvas, x, y, size, colour, "%s%s",
             value < 0.0 && strcmp (number, "0") != 0 ? "−" : "", number);
}

void
draw_line (Canvas *canvas, double x0, double y0, double x1, double y1, const GdkRGBA *colour,
           double width)
{
  cairo_move_to (canvas->cr, x0, y0);
  cairo_line_to (canvas->cr, x1, y1);
  cairo_set_line_width (canvas->cr, width);
  draw_colour (canvas, colour, 1.0);
  cairo_stroke (canvas->cr);
}

void
draw_arrow (Canvas *canvas, double x0, double y0, double x1, double y1)
{
  double angle = atan2 (y1 - y0, x1 - x0), size = 7.0;

  draw_line (canvas, x0, y0, x1 - size * 0.7 * cos (angle), y1 - size * 0.7 * sin (angle),
             &ink_grey, 1.6);
  cairo_move_to (canvas->cr, x1, y1);
  cairo_line_to (canvas->cr, x1 - size * cos (angle - 0.45), y1 - size * sin (angle - 0.45));
  cairo_line_to (canvas->cr, x1 - size * cos (angle + 0.45), y1 - size * sin (angle + 0.45));
  cairo_close_path (canvas->cr);
  cairo_fill (canvas->cr);
}

/** draw_box: with round corners; @fill and @edge may be %NULL. */
void
draw_box (Canvas *canvas, double x, double y, double width, double height, const GdkRGBA *fill,
          const GdkRGBA *edge)
{
  double round = 4.0;

  cairo_new_path (canvas->cr);
  cairo_arc (canvas->cr, x + width - round, y + round, round, -G_PI_2, 0.0);
  cairo_arc (canvas->cr, x + width - round, y + height - round, round, 0.0, G_PI_2);
  cairo_arc (canvas->cr, x + round, y + height - round, round, G_PI_2, G_PI);
  cairo_arc (canvas->cr, x + round, y + round, round, G_PI, 1.5 * G_PI);
  cairo_close_path (canvas->cr);
  if (fill != NULL)
    {
      draw_colour (canvas, fill, 1.0);
      cairo_fill_preserve (canvas->cr);
    }
  if (edge != NULL)
    {
      draw_colour (canvas, edge, 1.0);
      cairo_set_line_width (canvas->cr, 1.5);
      cairo_stroke_preserve (canvas->cr);
    }
  cairo_new_path (canvas->cr);
}

/* --- maps ------------------------------------------------------------------------------------ */

double
grid_x (const Grid *grid, double column)
{
  return grid->x + column * grid->cell;
}

double
grid_y (const Grid *grid, double row)
{
  return grid->y + row * grid->cell;
}

static void
path (Canvas *canvas, const Grid *grid, int row, int column, int rows, int columns)
{
  cairo_rectangle (canvas->cr, grid_x (grid, column), grid_y (grid, row), columns * grid->cell,
                   rows * grid->cell);
}

/* Between small cells no lines are drawn: they would hide them. */
static void
fill_cell (Canvas *canvas, const Grid *grid, int row, int column, const GdkRGBA *fill)
{
  path (canvas, grid, row, column, 1, 1);
  draw_colour (canvas, fill, 1.0);
  if (grid->cell > 12.0)
    {
      cairo_fill_preserve (canvas->cr);
      draw_colour (canvas, &ink_pale, 1.0);
      cairo_set_line_width (canvas->cr, 1.0);
      cairo_stroke (canvas->cr);
    }
  else
    {
      cairo_set_antialias (canvas->cr, CAIRO_ANTIALIAS_NONE);
      cairo_fill (canvas->cr);
      cairo_set_antialias (canvas->cr, CAIRO_ANTIALIAS_DEFAULT);
    }
}

void
draw_cell (Canvas *canvas, const Grid *grid, int row, int column, const GdkRGBA *fill)
{
  fill_cell (canvas, grid, row, column, fill);
}

/** draw_cells: numbers in the program's colours: red above 0, blue below, full at @scale. */
void
draw_cells (Canvas *canvas, const Grid *grid, const double *values, double scale, int digits)
{
  for (int i = 0; i < grid->rows; i++)
    for (int j = 0; j < grid->columns; j++)
      {
        double  value  = values[i * grid->columns + j];
        GdkRGBA colour = cnn_value_colour_on (&ink_white, value, scale);
        GdkRGBA ink    = cnn_ink_colour (&colour);

        fill_cell (canvas, grid, i, j, &colour);
        draw_number (canvas, grid_x (grid, j + 0.5), grid_y (grid, i + 0.5),
                     MIN (14.0, grid->cell * 0.42), &ink, value, digits);
      }
}

/** draw_frame: a thick line around cells. */
void
draw_frame (Canvas *canvas, const Grid *grid, int row, int column, int rows, int columns,
            const GdkRGBA *colour)
{
  path (canvas, grid, row, column, rows, columns);
  draw_colour (canvas, colour, 1.0);
  cairo_set_line_width (canvas->cr, 2.6);
  cairo_stroke (canvas->cr);
}

/** draw_map: every @step-th value as grey, black at @low and white at @high. */
void
draw_map (Canvas *canvas, const Grid *grid, const float *values, int step, double low, double high)
{
  for (int i = 0; i < grid->rows; i++)
    for (int j = 0; j < grid->columns; j++)
      {
        double  value = values[(i * grid->columns + j) * step];
        double  grey  = CLAMP ((value - low) / (high - low), 0.0, 1.0);
        GdkRGBA fill  = { grey, grey, grey, 1.0 };

        fill_cell (canvas, grid, i, j, &fill);
      }
}

/** draw_signed: every @step-th value as a colour, full at @scale. */
void
draw_signed (Canvas *canvas, const Grid *grid, const float *values, int step, double scale)
{
  for (int i = 0; i < grid->rows; i++)
    for (int j = 0; j < grid->columns; j++)
      {
        GdkRGBA fill = cnn_value_colour_on (&ink_white, values[(i * grid->columns + j) * step],
                                            scale);

        fill_cell (canvas, grid, i, j, &fill);
      }
}
