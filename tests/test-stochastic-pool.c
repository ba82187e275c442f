/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"

/* Stochastic pooling: its chances, and that draws repeat. */

/* Only what is positive has a chance, and where nothing is the value is 0. */
static void
test_stochastic_negative (void)
{
  const float values[] = { -5, 2, -1, -2, -3, 6, -3, 0 };

  for (int sample = 0; sample < 2; sample++)
    {
      CnnShape          out;
      g_autofree float *got = cnn_test_run (sample ? "stochastic-pool 2 sample=yes"
                                                   : "stochastic-pool 2",
                                            (CnnShape) { 2, 4, 1 }, values, &out);

      g_assert_true (cnn_shape_equal (out, (CnnShape) { 1, 2, 1 }));
      if (sample)
        g_assert_true (got[0] == 2.0f || got[0] == 6.0f);
      else
        g_assert_cmpfloat_with_epsilon (got[0], 40.0 / 8.0, 1e-6);
      g_assert_cmpfloat (got[1], ==, 0.0f);
    }
}

/* The windows 1 3 / 0 4 of a large map: drawn 1/8, 3/8 and 4/8 of the time. With
 * n draws the share of a value of probability p lies within five standard
 * deviations √(p (1 − p) / n) of it, but once in two million times. */
static void
check_shares (gint64 n, const gint64 *counts)
{
  static const double p[] = { 0.0, 0.125, 0.0, 0.375, 0.5 };

  for (int value = 0; value < 5; value++)
    {
      double share = (double) counts[value] / (double) n;

      if (!(fabs (share - p[value]) <= 5.0 * sqrt (p[value] * (1.0 - p[value]) / (double) n)))
        g_error ("%d is drawn with probability %g, expected %g", value, share, p[value]);
    }
}

static float *
fours (CnnShape shape)
{
  static const float cells[2][2] = { { 1, 3 }, { 0, 4 } };
  float             *values = g_new (float, cnn_shape_cells (shape)), *at = values;

  for (int y = 0; y < shape.height; y++)
    for (int x = 0; x < shape.width; x++)
      for (int c = 0; c < shape.channels; c++)
        *at++ = cells[y % 2][x % 2];
  return values;
}

/* Over the cells of one run, and over the neighbours of each kind: a draw must
 * not depend on the one beside it, below it or behind it. */
static void
test_draws_of_a_run (void)
{
  CnnShape          in = { 200, 200, 3 }, out;
  g_autofree float *values = fours (in);
  g_autofree float *got = cnn_test_run ("stochastic-pool 2 sample=yes", in, values, &out);
  const gsize       steps[] = { 1, (gsize) out.channels, (gsize) out.width * out.channels };
  gsize             n = (gsize) cnn_shape_cells (out);
  gint64            counts[5] = { 0 };

  for (gsize i = 0; i < n; i++)
    counts[(int) got[i]]++;
  check_shares ((gint64) n, counts);
  for (gsize k = 0; k < G_N_ELEMENTS (steps); k++)
    {
      double same = 0.0, p = 0.125 * 0.125 + 0.375 * 0.375 + 0.5 * 0.5;

      for (gsize i = 0; i + steps[k] < n; i++)
        same += got[i] == got[i + steps[k]];
      g_assert_cmpfloat_with_epsilon (same / (double) n, p, 0.02);
    }
}

/* Over many seeds, for one and the same cell. */
static void
test_draws_of_seeds (void)
{
  CnnShape          in = { 2, 2, 1 };
  g_autofree float *values = fours (in);
  gint64            counts[5] = { 0 };

  for (int seed = 0; seed < 4000; seed++)
    {
      g_autofree char  *text = g_strdup_printf ("stochastic-pool 2 sample=yes seed=%d", seed);
      CnnShape          out;
      g_autofree float *got = cnn_test_run (text, in, values, &out);

      counts[(int) *got]++;
    }
  check_shares (4000, counts);
}

static void
test_draws_repeat (void)
{
  CnnShape          in = { 40, 40, 2 }, out;
  gsize             bytes = 20 * 20 * 2 * sizeof (float);
  g_autofree float *values = fours (in);
  g_autofree float *first = cnn_test_run ("stochastic-pool 2 sample=yes", in, values, &out);
  g_autofree float *again = cnn_test_run ("stochastic-pool 2 sample=yes", in, values, &out);
  g_autofree float *other = cnn_test_run ("stochastic-pool 2 sample=yes seed=1", in, values, &out);

  g_assert_cmpmem (first, bytes, again, bytes);
  g_assert_true (memcmp (first, other, bytes) != 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pools/stochastic/negative", test_stochastic_negative);
  g_test_add_func ("/pools/stochastic/draws-of-a-run", test_draws_of_a_run);
  g_test_add_func ("/pools/stochastic/draws-of-seeds", test_draws_of_seeds);
  g_test_add_func ("/pools/stochastic/draws-repeat", test_draws_repeat);
  return g_test_run ();
}
