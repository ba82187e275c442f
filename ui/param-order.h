/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

const CnnParam *cnn_param_kernels_given (const CnnNode *node);
gboolean        cnn_param_is_folded     (const CnnNode *node, const CnnParam *param);
gboolean        cnn_param_has_folded    (const CnnNode *node);

G_END_DECLS
