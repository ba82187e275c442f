/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "onnx-folder.h"
#include "plan.h"

/* One test for every op there is: networks with random parameters, made from
 * the op's own description, run on random pictures, and every cell of the
 * output is held against the op's explanation of it. On small integers the two
 * must be equal where the op says that it is exact. */

#define CASES    60
#define ATTEMPTS 6000

/* --- random values of parameters ------------------------------------------ */

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

/* A network whose last layer is the op; what it reads are copies of the input, also where it
 * does not stand behind them. */
static char *
random_network (GRand *rand, const CnnOp *op, CnnShape in, gboolean whole)
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

/* Small maps mostly, vectors, and some that fill vector registers. */
static CnnShape
random_shape (GRand *rand, CnnReach reach)
{
  /* Where every cell looks at every other, large maps take long. */
  int large = reach == CNN_REACH_WHOLE ? 6 : 40;

  switch (pick (rand, 0, 5))
    {
    case 0:
      return (CnnShape) { 1, 1, pick (rand, 1, 8) };
    case 1:
      return (CnnShape) { pick (rand, 1, large / 2), pick (rand, 1, large), pick (rand, 1, 2) * 16 };
    case 2:
      return (CnnShape) { pick (rand, 1, 3), pick (rand, 1, 3), pick (rand, 1, 40) };
    default:
      return (CnnShape) { pick (rand, 1, 12), pick (rand, 1, 12), pick (rand, 1, 5) };
    }
}

static void
random_values (GRand *rand, gsize n, float *values, gboolean whole)
{
  for (gsize i = 0; i < n; i++)
    values[i] = whole ? (float) pick (rand, -4, 4) : (float) g_rand_double_range (rand, -2.0, 2.0);
}

/* --- one case ------------------------------------------------------------- */

typedef struct
{
  CnnShape     shape;
  const float *values;
} Picture;

static double
read_cell (gpointer data, guint input, int y, int x, int channel)
{
  const Picture *picture = data;
  CnnShape       s = picture->shape;

  /* Every input of the op is a copy of the picture. */
  g_assert_true (y >= 0 && y < s.height && x >= 0 && x < s.width);
  g_assert_true (channel >= 0 && channel < s.channels);
  return picture->values[((gsize) y * s.width + x) * s.channels + channel];
}

static gboolean
weights_are_whole (const CnnPlan *plan, guint node)
{
  guint             n;
  CnnTensor *const *weights = cnn_plan_weights (plan, node, &n);

  for (guint i = 0; i < n; i++)
    for (gsize j = 0; j < cnn_tensor_length (weights[i]); j++)
      if (weights[i]->values[j] != roundf (weights[i]->values[j]))
        return FALSE;
  return TRUE;
}

static void
check_cells (const CnnOp *op, const CnnPlan *plan, guint node, Picture *picture,
             const float *values, gboolean whole, const char *text)
{
  CnnShape     out = cnn_plan_info (plan, node)->shape;
  CnnCells     cells = { read_cell, picture };
  gboolean     exact = whole && op->exact && weights_are_whole (plan, node);

  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      for (int c = 0; c < out.channels; c++)
        {
          g_autoptr (CnnExplanation) explanation = cnn_explanation_new ();
          double                     got = *values++;

          cnn_plan_explain (plan, node, &cells, y, x, c, explanation);
          g_assert_cmpuint (explanation->parts->len, >, 0);
          /* Also infinities, and what is no number. */
          if (got == explanation->value || (isnan (got) && isnan (explanation->value)))
            continue;
          if (exact ? got != explanation->value
                    : !(fabs (got - explanation->value) <= 1e-5 * explanation->magnitude))
            g_error ("%s\non %d×%d×%d: cell (%d, %d, %d) is %.9g, explained as %.9g (terms %.3g)",
                     text, picture->shape.height, picture->shape.width, picture->shape.channels, y,
                     x, c, got, explanation->value, explanation->magnitude);
        }
}

