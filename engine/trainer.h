/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/**
 * CnnTrainer:
 *
 * A network whose weights change: it takes minibatches of images and works out how the
 * loss depends on each weight.
 */
typedef struct _CnnTrainer CnnTrainer;

/**
 * CnnLoss: what is made small, as a mean over the images of a minibatch
 * @CNN_LOSS_CROSS_ENTROPY: −log of the probability of the right class; of a network that ends
 *   with softmax or log-softmax over a vector. Worked out together with it, from what goes into
 *   it, so that it neither overflows nor loses digits
 * @CNN_LOSS_SQUARED_ERROR: mean of (output − target)². A target that is NaN does not count
 * @CNN_LOSS_ABSOLUTE_ERROR: mean of |output − target|, in the same way
 * @CNN_LOSS_SCORE: what goes into the softmax at the end for the class; nothing to learn from,
 *   but to see what the class hangs on
 */
typedef enum
{
  CNN_LOSS_CROSS_ENTROPY,
  CNN_LOSS_SQUARED_ERROR,
  CNN_LOSS_ABSOLUTE_ERROR,
  CNN_LOSS_SCORE
} CnnLoss;

/**
 * CnnTrainerOptions:
 * @loss: what is made small
 * @batch: images of a minibatch, at most
 * @workers: threads that compute; 0 for as many as there are processors. Changes no result
 * @seed: 0: weights begin as in a run of the network; another: those that are drawn are
 *   drawn anew
 * @kept: a layer whose output and derivatives by it are wanted, see cnn_trainer_kept(); 0 for
 *   none
 */
typedef struct
{
  CnnLoss loss;
  guint   batch;
  int     workers;
  guint64 seed;
  guint   kept;
} CnnTrainerOptions;

/**
 * CnnTrainerSource:
 * @read: gives image number @image of the minibatch: its values to @in,
 *   [height][width][channels] of the network's input; its class to @label, where the loss wants
 *   one, else what should come out to @target, [height][width][channels] of the output.
 *   Returns %FALSE with an error set when it cannot. Called by all workers, @worker is the
 *   number of the one that calls
 * @data: for @read
 */
typedef struct
{
  gboolean (*read) (gpointer data, guint worker, guint image, float *in, float *target,
                    guint *label, GError **error);
  gpointer data;
} CnnTrainerSource;

/**
 * CnnTrainerLoss:
 * @loss: mean over the images
 * @n_right: images whose greatest output is the one of their class
 */
typedef struct
{
  double loss;
  guint  n_right;
} CnnTrainerLoss;

/**
 * CnnTrained:
 * @node: the layer
 * @weight: which of its weights
 * @n: how many numbers
 * @values: the weight, [n]
 * @gradient: the loss's derivatives by it, [n], of the last minibatch
 *
 * A weight that training changes.
 */
typedef struct
{
  guint  node;
  guint  weight;
  gsize  n;
  float *values;
  float *gradient;
} CnnTrained;

/**
 * CnnTrainerBlockFunc:
 * @trained: the weight
 * @number: its number among those that are trained
 * @from: first of its numbers
 * @n: how many
 * @data: what was given with it
 */
typedef void (*CnnTrainerBlockFunc) (const CnnTrained *trained, guint number, gsize from, gsize n,
                                     gpointer data);

CnnTrainer       *cnn_trainer_new      (CnnNetwork *network, CnnShape input,
                                        const CnnTrainerOptions *options, GError **error);
void              cnn_trainer_free     (CnnTrainer *trainer);
gboolean          cnn_trainer_gradient (CnnTrainer *trainer, guint n, guint64 first,
                                        const CnnTrainerSource *source, CnnTrainerLoss *loss,
                                        GError **error);
gboolean          cnn_trainer_step     (CnnTrainer *trainer, guint n, guint64 first,
                                        const CnnTrainerSource *source, CnnTrainerBlockFunc func,
                                        gpointer data, CnnTrainerLoss *loss, GError **error);
const CnnTrained *cnn_trainer_trained  (const CnnTrainer *trainer, guint *n);
void              cnn_trainer_change   (CnnTrainer *trainer, CnnTrainerBlockFunc func,
                                        gpointer data);
double            cnn_trainer_squares  (const CnnTrainer *trainer);
CnnTensor *const *cnn_trainer_weights  (const CnnTrainer *trainer, guint node, guint *n);
const float      *cnn_trainer_kept     (const CnnTrainer *trainer, const float **d);
CnnShape          cnn_trainer_output   (const CnnTrainer *trainer);
guint             cnn_trainer_workers  (const CnnTrainer *trainer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainer, cnn_trainer_free)

G_END_DECLS
