/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "filter-job.h"

G_BEGIN_DECLS

/* Pictures, and somebody who plays at learning a filter from them as slowly as a test wants:
 * after step k the filter adds k tenths. */

/** FILTER_TEST_IDENTITY: PSNR that is told of the pictures; each step adds 3 dB. */
#define FILTER_TEST_IDENTITY 20.0

/** FILTER_TEST_STEPS: so many there are; two are of one kernel, then come those of a network. */
#define FILTER_TEST_STEPS 6

const CnnFilterPicture *filter_test_picture (void);
float                   filter_test_before  (int y, int x, int channel);

const CnnFilterLearner *filter_test_learner (void);
CnnFilterOptions        filter_test_options (void);
void                    filter_test_reset   (void);
void                    filter_test_allow   (int steps);
void                    filter_test_fail    (const char *sentence);
void                    filter_test_kernel  (void);
void                    filter_test_none    (void);

G_END_DECLS
