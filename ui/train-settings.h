/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "presets.h"
#include "training.h"

G_BEGIN_DECLS

/**
 * CnnTrainSettings:
 * @network: a network's text, a preset's name or an .onnx file
 * @data: what to learn from: a folder with IDX files called as MNIST's are, one with a folder
 *   of pictures for each class, or an IDX file of pictures
 * @images: (nullable): a data set that the caller has, instead of @data
 * @left_out: (nullable) (element-type utf8): a sentence for each picture missing in @images
 * @framing: how the pictures of @images became the network's input, as cnn_classify_note()
 *   says it; empty where there is nothing to say
 * @labels: the IDX file of labels; empty: the one whose name goes with that of @data
 * @test_data: what the trained network is tried on, in the same forms; empty: the folder's own
 *   test files, or the images that validation holds back
 * @size: what pictures of a folder are made to fit, as 32x32x3; empty: the network's input
 * @epochs: how often each image is shown
 * @batch: images of a minibatch
 * @optimiser: as cnn_optimiser_parse() reads it
 * @rate: the learning rate; 0: what is usual for the optimiser
 * @schedule: as cnn_schedule_parse() reads it
 * @augment: as cnn_augment_parse() reads it; empty: nothing is changed
 * @clip: the most that the norm of the derivatives may be; 0: anything
 * @validation: the share of the images that is only looked at
 * @patience: epochs without a better validation after which it ends; 0: never
 * @seed: of all that is drawn
 * @refuse: whether a picture that cannot be read is an error; else it is left out
 * @output: the .onnx file to write; empty: none
 * @checkpoint: the file that the state is kept in; empty: none
 * @resume: whether to go on from @checkpoint
 *
 * Everything a training is told. No text is %NULL.
 */
typedef struct
{
  char       *network;
  char       *data;
  CnnDataset *images;
  GPtrArray  *left_out;
  char       *framing;
  char       *labels;
  char       *test_data;
  char       *size;
  guint       epochs;
  guint       batch;
  char       *optimiser;
  double      rate;
  char       *schedule;
  char       *augment;
  double      clip;
  double      validation;
  guint       patience;
  guint64     seed;
  gboolean    refuse;
  char       *output;
  char       *checkpoint;
  gboolean    resume;
} CnnTrainSettings;

CnnTrainSettings *cnn_train_settings_new     (void);
CnnTrainSettings *cnn_train_settings_copy    (const CnnTrainSettings *settings);
void              cnn_train_settings_free    (CnnTrainSettings *settings);
void              cnn_train_settings_put     (char **text, const char *value);
gboolean          cnn_train_settings_options (const CnnTrainSettings *settings,
                                              CnnTrainingOptions *options, CnnAugment **augment,
                                              GError **error);
CnnNetwork       *cnn_train_settings_network (const CnnTrainSettings *settings, CnnShape *input,
                                              GError **error);
const CnnPreset  *cnn_train_settings_preset  (const char *text);
char             *cnn_train_settings_with_classes (const char *text, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainSettings, cnn_train_settings_free)

G_END_DECLS
