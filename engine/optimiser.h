/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "param.h"

G_BEGIN_DECLS

typedef struct _CnnOptimiser CnnOptimiser;

/** CNN_OPTIMISER_MAX_STATE: the most floats that an optimiser keeps for each weight. */
#define CNN_OPTIMISER_MAX_STATE 2

/**
 * CnnUpdate:
 * @rate: the learning rate of this step
 * @step: number of this step, from 1
 * @factor: what the derivatives are multiplied with before anything else: 1 / images where
 *   they were summed, times what cnn_gradient_clip() gave
 *
 * What differs from one step of an optimiser to the next.
 */
typedef struct
{
  double  rate;
  guint64 step;
  double  factor;
} CnnUpdate;

/**
 * CnnOptimiserKind:
 * @name: as written in text
 * @label: (translatable) as shown to a person
 * @blurb: (translatable) what it does, in a sentence
 * @rate: a learning rate to begin with
 * @params: its parameters in a #CnnOptimiser, ending at a %NULL key
 * @n_state: floats that it keeps for each weight
 * @update: changes @n weights; @state are its floats, a list of @n each
 *
 * A way to descend. Everything the program knows of it is said here, once.
 */
typedef struct
{
  const char     *name;
  const char     *label;
  const char     *blurb;
  double          rate;
  const CnnParam *params;

  guint (*n_state) (const CnnOptimiser *optimiser);
  void  (*update)  (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                    float *weights, const float *gradients, float *const *state);
} CnnOptimiserKind;

/**
 * CnnOptimiser:
 * @kind: which
 * @momentum: how much of the last step's direction stays
 * @beta1: the same of Adam's mean of derivatives
 * @beta2: of its mean of their squares
 * @alpha: of RMSprop's
 * @epsilon: what is added so that nothing is divided by 0
 * @decay: weight decay
 *
 * An optimiser with its parameters; those that its kind does not have are 0.
 */
struct _CnnOptimiser
{
  const CnnOptimiserKind *kind;
  double                  momentum;
  double                  beta1;
  double                  beta2;
  double                  alpha;
  double                  epsilon;
  double                  decay;
};

const CnnOptimiserKind *const *cnn_optimisers (guint *n_kinds);
const CnnOptimiserKind *cnn_optimiser_find (const char *name);

void     cnn_optimiser_init    (CnnOptimiser *optimiser, const CnnOptimiserKind *kind);
gboolean cnn_optimiser_parse   (const char *text, CnnOptimiser *optimiser, GError **error);
char    *cnn_optimiser_print   (const CnnOptimiser *optimiser);
guint    cnn_optimiser_n_state (const CnnOptimiser *optimiser);
void     cnn_optimiser_update  (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                                gsize from, gsize to, float *weights, const float *gradients,
                                float *state);

double   cnn_gradient_squares  (gsize n, const float *gradients);
double   cnn_gradient_clip     (double squares, double most);

G_END_DECLS
