/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

struct _CnnPicture
{
  const CnnPictureClass *klass;
  CnnShape               shape;
  gpointer               data;
  GMutex                 lock; /* one call at a time */
  gint                   ref_count;
};

/**
 * cnn_picture_new:
 * @klass: what the host does, valid for good
 * @shape: height × width × 3 for colour, × 1 for grey
 * @data: (transfer full): for @klass
 *
 * Returns: (transfer full): the picture
 */
CnnPicture *
cnn_picture_new (const CnnPictureClass *klass, CnnShape shape, gpointer data)
{
  CnnPicture *picture = g_new0 (CnnPicture, 1);

  picture->klass = klass;
  picture->shape = shape;
  picture->data = data;
  picture->ref_count = 1;
  g_mutex_init (&picture->lock);
  return picture;
}

CnnPicture *
cnn_picture_ref (CnnPicture *picture)
{
  g_atomic_int_inc (&picture->ref_count);
  return picture;
}

void
cnn_picture_unref (CnnPicture *picture)
{
  if (!g_atomic_int_dec_and_test (&picture->ref_count))
    return;
  picture->klass->free (picture->data);
  g_mutex_clear (&picture->lock);
  g_free (picture);
}

/**
 * cnn_picture_shape:
 *
 * Returns: height × width × 3 for colour, × 1 for grey
 */
CnnShape
cnn_picture_shape (CnnPicture *picture)
{
  return picture->shape;
}

/**
 * cnn_picture_read:
 * @input: the shape the picture is brought to
 * @rect: cells of it
 * @values: where they go, [rect.height][rect.width][input.channels]
 * @stride: floats from one row to the next
 *
 * As #CnnPictureClass says; from any thread. Errors: %CNN_ERROR_CANCELLED,
 * %CNN_ERROR_IO
 */
gboolean
cnn_picture_read (CnnPicture *picture, CnnShape input, const CnnRect *rect, float *values,
                  gsize stride, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&picture->lock);

  return picture->klass->read (picture->data, input, rect, values, stride, cancellable, error);
}

/**
 * cnn_picture_show:
 * @rect: a part of the picture
 * @width: pixels to scale it to
 * @height: pixels to scale it to
 * @pixels: where they go, [height][stride] bytes, as in CAIRO_FORMAT_RGB24
 * @stride: bytes from one row to the next
 *
 * As #CnnPictureClass says; from any thread. Errors: %CNN_ERROR_CANCELLED,
 * %CNN_ERROR_IO
 */
gboolean
cnn_picture_show (CnnPicture *picture, const CnnRect *rect, int width, int height, guint8 *pixels,
                  gsize stride, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&picture->lock);

  return picture->klass->show (picture->data, rect, width, height, pixels, stride, cancellable,
                               error);
}

/**
 * cnn_picture_close:
 *
 * From here on reading fails, also where a thread waits for it now: the host is
 * about to leave.
 */
void
cnn_picture_close (CnnPicture *picture)
{
  if (picture->klass->close != NULL)
    picture->klass->close (picture->data);
}
