/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"

G_BEGIN_DECLS

/* Training of layers that only move values. */

CnnTrainStep *cnn_copy_train  (const CnnTask *task, GError **error);
CnnTrainStep *cnn_moves_train (const CnnTask *task, GError **error);

G_END_DECLS
