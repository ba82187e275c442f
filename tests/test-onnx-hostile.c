/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "error.h"
#include "onnx-words.h"
#include "onnx/import.h"

/* Models that ask for what nobody has: absurd sizes, places that are not there, circles,
 * files outside of the folder. Each is refused in words, at once, and without the memory that
 * it asks for. */

/* --- refusals --------------------------------------------------------------------------------- */

/* The model is refused with @code and @word in the sentence. */
static void
refused (GByteArray *model, const char *folder, const char *what, CnnError code, const char *word)
{
  gint64                   began = g_get_monotonic_time ();
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_parse (model->data, model->len, folder, NULL,
                                                         &error);
  g_autoptr (CnnImported)  imported = NULL;

  if (graph)
    imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, NULL, &error);
  within (what, began, model->len);
  if (imported)
    g_test_message ("%s: became\n%s", what, imported->text);
  else
    g_test_message ("%s: %d: %s", what, error->code, error->message);
  if (imported)
    g_test_fail ();
  else if (error->domain != CNN_ERROR || error->code != (int) code ||
           strstr (error->message, word) == NULL)
    {
      g_test_message ("expected %d, “%s”", code, word);
      g_test_fail ();
    }
}

static const struct
{
  const char *text;
  CnnError    code;
  const char *word;
} cases[] = {
  /* sizes */
  { "empty w 1099511627776; Add x,w > y", CNN_ERROR_LIMIT, "its extent of" },
  { "empty w 2147483647x2147483647; Add x,w > y", CNN_ERROR_LIMIT, "it holds too many numbers" },
  { "empty w -1x3; Add x,w > y", CNN_ERROR_FORMAT, "its extent of" },
  { "empty w 64x3x3x3; Conv x,w > y", CNN_ERROR_FORMAT, "numbers or bytes of numbers" },
  { "input 1x3x1099511627776x8; Relu x > y", CNN_ERROR_LIMIT, "an extent is too large" },
  { "input 1x3x2000000x2000000; Relu x > y", CNN_ERROR_LIMIT, "its input is too large" },
  { "input 1x3x0x8; Relu x > y", CNN_ERROR_UNSUPPORTED, "its input is empty" },
  { "ints s 1099511627776; ConstantOfShape s > c; Add x,c > y",
    CNN_ERROR_LIMIT, "the new shape is too" },
  { "ints s 1048576,1048576,1048576,1048576; ConstantOfShape s > c; Add x,c > y",
    CNN_ERROR_LIMIT, "the new shape is too" },
  { "ints s -3; ConstantOfShape s > c; Add x,c > y", CNN_ERROR_FORMAT, "the new shape is not" },
  { "ints s 3,3,1024,1024,64; ConstantOfShape s > c; Relu c > d; Add x,d > y",
    CNN_ERROR_LIMIT, "working out its constants" },
  { "floats a 0; floats b 1e12; floats c 1; Range a,b,c > r; Add x,r > y",
    CNN_ERROR_LIMIT, "its result takes too much" },
  { "floats a 0; floats b 5; floats c 0; Range a,b,c > r; Add x,r > y",
    CNN_ERROR_FORMAT, "leads nowhere" },
  { "ints s 1,3,8,8,9223372036854775807; Reshape x,s > y",
    CNN_ERROR_FORMAT, "the new shape does not" },
  { "ints s -1,-1; Reshape x,s > y", CNN_ERROR_FORMAT, "the new shape is not" },
  { "ints s -2,96; Reshape x,s > y", CNN_ERROR_FORMAT, "the new shape is not" },
  { "ints s 4294967296,4294967296,3,64; Reshape x,s > y",
    CNN_ERROR_FORMAT, "the new shape does not" },
  { "ints s 1099511627776,3,8,8; Expand x,s > y", CNN_ERROR_LIMIT, "the tensor is too large" },
  { "ints s 1,3,8,-8; Expand x,s > y", CNN_ERROR_FORMAT, "the new shape is not" },
  { "input 1x3x4096x1024; Dropout x > m,d; Cast d > c to=1; Add m,c > y",
    CNN_ERROR_LIMIT, "constants would take" },
  { "ints s 1,1099511627776,1,1; Tile x,s > y", CNN_ERROR_LIMIT, "the tensor is too large" },
  { "ints s 1,1,-1,1; Tile x,s > y", CNN_ERROR_UNSUPPORTED, "a number of repetitions is" },
  { "ints p 0,0,1099511627776,0,0,0,0,0; Pad x,p > y",
    CNN_ERROR_UNSUPPORTED, "cannot be padded by" },
  { "ints p 0,0,-9223372036854775808,0,0,0,0,0; Pad x,p > y",
    CNN_ERROR_UNSUPPORTED, "cannot be padded by" },
  { "ints p 0,0,-9,0,0,0,0,0; Pad x,p > y", CNN_ERROR_UNSUPPORTED, "cannot be padded by" },
  { "ints p 0,0,1; Pad x,p > y", CNN_ERROR_FORMAT, "two paddings are needed for" },
  { "floats s 1,1,1e30,1; Resize x,,s > y", CNN_ERROR_FORMAT, "its input cannot be scaled" },
  { "floats s 1,1,-1,1; Resize x,,s > y", CNN_ERROR_FORMAT, "its input cannot be scaled" },
  { "floats s 1,1,1e-30,1; Resize x,,s > y", CNN_ERROR_FORMAT, "its input cannot be scaled" },
  { "ints s 1,3,9223372036854775807,8; Resize x,,,s > y",
    CNN_ERROR_FORMAT, "its input cannot be scaled" },
  { "ints s 1,3,0,8; Resize x,,,s > y", CNN_ERROR_FORMAT, "its input cannot be scaled" },
  { "ints s 1,3; Resize x,,,s > y", CNN_ERROR_FORMAT, "numbers were expected as" },
  { "ints d 9223372036854775807; ints a 0; OneHot x,d,a > y",
    CNN_ERROR_UNSUPPORTED, "this operator is not supported" },
  { "DepthToSpace x > y blocksize=0", CNN_ERROR_FORMAT, "it needs four dimensions and" },
  { "DepthToSpace x > y blocksize=2147483648", CNN_ERROR_FORMAT, "it needs four dimensions and" },
  { "SpaceToDepth x > y blocksize=-1", CNN_ERROR_FORMAT, "it needs four dimensions and" },
  /* windows */
  { "float w 1x3x3x3; Conv x,w > y kernel_shape=[2147483648,3", CNN_ERROR_LIMIT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y strides=[0,0", CNN_ERROR_FORMAT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y strides=[-1,1", CNN_ERROR_FORMAT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y strides=[1099511627776,1", CNN_ERROR_LIMIT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y dilations=[0,1", CNN_ERROR_FORMAT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y dilations=[4611686018427387904,1",
    CNN_ERROR_LIMIT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y pads=[-4,-4,-4,-4", CNN_ERROR_FORMAT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y pads=[1,1,1", CNN_ERROR_FORMAT, "numbers, expected" },
  { "float w 1x3x3x3; Conv x,w > y pads=[1099511627776,0,0,0", CNN_ERROR_LIMIT, "its attribute" },
  { "float w 1x3x3x3; Conv x,w > y group=0", CNN_ERROR_FORMAT, "channels cannot be split into" },
  { "float w 1x3x3x3; Conv x,w > y group=-3", CNN_ERROR_FORMAT, "channels cannot be split into" },
  { "float w 1x3x3x3; Conv x,w > y group=9223372036854775807",
    CNN_ERROR_FORMAT, "channels cannot be split into" },
  { "float w 1x3x3x3; Conv x,w > y auto_pad=SAME_SOMEHOW",
    CNN_ERROR_FORMAT, "which is nothing that ONNX" },
  { "float w 1x2x3x3; Conv x,w > y", CNN_ERROR_FORMAT, "its kernels are not for" },
  { "empty w 0x3x3x3; Conv x,w > y", CNN_ERROR_LIMIT, "its kernels have the extent" },
  { "empty w 1x3x0x3; Conv x,w > y", CNN_ERROR_LIMIT, "its kernels have the extent" },
  { "float w 3; Conv x,w > y", CNN_ERROR_FORMAT, "dimensions, expected" },
  { "float w 3x1x3x3; ConvTranspose x,w > y strides=[1000000000,1000000000",
    CNN_ERROR_LIMIT, "its attribute" },
  { "float w 3x1x3x3; ConvTranspose x,w > y output_shape=[1099511627776,8",
    CNN_ERROR_LIMIT, "its attribute" },
  { "float w 3x1x3x3; ConvTranspose x,w > y output_padding=[-1,9",
    CNN_ERROR_FORMAT, "its attribute" },
  { "float w 3x1x3x3; ConvTranspose x,w > y group=0",
    CNN_ERROR_FORMAT, "channels cannot be split into" },
  { "MaxPool x > y kernel_shape=[2147483648,2147483648", CNN_ERROR_LIMIT, "its attribute" },
  { "MaxPool x > y kernel_shape=[0,2", CNN_ERROR_FORMAT, "its attribute" },
  { "MaxPool x > y kernel_shape=[-2,2", CNN_ERROR_FORMAT, "its attribute" },
  { "MaxPool x > y kernel_shape=[9,9", CNN_ERROR_SHAPE, "the" },
  { "MaxPool x > y kernel_shape=[2,2 strides=[0,1", CNN_ERROR_FORMAT, "its attribute" },
  { "MaxPool x > y kernel_shape=[2,2 pads=[-1,0,0,0", CNN_ERROR_FORMAT, "its attribute" },
  { "AveragePool x > y", CNN_ERROR_FORMAT, "it does not say the" },
  { "LpPool x > y kernel_shape=[2,2 p=0", CNN_ERROR_UNSUPPORTED, "expected a whole number from" },
  { "LRN x > y size=0", CNN_ERROR_FORMAT, "it does not say the" },
  { "LRN x > y size=9223372036854775807", CNN_ERROR_UNSUPPORTED, "expected a whole number from" },
  /* places */
  { "Softmax x > y axis=4", CNN_ERROR_FORMAT, "but its input has" },
  { "Softmax x > y axis=-9223372036854775808", CNN_ERROR_FORMAT, "but its input has" },
  { "Concat x,x > y axis=9", CNN_ERROR_FORMAT, "there is no axis" },
  { "Concat x,x > y", CNN_ERROR_FORMAT, "there is no axis" },
  { "Flatten x > y axis=5", CNN_ERROR_FORMAT, "there is no axis" },
  { "Transpose x > y perm=[0,1,2,2", CNN_ERROR_FORMAT, "is named twice" },
  { "Transpose x > y perm=[0,1,2,9223372036854775807", CNN_ERROR_FORMAT, "there is no axis" },
  { "ints a 7; Squeeze x,a > y", CNN_ERROR_FORMAT, "there is no axis" },
  { "ints a 1; Squeeze x,a > y", CNN_ERROR_FORMAT, "cannot be left out: its" },
  { "ints a 1,1; Unsqueeze x,a > y", CNN_ERROR_FORMAT, "is named twice" },
  { "ints a 0,1,2,3,4,5,6,7,8; Unsqueeze x,a > y",
    CNN_ERROR_UNSUPPORTED, "dimensions are not supported" },
  { "ReduceMean x > y axes=[4", CNN_ERROR_FORMAT, "there is no axis" },
  { "ArgMax x > y axis=1", CNN_ERROR_UNSUPPORTED, "this operator is not supported" },
  { "ints s 0; ints e 8; ints a 2; ints t 0; Slice x,s,e,a,t > y",
    CNN_ERROR_FORMAT, "leads nowhere" },
  { "ints s 0; ints e 8; ints a 9; Slice x,s,e,a > y", CNN_ERROR_FORMAT, "there is no axis" },
  { "ints s 0,0; ints e 8; Slice x,s,e > y", CNN_ERROR_FORMAT, "starts, ends, axes and steps" },
  { "ints i 3; Gather x,i > y axis=1", CNN_ERROR_FORMAT, "lies outside of" },
  { "ints i -4; Gather x,i > y axis=1", CNN_ERROR_FORMAT, "lies outside of" },
  { "ints i 9223372036854775807; Gather x,i > y axis=1", CNN_ERROR_FORMAT, "lies outside of" },
  { "ints i 0; Gather x,i > y axis=4", CNN_ERROR_FORMAT, "there is no axis" },
  { "ints s 1,1; Split x,s > y,z axis=1", CNN_ERROR_FORMAT, "the parts do not add" },
  { "ints s 4,-1; Split x,s > y,z axis=1", CNN_ERROR_FORMAT, "the parts do not add" },
  { "ints s 9223372036854775807,-9223372036854775804; Split x,s > y,z axis=1",
    CNN_ERROR_FORMAT, "the parts do not add" },
  { "ints s 3; Split x,s > y,z axis=1", CNN_ERROR_FORMAT, "the parts do not add" },
  /* numbers that do not fit */
  { "float w 7; Add x,w > y", CNN_ERROR_FORMAT, "its inputs do not match" },
  { "floats w nan,nan,nan,nan,nan,nan,nan,nan; Add x,w > y",
    CNN_ERROR_UNSUPPORTED, "expected numbers from" },
  { "float w 4x4; MatMul x,w > y", CNN_ERROR_FORMAT, "its matrices do not fit" },
  { "float w 8x4; Gemm x,w > y", CNN_ERROR_FORMAT, "its matrices do not have" },
  { "float s 2; BatchNormalization x,s,s,s,s > y", CNN_ERROR_FORMAT, "one for each channel" },
  { "float s 2; PRelu x,s > y", CNN_ERROR_UNSUPPORTED, "its constant does not fit" },
  /* nodes */
  { "Relu a > b; Relu b > a; Relu x > y", CNN_ERROR_FORMAT, "goes in a circle: its" },
  { "Relu y > y", CNN_ERROR_FORMAT, "goes in a circle: its" },
  { "Relu nothing > y", CNN_ERROR_FORMAT, "which nothing makes" },
  { "Relu x > z", CNN_ERROR_FORMAT, "nothing makes the output" },
  { "Relu x > y; Relu x > y", CNN_ERROR_FORMAT, "which is there already" },
  { "Sigmoid  > y", CNN_ERROR_FORMAT, "is missing" },
  { "Conv x > y", CNN_ERROR_FORMAT, "is missing" },
  { "If x > y", CNN_ERROR_UNSUPPORTED, "this operator is not supported" },
  { "Frobnicate x > y", CNN_ERROR_UNSUPPORTED, "this operator is not supported" },
};

static void
test_nodes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) model = model_of (graph_of (cases[i].text), 17);

      refused (model, NULL, cases[i].text, cases[i].code, cases[i].word);
    }
}

/* --- the rest of a file ----------------------------------------------------------------------- */

static void
test_versions (void)
{
  static const int unknown[] = { 0, 6, 23, G_MAXINT };

  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GByteArray) model = model_of (graph_of ("Relu x > y"), unknown[i]);

      refused (model, NULL, "version", CNN_ERROR_UNSUPPORTED, "7 to 22");
    }
}

