/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-text.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "param.h"

/* Matrices as other programs write them. */

static void
check (const char *text, int depth, int height, int width, const double *expected)
{
  g_autoptr (GError) error  = NULL;
  CnnSize            size   = { -1, -1 };
  int                found  = -1;
  g_autofree double *values = cnn_kernel_text_read (text, &found, &size, &error);

  if (error)
    g_test_message ("in “%s”", text);
  g_assert_no_error (error);
  if (found != depth || size.height != height || size.width != width)
    g_error ("“%s”: found %d × %d × %d", text, found, size.height, size.width);
  for (int i = 0; i < MAX (depth, 1) * height * width; i++)
    if (values[i] != expected[i] || (values[i] == 0.0 && signbit (values[i])))
      g_error ("“%s”: number %d is %g, expected %g", text, i, values[i], expected[i]);
}

#define assert_reads(text, depth, height, width, ...) \
  check (text, depth, height, width, (const double[]) { __VA_ARGS__ })

static void
assert_fails (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  CnnSize            size;
  int                depth;
  g_autofree double *values = cnn_kernel_text_read (text, &depth, &size, &error);

  if (values)
    g_error ("“%s” was read", text);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_rows (void)
{
  assert_reads ("1", 0, 1, 1, 1);
  assert_reads ("1\t2\t3\n4\t5\t6\n", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("1\t2\r\n3\t4\r\n", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("1 2 3\n4 5 6", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("  1   2\n\t3  4\n\n", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("1,2,3\n4,5,6", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("1, 2, 3,\n4, 5, 6,\n", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("1,2", 0, 1, 2, 1, 2);
  assert_reads ("0,1,0;1,-4,1;0,1,0", 0, 3, 3, 0, 1, 0, 1, -4, 1, 0, 1, 0);
  assert_reads ("1 2;3 4", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("1 2;\n3 4;\n", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("1;\n2;\n", 0, 2, 1, 1, 2);
  assert_reads ("1,5;\n2,5;\n", 0, 2, 2, 1, 5, 2, 5);
  assert_reads ("1;2;3\n4;5;6", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("0,-1,0 -1,4,-1 0,-1,0", 0, 3, 3, 0, -1, 0, -1, 4, -1, 0, -1, 0);
  assert_reads ("1e-3 +2 .5 -1.", 0, 1, 4, 1e-3, 2, 0.5, -1);
  assert_reads ("1 2\n3 4\n\n5 6\n7 8\n", 2, 2, 2, 1, 2, 3, 4, 5, 6, 7, 8);
  assert_reads ("\n\n1\t2\n\n\n3\t4\n\n5\t6", 3, 1, 2, 1, 2, 3, 4, 5, 6);
}

static void
test_numbers (void)
{
  assert_reads ("1,5;2,5", 0, 1, 2, 1.5, 2.5);
  assert_reads ("1,5;2\n0,25;-4", 0, 2, 2, 1.5, 2, 0.25, -4);
  assert_reads ("1,5\t2,5\n-0,5\t3", 0, 2, 2, 1.5, 2.5, -0.5, 3);
  assert_reads ("1/16 2/16\n-1/4 1", 0, 2, 2, 1 / 16., 2 / 16., -1 / 4., 1);
  assert_reads ("\xE2\x88\x92""1 \xE2\x80\x93""2", 0, 1, 2, -1, -2); /* minus, dash */
  assert_reads ("1\xC2\xA0""2\n3\xE3\x80\x80""4", 0, 2, 2, 1, 2, 3, 4);   /* other spaces */
  assert_reads ("\xEF\xBB\xBF""1 2", 0, 1, 2, 1, 2);                 /* byte order mark */
  assert_reads ("１，２；３，４", 0, 1, 2, 1.2, 3.4);                      /* wide forms */
  assert_reads ("-0 0", 0, 1, 2, 0, 0);
}

static void
test_brackets (void)
{
  assert_reads ("[1 2 3; 4 5 6]", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("k = [1, 2, 3\n 4, 5, 6];", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("[ 1 2 ...\n 3; 4 5 6; ]", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("[7]", 0, 1, 1, 7);
  assert_reads ("1/16 * [1 2 1; 2 4 2; 1 2 1]", 0, 3, 3, 1 / 16., 2 / 16., 1 / 16., 2 / 16.,
                4 / 16., 2 / 16., 1 / 16., 2 / 16., 1 / 16.);
  assert_reads ("[1 2; 3 4] / 4", 0, 2, 2, 0.25, 0.5, 0.75, 1);
  assert_reads ("[[1,2],[3,4]]", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("[[1, 2],\n [3, 4],\n]", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("[[ 1.  2.]\n [ 3. -4.]]", 0, 2, 2, 1, 2, 3, -4); /* as NumPy prints it */
  assert_reads ("array([[1, 2],[3, 4]])", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("np.array([[1, 2],\n          [3, 4]], dtype=np.float32)", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("kernel = np.array([[1, 2], [3, 4]]) / 2", 0, 2, 2, 0.5, 1, 1.5, 2);
  assert_reads ("tensor([[[1., 2.]], [[3., 4.]], [[5., 6.]]])", 3, 1, 2, 1, 2, 3, 4, 5, 6);
  assert_reads ("[[[1,2],[3,4]]]", 1, 2, 2, 1, 2, 3, 4);
  assert_reads ("{{1, 2}, {3, 4}}", 0, 2, 2, 1, 2, 3, 4);
  assert_reads ("((1, 2), (3, 4))", 0, 2, 2, 1, 2, 3, 4);
}

static void
test_magick (void)
{
  assert_reads ("3x3: 0,-1,0 -1,4,-1 0,-1,0", 0, 3, 3, 0, -1, 0, -1, 4, -1, 0, -1, 0);
  assert_reads ("3: 0,-1,0,-1,4,-1,0,-1,0", 0, 3, 3, 0, -1, 0, -1, 4, -1, 0, -1, 0);
  assert_reads ("3x2:1,2,3\n4,5,6;", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("3×1: nan,1,-", 0, 1, 3, 0, 1, 0);
  assert_reads ("3x3+1+1: 1 2 3 4 5 6 7 8 9", 0, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  /* The origin is where the kernel's middle must come to stand. */
  assert_reads ("2x1+1+0: 3,4", 0, 1, 3, 3, 4, 0);
  assert_reads ("3x1+0+0: 1,2,3", 0, 1, 5, 0, 0, 1, 2, 3);
  assert_reads ("1x3+0+2: 1,2,3", 0, 5, 1, 1, 2, 3, 0, 0);
}

static void
test_gmic (void)
{
  assert_reads ("(1,2,3;4,5,6)", 0, 2, 3, 1, 2, 3, 4, 5, 6);
  assert_reads ("(1)", 0, 1, 1, 1);
  assert_reads ("(1,2^3,4^5,6)", 3, 1, 2, 1, 2, 3, 4, 5, 6);
  assert_reads ("(1,2;3,4/5,6;7,8)", 2, 2, 2, 1, 2, 3, 4, 5, 6, 7, 8);
  assert_reads (" ( 0 , 1 ; 1 , -4 ) ", 0, 2, 2, 0, 1, 1, -4);
}

static void
test_wrong (void)
{
  assert_fails ("", "there is no text, expected rows of numbers");
  assert_fails (" \n\t", "there is no text, expected rows of numbers");
  assert_fails ("\xFF", "this is not text");
  assert_fails ("1 2\n3", "line 2, column 2: the row that ends here is 1 long, the first one 2");
  assert_fails ("1 2\n\n1 2\n3 4", "line 4, column 4: the matrix that ends here is 2 high, the "
                                   "first one 1");
  assert_fails ("1 x", "line 1, column 3: found “x”, expected a number");
  assert_fails ("1 2x", "line 1, column 4: found “x”, expected a space, a comma or the end of "
                        "the row");
  assert_fails ("−1 −−2", "line 1, column 4: found “--2”, expected a number");
  assert_fails ("1\t\t2", "line 1, column 3: this cell is empty, expected a number");
  assert_fails ("1\t1,5,5", "line 1, column 3: found “1”, expected a number");
  assert_fails ("1e999", "line 1, column 1: found “1e999”, expected a number");
  assert_fails ("nan", "line 1, column 1: found “nan”, expected a number");
  assert_fails ("1/0", "line 1, column 1: found “1/0”, expected a number");
  assert_fails ("1,5 2,5", "line 1, column 1: a comma could stand in a number or between two here; "
                           "put tabs or semicolons between numbers, or commas everywhere");
  assert_fails ("[1 2", "line 1, column 1: this bracket is not closed");
  assert_fails ("[]", "line 1, column 2: found “]”, expected a number");
  assert_fails ("[[1,2],[3]]", "line 1, column 10: the row that ends here is 1 long, the first "
                               "one 2");
  assert_fails ("[[1,2],[3,a]]", "line 1, column 11: found “a”, expected a number");
  assert_fails ("[[1,2],3]", "line 1, column 8: found “3”, expected an opening bracket");
  assert_fails ("[[1,2)]", "line 1, column 6: found “)”, expected a number, a comma or “]”");
  assert_fails ("[[1,2]] 3", "line 1, column 9: found “3”, expected the end");
  assert_fails ("[[[[1]]]]", "line 1, column 1: found 4 brackets in each other, expected one, two "
                             "or three");
  assert_fails ("array([[1]]", "line 1, column 12: found the end, expected “)”");
  assert_fails ("[1] / 0", "line 1, column 7: found “0”, expected a number");
  assert_fails ("3x3: 1,2", "line 1, column 9: found 2 of the 9 numbers that 3x3 asks for");
  assert_fails ("1x1: 1,2", "line 1, column 8: found more numbers than 1x1 asks for");
  assert_fails ("1x1: 1; 1x1: 2", "line 1, column 8: found several kernels; please paste one at a "
                                  "time");
  assert_fails ("0x3: 1", "line 1, column 1: expected columns and rows such as “3x3:”, each from 1 "
                          "to 4095");
  assert_fails ("3x3@: 1", "line 1, column 4: “@” asks for turned copies, which are not made here; "
                           "turn the kernel with the buttons");
  assert_fails ("(1,2", "line 1, column 5: found the end, expected “,”, “;”, “^”, “/” or “)”");
  assert_fails ("(1,2;3)", "line 1, column 7: the row that ends here is 1 long, the first one 2");
  assert_fails ("Sobel:90", "line 1, column 1: found “Sobel”, expected a number");
}

static char *
many (const char *text, int n)
{
  GString *all = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append (all, text);
  return g_string_free (all, FALSE);
}

static void
test_limits (void)
{
  g_autofree char   *row    = many ("1 ", 4095);
  g_autofree char   *longer = many ("1 ", 4096);
  g_autofree char   *column = many ("1\n", 4095);
  g_autofree char   *higher = many ("1\n", 4096);
  g_autofree char   *deep   = many ("[", 100000);
  g_autoptr (GError) error  = NULL;
  CnnSize            size;
  int                depth;

  g_free (cnn_kernel_text_read (row, &depth, &size, &error));
  g_assert_no_error (error);
  g_assert_cmpint (size.width, ==, 4095);
  g_free (cnn_kernel_text_read (column, &depth, &size, &error));
  g_assert_no_error (error);
  g_assert_cmpint (size.height, ==, 4095);
  assert_fails (longer, "line 1, column 8191: found more than 4095 numbers in a row");
  assert_fails (higher, "line 4096, column 2: found more than 4095 rows");
  assert_fails (deep, "line 1, column 1: found 100000 brackets in each other, expected one, two or "
                      "three");
}

static void
test_number (void)
{
  const struct { const char *text; double value; } right[] = {
    { "1", 1 }, { " -2.5 ", -2.5 }, { "0,25", 0.25 }, { "1/16", 1 / 16. }, { "−3", -3 },
    { "1e3", 1000 },
  };
  const char *wrong[] = { "", " ", "a", "1 2", "1,2,3", "1.000,5", "1/0", "inf", "1e999", "\xFF" };
  double      value;

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_assert_true (cnn_kernel_text_number (right[i].text, &value));
      g_assert_cmpfloat (value, ==, right[i].value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (cnn_kernel_text_number (wrong[i], &value));
}

/* What is written is read back; brackets also by the notation of networks. */
static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int time = 0; time < 60; time++)
    {
      CnnSize            size   = { g_rand_int_range (random, 1, 32),
                                      g_rand_int_range (random, 1, 32) };
      int                depth  = g_rand_int_range (random, 0, 5);
      int                n      = MAX (depth, 1) * size.height * size.width;
      g_autofree double *values = g_new (double, n);
      g_autoptr (GError) error  = NULL;
      g_autofree char   *rows   = NULL;
      g_autofree char   *brackets = NULL;
      CnnKernel         *kernel;
      gsize              offset;

      for (int i = 0; i < n; i++)
        values[i] = time % 2 ? g_rand_int_range (random, -9, 10)
                             : g_rand_double_range (random, -1, 1) * pow (10, i % 20 - 10);
      rows = cnn_kernel_text_write (values, depth, size);
      /* Rows have no way to say that a single matrix is a list of one. */
      check (rows, depth == 1 ? 0 : depth, size.height, size.width, values);
      brackets = cnn_kernel_text_brackets (values, depth, size);
      check (brackets, depth, size.height, size.width, values);
      kernel = cnn_kernel_parse (brackets, &offset, &error);
      g_assert_no_error (error);
      g_assert_cmpint (kernel->depth, ==, depth);
      g_assert_cmpmem (kernel->values, n * sizeof *values, values, n * sizeof *values);
      cnn_kernel_free (kernel);
    }
}

/* Whatever comes, there is a matrix of finite numbers or a sentence. */
static void
test_garbage (void)
{
  const char *const pieces[] = { "1", "-2.5", "1,5", " ", "  ", "\n", "\t", ",", ";", "[", "]", "(",
                                 ")", "{", "}", "3x3:", "2x1+1+0:", ":", "^", "/", "nan", "-",
                                 "...", "array(", "k=", "*", "1/3", "e", "−", "×", "\r",
                                 "“", "x", "@" };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  int               n_right = 0;

  for (int time = 0; time < 60000; time++)
    {
      g_autoptr (GString) text   = g_string_new (NULL);
      g_autoptr (GError)  error  = NULL;
      int                 n      = g_rand_int_range (random, 1, 24);
      int                 depth  = -1;
      CnnSize             size   = { -1, -1 };
      g_autofree double  *values = NULL;

      for (int i = 0; i < n; i++)
        if (time % 8 == 7)
          g_string_append_c (text, g_rand_int_range (random, 1, 256));
        else
          g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      values = cnn_kernel_text_read (text->str, &depth, &size, &error);
      g_assert_true ((values == NULL) == (error != NULL));
      if (values == NULL)
        {
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          continue;
        }
      n_right++;
      g_assert_cmpint (size.height, >, 0);
      g_assert_cmpint (size.width, >, 0);
      for (int i = 0; i < MAX (depth, 1) * size.height * size.width; i++)
        g_assert_true (isfinite (values[i]));
    }
  /* Some of it is right by chance, or this shows nothing. */
  g_assert_cmpint (n_right, >, 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-text/rows", test_rows);
  g_test_add_func ("/kernel-text/numbers", test_numbers);
  g_test_add_func ("/kernel-text/brackets", test_brackets);
  g_test_add_func ("/kernel-text/magick", test_magick);
  g_test_add_func ("/kernel-text/gmic", test_gmic);
  g_test_add_func ("/kernel-text/wrong", test_wrong);
  g_test_add_func ("/kernel-text/limits", test_limits);
  g_test_add_func ("/kernel-text/number", test_number);
  g_test_add_func ("/kernel-text/round-trip", test_round_trip);
  g_test_add_func ("/kernel-text/garbage", test_garbage);
  return g_test_run ();
}
