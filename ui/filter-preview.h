/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "filter-place.h"

G_BEGIN_DECLS

/**
 * CnnFilterPreview:
 *
 * A part of the pictures side by side: before, what is learnt, after, and the difference of these
 * two, amplified. It can be dragged, moved with the arrow keys and enlarged.
 *
 * Signal "moved" (void): another part is to be seen.
 */
#define CNN_TYPE_FILTER_PREVIEW (cnn_filter_preview_get_type ())
G_DECLARE_FINAL_TYPE (CnnFilterPreview, cnn_filter_preview, CNN, FILTER_PREVIEW, GtkDrawingArea)

GtkWidget      *cnn_filter_preview_new         (void);
void            cnn_filter_preview_set_picture (CnnFilterPreview *preview,
                                                const CnnFilterPicture *picture);
CnnFilterPlace *cnn_filter_preview_place       (CnnFilterPreview *preview);
void            cnn_filter_preview_show        (CnnFilterPreview *preview, CnnFilterPlace *place,
                                                CnnTensor *learned);

G_END_DECLS
