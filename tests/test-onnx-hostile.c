/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "error.h"
#include "onnx/import.h"

/* Models that ask for what nobody has: absurd sizes, places that are not there, circles,
 * files outside of the folder. Each is refused in words, at once, and without the memory that
 * it asks for. */

/* --- models out of lines of text -------------------------------------------------------------- */

static void
put_varint (GByteArray *to, guint64 value)
{
  do
    {
      guint8 byte = (guint8) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));

      g_byte_array_append (to, &byte, 1);
      value >>= 7;
    }
  while (value);
}

static void
put_int (GByteArray *to, int field, gint64 value)
{
  put_varint (to, (guint64) field << 3);
  put_varint (to, (guint64) value);
}

static void
put_float (GByteArray *to, int field, float value)
{
  put_varint (to, (guint64) field << 3 | 5);
  g_byte_array_append (to, (const guint8 *) &value, 4);
}

static void
put_bytes (GByteArray *to, int field, const void *bytes, gsize n)
{
  put_varint (to, (guint64) field << 3 | 2);
  put_varint (to, n);
  if (n > 0)
    g_byte_array_append (to, bytes, (guint) n);
}

static void
put_text (GByteArray *to, int field, const char *text)
{
  put_bytes (to, field, text, strlen (text));
}

static void
put_message (GByteArray *to, int field, GByteArray *message) /* (transfer full) */
{
  put_bytes (to, field, message->data, message->len);
  g_byte_array_unref (message);
}

/* “name=word”, “name=7”, “name=1.5” or “name=[1,2]”. */
static GByteArray *
attribute (const char *text)
{
  enum { FLOAT = 1, INT, STRING, TENSOR, INTS = 7 };

  GByteArray    *made = g_byte_array_new ();
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);

  put_text (made, 1, parts[0]);
  if (*parts[1] == '[')
    {
      g_auto (GStrv) numbers = g_strsplit (parts[1] + 1, ",", -1);

      for (guint i = 0; numbers[i]; i++)
        put_int (made, 8, g_ascii_strtoll (numbers[i], NULL, 10));
      put_int (made, 20, INTS);
    }
  else if (g_ascii_isalpha (*parts[1]))
    {
      put_text (made, 4, parts[1]);
      put_int (made, 20, STRING);
    }
  else if (strchr (parts[1], '.'))
    {
      put_float (made, 2, (float) g_ascii_strtod (parts[1], NULL));
      put_int (made, 20, FLOAT);
    }
  else
    {
      put_int (made, 3, g_ascii_strtoll (parts[1], NULL, 10));
      put_int (made, 20, INT);
    }
  return made;
}

/* “OP a,b > c,d name=value …” */
static GByteArray *
node (char *const *words)
{
  GByteArray    *made = g_byte_array_new ();
  g_auto (GStrv) in = g_strsplit (words[1], ",", -1), out = g_strsplit (words[3], ",", -1);

  for (guint i = 0; in[i]; i++)
    put_text (made, 1, in[i]);
  for (guint i = 0; out[i]; i++)
    put_text (made, 2, out[i]);
  put_text (made, 4, words[0]);
  for (guint i = 4; words[i]; i++)
    put_message (made, 5, attribute (words[i]));
  return made;
}

/* “float NAME 2x3”: ones. “empty NAME 2x3”: without any. “ints NAME 1,2”. “floats NAME 1,2”. */
static GByteArray *
tensor (char *const *words)
{
  GByteArray    *made = g_byte_array_new ();
  gboolean       listed = g_str_has_suffix (words[0], "s");
  g_auto (GStrv) numbers = g_strsplit (words[2], listed ? "," : "x", -1);
  gboolean       whole = strcmp (words[0], "ints") == 0;
  gint64         n = 1;

  if (listed)
    put_int (made, 1, g_strv_length (numbers));
  for (guint i = 0; !listed && numbers[i]; i++)
    {
      n *= g_ascii_strtoll (numbers[i], NULL, 10);
      put_int (made, 1, g_ascii_strtoll (numbers[i], NULL, 10));
    }
  put_int (made, 2, whole ? 7 : 1);
  for (guint i = 0; listed && numbers[i]; i++)
    if (whole)
      put_int (made, 7, g_ascii_strtoll (numbers[i], NULL, 10));
    else
      put_float (made, 4, (float) g_ascii_strtod (numbers[i], NULL));
  for (gint64 i = 0; strcmp (words[0], "float") == 0 && i < n; i++)
    put_float (made, 4, 1.0f);
  put_text (made, 8, words[1]);
  return made;
}

/* A float tensor, 1×3×8×8 unless @dims says otherwise. */
static GByteArray *
info (const char *name, const char *dims)
{
  GByteArray    *made = g_byte_array_new (), *type = g_byte_array_new ();
  GByteArray    *of = g_byte_array_new (), *shape = g_byte_array_new ();
  g_auto (GStrv) numbers = g_strsplit (dims ? dims : "1x3x8x8", "x", -1);

  for (guint i = 0; numbers[i]; i++)
    {
      GByteArray *dim = g_byte_array_new ();

      put_int (dim, 1, g_ascii_strtoll (numbers[i], NULL, 10));
      put_message (shape, 1, dim);
    }
  put_int (of, 1, 1);
  put_message (of, 2, shape);
  put_message (type, 1, of);
  put_text (made, 1, name);
  put_message (made, 2, type);
  return made;
}

/* Statements separated by “;”: nodes, tensors, “input 1x3x8x8”. */
static GByteArray *
graph_of (const char *text)
{
  GByteArray    *graph = g_byte_array_new ();
  GByteArray    *output = g_byte_array_new ();
  g_auto (GStrv) lines = g_strsplit (text, ";", -1);
  const char    *dims = NULL;

  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (lines[i]), " ", -1);

      if (strcmp (words[0], "input") == 0)
        dims = strchr (lines[i], ' ') + 1;
      else if (strcmp (words[0], "float") == 0 || strcmp (words[0], "empty") == 0 ||
               strcmp (words[0], "ints") == 0 || strcmp (words[0], "floats") == 0)
        put_message (graph, 5, tensor (words));
      else
        put_message (graph, 1, node (words));
    }
  put_message (graph, 11, info ("x", dims));
  put_text (output, 1, "y");
  put_message (graph, 12, output);
  return graph;
}

static GByteArray *
model_of (GByteArray *graph, int version) /* (transfer full) */
{
  GByteArray *model = g_byte_array_new (), *opset = g_byte_array_new ();

  put_int (model, 1, 8);
  put_int (opset, 2, version);
  put_message (model, 8, opset);
  put_message (model, 7, graph);
  return model;
}

/* --- refusals -------------------------------------------------------------------------------------- */

static glong
most_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024L;
}

/* The model is refused with @code and @word in the sentence. */
static void
refused (GByteArray *model, const char *folder, const char *what, CnnError code, const char *word)
{
  gint64                   begin = g_get_monotonic_time (), took;
  glong                    before = most_memory ();
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_parse (model->data, model->len, folder, NULL,
                                                         &error);
  g_autoptr (CnnImported)  imported = NULL;

  if (graph)
    imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, NULL, &error);
  took = g_get_monotonic_time () - begin;
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
  g_assert_cmpint (took, <, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (most_memory () - before, <, (64 << 20) + 8 * (glong) model->len);
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
    CNN_ERROR_LIMIT, "its result takes too much" },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_test_add_func ("/onnx-hostile/nodes", test_nodes);
  return g_test_run ();
}
