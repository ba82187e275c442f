/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "learn-private.h"
#include "optimiser.h"

G_BEGIN_DECLS

/* Patches of a minibatch. */
#define CNN_DESCENT_BATCH 8

/* Seeds of their own for what is drawn for different ends. */
enum
{
  CNN_SEED_WEIGHTS = 1,
  CNN_SEED_PATCHES
};

/** CnnDescent: a network while it is learnt. */
typedef struct
{
  CnnFilterLearning *learning;
  CnnPatches         patches;
  CnnNetwork        *network; /* what is trained */
  CnnNetwork        *whole;   /* what comes of it: the same for each channel, or it itself */
  CnnTrainer        *trainer;
  CnnOptimiser       optimiser;
  CnnUpdate          update;
  guint              n_trained;
  guint              n_state;
  float            **states;   /* of the optimiser, for each weight */
  float            **averages; /* of each weight lately, which is better than it is now */
  float              average;  /* how much of them stays with each minibatch */
  gboolean           is_deep;
  gboolean           pointwise; /* it sees no neighbours */
  guint64            n_steps;  /* without a limit of time */
  double             begin;    /* seconds */
  double             until;    /* seconds; 0: @n_steps decide */
  double             loss;     /* sum over @n_losses minibatches */
  guint              n_losses;
  double             measured; /* when, in seconds */
  double             measuring; /* seconds that it took */
  CnnNetwork        *best;
  double             psnr;     /* of @best */
} CnnDescent;

gboolean    cnn_descent_begin   (CnnDescent *descent, GError **error);
void        cnn_descent_end     (CnnDescent *descent);
CnnNetwork *cnn_descent_network (gpointer data, GError **error);
void        cnn_descent_keep    (const CnnDescent *descent);

G_END_DECLS
