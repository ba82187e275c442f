/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Winograd's minimal filtering F(4×4, 3×3), Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015: a row of outputs is the product of two
 * polynomials, and a product is known from its values at enough points. Here they
 * are 0, ±a, ±b and infinity; columns first, then rows. With points near 1 their
 * powers stay near 1, and so rounding errors stay small: of all that were tried,
 * these err least, about as a plain sum does, and no factor of the transforms
 * themselves is rounded.
 *
 * Included once for each kind of vector, with NAME(x), a name for it, and Vector. */

#define A  CNN_WINOGRAD_A
#define B  CNN_WINOGRAD_B
#define A2 (A * A)
#define B2 (B * B)

/* Six inputs in a row, as a polynomial's parts that belong to the points. */
static inline __attribute__ ((always_inline)) void
NAME (row_to_points) (const Vector *d, Vector *v)
{
  Vector even_a = d[4] - B2 * d[2], odd_a = A * d[3] - A * B2 * d[1];
  Vector even_b = d[4] - A2 * d[2], odd_b = B * d[3] - B * A2 * d[1];

  v[0] = A2 * B2 * d[0] + (d[4] - (A2 + B2) * d[2]);
  v[1] = even_a + odd_a;
  v[2] = even_a - odd_a;
  v[3] = even_b + odd_b;
  v[4] = even_b - odd_b;
  v[5] = A2 * B2 * d[1] + (d[5] - (A2 + B2) * d[3]);
}

/* Four outputs in a row, from the products at the points. */
static inline __attribute__ ((always_inline)) void
NAME (row_from_points) (const Vector *m, Vector *y)
{
  Vector even_a = m[1] + m[2], odd_a = m[1] - m[2];
  Vector even_b = m[3] + m[4], odd_b = m[3] - m[4];

  y[0] = m[0] + even_a + even_b;
  y[1] = A * odd_a + B * odd_b;
  y[2] = A2 * even_a + B2 * even_b;
  y[3] = A2 * A * odd_a + B2 * B * odd_b + m[5];
}

/* What the outputs' derivatives say of the products at the points. */
static inline __attribute__ ((always_inline)) void
NAME (row_back) (const Vector *y, Vector *m)
{
  Vector even_a = y[0] + A2 * y[2], odd_a = A * y[1] + A2 * A * y[3];
  Vector even_b = y[0] + B2 * y[2], odd_b = B * y[1] + B2 * B * y[3];

  m[0] = y[0];
  m[1] = even_a + odd_a;
  m[2] = even_a - odd_a;
  m[3] = even_b + odd_b;
  m[4] = even_b - odd_b;
  m[5] = y[3];
}

#undef B2
#undef A2
#undef B
#undef A
