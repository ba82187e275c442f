/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "train-job.h"

G_BEGIN_DECLS

CnnTrainSettings *train_settings (GimpProcedureConfig *config, gboolean read, GError **error);
CnnTrainJob      *train_run      (GimpProcedureConfig *config, GError **error);

G_END_DECLS
