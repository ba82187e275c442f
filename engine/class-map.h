/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

float *cnn_class_map (CnnNetwork *network, CnnShape shape, const float *values, guint node,
                      guint class_number, CnnSize *size, GError **error);

G_END_DECLS
