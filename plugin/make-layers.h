/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers.h"

G_BEGIN_DECLS

/**
 * MadeLayers:
 *
 * Maps as layers that are drawn and not in the image yet, with all that they are made with.
 */
typedef struct _MadeLayers MadeLayers;

MadeLayers *made_layers_new     (GimpLayer *layer, GimpProcedureConfig *config,
                                 Coverage *coverage, const Outcome *outcome, gboolean only,
                                 GError **error);
void        made_layers_free    (MadeLayers *made);
RecipeKit  *made_layers_kit     (const MadeLayers *made);
gboolean    made_layers_replace (MadeLayers *made, const Outcome *outcome, gboolean anew,
                                 GError **error);

GPtrArray  *make_layers         (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadeLayers, made_layers_free)

G_END_DECLS
