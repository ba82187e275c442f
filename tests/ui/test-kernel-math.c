/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-math.h"

#include <math.h>
#include <string.h>

/* What can be done to a kernel's matrix. */

#define assert_matrix(values, n, ...) \
  assert_same (values, (const double[]) { __VA_ARGS__ }, n)

static const CnnSize three = { 3, 3 };
static const CnnSize five  = { 5, 5 };

static void
assert_same (const double *values, const double *expected, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (values[i], ==, expected[i]);
}

static void
count (double *values, int n)
{
  for (int i = 0; i < n; i++)
    values[i] = i + 1;
}

static double *
random_matrix (GRand *random, CnnSize size)
{
  double *values = g_new (double, (gsize) size.height * size.width);

  for (int i = 0; i < size.height * size.width; i++)
    values[i] = g_rand_double_range (random, -4, 4);
  return values;
}

static void
test_rotate_90 (void)
{
  const double       values[] = { 1, 2, 3, 4, 5, 6 };
  CnnSize            size     = { 2, 3 };
  g_autofree double *right    = cnn_kernel_rotate_90 (values, &size, TRUE);

  g_assert_cmpint (size.height, ==, 3);
  g_assert_cmpint (size.width, ==, 2);
  assert_matrix (right, 6, 4, 1, 5, 2, 6, 3);

  size = (CnnSize) { 2, 3 };
  g_autofree double *left = cnn_kernel_rotate_90 (values, &size, FALSE);

  g_assert_cmpint (size.height, ==, 3);
  assert_matrix (left, 6, 3, 6, 2, 5, 1, 4);
}

/* The compass: each step turns the arrow by an eighth. */
static void
test_rotate_45 (void)
{
  double values[25];

  memcpy (values, (double[]) { 1, 2, 3, 8, 9, 4, 7, 6, 5 }, 9 * sizeof *values);
  cnn_kernel_rotate_45 (values, three, TRUE);
  assert_matrix (values, 9, 8, 1, 2, 7, 9, 3, 6, 5, 4);
  cnn_kernel_rotate_45 (values, three, FALSE);
  cnn_kernel_rotate_45 (values, three, FALSE);
  assert_matrix (values, 9, 2, 3, 4, 1, 9, 5, 8, 7, 6);

  /* Sobel from left to right becomes Sobel to the bottom right. */
  memcpy (values, (double[]) { -1, 0, 1, -2, 0, 2, -1, 0, 1 }, 9 * sizeof *values);
  cnn_kernel_rotate_45 (values, three, TRUE);
  assert_matrix (values, 9, -2, -1, 0, -1, 0, 1, 0, 1, 2);

  count (values, 25);
  cnn_kernel_rotate_45 (values, five, TRUE);
  assert_matrix (values, 25,
                 11, 6, 1, 2, 3,
                 16, 12, 7, 8, 4,
                 21, 17, 13, 9, 5,
                 22, 18, 19, 14, 10,
                 23, 24, 25, 20, 15);
}

/* Two eighths are a quarter turn, eight are none; and back undoes one. */
static void
test_rotate_45_many (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int side = 1; side <= 31; side += 2)
    {
      CnnSize            size   = { side, side };
      int                n      = side * side;
      g_autofree double *values = random_matrix (random, size);
      g_autofree double *was    = g_memdup2 (values, n * sizeof *values);
      CnnSize            turned = size;
      g_autofree double *quarter = cnn_kernel_rotate_90 (was, &turned, TRUE);

      cnn_kernel_rotate_45 (values, size, TRUE);
      cnn_kernel_rotate_45 (values, size, TRUE);
      assert_same (values, quarter, n);
      cnn_kernel_rotate_45 (values, size, FALSE);
      for (int i = 0; i < 7; i++)
        cnn_kernel_rotate_45 (values, size, TRUE);
      assert_same (values, was, n);
    }
}

/* Where there is no eighth nothing happens. */
static void
test_rotate_45_not (void)
{
  const CnnSize sizes[] = { { 1, 1 }, { 2, 2 }, { 4, 4 }, { 3, 5 }, { 1, 3 } };
  double        values[16], was[16];

  g_assert_true (cnn_kernel_can_rotate_45 (three));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      count (values, 16);
      count (was, 16);
      g_assert_false (cnn_kernel_can_rotate_45 (sizes[i]));
      cnn_kernel_rotate_45 (values, sizes[i], TRUE);
      assert_same (values, was, 16);
    }
}

static void
test_flip (void)
{
  double values[6];

  count (values, 6);
  cnn_kernel_flip (values, (CnnSize) { 2, 3 }, FALSE);
  assert_matrix (values, 6, 3, 2, 1, 6, 5, 4);
  count (values, 6);
  cnn_kernel_flip (values, (CnnSize) { 3, 2 }, TRUE);
  assert_matrix (values, 6, 5, 6, 3, 4, 1, 2);
}

static void
test_transpose (void)
{
  const double       values[] = { 1, 2, 3, 4, 5, 6 };
  CnnSize            size     = { 2, 3 };
  g_autofree double *changed  = cnn_kernel_transpose (values, &size);

  g_assert_cmpint (size.height, ==, 3);
  g_assert_cmpint (size.width, ==, 2);
  assert_matrix (changed, 6, 1, 4, 2, 5, 3, 6);
}

