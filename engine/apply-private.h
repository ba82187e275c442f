/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "apply.h"

G_BEGIN_DECLS

/**
 * CnnApplyFit:
 * @own_size: whether the network sees the picture's own pixels, @pad around them;
 *   otherwise the picture is scaled to @seen
 * @seen: rows and columns that the network sees
 * @pad: rows and columns that are added for that
 * @made: rows and columns of what it makes of them
 * @cut: where in that the result lies; the whole where nothing is cut
 * @result: rows and columns of the result, to which the cut part is scaled where it
 *   differs
 *
 * How a network and a picture's size are brought together.
 */
typedef struct
{
  gboolean own_size;
  CnnSize  seen;
  CnnSides pad;
  CnnSize  made;
  CnnRect  cut;
  CnnSize  result;
} CnnApplyFit;

/**
 * CnnApplyParts:
 * @words: (element-type utf8): the layers, without the input
 * @input: words of the input with its size left open
 * @name: (nullable): what the layers call the input
 * @asked: shape that the input line says, 0 where it does not
 * @bank: (nullable): the weights
 *
 * A network's text taken apart.
 */
typedef struct
{
  GPtrArray *words;
  char      *input;
  char      *name;
  CnnShape   asked;
  CnnBank   *bank;
} CnnApplyParts;

gboolean cnn_apply_find_fit (const CnnApplyParts *parts, CnnShape picture, CnnApplyFit *fit,
                             CnnShape *output, GError **error);
char    *cnn_apply_join     (const CnnApplyParts *parts, int height, int width, int channels);

G_END_DECLS
