/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "onnx/import.h"
#include "onnx/reader.h"

/* How libFuzzer changes models. A byte more somewhere makes all lengths around it wrong, and
 * what is broken is refused at once; so most of the changes are made to the messages, which
 * are then put into bytes again. */

size_t LLVMFuzzerMutate          (uint8_t *bytes, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator   (uint8_t *bytes, size_t n, size_t most, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver (const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b,
                                  uint8_t *out, size_t most, unsigned int seed);

#define MOST_MESSAGES 4000

typedef struct
{
  GRand     *rand;
  GPtrArray *messages; /* of ProtobufCMessage *: all of the model */
  GPtrArray *strings;  /* of const char *: all of the model's, copies */
} Mutation;

static guint
below (Mutation *mutation, gsize n)
{
  return n > 0 ? (guint) g_rand_int_range (mutation->rand, 0, (gint32) MIN (n, G_MAXINT32)) : 0;
}

static gpointer
member (gconstpointer message, guint offset)
{
  return (char *) message + offset;
}

/* Whether the field is not the one that counts of several in the same place. */
static gboolean
is_elsewhere (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
         *(guint32 *) member (message, field->quantifier_offset) != field->id;
}

/* --- what there is --------------------------------------------------------------------- */

static void
collect (Mutation *mutation, ProtobufCMessage *message)
{
  if (mutation->messages->len >= MOST_MESSAGES)
    return;
  g_ptr_array_add (mutation->messages, message);
  for (unsigned int i = 0; i < message->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
      void                           *at = member (message, field->offset);
      size_t                          n = 1;
      void                          **items = at;

      if (is_elsewhere (message, field))
        continue;
      if (field->label == PROTOBUF_C_LABEL_REPEATED)
        {
          n = *(size_t *) member (message, field->quantifier_offset);
          items = *(void ***) at;
        }
      if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        for (size_t k = 0; k < n; k++)
          if (items[k])
            collect (mutation, items[k]);
      if (field->type == PROTOBUF_C_TYPE_STRING)
        for (size_t k = 0; k < n; k++)
          if (items[k])
            g_ptr_array_add (mutation->strings, g_strdup (items[k]));
    }
}

static Onnx__ModelProto *
open_model (Mutation *mutation, const guint8 *bytes, gsize n, guint seed)
{
  CnnOnnxBudget     budget;
  ProtobufCMessage *message;

  cnn_onnx_budget_init (&budget, n);
  message = cnn_onnx_unpack (&onnx__model_proto__descriptor, bytes, n, &budget, NULL);
  if (message == NULL)
    return NULL;
  cnn_onnx_unpack_free (message, &budget);
  mutation->rand = g_rand_new_with_seed (seed);
  mutation->messages = g_ptr_array_new ();
  mutation->strings = g_ptr_array_new_with_free_func (g_free);
  message = protobuf_c_message_unpack (&onnx__model_proto__descriptor, NULL, n, bytes);
  collect (mutation, message);
  return (Onnx__ModelProto *) message;
}

/* The bytes of the model, which is freed; 0 where there are too many. */
static gsize
close_model (Mutation *mutation, Onnx__ModelProto *model, guint8 *bytes, gsize most)
{
  gsize n = onnx__model_proto__get_packed_size (model);

  if (n <= most)
    onnx__model_proto__pack (model, bytes);
  onnx__model_proto__free_unpacked (model, NULL);
  g_rand_free (mutation->rand);
  g_ptr_array_unref (mutation->messages);
  g_ptr_array_unref (mutation->strings);
  return n <= most ? n : 0;
}

/* --- new values ------------------------------------------------------------------------- */

static gint64
any_int (Mutation *mutation, gint64 old)
{
  static const gint64 odd[] = {
    0, 1, -1, 2, -2, 3, 4, 5, 7, 8, 16, 64, 255, 256, 1000, 4096, 65535, 65536, 1 << 20, 1 << 24,
    G_MAXINT32, G_MININT32, (gint64) 1 << 31, (gint64) 1 << 32, (gint64) 1 << 40, (gint64) 1 << 62,
    G_MAXINT64, G_MININT64, G_MAXINT64 - 1, G_MININT64 + 1, 10, 11, 6, 9, 12, 20, -3, -4,
  };

  switch (below (mutation, 5))
    {
    case 0:
      return (gint64) ((guint64) old + 1);
    case 1:
      return (gint64) ((guint64) old - 1);
    case 2:
      return below (mutation, 2) ? (gint64) (0 - (guint64) old) : (gint64) ((guint64) old * 2);
    case 3:
      return (gint64) below (mutation, 9) - 2;
    default:
      return odd[below (mutation, G_N_ELEMENTS (odd))];
    }
}

static double
any_float (Mutation *mutation, double old)
{
  static const double odd[] = { 0, 1, -1, 0.5, 2, 3, 1e-30, 1e30, -1e38, 1e-45, G_MAXINT32, 4.0e9,
                                (double) NAN, (double) INFINITY, -(double) INFINITY, 255, 1e-5 };

  return below (mutation, 4) ? odd[below (mutation, G_N_ELEMENTS (odd))] : old * 2 - 1;
}

static char *
any_string (Mutation *mutation, const char *old)
{
  static const CnnImportOp *const tables[] = {
    cnn_import_activations, cnn_import_arithmetic, cnn_import_convs,   cnn_import_matrices,
    cnn_import_norms,       cnn_import_pools,      cnn_import_reduces, cnn_import_resizes,
    cnn_import_slices,      cnn_import_views,
  };
  static const char *const others[] = {
    "", "x", "Shape", "Size", "Constant", "ConstantOfShape", "Range", "Identity", "Cast", "Where",
    "NonZero", "Tile", "Expand", "Trilu", "OneHot", "EyeLike", "Gather", "GatherND", "ScatterND",
    "CumSum", "TopK", "axis", "axes", "pads", "strides", "dilations", "kernel_shape", "group",
    "auto_pad", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "mode", "linear", "cubic", "nearest",
    "ceil_mode", "keepdims", "perm", "value", "alpha", "beta", "epsilon", "to", "blocksize", "DCR",
    "CRD", "output_shape", "output_padding", "reflect", "edge", "wrap", "align_corners",
    "tf_crop_and_resize", "half_pixel", "location", "offset", "length", "num_outputs", "split",
    "count_include_pad", "storage_order", "p", "transA", "transB", "allowzero",
  };

  switch (below (mutation, 4))
    {
    case 0:
      {
        const CnnImportOp *table = tables[below (mutation, G_N_ELEMENTS (tables))];
        guint              n = 0;

        while (table[n].op)
          n++;
        return strdup (table[below (mutation, n)].op);
      }
    case 1:
      return strdup (others[below (mutation, G_N_ELEMENTS (others))]);
    case 2:
      {
        char  *text = calloc (1, strlen (old) + 9);
        size_t n;

        strcpy (text, old);
        n = LLVMFuzzerMutate ((uint8_t *) text, strlen (text), strlen (text) + 8);
        text[n] = '\0';
        return text;
      }
    default:
      return strdup (mutation->strings->len
                       ? mutation->strings->pdata[below (mutation, mutation->strings->len)] : "y");
    }
}

static ProtobufCMessage *
copy_message (const ProtobufCMessage *message)
{
  size_t            n = protobuf_c_message_get_packed_size (message);
  g_autofree void  *bytes = g_malloc (n + 1);

  protobuf_c_message_pack (message, bytes);
  return protobuf_c_message_unpack (message->descriptor, NULL, n, bytes);
}

/* (nullable): a copy of one of the model's, of that type. */
static ProtobufCMessage *
any_message (Mutation *mutation, const ProtobufCMessageDescriptor *type)
{
  guint start = below (mutation, mutation->messages->len);

  for (guint i = 0; i < mutation->messages->len; i++)
    {
      ProtobufCMessage *message = mutation->messages->pdata[(start + i) % mutation->messages->len];

      if (message->descriptor == type)
        return copy_message (message);
    }
  return NULL;
}

static gsize
size_of (ProtobufCType type)
{
  switch (type)
    {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
      return 8;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
      return sizeof (void *);
    case PROTOBUF_C_TYPE_BYTES:
      return sizeof (ProtobufCBinaryData);
    default:
      return 4;
    }
}

static void
change_bytes (Mutation *mutation, ProtobufCBinaryData *data)
{
  size_t   most = data->len + 16;
  uint8_t *bytes = malloc (most);

  if (data->len > 0)
    memcpy (bytes, data->data, data->len);
  if (data->len == 0 || below (mutation, 4) == 0)
    data->len = LLVMFuzzerMutate (bytes, data->len, most);
  else if (data->len >= 8 && below (mutation, 2))
    {
      gint64 value = any_int (mutation, 0);

      memcpy (bytes + below (mutation, data->len / 8) * 8, &value, 8);
    }
  else
    data->len = LLVMFuzzerMutate (bytes, data->len, data->len);
  free (data->data);
  data->data = bytes;
}

static void
change_value (Mutation *mutation, const ProtobufCFieldDescriptor *field, void *at)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_FLOAT:
      *(float *) at = (float) any_float (mutation, (double) *(float *) at);
      break;
    case PROTOBUF_C_TYPE_DOUBLE:
      *(double *) at = any_float (mutation, *(double *) at);
      break;
    case PROTOBUF_C_TYPE_STRING:
      {
        char **string = at;
        char  *text = any_string (mutation, *string ? *string : "");

        if (*string && *string != field->default_value)
          free (*string);
        *string = text;
        break;
      }
    case PROTOBUF_C_TYPE_BYTES:
      change_bytes (mutation, at);
      break;
    case PROTOBUF_C_TYPE_MESSAGE:
      break;
    default:
      if (size_of (field->type) == 8)
        *(gint64 *) at = any_int (mutation, *(gint64 *) at);
      else
        *(gint32 *) at = (gint32) any_int (mutation, *(gint32 *) at);
    }
}

