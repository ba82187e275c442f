/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

double  *cnn_kernel_text_read     (const char *text, int *depth, CnnSize *size, GError **error);
gboolean cnn_kernel_text_number   (const char *text, double *value);
char    *cnn_kernel_text_write    (const double *values, int depth, CnnSize size);
char    *cnn_kernel_text_brackets (const double *values, int depth, CnnSize size);

G_END_DECLS
