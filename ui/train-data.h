/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train-settings.h"

G_BEGIN_DECLS

/** CNN_TRAIN_FEW: fewer images of a class than these are worth a warning. */
#define CNN_TRAIN_FEW 10

/** CNN_TRAIN_UNBALANCED: so is a class more than so many times as large as another. */
#define CNN_TRAIN_UNBALANCED 4

/**
 * CnnTrainData:
 * @images: what to learn from
 * @test: (nullable): what the trained network is tried on
 * @broken: (element-type utf8): a sentence for each picture that was left out
 * @framing: how the pictures became the network's input, as cnn_classify_note() says it; empty
 *   where there is nothing to say
 *
 * The images of a training.
 */
typedef struct
{
  CnnDataset *images;
  CnnDataset *test;
  GPtrArray  *broken;
  char       *framing;
} CnnTrainData;

CnnTrainData *cnn_train_data_open     (const CnnTrainSettings *settings, CnnShape input,
                                       const CnnPictureDecoder *decoder,
                                       GCancellable *cancellable, GError **error);
void          cnn_train_data_free     (CnnTrainData *data);
char         *cnn_train_data_describe (const CnnTrainData *data);
char         *cnn_train_data_warn     (const CnnTrainData *data);
char         *cnn_train_class_name    (const CnnDataset *images, guint label);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainData, cnn_train_data_free)

G_END_DECLS
