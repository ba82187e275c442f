/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/** CnnTextSpan: @length bytes of a text, from byte @start on. */
typedef struct
{
  gsize start;
  gsize length;
} CnnTextSpan;

/**
 * CnnTextLayer:
 * @span: where it stands, from its name to its last value
 * @off: whether it is switched off: it stands in a comment “#off relu”, at the
 *   beginning of a line, and no network has it
 *
 * A layer as it stands in a text.
 */
typedef struct
{
  CnnTextSpan span;
  gboolean    off;
} CnnTextLayer;

/**
 * CnnLayerReading:
 * @place: where it stands
 * @op: (nullable): the kind of layer, where its name is one
 * @node: (nullable): the layer with its parameters, where its words can be read; its
 *   inputs and its seed count only in the network
 * @number: its number in the network, or -1 where it is not in it
 * @problem: (nullable): what is wrong with it, as a sentence for a person; never
 *   of a layer that is switched off
 * @wrong: the words that are wrong
 */
typedef struct
{
  CnnTextLayer   place;
  const CnnOp   *op;
  const CnnNode *node;
  int            number;
  char          *problem;
  CnnTextSpan    wrong;
} CnnLayerReading;

/**
 * CnnReading:
 * @n_layers: how many layers were found
 * @layers: of each, what could be read
 * @network: the layers before the first mistake and the input; what
 *   cnn_network_parse() returns where there is no mistake
 * @error: (nullable): what cnn_network_parse() says of the text
 *
 * A text as far as it can be read.
 */
typedef struct
{
  guint            n_layers;
  CnnLayerReading *layers;
  CnnNetwork      *network;
  GError          *error;
} CnnReading;

GArray       *cnn_text_split        (const char *text);
char         *cnn_text_words        (const char *text, const CnnTextLayer *layer);
char         *cnn_text_without_name (const char *words);
char         *cnn_text_set_param    (const char *words, const char *key, const char *value,
                                     GError **error);
const char   *cnn_text_off_mark     (const char *line);

CnnReading   *cnn_text_read         (const char *text);
void          cnn_reading_free      (CnnReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnReading, cnn_reading_free)

G_END_DECLS
