/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnPictureClass:
 * @read: the cells of @rect of the picture brought to the shape @input, just as a
 *   run in the host would see them: 1 channel of a colour picture is its
 *   luminance, 3 of a grey one are three times the same, another size is scaled.
 *   To @values, [rect.height][rect.width][input.channels]; @stride is the number of
 *   floats from one row to the next
 * @show: the part @rect of the picture for a person's eyes, scaled to @width ×
 *   @height pixels, 4 bytes each as in CAIRO_FORMAT_RGB24, to @pixels; @stride is
 *   the number of bytes from one row to the next. Quick rather than exact
 * @close: (nullable): makes every read that waits, and all that come, fail
 * @free: frees @data
 *
 * What a host says of its picture. @read and @show are called from any
 * thread, but one at a time. They return %FALSE with an error set when they cannot.
 */
typedef struct
{
  gboolean (*read)  (gpointer data, CnnShape input, const CnnRect *rect, float *values,
                     gsize stride, GCancellable *cancellable, GError **error);
  gboolean (*show)  (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels,
                     gsize stride, GCancellable *cancellable, GError **error);
  void     (*close) (gpointer data);
  void     (*free)  (gpointer data);
} CnnPictureClass;

/**
 * CnnPicture:
 *
 * A picture to run networks on, wherever its host keeps it. Reference-counted.
 */
typedef struct _CnnPicture CnnPicture;

CnnPicture *cnn_picture_new   (const CnnPictureClass *klass, CnnShape shape, gpointer data);
CnnPicture *cnn_picture_ref   (CnnPicture *picture);
void        cnn_picture_unref (CnnPicture *picture);

CnnShape    cnn_picture_shape (CnnPicture *picture);
gboolean    cnn_picture_read  (CnnPicture *picture, CnnShape input, const CnnRect *rect,
                               float *values, gsize stride, GCancellable *cancellable,
                               GError **error);
gboolean    cnn_picture_show  (CnnPicture *picture, const CnnRect *rect, int width, int height,
                               guint8 *pixels, gsize stride, GCancellable *cancellable,
                               GError **error);
void        cnn_picture_close (CnnPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnPicture, cnn_picture_unref)

G_END_DECLS
