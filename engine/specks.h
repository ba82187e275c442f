/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

void cnn_specks_remove (CnnSize size, float *strength);

G_END_DECLS
