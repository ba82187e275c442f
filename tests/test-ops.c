/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "onnx-folder.h"
#include "plan.h"
#include "random-network.h"

/* One test for every op there is: networks with random parameters, made from
 * the op's own description, run on random pictures, and every cell of the
 * output is held against the op's explanation of it. On small integers the two
 * must be equal where the op says that it is exact. */

#define CASES    60
#define ATTEMPTS 6000

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
  CnnShape              in = cnn_test_random_shape (rand, op->reach);
  g_autofree char      *text = cnn_test_random_layer (rand, op, in, whole);
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
  cnn_test_random_values (rand, (gsize) cnn_shape_cells (in), values, whole);
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