static void
test_negate (void)
{
  double values[] = { 1, 0, -2, 0.5 };

  cnn_kernel_negate (values, (CnnSize) { 2, 2 });
  assert_matrix (values, 4, -1, 0, 2, -0.5);
  g_assert_false (signbit (values[1]));
}

/* What is done twice, or there and back, is not done at all. */
static void
test_identities (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int time = 0; time < 300; time++)
    {
      CnnSize            size   = { g_rand_int_range (random, 1, 32),
                                      g_rand_int_range (random, 1, 32) };
      int                n      = size.height * size.width;
      CnnSize            turned = size;
      g_autofree double *values = random_matrix (random, size);
      g_autofree double *was    = g_memdup2 (values, n * sizeof *values);

      for (int i = 0; i < 4; i++)
        {
          double *next = cnn_kernel_rotate_90 (values, &turned, time % 2);

          g_free (values);
          values = next;
        }
      g_assert_cmpint (turned.height, ==, size.height);
      assert_same (values, was, n);

      for (int way = 0; way < 2; way++)
        {
          cnn_kernel_flip (values, size, way);
          /* Each number stands at the mirrored place. */
          for (int y = 0; y < size.height; y++)
            for (int x = 0; x < size.width; x++)
              g_assert_cmpfloat (values[y * size.width + x], ==,
                                 way ? was[(size.height - 1 - y) * size.width + x]
                                     : was[y * size.width + size.width - 1 - x]);
          cnn_kernel_flip (values, size, way);
        }
      assert_same (values, was, n);

      g_autofree double *once  = cnn_kernel_transpose (values, &turned);
      g_autofree double *twice = cnn_kernel_transpose (once, &turned);

      assert_same (twice, was, n);
      cnn_kernel_negate (values, size);
      for (int i = 0; i < n; i++)
        g_assert_cmpfloat (values[i] + was[i], ==, 0);
    }
}

static void
test_sum (void)
{
  double values[] = { 1, 2, 1, 2, 4, 2, 1, 2, 1 };
  double edge[]   = { 0, 1, 0, 1, -4, 1, 0, 1, 0 };
  double tenths[] = { 0.1, 0.2, -0.3, 0 };
  double far[]    = { 1e17, 1, -1e17, 1 };

  g_assert_true (cnn_kernel_sum_to_1 (values, three));
  assert_matrix (values, 9, 1 / 16., 2 / 16., 1 / 16., 2 / 16., 4 / 16., 2 / 16., 1 / 16., 2 / 16.,
                 1 / 16.);

  g_assert_false (cnn_kernel_sum_to_1 (edge, three));
  assert_matrix (edge, 9, 0, 1, 0, 1, -4, 1, 0, 1, 0);
  /* Not exactly 0 in binary, but nothing to divide by. */
  g_assert_false (cnn_kernel_sum_to_1 (tenths, (CnnSize) { 2, 2 }));

  cnn_kernel_sum_to_0 (values, three);
  g_assert_cmpfloat (fabs (cnn_kernel_sum (values, three)), <, 1e-16);
  g_assert_cmpfloat_with_epsilon (values[4], 4 / 16. - 1 / 9., 1e-15);
  g_assert_cmpfloat (cnn_kernel_sum (far, (CnnSize) { 2, 2 }), ==, 2);
}

static void
test_sum_huge (void)
{
  double values[] = { G_MAXDOUBLE, G_MAXDOUBLE };

  g_assert_false (cnn_kernel_sum_to_1 (values, (CnnSize) { 1, 2 }));
  cnn_kernel_sum_to_0 (values, (CnnSize) { 1, 2 });
  assert_matrix (values, 2, G_MAXDOUBLE, G_MAXDOUBLE);
}

static void
test_resize (void)
{
  const double       values[] = { 1, 2, 3, 4 };
  CnnSize            two      = { 2, 2 };
  g_autofree double *larger   = cnn_kernel_resize (values, two, (CnnSize) { 3, 4 });
  g_autofree double *row      = cnn_kernel_resize (values, two, (CnnSize) { 1, 4 });

  assert_matrix (larger, 12, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0);
  assert_matrix (row, 4, 0, 1, 2, 0);

  /* Larger and back again is what was. */
  for (int height = 2; height < 8; height++)
    for (int width = 2; width < 8; width++)
      {
        CnnSize            wanted = { height, width };
        g_autofree double *there  = cnn_kernel_resize (values, two, wanted);
        g_autofree double *back   = cnn_kernel_resize (there, wanted, two);

        g_assert_cmpfloat (cnn_kernel_sum (there, wanted), ==, 10);
        assert_matrix (back, 4, 1, 2, 3, 4);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-math/rotate-90", test_rotate_90);
  g_test_add_func ("/kernel-math/rotate-45", test_rotate_45);
  g_test_add_func ("/kernel-math/rotate-45-many", test_rotate_45_many);
  g_test_add_func ("/kernel-math/rotate-45-not", test_rotate_45_not);
  g_test_add_func ("/kernel-math/flip", test_flip);
  g_test_add_func ("/kernel-math/transpose", test_transpose);
  g_test_add_func ("/kernel-math/negate", test_negate);
  g_test_add_func ("/kernel-math/identities", test_identities);
  g_test_add_func ("/kernel-math/sum", test_sum);
  g_test_add_func ("/kernel-math/sum-huge", test_sum_huge);
  g_test_add_func ("/kernel-math/resize", test_resize);
  return g_test_run ();
}
