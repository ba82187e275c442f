/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train-settings.h"

G_BEGIN_DECLS

/** TRAINING_TEST_SIDE: of the pictures. */
#define TRAINING_TEST_SIDE 12

char             *training_test_folder   (void);
void              training_test_remove   (const char *folder);
CnnTrainSettings *training_test_settings (const char *folder);

G_END_DECLS
