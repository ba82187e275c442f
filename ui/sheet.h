/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/** Columns, and rows, of nothing between two maps of a sheet. */
#define SHEET_GAP 2

/**
 * Sheet:
 * @n: how many maps
 * @map: the size of each
 * @columns: maps in a row
 * @rows: rows of maps
 *
 * A contact sheet: maps side by side, as near to a square as they come.
 */
typedef struct
{
  int     n;
  CnnSize map;
  int     columns;
  int     rows;
} Sheet;

Sheet  sheet_new    (int n, CnnSize map);
gint64 sheet_width  (const Sheet *sheet);
gint64 sheet_height (const Sheet *sheet);
int    sheet_x      (const Sheet *sheet, int i);
int    sheet_y      (const Sheet *sheet, int i);

G_END_DECLS
