/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "filter-job.h"

G_BEGIN_DECLS

const char *cnn_filter_model_name   (CnnFilterModel model);
double      cnn_filter_share        (const CnnFilterSnapshot *snapshot);
char       *cnn_filter_state_text   (const CnnFilterSnapshot *snapshot);
char       *cnn_filter_quality_text (const CnnFilterSnapshot *snapshot);
char       *cnn_filter_result_text  (const CnnFilterResult *result);
char       *cnn_filter_about_text   (const CnnFilterResult *result);

G_END_DECLS
