/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "outcome.h"

G_BEGIN_DECLS

/**
 * MadePicture:
 *
 * What a network makes of a picture, as a layer that is drawn and not in the image yet.
 */
typedef struct _MadePicture MadePicture;

MadePicture *made_picture_new     (GimpLayer *layer, GimpProcedureConfig *config,
                                   Coverage *coverage, GError **error);
void         made_picture_free    (MadePicture *made);
RecipeKit   *made_picture_kit     (const MadePicture *made);
gboolean     made_picture_fits    (const MadePicture *made, GError **error);
gboolean     made_picture_replace (MadePicture *made, const Outcome *outcome, gboolean anew,
                                   GError **error);

GimpLayer   *apply_run            (GimpImage *image, GimpLayer *layer,
                                   GimpProcedureConfig *config, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadePicture, made_picture_free)

G_END_DECLS
