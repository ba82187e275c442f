/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "classify-request.h"

G_BEGIN_DECLS

/** ClassifyMapKind: what becomes of where a class is seen. */
typedef enum
{
  CLASSIFY_MAP_NONE,
  CLASSIFY_MAP_LAYER,
  CLASSIFY_MAP_MASK
} ClassifyMapKind;

gboolean classify_map_add (const ClassifyRequest *request, GimpProcedureConfig *config,
                           GimpLayer *layer, GimpDrawable **added, GError **error);

G_END_DECLS
