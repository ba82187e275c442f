/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ONNX's files byte by byte: fields of messages in protobuf's wire format. */

void put_varint  (GByteArray *to, guint64 value);
void put_int     (GByteArray *to, int field, gint64 value);
void put_bytes   (GByteArray *to, int field, const void *bytes, gsize n);
void put_text    (GByteArray *to, int field, const char *text);
void put_message (GByteArray *to, int field, GByteArray *message);

G_END_DECLS
