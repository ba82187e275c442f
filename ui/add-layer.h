/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"

G_BEGIN_DECLS

guint cnn_add_layer (CnnDraft *draft, const CnnOp *op, guint at);

G_END_DECLS
