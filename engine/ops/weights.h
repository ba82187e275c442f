/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* Filling weights, for the ops that have some. */

/** CnnInit: how weights that nothing was said of are drawn. */
typedef enum
{
  CNN_INIT_HE,
  CNN_INIT_XAVIER
} CnnInit;

extern const CnnChoice cnn_weights_inits[];

/** CNN_WEIGHTS_INIT: the parameter, in field @field_ of a parameter struct @params_. */
#define CNN_WEIGHTS_INIT(params_, field_)                                                        \
  { .key = "init",                                                                               \
    .rare = TRUE,                                                                                \
    .type = CNN_PARAM_CHOICE,                                                                    \
    .offset = offsetof (params_, field_),                                                        \
    .initial = "he",                                                                             \
    .choices = cnn_weights_inits,                                                                \
    .label = N_("Drawn weights"),                                                                \
    .tooltip = N_("How widely weights that are drawn are spread: He's way suits ReLU, Xavier's " \
                  "sigmoid and tanh") }

gboolean cnn_numbers_fit     (const CnnNumbers *numbers, const char *key, int channels,
                              GError **error);
void     cnn_weights_draw    (CnnTensor *tensor, CnnInit init, gint64 fan_in, gint64 fan_out,
                              guint64 seed);
void     cnn_weights_fill    (CnnTensor *tensor, const CnnNumbers *numbers, double otherwise);

G_END_DECLS
