/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "onnx-bytes.h"

G_BEGIN_DECLS

/* Models out of a few words, for tests of hostile ones. */

GByteArray *node (char *const *words);
GByteArray *tensor (char *const *words);
GByteArray *info (const char *name, const char *dims);
GByteArray *graph_of (const char *text);
GByteArray *model_of (GByteArray *graph, int version);
void within (const char *what, gint64 began, glong size);
GByteArray *function (const char *name, GByteArray *const *nodes, int n);
GByteArray *call (const char *name, const char *words);

G_END_DECLS
