/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "number-text.h"

/* Numbers for the eye, and numbers that read back. */

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_numbers (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  assert_text (cnn_number_short (0.0), "0");
  assert_text (cnn_number_short (-0.0), "0");
  assert_text (cnn_number_short (-0.3), "−0.3");
  assert_text (cnn_number_short (0.123456), "0.1235");
  assert_text (cnn_number_short (12.3456), "12.35");
  assert_text (cnn_number_short (1234.5678), "1235");
  assert_text (cnn_number_short (-0.0000123), "−1.23e−5");
  assert_text (cnn_number_short (1.5e30), "1.5e30");
  assert_text (cnn_number_short (NAN), "NaN");
  assert_text (cnn_number_short (-INFINITY), "−∞");
  assert_text (cnn_number_cell (0.0), "0");
  assert_text (cnn_number_cell (-4.0), "−4");
  assert_text (cnn_number_cell (0.001), "0.00");
  assert_text (cnn_number_cell (-0.126), "−0.13");
  assert_text (cnn_number_cell (9.994), "9.99");
  assert_text (cnn_number_cell (9.996), "10");
  assert_text (cnn_number_cell (123.4), "123");
  assert_text (cnn_number_cell (45678.0), "5e4");
  assert_text (cnn_number_cell (INFINITY), "∞");
  assert_text (cnn_number_cell (NAN), "NaN");
  assert_text (cnn_number_full (0.1f), "0.1");
  assert_text (cnn_number_full (-4.0), "-4");
  for (int i = 0; i < 2000; i++)
    {
      float            value = (float) ldexp (g_rand_double_range (rand, -1.0, 1.0),
                                              g_rand_int_range (rand, -40, 40));
      g_autofree char *text  = cnn_number_full (value);

      g_assert_cmpfloat ((float) g_ascii_strtod (text, NULL), ==, value);
    }
}

static void
test_rows (void)
{
  const double values[] = { 1, -2.5, 0.1f, 4, 0, 1e-20 };

  assert_text (cnn_numbers_rows ((CnnSize) { 2, 3 }, values), "1\t-2.5\t0.1\n4\t0\t1e-20\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number-text/numbers", test_numbers);
  g_test_add_func ("/number-text/rows", test_rows);
  return g_test_run ();
}
