/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "onnx/import.h"

/* Nodes whose inputs are all known: ONNX's conformance cases, and hostile numbers. */

#define DATA  "/usr/share/libonnx-testdata/data/node"
#define LIMIT ((gsize) 16 << 20)

/* ONNX's numbers of types. */
#define UINT16   4
#define BFLOAT16 16

/* --- ONNX's own cases ----------------------------------------------------------------------- */

/* Every case of these must come out right. */
static const char *const known[] = {
  "Abs", "Add", "And", "Cast", "CastLike", "Ceil", "Concat", "Constant", "ConstantOfShape", "Div",
  "Dropout", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather", "Greater",
  "GreaterOrEqual", "Identity", "Less", "LessOrEqual", "Log", "Max", "Mean", "Min", "Mod", "Mul",
  "Neg", "NonZero", "Not", "Or", "Pad", "Pow", "Range", "Reciprocal", "ReduceL1", "ReduceL2",
  "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
  "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Round", "Shape", "Sigmoid", "Sign", "Size",
  "Slice", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Tile", "Transpose", "Unsqueeze",
  "Where", "Xor", NULL
};

/* Not known numbers, or not of types that we have: text, lists of tensors, 8-bit floats,
 * 4-bit whole numbers; dropout that draws; padding other than with a constant. Refused, then. */
static const char *const refused[] = {
  "test_cast_FLOAT_to_STRING", "test_cast_STRING_to_FLOAT", "test_castlike_FLOAT_to_STRING",
  "test_castlike_FLOAT_to_STRING_expanded", "test_castlike_STRING_to_FLOAT",
  "test_castlike_STRING_to_FLOAT_expanded", "test_edge_pad", "test_equal_string",
  "test_equal_string_broadcast", "test_identity_opt", "test_identity_sequence",
  "test_reflect_pad", "test_training_dropout", "test_training_dropout_default",
  "test_training_dropout_default_mask", "test_training_dropout_mask", "test_wrap_pad", NULL
};

typedef struct
{
  guint passed, refused, failed;
} Count;

static gboolean
is_close (double ours,
          double theirs)
{
  if (isnan (ours) || isnan (theirs))
    return isnan (ours) && isnan (theirs);
  return ours == theirs || fabs (ours - theirs) <= 1e-5 + 1e-3 * fabs (theirs);
}

/* What differs, or NULL. */
static char *
compare (const CnnOnnxTensor *ours,
         const CnnOnnxTensor *theirs)
{
  if (!ours->floats != !theirs->floats || ours->type != theirs->type)
    return g_strdup_printf ("type %d, expected %d", ours->type, theirs->type);
  if (ours->n_dims != theirs->n_dims || ours->n != theirs->n
      || memcmp (ours->dims, theirs->dims, (gsize) ours->n_dims * sizeof *ours->dims) != 0)
    return g_strdup ("another shape");
  for (gsize i = 0; i < ours->n; i++)
    if (ours->floats ? !is_close (ours->floats[i], theirs->floats[i])
                     : ours->ints[i] != theirs->ints[i])
      return g_strdup_printf ("number %zu: %.9g, expected %.9g", i,
                              cnn_onnx_tensor_value (ours, i), cnn_onnx_tensor_value (theirs, i));
  return NULL;
}

static CnnOnnxTensor *
read_tensor (const char *folder,
             const char *kind,
             guint       i,
             GError    **error)
{
  g_autofree char *file = g_strdup_printf ("%s/test_data_set_0/%s_%u.pb", folder, kind, i);
  CnnOnnxTensor   *tensor = cnn_onnx_tensor_read (file, error);
  CnnOnnxTensor   *floats;

  if (!tensor || tensor->type != UINT16 || !strstr (folder, "BFLOAT16"))
    return tensor;
  /* These files hold the upper halves of floats as whole numbers. */
  floats = cnn_onnx_tensor_floats (tensor->n_dims, tensor->dims);
  floats->type = BFLOAT16;
  for (gsize k = 0; k < floats->n; k++)
    {
      guint32 bits = (guint32) tensor->ints[k] << 16;

      memcpy (&floats->floats[k], &bits, sizeof bits);
    }
  cnn_onnx_tensor_unref (tensor);
  return floats;
}

