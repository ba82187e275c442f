/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "onnx-opset.h"
#include "error.h"
#include "onnx-bytes.h"
#include "onnx/budget.h"

/* Reading .onnx files: ONNX's own conformance files, and files made here byte by byte,
 * good ones and hostile ones. */

#define DATA "/usr/share/libonnx-testdata/data"

/* --- a writer of models --------------- --------------------------------------------------- */

/* A node; names are separated by spaces. */
static GByteArray *
node (const char *op,
      const char *domain,
      const char *in,
      const char *out)
{
  g_auto (GStrv) ins = g_strsplit (in, " ", -1);
  g_auto (GStrv) outs = g_strsplit (out, " ", -1);
  GByteArray    *made = g_byte_array_new ();

  for (guint i = 0; ins[i]; i++)
    put_text (made, 1, ins[i]);
  for (guint i = 0; outs[i]; i++)
    put_text (made, 2, outs[i]);
  put_text (made, 3, out);
  put_text (made, 4, op);
  put_text (made, 7, domain);
  return made;
}

static void
put_info (GByteArray *graph,
          int         field,
          const char *name)
{
  GByteArray *info = g_byte_array_new ();

  put_text (info, 1, name);
  put_message (graph, field, info);
}

/* A graph with an input x and an output y. */
static GByteArray *
graph_new (void)
{
  GByteArray *graph = g_byte_array_new ();

  put_info (graph, 11, "x");
  put_info (graph, 12, "y");
  return graph;
}

static GByteArray *
opset (const char *domain,
       int         version)
{
  GByteArray *made = g_byte_array_new ();

  put_text (made, 1, domain);
  put_int (made, 2, version);
  return made;
}

static GByteArray *
model_new (void)
{
  GByteArray *model = g_byte_array_new ();

  put_int (model, 1, 8);
  put_message (model, 8, opset ("", 17));
  put_message (model, 8, opset ("own", 1));
  return model;
}

static CnnOnnxGraph *
parse (GByteArray *model, /* (transfer full) */
       const char *folder)
{
  g_autoptr (GError) error = NULL;
  CnnOnnxGraph      *graph = cnn_onnx_graph_parse (model->data, model->len, folder, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (graph);
  g_byte_array_unref (model);
  return graph;
}

static void
refused (GByteArray *model, /* (transfer full) */
         const char *folder,
         CnnError    code,
         const char *words)
{
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_parse (model->data, model->len, folder, NULL,
                                                         &error);

  g_assert_null (graph);
  g_assert_error (error, CNN_ERROR, (int) code);
  if (!strstr (error->message, words))
    g_error ("“%s” does not say “%s”", error->message, words);
  g_byte_array_unref (model);
}

/* --- conformance files ---------------------------------------------------------------------- */

typedef struct
{
  int models, parsed, newer, tensors, decoded;
} Counts;

static void
assert_in_words (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == CNN_ERROR);
  g_assert_true (error->code == CNN_ERROR_FORMAT || error->code == CNN_ERROR_UNSUPPORTED
                 || error->code == CNN_ERROR_LIMIT);
  g_assert_cmpuint (strlen (error->message), >, 10);
}

static void
check_graph (const CnnOnnxGraph *graph)
{
  g_assert_cmpuint (graph->n_outputs, >, 0);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CnnOnnxNode *made = cnn_onnx_graph_node (graph, i);

      g_assert_true (*made->name && *made->op);
      for (guint k = 0; k < made->n_in; k++)
        if (made->in[k] >= 0)
          g_assert_cmpint (cnn_onnx_graph_value (graph, made->in[k])->maker, <, (int) i);
      for (guint k = 0; k < made->n_out; k++)
        if (made->out[k] >= 0)
          g_assert_cmpint (cnn_onnx_graph_value (graph, made->out[k])->maker, ==, (int) i);
    }
}

static void
look_through (const char *folder,
              Counts     *counts)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char   *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        look_through (path, counts);
      else if (g_str_has_suffix (name, ".onnx"))
        {
          g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_read (path, NULL, &error);

          counts->models++;
          if (graph)
            {
              counts->parsed++;
              check_graph (graph);
            }
          else
            {
              assert_in_words (error);
              counts->newer += newest_opset (path) > 22;
            }
        }
      else if (g_str_has_prefix (name, "input_") && g_str_has_suffix (name, ".pb"))
        {
          g_autoptr (CnnOnnxTensor) tensor = cnn_onnx_tensor_read (path, &error);

          counts->tensors++;
          if (tensor)
            counts->decoded++;
          else
            assert_in_words (error);
        }
    }
}

