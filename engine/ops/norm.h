/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"

G_BEGIN_DECLS

/* What normalisations with a scale and a shift of each map share. */

/* Parameters of a parameter struct @params_. */
#define CNN_NORM_EPSILON(params_)                                                                \
  { .key = "epsilon",                                                                            \
    .rare = TRUE,                                                                                \
    .type = CNN_PARAM_FLOAT,                                                                     \
    .offset = offsetof (params_, epsilon),                                                       \
    .initial = "1e-5",                                                                           \
    .min = 0.0,                                                                                  \
    .max = 1e6,                                                                                  \
    .label = N_("Epsilon"),                                                                      \
    .tooltip = N_("Is added to the variance, so that nothing is divided by zero") }
#define CNN_NORM_NUMBERS(params_, member_, initial_, min_, label_, tooltip_)                     \
  { .key = #member_,                                                                             \
    .type = CNN_PARAM_NUMBERS,                                                                   \
    .offset = offsetof (params_, member_),                                                       \
    .initial = initial_,                                                                         \
    .min = min_,                                                                                 \
    .max = 1e30,                                                                                 \
    .label = label_,                                                                             \
    .tooltip = tooltip_ }
#define CNN_NORM_SCALE(params_)                                                                  \
  CNN_NORM_NUMBERS (params_, scale, "1", -1e30, N_("Scale"),                                     \
                    N_("What normalised values are multiplied with: one number, or one for "     \
                       "each map"))
#define CNN_NORM_SHIFT(params_)                                                                  \
  CNN_NORM_NUMBERS (params_, shift, "0", -1e30, N_("Shift"),                                     \
                    N_("What is then added: one number, or one for each map"))

const char *cnn_norm_write (CnnWriter *writer, const char *op, int n_weights, double epsilon);
gsize cnn_norm_kept        (gsize n);
void cnn_norm_back_sums    (gsize places, gsize n, const float *in, const float *d_out,
                            const float *mean, const float *inverse, double *sums);
void cnn_norm_back_factors (gsize n, double n_values, const float *scale, const float *inverse,
                            const double *sums, float *factors);
void cnn_norm_back_values  (gsize places, gsize n, const float *in, const float *d_out,
                            const float *mean, const float *factors, float *d_in);

G_END_DECLS
