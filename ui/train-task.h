/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "evaluate.h"
#include "train-data.h"

G_BEGIN_DECLS

/**
 * CnnTrainTask:
 * @settings: what was asked for
 * @data: the images
 * @validation: (nullable): those of them that are only looked at
 * @training: the training
 *
 * A training that is ready to run. Used by one thread at a time.
 */
typedef struct
{
  CnnTrainSettings *settings;
  CnnTrainData     *data;
  CnnDataset       *validation;
  CnnTraining      *training;
} CnnTrainTask;

/**
 * CnnTrainResult:
 * @network: with the best weights
 * @input: the shape of its input
 * @notes: what is to be said of it in a file, char * → char *
 * @tried: (nullable): the images that it was tried on, %NULL where there are none but those
 *   that it learnt from
 * @is_test: whether these are the test's, which it had no part in; else validation's
 * @evaluation: (nullable): what came of that
 * @epochs: that were done
 * @seconds: that they took
 * @saved: (nullable): the file that it is in
 *
 * What a training ends with.
 */
typedef struct
{
  CnnNetwork    *network;
  CnnShape       input;
  GHashTable    *notes;
  CnnDataset    *tried;
  gboolean       is_test;
  CnnEvaluation *evaluation;
  guint          epochs;
  double         seconds;
  char          *saved;
} CnnTrainResult;

CnnTrainTask   *cnn_train_task_new     (const CnnTrainSettings *settings,
                                        const CnnPictureDecoder *decoder,
                                        GCancellable *cancellable, GError **error);
void            cnn_train_task_free    (CnnTrainTask *task);
CnnTrainResult *cnn_train_task_result  (CnnTrainTask *task, GCancellable *cancellable,
                                        GError **error);
gboolean        cnn_train_result_save  (CnnTrainResult *result, const char *file, GError **error);
void            cnn_train_result_free  (CnnTrainResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainTask, cnn_train_task_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainResult, cnn_train_result_free)

G_END_DECLS
