/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "learn-filter.h"
#include "pixels.h"

G_BEGIN_DECLS

/**
 * LearnLayers:
 * @image: that all of them are in
 * @before: (element-type GimpLayer): pictures before the filter, at least one
 * @after: (element-type GimpLayer): the same after it, as many, each of the size of its other
 * @mask: (nullable): where it is white a cell counts, where it is black not; it lies on the
 *   image, not on the layers
 * @channels: 3, or 1 in a grey image
 *
 * The layers that a filter is to be learnt from, of which nothing is wrong that can be seen
 * without looking at their pixels.
 */
typedef struct
{
  GimpImage    *image;
  GPtrArray    *before;
  GPtrArray    *after;
  GimpDrawable *mask;
  int           channels;
} LearnLayers;

/** LearnEncoding: in which numbers the filter is looked for. */
typedef enum
{
  LEARN_ENCODING_AUTOMATIC, /* in both, and the better is taken */
  LEARN_ENCODING_PERCEPTUAL,
  LEARN_ENCODING_LINEAR
} LearnEncoding;

/**
 * LearnPairs:
 * @n: how many alternatives there are
 * @pairs: the same pictures, [n]
 * @encodings: in which numbers, [n]; @encodings[result->alternative] is the filter's
 *
 * The layers' pixels in memory. After learn_pairs_new() nothing of GIMP is needed for it, so
 * that any thread may learn from it.
 */
typedef struct
{
  guint          n;
  CnnPairs      *pairs[2];
  PixelsEncoding encodings[2];
} LearnPairs;

void         learn_layers_say  (GimpProcedureConfig *config, GimpLayer **before,
                                GimpLayer **after);
LearnLayers *learn_layers_new  (GimpImage *image, GimpProcedureConfig *config,
                                GimpDrawable **drawables, GError **error);
void         learn_layers_free (LearnLayers *layers);

LearnPairs  *learn_pairs_new   (const LearnLayers *layers, LearnEncoding encoding,
                                GError **error);
void         learn_pairs_free  (LearnPairs *pairs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LearnLayers, learn_layers_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LearnPairs, learn_pairs_free)

G_END_DECLS
