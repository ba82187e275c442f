/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cnn-test.h"

/* Arithmetic between maps and with constants: values that are special, every way in which
 * operands may lie, and what is refused. */

/* --- single values ---------------------------------------------------------- */

typedef struct
{
  const char *op;
  double      a;
  double      b;
  double      result;
} Special;

/* What IEEE 754 says of quotients and powers; a maximum or minimum is no number where an
 * operand is none, as numpy and ONNX have it. */
static const Special specials[] = {
  { "div", 1.0, 0.0, INFINITY },    { "div", -1.0, 0.0, -INFINITY },
  { "div", 1.0, -0.0, -INFINITY },  { "div", 0.0, 0.0, NAN },
  { "div", -7.0, 2.0, -3.5 },       { "pow", -2.0, 3.0, -8.0 },
  { "pow", -2.0, 2.0, 4.0 },        { "pow", -2.0, -1.0, -0.5 },
  { "pow", -2.0, 0.5, NAN },        { "pow", 0.0, 0.0, 1.0 },
  { "pow", 0.0, -2.0, INFINITY },   { "pow", -3.0, 13.0, -1594323.0 },
  { "pow", 7.0, 8.0, 5764801.0 },   { "pow", 4.0, 0.5, 2.0 },
  { "pow", -0.0, 0.5, 0.0 },        { "pow", -INFINITY, 0.5, INFINITY },
  { "pow", NAN, 0.0, 1.0 },         { "pow", NAN, 2.0, NAN },
  { "pow", -5.0, 3.0, -125.0 },     { "max", NAN, 1.0, NAN },
  { "max", 1.0, NAN, NAN },         { "min", NAN, 1.0, NAN },
  { "min", 1.0, NAN, NAN },         { "max", -INFINITY, -3.0, -3.0 },
  { "min", INFINITY, 3.0, 3.0 },    { "mul", INFINITY, 0.0, NAN },
  { "sub", INFINITY, INFINITY, NAN }, { "add", 16777216.0, 1.0, 16777216.0 },
  { "mean", 1.0, 2.0, 1.5 },        { "mul", -0.0, 5.0, -0.0 },
};

static gboolean
is_same (double a, double b)
{
  return (isnan (a) && isnan (b)) || (a == b && !signbit (a) == !signbit (b));
}

/* Twenty cells, so that there are whole vectors of them and a rest. */
static void
test_special (void)
{
  CnnShape in = { 1, 20, 2 }, out;

  for (guint i = 0; i < G_N_ELEMENTS (specials); i++)
    {
      const Special    *s = &specials[i];
      float             values[40];
      g_autofree char  *between = g_strdup_printf ("gather channels=1 as=b\n"
                                                   "gather channels=0 from=x\n%s b", s->op);
      g_autofree char  *text = g_strconcat ("dropout as=x\n", between, NULL);
      g_autofree float *got = NULL;

      for (int k = 0; k < 40; k++)
        values[k] = (float) (k % 2 == 0 ? s->a : s->b);
      got = cnn_test_run (text, in, values, &out);
      g_assert_cmpint (out.channels, ==, 1);
      for (int k = 0; k < 20; k++)
        if (!is_same (got[k], s->result))
          g_error ("%s of %g and %g is %g, expected %g", s->op, s->a, s->b, got[k], s->result);
    }
}

/* The same with the second one, or the first, as a constant where it can be written. */
static void
test_special_constants (void)
{
  CnnShape in = { 4, 5, 1 }, out;

  for (guint i = 0; i < 2 * G_N_ELEMENTS (specials); i++)
    {
      const Special    *s = &specials[i / 2];
      gboolean          reversed = i % 2;
      double            constant = reversed ? s->a : s->b;
      float             values[20];
      g_autofree char  *text = NULL;
      g_autofree float *got = NULL;

      if (!isfinite (constant) || (reversed && !cnn_op_param (cnn_op_find (s->op), "reversed")))
        continue;
      text = g_strdup_printf ("%s values=%g%s", s->op, constant, reversed ? " reversed=yes" : "");
      for (int k = 0; k < 20; k++)
        values[k] = (float) (reversed ? s->b : s->a);
      got = cnn_test_run (text, in, values, &out);
      for (int k = 0; k < 20; k++)
        if (!is_same (got[k], s->result))
          g_error ("%s on %g is %g, expected %g", text, values[k], got[k], s->result);
    }
}

