/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "apply.h"

G_BEGIN_DECLS

CnnModel *model_cache_open (const char *path, CnnShape picture, char **key, GError **error);

G_END_DECLS
