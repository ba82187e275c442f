/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

G_BEGIN_DECLS

const char *cnn_test_onnx_folder (void);
gboolean    cnn_test_onnx_save   (CnnNetwork *network, CnnShape in, const float *values,
                                  CnnShape out, const float *result, const char *name);

G_END_DECLS