static void
test_conformance (void)
{
  Counts counts = { 0 };

  look_through (DATA, &counts);
  g_test_message ("%d models, %d parsed, %d too new; %d tensors, %d decoded", counts.models,
                  counts.parsed, counts.newer, counts.tensors, counts.decoded);
  g_assert_cmpint (counts.models, >=, 1437);
  /* In ONNX 1.20 many are of newer operator sets, which we refuse. */
  g_assert_cmpint (counts.parsed + counts.newer, >=, 1282);
  g_assert_cmpint (counts.parsed, >=, counts.newer == 0 ? 1282 : 1199);
  g_assert_cmpint (counts.tensors, >=, 2668);
  g_assert_cmpint (counts.decoded, >=, 2565);
}

/* --- types of elements ------------------------------------------------------------------------ */

static GByteArray *
tensor_new (int         type,
            const char *dims)
{
  g_auto (GStrv) list = g_strsplit (dims, " ", -1);
  GByteArray    *made = g_byte_array_new ();

  for (guint i = 0; list[i] && *list[i]; i++)
    put_int (made, 1, g_ascii_strtoll (list[i], NULL, 10));
  put_int (made, 2, type);
  put_text (made, 8, "x");
  return made;
}

static GByteArray *
model_of_tensor (GByteArray *tensor)
{
  GByteArray *model = model_new ();
  GByteArray *graph = graph_new ();

  put_message (graph, 5, tensor);
  put_message (graph, 1, node ("Relu", "", "x", "y"));
  put_message (model, 7, graph);
  return model;
}

