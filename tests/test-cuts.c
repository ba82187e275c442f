/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"

/* Layers that cut maps and put borders around them, and those that normalise: on numbers
 * worked out by hand, and against loops that do nothing but what the words say. */

static const CnnShape four = { 3, 4, 1 };
static const float    map[] = { 1, 2, 3, 4,
                                5, 6, 7, 8,
                                9, 10, 11, 12 };

/* --- slices ---------------------------------------------------------------- */

static void
test_slice (void)
{
  const float two[] = { 1, 10, 2, 20, 3, 30, 4, 40 };

  cnn_test_values ("slice rows=1: columns=1:3", four, map, (CnnShape) { 2, 2, 1 },
                   (double[]) { 6, 7, 10, 11 });
  cnn_test_values ("slice rows=::2 columns=::3", four, map, (CnnShape) { 2, 2, 1 },
                   (double[]) { 1, 4, 9, 12 });
  cnn_test_values ("slice rows=-2:-1 columns=-3:", four, map, (CnnShape) { 1, 3, 1 },
                   (double[]) { 6, 7, 8 });
  cnn_test_values ("slice rows=::-1 columns=3:0:-2", four, map, (CnnShape) { 3, 2, 1 },
                   (double[]) { 12, 10, 8, 6, 4, 2 });
  cnn_test_values ("slice rows=0:1000 columns=-1000:1", four, map, (CnnShape) { 3, 1, 1 },
                   (double[]) { 1, 5, 9 });
  cnn_test_values ("slice rows=20:0:-1 columns=2::-2000000000", four, map, (CnnShape) { 2, 1, 1 },
                   (double[]) { 11, 7 });
  cnn_test_values ("slice channels=1:", (CnnShape) { 2, 2, 2 }, two, (CnnShape) { 2, 2, 1 },
                   (double[]) { 10, 20, 30, 40 });
  cnn_test_values ("slice channels=::-1 rows=1:", (CnnShape) { 2, 2, 2 }, two,
                   (CnnShape) { 1, 2, 2 }, (double[]) { 30, 3, 40, 4 });
  cnn_test_values ("slice", four, map, four,
                   (double[]) { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 });
}

/* All ranges of small numbers on small lengths, counted by walking. */
static void
test_ranges (void)
{
  for (int n = 1; n <= 4; n++)
    for (int first = -6; first <= 6; first++)
      for (int end = -6; end <= 6; end++)
        for (int step = -3; step <= 3; step++)
          {
            CnnRange range = { TRUE, TRUE, first, end, step };
            int      at = first < 0 ? first + n : first, stop = end < 0 ? end + n : end;
            int      got, n_got, n_walked = 0, begin = 0;

            if (step == 0)
              continue;
            n_got = cnn_range_resolve (&range, n, &got);
            at = step > 0 ? MAX (at, 0) : MIN (at, n - 1);
            for (int i = at; (step > 0 ? i < stop : i > stop) && i >= 0 && i < n; i += step)
              if (n_walked++ == 0)
                begin = i;
            g_assert_cmpint (n_got, ==, n_walked);
            if (n_got > 0)
              g_assert_cmpint (got, ==, begin);
          }
}

static void
test_text (void)
{
  static const char *const same[] = { "2:", ":-1", "1:5", "::2", "3::-1", "-4:-1:3", "1::5" };

  const CnnParam *rows = cnn_op_param (cnn_op_find ("slice"), "rows");

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    {
      char             params[128] = { 0 };
      g_autofree char *printed = NULL;

      g_assert_true (cnn_param_parse (rows, same[i], params, NULL, NULL));
      printed = cnn_param_print (rows, params);
      g_assert_cmpstr (printed, ==, same[i]);
    }
  cnn_test_refused ("slice rows=3", four, CNN_ERROR_SPEC, "rows");
  cnn_test_refused ("slice rows=1:2:0", four, CNN_ERROR_SPEC, "rows");
  cnn_test_refused ("slice rows=a:", four, CNN_ERROR_SPEC, "rows");
  cnn_test_refused ("slice rows=1:2:3:4", four, CNN_ERROR_SPEC, "rows");
  cnn_test_refused ("slice rows=2:1", four, CNN_ERROR_SHAPE, "rows: nothing of 3");
  cnn_test_refused ("slice channels=1:", four, CNN_ERROR_SHAPE, "channels: nothing of 1");
}

/* --- borders ----------------------------------------------------------------- */

