/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "cnn-test.h"
#include "onnx-folder.h"
#include "onnx/graph.h"
#include "onnx/save.h"

/* Writing ONNX: whole networks, in which layers meet in all forms that values have there;
 * what is said in the file; what is refused. With a folder to put them, the networks go
 * there for onnx-check.py; test-ops.c does so with random ones of every layer. */

typedef struct
{
  const char *name;
  const char *text;
  CnnShape    in;
} Case;

/* Vectors in our order and in ONNX's, read by what takes either or only one of them. */
static const Case cases[] = {
  { "digits",
    "input 12x10x1; conv 4 3x3 pad=same; relu; maxpool 2; conv 6 3x3 bias=yes; flatten; dense 8; "
    "relu; dense 5; softmax",
    { 12, 10, 1 } },
  { "flatten-relu-dense",
    "input 5x4x3; conv 4 3x3; flatten; gelu; dropout 0.3; tanh; dense 6",
    { 5, 4, 3 } },
  { "flatten-two-dense",
    "input 5x4x3; flatten as=f; dense 6 as=a; dense 6 from=f; add a",
    { 5, 4, 3 } },
  { "flatten-dense-and-other",
    "input 5x4x3; flatten as=f; dense 60 as=a; prelu slope=0.5 from=f; add a",
    { 5, 4, 3 } },
  { "flatten-last", "input 5x4x3; flatten", { 5, 4, 3 } },
  { "flatten-softmax", "input 5x4x3; flatten; softmax; dense 3", { 5, 4, 3 } },
  { "flatten-flatten", "input 5x4x3; flatten; flatten; dense 3; flatten", { 5, 4, 3 } },
  { "flatten-batchnorm", "input 2x2x3; flatten; batchnorm shift=2; dense 3", { 2, 2, 3 } },
  { "flatten-one-place", "input 6x6x3; global-avgpool; flatten; dense 4; relu", { 6, 6, 3 } },
  { "vector-as-map",
    "input 4x4x2; flatten; dense 6; conv 3 1x1; relu; conv 2 3x3 pad=same; softmax axis=map",
    { 4, 4, 2 } },
  { "vector-concat",
    "input 4x4x2; relu as=p; flatten; dense 6 as=a; global-maxpool from=p; concat a; dense 3",
    { 4, 4, 2 } },
  { "vector-prelu", "input 4x4x2; flatten; dense 3; prelu slope=0.1,0.2,0.3", { 4, 4, 2 } },
  { "vector-pool", "input 4x4x2; flatten; dense 3; maxpool 1; minpool 1; spp levels=1",
    { 4, 4, 2 } },
  { "pyramid",
    "input 9x7x3; conv 5 3x3 pad=same; relu; spp levels=1,2,3; dense 4; log-softmax",
    { 9, 7, 3 } },
  { "pyramids",
    "input 9x7x3; relu as=p; spp levels=1,2 as=a; spp levels=1,2 from=p type=average; concat a",
    { 9, 7, 3 } },
  { "two-functions",
    "input ?x?x2; minpool 3 stride=2 pad=1; stochastic-pool 2; minpool 2; stochastic-pool 2x3 "
    "stride=1 pad=same",
    { 23, 29, 2 } },
  { "residual",
    "input ?x?x3; conv 8 3x3 pad=same; relu as=a; conv 8 3x3 pad=same; relu; conv 8 3x3 pad=same; "
    "add a; relu; global-avgpool; dense 3; softmax",
    { 14, 11, 3 } },
  { "fire",
    "input ?x?x3; conv 4 1x1 as=s; relu as=r; conv 8 1x1 as=a; conv 8 3x3 pad=same from=r; "
    "concat a; relu",
    { 14, 11, 3 } },
  { "borders",
    "input ?x?x3; conv 4 5x5 pad=same border=wrap; conv 4 3x3 pad=same border=reflect; conv 2 "
    "5x3 pad=1,2,3,0 border=replicate",
    { 14, 11, 3 } },
  { "same-names", "input 6x6x2; conv 3 3x3 as=output; relu as=input; conv 2 3x3 as=conv_4; relu; "
    "conv 2 1x1",
    { 6, 6, 2 } },
  { "unused", "input 6x6x2; conv 3 3x3 as=a; stochastic-pool 2 sample=yes; neg from=a",
    { 6, 6, 2 } },
};