static void
test_types (void)
{
  static const struct
  {
    int         type;
    const char *raw;
    gsize       n_raw;
    double      values[2];
    int         field; /* where whole numbers lie when they are not raw */
    gint64      typed[2];
    int         n_typed;
  } cases[] = {
    { 1, "\x00\x00\xc0\x3f\x00\x00\x00\xc0", 8, { 1.5, -2 }, 0, { 0 }, 0 },
    { 2, "\x07\xff", 2, { 7, 255 }, 5, { 7, 255 }, 2 },
    { 3, "\x07\xff", 2, { 7, -1 }, 5, { 7, -1 }, 2 },
    { 4, "\x01\x02\xff\xff", 4, { 513, 65535 }, 5, { 513, 65535 }, 2 },
    { 5, "\x01\x02\xfe\xff", 4, { 513, -2 }, 5, { 513, -2 }, 2 },
    { 6, "\x01\x00\x01\x00\xff\xff\xff\xff", 8, { 65537, -1 }, 5, { 65537, -1 }, 2 },
    { 7, "\x00\x00\x00\x00\x01\x00\x00\x00\xfd\xff\xff\xff\xff\xff\xff\xff", 16,
      { 4294967296., -3 }, 7, { G_GINT64_CONSTANT (4294967296), -3 }, 2 },
    { 9, "\x01\x00", 2, { 1, 0 }, 5, { 1, 0 }, 2 },
    { 10, "\x00\x3e\x01\x80", 4, { 1.5, -0x1p-24 }, 5, { 0x3e00, 0x8001 }, 2 },
    { 11, "\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\xc0", 16, { 1.5, -2 }, 0, { 0 }, 0 },
    { 12, "\xff\xff\xff\xff\x02\x00\x00\x00", 8, { 4294967295., 2 }, 11, { 4294967295, 2 }, 2 },
    { 13, "\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40", 16, { 5, 0x1p62 }, 11,
      { 5, G_GINT64_CONSTANT (1) << 62 }, 2 },
    { 16, "\xc0\x3f\x00\xc0", 4, { 1.5, -2 }, 5, { 0x3fc0, 0xc000 }, 2 },
    { 21, "\xf7", 1, { 7, 15 }, 5, { 0xf7, 0 }, 1 },
    { 22, "\xf7", 1, { 7, -1 }, 5, { 0xf7, 0 }, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int typed = 0; typed <= (cases[i].field > 0); typed++)
      {
        GByteArray              *tensor = tensor_new (cases[i].type, "2");
        g_autoptr (CnnOnnxGraph) graph = NULL;
        const CnnOnnxTensor     *read;

        if (typed)
          {
            GByteArray *packed = g_byte_array_new ();

            for (int k = 0; k < cases[i].n_typed; k++)
              put_varint (packed, (guint64) cases[i].typed[k]);
            put_message (tensor, cases[i].field, packed);
          }
        else
          put_bytes (tensor, 9, cases[i].raw, cases[i].n_raw);
        graph = parse (model_of_tensor (tensor), NULL);
        read = cnn_onnx_graph_value (graph, 0)->constant;
        g_assert_cmpint (read->type, ==, cases[i].type);
        g_assert_cmpuint (read->n, ==, 2);
        g_assert_cmpuint (graph->n_inputs, ==, 0);
        for (int k = 0; k < 2; k++)
          g_assert_cmpfloat (cnn_onnx_tensor_value (read, (gsize) k), ==, cases[i].values[k]);
      }
}

static void
test_bad_tensors (void)
{
  static const struct
  {
    int         type;
    const char *dims;
    gsize       n_raw;
    CnnError    code;
    const char *words;
  } cases[] = {
    { 1, "1099511627776", 4, CNN_ERROR_LIMIT, "“x”: its extent of 1099511627776" },
    { 1, "-2", 4, CNN_ERROR_FORMAT, "“x”: its extent of -2" },
    { 1, "2147483647 2147483647 2147483647", 4, CNN_ERROR_LIMIT, "too many" },
    { 1, "2 2147483647", 4, CNN_ERROR_FORMAT, "“x”" },
    { 1, "2", 7, CNN_ERROR_FORMAT, "“x”" },
    { 1, "2", 9, CNN_ERROR_FORMAT, "“x”" },
    { 1, "1 1 1 1 1 1 1 1 1", 4, CNN_ERROR_UNSUPPORTED, "dimensions" },
    { 8, "1", 1, CNN_ERROR_UNSUPPORTED, "text" },
    { 14, "1", 8, CNN_ERROR_UNSUPPORTED, "complex64" },
    { 17, "1", 1, CNN_ERROR_UNSUPPORTED, "float8" },
    { 0, "1", 4, CNN_ERROR_FORMAT, "0 is not" },
    { 99, "1", 4, CNN_ERROR_FORMAT, "99 is not" },
  };
  static const guint8 zeros[16];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GByteArray *tensor = tensor_new (cases[i].type, cases[i].dims);

      put_bytes (tensor, 9, zeros, cases[i].n_raw);
      refused (model_of_tensor (tensor), NULL, cases[i].code, cases[i].words);
    }
}

/* --- hostile files ---------------------------------------------------------------------------- */

static GByteArray *
model_of_nodes (GByteArray *first,
                GByteArray *second)
{
  GByteArray *model = model_new ();
  GByteArray *graph = graph_new ();

  put_message (graph, 1, first);
  if (second)
    put_message (graph, 1, second);
  put_message (model, 7, graph);
  return model;
}

static void
test_names (void)
{
  g_autoptr (CnnOnnxGraph) graph = NULL;

  /* out of order: sorted */
  graph = parse (model_of_nodes (node ("Relu", "", "a", "y"), node ("Abs", "", "x", "a")), NULL);
  check_graph (graph);
  g_assert_cmpstr (cnn_onnx_graph_node (graph, 0)->op, ==, "Abs");
  g_assert_cmpint (cnn_onnx_graph_node (graph, 0)->version, ==, 17);

  refused (model_of_nodes (node ("Add", "", "x b", "y"), node ("Abs", "", "y", "b")), NULL,
           CNN_ERROR_FORMAT, "circle");
  refused (model_of_nodes (node ("Abs", "", "gone", "y"), NULL), NULL, CNN_ERROR_FORMAT,
           "“y” wants the value “gone”");
  refused (model_of_nodes (node ("Abs", "", "x", "y"), node ("Neg", "", "x", "y")), NULL,
           CNN_ERROR_FORMAT, "“y” makes the value “y”");
  refused (model_of_nodes (node ("Abs", "", "x", "z"), NULL), NULL, CNN_ERROR_FORMAT, "output “y”");
}

