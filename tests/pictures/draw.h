/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What the tutorial's drawings are made with. They have numbers and words of the notation, but
 * none of a language, so that they serve all. */

/** Canvas: a page that is drawn on, in units of half a pixel of the file's. */
typedef struct
{
  cairo_t         *cr;
  cairo_surface_t *surface;
} Canvas;

/**
 * Grid:
 * @x: its left edge
 * @y: its top
 * @cell: the side of a cell
 * @rows: how many
 * @columns: how many
 *
 * Where the cells of a map lie on a page.
 */
typedef struct
{
  double x, y, cell;
  int    rows, columns;
} Grid;

extern const GdkRGBA ink_dark, ink_grey, ink_pale, ink_window, ink_result, ink_third, ink_white;

Canvas  *canvas_new    (int width, int height);
void     canvas_finish (Canvas *canvas, const char *name);

void     draw_colour   (Canvas *canvas, const GdkRGBA *colour, double alpha);
void     draw_text     (Canvas *canvas, double x, double y, double size, const GdkRGBA *colour,
                        const char *format, ...) G_GNUC_PRINTF (6, 7);
void     draw_code     (Canvas *canvas, double x, double y, const char *text);
void     draw_number   (Canvas *canvas, double x, double y, double size, const GdkRGBA *colour,
                        double value, int digits);
void     draw_line     (Canvas *canvas, double x0, double y0, double x1, double y1,
                        const GdkRGBA *colour, double width);
void     draw_arrow    (Canvas *canvas, double x0, double y0, double x1, double y1);
void     draw_box      (Canvas *canvas, double x, double y, double width, double height,
                        const GdkRGBA *fill, const GdkRGBA *edge);

void     draw_cells    (Canvas *canvas, const Grid *grid, const double *values, double scale,
                        int digits);
void     draw_frame    (Canvas *canvas, const Grid *grid, int row, int column, int rows,
                        int columns, const GdkRGBA *colour);
void     draw_cell     (Canvas *canvas, const Grid *grid, int row, int column,
                        const GdkRGBA *fill);
void     draw_map      (Canvas *canvas, const Grid *grid, const float *values, int step,
                        double low, double high);
void     draw_signed   (Canvas *canvas, const Grid *grid, const float *values, int step,
                        double scale);
double   grid_x        (const Grid *grid, double column);
double   grid_y        (const Grid *grid, double row);

G_END_DECLS
