/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "picture.h"
#include "pixels.h"

G_BEGIN_DECLS

/**
 * DrawablePicture:
 *
 * What a #CnnPicture of a drawable is made of; lives as long as that.
 */
typedef struct _DrawablePicture DrawablePicture;

CnnPicture *drawable_picture_new          (GimpDrawable *drawable, PixelsEncoding encoding,
                                           DrawablePicture **self);
void        drawable_picture_set_encoding (DrawablePicture *self, PixelsEncoding encoding);

G_END_DECLS
