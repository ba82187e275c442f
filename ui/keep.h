/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"

G_BEGIN_DECLS

/**
 * CnnKeep:
 *
 * Which layers of a draft, and which maps of them, a person wants to keep. Ticks go
 * with their layers when others come, go or move; while nothing else was said it is
 * the last layer, whichever that is.
 */
typedef struct _CnnKeep CnnKeep;

CnnKeep *cnn_keep_new       (CnnDraft *draft);
void     cnn_keep_free      (CnnKeep *keep);
void     cnn_keep_follow    (CnnKeep *keep);

void     cnn_keep_read      (CnnKeep *keep, const char *stages, const char *maps);
char    *cnn_keep_stages    (CnnKeep *keep);

gboolean cnn_keep_layer     (CnnKeep *keep, guint layer);
void     cnn_keep_set_layer (CnnKeep *keep, guint layer, gboolean on);
GArray  *cnn_keep_maps      (CnnKeep *keep, guint layer);
void     cnn_keep_set_map   (CnnKeep *keep, guint layer, int map, gboolean on);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnKeep, cnn_keep_free)

G_END_DECLS
