/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

char *cnn_partial_sums (CnnNetwork *network, CnnShape picture, guint node, int map,
                        GError **error);

G_END_DECLS