/* Evaluates the one node of a graph; what is wrong, or NULL. @refusal is set if it is refused. */
static char *
run_node (const CnnOnnxGraph *graph,
          const char         *folder,
          GError            **refusal)
{
  const CnnOnnxNode         *node = cnn_onnx_graph_node (graph, 0);
  g_autofree CnnOnnxTensor **values = g_new0 (CnnOnnxTensor *, graph->values->len + 1);
  g_autofree CnnOnnxTensor **in = g_new0 (CnnOnnxTensor *, node->n_in + 1);
  g_autofree CnnOnnxTensor **out = g_new0 (CnnOnnxTensor *, node->n_out + 1);
  gboolean                   ready = TRUE;
  char                      *wrong = NULL;

  for (guint i = 0; ready && i < graph->n_inputs; i++)
    {
      values[graph->inputs[i]] = read_tensor (folder, "input", i, refusal);
      ready = values[graph->inputs[i]] != NULL;
    }
  for (guint i = 0; i < node->n_in; i++)
    if (node->in[i] >= 0)
      in[i] = values[node->in[i]] ? values[node->in[i]]
                                  : cnn_onnx_graph_value (graph, node->in[i])->constant;
  if (ready && cnn_fold (node, in, out, LIMIT, refusal))
    for (guint i = 0; i < graph->n_outputs && !wrong; i++)
      for (guint k = 0; k < node->n_out; k++)
        if (node->out[k] == graph->outputs[i])
          {
            g_autoptr (CnnOnnxTensor) theirs = read_tensor (folder, "output", i, refusal);

            wrong = theirs ? compare (out[k], theirs) : NULL;
          }
  for (guint i = 0; i < graph->values->len; i++)
    cnn_onnx_tensor_unref (values[i]);
  for (guint i = 0; i < node->n_out; i++)
    cnn_onnx_tensor_unref (out[i]);
  return wrong;
}

static void
run_case (const char *name,
          GHashTable *counts)
{
  g_autofree char         *folder = g_build_filename (DATA, name, NULL);
  g_autofree char         *file = g_build_filename (folder, "model.onnx", NULL);
  g_autoptr (GError)       refusal = NULL;
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_read (file, NULL, &refusal);
  g_autofree char         *wrong = NULL;
  const CnnOnnxNode       *node;
  Count                   *count;

  if (!graph || graph->nodes->len != 1)
    return;
  node = cnn_onnx_graph_node (graph, 0);
  if (*node->domain || !g_strv_contains (known, node->op))
    return;
  count = g_hash_table_lookup (counts, node->op);
  if (!count)
    g_hash_table_insert (counts, g_strdup (node->op), count = g_new0 (Count, 1));
  wrong = run_node (graph, folder, &refusal);
  if (wrong)
    {
      g_test_message ("%s: %s", name, wrong);
      count->failed++;
    }
  else if (refusal && !g_strv_contains (refused, name) && !strstr (name, "FLOAT8")
           && !strstr (name, "INT4"))
    {
      g_test_message ("%s: refused: %s", name, refusal->message);
      count->failed++;
    }
  else if (refusal)
    count->refused++;
  else
    count->passed++;
}

static void
test_cases (void)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GDir)       dir = g_dir_open (DATA, 0, NULL);
  Count                  all = { 0 };
  const char            *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    run_case (name, counts);
  for (guint i = 0; known[i]; i++)
    {
      const Count *count = g_hash_table_lookup (counts, known[i]);

      if (!count)
        continue;
      g_test_message ("%-16s %3u passed %3u refused %3u failed", known[i], count->passed,
                      count->refused, count->failed);
      all.passed += count->passed;
      all.refused += count->refused;
      all.failed += count->failed;
    }
  g_test_message ("%-16s %3u passed %3u refused %3u failed", "all", all.passed, all.refused,
                  all.failed);
  g_assert_cmpuint (all.failed, ==, 0);
  g_assert_cmpuint (all.passed, >=, 300);
}

/* --- by hand --------------------------------------------------------------------------------- */

/* Evaluates an operator without attributes; %NULL if it is refused. */
static CnnOnnxTensor *
fold (const char           *op,
      guint                 n_in,
      CnnOnnxTensor *const *in,
      GError              **error)
{
  int            numbers[8] = { 0 }, made = 0;
  CnnOnnxTensor *out = NULL;
  CnnOnnxNode    node = {
       .name = (char *) "node",
       .op = (char *) op,
       .domain = (char *) "",
       .version = 17,
       .n_in = n_in,
       .in = numbers,
       .n_out = 1,
       .out = &made,
  };

  return cnn_fold (&node, in, &out, LIMIT, error) ? out : NULL;
}