/* --- changes ------------------------------------------------------------------------------- */

static void
free_value (const ProtobufCFieldDescriptor *field, void *at)
{
  if (field->type == PROTOBUF_C_TYPE_STRING)
    free (*(char **) at);
  else if (field->type == PROTOBUF_C_TYPE_BYTES)
    free (((ProtobufCBinaryData *) at)->data);
  else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    protobuf_c_message_free_unpacked (*(ProtobufCMessage **) at, NULL);
}

/* Puts @message, or a value like the one before, at the end of a field that may have many. */
static void
append (Mutation *mutation, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
        ProtobufCMessage *value)
{
  size_t *n = member (message, field->quantifier_offset);
  char  **items = member (message, field->offset);
  size_t  size = size_of (field->type);

  if (field->type == PROTOBUF_C_TYPE_MESSAGE && value == NULL)
    return;
  *items = realloc (*items, (*n + 1) * size);
  memset (*items + *n * size, 0, size);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    *(ProtobufCMessage **) (gpointer) (*items + *n * size) = value;
  else
    change_value (mutation, field, *items + *n * size);
  (*n)++;
}

static void
change_many (Mutation *mutation, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  size_t *n = member (message, field->quantifier_offset);
  char   *items = *(char **) member (message, field->offset);
  size_t  size = size_of (field->type);
  guint   at = below (mutation, *n), other = below (mutation, *n);

  switch (*n == 0 ? 0 : below (mutation, field->type == PROTOBUF_C_TYPE_MESSAGE ? 3 : 6))
    {
    case 0:
      append (mutation, message, field,
              field->type == PROTOBUF_C_TYPE_MESSAGE
                ? any_message (mutation, field->descriptor) : NULL);
      break;
    case 1:
      free_value (field, items + at * size);
      memmove (items + at * size, items + (at + 1) * size, (*n - at - 1) * size);
      (*n)--;
      break;
    case 2:
      {
        char keep[sizeof (ProtobufCBinaryData)];

        memcpy (keep, items + at * size, size);
        memcpy (items + at * size, items + other * size, size);
        memcpy (items + other * size, keep, size);
        break;
      }
    default:
      change_value (mutation, field, items + at * size);
    }
}

