/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "training.h"

G_BEGIN_DECLS

/**
 * CnnTrainingCount: what is summed up over an epoch
 * @loss: of all images so far
 * @n_right: of them
 * @n: images so far
 * @seconds: what they took
 */
typedef struct
{
  double  loss;
  guint64 n_right;
  guint64 n;
  double  seconds;
} CnnTrainingCount;

struct _CnnTraining
{
  CnnNetwork         *network;
  CnnTrainingOptions  options;    /* what it points to is the training's own */
  CnnDataset         *images;
  CnnDataset         *validation; /* or NULL */
  CnnTrainer         *trainer;
  guint               n_state;    /* floats of the optimiser for each weight */
  float             **states;     /* [n_trained], [n_state][n] each */
  guint64             steps_per_epoch;
  guint64             step;       /* minibatches done */
  CnnTrainingCount    count;      /* of this epoch */
  GArray             *history;    /* of CnnTrainingEpoch */
  int                 best;       /* epoch of the best weights, −1 for none */
  GPtrArray          *best_weights; /* of CnnTensor: all weights in order, of that epoch */
  gsize              *order;      /* [images]: of the epoch @ordered */
  guint64             ordered;
  gboolean            over;       /* it ended early */

  /* Of a run: */
  float             **scratch;    /* [workers]: an image before it is changed, and what changing
                                   * it takes */
  double              speed;      /* images a second, lately */
  double              seconds;
};

/* --- training.c ---------------------------------------------------------------------- */

CnnTraining *cnn_training_make (CnnNetwork *network, CnnDataset *images, CnnDataset *validation,
                                const CnnTrainingOptions *options, GError **error);
GPtrArray   *cnn_training_copy_weights (const CnnTraining *training);

/* --- checkpoint.c ---------------------------------------------------------------------- */

CnnTraining *cnn_checkpoint_read (const char *file, CnnDataset *images, CnnDataset *validation,
                                  int workers, GError **error);

G_END_DECLS
