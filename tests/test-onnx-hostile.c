/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "error.h"
#include "network.h"
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

/* Neither long nor much memory, whatever comes of it. Memory as the system counts it, from the
 * time the program began. */
static void
within (const char *what, gint64 began, glong size)
{
  static glong at_first;
  double       seconds = (double) (g_get_monotonic_time () - began) / G_TIME_SPAN_SECOND;

  if (at_first == 0)
    at_first = most_memory ();
  g_test_message ("%s: %.3f s, %ld KiB", what, seconds, (most_memory () - at_first) / 1024);
  g_assert_cmpfloat (seconds, <, 5.0);
  g_assert_cmpint (most_memory () - at_first, <, (64 << 20) + 8 * size);
}

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

/* --- much from little ---------------------------------------------------------------------------- */

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

static GByteArray *
function (const char *name, GByteArray *const *nodes, int n)
{
  GByteArray *made = g_byte_array_new (), *own = g_byte_array_new (), *onnx = g_byte_array_new ();

  put_text (made, 1, name);
  put_text (made, 4, "in");
  put_text (made, 5, "out");
  for (int i = 0; i < n; i++)
    put_message (made, 7, nodes[i]);
  put_int (onnx, 2, 17);
  put_text (own, 1, "own");
  put_int (own, 2, 1);
  put_message (made, 9, onnx);
  put_message (made, 9, own);
  put_text (made, 10, "own");
  return made;
}

static GByteArray *
call (const char *name, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  GByteArray    *made = node (parts);

  put_text (made, 3, name);
  put_text (made, 7, "own");
  return made;
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

/* --- the rest of a file ------------------------------------------------------------------------------ */

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
  g_test_add_func ("/onnx-hostile/heavy", test_heavy);
  g_test_add_func ("/onnx-hostile/functions", test_functions);
  g_test_add_func ("/onnx-hostile/versions", test_versions);
  g_test_add_func ("/onnx-hostile/sparse", test_sparse);
  g_test_add_func ("/onnx-hostile/subgraph", test_subgraph);
  g_test_add_func ("/onnx-hostile/clash", test_clash);
  return g_test_run ();
}
