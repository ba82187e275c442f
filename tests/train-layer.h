/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan-private.h"

G_BEGIN_DECLS

/* What tests of training by numbers share. */

/* The last layer of a network, ready to be trained. */
typedef struct
{
  CnnNetwork   *network;
  CnnPlan      *plan;
  CnnTask       task;
  CnnTrainStep *step;
  gsize         n_in;  /* values of an image */
  gsize         n_out;
  float        *out;   /* [images][n_out] */
  float        *d_in;  /* [images][n_in] */
  float        *kept;  /* [images][step's kept] */
  double       *sums;
  double       *back_sums;
  float        *d_weights[CNN_MAX_WEIGHTS];
  CnnWeight     list[CNN_MAX_WEIGHTS];
  guint         n_weights;
} TrainLayer;

void train_layer_begin (TrainLayer *layer, const char *text, CnnShape in, guint batch,
                        guint images);
void train_layer_end   (TrainLayer *layer);
void train_layer_work  (TrainLayer *layer, guint n, guint n_back, guint images, const float *in,
                        const float *d_out);
void train_check       (const char *text, const char *what, gsize n, const float *got,
                        const double *expected);

G_END_DECLS
