/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "dataset.h"
#include "frame.h"
#include "running.h"

G_BEGIN_DECLS

/**
 * LayerClasses:
 *
 * The layer groups of an image as classes, the layers in them as their samples.
 */
typedef struct _LayerClasses LayerClasses;

LayerClasses *layer_classes_new      (GimpImage *image, gboolean hidden, GError **error);
void          layer_classes_free     (LayerClasses *classes);
guint         layer_classes_n_groups (GimpImage *image);
CnnDataset   *layer_classes_list     (const LayerClasses *classes, CnnShape shape);
CnnDataset   *layer_classes_read     (const LayerClasses *classes, CnnShape shape, gboolean digit,
                                      CnnFraming framing, GPtrArray *broken,
                                      RunningProgress *progress, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LayerClasses, layer_classes_free)

G_END_DECLS
