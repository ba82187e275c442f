/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-words.h"

#include <string.h>
#include <sys/resource.h>

/* --- models out of lines of text -------------------------------------------------------------- */

static void
put_float (GByteArray *to, int field, float value)
{
  put_varint (to, (guint64) field << 3 | 5);
  g_byte_array_append (to, (const guint8 *) &value, 4);
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
GByteArray *
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
GByteArray *
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
GByteArray *
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
GByteArray *
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

GByteArray *
model_of (GByteArray *graph, int version) /* (transfer full) */
{
  GByteArray *model = g_byte_array_new (), *opset = g_byte_array_new ();

  put_int (model, 1, 8);
  put_int (opset, 2, version);
  put_message (model, 8, opset);
  put_message (model, 7, graph);
  return model;
}

static glong
most_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024L;
}

/* Neither long nor much memory, whatever comes of it. Memory as the system counts it, from the
 * time the program began. */
void
within (const char *what, gint64 began, glong size)
{
  static glong at_first;
  double       seconds = (double) (g_get_monotonic_time () - began) / G_TIME_SPAN_SECOND;

  if (at_first == 0)
    at_first = most_memory ();
  g_test_message ("%s: %.3f s, %ld KiB", what, seconds, (most_memory () - at_first) / 1024);
  g_assert_cmpfloat (seconds, <, 5.0);
  /* With the address sanitizer it is mostly its own. */
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (most_memory () - at_first, <, (64 << 20) + 8 * size);
#endif
}

GByteArray *
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

GByteArray *
call (const char *name, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  GByteArray    *made = node (parts);

  put_text (made, 3, name);
  put_text (made, 7, "own");
  return made;
}
