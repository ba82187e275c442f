/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"
#include "kernel-edit.h"

G_BEGIN_DECLS

CnnKernelLayer kernel_param_layer (CnnDraft *draft, guint layer);
gboolean       kernel_param_set   (CnnDraft *draft, guint layer, const CnnParam *param,
                                   const char *value, GError **error);

G_END_DECLS
