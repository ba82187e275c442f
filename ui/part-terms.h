/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "explain.h"

G_BEGIN_DECLS

double  cnn_part_term      (const CnnPart *part, int index);
GArray *cnn_part_strongest (const CnnPart *part, guint most);

G_END_DECLS