static CnnOnnxTensor *
ints (gint64        n,
      const gint64 *values)
{
  CnnOnnxTensor *tensor = cnn_onnx_tensor_ints (1, &n);

  if (values)
    memcpy (tensor->ints, values, (gsize) n * sizeof *values);
  return tensor;
}

#define INTS(...)                                                                       \
  ints ((gint64) (sizeof ((gint64[]) { __VA_ARGS__ }) / sizeof (gint64)),               \
        (gint64[]) { __VA_ARGS__ })

/* Up to five lists of whole numbers go in; @wanted comes out, or an error of that code. */
static void
check (const char    *op,
       CnnOnnxTensor *a,
       CnnOnnxTensor *b,
       CnnOnnxTensor *c,
       CnnOnnxTensor *d,
       CnnOnnxTensor *e,
       CnnOnnxTensor *wanted,
       CnnError       code)
{
  CnnOnnxTensor            *in[5] = { a, b, c, d, e };
  g_autoptr (GError)        error = NULL;
  g_autoptr (CnnOnnxTensor) out = fold (op, 5, in, &error);

  if (wanted)
    {
      g_assert_no_error (error);
      g_assert_cmpmem (out->ints, out->n * sizeof (gint64), wanted->ints,
                       wanted->n * sizeof (gint64));
    }
  else
    g_assert_error (error, CNN_ERROR, (int) code);
  for (guint i = 0; i < 5; i++)
    cnn_onnx_tensor_unref (in[i]);
  cnn_onnx_tensor_unref (wanted);
}

