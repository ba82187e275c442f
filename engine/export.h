/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

CnnNetwork *cnn_network_with_weights (CnnNetwork *network, CnnTensor *const *const *weights,
                                      GError **error);

G_END_DECLS
