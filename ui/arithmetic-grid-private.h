/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "arithmetic-grid.h"

G_BEGIN_DECLS

/* What the grid and its picture share. */

struct _CnnArithmeticGrid
{
  GtkDrawingArea   parent_instance;
  char            *name;
  char            *sign;
  CnnSize          size;
  double          *values;
  gboolean        *outside;
  int              winner;
  double           scale;
  int              cell;    /* that is pointed at, or -1 */
  PangoLayout     *layout;
  cairo_surface_t *colours; /* a pixel a cell, where there are no numbers */

  /* Pixels. */
  double           cell_width;
  double           cell_height;
  int              left;
  int              top;
};

int      cnn_arithmetic_grid_n_cells     (CnnArithmeticGrid *self);
gboolean cnn_arithmetic_grid_has_numbers (CnnArithmeticGrid *self);
void     cnn_arithmetic_grid_measure     (CnnArithmeticGrid *self);
gboolean cnn_arithmetic_grid_draw        (GtkWidget *widget, cairo_t *cr);

G_END_DECLS
