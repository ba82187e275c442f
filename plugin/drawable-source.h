/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "pixels.h"
#include "plan.h"

G_BEGIN_DECLS

typedef struct _DrawableSource DrawableSource;

DrawableSource *drawable_source_new   (GimpDrawable *drawable, CnnShape input,
                                       PixelsEncoding encoding);
DrawableSource *drawable_source_new_for_buffer (GeglBuffer *buffer, CnnSize size, CnnShape input,
                                                PixelsEncoding encoding);
void            drawable_source_free  (DrawableSource *source);
CnnRect         drawable_source_needs (const DrawableSource *source, const CnnRect *rect);
CnnSource       drawable_source_get   (DrawableSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DrawableSource, drawable_source_free)

G_END_DECLS
