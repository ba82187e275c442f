/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network.h"
#include "onnx-words.h"
#include "onnx/import.h"

/* Small models that ask for much work or memory, most of it in vain: neither takes long. */

/* Read, imported, its network's shapes worked out, as far as it goes. */
static void
heavy (const char *what, GByteArray *model) /* (transfer full) */
{
  gint64                   began = g_get_monotonic_time ();
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_parse (model->data, model->len, NULL, NULL,
                                                         &error);
  g_autoptr (CnnImported)  imported = NULL;
  g_autoptr (CnnNetwork)   network = NULL;

  if (graph)
    imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, NULL, &error);
  if (imported)
    network = cnn_network_parse_with (imported->text, imported->bank, &error);
  if (network)
    g_free (cnn_network_infer (network, imported->input.shape, &error));
  g_test_message ("%s: %s", what, error ? error->message : "opened");
  within (what, began, model->len);
  g_byte_array_unref (model);
}

/* A statement @n times, %d its number and %e the one before. */
static char *
times (int n, const char *first, const char *statement, const char *last)
{
  GString *text = g_string_new (first);

  for (int i = 1; i <= n; i++)
    {
      g_autofree char  *number = g_strdup_printf ("%d", i);
      g_autofree char  *before = g_strdup_printf ("%d", i - 1);
      g_autoptr (GString) one = g_string_new (statement);

      g_string_replace (one, "%d", number, 0);
      g_string_replace (one, "%e", before, 0);
      g_string_append_printf (text, "; %s", one->str);
    }
  g_string_append_printf (text, "; %s", last);
  return g_string_free (text, FALSE);
}

static void
test_heavy (void)
{
  static const struct
  {
    const char *what;
    int         n;
    const char *first;
    const char *statement;
    const char *last;
  } models[] = {
    { "many constants", 3000, "ints s 1,3,250,250; ConstantOfShape s > v0",
      "ConstantOfShape s > v%d", "Relu x > y" },
    { "many constants that are needed", 900, "input 1x3x250x250; ints s 1,3,250,250; Relu x > a0",
      "ConstantOfShape s > v%d; Exp v%d > w%d; Add a%e,w%d > a%d", "Relu a900 > y" },
    { "lists of a large constant", 300,
      "input 1x3x400x400; ints s 1,3,400,400; ConstantOfShape s > v; Relu x > a0",
      "Mul a%e,v > a%d", "Relu a300 > y" },
    { "sums of a large constant", 3000,
      "ints s 1000000,1000; ConstantOfShape s > v; ReduceSum v > a0 keepdims=0",
      "ReduceSum v > b%d keepdims=0; Add a%e,b%d > a%d", "Add x,a3000 > y" },
    { "doubling a constant", 60, "float v0 1", "Concat v%e,v%e > v%d axis=0", "Add x,v60 > y" },
    { "doubling data", 60, "Relu x > v0", "Concat v%e,v%e > v%d axis=1", "Relu v60 > y" },
    { "doubling data by itself", 300, "Relu x > v0", "Add v%e,v%e > v%d", "Relu v300 > y" },
    { "large kernels", 1, "ints s 1048576,3,16,16; ConstantOfShape s > w", "Conv x,w > v%d",
      "Relu v1 > y" },
    { "a large matrix", 1, "ints s 192,4000000; ConstantOfShape s > w; Flatten x > f",
      "Gemm f,w > v%d", "Relu v1 > y" },
    { "a large product", 1, "ints s 1,3,8,40000000; ConstantOfShape s > w", "MatMul x,w > v%d",
      "Relu v1 > y" },
    { "slopes", 1, "input 1x3x16000x16000; ints s 3,16000,16000; ConstantOfShape s > w",
      "PRelu x,w > v%d", "Relu v1 > y" },
    { "a constant as large as the picture", 1,
      "input 1x3x16000x16000; ints s 1,3,16000,16000; ConstantOfShape s > w", "Add x,w > v%d",
      "Relu v1 > y" },
    { "the same index, often", 1, "ints z 0; ints r 2000000; Tile z,r > i",
      "Gather x,i > v%d axis=1", "Relu v1 > y" },
    { "tiles", 1, "ints r 1,1,100000,100000", "Tile x,r > v%d", "Relu v1 > y" },
    { "turning around", 900, "Relu x > v0", "Transpose v%e > t%d perm=[0,2,3,1; Relu t%d > v%d",
      "Relu v900 > y" },
    { "views", 5000, "ints s 1,-1; ints t 1,3,8,8; Relu x > v0",
      "Reshape v%e,s > t%d; Reshape t%d,t > v%d", "Relu v5000 > y" },
    { "growing", 40, "floats s 1,1,2,2; Relu x > v0", "Resize v%e,,s > v%d", "Relu v40 > y" },
    { "the same, often", 5000, "Relu x > v0", "Identity v0 > v%d", "Relu v5000 > y" },
    { "shapes", 3000, "Relu x > v0", "Shape v0 > s%d; ConstantOfShape s%d > c%d",
      "Add x,c3000 > y" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *text = times (models[i].n, models[i].first, models[i].statement,
                                     models[i].last);

      heavy (models[i].what, model_of (graph_of (text), 17));
    }
}

/* Thirty functions, each of which calls the next one twice; and one whose many inputs nobody
 * makes, called often from deep inside. */
static void
test_functions (void)
{
  g_autoptr (GString) gone = g_string_new ("Relu in");
  g_autofree char    *name = g_strnfill (2000, 'n');
  GByteArray         *model, *graph, *output;

  for (int i = 0; i < 3000; i++)
    g_string_append_printf (gone, ",g%d", i);
  g_string_append (gone, " > out");
  for (int kind = 0; kind < 2; kind++)
    {
      graph = g_byte_array_new ();
      output = g_byte_array_new ();
      put_message (graph, 1, call ("c", "f0 x > y"));
      put_message (graph, 11, info ("x", NULL));
      put_text (output, 1, "y");
      put_message (graph, 12, output);
      model = model_of (graph, 17);
      for (int i = 0; i < 30; i++)
        {
          g_autofree char *self = g_strdup_printf ("f%d", i);
          g_autofree char *first = g_strdup_printf ("f%d in > m", i + 1);
          g_autofree char *second = g_strdup_printf ("f%d m > out", i + 1);
          GByteArray      *nodes[] = { call (kind ? name : "a", first), call ("b", second) };

          put_message (model, 25, function (self, nodes, 2));
        }
      {
        g_auto (GStrv) words = g_strsplit (kind ? gone->str : "Relu in > out", " ", -1);
        GByteArray    *nodes[] = { node (words) };

        put_message (model, 25, function ("f30", nodes, 1));
      }
      {
        GByteArray *own = g_byte_array_new ();

        put_text (own, 1, "own");
        put_int (own, 2, 1);
        put_message (model, 8, own);
      }
      heavy (kind ? "functions with names" : "functions", model);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-heavy/nodes", test_heavy);
  g_test_add_func ("/onnx-heavy/functions", test_functions);
  return g_test_run ();
}