static void
test_sparse (void)
{
  GByteArray            *graph = graph_of ("Add x,w > y"), *sparse = g_byte_array_new ();
  g_auto (GStrv)         words = g_strsplit ("floats w 1,2", " ", -1);
  g_autoptr (GByteArray) model = NULL;

  put_message (sparse, 1, tensor (words));
  put_message (graph, 15, sparse);
  model = model_of (graph, 17);
  refused (model, NULL, "sparse numbers", CNN_ERROR_UNSUPPORTED, "sparse");
}

/* A node with a graph in it, also where nobody needs it. */
static void
test_subgraph (void)
{
  for (int needed = 0; needed < 2; needed++)
    {
      GByteArray            *graph = graph_of (needed ? "Relu x > z" : "Relu x > y");
      GByteArray            *with = g_byte_array_new (), *body = g_byte_array_new ();
      g_autoptr (GByteArray) model = NULL;

      put_text (body, 1, "body");
      put_message (body, 6, graph_of ("Relu x > y"));
      put_int (body, 20, 5);
      put_text (with, 1, "x");
      put_text (with, 2, needed ? "y" : "unused");
      put_text (with, 4, "Loop");
      put_message (with, 5, body);
      put_message (graph, 1, with);
      model = model_of (graph, 17);
      refused (model, NULL, "a loop", CNN_ERROR_UNSUPPORTED, "a network inside of a node");
    }
}