static void
change_one (Mutation *mutation, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  void *at = member (message, field->offset);

  if (is_elsewhere (message, field) ||
      (field->type == PROTOBUF_C_TYPE_MESSAGE && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)))
    return;
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    {
      ProtobufCMessage **inner = at, *copy = any_message (mutation, field->descriptor);

      if (*inner)
        protobuf_c_message_free_unpacked (*inner, NULL);
      *inner = below (mutation, 4) ? copy : NULL;
      if (*inner == NULL && copy)
        protobuf_c_message_free_unpacked (copy, NULL);
      return;
    }
  if (field->quantifier_offset && !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
    *(protobuf_c_boolean *) member (message, field->quantifier_offset) = TRUE;
  change_value (mutation, field, at);
}

static void
change (Mutation *mutation, Onnx__ModelProto *model)
{
  ProtobufCMessage               *message;
  const ProtobufCFieldDescriptor *field = NULL;

  /* A change may have freed what was collected. */
  g_ptr_array_set_size (mutation->messages, 0);
  g_ptr_array_set_size (mutation->strings, 0);
  collect (mutation, &model->base);
  message = mutation->messages->pdata[below (mutation, mutation->messages->len)];
  /* Mostly fields that are there. */
  for (int tries = 0; tries < 8; tries++)
    {
      size_t n = 0;

      field = &message->descriptor->fields[below (mutation, message->descriptor->n_fields)];
      if (field->label == PROTOBUF_C_LABEL_REPEATED)
        n = *(size_t *) member (message, field->quantifier_offset);
      else if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
        n = !is_elsewhere (message, field);
      else if (field->type == PROTOBUF_C_TYPE_MESSAGE || field->type == PROTOBUF_C_TYPE_STRING)
        n = *(void **) member (message, field->offset) != NULL;
      else
        n = (size_t) *(protobuf_c_boolean *) member (message, field->quantifier_offset);
      if (n > 0)
        break;
    }
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    change_many (mutation, message, field);
  else
    change_one (mutation, message, field);
}

