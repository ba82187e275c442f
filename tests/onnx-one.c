/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-one.h"

#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "onnx-bytes.h"

/* An attribute “name=1,2,3”, “name=7” or “name=word”; of one number a list where it ends in
 * a comma. */
static void
put_attribute (GByteArray *node, const char *text)
{
  enum { INT = 2, STRING = 3, INTS = 7 };

  GByteArray     *attribute = g_byte_array_new ();
  g_auto (GStrv)  parts = g_strsplit (text, "=", 2);

  put_text (attribute, 1, parts[0]);
  if (g_ascii_isalpha (*parts[1]))
    {
      put_text (attribute, 4, parts[1]);
      put_int (attribute, 20, STRING);
    }
  else if (strchr (parts[1], ','))
    {
      g_auto (GStrv) numbers = g_strsplit (parts[1], ",", -1);

      for (guint i = 0; numbers[i]; i++)
        if (*numbers[i])
          put_int (attribute, 8, g_ascii_strtoll (numbers[i], NULL, 10));
      put_int (attribute, 20, INTS);
    }
  else
    {
      put_int (attribute, 3, g_ascii_strtoll (parts[1], NULL, 10));
      put_int (attribute, 20, INT);
    }
  put_message (node, 5, attribute);
}

/* The attributes are separated by spaces. */
static void
put_attributes (GByteArray *node, const char *attributes)
{
  g_auto (GStrv) words = g_strsplit (attributes, " ", -1);

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      put_attribute (node, words[i]);
}

/**
 * onnx_one_graph:
 * @op: perhaps “domain.Operator”
 * @attributes: “name=7”, “name=word” or “name=1,2,3”, separated by spaces
 * @pads: (nullable): attributes of a Pad before it
 *
 * Returns: (transfer full): one node that makes @n_out outputs of @n_in inputs
 */
CnnOnnxGraph *
onnx_one_graph (const char *op, int version, guint n_in, guint n_out, const char *attributes,
                const char *pads)
{
  static const char *const ins[] = { "x", "w", "b" }, *const outs[] = { "y", "z" };

  GByteArray   *node = g_byte_array_new (), *graph = g_byte_array_new ();
  GByteArray   *opset = g_byte_array_new (), *bytes = g_byte_array_new ();
  CnnOnnxGraph *read;
  GError       *error = NULL;

  if (pads)
    {
      GByteArray *pad = g_byte_array_new ();

      put_text (pad, 1, "x");
      put_text (pad, 2, "padded");
      put_text (pad, 4, "Pad");
      put_attributes (pad, pads);
      put_message (graph, 1, pad);
    }
  for (guint i = 0; i < n_in + n_out; i++)
    {
      GByteArray *info = g_byte_array_new ();
      const char *name = i < n_in ? ins[i] : outs[i - n_in];

      put_text (node, i < n_in ? 1 : 2, i == 0 && pads ? "padded" : name);
      put_text (info, 1, name);
      put_message (graph, i < n_in ? 11 : 12, info);
    }
  if (strchr (op, '.'))
    {
      g_autofree char *domain = g_strndup (op, strcspn (op, "."));
      GByteArray      *other = g_byte_array_new ();

      put_text (node, 7, domain);
      put_text (other, 1, domain);
      put_int (other, 2, 1);
      put_message (bytes, 8, other);
      op = strchr (op, '.') + 1;
    }
  put_text (node, 4, op);
  put_attributes (node, attributes);
  put_message (graph, 1, node);
  put_int (opset, 2, version);
  put_int (bytes, 1, 8);
  put_message (bytes, 8, opset);
  put_message (bytes, 7, graph);
  read = cnn_onnx_graph_parse (bytes->data, bytes->len, NULL, NULL, &error);
  g_assert_no_error (error);
  g_byte_array_unref (bytes);
  return read;
}

/** onnx_one_numbers: small whole ones. */
CnnOnnxTensor *
onnx_one_numbers (GRand *rand, int n_dims, const gint64 *dims)
{
  CnnOnnxTensor *tensor = cnn_onnx_tensor_floats (n_dims, dims);

  for (gsize i = 0; i < tensor->n; i++)
    tensor->floats[i] = (float) pick (rand, -3, 3);
  return tensor;
}

/* Where number @i of the tensor lies in the map. */
static gsize
place (const CnnImportValue *value, gsize i)
{
  int at[3] = { 0, 0, 0 };

  for (guint k = value->n_atoms; k-- > 0;)
    {
      const CnnAtom *atom = &value->atoms[k];

      at[atom->axis == 'h' ? 0 : atom->axis == 'w' ? 1 : 2] +=
        (int) (i % (gsize) atom->extent) * (int) atom->stride;
      i /= (gsize) atom->extent;
    }
  return ((gsize) at[0] * value->shape.width + at[1]) * value->shape.channels + at[2];
}

/** onnx_one_check: imports the node and runs its text; the outputs are to be @wanted. */
void
onnx_one_check (const char *op, int version, const char *attributes, guint n_in,
                CnnOnnxTensor **in, guint n_out, CnnOnnxTensor **wanted)
{
  g_autoptr (CnnOnnxGraph) graph = onnx_one_graph (op, version, n_in, n_out, attributes, NULL);
  GError                  *error = NULL;
  g_autoptr (CnnImported)  imported = cnn_import_graph (graph, (CnnShape) { 8, 8, 3 }, in, &error);
  g_autoptr (CnnNetwork)   network = NULL;
  g_autofree float        *values = NULL;

  g_assert_no_error (error);
  network = cnn_network_parse_with (imported->text, imported->bank, &error);
  g_assert_no_error (error);
  values = g_new0 (float, cnn_shape_cells (imported->input.shape));
  for (gsize i = 0; i < in[0]->n; i++)
    values[place (&imported->input, i)] = in[0]->floats[i];
  for (guint k = 0; k < n_out; k++)
    {
      const CnnImportValue *value = &imported->outputs[k].value;
      guint                 tap = imported->outputs[k].layer;
      g_autoptr (CnnPlan)   plan = cnn_plan_new (network, imported->input.shape, 1, &tap, NULL,
                                                 &error);
      g_autofree float     *out = NULL;

      g_assert_no_error (error);
      out = cnn_test_run_plan (plan, imported->input.shape, values, value->shape);
      g_assert_cmpint (value->n_dims, ==, wanted[k]->n_dims);
      for (int i = 0; i < value->n_dims; i++)
        g_assert_cmpint (value->dims[i], ==, wanted[k]->dims[i]);
      for (gsize i = 0; i < wanted[k]->n; i++)
        if (fabs (out[place (value, i)] - wanted[k]->floats[i]) > 1e-3)
          g_error ("%s %s, value %zu: %g, expected %g, in\n%s", op, attributes, i,
                   out[place (value, i)], wanted[k]->floats[i], imported->text);
    }
}