/* Values inside of a function are not those of the graph that are called alike; of two
 * functions of one name the first counts. */
static void
test_clash (void)
{
  GByteArray  *graph = graph_of ("Relu x > m; Neg m > c/m; Add h,c/m > y");
  GByteArray  *first[] = { NULL, NULL }, *second[] = { NULL }, *own = g_byte_array_new ();
  GByteArray  *entry = g_byte_array_new ();
  g_auto (GStrv) in = g_strsplit ("Abs in > m", " ", -1);
  g_auto (GStrv) out = g_strsplit ("Exp m > out", " ", -1);
  g_auto (GStrv) other = g_strsplit ("Tanh in > out", " ", -1);
  g_autoptr (GByteArray)   model = NULL;
  g_autoptr (CnnOnnxGraph) read = NULL;
  g_autoptr (CnnImported)  imported = NULL;
  g_autoptr (GError)       error = NULL;

  first[0] = node (in);
  first[1] = node (out);
  second[0] = node (other);
  put_message (graph, 1, call ("c", "f x > h"));
  model = model_of (graph, 17);
  put_text (own, 1, "own");
  put_int (own, 2, 1);
  put_message (model, 8, own);
  put_message (model, 25, function ("f", first, 2));
  put_message (model, 25, function ("f", second, 1));
  put_text (entry, 1, "key");
  put_text (entry, 2, "value");
  put_message (model, 14, entry);
  read = cnn_onnx_graph_parse (model->data, model->len, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (read->metadata, "key"), ==, "value");
  imported = cnn_import_graph (read, (CnnShape) { 8, 8, 3 }, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s", imported->text);
  g_assert_nonnull (strstr (imported->text, "abs"));
  g_assert_nonnull (strstr (imported->text, "exp"));
  g_assert_null (strstr (imported->text, "tanh"));
  g_assert_nonnull (strstr (imported->text, "relu"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-hostile/nodes", test_nodes);
  g_test_add_func ("/onnx-hostile/versions", test_versions);
  g_test_add_func ("/onnx-hostile/sparse", test_sparse);
  g_test_add_func ("/onnx-hostile/subgraph", test_subgraph);
  g_test_add_func ("/onnx-hostile/clash", test_clash);
  return g_test_run ();
}
