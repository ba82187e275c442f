/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "outcome.h"

G_BEGIN_DECLS

gboolean replace_layer (const OutcomeLayer *old, GimpLayer *made, const RecipePart *part,
                        gboolean rename, GError **error);
gboolean replace_name  (GimpItem *item, const char *was, const char *name);

G_END_DECLS
