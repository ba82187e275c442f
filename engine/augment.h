/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "param.h"
#include "types.h"

G_BEGIN_DECLS

/** CnnFlip: which ways a picture may be turned over, each time by chance. */
typedef enum
{
  CNN_FLIP_NONE,
  CNN_FLIP_HORIZONTAL,
  CNN_FLIP_VERTICAL,
  CNN_FLIP_BOTH
} CnnFlip;

/** CnnOutside: what lies around a picture that was moved. */
typedef enum
{
  CNN_OUTSIDE_EDGE,
  CNN_OUTSIDE_BLACK,
  CNN_OUTSIDE_WHITE
} CnnOutside;

/**
 * CnnAugment:
 * @shift: the most whole pixels that it moves along each side
 * @rotate: the most degrees that it turns either way
 * @scale: least and greatest factor of its size; none: 1
 * @shear: the most degrees that its columns lean either way
 * @flip: how it may be turned over
 * @elastic: how far its pixels are moved each on its own, and over how many pixels that is
 *   smoothed; none: not
 * @outside: what lies around it
 *
 * How pictures are changed by chance while a network learns from them.
 */
typedef struct
{
  int        shift;
  double     rotate;
  CnnNumbers scale;
  double     shear;
  CnnFlip    flip;
  CnnNumbers elastic;
  CnnOutside outside;
} CnnAugment;

const CnnParam *cnn_augment_params  (void);
CnnAugment     *cnn_augment_parse   (const char *text, GError **error);
char           *cnn_augment_print   (const CnnAugment *augment);
void            cnn_augment_free    (CnnAugment *augment);
gboolean        cnn_augment_is_none (const CnnAugment *augment);
gsize           cnn_augment_scratch (const CnnAugment *augment, CnnShape shape);
void            cnn_augment_apply   (const CnnAugment *augment, guint64 seed, guint64 number,
                                     CnnShape shape, const float *in, float *out, float *scratch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnAugment, cnn_augment_free)

G_END_DECLS
