/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An .onnx file for tests, made byte by byte. */

void test_model_write (const char *path, int n, int depth, int rows, int columns,
                       const float *weights, const float *biases);

G_END_DECLS
