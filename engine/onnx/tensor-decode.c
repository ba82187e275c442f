/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* ONNX's tensors as blocks of float or int64, from all the ways in which a file may
 * have them. The forms are those of the comments in onnx.proto. */

#define T(NAME) ONNX__TENSOR_PROTO__DATA_TYPE__##NAME

/* Which of the typed fields holds a type's numbers. */
typedef enum
{
  IN_NONE,
  IN_FLOAT,
  IN_INT32,
  IN_INT64,
  IN_DOUBLE,
  IN_UINT64
} Field;

/* What a type of element is, in raw_data and in the typed fields. */
typedef struct
{
  const char *name;
  int         bits;
  gboolean    is_float;
  Field       field;
  gint64      from, to; /* what whole numbers may be in the typed field */
} Form;

static const Form forms[] = {
  [T (FLOAT)] = { "float", 32, TRUE, IN_FLOAT, 0, 0 },
  [T (UINT8)] = { "uint8", 8, FALSE, IN_INT32, 0, G_MAXUINT8 },
  [T (INT8)] = { "int8", 8, FALSE, IN_INT32, G_MININT8, G_MAXINT8 },
  [T (UINT16)] = { "uint16", 16, FALSE, IN_INT32, 0, G_MAXUINT16 },
  [T (INT16)] = { "int16", 16, FALSE, IN_INT32, G_MININT16, G_MAXINT16 },
  [T (INT32)] = { "int32", 32, FALSE, IN_INT32, G_MININT32, G_MAXINT32 },
  [T (INT64)] = { "int64", 64, FALSE, IN_INT64, G_MININT64, G_MAXINT64 },
  [T (STRING)] = { "string", 0, FALSE, IN_NONE, 0, 0 },
  [T (BOOL)] = { "bool", 8, FALSE, IN_INT32, 0, 1 },
  [T (FLOAT16)] = { "float16", 16, TRUE, IN_INT32, 0, G_MAXUINT16 },
  [T (DOUBLE)] = { "double", 64, TRUE, IN_DOUBLE, 0, 0 },
  [T (UINT32)] = { "uint32", 32, FALSE, IN_UINT64, 0, G_MAXUINT32 },
  [T (UINT64)] = { "uint64", 64, FALSE, IN_UINT64, 0, G_MAXINT64 },
  [T (COMPLEX64)] = { "complex64", 0, FALSE, IN_NONE, 0, 0 },
  [T (COMPLEX128)] = { "complex128", 0, FALSE, IN_NONE, 0, 0 },
  [T (BFLOAT16)] = { "bfloat16", 16, TRUE, IN_INT32, 0, G_MAXUINT16 },
  [T (FLOAT8E4M3FN)] = { "float8e4m3fn", 0, TRUE, IN_NONE, 0, 0 },
  [T (FLOAT8E4M3FNUZ)] = { "float8e4m3fnuz", 0, TRUE, IN_NONE, 0, 0 },
  [T (FLOAT8E5M2)] = { "float8e5m2", 0, TRUE, IN_NONE, 0, 0 },
  [T (FLOAT8E5M2FNUZ)] = { "float8e5m2fnuz", 0, TRUE, IN_NONE, 0, 0 },
  [T (UINT4)] = { "uint4", 4, FALSE, IN_INT32, 0, G_MAXUINT8 },
  [T (INT4)] = { "int4", 4, FALSE, IN_INT32, G_MININT8, G_MAXUINT8 }, /* a byte, either way */
};

/* --- numbers out of bytes ---------------------------------------------------------------- */

static float
from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static float
from_half (guint32 bits)
{
  guint32 sign = (bits & 0x8000) << 16;
  guint32 exponent = (bits >> 10) & 31;
  guint32 fraction = bits & 1023;
  float   value;

  if (exponent == 31)
    return from_bits (sign | 0x7f800000 | fraction << 13);
  if (exponent > 0)
    return from_bits (sign | (exponent + 112) << 23 | fraction << 13);
  value = (float) fraction * 0x1p-24f;
  return sign ? -value : value;
}

static guint64
little (const guint8 *bytes,
        int           n)
{
  guint64 value = 0;

  for (int i = n - 1; i >= 0; i--)
    value = value << 8 | bytes[i];
  return value;
}

static gint64
sign_extended (guint64 value,
               int     bits)
{
  guint64 sign = (guint64) 1 << (bits - 1);

  return (gint64) ((value ^ sign) - sign);
}