/* Powers that have loops of their own are those of the C library. */
static void
test_powers (void)
{
  static const double exponents[] = { 2.0, 3.0, 0.5, 1.5 };
  CnnShape            in = { 1, 1000, 1 }, out;
  g_autoptr (GRand)   rand = g_rand_new_with_seed (11);
  float               values[1000];

  for (guint e = 0; e < G_N_ELEMENTS (exponents); e++)
    {
      g_autofree char  *text = g_strdup_printf ("pow values=%g", exponents[e]);
      g_autofree float *got = NULL;

      for (int i = 0; i < 1000; i++)
        values[i] = (float) g_rand_double_range (rand, -9.0, 9.0);
      got = cnn_test_run (text, in, values, &out);
      for (int i = 0; i < 1000; i++)
        {
          double expected = pow (values[i], exponents[e]);

          g_assert_true (isnan (expected) ? isnan (got[i])
                                          : fabs (got[i] - expected) <= 1e-7 * fabs (expected));
        }
    }
}

/* --- how operands lie ------------------------------------------------------- */

static float
at (const float *values, CnnShape s, int y, int x, int c)
{
  y = s.height == 1 ? 0 : y;
  x = s.width == 1 ? 0 : x;
  c = s.channels == 1 ? 0 : c;
  return values[((gsize) y * s.width + x) * s.channels + c];
}

static char *
numbers_text (GRand *rand, gint64 n, float *values)
{
  GString *text = g_string_new (NULL);

  for (gint64 i = 0; i < n; i++)
    {
      values[i] = (float) pick (rand, -50, 50);
      g_string_append_printf (text, "%s%d", i > 0 ? "," : "", (int) values[i]);
    }
  return g_string_free (text, FALSE);
}

/* a − b with constants of every kind of shape, on maps narrower and wider than a block. */
static void
test_constants (void)
{
  static const CnnShape shapes[] = {
    { 1, 1, 1 }, { 1, 1, 7 }, { 5, 9, 3 }, { 3, 700, 3 }, { 2, 3, 900 }, { 2, 2, 5000 },
    { 40, 1, 6 },
    { 1, 60, 64 }, { 9, 2500, 1 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < G_N_ELEMENTS (shapes) * 8; i++)
    {
      CnnShape          in = shapes[i / 8], of = in, out;
      gsize             n = (gsize) cnn_shape_cells (in);
      g_autofree float *values = g_new (float, n);
      g_autofree float *constants = g_new (float, n);
      g_autofree char  *numbers = NULL;
      g_autofree char  *text = NULL;
      g_autofree float *got = NULL;
      const float      *cell;

      of.height = i & 1 ? 1 : of.height;
      of.width = i & 2 ? 1 : of.width;
      of.channels = i & 4 ? 1 : of.channels;
      numbers = numbers_text (rand, cnn_shape_cells (of), constants);
      text = g_strdup_printf ("sub values=%s shape=%dx%dx%d reversed=%s", numbers,
                              CNN_SHAPE_ARGS (of), pick (rand, 0, 1) ? "yes" : "no");
      for (gsize k = 0; k < n; k++)
        values[k] = (float) pick (rand, -50, 50);
      cell = got = cnn_test_run (text, in, values, &out);
      g_assert_true (cnn_shape_equal (in, out));
      for (int y = 0; y < in.height; y++)
        for (int x = 0; x < in.width; x++)
          for (int c = 0; c < in.channels; c++)
            {
              float a = at (values, in, y, x, c), b = at (constants, of, y, x, c);

              g_assert_cmpfloat (*cell++, ==, g_str_has_suffix (text, "yes") ? b - a : a - b);
            }
    }
}

/* x − a, where each of them is made longer by the other in its own directions. */
static void
test_layers (void)
{
  static const struct
  {
    const char *over;
    CnnShape    one; /* which extents are 1 */
  } kinds[] = {
    { "map", { 1, 1, 0 } },  { "channels", { 0, 0, 1 } }, { "all", { 1, 1, 1 } },
    { "rows", { 1, 0, 0 } }, { "columns", { 0, 1, 0 } },
  };
  static const CnnShape shapes[] = { { 5, 9, 3 }, { 2, 700, 4 }, { 33, 40, 1 }, { 3, 1, 50 } };
  g_autoptr (GRand)     rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < G_N_ELEMENTS (shapes) * 25; i++)
    {
      CnnShape          in = shapes[i / 25], of[2] = { in, in }, wide, out;
      gsize             n = (gsize) cnn_shape_cells (in);
      g_autofree float *values = g_new (float, n);
      g_autofree char  *text = NULL;
      g_autofree float *got = NULL;
      float            *sums[2];
      const float      *cell;

      text = g_strdup_printf ("dropout as=x\nreduce-sum %s as=a\nreduce-sum %s from=x\nsub a",
                              kinds[i % 5].over, kinds[i / 5 % 5].over);
      for (gsize k = 0; k < n; k++)
        values[k] = (float) pick (rand, -50, 50);
      for (int k = 0; k < 2; k++)
        {
          CnnShape one = kinds[k == 0 ? i / 5 % 5 : i % 5].one;

          of[k] = (CnnShape) { one.height ? 1 : in.height, one.width ? 1 : in.width,
                               one.channels ? 1 : in.channels };
          sums[k] = g_new0 (float, cnn_shape_cells (of[k]));
          for (gsize v = 0; v < n; v++)
            {
              gsize c = v % in.channels, x = v / in.channels % in.width;
              gsize y = v / in.channels / in.width;

              sums[k][((one.height ? 0 : y) * of[k].width + (one.width ? 0 : x)) * of[k].channels +
                      (one.channels ? 0 : c)] += values[v];
            }
        }
      wide = (CnnShape) { MAX (of[0].height, of[1].height), MAX (of[0].width, of[1].width),
                          MAX (of[0].channels, of[1].channels) };
      cell = got = cnn_test_run (text, in, values, &out);
      g_assert_true (cnn_shape_equal (out, wide));
      for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
          for (int c = 0; c < out.channels; c++)
            g_assert_cmpfloat (*cell++, ==,
                               at (sums[0], of[0], y, x, c) - at (sums[1], of[1], y, x, c));
      g_free (sums[0]);
      g_free (sums[1]);
    }
}

