/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "export.h"
#include "model.h"
#include "onnx/save.h"
#include "random-network.h"

/* Networks with other weights: the same layers, the weights that were given to the bit, and after
 * saving and opening still those. */

#define CASES    12 /* of each layer with weights */
#define NETWORKS 60 /* of several layers */
#define ATTEMPTS 3000
#define CLOSE    1e-5

/* --- weights of a network ------------------------------------------------------------ */

/* The weights of all nodes; each is the plan's, or a copy with other numbers. */
typedef struct
{
  guint        n_nodes;
  guint       *n;    /* [n_nodes] */
  CnnTensor ***list; /* [n_nodes] of [n[i]]; NULL where there are none */
} Weights;

/* Where a number must stay above 0. */
static float
other_number (GRand *rand, float value)
{
  return value * (float) pick (rand, 3, 6) / 4.0f + (value >= 0.0f ? 0.25f : -0.25f);
}

static Weights
weights_of (const CnnPlan *plan, guint n_nodes, GRand *rand)
{
  Weights w = { n_nodes, g_new0 (guint, n_nodes), g_new0 (CnnTensor **, n_nodes) };

  for (guint i = 1; i < n_nodes; i++)
    {
      CnnTensor *const *own = cnn_plan_weights (plan, i, &w.n[i]);

      if (w.n[i] == 0)
        continue;
      w.list[i] = g_new0 (CnnTensor *, w.n[i]);
      for (guint k = 0; k < w.n[i]; k++)
        {
          w.list[i][k] = cnn_tensor_new (own[k]->n_dims, own[k]->dims);
          for (gsize j = 0; j < cnn_tensor_length (own[k]); j++)
            w.list[i][k]->values[j] = rand ? other_number (rand, own[k]->values[j])
                                           : own[k]->values[j];
        }
    }
  return w;
}

static void
weights_clear (Weights *w)
{
  for (guint i = 0; i < w->n_nodes; i++)
    {
      for (guint k = 0; k < w->n[i]; k++)
        cnn_tensor_unref (w->list[i][k]);
      g_free (w->list[i]);
    }
  g_free (w->list);
  g_free (w->n);
}

static CnnNetwork *
with_weights (CnnNetwork *network, const Weights *w)
{
  g_autoptr (GError)  error = NULL;
  CnnNetwork         *made = cnn_network_with_weights (network, (CnnTensor *const *const *) w->list,
                                                       &error);

  if (made == NULL)
    {
      g_autofree char *text = cnn_network_print (network);

      g_error ("%s\ncannot have other weights: %s", text, error->message);
    }
  return made;
}

/* (transfer full) (nullable) */
static CnnPlan *
plan_for (CnnNetwork *network, CnnShape in)
{
  guint last = cnn_network_n_nodes (network) - 1;

  return cnn_plan_new (network, in, 1, &last, NULL, NULL);
}

static void
check_weights (CnnNetwork *made, CnnShape in, const Weights *w)
{
  g_autoptr (CnnPlan) plan = plan_for (made, in);
  g_autofree char    *text = cnn_network_print (made);

  if (plan == NULL)
    g_error ("on %d×%d×%d:\n%s\nis refused", CNN_SHAPE_ARGS (in), text);
  g_assert_cmpuint (cnn_network_n_nodes (made), ==, w->n_nodes);
  for (guint i = 1; i < w->n_nodes; i++)
    {
      guint             n;
      CnnTensor *const *got = cnn_plan_weights (plan, i, &n);

      g_assert_cmpuint (n, ==, w->n[i]);
      for (guint k = 0; k < n; k++)
        {
          gsize length = cnn_tensor_length (got[k]);

          g_assert_cmpuint (length, ==, cnn_tensor_length (w->list[i][k]));
          if (memcmp (got[k]->values, w->list[i][k]->values, length * sizeof (float)) != 0)
            g_error ("%s\nweight %u of layer %u is something else", text, k, i);
        }
    }
}

/* --- what it computes ---------------------------------------------------------------- */

/* (transfer full): what the last layer makes of the values. */
static float *
run (CnnNetwork *network, CnnShape in, const float *values, gsize *n)
{
  g_autoptr (CnnPlan) plan = plan_for (network, in);
  CnnShape            out;

  g_assert_nonnull (plan);
  out = cnn_plan_info (plan, cnn_network_n_nodes (network) - 1)->shape;
  *n = (gsize) cnn_shape_cells (out);
  return cnn_test_run_plan (plan, in, values, out);
}

static void
check_runs (CnnNetwork *network, CnnNetwork *made, CnnShape in, const float *values, double close)
{
  gsize             n, n_made;
  g_autofree float *want = run (network, in, values, &n);
  g_autofree float *got = run (made, in, values, &n_made);
  double            size = 0.0;

  g_assert_cmpuint (n, ==, n_made);
  for (gsize i = 0; i < n; i++)
    if (isfinite (want[i]))
      size = MAX (size, fabs ((double) want[i]));
  for (gsize i = 0; i < n; i++)
    if (want[i] != got[i] && !(isnan (want[i]) && isnan (got[i])) &&
        !(fabs ((double) want[i] - got[i]) <= close * size))
      {
        g_autofree char *text = cnn_network_print (network);
        g_autofree char *text_made = cnn_network_print (made);

        g_error ("%s\nmakes %.9g, and\n%s\nmakes %.9g", text, want[i], text_made, got[i]);
      }
}

