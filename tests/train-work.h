/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan-private.h"

G_BEGIN_DECLS

/* A layer's step for training at work on a few images, in all ways in which it may be used. */

#define IMAGES  3

/* Cells of an input that are held against differences; one bit each. */
#define CHECKED 24

/** TrainCase: a layer and random images for it. */
typedef struct
{
  const CnnOp *op;
  const char  *text;
  GRand       *rand;
  CnnPlan     *plan;
  CnnTask      task;                /* of a single image */
  CnnWindow    window;
  gboolean     extends;
  CnnShape     shapes[CNN_MAX_INPUTS];
  float       *in[CNN_MAX_INPUTS];  /* [IMAGES][shapes[k]] */
  float       *fed[CNN_MAX_INPUTS]; /* [IMAGES][task.in[k]]: with a border around it */
  float       *d_out;               /* [IMAGES][task.out] */
  CnnWeight    list[CNN_MAX_WEIGHTS];
  guint        n_weights;
  guint        image;               /* that is being explained */
  guint        changed;             /* input that is changed by @change at cell @place */
  gint64       place;
  double       change;
  guint64      read;                /* cells of @checked that were read, of input @changed */
  guint        n_checked;
  gint64       checked[CHECKED];
} TrainCase;

/** TrainResult: what a step puts out, of all images. */
typedef struct
{
  float *out;                        /* [IMAGES][task.out] */
  float *d_in[CNN_MAX_INPUTS];       /* [IMAGES][shapes[k]] */
  float *d_weights[CNN_MAX_WEIGHTS]; /* as the weight */
} TrainResult;

/** TrainUse: how a step is used. */
typedef enum
{
  TRAIN_BATCH,    /* all images at once */
  TRAIN_SINGLE,   /* one by one */
  TRAIN_IN_PLACE, /* where input and output are the same memory */
  TRAIN_PARTS,    /* derivatives by the weights in three parts */
  TRAIN_SOME      /* only every other derivative is wanted */
} TrainUse;

float      *train_floats       (gsize n);
TrainResult train_work         (const TrainCase *c, CnnTrainStep *step, guint n, TrainUse use,
                                gboolean back);
void        train_use          (const TrainCase *c, CnnTrainStep *step, guint n, TrainUse use,
                                const TrainResult *expected, const char *what);
void        train_result_clear (TrainResult *result);

static inline gsize
train_cells (CnnShape shape)
{
  return (gsize) cnn_shape_cells (shape);
}

G_END_DECLS
