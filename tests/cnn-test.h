/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

G_BEGIN_DECLS

/* What the engine's tests share. */

float  *cnn_test_run_plan (CnnPlan *plan, CnnShape in, const float *values, CnnShape out);
float  *cnn_test_run      (const char *text, CnnShape in, const float *values, CnnShape *out);
void    cnn_test_refused  (const char *text, CnnShape in, CnnError code, const char *words);
void    cnn_test_values   (const char *text, CnnShape in, const float *values, CnnShape shape,
                           const double *expected);
float  *cnn_test_picture  (CnnShape shape, guint32 seed, gboolean whole);
double *cnn_test_draw     (const char *kernel, const double *args, int height, int width);

int         pick       (GRand *rand, int from, int to);
void        pick_whole (GRand *rand, float *values, gsize n);
const char *pick_word  (GRand *rand, const char *const *words, int n);

G_END_DECLS
