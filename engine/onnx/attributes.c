/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* What a node's attributes hold, in our own types. A node has few: they are looked for
 * one after the other. */

#define A(NAME) ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__##NAME

typedef struct
{
  char          *name;
  int            type;
  gint64         i;
  float          f;
  char          *s;
  guint          n;
  gint64        *ints;   /* [n] */
  float         *floats; /* [n] */
  CnnOnnxTensor *tensor;
} Attribute;

struct _CnnOnnxAttributes
{
  guint     n;
  Attribute list[];
};

/* Files of the first versions do not say the type: the field that is there tells it. */
static int
find_type (const Onnx__AttributeProto *proto)
{
  if (proto->has_type && proto->type != A (UNDEFINED))
    return proto->type;
  return proto->g                  ? A (GRAPH)
         : proto->n_graphs         ? A (GRAPHS)
         : proto->sparse_tensor    ? A (SPARSE_TENSOR)
         : proto->n_sparse_tensors ? A (SPARSE_TENSORS)
         : proto->t                ? A (TENSOR)
         : proto->n_tensors        ? A (TENSORS)
         : proto->tp               ? A (TYPE_PROTO)
         : proto->n_type_protos    ? A (TYPE_PROTOS)
         : proto->has_f            ? A (FLOAT)
         : proto->has_i            ? A (INT)
         : proto->has_s            ? A (STRING)
         : proto->n_floats         ? A (FLOATS)
         : proto->n_strings        ? A (STRINGS)
                                   : A (INTS); /* also an empty list */
}

static gboolean
read_tensor (Attribute                   *attribute,
             CnnOnnxReader               *reader,
             const char                  *node,
             const Onnx__AttributeProto  *proto,
             GError                     **error)
{
  g_autofree char *what = g_strdup_printf (_("node “%s”, attribute “%s”"), node, attribute->name);

  if (!proto->t)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("%s: there are no numbers"), what);
      return FALSE;
    }
  attribute->tensor = cnn_onnx_tensor_decode (reader, proto->t, what, error);
  return attribute->tensor != NULL;
}

static gboolean
read_one (Attribute                   *attribute,
          CnnOnnxReader               *reader,
          const char                  *node,
          const Onnx__AttributeProto  *proto,
          GError                     **error)
{
  attribute->type = find_type (proto);
  if (!cnn_onnx_budget_take (reader->budget, proto->s.len + 4 * proto->n_floats
                             + 8 * proto->n_ints, error))
    return FALSE;

  switch (attribute->type)
    {
    case A (FLOAT):
      attribute->f = proto->f;
      return TRUE;
    case A (INT):
      attribute->i = proto->i;
      return TRUE;
    case A (STRING):
      attribute->s = proto->s.len ? g_utf8_make_valid ((const char *) proto->s.data,
                                                       (gssize) proto->s.len)
                                  : g_strdup ("");
      return TRUE;
    case A (FLOATS):
      attribute->n = (guint) proto->n_floats;
      attribute->floats = g_memdup2 (proto->floats, proto->n_floats * sizeof *proto->floats);
      return TRUE;
    case A (INTS):
      attribute->n = (guint) proto->n_ints;
      attribute->ints = g_memdup2 (proto->ints, proto->n_ints * sizeof *proto->ints);
      return TRUE;
    case A (TENSOR):
      return read_tensor (attribute, reader, node, proto, error);
    case A (STRINGS): /* nobody asks what these are, only whether they are there */
      return TRUE;
    case A (GRAPH):
    case A (GRAPHS):
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("node “%s”: a network inside of a node (attribute “%s”) cannot be used"), node,
                   attribute->name);
      return FALSE;
    case A (TENSORS):
    case A (SPARSE_TENSOR):
    case A (SPARSE_TENSORS):
    case A (TYPE_PROTO):
    case A (TYPE_PROTOS):
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("node “%s”: what its attribute “%s” holds cannot be used"), node,
                   attribute->name);
      return FALSE;
    default:
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("node “%s”: its attribute “%s” is of no type that ONNX knows"), node,
                   attribute->name);
      return FALSE;
    }
}

/**
 * cnn_onnx_attributes_new:
 * @node: the node's name, for errors
 * @bound: of CnnOnnxBound
 *
 * Returns: (transfer full): the decoded attributes; %NULL with CNN_ERROR_FORMAT,
 *   UNSUPPORTED, LIMIT or IO set
 */
