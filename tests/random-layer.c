/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "random-network.h"

/* Layers with random parameters, made from their op's own description. */

/* A number in the parameter's range, small, and a whole one or a quarter. */
static double
pick_number (GRand *rand, const CnnParam *param, gboolean whole)
{
  double low = MAX (param->min, -3.0), high = MIN (param->max, low + 6.0);
  double number = low + g_rand_double (rand) * (high - low);

  number = whole ? round (number) : round (number * 4.0) / 4.0;
  return CLAMP (number, low, high);
}

static void
append_numbers (GString *text, GRand *rand, const CnnParam *param, int n, gboolean whole)
{
  for (int i = 0; i < n; i++)
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                              g_ascii_formatd (buffer, sizeof buffer, "%g",
                                               pick_number (rand, param, whole)));
    }
}

static void
append_matrix (GString *text, GRand *rand, int rows, int columns)
{
  g_string_append_c (text, '[');
  for (int y = 0; y < rows; y++)
    {
      g_string_append (text, y > 0 ? ",[" : "[");
      for (int x = 0; x < columns; x++)
        g_string_append_printf (text, "%s%d", x > 0 ? "," : "", pick (rand, -3, 3));
      g_string_append_c (text, ']');
    }
  g_string_append_c (text, ']');
}

static void
append_kernels (GString *text, GRand *rand, CnnShape in, gboolean whole)
{
  guint                       n_kinds;
  const CnnKernelKind *const *kinds = cnn_kernel_kinds (&n_kinds);

  for (int i = 0, n = pick (rand, 1, 3); i < n; i++)
    {
      int form = pick (rand, 0, whole ? 2 : 3);

      if (i > 0)
        g_string_append_c (text, ',');
      if (form == 3)
        g_string_append (text, kinds[pick (rand, 0, (int) n_kinds - 1)]->name);
      else if (form == 2)
        {
          int rows = pick (rand, 1, 3), columns = pick (rand, 1, 3);

          g_string_append (text, "\"[");
          for (int c = 0; c < in.channels; c++)
            {
              g_string_append (text, c > 0 ? "," : "");
              append_matrix (text, rand, rows, columns);
            }
          g_string_append (text, "]\"");
        }
      else
        append_matrix (text, rand, pick (rand, 1, 3),
                       pick (rand, 0, 1) ? pick (rand, 1, 3) : in.channels);
    }
}

/* Parts of a map: a divisor of each extent stands for the inner one of two. */
static int
split_map (GRand *rand, CnnShape in, char parts[6][32], int firsts[4])
{
  const int extents[] = { in.height, in.width, in.channels };
  int       n = 0;

  for (int i = 0; i < 3; i++)
    {
      int inner = pick (rand, 1, extents[i]);

      firsts[i] = n;
      if (extents[i] > 1 || pick (rand, 0, 1))
        g_snprintf (parts[n++], sizeof parts[0], "%c", 'a' + i);
      if (extents[i] % inner == 0 && n > firsts[i] && pick (rand, 0, 1))
        g_snprintf (parts[n++], sizeof parts[0], "%c2:%d", 'a' + i, inner);
    }
  firsts[3] = n;
  return n;
}

static void
append_groups (GString *text, char parts[6][32], const int firsts[4])
{
  for (int i = 0; i < 3; i++)
    {
      int n = firsts[i + 1] - firsts[i];

      g_string_append (text, i > 0 ? " " : "");
      g_string_append (text, n == 0 ? "1" : n > 1 ? "( " : "");
      for (int k = firsts[i]; k < firsts[i + 1]; k++)
        g_string_append_printf (text, "%s%s", k > firsts[i] ? " " : "", parts[k]);
      g_string_append (text, n > 1 ? ")" : "");
    }
}

/* The parts in another order, put together in other groups; or only those of the maps. */
static void
append_pattern (GString *text, GRand *rand, CnnShape in)
{
  char parts[6][32], other[32];
  int  firsts[4], n = split_map (rand, in, parts, firsts);
  int  least = pick (rand, 0, 2) ? 0 : firsts[2];

  g_string_append_c (text, '"');
  append_groups (text, parts, firsts);
  g_string_append (text, " -> ");
  for (int i = n - 1; i > least; i--)
    {
      int k = pick (rand, least, i);

      memcpy (other, parts[i], sizeof other);
      memcpy (parts[i], parts[k], sizeof other);
      memcpy (parts[k], other, sizeof other);
    }
  if (least == 0)
    {
      firsts[1] = pick (rand, 0, n);
      firsts[2] = pick (rand, firsts[1], n);
    }
  append_groups (text, parts, firsts);
  g_string_append_c (text, '"');
}

