/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "error.h"
#include "onnx-bytes.h"
#include "onnx/import.h"
#include "plan.h"

/* Random models of arithmetic, sums, slices and views: what their networks make of a picture
 * is what the nodes make of its numbers when these are known. */

#define LIMIT    ((gsize) 1 << 20)
#define MAX_CELLS 5000

/* --- a writer of models -------------------------------------------------------------------- */

static void
put_number (GByteArray *node,
            const char *name,
            gint64      value)
{
  GByteArray *attribute = g_byte_array_new ();

  put_text (attribute, 1, name);
  put_int (attribute, 3, value);
  put_int (attribute, 20, 2);
  put_message (node, 5, attribute);
}

static void
put_numbers (GByteArray *node,
             const char *name,
             int         n,
             const int  *values)
{
  GByteArray *attribute = g_byte_array_new ();

  put_text (attribute, 1, name);
  for (int i = 0; i < n; i++)
    put_int (attribute, 8, values[i]);
  put_int (attribute, 20, 7);
  put_message (node, 5, attribute);
}

/* Numbers by name: whole ones, or floats with the same values. */
static void
put_tensor (GByteArray   *graph,
            const char   *name,
            gboolean      whole,
            int           n_dims,
            const gint64 *dims,
            const gint64 *values)
{
  GByteArray *tensor = g_byte_array_new ();
  gint64      n = 1;

  for (int d = 0; d < n_dims; d++)
    {
      put_int (tensor, 1, dims[d]);
      n *= dims[d];
    }
  put_int (tensor, 2, whole ? 7 : 1);
  for (gint64 i = 0; i < n; i++)
    {
      float value = (float) values[i];

      if (whole)
        put_int (tensor, 7, values[i]);
      else
        put_bytes (tensor, 4, &value, sizeof value); /* packed, one at a time */
    }
  put_text (tensor, 8, name);
  put_message (graph, 5, tensor);
}

static void
put_info (GByteArray   *graph,
          int           field,
          const char   *name,
          int           n_dims,
          const gint64 *dims)
{
  GByteArray *info = g_byte_array_new (), *type = g_byte_array_new ();
  GByteArray *of_tensor = g_byte_array_new (), *shape = g_byte_array_new ();

  for (int d = 0; d < n_dims; d++)
    {
      GByteArray *dim = g_byte_array_new ();

      put_int (dim, 1, dims[d]);
      put_message (shape, 1, dim);
    }
  put_int (of_tensor, 1, 1);
  if (dims)
    put_message (of_tensor, 2, shape);
  else
    g_byte_array_unref (shape);
  put_message (type, 1, of_tensor);
  put_text (info, 1, name);
  put_message (info, 2, type);
  put_message (graph, field, info);
}

/* --- random models ---------------------------------------------------------------------------- */

/**
 * Model:
 * @nodes: the graph's nodes and constants so far, as bytes
 * @values: of CnnOnnxTensor: v0, the input, v1, …
 * @n_constants: names that are taken
 * @text: of all nodes, for a person
 */
typedef struct
{
  GByteArray *nodes;
  GPtrArray  *values;
  int         n_constants;
  GString    *text;
} Model;

static CnnOnnxGraph *
parse (const Model      *model,
       const GByteArray *more,
       guint             n_values,
       GError          **error)
{
  const CnnOnnxTensor   *in = model->values->pdata[0];
  g_autoptr (GByteArray) graph = g_byte_array_new (), all = g_byte_array_new ();
  GByteArray            *opset = g_byte_array_new ();
  g_autofree char       *last = g_strdup_printf ("v%u", n_values - 1);

  g_byte_array_append (graph, model->nodes->data, model->nodes->len);
  if (more)
    g_byte_array_append (graph, more->data, more->len);
  put_text (graph, 2, "random");
  put_info (graph, 11, "v0", in->n_dims, in->dims);
  put_info (graph, 12, last, 0, NULL);
  put_int (opset, 2, 18);
  put_int (all, 1, 8);
  put_bytes (all, 7, graph->data, graph->len);
  put_message (all, 8, opset);
  return cnn_onnx_graph_parse (all->data, all->len, NULL, NULL, error);
}

