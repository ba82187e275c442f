/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text.h"

G_BEGIN_DECLS

/**
 * CnnToken:
 * @start: its first byte
 * @end: the byte after its last
 * @wrong: (nullable): the first bracket or quote that is not closed or closes nothing
 *
 * The name or a value of a layer.
 */
typedef struct
{
  const char *start;
  const char *end;
  const char *wrong;
} CnnToken;

/**
 * CnnTokenUse:
 * @token: the token
 * @param: which of the op's parameters it gives; %NULL where it is a name given with as=
 * @keyed: whether it is written with its key
 */
typedef struct
{
  CnnSpan         token;
  const CnnParam *param;
  gboolean        keyed;
} CnnTokenUse;

const char *cnn_text_skip_blanks (const char *at);
gboolean    cnn_text_ends_token  (char c);
CnnToken    cnn_text_token       (const char *at, const char *end, gboolean off);
CnnNode    *cnn_text_read_words  (const char *words, GArray *uses, char **problem);

G_END_DECLS
