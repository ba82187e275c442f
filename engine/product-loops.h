/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The loops of product.c, included once for each kind of processor, with
 *
 *   NAME(x)   a name for it
 *   LANES     floats in a vector
 *   ROWS      most rows that are summed up at a time, up to 12
 *
 * All sums of a block of rows and one or two vectors of columns stay in registers. */

typedef float NAME (Vector) __attribute__ ((vector_size (LANES * 4)));
/* The same in memory, where floats stand anywhere. */
typedef NAME (Vector) NAME (Floats) __attribute__ ((aligned (4), may_alias));
#define Vector NAME (Vector)
#define Floats NAME (Floats)

static inline __attribute__ ((always_inline)) void
NAME (product) (const CnnProduct *product, int rows, int vectors, gsize a_row)
{
  const float *b = product->b, *from = product->from;
  float       *c = product->c;
  gsize        a_next = product->a_next, b_next = product->b_next;
  gsize        from_row = product->from_row, c_row = product->c_row;
  Vector       sums[ROWS * 2];

#pragma GCC unroll 12
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++)
      sums[r * vectors + v] = *(const Floats *) (from + r * from_row + v * LANES);
  for (int i = 0; i < product->n_parts; i++)
    {
      /* Three pointers of four rows each: there are no registers for one for each row. */
      const float *a0 = product->a + product->parts[i];
      const float *a4 = a0 + 4 * a_row, *a8 = a0 + 8 * a_row;

      for (int k = product->n; k > 0; k--)
        {
          Vector w[2];

#pragma GCC unroll 2
          for (int v = 0; v < vectors; v++)
            w[v] = *(const Floats *) (b + v * LANES);
#pragma GCC unroll 12
          for (int r = 0; r < rows; r++)
            {
              const float *a = r < 4 ? a0 : r < 8 ? a4 : a8;
              float        x = a[(gsize) (r & 3) * a_row];

#pragma GCC unroll 2
              for (int v = 0; v < vectors; v++)
                sums[r * vectors + v] += w[v] * x;
            }
          b += b_next;
          a0 += a_next;
          a4 += a_next;
          a8 += a_next;
        }
    }
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++)
      *(Floats *) (c + r * c_row + v * LANES) = sums[r * vectors + v];
}

#define LOOP(rows, vectors)                                                            \
  static void NAME (product_##rows##_##vectors) (const CnnProduct *product)            \
  {                                                                                    \
    NAME (product) (product, rows, vectors, product->a_row);                           \
  }                                                                                    \
  static void NAME (neighbours_##rows##_##vectors) (const CnnProduct *product)         \
  {                                                                                    \
    NAME (product) (product, rows, vectors, 1);                                        \
  }
#define LOOPS(rows) LOOP (rows, 1) LOOP (rows, 2)
#define ENTRY(rows)                                                                    \
  { { NAME (product_##rows##_1), NAME (product_##rows##_2) },                          \
    { NAME (neighbours_##rows##_1), NAME (neighbours_##rows##_2) } }

LOOPS (1)
LOOPS (2)
LOOPS (3)
LOOPS (4)
LOOPS (5)
LOOPS (6)
#if ROWS == 12
LOOPS (7)
LOOPS (8)
LOOPS (9)
LOOPS (10)
LOOPS (11)
LOOPS (12)
#endif

static const ProductLoops NAME (loops) = {
  .lanes = LANES,
  .rows = ROWS,
  .products = { ENTRY (1), ENTRY (2), ENTRY (3), ENTRY (4), ENTRY (5), ENTRY (6),
#if ROWS == 12
                ENTRY (7), ENTRY (8), ENTRY (9), ENTRY (10), ENTRY (11), ENTRY (12),
#endif
  },
};

#undef ENTRY
#undef LOOPS
#undef LOOP
#undef Floats
#undef Vector