/* What the last node makes, or %NULL. */
static CnnOnnxTensor *
evaluate (const Model        *model,
          const CnnOnnxGraph *graph,
          GError            **error)
{
  const CnnOnnxNode *node = cnn_onnx_graph_node (graph, graph->nodes->len - 1);
  CnnOnnxTensor     *in[8] = { NULL }, *out = NULL;

  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnOnnxValue *value = cnn_onnx_graph_value (graph, node->in[i]);

      in[i] = value->constant ? value->constant : model->values->pdata[atoi (value->name + 1)];
    }
  return cnn_fold (node, in, &out, LIMIT, error) ? out : NULL;
}

/* A list of whole numbers as a constant, or a tensor of floats that are whole. */
static void
put_constant (Model        *model,
              GByteArray   *graph,
              GByteArray   *node,
              gboolean      whole,
              int           n_dims,
              const gint64 *dims,
              const gint64 *values)
{
  g_autofree char *name = g_strdup_printf ("c%d", model->n_constants++);

  put_tensor (graph, name, whole, n_dims, dims, values);
  put_text (node, 1, name);
}

static void
put_list (Model        *model,
          GByteArray   *graph,
          GByteArray   *node,
          gint64        n,
          const gint64 *values)
{
  put_constant (model, graph, node, TRUE, 1, &n, values);
}

/* Something to compute with: an earlier value, or numbers of which some dimensions are 1. */
static void
put_operand (Model               *model,
             GRand               *rand,
             GByteArray          *graph,
             GByteArray          *node,
             const CnnOnnxTensor *like)
{
  gint64   dims[CNN_ONNX_MAX_DIMS], n = 1;
  int      left_out = pick (rand, 0, 3) == 0 ? pick (rand, 0, like->n_dims) : 0;
  gint64   values[MAX_CELLS * 4];

  if (pick (rand, 0, 1) == 0)
    {
      g_autofree char *name = g_strdup_printf ("v%d", pick (rand, 0, (int) model->values->len - 1));

      put_text (node, 1, name);
      return;
    }
  for (int d = 0; d < like->n_dims; d++)
    {
      gboolean one = pick (rand, 0, 1) == 0;

      dims[d] = one ? 1 : like->dims[d] == 1 ? pick (rand, 1, 3) : like->dims[d];
      n *= d >= left_out ? dims[d] : 1;
    }
  if (n > MAX_CELLS * 4)
    n = 1, left_out = like->n_dims;
  for (gint64 i = 0; i < n; i++)
    values[i] = pick (rand, -3, 3);
  put_constant (model, graph, node, FALSE, like->n_dims - left_out, dims + left_out, values);
}

