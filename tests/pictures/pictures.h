/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draw.h"

G_BEGIN_DECLS

/* The tutorial's pictures, by subject. Those of drawings serve all languages. */

/* A 28×28 drawing of a digit, ink 1 on 0. */
#define DIGIT_SIDE 28

void   draw_window        (void);
void   draw_stride        (void);
void   draw_padding       (void);
void   draw_borders       (void);
void   draw_dilation      (void);
void   draw_depth         (void);
void   draw_bank          (void);

void   draw_activations   (void);
void   draw_relu          (void);
void   draw_softmax       (void);
void   draw_pooling       (void);
void   draw_stochastic    (void);
void   draw_pyramid       (void);
void   draw_global        (void);
void   draw_flatten       (void);
void   draw_dense         (void);

void   draw_receptive     (void);
void   draw_descent       (void);
void   draw_backwards     (void);

void   draw_network       (void);
void   draw_eight         (void);
void   draw_colours       (void);
void   draw_filter        (void);
void   draw_classes       (void);

void   draw_in_language   (const char *suffix);

/* What they share. */
float *picture_values     (const char *text, int height, int width, int *rows, int *columns);
float *picture_digit      (int side);

G_END_DECLS