static void
test_numbers (void)
{
  check ("Div", INTS (7, -7, G_MININT64), INTS (2, 2, -1), NULL, NULL, NULL,
         INTS (3, -3, G_MININT64), 0);
  check ("Div", INTS (7), INTS (0), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Mod", INTS (7, -7, G_MININT64), INTS (3, 3, -1), NULL, NULL, NULL, INTS (1, 2, 0), 0);
  check ("Mod", INTS (7), INTS (0), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Pow", INTS (-2, 3, 5, -1), INTS (63, 0, -1, -3), NULL, NULL, NULL,
         INTS (G_MININT64, 1, 0, -1), 0);
  check ("Add", INTS (G_MAXINT64), INTS (1), NULL, NULL, NULL, INTS (G_MININT64), 0);
  check ("Neg", INTS (G_MININT64), NULL, NULL, NULL, NULL, INTS (G_MININT64), 0);
  check ("Abs", INTS (G_MININT64, -3), NULL, NULL, NULL, NULL, INTS (G_MININT64, 3), 0);
  check ("Add", INTS (1, 2), INTS (1, 2, 3), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Add", INTS (1), ints (0, NULL), NULL, NULL, NULL, ints (0, NULL), 0);
  check ("Add", INTS (1), NULL, NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
}

static void
test_hostile (void)
{
  const gint64 huge = G_MAXINT64 / 2, least = G_MININT64, most = G_MAXINT64;

  check ("Gather", INTS (5, 6, 7), INTS (-3, 2), NULL, NULL, NULL, INTS (5, 7), 0);
  check ("Gather", INTS (5, 6, 7), INTS (3), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Gather", INTS (5, 6, 7), INTS (least), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Slice", INTS (1, 2, 3), INTS (least), INTS (most), INTS (0), INTS (2), INTS (1, 3), 0);
  check ("Slice", INTS (1, 2, 3), INTS (most), INTS (least), INTS (0), INTS (-1),
         INTS (3, 2, 1), 0);
  check ("Slice", INTS (1, 2, 3), INTS (most), INTS (least), INTS (0), INTS (least), INTS (3), 0);
  check ("Slice", INTS (1, 2, 3), INTS (0), INTS (3), INTS (0), INTS (most), INTS (1), 0);
  check ("Slice", INTS (1, 2, 3), INTS (2), INTS (1), INTS (0), NULL, ints (0, NULL), 0);
  check ("Slice", INTS (1, 2, 3), INTS (0), INTS (3), INTS (0), INTS (0), NULL, CNN_ERROR_FORMAT);
  check ("Slice", INTS (1, 2, 3), INTS (0), INTS (3), INTS (1), NULL, NULL, CNN_ERROR_FORMAT);
  check ("Slice", INTS (1, 2, 3), INTS (0, 0), INTS (3, 3), INTS (0, -1), NULL, NULL,
         CNN_ERROR_FORMAT);
  check ("Slice", INTS (1, 2, 3), INTS (0, 1), INTS (3), NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Pad", INTS (1, 2), INTS (1, -1), INTS (9), NULL, NULL, INTS (9, 1), 0);
  check ("Pad", INTS (1, 2), INTS (-2, 1), NULL, NULL, NULL, INTS (0), 0);
  check ("Pad", INTS (1, 2), INTS (3, -3), NULL, NULL, NULL, INTS (0, 0), 0);
  check ("Pad", INTS (1, 2), INTS (-3, 0), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Pad", INTS (1, 2), INTS (least, most), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Pad", INTS (1, 2), INTS (huge, 0), NULL, NULL, NULL, NULL, CNN_ERROR_LIMIT);
  check ("Tile", INTS (1, 2), INTS (2), NULL, NULL, NULL, INTS (1, 2, 1, 2), 0);
  check ("Tile", INTS (1, 2), INTS (huge), NULL, NULL, NULL, NULL, CNN_ERROR_LIMIT);
  check ("Tile", INTS (1, 2), INTS (most), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Tile", INTS (1, 2), INTS (-1), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Expand", INTS (1), INTS (huge, 4, 4), NULL, NULL, NULL, NULL, CNN_ERROR_LIMIT);
  check ("Expand", INTS (1), INTS (huge, 0, huge), NULL, NULL, NULL, ints (0, NULL), 0);
  check ("Expand", INTS (1), INTS (-1), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Expand", INTS (1), INTS (1, 1, 1, 1, 1, 1, 1, 1, 1), NULL, NULL, NULL, NULL,
         CNN_ERROR_FORMAT);
  check ("ConstantOfShape", INTS (huge, 4), NULL, NULL, NULL, NULL, NULL, CNN_ERROR_LIMIT);
  check ("ConstantOfShape", INTS (-1), NULL, NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Range", INTS (0), INTS (most), INTS (1), NULL, NULL, NULL, CNN_ERROR_LIMIT);
  check ("Range", INTS (0), INTS (9), INTS (0), NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Range", INTS (9), INTS (0), INTS (-4), NULL, NULL, INTS (9, 5, 1), 0);
  check ("Range", INTS (0), INTS (9), INTS (-4), NULL, NULL, ints (0, NULL), 0);
  check ("Reshape", INTS (1, 2, 3, 4), INTS (2, -1), NULL, NULL, NULL, INTS (1, 2, 3, 4), 0);
  check ("Reshape", INTS (1, 2, 3, 4), INTS (-1, -1), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Reshape", INTS (1, 2, 3, 4), INTS (3), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Reshape", INTS (1, 2, 3, 4), INTS (-2, -2), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Reshape", INTS (1, 2, 3, 4), INTS (0, 0), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Reshape", INTS (1, 2, 3, 4), INTS (huge, huge, 4), NULL, NULL, NULL, NULL,
         CNN_ERROR_FORMAT);
  check ("Squeeze", INTS (1), INTS (1), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Squeeze", INTS (1, 2), INTS (0), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Unsqueeze", INTS (1), INTS (0, 0), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("Unsqueeze", INTS (1), INTS (0, 1, 2, 3, 4, 5, 6, 7), NULL, NULL, NULL, NULL,
         CNN_ERROR_UNSUPPORTED);
  check ("ReduceSum", INTS (1, 2), INTS (2), NULL, NULL, NULL, NULL, CNN_ERROR_FORMAT);
  check ("ReduceMax", ints (0, NULL), NULL, NULL, NULL, NULL, INTS (G_MININT64), 0);
  check ("ReduceProd", ints (0, NULL), INTS (0), NULL, NULL, NULL, INTS (1), 0);
  check ("LSTM", INTS (1), NULL, NULL, NULL, NULL, NULL, CNN_ERROR_UNSUPPORTED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-fold/cases", test_cases);
  g_test_add_func ("/onnx-fold/numbers", test_numbers);
  g_test_add_func ("/onnx-fold/hostile", test_hostile);
  return g_test_run ();
}
