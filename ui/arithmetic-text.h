/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "explain-job.h"
#include "number-text.h"

G_BEGIN_DECLS

/* The arithmetic behind a value as text. */

char *cnn_part_name         (const CnnExplained *explained, const CnnExplainedStep *step,
                             const CnnPart *part);
char *cnn_part_value_name   (const CnnExplained *explained, const CnnExplainedStep *step,
                             const CnnPart *part, int index);

char *cnn_explained_title   (const CnnExplained *explained, const CnnExplainedStep *step);
char *cnn_explained_to_text (const CnnExplained *explained);

G_END_DECLS
