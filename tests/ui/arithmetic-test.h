/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "explain-job.h"

G_BEGIN_DECLS

/* Asking for the arithmetic behind a value, and reading it. */

CnnExplained *explain       (const char *text, int node, int map, int y, int x);
CnnExplained *explain_shape (const char *text, CnnShape shape, int node, int map, int y, int x);
gboolean      read_row      (const char *line, GArray *numbers);

G_END_DECLS
