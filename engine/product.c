/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "product.h"

#include "clones.h"

#define MOST_ROWS 12

typedef void (*Product) (const CnnProduct *product);

/**
 * ProductLoops:
 * @lanes: floats in a vector
 * @rows: most rows at a time
 * @products: by rows less 1, by whether rows of a are neighbouring numbers, and by vectors
 *   of columns less 1
 */
typedef struct
{
  int     lanes;
  int     rows;
  Product products[MOST_ROWS][2][2];
} ProductLoops;

#define LANES   4
#define ROWS    6
#define NAME(x) baseline_##x
#include "product-loops.h"
#undef NAME
#undef ROWS
#undef LANES

#ifdef __x86_64__

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
#define LANES   8
#define ROWS    6
#define NAME(x) v3_##x
#include "product-loops.h"
#undef NAME
#undef ROWS
#undef LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define LANES   16
#define ROWS    12
#define NAME(x) v4_##x
#include "product-loops.h"
#undef NAME
#undef ROWS
#undef LANES
#pragma GCC pop_options

#endif

/**
 * cnn_product_panel:
 * @n_columns: of a matrix, a multiple of %CNN_PRODUCT_COLUMNS
 *
 * Returns: columns of each of its panels
 */
int
cnn_product_panel (int n_columns)
{
  return MIN (n_columns, CNN_PRODUCT_PANEL);
}

/**
 * cnn_product_panels:
 * @n_columns: of a matrix, a multiple of %CNN_PRODUCT_COLUMNS
 *
 * Returns: how many panels it has
 */
int
cnn_product_panels (int n_columns)
{
  return (n_columns + CNN_PRODUCT_PANEL - 1) / CNN_PRODUCT_PANEL;
}

static void
run (const ProductLoops *loops, const CnnProduct *product, int n_rows, int n_columns)
{
  int                 n_blocks = (n_rows + loops->rows - 1) / loops->rows;
  gboolean            neighbours = product->a_row == 1;
  gsize               panel = product->b_panel > 0 ? product->b_panel : CNN_PRODUCT_PANEL;

  for (int column = 0, vectors; column < n_columns; column += vectors * loops->lanes)
    {
      CnnProduct part = *product;

      vectors = n_columns - column >= 2 * loops->lanes ? 2 : 1;
      part.b += column / CNN_PRODUCT_PANEL * panel + column % CNN_PRODUCT_PANEL;
      part.from += column;
      part.c += column;
      for (int i = 0; i < n_blocks; i++)
        {
          int n = (n_rows + i) / n_blocks; /* about as many in each block */

          loops->products[n - 1][neighbours][vectors - 1](&part);
          part.a += n * part.a_row;
          part.from += n * part.from_row;
          part.c += n * part.c_row;
        }
    }
}

/**
 * cnn_product_run:
 * @product: what to multiply
 * @n_rows: rows of a and c
 * @n_columns: columns of b and c, a multiple of %CNN_PRODUCT_COLUMNS
 *
 * Computes c = from + a · b. How a sum is made does not depend on its row or column.
 */
void
cnn_product_run (const CnnProduct *product, int n_rows, int n_columns)
{
  run (CNN_CLONE_OF (0, loops), product, n_rows, n_columns);
}

/**
 * cnn_product_run_as:
 * @kind: 0 for the fastest loops, 1 for those of an older processor, …
 *
 * cnn_product_run(), for tests.
 *
 * Returns: whether there are such loops
 */
gboolean
cnn_product_run_as (guint kind, const CnnProduct *product, int n_rows, int n_columns)
{
  const ProductLoops *loops = CNN_CLONE_OF (kind, loops);

  if (loops)
    run (loops, product, n_rows, n_columns);
  return loops != NULL;
}