static void
test_cut_off (void)
{
  g_autoptr (GByteArray)   model = model_of_nodes (node ("Abs", "", "x", "y"), NULL);
  g_autoptr (CnnOnnxGraph) whole = cnn_onnx_graph_parse (model->data, model->len, NULL, NULL, NULL);

  g_assert_nonnull (whole);
  for (guint n = 0; n < model->len; n++)
    {
      GByteArray *part = g_byte_array_new ();

      g_byte_array_append (part, model->data, n);
      refused (part, NULL, CNN_ERROR_FORMAT, "ONNX");
    }
}

/* Graph in attribute in node in graph …, made from the inside outwards. */
static void
test_deep (void)
{
  static const int        fields[] = { 1, 6, 5 };
  g_autofree guint8      *bytes = g_malloc (4000000);
  gsize                   at = 4000000;
  GByteArray             *model;

  for (int level = 0; level < 100000; level++)
    {
      g_autoptr (GByteArray) head = g_byte_array_new ();

      put_varint (head, (guint64) fields[level % 3] << 3 | 2);
      put_varint (head, 4000000 - at);
      g_assert_cmpuint (at, >, head->len);
      at -= head->len;
      memcpy (bytes + at, head->data, head->len);
    }
  /* 100000 = 3 × 33333 + 1: the outermost is a node, in the graph */
  model = model_new ();
  put_bytes (model, 7, bytes + at, 4000000 - at);
  refused (model, NULL, CNN_ERROR_LIMIT, "deep");
}

static void
test_empty_nodes (void)
{
  GByteArray              *graph = graph_new ();
  g_autoptr (GByteArray)   model = model_new ();
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnOnnxGraph) read = NULL;
  CnnOnnxBudget            budget;

  for (int i = 0; i < 1500000; i++)
    put_bytes (graph, 1, NULL, 0);
  put_message (model, 7, graph);
  cnn_onnx_budget_init (&budget, model->len);
  read = cnn_onnx_graph_parse_within (model->data, model->len, NULL, NULL, &budget, &error);
  g_assert_null (read);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_cmpuint (budget.peak, <=, (64 << 20) + 8 * (gsize) model->len);
  g_assert_cmpuint (budget.peak, >, 32 << 20); /* it did count */
  g_assert_cmpuint (budget.used, ==, 0);
}

static GByteArray *
function (const char *name,
          GByteArray *body)
{
  GByteArray *made = g_byte_array_new ();

  put_text (made, 1, name);
  put_text (made, 4, "in");
  put_text (made, 5, "out");
  put_message (made, 7, body);
  put_message (made, 9, opset ("", 17));
  put_message (made, 9, opset ("own", 1));
  put_text (made, 10, "own");
  return made;
}

static GByteArray *
attribute (const char *name,
           int         i,
           const char *from)
{
  GByteArray *made = g_byte_array_new ();

  put_text (made, 1, name);
  put_int (made, 20, 2);
  if (from)
    put_text (made, 21, from);
  else
    put_int (made, 3, i);
  return made;
}

static gboolean
keep_all (const char *domain,
          const char *name)
{
  return g_str_equal (domain, "own");
}

static void
test_functions (void)
{
  GByteArray              *model, *call, *inner, *outer;
  g_autoptr (GByteArray)   bytes = NULL;
  g_autoptr (CnnOnnxGraph) graph = NULL;
  g_autoptr (CnnOnnxGraph) kept = NULL;

  /* outer (n=5 given) calls inner (axis from n); its keepdims is a default */
  inner = node ("Softmax", "", "in", "out");
  put_message (inner, 5, attribute ("axis", 0, "n"));
  put_message (inner, 5, attribute ("extra", 0, "d"));
  put_message (inner, 5, attribute ("left-out", 0, "nobody"));
  inner = function ("inner", inner);
  put_message (inner, 11, attribute ("d", 9, NULL));
  outer = node ("inner", "own", "in", "out");
  put_message (outer, 5, attribute ("n", 0, "m"));
  call = node ("outer", "own", "x", "y");
  put_message (call, 5, attribute ("m", 5, NULL));
  model = model_of_nodes (call, NULL);
  put_message (model, 25, inner);
  put_message (model, 25, function ("outer", outer));
  bytes = g_byte_array_ref (model);
  graph = parse (model, NULL);
  check_graph (graph);
  g_assert_cmpuint (graph->nodes->len, ==, 1);
  g_assert_cmpstr (cnn_onnx_graph_node (graph, 0)->op, ==, "Softmax");
  g_assert_cmpint (cnn_onnx_attribute_int (cnn_onnx_graph_node (graph, 0), "axis", 0), ==, 5);
  g_assert_cmpint (cnn_onnx_attribute_int (cnn_onnx_graph_node (graph, 0), "extra", 0), ==, 9);
  g_assert_false (cnn_onnx_attribute_has (cnn_onnx_graph_node (graph, 0), "left-out"));
  g_assert_cmpint (cnn_onnx_graph_node (graph, 0)->out[0], ==, graph->outputs[0]);

  kept = cnn_onnx_graph_parse (bytes->data, bytes->len, NULL, keep_all, NULL);
  g_assert_nonnull (kept);
  g_assert_cmpstr (cnn_onnx_graph_node (kept, 0)->op, ==, "outer");

  model = model_of_nodes (node ("a", "own", "x", "y"), NULL);
  put_message (model, 25, function ("a", node ("b", "own", "in", "out")));
  put_message (model, 25, function ("b", node ("a", "own", "in", "out")));
  refused (model, NULL, CNN_ERROR_FORMAT, "calls itself");
}

