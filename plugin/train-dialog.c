/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train-dialog.h"

CnnTrainJob *
train_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config)
{
  return NULL;
}
