/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import.h"

G_BEGIN_DECLS

/* The functions that our own files bring along for layers that ONNX lacks. */

gboolean      cnn_import_is_own (const char *domain, const char *name);
CnnImportFunc cnn_import_own    (const CnnOnnxNode *node);

G_END_DECLS
