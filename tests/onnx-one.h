/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "onnx/import.h"

G_BEGIN_DECLS

/* Models of one node. */

CnnOnnxGraph  *onnx_one_graph   (const char *op, int version, guint n_in, guint n_out,
                                 const char *attributes, const char *pads);
CnnOnnxTensor *onnx_one_numbers (GRand *rand, int n_dims, const gint64 *dims);
void           onnx_one_check   (const char *op, int version, const char *attributes, guint n_in,
                                 CnnOnnxTensor **in, guint n_out, CnnOnnxTensor **wanted);

G_END_DECLS
