/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnPass:
 * @n: images
 * @first: number of the first of them among all that were shown so far, of this epoch and
 *   those before: what is drawn at random is drawn by seed and this number, so that it does
 *   not depend on threads
 * @in: for each input, [n][in.height][in.width][in.channels]
 * @out: [n][out.height][out.width][out.channels]
 * @d_out: [n][out.height][out.width][out.channels]: the loss's derivative by each output
 * @d_in: for each input, where its derivatives are to be written, laid out as @in; %NULL
 *   for an input whose derivatives nobody wants
 * @d_weights: for each weight, where its derivatives, summed over the images, are to be
 *   added, laid out as the weight; %NULL for one that is not trained
 * @kept: [n][step's kept]: what forward leaves for backward; aligned for floats where the
 *   step's kept is a multiple of their size
 * @sums: what @measure or @measure_back gave, of all images of the minibatch
 * @n_all: images of the minibatch
 * @written: (nullable): @gradient tells it of @n derivatives of a weight, from number @from,
 *   as soon as they are there and near, so that they need not be read again; by any thread
 * @written_data: for @written
 *
 * Some images on their way through a layer, and derivatives on their way back.
 */
typedef struct
{
  guint               n;
  guint64             first;
  const float *const *in;
  float              *out;
  const float        *d_out;
  float *const       *d_in;
  float *const       *d_weights;
  guint8             *kept;
  const double       *sums;
  guint               n_all;

  void   (*written) (gpointer data, guint weight, gsize from, gsize n);
  gpointer written_data;
} CnnPass;

typedef struct _CnnTrainStep CnnTrainStep;

/**
 * CnnTrainStep:
 * @kept: bytes for each image that @forward leaves in pass->kept for @backward
 * @needs_in: whether @backward reads pass->in
 * @needs_out: whether @backward reads pass->out
 * @in_place: whether pass->out may be pass->in[0] and pass->d_in[0] may be pass->d_out; of a
 *   step without @needs_in
 * @n_sums: numbers that @measure gives; 0: there is no @measure
 * @n_back_sums: numbers that @measure_back gives; 0: there is none
 * @load: (nullable): called when the weights have changed, and once before all others: puts
 *   them into the forms that the step wants, in memory of its own. A step without it reads
 *   task->weights itself each time
 * @measure: adds what all images of the minibatch must be asked for before @forward to @sums,
 *   [n_sums]; reads pass->in
 * @forward: computes pass->out. Of what is not needed afterwards nothing is left: as in a run,
 *   but for what training does otherwise (dropout, batch statistics)
 * @measure_back: the same before @backward, [n_back_sums]
 * @backward: writes pass->d_in, and adds to pass->d_weights unless there is a @gradient
 * @gradient: (nullable): writes part number @part of @n_parts of the derivatives by the weights,
 *   from all images of the minibatch: pass->in, d_out and d_weights alone are given. Parts do
 *   not overlap, together are all, and may run in several threads. For weights so large that
 *   each thread must not have derivatives of its own
 * @settle: (nullable): called once after a minibatch, in one thread: changes weights that are
 *   not trained by descent; reads pass->sums of @measure and pass->n_all alone
 * @free: frees the step
 *
 * A layer on some images, made ready for training, for one thread at a time. pass->n is
 * the task's batch or 1. What is computed depends on the images and the weights only. No
 * function allocates. An op's own step begins with this struct.
 */
struct _CnnTrainStep
{
  gsize    kept;
  gboolean needs_in;
  gboolean needs_out;
  gboolean in_place;
  guint    n_sums;
  guint    n_back_sums;

  gboolean (*load)         (CnnTrainStep *step);
  void     (*measure)      (CnnTrainStep *step, const CnnPass *pass, double *sums);
  gboolean (*forward)      (CnnTrainStep *step, const CnnPass *pass);
  void     (*measure_back) (CnnTrainStep *step, const CnnPass *pass, double *sums);
  gboolean (*backward)     (CnnTrainStep *step, const CnnPass *pass);
  void     (*gradient)     (CnnTrainStep *step, const CnnPass *pass, guint part, guint n_parts);
  void     (*settle)       (CnnTrainStep *step, const CnnPass *pass);
  void     (*free)         (CnnTrainStep *step);
};

void cnn_train_step_free (CnnTrainStep *step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnTrainStep, cnn_train_step_free)

G_END_DECLS
