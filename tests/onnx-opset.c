/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-opset.h"

#include <string.h>

/* Which operator set a model needs, found out without the engine's reader. */

static guint64
take_varint (const guint8 **at, const guint8 *end)
{
  guint64 value = 0;

  for (int shift = 0; *at < end && shift < 64; shift += 7)
    {
      guint8 byte = *(*at)++;

      value |= (guint64) (byte & 127) << shift;
      if (byte < 128)
        break;
    }
  return value;
}

/* The next field's number, or 0 at the end: its varint in @value, or its bytes' number there
 * and the bytes at @bytes. */
static guint64
take_field (const guint8 **at, const guint8 *end, const guint8 **bytes, guint64 *value)
{
  guint64 key;

  *bytes = NULL;
  *value = 0;
  if (*at >= end)
    return 0;
  key = take_varint (at, end);
  switch (key & 7)
    {
    case 0:
      *value = take_varint (at, end);
      break;
    case 2:
      *value = take_varint (at, end);
      *value = MIN (*value, (guint64) (end - *at));
      *bytes = *at;
      *at += *value;
      break;
    default:
      *at += MIN ((key & 7) == 1 ? 8 : 4, end - *at);
    }
  return key >> 3;
}

/* Version of an OperatorSetIdProto of ONNX's own; 0: it is of another domain. */
static int
own_version (const guint8 *at, const guint8 *end)
{
  int           version = 0;
  const guint8 *bytes;
  guint64       field, value;

  while ((field = take_field (&at, end, &bytes, &value)))
    if (field == 1 && bytes && value > 0 && !(value == 7 && memcmp (bytes, "ai.onnx", 7) == 0))
      return 0;
    else if (field == 2)
      version = (int) value;
  return version;
}

/**
 * newest_opset:
 *
 * Returns: the newest version of ONNX's own operators that the model asks for
 */
int
newest_opset (const char *file)
{
  g_autofree char *contents = NULL;
  const guint8    *at, *end, *bytes;
  guint64          field, value;
  gsize            n;
  int              newest = 0;

  g_assert_true (g_file_get_contents (file, &contents, &n, NULL));
  at = (const guint8 *) contents;
  end = at + n;
  while ((field = take_field (&at, end, &bytes, &value)))
    if (field == 8 && bytes)
      newest = MAX (newest, own_version (bytes, bytes + value));
  return newest;
}