static void
test_case (gconstpointer data)
{
  const Case            *c = data;
  g_autoptr (GError)     error = NULL;
  g_autofree char       *text = NULL;
  g_autoptr (CnnNetwork) network = NULL;
  g_autoptr (CnnPlan)    plan = NULL;
  g_autoptr (GRand)      rand = g_rand_new_with_seed (5);
  gsize                  n = (gsize) cnn_shape_cells (c->in);
  g_autofree float      *values = g_new (float, n), *out = NULL;
  guint                  last;

  network = cnn_network_parse (c->text, &error);
  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, c->in, 1, &last, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -2.0, 2.0);
  out = cnn_test_run_plan (plan, c->in, values, cnn_plan_info (plan, last)->shape);
  g_assert_true (cnn_test_onnx_save (network, c->in, values, cnn_plan_info (plan, last)->shape,
                                     out, c->name));
}

/* --- what is in the file --------------------------------------------------------------- */

static CnnOnnxGraph *
saved (const char *text, CnnShape in, GHashTable *metadata)
{
  g_autofree char       *file = g_strdup_printf ("%s/saved.onnx", g_getenv ("CNN_TEST_FOLDER"));
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnOnnxGraph          *graph;

  g_assert_no_error (error);
  g_assert_true (cnn_model_save (network, in, metadata, file, &error));
  g_assert_no_error (error);
  graph = cnn_onnx_graph_read (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (file), ==, 0);
  return graph;
}

static void
check_dims (const CnnOnnxValue *value, int n, const gint64 *dims)
{
  g_assert_cmpint (value->n_dims, ==, n);
  for (int i = 0; i < n; i++)
    g_assert_cmpint (value->dims[i], ==, dims[i]);
}

/* Extents stay open where the text leaves them open and nothing depends on them. */
static void
check_extents (const char *text, gboolean open_in, gboolean open_out, int n_out)
{
  g_autoptr (CnnOnnxGraph) graph = saved (text, (CnnShape) { 12, 16, 3 }, NULL);
  const CnnOnnxValue      *in = cnn_onnx_graph_value (graph, graph->inputs[0]);
  const CnnOnnxValue      *out = cnn_onnx_graph_value (graph, graph->outputs[0]);

  check_dims (in, 4, (gint64[]) { 1, 3, open_in ? -1 : 12, open_in ? -1 : 16 });
  g_assert_cmpint (out->n_dims, ==, n_out);
  g_assert_cmpint (out->dims[0], ==, 1);
  if (n_out == 4)
    g_assert_true ((out->dims[2] == -1) == open_out && (out->dims[3] == -1) == open_out);
}

static void
test_extents (void)
{
  check_extents ("input 12x16x3; conv 2 3x3; relu", FALSE, FALSE, 4);
  check_extents ("input ?x?x3; conv 2 3x3 pad=same; relu", TRUE, TRUE, 4);
  check_extents ("conv 2 3x3 stride=2; maxpool 2; minpool 2 stride=1 pad=same", TRUE, TRUE, 4);
  check_extents ("input ?x?x3; conv 2 3x3 pad=same stride=2", FALSE, FALSE, 4);
  check_extents ("input ?x?x3; global-avgpool; flatten; dense 5", TRUE, FALSE, 2);
  check_extents ("input ?x?x3; global-avgpool", TRUE, FALSE, 4);
  check_extents ("input ?x?x3; flatten; dense 5", FALSE, FALSE, 2);
  check_extents ("input ?x?x3; spp", FALSE, FALSE, 2);
}

static void
test_metadata (void)
{
  g_autoptr (GHashTable)   metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (CnnOnnxGraph) graph = NULL;

  g_hash_table_insert (metadata, (char *) "convolens.training", (char *) "two\nlines");
  g_hash_table_insert (metadata, (char *) "convolens.text", (char *) "not this");
  g_hash_table_insert (metadata, (char *) "author", (char *) "Σ");
  graph = saved ("input 4x4x1; conv 2 3x3", (CnnShape) { 4, 4, 1 }, metadata);
  g_assert_cmpuint (g_hash_table_size (graph->metadata), ==, 3);
  g_assert_cmpstr (g_hash_table_lookup (graph->metadata, "convolens.training"), ==, "two\nlines");
  g_assert_cmpstr (g_hash_table_lookup (graph->metadata, "author"), ==, "Σ");
  g_assert_cmpstr (g_hash_table_lookup (graph->metadata, "convolens.text"), ==,
                   "input 4x4x1\nconv 2 3x3\n");
  g_assert_cmpstr (graph->producer, ==, "convolens");
}

