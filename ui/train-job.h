/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "loss-trace.h"
#include "train-task.h"

G_BEGIN_DECLS

/**
 * CnnTrainJob:
 *
 * A training in a thread of its own. All functions may be called by any thread, and none of
 * them waits, but for cnn_train_job_run() and cnn_train_job_free().
 */
typedef struct _CnnTrainJob CnnTrainJob;

/** CnnTrainPhase: what a job is at. From %CNN_TRAIN_DONE on nothing changes any more. */
typedef enum
{
  CNN_TRAIN_OPENING,   /* reads the images */
  CNN_TRAIN_TRAINING,
  CNN_TRAIN_PAUSED,
  CNN_TRAIN_TESTING,
  CNN_TRAIN_DONE,      /* there is a result */
  CNN_TRAIN_FAILED,    /* there is an error, and perhaps a result of the epochs before it */
  CNN_TRAIN_CANCELLED
} CnnTrainPhase;

/**
 * CnnTrainSnapshot:
 * @phase: what it is at
 * @state: how far it is; its history is @history
 * @epochs: how many there are to be
 * @batches: minibatches of an epoch; 0 before the first
 * @images: what is learnt from, as cnn_train_data_describe() says; %NULL while they are opened
 * @warning: (nullable): what cnn_train_data_warn() says of that
 * @history: of CnnTrainingEpoch
 * @trace: the losses of the minibatches
 * @kernels: (nullable): those of the first layer of kernels, [maps][rows][columns][depth]
 * @error: (nullable): why it failed
 * @result: (nullable): what came of it; good as long as the job
 *
 * What there is to be seen of a job. It is asked for again and again with the same struct.
 */
typedef struct
{
  CnnTrainPhase         phase;
  CnnTrainingState      state;
  guint                 epochs;
  guint                 batches;
  char                 *images;
  char                 *warning;
  GArray               *history;
  LossTrace             trace;
  CnnTensor            *kernels;
  GError               *error;
  CnnTrainResult       *result;
} CnnTrainSnapshot;

/**
 * CnnTrainProgressFunc:
 * @state: how far it is
 * @data: what was given with it
 *
 * Called after each minibatch by the thread that trains.
 */
typedef void (*CnnTrainProgressFunc) (const CnnTrainingState *state, gpointer data);

CnnTrainJob *cnn_train_job_new       (const CnnTrainSettings *settings,
                                      const CnnPictureDecoder *decoder);
void         cnn_train_job_free      (CnnTrainJob *job);
void         cnn_train_job_start     (CnnTrainJob *job);
void         cnn_train_job_run       (CnnTrainJob *job, CnnTrainProgressFunc func, gpointer data);
void         cnn_train_job_pause     (CnnTrainJob *job, gboolean pause);
void         cnn_train_job_stop      (CnnTrainJob *job);
void         cnn_train_job_cancel    (CnnTrainJob *job);
void         cnn_train_job_peek      (CnnTrainJob *job, CnnTrainSnapshot *snapshot);

void         cnn_train_snapshot_init  (CnnTrainSnapshot *snapshot);
void         cnn_train_snapshot_clear (CnnTrainSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainJob, cnn_train_job_free)

G_END_DECLS
