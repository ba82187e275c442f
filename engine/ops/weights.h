/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* Filling weights, for the ops that have some. */

gboolean cnn_numbers_fit     (const CnnNumbers *numbers, const char *key, int channels,
                              GError **error);
void     cnn_weights_draw_he (CnnTensor *tensor, gint64 fan_in, guint64 seed);
void     cnn_weights_fill    (CnnTensor *tensor, const CnnNumbers *numbers, double otherwise);

G_END_DECLS
