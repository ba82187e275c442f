/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "random.h"

/* The random numbers. */

/* The published first outputs of SplitMix64 for two seeds. */
static void
test_bits (void)
{
  static const guint64 zero[] = {
    G_GUINT64_CONSTANT (0xe220a8397b1dcdaf), G_GUINT64_CONSTANT (0x6e789e6aa1b965f4),
    G_GUINT64_CONSTANT (0x06c45d188009454f), G_GUINT64_CONSTANT (0xf88bb8a8724c81ec),
    G_GUINT64_CONSTANT (0x1b39896a51a8749b),
  };
  static const guint64 other[] = {
    G_GUINT64_CONSTANT (6457827717110365317), G_GUINT64_CONSTANT (3203168211198807973),
    G_GUINT64_CONSTANT (9817491932198370423), G_GUINT64_CONSTANT (4593380528125082431),
    G_GUINT64_CONSTANT (16408922859458223821),
  };

  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmphex (cnn_random_bits (0, i), ==, zero[i]);
      g_assert_cmphex (cnn_random_bits (1234567, i), ==, other[i]);
    }
}

#define N_RANDOM 200000

static void
test_fill (void)
{
  guint64 bits[67];

  cnn_random_fill (1234567, 5, G_N_ELEMENTS (bits), bits);
  for (guint64 i = 0; i < G_N_ELEMENTS (bits); i++)
    g_assert_cmphex (bits[i], ==, cnn_random_bits (1234567, 5 + i));
}

static void
test_uniform (void)
{
  double sum = 0.0, squares = 0.0, lag = 0.0, before = 0.5;
  int    tenths[10] = { 0 };

  for (guint64 i = 0; i < N_RANDOM; i++)
    {
      double value = cnn_random_uniform (7, i);

      g_assert_cmpfloat (value, >=, 0.0);
      g_assert_cmpfloat (value, <, 1.0);
      sum += value;
      squares += (value - 0.5) * (value - 0.5);
      lag += (value - 0.5) * (before - 0.5);
      before = value;
      tenths[(int) (10.0 * value)]++;
    }
  g_assert_cmpfloat_with_epsilon (sum / N_RANDOM, 0.5, 0.003);
  g_assert_cmpfloat_with_epsilon (squares / N_RANDOM, 1.0 / 12, 0.001);
  g_assert_cmpfloat_with_epsilon (lag / N_RANDOM, 0.0, 0.001);
  for (int i = 0; i < 10; i++)
    g_assert_cmpfloat_with_epsilon (tenths[i] / (double) N_RANDOM, 0.1, 0.004);
  /* 53 bits: the last one is used too. */
  g_assert_cmpfloat (cnn_random_uniform (0, 0), ==,
                     (double) (G_GUINT64_CONSTANT (0xe220a8397b1dcdaf) >> 11) / 9007199254740992.0);
}

static void
test_normal (void)
{
  double sum = 0.0, squares = 0.0, fourths = 0.0, pairs = 0.0;
  int    within_one = 0;

  for (guint64 i = 0; i < N_RANDOM; i++)
    {
      double value = cnn_random_normal (7, i);

      g_assert_true (isfinite (value));
      sum += value;
      squares += value * value;
      fourths += value * value * value * value;
      pairs += value * cnn_random_normal (7, i ^ 1);
      within_one += fabs (value) < 1.0;
    }
  g_assert_cmpfloat_with_epsilon (sum / N_RANDOM, 0.0, 0.01);
  g_assert_cmpfloat_with_epsilon (squares / N_RANDOM, 1.0, 0.015);
  g_assert_cmpfloat_with_epsilon (fourths / N_RANDOM, 3.0, 0.12);
  g_assert_cmpfloat_with_epsilon (pairs / N_RANDOM, 0.0, 0.02);
  g_assert_cmpfloat_with_epsilon (within_one / (double) N_RANDOM, 0.6827, 0.005);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/bits", test_bits);
  g_test_add_func ("/random/fill", test_fill);
  g_test_add_func ("/random/uniform", test_uniform);
  g_test_add_func ("/random/normal", test_normal);
  return g_test_run ();
}