/* A value for the parameter, or nothing where it shall keep its initial one. */
static void
append_value (GString *text, GRand *rand, const CnnParam *param, CnnShape in, CnnShape other,
              gboolean whole)
{
  const CnnChoice *choice = param->choices;
  const int        lengths[] = { 1, in.channels, (int) MIN (cnn_shape_cells (other), 4000) };
  int              n = lengths[pick (rand, 0, 2)];

  switch (param->type)
    {
    case CNN_PARAM_INT:
      if (param->zero && pick (rand, 0, 1))
        g_string_append (text, param->zero);
      else
        g_string_append_printf (text, "%d", pick (rand, (int) param->min,
                                                  (int) MIN (param->max, param->min + 5)));
      break;
    case CNN_PARAM_FLOAT:
      append_numbers (text, rand, param, 1, whole);
      break;
    case CNN_PARAM_NUMBERS:
      append_numbers (text, rand, param, n, whole);
      break;
    case CNN_PARAM_BIAS:
      if (pick (rand, 0, 2))
        append_numbers (text, rand, param, n, whole);
      else
        g_string_append (text, pick (rand, 0, 1) ? "yes" : "no");
      break;
    case CNN_PARAM_BOOL:
      g_string_append (text, pick (rand, 0, 1) ? "yes" : "no");
      break;
    case CNN_PARAM_CHOICE:
      while (choice[1].key && pick (rand, 0, 2))
        choice++;
      g_string_append (text, choice->key);
      break;
    case CNN_PARAM_SIZE:
      g_string_append_printf (text, "%dx%d", pick (rand, 1, 4), pick (rand, 1, 4));
      break;
    case CNN_PARAM_PAD:
      if (pick (rand, 0, 1))
        g_string_append (text, pick_word (rand, (const char *[]) { "same", "same-lower", "valid" },
                                          3));
      else
        for (int i = 0; i < 4; i++)
            g_string_append_printf (text, "%s%d", i > 0 ? "," : "",
                                    pick (rand, (int) MAX (param->min, -2.0), 3));
      break;
    case CNN_PARAM_KERNELS:
      append_kernels (text, rand, in, whole);
      break;
    case CNN_PARAM_RANGE:
      if (pick (rand, 0, 1))
        g_string_append_printf (text, "%d", pick (rand, -6, 6));
      g_string_append_c (text, ':');
      if (pick (rand, 0, 1))
        g_string_append_printf (text, "%d", pick (rand, -6, 6));
      if (pick (rand, 0, 1))
        g_string_append_printf (text, ":%d", pick (rand, 0, 1) ? pick (rand, 1, 4)
                                                              : pick (rand, -4, -1));
      break;
    case CNN_PARAM_NODES:
      g_string_append (text, pick (rand, 0, 1) ? "a" : "a,b");
      break;
    case CNN_PARAM_SHAPE:
      g_string_append_printf (text, "%dx%dx%d", CNN_SHAPE_ARGS (other));
      break;
    case CNN_PARAM_TEXT:
      append_pattern (text, rand, in);
      break;
    }
}

/* A shape that goes with the map's: of as many cells, or alike where neither has one only. */
static CnnShape
other_shape (GRand *rand, CnnShape in)
{
  int extents[] = { in.height, in.width, in.channels };

  if (pick (rand, 0, 3) == 0)
    {
      int first = pick (rand, 0, 2), second = (first + pick (rand, 1, 2)) % 3;

      return (CnnShape) { extents[first], extents[second], extents[3 - first - second] };
    }
  for (int i = 0; i < 3; i++)
    if (pick (rand, 0, 1))
      extents[i] = extents[i] == 1 ? pick (rand, 1, 4) : 1;
  return (CnnShape) { extents[0], extents[1], extents[2] };
}

/**
 * cnn_test_random_layer:
 * @whole: whether all its numbers are small whole ones
 *
 * Returns: (transfer full): a network whose last layer is @op; what it reads are copies of the
 *   input, of shape @in, also where it does not stand behind them. It need not fit
 */
char *
cnn_test_random_layer (GRand *rand, const CnnOp *op, CnnShape in, gboolean whole)
{
  GString *text = g_string_new ("dropout as=a\ndropout as=b\ndropout\n");
  gboolean from = pick (rand, 0, 3) == 0;
  CnnShape other = other_shape (rand, in);

  if (from)
    g_string_append (text, "batchnorm shift=3\n");
  g_string_append (text, op->name);
  for (const CnnParam *param = op->params; param->key; param++)
    {
      gboolean must = (param->type == CNN_PARAM_NODES && !cnn_op_param (op, "values")) ||
                      (whole && param->type == CNN_PARAM_KERNELS);

      if (!must && pick (rand, 0, 2) == 0)
        continue;
      g_string_append_printf (text, " %s=", param->key);
      append_value (text, rand, param, in, other, whole);
    }
  if (from)
    g_string_append (text, " from=b");
  return g_string_free (text, FALSE);
}

/** cnn_test_random_shape: small maps mostly, vectors, and some that fill vector registers. */
CnnShape
cnn_test_random_shape (GRand *rand, CnnReach reach)
{
  /* Where every cell looks at every other, large maps take long. */
  int large = reach == CNN_REACH_WHOLE ? 6 : 40;

  switch (pick (rand, 0, 5))
    {
    case 0:
      return (CnnShape) { 1, 1, pick (rand, 1, 8) };
    case 1:
      return (CnnShape) { pick (rand, 1, large / 2), pick (rand, 1, large),
                          pick (rand, 1, 2) * 16 };
    case 2:
      return (CnnShape) { pick (rand, 1, 3), pick (rand, 1, 3), pick (rand, 1, 40) };
    default:
      return (CnnShape) { pick (rand, 1, 12), pick (rand, 1, 12), pick (rand, 1, 5) };
    }
}

/** cnn_test_random_values: @n numbers from −2 to 2; @whole: whole ones from −4 to 4. */
void
cnn_test_random_values (GRand *rand, gsize n, float *values, gboolean whole)
{
  for (gsize i = 0; i < n; i++)
    values[i] = whole ? (float) pick (rand, -4, 4) : (float) g_rand_double_range (rand, -2.0, 2.0);
}
