/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimiser-loops.h"

#include <math.h>

#include "clones.h"

/* The optimisers' arithmetic, as PyTorch's documentation writes it (torch.optim: SGD, Adam,
 * AdamW, RMSprop), in its order. This file is compiled without errno for sqrtf, which could
 * not be vectorised otherwise. */

CNN_CLONES static void
descend (gsize n, float rate, float factor, float decay, float *restrict weights,
         const float *restrict gradients)
{
  for (gsize i = 0; i < n; i++)
    weights[i] -= rate * (factor * gradients[i] + decay * weights[i]);
}

void
cnn_optimise_sgd (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n, float *weights,
                  const float *gradients, float *const *state)
{
  descend (n, (float) update->rate, (float) update->factor, (float) optimiser->decay, weights,
           gradients);
}

/* PyTorch's first buffer is the derivative itself; so is this one, as it starts at 0. */
CNN_CLONES static void
descend_with (gsize n, float rate, float factor, float decay, float momentum,
              float *restrict weights, const float *restrict gradients, float *restrict buffer)
{
  for (gsize i = 0; i < n; i++)
    {
      buffer[i] = momentum * buffer[i] + (factor * gradients[i] + decay * weights[i]);
      weights[i] -= rate * buffer[i];
    }
}

void
cnn_optimise_momentum (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                       float *weights, const float *gradients, float *const *state)
{
  descend_with (n, (float) update->rate, (float) update->factor, (float) optimiser->decay,
                (float) optimiser->momentum, weights, gradients, state[0]);
}

CNN_CLONES static void
descend_ahead (gsize n, float rate, float factor, float decay, float momentum,
               float *restrict weights, const float *restrict gradients, float *restrict buffer)
{
  for (gsize i = 0; i < n; i++)
    {
      float gradient = factor * gradients[i] + decay * weights[i];

      buffer[i] = momentum * buffer[i] + gradient;
      weights[i] -= rate * (gradient + momentum * buffer[i]);
    }
}

void
cnn_optimise_nesterov (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                       float *weights, const float *gradients, float *const *state)
{
  descend_ahead (n, (float) update->rate, (float) update->factor, (float) optimiser->decay,
                 (float) optimiser->momentum, weights, gradients, state[0]);
}

/* What Adam's loop multiplies and divides with. */
typedef struct
{
  float factor;
  float keep;    /* what stays of a weight: less than 1 with AdamW's decay */
  float decay;   /* Adam's, as a part of the derivative */
  float beta1;
  float more1;   /* 1 − beta1 */
  float beta2;
  float more2;
  float size;    /* of the step: rate / (1 − beta1^step) */
  float root;    /* √(1 − beta2^step) */
  float epsilon;
} AdamNumbers;

CNN_CLONES static void
adam (gsize n, const AdamNumbers *numbers, float *restrict weights, const float *restrict gradients,
      float *restrict means, float *restrict squares)
{
  AdamNumbers k = *numbers;

  for (gsize i = 0; i < n; i++)
    {
      float gradient = k.factor * gradients[i] + k.decay * weights[i];

      means[i] = k.beta1 * means[i] + k.more1 * gradient;
      squares[i] = k.beta2 * squares[i] + k.more2 * gradient * gradient;
      weights[i] = k.keep * weights[i] - k.size * means[i] / (sqrtf (squares[i]) / k.root +
                                                              k.epsilon);
    }
}

static AdamNumbers
adam_numbers (const CnnOptimiser *optimiser, const CnnUpdate *update)
{
  double step = (double) update->step;

  return (AdamNumbers) {
    .factor = (float) update->factor,
    .keep = 1.0f,
    .beta1 = (float) optimiser->beta1,
    .more1 = (float) (1.0 - optimiser->beta1),
    .beta2 = (float) optimiser->beta2,
    .more2 = (float) (1.0 - optimiser->beta2),
    .size = (float) (update->rate / (1.0 - pow (optimiser->beta1, step))),
    .root = (float) sqrt (1.0 - pow (optimiser->beta2, step)),
    .epsilon = (float) optimiser->epsilon,
  };
}

void
cnn_optimise_adam (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n, float *weights,
                   const float *gradients, float *const *state)
{
  AdamNumbers numbers = adam_numbers (optimiser, update);

  numbers.decay = (float) optimiser->decay;
  adam (n, &numbers, weights, gradients, state[0], state[1]);
}

void
cnn_optimise_adamw (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n, float *weights,
                    const float *gradients, float *const *state)
{
  AdamNumbers numbers = adam_numbers (optimiser, update);

  numbers.keep = (float) (1.0 - update->rate * optimiser->decay);
  adam (n, &numbers, weights, gradients, state[0], state[1]);
}

typedef struct
{
  float rate;
  float factor;
  float decay;
  float alpha;
  float more; /* 1 − alpha */
  float epsilon;
  float momentum;
} RmsNumbers;

CNN_CLONES static void
rms (gsize n, const RmsNumbers *numbers, float *restrict weights, const float *restrict gradients,
     float *restrict squares)
{
  RmsNumbers k = *numbers;

  for (gsize i = 0; i < n; i++)
    {
      float gradient = k.factor * gradients[i] + k.decay * weights[i];

      squares[i] = k.alpha * squares[i] + k.more * gradient * gradient;
      weights[i] -= k.rate * gradient / (sqrtf (squares[i]) + k.epsilon);
    }
}

CNN_CLONES static void
rms_with (gsize n, const RmsNumbers *numbers, float *restrict weights,
          const float *restrict gradients, float *restrict squares, float *restrict buffer)
{
  RmsNumbers k = *numbers;

  for (gsize i = 0; i < n; i++)
    {
      float gradient = k.factor * gradients[i] + k.decay * weights[i];

      squares[i] = k.alpha * squares[i] + k.more * gradient * gradient;
      buffer[i] = k.momentum * buffer[i] + gradient / (sqrtf (squares[i]) + k.epsilon);
      weights[i] -= k.rate * buffer[i];
    }
}

void
cnn_optimise_rmsprop (const CnnOptimiser *optimiser, const CnnUpdate *update, gsize n,
                      float *weights, const float *gradients, float *const *state)
{
  RmsNumbers numbers = {
    .rate = (float) update->rate,
    .factor = (float) update->factor,
    .decay = (float) optimiser->decay,
    .alpha = (float) optimiser->alpha,
    .more = (float) (1.0 - optimiser->alpha),
    .epsilon = (float) optimiser->epsilon,
    .momentum = (float) optimiser->momentum,
  };

  if (optimiser->momentum > 0.0)
    rms_with (n, &numbers, weights, gradients, state[0], state[1]);
  else
    rms (n, &numbers, weights, gradients, state[0]);
}