/* Whether it can be written. */
static gboolean
check_saved (CnnNetwork *made, CnnShape in, const float *values)
{
  g_autoptr (GError)   error = NULL;
  g_autofree char     *folder = g_dir_make_tmp ("cnn-export-XXXXXX", NULL);
  g_autofree char     *file = g_build_filename (folder, "network.onnx", NULL);
  g_autoptr (CnnModel) model = NULL;
  gboolean             saved = cnn_model_save (made, in, NULL, file, &error);

  if (saved)
    {
      model = cnn_model_open (file, in, &error);
      g_assert_no_error (error);
      check_runs (made, cnn_model_network (model), in, values, CLOSE);
      g_remove (file);
    }
  else
    g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
  g_rmdir (folder);
  return saved;
}

/* Whether there is such a network with weights, and it takes the picture. */
static gboolean
check (GRand *rand, const char *text, CnnShape in, gboolean whole, guint *n_saved)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  g_autoptr (CnnPlan)    plan = network ? plan_for (network, in) : NULL;
  g_autoptr (CnnNetwork) same = NULL, other = NULL, again = NULL;
  g_autofree float      *values = g_new (float, (gsize) cnn_shape_cells (in));
  Weights                own, others;
  guint                  n_weights = 0;

  if (plan == NULL)
    return FALSE;
  own = weights_of (plan, cnn_network_n_nodes (network), NULL);
  others = weights_of (plan, cnn_network_n_nodes (network), rand);
  for (guint i = 0; i < own.n_nodes; i++)
    n_weights += own.n[i];
  cnn_test_random_values (rand, (gsize) cnn_shape_cells (in), values, whole);
  same = with_weights (network, &own);
  check_weights (same, in, &own);
  check_runs (network, same, in, values, 0.0);
  other = with_weights (network, &others);
  check_weights (other, in, &others);
  *n_saved += check_saved (other, in, values);
  /* And from names to others again. */
  again = with_weights (other, &own);
  check_weights (again, in, &own);
  check_runs (network, again, in, values, 0.0);
  weights_clear (&own);
  weights_clear (&others);
  return n_weights > 0;
}

static void
test_layer (gconstpointer data)
{
  const CnnOp      *op = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_str_hash (op->name));
  guint             n_saved = 0;
  int               done = 0;

  for (int attempt = 0; attempt < ATTEMPTS && done < CASES; attempt++)
    {
      CnnShape         in = cnn_test_random_shape (rand, op->reach);
      g_autofree char *text = cnn_test_random_layer (rand, op, in, attempt % 2);

      done += check (rand, text, in, attempt % 2, &n_saved);
    }
  g_assert_cmpint (done, ==, CASES);
  g_assert_cmpuint (n_saved, >, 0);
}

static void
test_networks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint             n_saved = 0;
  int               done = 0;

  for (int attempt = 0; attempt < ATTEMPTS && done < NETWORKS; attempt++)
    {
      CnnShape         in = { pick (rand, 8, 40), pick (rand, 8, 40), pick (rand, 1, 4) };
      g_autofree char *text = cnn_test_random_network (rand, attempt % 2);

      done += check (rand, text, in, attempt % 2, &n_saved);
    }
  g_assert_cmpint (done, ==, NETWORKS);
  g_assert_cmpuint (n_saved, >, NETWORKS / 2);
}

/* --- what it is called ------------------------------------------------------------------ */

/* Each layer that has weights, and texts that say them in other ways. */
static const struct
{
  const char *text, *printed;
} named[] = {
  { "input 8x8x2\nconv 4 3x3 pad=same\nbatchnorm\nprelu slope=0.5,1,2,3\nconv 3 1x1 bias=no as=last\n"
    "mul values=2 as=twice\nflatten\ndense 5 seed=3\ndense 2\n",
    "input 8x8x2\nconv 4 3x3 kernels=@conv1.weight pad=same bias=@conv1.bias\n"
    "batchnorm scale=@batchnorm1.scale shift=@batchnorm1.shift mean=@batchnorm1.mean "
    "variance=@batchnorm1.variance\nprelu slope=@prelu1.slope\n"
    "conv 3 1x1 kernels=@last.weight bias=no as=last\nmul values=@twice.values as=twice\nflatten\n"
    "dense 5 weights=@dense1.weight bias=@dense1.bias seed=3\n"
    "dense 2 weights=@dense2.weight bias=@dense2.bias\n" },
  { "conv 2 1x1 as=conv2\nconv 4 3x3 groups=channels\nconv kernels=sobel-x,sobel-y groups=channels\n"
    "conv-transpose 2 2x2 stride=2 groups=2\n",
    "conv 2 1x1 kernels=@conv2.weight bias=@conv2.bias as=conv2\n"
    "conv 4 3x3 kernels=@conv2.weight.2 groups=channels bias=@conv2.bias.2\n"
    "conv 8 kernels=@conv3.weight groups=channels bias=@conv3.bias\n"
    "conv-transpose 2 2x2 kernels=@conv-transpose1.weight stride=2 groups=2 "
    "bias=@conv-transpose1.bias\n" },
};

