/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import.h"

G_BEGIN_DECLS

gboolean cnn_import_take_bias (CnnImport *import, const CnnOnnxNode *node, guint i,
                               const CnnOnnxTensor *numbers);

G_END_DECLS