static double
from_double (guint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Number @i of bytes that are as in raw_data. FALSE where it is too large for int64. */
static gboolean
put_raw (CnnOnnxTensor *tensor,
         gsize          i,
         const Form    *form,
         const guint8  *bytes)
{
  guint64 bits;

  if (form->bits == 4)
    bits = bytes[i / 2] >> (4 * (i % 2)) & 15;
  else
    bits = little (bytes + i * (gsize) (form->bits / 8), form->bits / 8);

  switch (tensor->type)
    {
    case T (FLOAT):
      tensor->floats[i] = from_bits ((guint32) bits);
      break;
    case T (FLOAT16):
      tensor->floats[i] = from_half ((guint32) bits);
      break;
    case T (BFLOAT16):
      tensor->floats[i] = from_bits ((guint32) bits << 16);
      break;
    case T (DOUBLE):
      tensor->floats[i] = (float) from_double (bits);
      break;
    case T (BOOL):
      tensor->ints[i] = bits != 0;
      break;
    default:
      if (form->from < 0)
        tensor->ints[i] = sign_extended (bits, form->bits);
      else if (bits > G_MAXINT64)
        return FALSE;
      else
        tensor->ints[i] = (gint64) bits;
    }
  return TRUE;
}

/* Number @i of the typed field. FALSE where it is not one of its type. */
static gboolean
put_typed (CnnOnnxTensor           *tensor,
           gsize                    i,
           const Form              *form,
           const Onnx__TensorProto *proto)
{
  gint64 value;

  switch (form->field)
    {
    case IN_FLOAT:
      tensor->floats[i] = proto->float_data[i];
      return TRUE;
    case IN_DOUBLE:
      tensor->floats[i] = (float) proto->double_data[i];
      return TRUE;
    case IN_INT64:
      tensor->ints[i] = proto->int64_data[i];
      return TRUE;
    case IN_UINT64:
      if (proto->uint64_data[i] > (guint64) form->to)
        return FALSE;
      tensor->ints[i] = (gint64) proto->uint64_data[i];
      return TRUE;
    default:
      value = proto->int32_data[form->bits == 4 ? i / 2 : i];
    }

  if (value < form->from || value > form->to)
    return FALSE;
  if (form->bits == 4)
    {
      guint8 byte = (guint8) value;

      value = byte >> (4 * (i % 2)) & 15;
      tensor->ints[i] = form->from < 0 ? sign_extended ((guint64) value, 4) : value;
    }
  else if (tensor->type == T (FLOAT16))
    tensor->floats[i] = from_half ((guint32) value);
  else if (tensor->type == T (BFLOAT16))
    tensor->floats[i] = from_bits ((guint32) value << 16);
  else
    tensor->ints[i] = value;
  return TRUE;
}

/* --- a message -------------------------------------------------------------------------- */

static gsize
n_typed (const Onnx__TensorProto *proto,
         Field                    field)
{
  switch (field)
    {
    case IN_FLOAT:
      return proto->n_float_data;
    case IN_INT32:
      return proto->n_int32_data;
    case IN_INT64:
      return proto->n_int64_data;
    case IN_DOUBLE:
      return proto->n_double_data;
    case IN_UINT64:
      return proto->n_uint64_data;
    default:
      return 0;
    }
}

static const Form *
find_form (const Onnx__TensorProto  *proto,
           const char               *what,
           GError                  **error)
{
  int         type = proto->data_type;
  const Form *form;

  if (type < 0 || type >= (int) G_N_ELEMENTS (forms) || !forms[type].name)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%s: %d is not a type of numbers that ONNX knows"), what, type);
      return NULL;
    }
  form = &forms[type];
  if (form->bits == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   type == T (STRING) ? _("%s: it holds text (%s), not numbers")
                                      : _("%s: numbers of the type %s cannot be used"),
                   what, form->name);
      return NULL;
    }
  return form;
}

