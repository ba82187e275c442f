/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "train-settings.h"

G_BEGIN_DECLS

gboolean train_layers_take (CnnTrainSettings *settings, GimpProcedureConfig *config,
                            GimpImage *image, gboolean read, GError **error);

G_END_DECLS
