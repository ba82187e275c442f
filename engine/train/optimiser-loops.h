/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "optimiser.h"

G_BEGIN_DECLS

/* @update of the kinds of optimisers: [n] weights, [n] gradients, and each of @state [n]. */

void cnn_optimise_sgd      (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                            float *weights, const float *gradients, float *const *state);
void cnn_optimise_momentum (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                            float *weights, const float *gradients, float *const *state);
void cnn_optimise_nesterov (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                            float *weights, const float *gradients, float *const *state);
void cnn_optimise_adam     (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                            float *weights, const float *gradients, float *const *state);
void cnn_optimise_adamw    (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                            float *weights, const float *gradients, float *const *state);
void cnn_optimise_rmsprop  (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                            float *weights, const float *gradients, float *const *state);

G_END_DECLS
