/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Columns come in multiples of this. */
#define CNN_PRODUCT_COLUMNS 16

/* So many at most are summed up at a time: a panel. */
#define CNN_PRODUCT_PANEL 32

/**
 * CnnProduct:
 * @a: number k of part i of row r is a[parts[i] + k · a_next + r · a_row]
 * @a_row: floats from one row to the next
 * @a_next: floats from one number of a part to the next
 * @parts: where each part begins, [n_parts]
 * @n_parts: how many there are
 * @n: numbers of a part
 * @b: rows for all numbers of all parts one after the other, [n_parts · n][columns]
 * @b_next: floats from one row of @b to the next
 * @b_panel: floats from one panel of columns of @b to the next; 0: as in a matrix. Panels of
 *   a large matrix, one after the other, are read from fewer places of the cache
 * @from: what the sums begin with, [rows][columns]; may be @c
 * @from_row: floats from one row of @from to the next; 0: the same for all
 * @c: (out): the sums, [rows][columns]
 * @c_row: floats from one row of @c to the next
 *
 * A product of two small matrices, the left one of which need not lie as a matrix: its rows
 * may be windows of a map. Every sum adds up in the order of the parts and their numbers.
 */
typedef struct
{
  const float *a;
  gsize        a_row;
  gsize        a_next;
  const gsize *parts;
  int          n_parts;
  int          n;
  const float *b;
  gsize        b_next;
  gsize        b_panel;
  const float *from;
  gsize        from_row;
  float       *c;
  gsize        c_row;
} CnnProduct;

int      cnn_product_panel  (int n_columns);
int      cnn_product_panels (int n_columns);
void     cnn_product_run    (const CnnProduct *product, int n_rows, int n_columns);
gboolean cnn_product_run_as (guint kind, const CnnProduct *product, int n_rows, int n_columns);

G_END_DECLS