/* One more node, perhaps one that cannot be. */
static const char *
put_node (Model      *model,
          GRand      *rand,
          GByteArray *graph)
{
  static const char *const twos[] = { "Add", "Sub", "Mul", "Max", "Min", "Mean", "Sum" };
  static const char *const ones[] = { "Neg", "Abs" };
  static const char *const reduces[] = { "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin",
                                         "ReduceL1", "ReduceSumSquare" };
  guint                from = (guint) pick (rand, MAX (0, (int) model->values->len - 2),
                                            (int) model->values->len - 1);
  const CnnOnnxTensor *in = model->values->pdata[from];
  g_autofree char     *name = g_strdup_printf ("v%u", from);
  g_autofree char     *out = g_strdup_printf ("v%u", model->values->len);
  GByteArray          *node = g_byte_array_new ();
  int                  n = in->n_dims, axis = pick (rand, 0, MAX (n - 1, 0));
  gint64               list[2 * CNN_ONNX_MAX_DIMS] = { 0 };
  int                  order[CNN_ONNX_MAX_DIMS] = { 0 };
  const char          *op = NULL;

  put_text (node, 2, out);
  switch (pick (rand, 0, 13))
    {
    case 0: case 1: case 2:
      op = twos[pick (rand, 0, 6)];
      if (pick (rand, 0, 1))
        put_text (node, 1, name);
      put_operand (model, rand, graph, node, in);
      if (node->len < 8 + strlen (out) || pick (rand, 0, 2) > 0)
        put_text (node, 1, name);
      break;
    case 3:
      op = ones[pick (rand, 0, 1)];
      put_text (node, 1, name);
      break;
    case 4: case 5:
      op = reduces[pick (rand, 0, 5)];
      put_text (node, 1, name);
      list[0] = axis;
      list[1] = n > 0 ? pick (rand, -n, -1) : 0;
      put_list (model, graph, node, pick (rand, 0, 2), list);
      put_number (node, "keepdims", pick (rand, 0, 1));
      break;
    case 6:
      op = "Slice";
      put_text (node, 1, name);
      put_list (model, graph, node, 1, (gint64[]) { pick (rand, -6, 6) });
      put_list (model, graph, node, 1, (gint64[]) { pick (rand, -7, 7) });
      put_list (model, graph, node, 1, (gint64[]) { axis });
      put_list (model, graph, node, 1, (gint64[]) { pick (rand, -3, 3) });
      break;
    case 7:
      op = "Transpose";
      put_text (node, 1, name);
      for (int d = 0; d < n; d++)
        {
          int at = pick (rand, 0, d);

          order[d] = order[at];
          order[at] = d;
        }
      put_numbers (node, "perm", n, order);
      break;
    case 8:
      op = "Reshape";
      put_text (node, 1, name);
      for (int d = 0; d < 4; d++)
        list[d] = pick (rand, 0, 6);
      list[pick (rand, 0, 2)] = -1;
      put_list (model, graph, node, pick (rand, 1, 4), list);
      break;
    case 9:
      op = "Pad";
      put_text (node, 1, name);
      for (int d = 0; d < 2 * n; d++)
        list[d] = pick (rand, 0, 2) ? 0 : pick (rand, -1, 2);
      put_list (model, graph, node, 2 * n, list);
      break;
    case 10:
      op = "Gather";
      put_text (node, 1, name);
      for (int d = 0; d < 4; d++)
        list[d] = pick (rand, -3, 3);
      put_constant (model, graph, node, TRUE, pick (rand, 0, 1) ? 0 : 2, (gint64[]) { 2, 2 }, list);
      put_number (node, "axis", axis);
      break;
    case 11:
      op = "Expand";
      put_text (node, 1, name);
      for (int d = 0; d < n + 1; d++)
        list[d] = pick (rand, 0, 1) ? 1 : pick (rand, 1, 4);
      put_list (model, graph, node, pick (rand, 0, MIN (n + 1, CNN_ONNX_MAX_DIMS)), list);
      break;
    case 12:
      op = "Tile";
      put_text (node, 1, name);
      for (int d = 0; d < n; d++)
        list[d] = pick (rand, 0, 1) ? 1 : pick (rand, 1, 3);
      put_list (model, graph, node, n, list);
      break;
    default:
      op = "Concat";
      put_text (node, 1, name);
      put_operand (model, rand, graph, node, in);
      put_text (node, 1, name);
      put_number (node, "axis", axis);
    }
  put_text (node, 4, op);
  put_message (graph, 1, node);
  return op;
}

static Model *
model_new (GRand *rand)
{
  Model         *model = g_new0 (Model, 1);
  gint64         dims[5];
  int            n_dims = pick (rand, 1, 5);
  CnnOnnxTensor *in;

  for (int d = 0; d < n_dims; d++)
    dims[d] = pick (rand, 1, 4);
  in = cnn_onnx_tensor_floats (n_dims, dims);
  for (gsize i = 0; i < in->n; i++)
    in->floats[i] = (float) pick (rand, -3, 3);
  model->nodes = g_byte_array_new ();
  model->values = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_onnx_tensor_unref);
  model->text = g_string_new (NULL);
  g_ptr_array_add (model->values, in);
  for (int tries = pick (rand, 3, 24); tries > 0 && model->values->len < 7; tries--)
    {
      g_autoptr (GByteArray)   more = g_byte_array_new ();
      const char              *op = put_node (model, rand, more);
      g_autoptr (CnnOnnxGraph) graph = parse (model, more, model->values->len + 1, NULL);
      CnnOnnxTensor           *made = graph ? evaluate (model, graph, NULL) : NULL;

      if (!made)
        continue;
      if (made->n == 0 || made->n > MAX_CELLS || made->n_dims > 6)
        {
          cnn_onnx_tensor_unref (made);
          continue;
        }
      g_byte_array_append (model->nodes, more->data, more->len);
      g_ptr_array_add (model->values, made);
      g_string_append_printf (model->text, " %s", op);
    }
  return model;
}