static void
test_pad (void)
{
  const float three[] = { 1, 2, 3 };
  CnnShape    row = { 1, 3, 1 };

  cnn_test_values ("pad 0,2,0,1", row, three, (CnnShape) { 1, 6, 1 },
                   (double[]) { 0, 1, 2, 3, 0, 0 });
  cnn_test_values ("pad 0,2,0,1 value=-7.5", row, three, (CnnShape) { 1, 6, 1 },
                   (double[]) { -7.5, 1, 2, 3, -7.5, -7.5 });
  cnn_test_values ("pad 0,2,0,1 border=reflect", row, three, (CnnShape) { 1, 6, 1 },
                   (double[]) { 2, 1, 2, 3, 2, 1 });
  cnn_test_values ("pad 0,2,0,1 border=replicate value=5", row, three, (CnnShape) { 1, 6, 1 },
                   (double[]) { 1, 1, 2, 3, 3, 3 });
  cnn_test_values ("pad 0,2,0,1 border=wrap", row, three, (CnnShape) { 1, 6, 1 },
                   (double[]) { 3, 1, 2, 3, 1, 2 });
  cnn_test_values ("pad 0,-1,0,1 value=9", row, three, (CnnShape) { 1, 3, 1 },
                   (double[]) { 9, 1, 2 });
  cnn_test_values ("pad 1,0,-1,-2 value=9", four, map, (CnnShape) { 3, 2, 1 },
                   (double[]) { 9, 9, 3, 4, 7, 8 });
  cnn_test_values ("pad -1", four, map, (CnnShape) { 1, 2, 1 }, (double[]) { 6, 7 });
  cnn_test_values ("pad valid", row, three, row, (double[]) { 1, 2, 3 });
  cnn_test_refused ("pad 0,-3,0,0", row, CNN_ERROR_SHAPE, "1×3");
  cnn_test_refused ("pad 0,2,0,-3", row, CNN_ERROR_SHAPE, "1×3");
  cnn_test_refused ("pad 0,3,0,0 border=reflect", row, CNN_ERROR_SHAPE, "reflect");
}

/* --- normalising ------------------------------------------------------------- */

static void
test_lrn (void)
{
  CnnShape          in = { 5, 7, 9 }, out;
  g_autofree float *values = cnn_test_picture (in, 1, FALSE);

  for (int size = 1; size <= 25; size++)
    {
      g_autofree char  *text = g_strdup_printf ("lrn %d alpha=0.5 beta=0.6 bias=1.5", size);
      g_autofree float *got = cnn_test_run (text, in, values, &out);

      g_assert_true (cnn_shape_equal (in, out));
      for (int i = 0; i < 5 * 7; i++)
        for (int c = 0; c < 9; c++)
          {
            double squares = 0.0;

            for (int j = 0; j < 9; j++)
              if (j >= c - floor ((size - 1) / 2.0) && j <= c + ceil ((size - 1) / 2.0))
                squares += values[i * 9 + j] * values[i * 9 + j];
            g_assert_cmpfloat_with_epsilon (got[i * 9 + c],
                                            values[i * 9 + c] /
                                              pow (1.5 + 0.5 / size * squares, 0.6),
                                            1e-6);
          }
    }
  /* 1 / √(11 + 8 / 2 · (1 + 9)) and 3 / √(11 + 8 / 2 · 9): of two, the other comes after. */
  cnn_test_values ("lrn 2 alpha=8 beta=0.5 bias=11", (CnnShape) { 1, 1, 2 }, (float[]) { 1, 3 },
                   (CnnShape) { 1, 1, 2 }, (double[]) { 1 / sqrt (51), 3 / sqrt (47) });
}

static void
test_instancenorm (void)
{
  CnnShape          in = { 31, 17, 3 }, out;
  g_autofree float *values = cnn_test_picture (in, 2, FALSE);
  g_autofree float *got = cnn_test_run ("instancenorm scale=1,-2,0.5 shift=0,3,-1 epsilon=0.01",
                                        in, values, &out);
  const double      scale[] = { 1, -2, 0.5 }, shift[] = { 0, 3, -1 };

  for (int c = 0; c < 3; c++)
    {
      double mean = 0.0, variance = 0.0;

      for (int i = 0; i < 31 * 17; i++)
        mean += values[i * 3 + c] / (31.0 * 17.0);
      for (int i = 0; i < 31 * 17; i++)
        variance += pow (values[i * 3 + c] - mean, 2.0) / (31.0 * 17.0);
      for (int i = 0; i < 31 * 17; i++)
        g_assert_cmpfloat_with_epsilon (got[i * 3 + c],
                                        scale[c] * (values[i * 3 + c] - mean) /
                                            sqrt (variance + 0.01) + shift[c],
                                        1e-5);
    }
  /* Mean 3, variance 5. */
  cnn_test_values ("instancenorm epsilon=4", (CnnShape) { 2, 2, 1 }, (float[]) { 0, 2, 4, 6 },
                   (CnnShape) { 2, 2, 1 }, (double[]) { -1, -1 / 3.0, 1 / 3.0, 1 });
  cnn_test_refused ("instancenorm scale=1,2", (CnnShape) { 2, 2, 3 }, CNN_ERROR_SHAPE, "scale");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuts/slice", test_slice);
  g_test_add_func ("/cuts/ranges", test_ranges);
  g_test_add_func ("/cuts/text", test_text);
  g_test_add_func ("/cuts/pad", test_pad);
  g_test_add_func ("/cuts/lrn", test_lrn);
  g_test_add_func ("/cuts/instancenorm", test_instancenorm);
  return g_test_run ();
}