/* Constants that are larger than the map. */
static void
test_longer_constants (void)
{
  const float       values[] = { 1, 2, 3 };
  CnnShape          out;
  g_autofree float *got = cnn_test_run ("add values=10,20,30,40 shape=2x2x1",
                                        (CnnShape) { 1, 1, 3 }, values, &out);

  g_assert_true (cnn_shape_equal (out, (CnnShape) { 2, 2, 3 }));
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat (got[i], ==, 10 * (i / 3 + 1) + i % 3 + 1);
}

/* Several layers and constants at once, in their order. */
static void
test_several (void)
{
  static const struct
  {
    const char *text;
    float       of_3;
  } cases[] = {
    { "add a,b", 3 - 3 + 9 },          { "add a,b values=100", 3 - 3 + 9 + 100 },
    { "mul a,b values=2", -3 * 27 * 2 }, { "max a,b values=8", 9 },
    { "min a,b values=-2,-4", -3 },    { "mean a,b values=7", 4 },
    { "sub b", -6 },                   { "sub b reversed=yes", 6 },
    { "div a", -1 },                   { "pow a", 1 / 27.0f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const float       values[] = { 3, 1, 3, 1, 3, 1 };
      g_autofree char  *text = g_strconcat ("dropout as=x ; neg as=a ; pow values=2 as=b from=x\n",
                                            cases[i].text, " from=x", NULL);
      CnnShape          out;
      g_autofree float *got = cnn_test_run (text, (CnnShape) { 1, 3, 2 }, values, &out);

      for (int k = 0; k < 6; k += 2)
        if (got[k] != cases[i].of_3)
          g_error ("%s: %g, expected %g", cases[i].text, got[k], cases[i].of_3);
    }
}

/* --- mistakes ---------------------------------------------------------------- */

static void
test_refused (void)
{
  CnnShape in = { 6, 5, 3 };

  cnn_test_refused ("add", in, CNN_ERROR_SPEC, "as in “values=2”");
  cnn_test_refused ("dropout as=a ; sub a values=1", in, CNN_ERROR_SPEC, "only one of them");
  cnn_test_refused ("dropout as=a ; dropout as=b ; div a,b", in, CNN_ERROR_SPEC,
                    "only one of them");
  cnn_test_refused ("dropout as=a ; add a shape=1x1x3", in, CNN_ERROR_SPEC, "as in “4x4x1”");
  cnn_test_refused ("add values=1,2,3 shape=?x1x3", in, CNN_ERROR_SPEC, "as in “4x4x1”");
  cnn_test_refused ("add values=1,2", in, CNN_ERROR_SHAPE, "1×1×2");
  cnn_test_refused ("add values=1,2,3 shape=6x1x1", in, CNN_ERROR_SHAPE, "found 3 constants");
  cnn_test_refused ("mul values=1,2,3,4 shape=4x1x1", in, CNN_ERROR_SHAPE, "4×1×1");
  cnn_test_refused ("dropout as=a ; maxpool 2 ; max a", in, CNN_ERROR_SHAPE, "“a” is 6×5×3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arith/special", test_special);
  g_test_add_func ("/arith/special-constants", test_special_constants);
  g_test_add_func ("/arith/powers", test_powers);
  g_test_add_func ("/arith/constants", test_constants);
  g_test_add_func ("/arith/layers", test_layers);
  g_test_add_func ("/arith/longer-constants", test_longer_constants);
  g_test_add_func ("/arith/several", test_several);
  g_test_add_func ("/arith/refused", test_refused);
  return g_test_run ();
}