static void
model_free (Model *model)
{
  g_byte_array_unref (model->nodes);
  g_ptr_array_unref (model->values);
  g_string_free (model->text, TRUE);
  g_free (model);
}

/* --- as a network --------------------------------------------------------------------------- */

/* Place in the map's memory of a number of the tensor. */
static gsize
place (const CnnImportValue *value,
       gsize                 i)
{
  gsize at = 0;

  for (guint k = value->n_atoms; k-- > 0;)
    {
      const CnnAtom *atom = &value->atoms[k];
      gsize          step = (gsize) atom->stride;

      if (atom->axis != 'c')
        step *= (gsize) value->shape.channels;
      if (atom->axis == 'h')
        step *= (gsize) value->shape.width;
      at += i % (gsize) atom->extent * step;
      i /= (gsize) atom->extent;
    }
  return at;
}

static void
run (const CnnImported   *imported,
     const CnnOnnxTensor *in,
     const CnnOnnxTensor *wanted)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse_with (imported->text, imported->bank, &error);
  g_autoptr (CnnPlan)    plan = NULL;
  const CnnImportOutput *output = &imported->outputs[0];
  g_autofree float      *picture = g_new0 (float, in->n);
  g_autofree float      *map = g_new0 (float, wanted->n);
  CnnSource              source = { .memory = picture };
  CnnSink                sink = { .memory = &map };

  g_assert_no_error (error);
  for (gsize i = 0; i < in->n; i++)
    picture[place (&imported->input, i)] = in->floats[i];
  plan = cnn_plan_new (network, imported->input.shape, 1, &output->layer, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < wanted->n; i++)
    {
      double ours = map[place (&output->value, i)], theirs = wanted->floats[i];

      if (fabs (ours - theirs) > 1e-5 + 1e-4 * fabs (theirs))
        {
          g_test_message ("%s", imported->text);
          g_test_message ("number %zu: %g, expected %g", i, ours, theirs);
          g_test_fail ();
          return;
        }
    }
}

/* Returns whether it could be had as a network. */
static gboolean
check (const Model *model)
{
  CnnOnnxTensor            *given[2] = { model->values->pdata[0], NULL };
  const CnnOnnxTensor      *wanted = model->values->pdata[model->values->len - 1];
  g_autoptr (GError)        error = NULL;
  g_autoptr (CnnOnnxGraph)  graph = parse (model, NULL, model->values->len, &error);
  g_autoptr (CnnImported)   imported = NULL;

  g_assert_no_error (error);
  imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, given, &error);
  if (!imported)
    {
      g_test_message ("%s: %s", model->text->str, error->message);
      g_assert_true (error->code == CNN_ERROR_UNSUPPORTED || error->code == CNN_ERROR_SHAPE
                     || error->code == CNN_ERROR_LIMIT);
      return FALSE;
    }
  g_assert_cmpint (imported->outputs[0].value.n_dims, ==, wanted->n_dims);
  for (int d = 0; d < wanted->n_dims; d++)
    g_assert_cmpint (imported->outputs[0].value.dims[d], ==, wanted->dims[d]);
  if (!imported->outputs[0].value.constant)
    run (imported, given[0], wanted);
  return TRUE;
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());
  int               n = 0, n_had = 0;

  for (int i = 0; i < 600 && !g_test_failed (); i++)
    {
      Model *model = model_new (rand);

      if (model->values->len > 1)
        {
          n++;
          n_had += check (model);
        }
      model_free (model);
    }
  g_test_message ("%d of %d models are networks", n_had, n);
  if (!g_test_failed ())
    {
      g_assert_cmpint (n, >, 300);
      g_assert_cmpint (n_had, >, n * 98 / 100);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-import/random", test_random);
  return g_test_run ();
}
