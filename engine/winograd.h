/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* Convolutions with kernels of 3×3 by Winograd's minimal filtering: tiles of 4×4
 * outputs with a quarter of the multiplications. */

gboolean cnn_winograd_window   (const CnnWindow *window);
gboolean cnn_winograd_suits    (const CnnWindow *window, int channels, int maps);
CnnSize  cnn_winograd_grid     (void);
CnnStep *cnn_winograd_step_new (const CnnTask *task, GError **error);

G_END_DECLS
