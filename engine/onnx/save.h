/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

gboolean cnn_model_can_write (const char *file, GError **error);
gboolean cnn_model_save (CnnNetwork *network, CnnShape input, GHashTable *metadata,
                         const char *file, GError **error);

G_END_DECLS