size_t
LLVMFuzzerCustomMutator (uint8_t *bytes, size_t n, size_t most, unsigned int seed)
{
  Mutation          mutation;
  Onnx__ModelProto *model = seed % 8 ? open_model (&mutation, bytes, n, seed) : NULL;
  gsize             made;

  if (model == NULL)
    return LLVMFuzzerMutate (bytes, n, most);
  for (guint i = 1 + below (&mutation, 4); i-- > 0;)
    change (&mutation, model);
  made = close_model (&mutation, model, bytes, most);
  return made > 0 ? made : n;
}

/* A node, a tensor or whatever of the other model goes into this one. */
size_t
LLVMFuzzerCustomCrossOver (const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b,
                           uint8_t *out, size_t most, unsigned int seed)
{
  Mutation          to, from;
  Onnx__ModelProto *model = open_model (&to, a, n_a, seed), *other;
  gsize             made;

  if (model == NULL)
    return 0;
  other = open_model (&from, b, n_b, seed);
  for (int tries = 0; other && tries < 20; tries++)
    {
      ProtobufCMessage *into = to.messages->pdata[below (&to, to.messages->len)];
      guint             at = below (&to, into->descriptor->n_fields);
      const ProtobufCFieldDescriptor *field = &into->descriptor->fields[at];

      if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE)
        continue;
      append (&to, into, field, any_message (&from, field->descriptor));
      if (field->descriptor == &onnx__node_proto__descriptor && model->graph &&
          model->graph->n_node > 1)
        {
          Onnx__NodeProto *node = model->graph->node[model->graph->n_node - 1];

          for (size_t i = 0; i < node->n_input; i++)
            if (below (&to, 2))
              {
                free (node->input[i]);
                node->input[i] = strdup (to.strings->pdata[below (&to, to.strings->len)]);
              }
        }
      break;
    }
  if (other)
    {
      onnx__model_proto__free_unpacked (other, NULL);
      g_rand_free (from.rand);
      g_ptr_array_unref (from.messages);
      g_ptr_array_unref (from.strings);
    }
  made = close_model (&to, model, out, most);
  return made;
}
