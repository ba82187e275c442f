/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "filter-place.h"
#include "learn-pairs.h"

G_BEGIN_DECLS

/**
 * LearnPicture:
 * @picture: what reads the layers; good as long as this
 *
 * A layer before and a layer after a filter, for a person's eyes.
 */
typedef struct
{
  CnnFilterPicture picture;

  /*< private >*/
  GimpDrawable   *layers[2];
  PixelsEncoding  encodings[2];
  const Babl     *fishes[2]; /* from an encoding to what is stored */
} LearnPicture;

LearnPicture *learn_picture_new       (const LearnLayers *layers, LearnEncoding encoding);
void          learn_picture_free      (LearnPicture *picture);
gboolean      learn_picture_identical (LearnPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LearnPicture, learn_picture_free)

G_END_DECLS
