/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "explain-job.h"

G_BEGIN_DECLS

/* The arithmetic behind a value as text. */

char *cnn_number_short      (double value);
char *cnn_number_cell       (double value);
char *cnn_number_full       (double value);
char *cnn_numbers_rows      (CnnSize size, const double *values);

GArray *cnn_part_strongest  (const CnnPart *part, guint most);
char   *cnn_part_name       (const CnnExplained *explained, const CnnExplainedStep *step,
                             const CnnPart *part);
char   *cnn_part_value_name (const CnnExplained *explained, const CnnExplainedStep *step,
                             const CnnPart *part, int index);

char *cnn_explained_title   (const CnnExplained *explained, const CnnExplainedStep *step);
char *cnn_explained_to_text (const CnnExplained *explained);

G_END_DECLS