static gboolean
check_extents (const Onnx__TensorProto  *proto,
               const char               *what,
               gsize                    *n,
               GError                  **error)
{
  if (proto->n_dims > CNN_ONNX_MAX_DIMS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("%s: it has %zu dimensions, more than %d"), what, proto->n_dims,
                   CNN_ONNX_MAX_DIMS);
      return FALSE;
    }
  for (gsize d = 0; d < proto->n_dims; d++)
    {
      if (proto->dims[d] >= 0 && proto->dims[d] <= G_MAXINT32)
        continue;
      g_set_error (error, CNN_ERROR, proto->dims[d] < 0 ? CNN_ERROR_FORMAT : CNN_ERROR_LIMIT,
                   proto->dims[d] < 0 ? _("%s: its extent of %lld is negative")
                                      : _("%s: its extent of %lld is too large"),
                   what, (long long) proto->dims[d]);
      return FALSE;
    }
  if (!cnn_onnx_tensor_count ((int) proto->n_dims, proto->dims, n))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%s: it holds too many numbers"), what);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_length (const char  *what,
              gsize        has,
              gsize        wants,
              GError     **error)
{
  if (has == wants)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("%s: there are %zu numbers or bytes of numbers where its extents ask for %zu"),
               what, has, wants);
  return FALSE;
}

/**
 * cnn_onnx_tensor_decode:
 * @proto: the message
 * @what: the tensor in words, for errors
 *
 * Returns: (transfer full): its numbers, counted in the budget for good; %NULL with
 *   CNN_ERROR_FORMAT, UNSUPPORTED, LIMIT or IO set
 */
CnnOnnxTensor *
cnn_onnx_tensor_decode (CnnOnnxReader            *reader,
                        const Onnx__TensorProto  *proto,
                        const char               *what,
                        GError                  **error)
{
  const Form               *form = find_form (proto, what, error);
  g_autoptr (CnnOnnxTensor) tensor = NULL;
  g_autofree guint8        *side = NULL;
  const guint8             *raw = NULL;
  gboolean                  good = TRUE;
  gsize                     n, n_bytes, typed;

  if (!form || !check_extents (proto, what, &n, error))
    return NULL;
  if (proto->segment)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("%s: numbers in segments cannot be used"), what);
      return NULL;
    }

  n_bytes = form->bits == 4 ? (n + 1) / 2 : n * (gsize) (form->bits / 8);
  typed = n_typed (proto, form->field);
  if (proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
    {
      if (!(side = cnn_onnx_external_bytes (reader, proto, what, n_bytes, error)))
        return NULL;
      raw = side;
    }
  else if (proto->has_raw_data && (proto->raw_data.len > 0 || typed == 0))
    {
      if (!check_length (what, proto->raw_data.len, n_bytes, error))
        return NULL;
      raw = proto->raw_data.data;
    }
  else if (!check_length (what, typed, form->bits == 4 ? (n + 1) / 2 : n, error))
    return NULL;

  if (cnn_onnx_budget_take (reader->budget, sizeof (CnnOnnxTensor)
                            + n * (form->is_float ? sizeof (float) : sizeof (gint64)), error))
    {
      tensor = cnn_onnx_tensor_block (proto->data_type, (int) proto->n_dims, proto->dims,
                                      form->is_float);
      if (!tensor)
        g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%s: there is not enough memory"), what);
    }
  for (gsize i = 0; tensor && good && i < n; i++)
    good = raw ? put_raw (tensor, i, form, raw) : put_typed (tensor, i, form, proto);
  if (side)
    reader->budget->used -= n_bytes;
  if (good)
    return g_steal_pointer (&tensor);
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("%s: one of its numbers is outside of what %s can hold here"), what, form->name);
  return NULL;
}

/**
 * cnn_onnx_tensor_read:
 * @file: path of a file that holds one TensorProto, as ONNX's tests have
 *
 * Returns: (transfer full): its numbers; %NULL with CNN_ERROR_FORMAT, UNSUPPORTED, LIMIT or
 *   IO set
 */
CnnOnnxTensor *
cnn_onnx_tensor_read (const char  *file,
                      GError     **error)
{
  g_autoptr (GHashTable) sides = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char       *folder = g_path_get_dirname (file);
  g_autofree char       *shown = g_filename_display_basename (file);
  g_autofree guint8     *bytes = NULL;
  CnnOnnxBudget          budget;
  CnnOnnxReader          reader = { folder, &budget, sides };
  ProtobufCMessage      *message;
  CnnOnnxTensor         *tensor;
  gsize                  n;

  if (!(bytes = cnn_onnx_file_bytes (file, &n, error)))
    return NULL;
  cnn_onnx_budget_init (&budget, n);
  message = cnn_onnx_unpack (&onnx__tensor_proto__descriptor, bytes, n, &budget, error);
  if (!message)
    return NULL;
  tensor = cnn_onnx_tensor_decode (&reader, (Onnx__TensorProto *) message, shown, error);
  cnn_onnx_unpack_free (message, &budget);
  return tensor;
}
