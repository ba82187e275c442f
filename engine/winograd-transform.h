/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"
#include "types.h"

G_BEGIN_DECLS

/* A tile of 4×4 outputs of a 3×3 convolution needs 6×6 inputs, and is worked out
 * at 6×6 points. */
#define CNN_WINOGRAD_TILE   4
#define CNN_WINOGRAD_PATCH  6
#define CNN_WINOGRAD_POINTS 36

/* Channels that are transformed together. */
#define CNN_WINOGRAD_LANES  16

/* The points, besides 0 and infinity: these and their negatives. */
#define CNN_WINOGRAD_A 0.75f
#define CNN_WINOGRAD_B 1.5f

void cnn_winograd_kernel  (const CnnTensor *weight, int map, int channel, double *points);
void cnn_winograd_weights (const CnnTensor *weight, float *points);
void cnn_winograd_input   (const float *patch, gsize row, gsize column, int n_blocks,
                           float *points, gsize plane);
void cnn_winograd_output  (const float *points, gsize plane, int n_blocks, const float *bias,
                           float slope, float *tile, gsize row, gsize column);
void cnn_winograd_copy    (const float *from, gsize from_next, int n, gsize channels, float *to,
                           gsize to_next);
void cnn_winograd_patch   (const float *map, CnnShape shape, int y, int x, int size,
                           float *patch);
void cnn_winograd_back    (const float *tile, gsize row, gsize column, int n_blocks,
                           float *points, gsize plane);
void cnn_winograd_kernels (const float *kernels, gsize n, float *points, gsize plane);
void cnn_winograd_kernels_back (const float *points, gsize plane, gsize n, float *kernels);

G_END_DECLS
