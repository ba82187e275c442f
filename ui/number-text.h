/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

char *cnn_number_short (double value);
char *cnn_number_cell  (double value);
char *cnn_number_full  (double value);
char *cnn_numbers_rows (CnnSize size, const double *values);

G_END_DECLS
