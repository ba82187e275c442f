/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnGridContent:
 * @name: what the numbers are, for a screen reader too
 * @sign: (nullable): what stands before the grid in a formula, such as "="
 * @size: rows and columns
 * @values: the numbers, [size.height][size.width]
 * @outside: (nullable): which of them lie in the padding, the same shape
 * @winner: index of the cell to frame, or -1
 * @scale: the size of a number that gets the full colour
 */
typedef struct
{
  const char     *name;
  const char     *sign;
  CnnSize         size;
  const double   *values;
  const gboolean *outside;
  int             winner;
  double          scale;
} CnnGridContent;

/**
 * CnnArithmeticGrid:
 *
 * A matrix to look at: its numbers where they are few, else its colours; blue below 0
 * and red above. Can be copied as rows.
 *
 * Signals: "cell" (int index): the pointer, or the keyboard, is on this cell; -1 for none
 */
#define CNN_TYPE_ARITHMETIC_GRID (cnn_arithmetic_grid_get_type ())
G_DECLARE_FINAL_TYPE (CnnArithmeticGrid, cnn_arithmetic_grid, CNN, ARITHMETIC_GRID,
                      GtkDrawingArea)

/** CNN_GRID_NUMBERS: rows and columns up to which a grid shows its numbers. */
#define CNN_GRID_NUMBERS 7

GtkWidget *cnn_arithmetic_grid_new      (void);
void       cnn_arithmetic_grid_set      (CnnArithmeticGrid *grid, const CnnGridContent *content);
void       cnn_arithmetic_grid_set_cell (CnnArithmeticGrid *grid, int index);
char      *cnn_arithmetic_grid_to_text  (CnnArithmeticGrid *grid);

G_END_DECLS
