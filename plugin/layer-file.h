/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "types.h"

G_BEGIN_DECLS

/**
 * LayerFile:
 *
 * Layers of bytes on their way to GIMP, in a file that it reads by itself.
 */
typedef struct _LayerFile LayerFile;

LayerFile *layer_file_new   (GimpImage *image, const char *folder);
void       layer_file_free  (LayerFile *file);
guint      layer_file_add   (LayerFile *file, GimpImageType type, CnnSize size);
gboolean   layer_file_begin (LayerFile *file);
gboolean   layer_file_write (LayerFile *file, guint layer, const CnnRect *rect,
                             const guint8 *pixels, GError **error);
GPtrArray *layer_file_load  (LayerFile *file, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LayerFile, layer_file_free)

G_END_DECLS