CnnOnnxAttributes *
cnn_onnx_attributes_new (CnnOnnxReader  *reader,
                         const char     *node,
                         const GArray   *bound,
                         GError        **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  CnnOnnxAttributes     *attributes;
  gsize                  size = sizeof *attributes + bound->len * sizeof (Attribute);

  if (!cnn_onnx_budget_take (reader->budget, size, error))
    return NULL;
  attributes = g_malloc0 (size);
  for (guint i = 0; i < bound->len; i++)
    {
      const CnnOnnxBound *one = &g_array_index (bound, CnnOnnxBound, i);
      Attribute          *attribute = &attributes->list[attributes->n++];

      attribute->name = g_utf8_make_valid (one->name, -1);
      if (!g_hash_table_add (seen, (gpointer) one->name))
        g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                     _("node “%s”: its attribute “%s” comes twice"), node, attribute->name);
      else if (read_one (attribute, reader, node, one->proto, error))
        continue;
      cnn_onnx_attributes_free (attributes);
      return NULL;
    }
  return attributes;
}

/**
 * cnn_onnx_attributes_free:
 * @attributes: (nullable) (transfer full): from cnn_onnx_attributes_new()
 */
void
cnn_onnx_attributes_free (CnnOnnxAttributes *attributes)
{
  if (!attributes)
    return;
  for (guint i = 0; i < attributes->n; i++)
    {
      g_free (attributes->list[i].name);
      g_free (attributes->list[i].s);
      g_free (attributes->list[i].ints);
      g_free (attributes->list[i].floats);
      cnn_onnx_tensor_unref (attributes->list[i].tensor);
    }
  g_free (attributes);
}

/* The attribute of that name, if it is of that type; -1: of any. */
static const Attribute *
find (const CnnOnnxNode *node,
      const char        *name,
      int                type)
{
  const CnnOnnxAttributes *all = node->attributes;

  for (guint i = 0; all && i < all->n; i++)
    if (strcmp (all->list[i].name, name) == 0)
      return type < 0 || all->list[i].type == type ? &all->list[i] : NULL;
  return NULL;
}

/**
 * cnn_onnx_attribute_has:
 *
 * Returns: whether the node has an attribute of that name, whatever its type
 */
gboolean
cnn_onnx_attribute_has (const CnnOnnxNode *node,
                        const char        *name)
{
  return find (node, name, -1) != NULL;
}

/**
 * cnn_onnx_attribute_other:
 * @names: ends at %NULL
 *
 * Returns: (nullable): the name of an attribute of the node that is none of these
 */
const char *
cnn_onnx_attribute_other (const CnnOnnxNode *node,
                          const char *const *names)
{
  const CnnOnnxAttributes *all = node->attributes;

  for (guint i = 0; all && i < all->n; i++)
    if (!g_strv_contains (names, all->list[i].name))
      return all->list[i].name;
  return NULL;
}

/**
 * cnn_onnx_attribute_int:
 *
 * Returns: the whole number, or @otherwise where there is none of that name
 */
gint64
cnn_onnx_attribute_int (const CnnOnnxNode *node,
                        const char        *name,
                        gint64             otherwise)
{
  const Attribute *found = find (node, name, A (INT));

  return found ? found->i : otherwise;
}

/**
 * cnn_onnx_attribute_float:
 *
 * Returns: the number, or @otherwise where there is none of that name
 */
double
cnn_onnx_attribute_float (const CnnOnnxNode *node,
                          const char        *name,
                          double             otherwise)
{
  const Attribute *found = find (node, name, A (FLOAT));

  return found ? (double) found->f : otherwise;
}

/**
 * cnn_onnx_attribute_string:
 *
 * Returns: (nullable): the text, the node's, or @otherwise where there is none of that name
 */
const char *
cnn_onnx_attribute_string (const CnnOnnxNode *node,
                           const char        *name,
                           const char        *otherwise)
{
  const Attribute *found = find (node, name, A (STRING));

  return found ? found->s : otherwise;
}

/**
 * cnn_onnx_attribute_ints:
 * @n: (out): how many; 0 where there is no list of that name
 *
 * Returns: (nullable): [n] the node's
 */
const gint64 *
cnn_onnx_attribute_ints (const CnnOnnxNode *node,
                         const char        *name,
                         guint             *n)
{
  const Attribute *found = find (node, name, A (INTS));

  *n = found ? found->n : 0;
  return found ? found->ints : NULL;
}

/**
 * cnn_onnx_attribute_floats:
 * @n: (out): how many; 0 where there is no list of that name
 *
 * Returns: (nullable): [n] the node's
 */
const float *
cnn_onnx_attribute_floats (const CnnOnnxNode *node,
                           const char        *name,
                           guint             *n)
{
  const Attribute *found = find (node, name, A (FLOATS));

  *n = found ? found->n : 0;
  return found ? found->floats : NULL;
}

/**
 * cnn_onnx_attribute_tensor:
 *
 * Returns: (transfer none) (nullable): the node's numbers of that name
 */
CnnOnnxTensor *
cnn_onnx_attribute_tensor (const CnnOnnxNode *node,
                           const char        *name)
{
  const Attribute *found = find (node, name, A (TENSOR));

  return found ? found->tensor : NULL;
}
