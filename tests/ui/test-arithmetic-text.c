/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "arithmetic-test.h"
#include "arithmetic-text.h"
#include "ui-test.h"

/* The arithmetic that is copied as text adds up. */

static double
sum_of (const GArray *numbers)
{
  double sum = 0.0;

  for (guint i = 0; i < numbers->len; i++)
    sum += g_array_index (numbers, double, i);
  return sum;
}

/* The last number of a line. */
static double
last_number (const char *line)
{
  const char *start = line + strlen (line);

  while (start > line && start[-1] != ' ' && start[-1] != '\t' && start[-1] != '=')
    start--;
  return g_ascii_strtod (start, NULL);
}

/* "a + b + bias c = d": whether it is so. */
static gboolean
check_addition (const char *line, double most)
{
  g_auto (GStrv) sides = g_strsplit (line, " = ", 2);
  g_auto (GStrv) terms = g_strsplit (sides[0], " + ", -1);
  double         sum   = 0.0;

  for (guint i = 0; terms[i] != NULL; i++)
    sum += last_number (terms[i]);
  g_assert_cmpfloat_with_epsilon (sum, last_number (sides[1]), most);
  return TRUE;
}

/* Goes through the text with a pencil. Values are written with as many digits as tell
 * one float from the next. Returns how many sums it has checked. */
static int
check_text (const CnnExplained *e, const char *text)
{
  g_auto (GStrv)     lines  = g_strsplit (text, "\n", -1);
  g_autoptr (GArray) windows  = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) kernels  = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) products = g_array_new (FALSE, FALSE, sizeof (double));
  GArray            *grids[3] = { windows, kernels, products };
  g_autoptr (GArray) terms  = g_array_new (FALSE, FALSE, sizeof (double));
  double             most   = 0.0;
  int                grid   = -1, checked = 0;

  for (guint i = 0; i < e->steps->len; i++)
    most = MAX (most, 2e-7 * cnn_explained_step (e, i)->explanation->magnitude + 1e-12);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = lines[i];

      if (g_str_equal (line, "window") || g_str_equal (line, "kernel") ||
          g_str_equal (line, "weights") || g_str_equal (line, "products"))
        {
          grid = g_str_equal (line, "window") ? 0 : g_str_equal (line, "products") ? 2 : 1;
          if (grid == 0)
            for (int k = 0; k < 3; k++)
              g_array_set_size (grids[k], 0);
        }
      else if (grid >= 0 && read_row (line, grids[grid]))
        continue;
      else if (g_str_has_prefix (line, "sum = "))
        {
          g_assert_cmpfloat_with_epsilon (sum_of (grid == 2 ? grids[2] : terms),
                                          last_number (line), most);
          for (guint k = 0; grid == 2 && k < grids[2]->len; k++)
            g_assert_cmpfloat_with_epsilon (g_array_index (grids[0], double, k) *
                                              g_array_index (grids[1], double, k),
                                            g_array_index (grids[2], double, k), most);
          g_array_set_size (terms, 0);
          grid = -1;
          checked++;
        }
      else if (g_str_has_prefix (line, "winner = "))
        {
          gboolean there = FALSE;

          for (guint k = 0; k < grids[0]->len; k++)
            there = there || g_array_index (grids[0], double, k) == last_number (line);
          g_assert_true (there);
          grid = -1;
          checked++;
        }
      else if (strstr (line, " + ") != NULL)
        checked += check_addition (line, most);
      else if (strchr (line, '\t') != NULL)
        {
          double value = last_number (line);

          g_array_append_val (terms, value);
        }
    }
  return checked;
}

static void
assert_adds_up (CnnExplained *owned, int sums)
{
  g_autoptr (CnnExplained) e    = owned;
  g_autofree char         *text = cnn_explained_to_text (e);
  g_auto (GStrv)           lines = g_strsplit (g_strchomp (text), "\n", -1);

  g_assert_cmpint (check_text (e, text), ==, sums);
  /* And the last number is the value. */
  g_assert_cmpfloat_with_epsilon (last_number (lines[g_strv_length (lines) - 1]),
                                  e->explanation->value, 1e-7 * fabs (e->explanation->value));
}

static void
test_text (void)
{
  assert_adds_up (explain ("conv kernels=sobel-x pad=same bias=0.1", 1, 0, 0, 60), 4);
  assert_adds_up (explain ("conv 5 5x5\nbatchnorm scale=2\nsigmoid", 3, 4, 50, 60), 4);
  assert_adds_up (explain ("conv 20 5x5\nconv 2 31x31 border=wrap pad=15", 2, 1, 0, 0), 21);
  assert_adds_up (explain ("maxpool 3 pad=1", 1, 0, 0, 0), 1);
  assert_adds_up (explain ("avgpool 3 pad=1", 1, 2, 39, 0), 1);
  assert_adds_up (explain ("conv 4 3x3 pad=same as=a\nconv 4 3x3 pad=same\nadd a,a", 3, 2, 7, 8),
                  1);
  assert_adds_up (explain ("input 28x28x1\nconv 8 3x3\nmaxpool 2\nflatten\ndense 10", 4, 3, 0, 0),
                  2);
  /* More terms than are listed. */
  assert_adds_up (explain ("flatten\ndense 2", 2, 1, 0, 0), 2);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/arithmetic-text/adds-up", test_text);
  return g_test_run ();
}
