/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "train-job.h"

G_BEGIN_DECLS

CnnTrainJob *train_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config);

G_END_DECLS
