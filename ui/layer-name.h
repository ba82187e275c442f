/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"

G_BEGIN_DECLS

gboolean layer_name_set (CnnDraft *draft, guint layer, const char *name, GError **error);

G_END_DECLS
