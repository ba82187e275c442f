/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-bytes.h"

#include <string.h>

/** put_varint: seven bits a byte, the lowest first. */
void
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

void
put_int (GByteArray *to, int field, gint64 value)
{
  put_varint (to, (guint64) field << 3);
  put_varint (to, (guint64) value);
}

void
put_bytes (GByteArray *to, int field, const void *bytes, gsize n)
{
  put_varint (to, (guint64) field << 3 | 2);
  put_varint (to, n);
  if (n > 0)
    g_byte_array_append (to, bytes, (guint) n);
}

void
put_text (GByteArray *to, int field, const char *text)
{
  put_bytes (to, field, text, strlen (text));
}

/** put_message: @message: (transfer full) */
void
put_message (GByteArray *to, int field, GByteArray *message)
{
  put_bytes (to, field, message->data, message->len);
  g_byte_array_unref (message);
}
