/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train-job.h"

G_BEGIN_DECLS

char   *cnn_training_time_text  (double seconds);
char   *cnn_training_time_left  (double seconds);
char   *cnn_training_state_text (const CnnTrainSnapshot *snapshot);
double  cnn_training_share      (const CnnTrainSnapshot *snapshot);

G_END_DECLS
