/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "crew.h"
#include "plan-private.h"
#include "trainer.h"

G_BEGIN_DECLS

/* A minibatch is cut into groups of images, always the same ones, however many threads there
 * are; a thread takes group after group. Of a group, maps go through a stretch of layers a few
 * images (a chunk) at a time, while they are in the cache, and vectors all at once. Sums over
 * groups are taken in the order of the groups. A layer that must see all images before it goes
 * on (batch statistics) ends a job: all threads wait for each other. */

/** CnnTrainScope: for how long a buffer's values are kept, and so of how many images it is. */
typedef enum
{
  CNN_SCOPE_CHUNK,
  CNN_SCOPE_GROUP,
  CNN_SCOPE_BATCH
} CnnTrainScope;

/**
 * CnnTrainBuffer:
 * @floats: of an image
 * @scope: how long it is kept
 * @use: where it was used so far: stretch and direction, −1 for nowhere
 * @images: how many it holds
 * @offset: in the memory of its scope
 */
typedef struct
{
  gsize         floats;
  CnnTrainScope scope;
  int           use;
  guint         images;
  gsize         offset;
} CnnTrainBuffer;

#define CNN_NO_BUFFER G_MAXUINT

/**
 * CnnTrainItem:
 * @task: a layer of the network, on a chunk of images
 * @live: the loss depends on it
 * @n_in: inputs
 * @in: items they come from
 * @inner: shape of input 0 without the border
 * @extends: a border is put around input 0 beforehand
 * @window: of that
 * @trained: it has weights that are trained
 * @wants: derivatives by its output are wanted
 * @adds: for each input: derivatives by it are added to those of another follower
 * @n_users: layers that read its output
 * @stretch: number of its stretch
 * @like: what its steps say of themselves
 * @out: buffer of the output
 * @d: buffer of the derivatives
 * @kept: buffer of what backward needs
 * @extended: buffer of input 0 with its border
 * @d_extended: of its derivatives
 * @spare: of derivatives that are to be added
 * @gradients: where derivatives by each weight begin, within those of a group or, for @deferred,
 *   within all; −1 for a weight that is not trained
 * @deferred: they are computed at the end, from all images
 * @trained_from: number of its first weight among all that are trained
 */
typedef struct
{
  CnnTask          task;
  gboolean         live;
  guint            n_in;
  guint            in[CNN_MAX_INPUTS];
  CnnShape         inner;
  gboolean         extends;
  const CnnWindow *window;
  gboolean         trained;
  gboolean         wants;
  gboolean         adds[CNN_MAX_INPUTS];
  guint            n_users;
  guint            stretch;
  CnnTrainStep     like;
  guint            out;
  guint            d;
  guint            kept;
  guint            extended;
  guint            d_extended;
  guint            spare;
  gssize           gradients[CNN_MAX_WEIGHTS];
  gboolean         deferred;
  guint            trained_from;
} CnnTrainItem;

/** CnnTrainStretch: items [first, end) that do @images at a time. */
typedef struct
{
  guint first;
  guint end;
  guint images;
} CnnTrainStretch;

/** CnnTrainMember: what one thread has. */
typedef struct
{
  CnnTrainStep **steps;  /* [n_items], %NULL for those that do not run */
  float         *arena;
  GError        *error;
  guint64        loaded; /* version of the weights that the steps have */
} CnnTrainMember;

struct _CnnTrainer
{
  CnnPlan         *plan;
  CnnLoss          loss;
  guint            kept;      /* the layer whose output is wanted, 0 for none */
  guint            most;      /* images of a minibatch */
  guint            group;     /* images of a group */
  guint            n_groups;  /* at most */
  guint            last;      /* the item whose output the loss reads */
  guint            n_items;
  CnnTrainItem    *items;     /* [n_items] */
  guint            n_stretches;
  CnnTrainStretch *stretches; /* [n_stretches] */
  gboolean         waits;     /* some layer must see all images of a minibatch */
  GArray          *buffers;   /* of CnnTrainBuffer */
  guint            targets;   /* buffer */
  gsize            floats[CNN_SCOPE_BATCH + 1]; /* memory of each scope */
  float           *batch_arena;
  gsize            n_small;   /* derivatives that each group sums for itself */
  gsize            n_values;  /* all derivatives */
  float           *group_gradients; /* [n_groups][n_small] */
  float           *gradient;  /* [n_values] */
  GArray          *trained;   /* of CnnTrained */
  double          *sums;      /* [n_groups][most sums], and the sums of all groups */
  gsize            most_sums;
  CnnCrew         *crew;
  guint            n_members;
  CnnTrainMember  *members;
  guint64          version;

  /* Of a minibatch: */
  const CnnTrainerSource *source;
  guint            n;
  guint64          first;
  guint           *labels;    /* [most] */
  double          *losses;    /* [most] */
  gboolean        *right;     /* [most] */
  gint             next;
  gint             stop;

  /* What changes the weights, or NULL while only derivatives are wanted. */
  CnnTrainerBlockFunc change;
  gpointer            change_data;
};

/* --- trainer-layout.c: what is done how, and where it lies ---------------------------- */

gboolean cnn_trainer_lay_out (CnnTrainer *trainer, GError **error);

/* --- trainer-merge.c: layers that change places or become one ------------------------------ */

void cnn_trainer_exchange (CnnTrainer *trainer, guint item);
void cnn_trainer_halve    (CnnTrainer *trainer, guint item);

/* --- trainer-run.c: a group of images ---------------------------------------------------- */

/** CnnTrainGroup: some images of the minibatch, as one member does them. */
typedef struct
{
  CnnTrainer     *trainer;
  guint           member;
  guint           number;
  guint           n;
} CnnTrainGroup;

gboolean cnn_train_group_read     (const CnnTrainGroup *group);
gboolean cnn_train_group_forward  (const CnnTrainGroup *group, guint first, guint end);
gboolean cnn_train_group_backward (const CnnTrainGroup *group, guint first, guint end);
void     cnn_train_group_measure  (const CnnTrainGroup *group, guint item, gboolean back,
                                   double *sums);
float   *cnn_train_buffer         (const CnnTrainer *trainer, guint buffer, guint member,
                                   guint group, guint image);

/* --- trainer-jobs.c: all groups of a minibatch --------------------------------------------- */

/** CNN_TRAINER_BLOCK: numbers of a weight that a thread sums up or changes at a time. */
#define CNN_TRAINER_BLOCK 16384

static inline guint
cnn_trainer_n_blocks (gsize n)
{
  return (guint) ((n + CNN_TRAINER_BLOCK - 1) / CNN_TRAINER_BLOCK);
}

gboolean cnn_trainer_run_jobs   (CnnTrainer *trainer);
void     cnn_trainer_sum_groups (CnnTrainer *trainer);

/* --- loss.c ------------------------------------------------------------------------------- */

gboolean cnn_loss_fits (CnnLoss loss, const CnnNetwork *network, CnnShape out, GError **error);
gboolean cnn_loss_has_target (CnnLoss loss);
double   cnn_loss_score (gsize n, const float *scores, guint label, double scale, float *d);
double   cnn_loss_classes (gsize n, const float *scores, guint label, double scale, float *d,
                           gboolean *right);
double   cnn_loss_distance (CnnLoss loss, gsize n, const float *out, const float *target,
                            double scale, float *d);

G_END_DECLS