/* A convolution is one node with weights named after the layer, in ONNX's order. */
static void
test_weights (void)
{
  g_autoptr (CnnOnnxGraph) graph =
    saved ("input 2x2x2; conv kernels=\"[[[1,2]],[[3,4]]]\" bias=5 as=edge",
           (CnnShape) { 2, 2, 2 }, NULL);
  const CnnOnnxNode   *node = cnn_onnx_graph_node (graph, 0);
  const CnnOnnxValue  *weight = cnn_onnx_graph_value (graph, node->in[1]);

  g_assert_cmpuint (graph->nodes->len, ==, 1);
  g_assert_cmpstr (node->name, ==, "edge");
  g_assert_cmpstr (weight->name, ==, "edge.weight");
  g_assert_cmpint (weight->constant->n_dims, ==, 4);
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpint (weight->constant->dims[i], ==, ((int[]) { 1, 2, 1, 2 })[i]);
      g_assert_cmpfloat (weight->constant->floats[i], ==, i + 1);
    }
}

/* ONNX's momentum is the share that stays, and 0.9 where nothing is said. */
static void
check_momentum (const char *text, double expected)
{
  g_autoptr (CnnOnnxGraph) graph = saved (text, (CnnShape) { 2, 2, 2 }, NULL);
  const CnnOnnxNode       *node = cnn_onnx_graph_node (graph, 0);

  g_assert_cmpstr (node->op, ==, "BatchNormalization");
  g_assert_cmpfloat (cnn_onnx_attribute_float (node, "momentum", 0.9), ==, expected);
}

static void
test_momentum (void)
{
  check_momentum ("batchnorm", 0.9);
  check_momentum ("batchnorm momentum=0.25", 0.75);
  check_momentum ("batchnorm momentum=0", 1.0);
  check_momentum ("batchnorm momentum=1", 0.0);
}

/* The input alone, as a network's head may be. */
static void
test_input_alone (void)
{
  g_autofree char         *file = g_strdup_printf ("%s/saved.onnx", g_getenv ("CNN_TEST_FOLDER"));
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnNetwork)   network = cnn_network_parse ("relu", &error);
  g_autoptr (CnnNetwork)   head = cnn_network_head (network, 1);
  g_autoptr (CnnOnnxGraph) graph = NULL;

  g_assert_true (cnn_model_save (head, (CnnShape) { 3, 4, 2 }, NULL, file, &error));
  graph = cnn_onnx_graph_read (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (graph->nodes->len, ==, 1);
  g_assert_cmpstr (cnn_onnx_graph_node (graph, 0)->op, ==, "Identity");
  g_assert_cmpint (g_unlink (file), ==, 0);
}

/* --- what is refused ------------------------------------------------------------------- */

static void
check_refused (const char *text, const char *file, CnnError code, const char *words)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);

  g_assert_no_error (error);
  g_assert_false (cnn_model_save (network, (CnnShape) { 12, 12, 3 }, NULL, file, &error));
  g_assert_error (error, CNN_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
}

/* A file that is there stays as it is when there is no new one. */
static void
test_refused (void)
{
  const char         *folder = g_getenv ("CNN_TEST_FOLDER");
  g_autofree char    *file = g_strdup_printf ("%s/kept.onnx", folder);
  g_autofree char    *nowhere = g_strdup_printf ("%s/no/such.onnx", folder);
  g_autofree char    *kept = NULL;
  g_autoptr (GDir)    dir = NULL;
  g_autoptr (GError)  error = NULL;

  g_assert_true (g_file_set_contents (file, "kept", 4, NULL));
  check_refused ("conv 3 3x3\nstochastic-pool 2 sample=yes", file, CNN_ERROR_UNSUPPORTED,
                 "line 2, column 1: stochastic-pool: ");
  check_refused ("flatten; dense 1300000", file, CNN_ERROR_LIMIT, "2 GiB");
  check_refused ("conv 3 20x20", file, CNN_ERROR_SHAPE, "20×20");
  check_refused ("relu", nowhere, CNN_ERROR_IO, "such.onnx");
  check_refused ("relu", folder, CNN_ERROR_IO, "cannot be written");
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "kept");
  g_assert_cmpint (g_unlink (file), ==, 0);
  dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  g_assert_null (g_dir_read_name (dir));
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  int              result;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("CNN_TEST_FOLDER", folder, TRUE);
  if (cnn_test_onnx_folder ())
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *path = g_strdup_printf ("/onnx-write/%s", cases[i].name);

        g_test_add_data_func (path, &cases[i], test_case);
      }
  g_test_add_func ("/onnx-write/extents", test_extents);
  g_test_add_func ("/onnx-write/metadata", test_metadata);
  g_test_add_func ("/onnx-write/weights", test_weights);
  g_test_add_func ("/onnx-write/momentum", test_momentum);
  g_test_add_func ("/onnx-write/input-alone", test_input_alone);
  g_test_add_func ("/onnx-write/refused", test_refused);
  result = g_test_run ();
  g_rmdir (folder);
  return result;
}
