/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "geometry.h"

G_BEGIN_DECLS

CnnShape cnn_border_shape  (const CnnWindow *window, CnnShape in);
void     cnn_border_extend (const CnnWindow *window, CnnShape in, const float *from, float *to);
void     cnn_border_fold   (const CnnWindow *window, CnnShape in, const float *from, float *to);
void     cnn_border_tile   (CnnBorder border, CnnShape in, const float *from, CnnRect part,
                            gsize stride, CnnRect tile, float *to);

G_END_DECLS
