/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnInk:
 * @size: of the picture
 * @strength: [size.height][size.width]: 0 where the paper is, 1 where the ink is
 * @box: the smallest rectangle with all that is more ink than paper
 * @light: whether the ink is brighter than the paper
 *
 * What is drawn on a picture, whatever it is drawn with and on.
 */
typedef struct
{
  CnnSize  size;
  float   *strength;
  CnnRect  box;
  gboolean light;
} CnnInk;

CnnInk *cnn_ink_find (CnnShape shape, const float *colours, const float *alpha,
                      const float *selected, GError **error);
void    cnn_ink_free (CnnInk *ink);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnInk, cnn_ink_free)

G_END_DECLS
