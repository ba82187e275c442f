/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import-along.h"

G_BEGIN_DECLS

gboolean cnn_import_concat (CnnImport *import, const CnnOnnxNode *node, GError **error);
gboolean cnn_import_expand (CnnImport *import, const CnnOnnxNode *node, GError **error);
gboolean cnn_import_pad    (CnnImport *import, const CnnOnnxNode *node, GError **error);
gboolean cnn_import_tile   (CnnImport *import, const CnnOnnxNode *node, GError **error);

G_END_DECLS
