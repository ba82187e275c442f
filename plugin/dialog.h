/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

gboolean feature_maps_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                                  GimpImage *image, GimpLayer *layer, gboolean edits);

G_END_DECLS