static void
put_entry (GByteArray *tensor,
           const char *key,
           const char *value)
{
  GByteArray *entry = g_byte_array_new ();

  put_text (entry, 1, key);
  put_text (entry, 2, value);
  put_message (tensor, 13, entry);
}

static GByteArray *
external (const char *location,
          const char *offset)
{
  GByteArray *tensor = tensor_new (1, "2");

  put_entry (tensor, "location", location);
  put_entry (tensor, "offset", offset);
  put_int (tensor, 14, 1);
  return model_of_tensor (tensor);
}

static void
test_external (void)
{
  static const guint8      numbers[12] = { 9, 9, 9, 9, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0 };
  g_autofree char         *top = g_dir_make_tmp ("onnx-XXXXXX", NULL);
  g_autofree char         *folder = g_build_filename (top, "model", NULL);
  g_autofree char         *inside = g_build_filename (folder, "data", NULL);
  g_autofree char         *outside = g_build_filename (top, "data", NULL);
  g_autofree char         *link = g_build_filename (folder, "link", NULL);
  g_autoptr (CnnOnnxGraph) graph = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (inside, (const char *) numbers, sizeof numbers, NULL));
  g_assert_true (g_file_set_contents (outside, (const char *) numbers, sizeof numbers, NULL));
  g_assert_cmpint (symlink ("../data", link), ==, 0);

  graph = parse (external ("data", "4"), folder);
  g_assert_cmpfloat (cnn_onnx_graph_value (graph, 0)->constant->floats[0], ==, 1.5f);
  g_assert_cmpfloat (cnn_onnx_graph_value (graph, 0)->constant->floats[1], ==, -2.0f);

  refused (external ("../data", "4"), folder, CNN_ERROR_FORMAT, "outside");
  refused (external (outside, "4"), folder, CNN_ERROR_FORMAT, "outside");
  refused (external ("link", "4"), folder, CNN_ERROR_FORMAT, "outside");
  refused (external ("data", "5"), folder, CNN_ERROR_FORMAT, "past the end");
  refused (external ("data", "-1"), folder, CNN_ERROR_FORMAT, "not a number");
  refused (external ("gone", "0"), folder, CNN_ERROR_IO, "not there");
  refused (external ("data", "4"), NULL, CNN_ERROR_UNSUPPORTED, "another file");

  g_assert_cmpint (g_remove (link) | g_remove (inside) | g_remove (outside), ==, 0);
  g_assert_cmpint (g_rmdir (folder) | g_rmdir (top), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-file/conformance", test_conformance);
  g_test_add_func ("/onnx-file/types", test_types);
  g_test_add_func ("/onnx-file/bad-tensors", test_bad_tensors);
  g_test_add_func ("/onnx-file/names", test_names);
  g_test_add_func ("/onnx-file/cut-off", test_cut_off);
  g_test_add_func ("/onnx-file/deep", test_deep);
  g_test_add_func ("/onnx-file/empty-nodes", test_empty_nodes);
  g_test_add_func ("/onnx-file/functions", test_functions);
  g_test_add_func ("/onnx-file/external", test_external);
  return g_test_run ();
}