static void
test_names (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    {
      CnnShape               in = { 8, 8, 2 };
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (named[i].text, &error);
      g_autoptr (CnnNetwork) made = NULL;
      g_autoptr (CnnPlan)    plan = NULL;
      g_autofree char       *printed = NULL;
      Weights                w;

      g_assert_no_error (error);
      plan = plan_for (network, in);
      w = weights_of (plan, cnn_network_n_nodes (network), rand);
      made = with_weights (network, &w);
      printed = cnn_network_print (made);
      g_assert_cmpstr (printed, ==, named[i].printed);
      weights_clear (&w);
    }
}

/* What the text says already stays, and so do weights of another bank that are not given; labels
 * are the network's. Kernels of a bank have their channels before rows and columns. */
static void
test_kept (void)
{
  CnnShape               in = { 2, 2, 2 };
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnBank)    bank = cnn_bank_new ();
  g_autoptr (CnnTensor)  old = cnn_tensor_new (1, (int[]) { 2 });
  g_autoptr (CnnTensor)  weight = cnn_tensor_new (4, (int[]) { 1, 1, 2, 2 });
  g_autoptr (CnnTensor)  scale = cnn_tensor_new (1, (int[]) { 2 });
  g_autoptr (CnnNetwork) network = NULL, made = NULL;
  g_autofree char       *printed = NULL;
  CnnTensor             *conv[] = { weight, NULL };
  CnnTensor             *norm[] = { scale, NULL, NULL, NULL };
  CnnTensor *const      *weights[] = { NULL, NULL, norm, conv };
  const CnnTensor       *got;
  guint                  n;

  old->values[0] = 5.0f;
  old->values[1] = 7.0f;
  scale->values[0] = scale->values[1] = 3.0f;
  for (int i = 0; i < 4; i++)
    weight->values[i] = (float) i;
  cnn_bank_add (bank, "conv1.weight", old);
  cnn_bank_set_labels (bank, g_strsplit ("cat,dog", ",", -1));
  network = cnn_network_parse_with ("mul values=@conv1.weight\nbatchnorm scale=3 "
                                    "shift=@conv1.weight[1]\nconv 1 1x2 bias=4\n", bank, &error);
  g_assert_no_error (error);
  made = cnn_network_with_weights (network, weights, &error);
  g_assert_no_error (error);
  printed = cnn_network_print (made);
  g_assert_cmpstr (printed, ==, "mul values=@conv1.weight\nbatchnorm scale=3 "
                   "shift=@conv1.weight[1]\nconv 1 1x2 kernels=@conv1.weight.2 bias=4\n");
  got = cnn_bank_find (cnn_network_bank (made), "conv1.weight");
  g_assert_cmpfloat (got->values[1], ==, 7.0f);
  got = cnn_bank_find (cnn_network_bank (made), "conv1.weight.2");
  g_assert_cmpint (got->n_dims, ==, 4);
  g_assert_cmpint (got->dims[1], ==, 2);
  g_assert_cmpint (got->dims[2], ==, 1);
  g_assert_cmpint (got->dims[3], ==, 2);
  g_assert_cmpfloat (got->values[0], ==, 0.0f);
  g_assert_cmpfloat (got->values[1], ==, 2.0f);
  g_assert_cmpfloat (got->values[2], ==, 1.0f);
  g_assert_cmpfloat (got->values[3], ==, 3.0f);
  /* The copies are the bank's own. */
  weight->values[0] = 9.0f;
  g_assert_cmpfloat (got->values[0], ==, 0.0f);
  g_assert_cmpstr (cnn_bank_labels (cnn_network_bank (made), &n)[1], ==, "dog");
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (cnn_network_input (made, in).channels, ==, 2);
}

/* Numbers that a text cannot say. */
static void
test_refused (void)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse ("prelu\n", &error);
  g_autoptr (CnnTensor)  slope = cnn_tensor_new (1, (int[]) { 1 });
  CnnTensor             *prelu[] = { slope };
  CnnTensor *const      *weights[] = { NULL, prelu };

  g_assert_no_error (error);
  slope->values[0] = NAN;
  g_assert_null (cnn_network_with_weights (network, weights, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
}

int
main (int argc, char **argv)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/export/layer/%s", ops[i]->name);

      if (ops[i]->weights)
        g_test_add_data_func (path, ops[i], test_layer);
    }
  g_test_add_func ("/export/networks", test_networks);
  g_test_add_func ("/export/names", test_names);
  g_test_add_func ("/export/kept", test_kept);
  g_test_add_func ("/export/refused", test_refused);
  return g_test_run ();
}
