/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text.h"

G_BEGIN_DECLS

/* Layers that a text may have, those that are switched off among them. */
#define CNN_TEXT_MAX_LAYERS (4 * CNN_MAX_NODES)

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
 * @param: which of the op's parameters it gives; cnn_text_from() where it is the layer's input,
 *   %NULL where it is the name given with as=
 * @keyed: whether it is written with its key
 */
typedef struct
{
  CnnTextSpan     token;
  const CnnParam *param;
  gboolean        keyed;
} CnnTokenUse;

/**
 * CnnTextName:
 * @number: of the node in the network; -1 where it is not in it
 * @line: where it is
 * @off: whether it is switched off
 */
typedef struct
{
  int      number;
  int      line;
  gboolean off;
} CnnTextName;

/**
 * CnnTextParser:
 * @text: all of the text
 * @at: the token to read next
 * @end: of the layer that is being read
 * @network: (nullable): takes the layers before the first mistake; %NULL where a layer
 *   is read by itself, without its names
 * @bank: (nullable): of a layer that is read by itself: what it refers to, as far as
 *   that is there
 * @must: all that such a layer refers to must be in @bank
 * @lost: the input, which may name a file, cannot be read: nobody knows what is in that
 * @file_at: where the input names it
 * @names: (nullable): of #CnnTextName, what as= calls layers
 * @uses: (nullable): takes what each token is for
 * @n_read: layers read so far that are not switched off
 * @broken: whether there was a mistake
 * @problem: what is wrong with the layer that is being read
 * @wrong_at: where that begins
 * @wrong: the words to mark for it
 * @placed: a byte of the text whose line and column are known
 */
typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  CnnNetwork *network;
  const CnnBank *bank;
  gboolean    must;
  gboolean    lost;
  const char *file_at;
  GHashTable *names;
  GArray     *uses;
  guint       n_read;
  gboolean    broken;
  char       *problem;
  const char *wrong_at;
  CnnTextSpan wrong;
  const char *placed;
  int         line;
  int         column;
} CnnTextParser;

const char *cnn_text_skip_blanks (const char *at);
gboolean    cnn_text_ends_token  (char c);
CnnToken    cnn_text_token       (const char *at, const char *end, gboolean off);
void        cnn_text_place       (CnnTextParser *parser, const char *at, int *line, int *column);
gboolean    cnn_text_fail        (CnnTextParser *parser, const char *at, const char *end,
                                  const char *format, ...) G_GNUC_PRINTF (4, 5);
gboolean    cnn_text_takes_from  (const CnnOp *op);
const CnnParam *cnn_text_from    (void);
CnnNode    *cnn_text_parse_layer (CnnTextParser *parser, const CnnOp **op);
CnnNode    *cnn_text_read_words  (const char *words, const CnnBank *bank, GArray *uses,
                                  char **problem);

G_END_DECLS