/* Puts the network where other programs run it. */
static void
write_case (const CnnOp *op, CnnNetwork *network, const CnnPlan *plan, const Picture *picture,
            const float *values, int *written)
{
  CnnShape         out = cnn_plan_info (plan, cnn_network_n_nodes (network) - 1)->shape;
  g_autofree char *name = g_strdup_printf ("%s-%d", op->name, *written);

  *written += cnn_test_onnx_save (network, picture->shape, picture->values, out, values, name);
}

/* Whether the op took these parameters and this shape. With @written, the network is written
 * and not explained. */
static gboolean
try_case (GRand *rand, const CnnOp *op, gboolean whole, int *written)
{
  CnnShape              in = random_shape (rand, op->reach);
  g_autofree char      *text = random_network (rand, op, in, whole);
  g_autoptr (GError)    error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autoptr (CnnPlan)   plan = NULL;
  g_autofree float     *values = g_new (float, cnn_shape_cells (in));
  g_autofree float     *out = NULL;
  guint                 last;
  Picture               picture = { in, values };

  if (network == NULL)
    {
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      return FALSE;
    }
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, in, 1, &last, NULL, &error);
  if (plan == NULL)
    {
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
      return FALSE;
    }
  random_values (rand, (gsize) cnn_shape_cells (in), values, whole);
  out = cnn_test_run_plan (plan, in, values, cnn_plan_info (plan, last)->shape);
  if (written)
    write_case (op, network, plan, &picture, out, written);
  else
    check_cells (op, plan, last, &picture, out, whole, text);
  return TRUE;
}

static void
test_op (gconstpointer data)
{
  const CnnOp       *op = data;
  g_autoptr (GRand)  rand = g_rand_new_with_seed (g_str_hash (op->name));

  for (int whole = 0; whole < 2; whole++)
    {
      int done = 0;

      for (int attempt = 0; attempt < ATTEMPTS && done < CASES; attempt++)
        done += try_case (rand, op, whole, NULL);
      g_assert_cmpint (done, ==, CASES);
    }
}

/* The same networks for other programs, see onnx-check.py. */
static void
test_written (gconstpointer data)
{
  const CnnOp       *op = data;
  g_autoptr (GRand)  rand = g_rand_new_with_seed (g_str_hash (op->name));
  int                written = 0;

  for (int attempt = 0; attempt < ATTEMPTS && written < CASES; attempt++)
    try_case (rand, op, attempt % 2, &written);
  g_assert_cmpint (written, ==, CASES);
}

/* --- the descriptions ----------------------------------------------------- */

static void
test_description (gconstpointer data)
{
  const CnnOp       *op = data;
  g_autofree guint8 *params = g_malloc0 (MAX (op->params_size, 1));

  g_assert_nonnull (op->blurb);
  g_assert_true (g_utf8_strlen (op->label, -1) > 0);
  g_assert_true (op == cnn_op_find (op->name));
  g_assert_true (op->reach != CNN_REACH_WINDOW || op->window);
  g_assert_true (!op->weights == !op->init);
  g_assert_nonnull (op->explain);
  for (const CnnParam *param = op->params; param->key; param++)
    {
      g_autofree char *printed = NULL;

      g_assert_true (param == cnn_op_param (op, param->key));
      g_assert_true (param->label && *param->label && param->tooltip && *param->tooltip);
      g_assert_cmpuint (param->offset, <, op->params_size);
      g_assert_true (param->type != CNN_PARAM_CHOICE || param->choices);
      cnn_param_init (param, params);
      g_assert_true (cnn_param_is_initial (param, params));
      printed = cnn_param_print (param, params);
      g_assert_true (cnn_param_parse (param, printed, params, NULL, NULL));
      cnn_param_clear (param, params);
    }
}

int
main (int argc, char **argv)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n && cnn_test_onnx_folder (); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ops/%s/written", ops[i]->name);

      if (ops[i]->write)
        g_test_add_data_func (path, ops[i], test_written);
    }
  for (guint i = 0; i < n && !cnn_test_onnx_folder (); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ops/%s/explained", ops[i]->name);
      g_autofree char *described = g_strdup_printf ("/ops/%s/described", ops[i]->name);

      if (ops[i]->prepare)
        g_test_add_data_func (path, ops[i], test_op);
      g_test_add_data_func (described, ops[i], test_description);
    }
  return g_test_run ();
}
