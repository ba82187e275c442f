/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "augment.h"
#include "dataset.h"
#include "learning-rate.h"
#include "optimiser.h"
#include "trainer.h"

G_BEGIN_DECLS

/**
 * CnnTraining:
 *
 * A network on its way through the epochs: minibatches in random order, validation after each
 * epoch, the best weights kept, checkpoints. Used by one thread at a time.
 */
typedef struct _CnnTraining CnnTraining;

/**
 * CnnTrainingOptions:
 * @epochs: how often each image is shown
 * @batch: images of a minibatch
 * @optimiser: how weights follow the derivatives
 * @schedule: how the learning rate changes
 * @rate: the learning rate that the schedule begins with, or has as its peak
 * @clip: the norm that all derivatives together have at most; 0: any
 * @validation: share of the images that are only looked at after each epoch, 0 to 0.9; not used
 *   where a data set for that is given
 * @patience: epochs without a better validation after which it ends; 0: it never ends early
 * @augment: (nullable): how images are changed each time they are shown
 * @seed: of the order of the images and of all that is drawn; 0: weights begin as in a run of
 *   the network
 * @workers: threads that compute; 0 for as many as there are processors. Changes no result
 * @checkpoint: (nullable): file in which the state is kept after each epoch and when it is
 *   stopped
 */
typedef struct
{
  guint             epochs;
  guint             batch;
  CnnOptimiser      optimiser;
  CnnSchedule       schedule;
  double            rate;
  double            clip;
  double            validation;
  guint             patience;
  const CnnAugment *augment;
  guint64           seed;
  int               workers;
  const char       *checkpoint;
} CnnTrainingOptions;

/**
 * CnnTrainingEpoch:
 * @loss: mean over the images shown, with the weights of that moment
 * @right: share of them whose greatest output was the one of their class
 * @validation_loss: mean over the images that are only looked at; NaN where there are none
 * @validation_right: the same share of them; NaN where there are none
 * @rate: the learning rate at its end
 * @seconds: what it took, without pauses
 *
 * An epoch that is over.
 */
typedef struct
{
  double loss;
  double right;
  double validation_loss;
  double validation_right;
  double rate;
  double seconds;
} CnnTrainingEpoch;

/**
 * CnnTrainingState:
 * @epoch: number of the epoch, from 0; as many as were asked for at the end
 * @step: minibatches done
 * @n_steps: of all epochs
 * @loss: mean over the images of the epoch so far
 * @right: share of them that were told right
 * @last_loss: of the last minibatch
 * @rate: learning rate of the last minibatch
 * @speed: images a second, lately
 * @seconds: what was computed so far, without pauses and earlier sessions
 * @seconds_left: what is to come, going by that; NaN where it is not known yet
 * @n_history: epochs that are over
 * @history: them, [n_history]
 * @best: the epoch of the best weights, from 0; −1 before the first is over
 *
 * How far training is.
 */
typedef struct
{
  guint                   epoch;
  guint64                 step;
  guint64                 n_steps;
  double                  loss;
  double                  right;
  double                  last_loss;
  double                  rate;
  double                  speed;
  double                  seconds;
  double                  seconds_left;
  guint                   n_history;
  const CnnTrainingEpoch *history;
  int                     best;
} CnnTrainingState;

/**
 * CnnTrainingFunc:
 * @training: what is at a minibatch's end
 * @state: how far it is
 * @data: what was given with it
 *
 * Called after each minibatch by the thread that trains. It may wait (a pause), look at the
 * weights, and stop.
 *
 * Returns: whether to go on
 */
typedef gboolean (*CnnTrainingFunc) (CnnTraining *training, const CnnTrainingState *state,
                                     gpointer data);

void                cnn_training_options_init (CnnTrainingOptions *options);
CnnTraining        *cnn_training_new      (CnnNetwork *network, CnnDataset *images,
                                           CnnDataset *validation,
                                           const CnnTrainingOptions *options, GError **error);
CnnTraining        *cnn_training_continue (const char *checkpoint, CnnDataset *images,
                                           CnnDataset *validation, int workers, GError **error);
void                cnn_training_free     (CnnTraining *training);
gboolean            cnn_training_run      (CnnTraining *training, CnnTrainingFunc func,
                                           gpointer data, GCancellable *cancellable,
                                           GError **error);
gboolean            cnn_training_save     (CnnTraining *training, const char *file,
                                           GError **error);
CnnNetwork         *cnn_training_network  (CnnTraining *training, gboolean best, GError **error);
CnnTensor *const   *cnn_training_weights  (const CnnTraining *training, guint node, guint *n);
void                cnn_training_state    (const CnnTraining *training, CnnTrainingState *state);
GHashTable         *cnn_training_notes    (const CnnTraining *training);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTraining, cnn_training_free)

G_END_DECLS
