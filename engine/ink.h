/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/** CnnPaper: what ink is on. */
typedef enum
{
  CNN_PAPER_BRIGHTER, /* than the ink, or as bright in another colour */
  CNN_PAPER_DARKER,
  CNN_PAPER_NONE      /* it is transparent */
} CnnPaper;

/**
 * CnnInk:
 * @size: of the picture
 * @strength: [size.height][size.width]: 0 where the paper is, 1 where the ink is
 * @box: the smallest rectangle with all that is more ink than paper
 * @paper: what it is on
 *
 * What is drawn on a picture, whatever it is drawn with and on.
 */
typedef struct
{
  CnnSize  size;
  float   *strength;
  CnnRect  box;
  CnnPaper paper;
} CnnInk;

CnnInk *cnn_ink_find (CnnShape shape, const float *colours, const float *alpha,
                      const float *selected, GError **error);
void    cnn_ink_free (CnnInk *ink);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnInk, cnn_ink_free)

G_END_DECLS
