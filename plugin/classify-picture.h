/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "classify.h"
#include "coverage.h"
#include "frame.h"
#include "ink.h"
#include "pixels.h"

G_BEGIN_DECLS

/**
 * ClassifyPicture:
 * @seen: [height][width][channels] of the network's input: what it looks at, from 0 to 1
 * @frame: where that lies on the selected part of the layer
 * @paper: of ink, what it is on
 *
 * What a classifier sees of a layer.
 */
typedef struct
{
  float   *seen;
  CnnFrame frame;
  CnnPaper paper;
} ClassifyPicture;

gboolean classify_picture_read (GimpDrawable *drawable, const Coverage *coverage, CnnShape input,
                                gboolean digit, CnnFraming framing, PixelsEncoding encoding,
                                ClassifyPicture *picture, GError **error);

G_END_DECLS
